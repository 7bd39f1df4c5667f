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

#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "lazylibs.h"

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
	unsigned int	shellvars:1;	/* names that fit for a shell */
};

#define MNTNS_MAX_COLUMNS	64

/* The table of a verb: what there is, and what the options choose of it. */
struct mntns_table {
	const char		  *name;	/* for JSON */
	const char		  *list_name;	/* the same, for -H */
	const struct mntns_column *infos;
	size_t			  ninfos;

	struct mntns_output	  out;
	int			  columns[MNTNS_MAX_COLUMNS];	/* indexes in infos */
	size_t			  ncolumns;

	const char		  *outarg;	/* of -o */
	const char		  *treearg;	/* name of the column with the tree, or NULL */
	int			  tree_column;	/* what it stands for */
	unsigned int		  list_columns:1;	/* -H */
	unsigned int		  output_all:1;
	unsigned int		  in_any_order:1;	/* rows come not in the order of the tree */
};

/*
 * The options that every verb with a table has. Their lines in usage() are
 * mntns_table_usage().
 */
enum {
	TABLE_OPT_OUTPUT_ALL = CHAR_MAX + 1,
	TABLE_OPT_NEXT			/* the first free for a verb */
};

#define TABLE_SHORTOPTS	"HJno:Pru"
#define TABLE_LONGOPTS \
	{ "json",	  no_argument,	     NULL, 'J' }, \
	{ "list-columns", no_argument,	     NULL, 'H' }, \
	{ "noheadings",	  no_argument,	     NULL, 'n' }, \
	{ "notruncate",	  no_argument,	     NULL, 'u' }, \
	{ "output",	  required_argument, NULL, 'o' }, \
	{ "output-all",	  no_argument,	     NULL, TABLE_OPT_OUTPUT_ALL }, \
	{ "pairs",	  no_argument,	     NULL, 'P' }, \
	{ "raw",	  no_argument,	     NULL, 'r' }

extern int mntns_table_take(struct mntns_table *t, int c, const char *arg);
extern void mntns_table_choose(struct mntns_table *t, const int *defaults, size_t ndefaults);
extern void mntns_table_usage(FILE *out);
extern int mntns_table_find(const struct mntns_table *t, const char *name, size_t namesz);
extern int mntns_table_has(const struct mntns_table *t, int column);
extern uint64_t mntns_table_needs(const struct mntns_table *t);

/* A row that has been begun, the parent of others; all zero is none. */
struct mntns_row {
	struct libscols_line	*line;	/* where it is kept */
	unsigned int		level;	/* 1 for a root */
};

/* mntns-rows.c: how a verb prints; nothing is kept that need not be */
struct mntns_rows;
extern struct mntns_rows *mntns_rows_new(const struct mntns_table *t);
extern struct mntns_row mntns_rows_add(struct mntns_rows *rows,
				       const struct mntns_row *parent);
extern void mntns_rows_cell(struct mntns_rows *rows, const char *data);
extern void mntns_rows_give(struct mntns_rows *rows, char *data);
extern void mntns_rows_print(struct mntns_rows *rows);

/* mntns-table.c: the same through libsmartcols alone */
extern struct libscols_table *mntns_table_new(const struct mntns_table *t);
extern struct libscols_line *mntns_table_line(struct libscols_table *tb,
					      struct libscols_line *parent);
extern void mntns_table_cell(const struct mntns_table *t, struct libscols_line *ln,
			     size_t n, char *data);
extern void mntns_table_print(struct libscols_table *tb);

extern char *mntns_make_utf8(char *data);
extern char *mntns_number_text(uint64_t n, int zero);

#endif /* MNTNS_TABLE_H */
