/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-table - the output of the verbs that print a table
 */
#include <strings.h>

#include "c.h"
#include "column-list-table.h"
#include "lazylibs.h"
#include "nls.h"

#include "mntns-table.h"
#include "mntns.h"

/*
 * mntns_column_to_id - for string_add_to_idarray()
 * @infos: all columns of the verb
 * @ninfos: their number
 * @name: name, not terminated
 * @namesz: its length
 *
 * Returns: index in @infos, or -1 after a message.
 */
int mntns_column_to_id(const struct mntns_column *infos, size_t ninfos,
		       const char *name, size_t namesz)
{
	size_t i;

	for (i = 0; i < ninfos; i++) {
		if (strncasecmp(name, infos[i].name, namesz) == 0 && !infos[i].name[namesz])
			return i;
	}
	warnx(_("unknown column: %.*s"), (int) namesz, name);
	return -1;
}

/*
 * mntns_new_table - an empty table
 * @out: what the options say
 * @name: name for JSON
 * @infos: all columns of the verb
 * @columns: indexes of those wanted, in their order
 * @ncolumns: how many
 *
 * Returns: table, to be filled, printed with mntns_print_table() and freed.
 */
struct libscols_table *mntns_new_table(const struct mntns_output *out, const char *name,
				       const struct mntns_column *infos,
				       const int *columns, size_t ncolumns)
{
	struct libscols_table *tb;
	size_t i;

	load_smartcols_or_err();
	scols_init_debug(0);

	tb = scols_new_table();
	if (!tb)
		err(EXIT_FAILURE, _("failed to allocate output table"));
	scols_table_set_name(tb, name);
	scols_table_enable_json(tb, out->json);
	scols_table_enable_raw(tb, out->raw);
	scols_table_enable_export(tb, out->pairs);
	scols_table_enable_noheadings(tb, out->noheadings);

	for (i = 0; i < ncolumns; i++) {
		const struct mntns_column *info = &infos[columns[i]];
		struct libscols_column *cl;
		int flags = info->flags;

		if (!out->tree)
			flags &= ~SCOLS_FL_TREE;
		if (out->notruncate)
			flags &= ~SCOLS_FL_TRUNC;
		cl = scols_table_new_column(tb, info->name, info->whint, flags);
		if (!cl)
			err(EXIT_FAILURE, _("failed to allocate output column"));
		if (out->json)
			scols_column_set_json_type(cl, info->json_type);
	}
	return tb;
}

/*
 * mntns_set_cell - give a string to a line
 * @ln: line
 * @n: position of the column in the table
 * @data: allocated string, the line frees it; NULL leaves the cell empty
 */
void mntns_set_cell(struct libscols_line *ln, size_t n, char *data)
{
	if (data && scols_line_refer_data(ln, n, data) != 0)
		err(EXIT_FAILURE, _("failed to add output data"));
}

void mntns_print_table(struct libscols_table *tb)
{
	if (scols_print_table(tb) != 0)
		err(EXIT_FAILURE, _("failed to print the table"));
}

/*
 * mntns_list_columns - what -H prints
 * @out: raw and json count
 * @name: name for JSON
 * @infos: all columns of the verb
 * @ninfos: their number
 */
void mntns_list_columns(const struct mntns_output *out, const char *name,
			const struct mntns_column *infos, size_t ninfos)
{
	struct libscols_table *tb;
	size_t i;

	load_smartcols_or_err();
	tb = xcolumn_list_table_new(name, stdout, out->raw, out->json);
	for (i = 0; i < ninfos; i++)
		xcolumn_list_table_append_line(tb, infos[i].name, infos[i].json_type, NULL,
					       _(infos[i].help));
	scols_print_table(tb);
	scols_unref_table(tb);
}
