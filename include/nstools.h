/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nstools - programs for a namespace that has none, in a copy of it
 */
#ifndef UTIL_LINUX_NSTOOLS_H
#define UTIL_LINUX_NSTOOLS_H

#include <stddef.h>

struct diag;

/* One name in the root directory that comes from the side of the tools. */
struct nstools_entry {
	const char *name;
	char *link;			/* what a symbolic link says, or NULL */
	int fd;				/* else a detached mount, O_CLOEXEC */
};

struct nstools {
	struct nstools_entry *entries;
	size_t nr_entries;
	char *path;			/* directories for $PATH; allocated */
};

#define NSTOOLS_INIT	{ .entries = NULL }

int nstools_open(struct nstools *t, const char *dir, struct diag *d);
int nstools_enter(struct nstools *t, struct diag *d);
void nstools_free(struct nstools *t);

#endif /* UTIL_LINUX_NSTOOLS_H */
