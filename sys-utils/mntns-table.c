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
#include "strutils.h"
#include "utf8.h"
#include "xalloc.h"

#include "mntns-table.h"
#include "mntns.h"

/* string_add_to_idarray() hands nothing on to its callback */
static const struct mntns_table *parsed;

/* Returns: the index of a column in t->infos, or -1. */
int mntns_table_find(const struct mntns_table *t, const char *name, size_t namesz)
{
	size_t i;

	for (i = 0; i < t->ninfos; i++) {
		const char *known = t->infos[i].name;

		if (strncasecmp(name, known, namesz) == 0 && !known[namesz])
			return i;
	}
	return -1;
}

static int column_to_id(const char *name, size_t namesz)
{
	int id = mntns_table_find(parsed, name, namesz);

	if (id < 0)
		warnx(_("unknown column: %.*s"), (int) namesz, name);
	return id;
}

/*
 * mntns_table_take:
 * @c: what getopt_long() returned
 * @arg: its argument
 *
 * Returns: 1 when the option was one of TABLE_LONGOPTS, else 0.
 */
int mntns_table_take(struct mntns_table *t, int c, const char *arg)
{
	switch (c) {
	case 'H':
		t->list_columns = 1;
		break;
	case 'J':
		t->out.json = 1;
		break;
	case 'n':
		t->out.noheadings = 1;
		break;
	case 'o':
		t->outarg = arg;
		break;
	case 'P':
		t->out.pairs = 1;
		t->out.tree = 0;
		break;
	case 'r':
		t->out.raw = 1;
		t->out.tree = 0;
		break;
	case 'u':
		t->out.notruncate = 1;
		break;
	case TABLE_OPT_OUTPUT_ALL:
		t->output_all = 1;
		break;
	default:
		return 0;
	}
	return 1;
}

/* what -H prints: --raw and --json count */
static void list_columns(const struct mntns_table *t)
{
	struct libscols_table *tb;
	size_t i;

	load_smartcols_or_err();
	tb = xcolumn_list_table_new(t->list_name, stdout, t->out.raw, t->out.json);
	for (i = 0; i < t->ninfos; i++)
		xcolumn_list_table_append_line(tb, t->infos[i].name, t->infos[i].json_type, NULL,
					       _(t->infos[i].help));
	mntns_table_print(tb);
}

static void choose_output(struct mntns_table *t, const int *defaults, size_t ndefaults)
{
	size_t i;

	t->ncolumns = t->output_all ? t->ninfos : ndefaults;
	for (i = 0; i < t->ncolumns; i++)
		t->columns[i] = t->output_all ? (int) i : defaults[i];
	if (!t->outarg)
		return;
	if (!*t->outarg)
		errx(EXIT_FAILURE, _("no column specified"));

	parsed = t;
	if (string_add_to_idarray(t->outarg, t->columns, ARRAY_SIZE(t->columns), &t->ncolumns,
				  column_to_id) < 0)
		exit(EXIT_FAILURE);
}

/* The column that the tree is drawn in: it has to be there. */
static void choose_tree(struct mntns_table *t)
{
	int column = mntns_table_find(t, t->treearg, strlen(t->treearg));

	if (column < 0)
		errx(EXIT_FAILURE, _("unknown column: %s"), t->treearg);
	if (!mntns_table_has(t, column))
		errx(EXIT_FAILURE, _("%s: no column for the tree, it is not printed"), t->treearg);
	t->tree_column = column;
}

/*
 * mntns_table_choose:
 * @defaults: indexes of the columns that are shown without -o
 * @ndefaults: how many
 *
 * Call it when all options are taken: lists the columns and exits where that was
 * asked for, else chooses them; exits where -o is wrong.
 */
void mntns_table_choose(struct mntns_table *t, const int *defaults, size_t ndefaults)
{
	if (t->list_columns) {
		list_columns(t);
		exit(EXIT_SUCCESS);
	}
	choose_output(t, defaults, ndefaults);
	if (t->treearg)
		choose_tree(t);
}

void mntns_table_usage(FILE *out)
{
	fputsln(_(" -J, --json               use JSON output format"), out);
	fputsln(_(" -n, --noheadings         don't print column headings"), out);
	fputsln(_(" -o, --output <list>      output columns (see --list-columns)"), out);
	fputsln(_("     --output-all         output all available columns"), out);
	fputsln(_(" -P, --pairs              use key=\"value\" output format"), out);
	fputsln(_(" -r, --raw                use raw output format"), out);
	fputsln(_(" -u, --notruncate         don't truncate text in columns"), out);
}

int mntns_table_has(const struct mntns_table *t, int column)
{
	size_t i;

	for (i = 0; i < t->ncolumns; i++) {
		if (t->columns[i] == column)
			return 1;
	}
	return 0;
}

