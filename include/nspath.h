/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nspath - open paths in a namespace that others control, confined to its root
 */
#ifndef UTIL_LINUX_NSPATH_H
#define UTIL_LINUX_NSPATH_H

#include <stdint.h>
#include <sys/types.h>

int nspath_is_below(const char *path, const char *dir);
int nspath_open(int rootfd, const char *path, uint64_t flags);
int nspath_open_parent(int rootfd, const char *path, char **name);

/* directories made on the way, and a file in them, for undoing it */
struct nspath_dir {
	int dirfd;			/* where it was made */
	char *name;
	int is_file;
};

struct nspath_made {
	struct nspath_dir *dirs;
	size_t count;

	/*
	 * When not NULL: called for a directory on a read-only mount; returns an
	 * fd of the same directory on one that can be written to, or -errno.
	 */
	int (*reopen)(int dirfd, void *data);
	void *data;
};

#define NSPATH_MADE_INIT	{ .count = 0 }

int nspath_mkdirs(int rootfd, const char *path, mode_t mode, struct nspath_made *made);
int nspath_touch(int rootfd, const char *path, int mkdirs, mode_t mode,
		 struct nspath_made *made);
void nspath_undo_made(struct nspath_made *made);
int nspath_move_made(struct nspath_made *to, struct nspath_made *from);
void nspath_free_made(struct nspath_made *made);

#endif /* UTIL_LINUX_NSPATH_H */
