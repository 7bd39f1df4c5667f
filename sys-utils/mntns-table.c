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
#include "mnttab.h"
#include "nls.h"
#include "strutils.h"
#include "xalloc.h"

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
 * mntns_choose_columns - what -o says, or exit
 * @list: argument of -o, "COL,..." or "+COL,..."; or NULL
 * @columns: indexes of the columns, with the default ones to begin with
 * @size: room in @columns
 * @ncolumns: how many there are
 * @name_to_id: calls mntns_column_to_id()
 */
void mntns_choose_columns(const char *list, int *columns, size_t size, size_t *ncolumns,
			  int (name_to_id)(const char *, size_t))
{
	if (!list)
		return;
	if (!*list)
		errx(EXIT_FAILURE, _("no column specified"));
	if (string_add_to_idarray(list, columns, size, ncolumns, name_to_id) < 0)
		exit(EXIT_FAILURE);
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
 * Length in bytes of the character at @s, 0 when there is no valid UTF-8. What
 * is in no UTF-8 either: overlong forms, surrogates, beyond U+10FFFF.
 */
static size_t utf8_len(const unsigned char *s)
{
	size_t i, len;

	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	len = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	for (i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	}
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return len;
}

static int is_utf8(const char *str)
{
	const unsigned char *s = (const unsigned char *) str;
	size_t len;

	for (; *s; s += len) {
		len = utf8_len(s);
		if (!len)
			return 0;
	}
	return 1;
}

/*
 * JSON is UTF-8, names of files are any bytes, and libsmartcols copies them as
 * they are. Bytes that are no UTF-8 become \xNN, as in the other formats.
 */
static char *make_utf8(char *data)
{
	const unsigned char *in = (const unsigned char *) data;
	char *str, *out;

	if (is_utf8(data))
		return data;

	str = out = xmalloc(strlen(data) * 4 + 1);
	while (*in) {
		size_t len = utf8_len(in);

		if (!len) {
			out += sprintf(out, "\\x%02x", *in++);
			continue;
		}
		memcpy(out, in, len);
		out += len;
		in += len;
	}
	*out = '\0';
	free(data);
	return str;
}

/*
 * mntns_set_cell - give a string to a line
 * @out: what the options say
 * @ln: line
 * @n: position of the column in the table
 * @data: allocated string, the line frees it; NULL leaves the cell empty
 */
void mntns_set_cell(const struct mntns_output *out, struct libscols_line *ln,
		    size_t n, char *data)
{
	if (data && out->json)
		data = make_utf8(data);
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

/*
 * mntns_number_text - a number for a cell
 * @n: number
 * @zero: true to write 0, too; else the cell stays empty
 */
char *mntns_number_text(uint64_t n, int zero)
{
	char *str;

	if (!n && !zero)
		return NULL;
	xasprintf(&str, "%ju", (uintmax_t) n);
	return str;
}

/*
 * mntns_source_text - what is mounted, for a cell
 * @mnt: mount that was read with MNTNS_SOURCE_MASK
 *
 * Returns: "dev", or "dev[/sub]" where a part of the filesystem is mounted.
 */
char *mntns_source_text(const struct mnt_entry *mnt)
{
	const char *source = mnt->source ? mnt->source : "";
	char *str;

	if (mnt->root && strcmp(mnt->root, "/") != 0)
		xasprintf(&str, "%s[%s]", source, mnt->root);
	else
		str = *source ? xstrdup(source) : NULL;
	return str;
}
