/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nsref - the NS operand: from what the user wrote to an open mount namespace
 */
#ifndef UTIL_LINUX_NSREF_H
#define UTIL_LINUX_NSREF_H

#include <stdint.h>
#include <sys/types.h>

#include "nsfs.h"

struct diag;

enum nsref_kind {
	NSREF_SELF,		/* the caller's own namespace, no operand */
	NSREF_PID,		/* PID or PID:INO */
	NSREF_ID,		/* :ID */
	NSREF_FILE,		/* a path with a '/' */
	NSREF_NAME,		/* a pinned name */
	NSREF_UNIT,		/* unit:NAME */
	NSREF_CONTAINER		/* ctr:IDPREFIX */
};

/* What nsref_open() found out; an unset identity is 0. */
struct nsref {
	const char *name;	/* as the user wrote it; not ours */
	enum nsref_kind kind;
	int fd;			/* O_CLOEXEC, above 2; -1 when closed */
	pid_t pid;		/* the process that it is of; 0: it was not named by one */
	int pidfd;		/* holds on to that process, O_CLOEXEC, above 2; or 0 */
	ino_t ino;		/* inode on nsfs, as in mnt:[N] */
	uint64_t id;		/* 64-bit id, 0 before Linux 6.11 */
};

int nsref_open(struct nsref *ref, const char *operand, struct diag *d);
int nsref_open_self(struct nsref *ref, struct diag *d);
void nsref_close(struct nsref *ref);
int nsref_is_alive(const struct nsref *ref);

int ns_open_id(uint64_t id);

/* between the sources of nsref */
int nsref_hold_pid(struct nsref *ref, pid_t pid);
int nsref_open_cgroup(struct nsref *ref, struct diag *d);

#endif /* UTIL_LINUX_NSREF_H */
