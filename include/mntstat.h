/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntstat - the mount behind an open file, attached to a namespace or not
 */
#ifndef UTIL_LINUX_MNTSTAT_H
#define UTIL_LINUX_MNTSTAT_H

#include <sys/types.h>

#include "mnttab.h"

struct diag;

enum mntstat_state {
	MNTSTAT_UNKNOWN = 0,	/* attached where the caller cannot see, or not at all */
	MNTSTAT_ATTACHED,
	MNTSTAT_DETACHED,	/* not yet: open_tree(2), fsmount(2) */
	MNTSTAT_UNMOUNTED,	/* no longer: umount2(MNT_DETACH) */
	MNTSTAT_LOOSE		/* one of these two, the kernel does not tell which */
};

/* What is known of a mount that statmount(2) says nothing about. */
enum {
	MNTSTAT_HAS_IDS	  = (1 << 0),	/* id, id_old, dev_major, dev_minor */
	MNTSTAT_HAS_MAGIC = (1 << 1),
	MNTSTAT_HAS_ATTR  = (1 << 2),
	MNTSTAT_HAS_SB	  = (1 << 3)	/* source, type and options of the filesystem */
};

struct mntstat {
	struct mnttab tab;		/* one mount; tab.missing: what this kernel lacks */
	enum mntstat_state state;
	uint64_t ns_id;			/* of the namespace; 0: none, or not known */
	ino_t ns_ino;			/* 0: not known */
	unsigned int partial;		/* MNTSTAT_HAS_*; 0: all that is not missing is known */
};

int mntstat_open_path(const char *path, struct diag *d);
int mntstat_open_own(int fd, const char *name, struct diag *d);
int mntstat_open_pid(pid_t pid, uint64_t ino, const char *file, const char *name,
		     struct diag *d);

int mntstat_read(struct mntstat *st, int fd, pid_t pid, uint64_t mask, const char *name,
		 struct diag *d);
void mntstat_free(struct mntstat *st);

#endif /* UTIL_LINUX_MNTSTAT_H */
