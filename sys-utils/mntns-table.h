/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-table.h - the output of the verbs that print a table
 *
 * A verb describes its columns in one array; table, tree, raw, pairs, JSON and
 * the list of columns all come from it.
 */
#ifndef MNTNS_TABLE_H
#define MNTNS_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "lazylibs.h"

struct mnt_entry;

/* The fields of a mount that mntns_source_text() looks at. */
#define MNTNS_SOURCE_MASK \
	(UL_STATMOUNT_SB_SOURCE | UL_STATMOUNT_MNT_ROOT | UL_STATMOUNT_SB_BASIC)

struct mntns_column {
	const char	*name;
	double		whint;		/* width hint */
	int		flags;		/* SCOLS_FL_* */
	const char	*help;
	int		json_type;	/* SCOLS_JSON_* */
	uint64_t	needs;		/* what has to be asked for, the verb's own bits */
};

/* What the options say about the output. */
struct mntns_output {
	unsigned int	json:1;
	unsigned int	raw:1;
	unsigned int	pairs:1;
	unsigned int	tree:1;
	unsigned int	noheadings:1;
	unsigned int	notruncate:1;
};

extern int mntns_column_to_id(const struct mntns_column *infos, size_t ninfos,
			      const char *name, size_t namesz);
extern void mntns_choose_columns(const char *list, int *columns, size_t size, size_t *ncolumns,
				 int (name_to_id)(const char *, size_t));
extern struct libscols_table *mntns_new_table(const struct mntns_output *out, const char *name,
					      const struct mntns_column *infos,
					      const int *columns, size_t ncolumns);
extern void mntns_set_cell(const struct mntns_output *out, struct libscols_line *ln,
			   size_t n, char *data);
extern char *mntns_number_text(uint64_t n, int zero);
extern char *mntns_source_text(const struct mnt_entry *mnt);
extern void mntns_print_table(struct libscols_table *tb);
extern void mntns_list_columns(const struct mntns_output *out, const char *name,
			       const struct mntns_column *infos, size_t ninfos);

#endif /* MNTNS_TABLE_H */
