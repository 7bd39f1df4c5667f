/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntdiff - what differs between the mounts of two namespaces
 */
#ifndef UTIL_LINUX_MNTDIFF_H
#define UTIL_LINUX_MNTDIFF_H

#include <stddef.h>
#include <stdint.h>

#include "mnttab.h"

/* what can be compared, as bits (1 << MNTDIFF_x) */
enum mntdiff_field {
	MNTDIFF_SOURCE,
	MNTDIFF_FSROOT,
	MNTDIFF_FSTYPE,
	MNTDIFF_VFS_OPTIONS,
	MNTDIFF_FS_OPTIONS,
	MNTDIFF_PROPAGATION,		/* the type, not the number of a peer group */
	MNTDIFF_UIDMAP,
	MNTDIFF_GIDMAP,
	MNTDIFF_MAJMIN,
	MNTDIFF_NFIELDS
};

#define MNTDIFF_ALL_FIELDS	((1U << MNTDIFF_NFIELDS) - 1)

/* A mount that only one has, or one that is not the same in both. */
struct mntdiff_change {
	const struct mnt_entry *mnt[2];	/* NULL: not there */
	unsigned int fields;		/* where both are there: what differs */
};

struct mntdiff {
	struct mntdiff_change *changes;
	size_t nchanges;
	size_t allocated;
};

uint64_t mntdiff_mask(unsigned int fields);
unsigned int mntdiff_unknown_fields(const struct mnttab *tab, unsigned int fields);

int mntdiff_compare(struct mntdiff *diff, struct mnttab *first, struct mnttab *second,
		    unsigned int fields);
void mntdiff_free(struct mntdiff *diff);

int mntdiff_options(const char *first, const char *second, char **only_first,
		    char **only_second);

#endif /* UTIL_LINUX_MNTDIFF_H */
