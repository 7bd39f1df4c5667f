/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-mntsel.h - options that select mounts of a table, as findmnt(8) has them
 */
#ifndef MNTNS_MNTSEL_H
#define MNTNS_MNTSEL_H

#include <stdint.h>
#include <stdio.h>

#include "mntns-table.h"

struct mnttab;

/* A mount is selected when all that is set matches. */
struct mntsel {
	const char	*source;
	const char	*target;
	const char	*mountpoint;
	const char	*types;		/* list, "no" before it inverts */
	const char	*options;	/* list, as in mount -O */
	uint64_t	uniq_id;
	unsigned int	real:1;
	unsigned int	pseudo:1;
	unsigned int	submounts:1;	/* and all that is below one that matches */

	char		*device;	/* what source stands for */
	char		*path;		/* target, and ... */
	char		*dir;		/* ... mountpoint, without doubled slashes */
};

enum {
	MNTSEL_OPT_PSEUDO = TABLE_OPT_NEXT,
	MNTSEL_OPT_REAL,
	MNTSEL_OPT_TARGET,
	MNTSEL_OPT_UNIQ_ID,
	MNTSEL_OPT_NEXT			/* the first free for a verb */
};

#define MNTSEL_SHORTOPTS	"M:O:RS:t:"
#define MNTSEL_LONGOPTS \
	{ "mountpoint",	  required_argument, NULL, 'M' }, \
	{ "options",	  required_argument, NULL, 'O' }, \
	{ "pseudo",	  no_argument,	     NULL, MNTSEL_OPT_PSEUDO }, \
	{ "real",	  no_argument,	     NULL, MNTSEL_OPT_REAL }, \
	{ "source",	  required_argument, NULL, 'S' }, \
	{ "submounts",	  no_argument,	     NULL, 'R' }, \
	{ "target",	  required_argument, NULL, MNTSEL_OPT_TARGET }, \
	{ "types",	  required_argument, NULL, 't' }, \
	{ "uniq-id",	  required_argument, NULL, MNTSEL_OPT_UNIQ_ID }

extern int mntsel_take(struct mntsel *sel, int c, const char *arg);
extern int mntsel_is_active(const struct mntsel *sel);
extern int mntsel_wants_tree(const struct mntsel *sel);
extern void mntsel_prepare(struct mntsel *sel);
extern uint64_t mntsel_needs(const struct mntsel *sel);
extern unsigned char *mntsel_apply(const struct mntsel *sel, const struct mnttab *tab);
extern void mntsel_add_submounts(const struct mnttab *tab, unsigned char *shown);
extern void mntsel_free(struct mntsel *sel);
extern void mntsel_usage(FILE *out);

#endif /* MNTNS_MNTSEL_H */
