/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-filter - expressions that say which rows of a table are printed
 *
 * The language is that of libsmartcols, see scols-filter(5). A filter looks at one
 * line of a table of its own that has the columns of the expression, so it does not
 * matter how, and whether, a row is printed.
 */
#include "c.h"
#include "lazylibs.h"
#include "nls.h"
#include "xalloc.h"

#include "mntns-filter.h"
#include "mntns.h"

#ifdef HAVE_SCOLS_FILTERS

struct mntns_filter {
	const struct mntns_table *table;
	struct libscols_filter	*expr;
	struct libscols_table	*tb;
	struct libscols_line	*line;
	int			columns[MNTNS_MAX_COLUMNS];	/* of tb, indexes in infos */
	size_t			ncolumns;
};

static int data_type(int json_type)
{
	switch (json_type) {
	case SCOLS_JSON_NUMBER:
		return SCOLS_DATA_U64;
	case SCOLS_JSON_BOOLEAN:
		return SCOLS_DATA_BOOLEAN;
	default:
		return SCOLS_DATA_STRING;
	}
}

static struct libscols_column *add_column(struct mntns_filter *f, int column)
{
	const struct mntns_column *info = &f->table->infos[column];
	struct libscols_column *cl = scols_table_get_column_by_name(f->tb, info->name);

	if (cl)
		return cl;
	cl = scols_table_new_column(f->tb, info->name, 0, 0);
	if (!cl)
		err(EXIT_FAILURE, _("failed to allocate output column"));
	/* what it returns is the type */
	scols_column_set_data_type(cl, data_type(info->json_type));
	f->columns[f->ncolumns++] = column;
	return cl;
}

static void assign_columns(struct mntns_filter *f)
{
	struct libscols_iter *itr = scols_new_iter(SCOLS_ITER_FORWARD);
	const char *name = NULL;

	if (!itr)
		err_oom();
	while (scols_filter_next_holder(f->expr, itr, &name, 0) == 0) {
		int column = mntns_table_find(f->table, name, strlen(name));

		if (column < 0)
			errx(EXIT_FAILURE, _("unknown column: %s"), name);
		scols_filter_assign_column(f->expr, itr, name, add_column(f, column));
	}
	scols_free_iter(itr);
}

/*
 * mntns_filter_new:
 * @t: the columns that the expression can name, shown or not
 * @expr: from the command line
 *
 * Exits when the expression is wrong, or the library has no filters.
 */
struct mntns_filter *mntns_filter_new(const struct mntns_table *t, const char *expr)
{
	struct mntns_filter *f = xcalloc(1, sizeof(*f));

	load_smartcols_or_err();
	if (!smartcols_has_filters())
		errx(EXIT_NOTSUPP, _("filters need libsmartcols 2.40 or newer"));

	f->table = t;
	f->expr = scols_new_filter(NULL);
	f->tb = scols_new_table();
	if (!f->expr || !f->tb)
		err_oom();
	if (scols_filter_parse_string(f->expr, expr) != 0) {
		const char *why = scols_filter_get_errmsg(f->expr);

		errx(EXIT_FAILURE, why ? _("invalid filter: %s: %s") : _("invalid filter: %s"),
		     expr, why);
	}
	assign_columns(f);
	f->line = scols_table_new_line(f->tb, NULL);
	if (!f->line)
		err_oom();
	return f;
}

int mntns_filter_has(const struct mntns_filter *f, int column)
{
	size_t i;

	for (i = 0; f && i < f->ncolumns; i++) {
		if (f->columns[i] == column)
			return 1;
	}
	return 0;
}

/* What its columns have to ask for; no filter asks for nothing. */
uint64_t mntns_filter_needs(const struct mntns_filter *f)
{
	uint64_t needs = 0;
	size_t i;

	for (i = 0; f && i < f->ncolumns; i++)
		needs |= f->table->infos[f->columns[i]].needs;
	return needs;
}

/*
 * mntns_filter_match:
 * @cell: called for each column of the expression
 * @row: for @cell
 *
 * Returns: 1 when the expression is true, else 0.
 */
int mntns_filter_match(struct mntns_filter *f, mntns_filter_cell cell, const void *row)
{
	int status = 0;
	size_t i;

	for (i = 0; i < f->ncolumns; i++) {
		char *data = cell(row, f->columns[i]);

		if (scols_line_refer_data(f->line, i, data) != 0)
			err(EXIT_FAILURE, _("failed to add output data"));
	}
	if (scols_line_apply_filter(f->line, f->expr, &status) != 0)
		errx(EXIT_FAILURE, _("failed to apply the filter"));
	return status;
}

void mntns_filter_free(struct mntns_filter *f)
{
	if (!f)
		return;
	scols_unref_filter(f->expr);
	scols_unref_table(f->tb);
	free(f);
}

#else /* HAVE_SCOLS_FILTERS */

struct mntns_filter *mntns_filter_new(const struct mntns_table *t __attribute__((__unused__)),
				      const char *expr __attribute__((__unused__)))
{
	errx(EXIT_NOTSUPP, _("filters need libsmartcols 2.40 or newer"));
}

int mntns_filter_has(const struct mntns_filter *f __attribute__((__unused__)),
		     int column __attribute__((__unused__)))
{
	return 0;
}

uint64_t mntns_filter_needs(const struct mntns_filter *f __attribute__((__unused__)))
{
	return 0;
}

int mntns_filter_match(struct mntns_filter *f __attribute__((__unused__)),
		       mntns_filter_cell cell __attribute__((__unused__)),
		       const void *row __attribute__((__unused__)))
{
	return 1;
}

void mntns_filter_free(struct mntns_filter *f __attribute__((__unused__)))
{
}

#endif /* HAVE_SCOLS_FILTERS */
