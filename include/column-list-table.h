/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * column-list-table.h - what -H, --list-columns prints
 */
#ifndef UTIL_LINUX_COLUMN_LIST_TABLE_H
#define UTIL_LINUX_COLUMN_LIST_TABLE_H

#include <stdio.h>

#include "c.h"
#include "lazylibs.h"
#include "nls.h"

enum { CLT_COL_HOLDER, CLT_COL_TYPE, CLT_COL_DESC };

/*
 * xcolumn_list_table_new - a table for the list of columns; load_smartcols() first
 * @table_name: name for JSON
 * @out: stream
 * @raw: true for raw output
 * @json: true for JSON output
 */
static inline struct libscols_table *xcolumn_list_table_new(const char *table_name,
							    FILE *out, int raw, int json)
{
	struct libscols_table *tb;

	scols_init_debug(0);

	tb = scols_new_table();
	if (!tb)
		err(EXIT_FAILURE, _("failed to allocate output table"));

	scols_table_set_name(tb, table_name);
	scols_table_set_stream(tb, out);
	scols_table_enable_noheadings(tb, 1);
	scols_table_enable_raw(tb, raw);
	scols_table_enable_json(tb, json);

	if (!scols_table_new_column(tb, "HOLDER", 0, SCOLS_FL_RIGHT) ||
	    !scols_table_new_column(tb, "TYPE", 0, 0) ||
	    !scols_table_new_column(tb, "DESCRIPTION", 0, 0))
		err(EXIT_FAILURE, _("failed to allocate output column"));
	return tb;
}

static inline const char *clt_type_name(int json_type, const char *fallback)
{
	switch (json_type) {
	case SCOLS_JSON_NUMBER:
		return "<integer>";
	case SCOLS_JSON_BOOLEAN:
		return "<boolean>";
	case SCOLS_JSON_STRING:
	case SCOLS_JSON_ARRAY_STRING:
	case SCOLS_JSON_ARRAY_NUMBER:
		return "<string>";
	default:
		return fallback ? fallback : "<string>";
	}
}

/*
 * xcolumn_list_table_append_line - one column of the table that is described
 * @tb: from xcolumn_list_table_new()
 * @name: name of the column
 * @json_type: SCOLS_JSON_* of its cells
 * @fallback_typename: name of the type where @json_type is none of them, or NULL
 * @desc: translated description
 */
static inline void xcolumn_list_table_append_line(struct libscols_table *tb,
						  const char *name, int json_type,
						  const char *fallback_typename,
						  const char *desc)
{
	struct libscols_line *ln = scols_table_new_line(tb, NULL);

	if (!ln)
		err(EXIT_FAILURE, _("failed to allocate output line"));

	if (scols_line_set_data(ln, CLT_COL_HOLDER, name) ||
	    scols_line_set_data(ln, CLT_COL_TYPE,
				clt_type_name(json_type, fallback_typename)) ||
	    scols_line_set_data(ln, CLT_COL_DESC, desc))
		err(EXIT_FAILURE, _("failed to add output data"));
}

#endif /* UTIL_LINUX_COLUMN_LIST_TABLE_H */
