/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntfstab - the mounts of a namespace as lines of fstab(5), from which nsplan
 * makes them again
 */
#ifndef MNTNS_MNTFSTAB_H
#define MNTNS_MNTFSTAB_H

#include "mnttab.h"

struct mntfstab_line {
	char *text;			/* without the newline */
	char *target;			/* escaped, as in the text */
	char *lost;			/* what the line does not say, in words; or NULL */
	unsigned int left_out:1;	/* the text is no more than a comment */
};

typedef void (*mntfstab_fn)(const struct mntfstab_line *line, void *data);

uint64_t mntfstab_mask(void);
int mntfstab_write(struct mnttab *tab, mntfstab_fn fn, void *data, struct diag *d);

/* between the sources of mntfstab */
struct mntfstab_source {
	const struct mnt_entry *mnt;	/* the caller's; NULL for a new filesystem */
	char *path;			/* what is to be bound */
	unsigned int unbindable:1;	/* the caller sees it, and cannot bind it */
};

/* mntfstab-text.c */
char *mntfstab_options(const struct mnt_entry *mnt, const struct mntfstab_source *src,
		       int mkdir, const char **lost);
char *mntfstab_escape(const char *str);

#endif /* MNTNS_MNTFSTAB_H */