/* What the chosen columns have to ask for: all their bits of needs. */
uint64_t mntns_table_needs(const struct mntns_table *t)
{
	uint64_t needs = 0;
	size_t i;

	for (i = 0; i < t->ncolumns; i++)
		needs |= t->infos[t->columns[i]].needs;
	return needs;
}

static int column_flags(const struct mntns_table *t, const struct mntns_column *info)
{
	int flags = info->flags;

	if (!t->out.tree)
		return flags & ~SCOLS_FL_TREE;
	if (!t->treearg)
		return flags;
	/* the branches are at the left */
	if (info == &t->infos[t->tree_column])
		return (flags & ~SCOLS_FL_RIGHT) | SCOLS_FL_TREE;
	return flags & ~SCOLS_FL_TREE;
}

static void add_column(const struct mntns_table *t, struct libscols_table *tb,
		       const struct mntns_column *info)
{
	struct libscols_column *cl;
	int flags = column_flags(t, info);

	if (t->out.notruncate)
		flags &= ~SCOLS_FL_TRUNC;
	cl = scols_table_new_column(tb, info->name, info->whint, flags);
	if (!cl)
		err(EXIT_FAILURE, _("failed to allocate output column"));
	/* a cell with several lines */
	if (flags & SCOLS_FL_WRAP) {
		scols_column_set_wrapfunc(cl, scols_wrapnl_chunksize, scols_wrapnl_nextchunk, NULL);
		scols_column_set_safechars(cl, "\n");
	}
	if (t->out.json)
		scols_column_set_json_type(cl, info->json_type);
}

/*
 * mntns_table_new - an empty table with the chosen columns
 *
 * Returns: table, to be filled; mntns_table_print() frees it.
 */
struct libscols_table *mntns_table_new(const struct mntns_table *t)
{
	struct libscols_table *tb;
	size_t i;

	load_smartcols_or_err();
	scols_init_debug(0);

	tb = scols_new_table();
	if (!tb)
		err(EXIT_FAILURE, _("failed to allocate output table"));
	scols_table_set_name(tb, t->name);
	scols_table_enable_json(tb, t->out.json);
	scols_table_enable_raw(tb, t->out.raw);
	scols_table_enable_export(tb, t->out.pairs);
	scols_table_enable_noheadings(tb, t->out.noheadings);
	scols_table_enable_shellvar(tb, t->out.shellvars);

	for (i = 0; i < t->ncolumns; i++)
		add_column(t, tb, &t->infos[t->columns[i]]);
	return tb;
}

/* @parent is for a tree, or NULL */
struct libscols_line *mntns_table_line(struct libscols_table *tb, struct libscols_line *parent)
{
	struct libscols_line *ln = scols_table_new_line(tb, parent);

	if (!ln)
		err(EXIT_FAILURE, _("failed to allocate output line"));
	return ln;
}

/* ASCII, as nearly all names are; a loop that the compiler makes wide */
static int is_ascii(const char *str, size_t len)
{
	unsigned char bits = 0;
	size_t i;

	for (i = 0; i < len; i++)
		bits |= str[i];
	return bits < 0x80;
}

static int is_utf8(const char *str)
{
	size_t len;

	if (is_ascii(str, strlen(str)))
		return 1;
	for (; *str; str += len) {
		len = utf8_char_len(str);
		if (!len)
			return 0;
	}
	return 1;
}

/*
 * mntns_make_utf8:
 * @data: allocated string, taken over
 *
 * JSON is UTF-8, names of files are any bytes, and libsmartcols copies them as
 * they are. Bytes that are no UTF-8 become \xNN, as in the other formats.
 *
 * Returns: allocated string.
 */
char *mntns_make_utf8(char *data)
{
	const char *in = data;
	char *str, *out;

	if (is_utf8(data))
		return data;

	str = out = xmalloc(strlen(data) * 4 + 1);
	while (*in) {
		size_t len = utf8_char_len(in);

		if (!len) {
			out += sprintf(out, "\\x%02x", (unsigned char) *in++);
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
 * mntns_table_cell - give a string to a line
 * @ln: line
 * @n: position of the column in the table
 * @data: allocated string, the line frees it; NULL leaves the cell empty
 */
void mntns_table_cell(const struct mntns_table *t, struct libscols_line *ln,
		      size_t n, char *data)
{
	if (data && t->out.json)
		data = mntns_make_utf8(data);
	if (data && scols_line_refer_data(ln, n, data) != 0)
		err(EXIT_FAILURE, _("failed to add output data"));
}

/* Frees the table, too. */
void mntns_table_print(struct libscols_table *tb)
{
	if (scols_print_table(tb) != 0)
		err(EXIT_FAILURE, _("failed to print the table"));
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
