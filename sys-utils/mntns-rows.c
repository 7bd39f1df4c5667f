/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-rows - print a table row by row
 *
 * What is aligned goes through libsmartcols, which has to see all rows before it
 * prints the first. Raw lines, pairs and JSON are written as they come: nothing is
 * kept, and the library is not even loaded. The columns are the same table.
 */
#include "c.h"
#include "lazylibs.h"
#include "nls.h"
#include "tabout.h"
#include "xalloc.h"

#include "mntns-table.h"
#include "mntns.h"

struct mntns_rows {
	const struct mntns_table *table;
	size_t			column;		/* the next one of the row */

	struct libscols_table	*tb;		/* aligned, else NULL */
	struct libscols_line	*line;
	int			needs_encoding;	/* a cell cannot be printed as it is */

	struct tabout		out;
	struct tabout_column	columns[MNTNS_MAX_COLUMNS];
};

static void begin_lines(struct mntns_rows *rows)
{
	const struct mntns_table *t = rows->table;
	struct tabout *o = &rows->out;
	size_t i;

	o->out = stdout;
	o->format = t->out.json ? TABOUT_JSON : t->out.raw ? TABOUT_RAW : TABOUT_PAIRS;
	o->name = t->name;
	o->noheadings = t->out.noheadings;
	o->shellvars = t->out.shellvars;
	o->columns = rows->columns;
	o->ncolumns = t->ncolumns;
	for (i = 0; i < t->ncolumns; i++) {
		const struct mntns_column *info = &t->infos[t->columns[i]];

		o->columns[i].name = info->name;
		o->columns[i].json_type = info->json_type;
		o->columns[i].lines = (info->flags & SCOLS_FL_WRAP) != 0;
	}
	if (tabout_begin(o) != 0)
		err_oom();
}

/* Rows of a tree that have to be sorted into it are kept, as those that are aligned. */
static int has_to_wait(const struct mntns_table *t)
{
	if (t->out.json)
		return t->out.tree && t->in_any_order;
	return !t->out.raw && !t->out.pairs;
}

/*
 * mntns_rows_new - nothing is printed yet
 * @t: with its columns chosen; it outlives the rows
 *
 * Returns: what mntns_rows_print() frees.
 */
struct mntns_rows *mntns_rows_new(const struct mntns_table *t)
{
	struct mntns_rows *rows = xcalloc(1, sizeof(*rows));

	rows->table = t;
	if (has_to_wait(t))
		rows->tb = mntns_table_new(t);
	else
		begin_lines(rows);
	return rows;
}

/*
 * mntns_rows_add - begin a row
 * @parent: of a tree, or NULL, or a row that is all zero; the rows come in the
 *	order of the tree, unless the table says otherwise
 *
 * Its cells are to follow, one for each column.
 */
struct mntns_row mntns_rows_add(struct mntns_rows *rows, const struct mntns_row *parent)
{
	struct mntns_row row = { .level = parent ? parent->level + 1 : 1 };

	if (rows->tb) {
		row.line = mntns_table_line(rows->tb, parent ? parent->line : NULL);
		rows->line = row.line;
	} else {
		tabout_row(&rows->out, row.level - 1);
	}
	rows->column = 0;
	return row;
}

/* ASCII that is no control character and looks like no escape of libsmartcols. */
static int is_plain(const char *data)
{
	const unsigned char *s = (const unsigned char *) data;

	while (*s >= 0x20 && *s < 0x7f && *s != '\\')
		s++;
	return !*s;
}

static void aligned_cell(struct mntns_rows *rows, char *data)
{
	if (data && !rows->needs_encoding)
		rows->needs_encoding = !is_plain(data);
	mntns_table_cell(rows->table, rows->line, rows->column++, data);
}

/*
 * mntns_rows_cell - the next cell of the row
 * @data: string, stays the caller's; or NULL
 */
void mntns_rows_cell(struct mntns_rows *rows, const char *data)
{
	if (rows->tb)
		aligned_cell(rows, xstrdup(data));
	else
		tabout_cell(&rows->out, data);
}

/*
 * mntns_rows_give - the next cell of the row
 * @data: allocated string, taken over; or NULL
 */
void mntns_rows_give(struct mntns_rows *rows, char *data)
{
	if (rows->tb) {
		aligned_cell(rows, data);
		return;
	}
	tabout_cell(&rows->out, data);
	free(data);
}

/* Here the reason is known, which close_stdout() cannot tell any more. */
static void write_failed(int err)
{
	if (err == EPIPE)
		return;
	errno = err;
	warn(_("write error"));
	_exit(EXIT_FAILURE);
}

/* Prints what is not yet printed, and frees the rows. */
void mntns_rows_print(struct mntns_rows *rows)
{
	int rc;

	if (rows->tb) {
		scols_table_enable_noencoding(rows->tb, !rows->needs_encoding);
		mntns_table_print(rows->tb);
	} else {
		rc = tabout_end(&rows->out);
		if (rc)
			write_failed(-rc);
	}
	free(rows);
}
