/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nsreplace - exchange mounts in the namespace that the caller has entered
 */
#ifndef UTIL_LINUX_NSREPLACE_H
#define UTIL_LINUX_NSREPLACE_H

#include <stdint.h>
#include <sys/types.h>

struct diag;

/* The mount that is to be replaced. */
struct nsreplace {
	const char *target;		/* its mount point; not ours */
	int fd;				/* O_PATH, its root */
	dev_t dev;			/* of its filesystem */
	uint64_t id;			/* as in mountinfo */
};

int nsreplace_find(struct nsreplace *r, int rootfd, const char *target, struct diag *d);
int nsreplace_put(const struct nsreplace *r, int rootfd, int treefd, int overmount,
		  struct diag *d);
void nsreplace_close(struct nsreplace *r);

#endif /* UTIL_LINUX_NSREPLACE_H */
