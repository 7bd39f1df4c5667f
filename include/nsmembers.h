/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nsmembers - the processes of a mount namespace, and where in it they are
 */
#ifndef UTIL_LINUX_NSMEMBERS_H
#define UTIL_LINUX_NSMEMBERS_H

#include <stddef.h>
#include <sys/types.h>

struct diag;
struct nsref;

struct nsmember {
	pid_t pid;
	unsigned int other_root:1;	/* its root is not that of the namespace */
	unsigned int other_cwd:1;	/* its working directory is not the root */
};

struct nsmembers {
	struct nsmember *list;		/* in the order of their PIDs */
	size_t n;
};

int nsmembers_scan(struct nsmembers *m, const struct nsref *ref, struct diag *d);
void nsmembers_free(struct nsmembers *m);

#endif /* UTIL_LINUX_NSMEMBERS_H */
