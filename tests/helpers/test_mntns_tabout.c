/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * test_mntns_tabout - whether lib/tabout writes what libsmartcols writes
 *
 *	test_mntns_tabout compare	every format, with hostile cells of every type
 *	test_mntns_tabout bytes		JSON of what is no UTF-8, which is ours alone
 */
#include <locale.h>

#include "c.h"
#include "lazylibs.h"
#include "tabout.h"

#define NR_ROWS		400
#define LONG_TEXT	150000		/* longer than the buffer */

static struct tabout_column columns[] = {
	{ .name = "TARGET",	  .json_type = SCOLS_JSON_STRING },
	{ .name = "UNIQ-ID",	  .json_type = SCOLS_JSON_NUMBER },
	{ .name = "MAJ:MIN",	  .json_type = SCOLS_JSON_STRING },
	{ .name = "DELETED",	  .json_type = SCOLS_JSON_BOOLEAN },
	{ .name = "PINS",	  .json_type = SCOLS_JSON_ARRAY_STRING, .lines = 1 },
	{ .name = "FDS",	  .json_type = SCOLS_JSON_ARRAY_NUMBER, .lines = 1 },
	{ .name = "ONE",	  .json_type = SCOLS_JSON_ARRAY_STRING },
	{ .name = "OPTIONS",	  .json_type = SCOLS_JSON_STRING }
};

static const char *const strings[] = {
	NULL, "", "/", "/a b", "\ttab", "new\nline", "back\\slash", "\"quoted\"", "`$(id)`$x",
	"'", "\x01\x02\x1b[31m\x7f", "\b\f\r\n\t", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80",
	"{\"a\": [1]}", "\\x20", "%s%n", "rw,relatime", "  ", "\xc2\xa0nbsp", "\xc2\x9b" "csi"
};
static const char *const numbers[] = { NULL, "", "0", "1", "18446744073709551615" };
static const char *const booleans[] = { NULL, "", "0", "1", "N", "n", "y", "true" };
static const char *const lists[] = {
	NULL, "", "/one", "/one\n/two", "\"\n\\\n\t", "a b\nc\nd e f", "\xc3\xa4\n\xc3\xb6"
};
static const char *const number_lists[] = { NULL, "", "1", "1\n22\n333" };

static unsigned int seed;

/* The same numbers with every libc. */
static unsigned int next_number(unsigned int n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % n;
}

#define one_of(array)	((array)[next_number(ARRAY_SIZE(array))])

/* An array without items is empty since libsmartcols 2.40, and has a null before. */
static const char *item_of(const char *data)
{
	return data && *data ? data : "1";
}

static const char *next_cell(size_t column)
{
	static char *long_text;

	switch (columns[column].json_type) {
	case SCOLS_JSON_NUMBER:
		return one_of(numbers);
	case SCOLS_JSON_BOOLEAN:
		return one_of(booleans);
	case SCOLS_JSON_ARRAY_STRING:
		return item_of(columns[column].lines ? one_of(lists) : one_of(strings));
	case SCOLS_JSON_ARRAY_NUMBER:
		return item_of(one_of(number_lists));
	}
	if (next_number(NR_ROWS / 2))
		return one_of(strings);
	if (!long_text) {
		size_t i;

		long_text = calloc(LONG_TEXT + 1, 1);
		if (!long_text)
			err_oom();
		for (i = 0; i < LONG_TEXT; i++)
			long_text[i] = "ab \\\"\n$"[i % 7];
	}
	return long_text;
}

/* At most one deeper than the row before. */
static unsigned int next_depth(unsigned int depth, int is_tree, unsigned int row)
{
	return is_tree && row ? next_number(depth + 2) : 0;
}

struct variant {
	enum tabout_format format;
	int is_tree;
	int noheadings;
	int shellvars;
	unsigned int nrows;
};

static void write_ours(const struct variant *v, FILE *out)
{
	struct tabout o = {
		.out = out,
		.format = v->format,
		.name = "filesystems",
		.noheadings = v->noheadings,
		.shellvars = v->shellvars,
		.columns = columns,
		.ncolumns = ARRAY_SIZE(columns)
	};
	unsigned int row, depth = 0;
	size_t i;

	if (tabout_begin(&o) != 0)
		err_oom();
	for (row = 0; row < v->nrows; row++) {
		depth = next_depth(depth, v->is_tree, row);
		tabout_row(&o, depth);
		for (i = 0; i < ARRAY_SIZE(columns); i++)
			tabout_cell(&o, next_cell(i));
	}
	if (tabout_end(&o) != 0)
		errx(EXIT_FAILURE, "cannot write");
}

static void add_column(struct libscols_table *tb, const struct tabout_column *c, int is_tree)
{
	struct libscols_column *cl;

	cl = scols_table_new_column(tb, c->name, 0.1, (is_tree ? SCOLS_FL_TREE : 0) |
						      (c->lines ? SCOLS_FL_WRAP : 0));
	if (c->lines) {
		scols_column_set_wrapfunc(cl, scols_wrapnl_chunksize, scols_wrapnl_nextchunk, NULL);
		scols_column_set_safechars(cl, "\n");
	}
	scols_column_set_json_type(cl, c->json_type);
}

static void write_theirs(const struct variant *v, FILE *out)
{
	struct libscols_table *tb = scols_new_table();
	struct libscols_line *at[NR_ROWS + 1] = { NULL };
	unsigned int row, depth = 0;
	size_t i;

	scols_table_set_stream(tb, out);
	scols_table_set_name(tb, "filesystems");
	scols_table_enable_raw(tb, v->format == TABOUT_RAW);
	scols_table_enable_export(tb, v->format == TABOUT_PAIRS);
	scols_table_enable_json(tb, v->format == TABOUT_JSON);
	scols_table_enable_noheadings(tb, v->noheadings);
	scols_table_enable_shellvar(tb, v->shellvars);
	for (i = 0; i < ARRAY_SIZE(columns); i++)
		add_column(tb, &columns[i], v->is_tree && i == 0);

	for (row = 0; row < v->nrows; row++) {
		depth = next_depth(depth, v->is_tree, row);
		at[depth] = scols_table_new_line(tb, depth ? at[depth - 1] : NULL);
		for (i = 0; i < ARRAY_SIZE(columns); i++) {
			const char *data = next_cell(i);

			if (data && scols_line_set_data(at[depth], i, data) != 0)
				err_oom();
		}
	}
	if (scols_print_table(tb) != 0)
		errx(EXIT_FAILURE, "libsmartcols failed");
	scols_unref_table(tb);
}

static char *written(const struct variant *v, void (*fn)(const struct variant *, FILE *))
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		err_oom();
	seed = 1;
	fn(v, f);
	fclose(f);
	return text;
}

static void show_difference(const char *ours, const char *theirs)
{
	size_t i = 0, from;

	while (ours[i] && ours[i] == theirs[i])
		i++;
	from = i > 60 ? i - 60 : 0;
	printf("at byte %zu\n< %.250s\n> %.250s\n", i, theirs + from, ours + from);
}

static int compare(const char *name, const struct variant *v)
{
	char *ours = written(v, write_ours), *theirs = written(v, write_theirs);
	int differ = strcmp(ours, theirs) != 0;

	printf("%s%s%s%s, %u rows: %s\n", name, v->is_tree ? ", tree" : "",
	       v->noheadings ? ", no headings" : "", v->shellvars ? ", shell" : "", v->nrows,
	       differ ? "DIFFERENT" : "same");
	if (differ)
		show_difference(ours, theirs);
	free(ours);
	free(theirs);
	return differ;
}

static int compare_all(void)
{
	static const unsigned int nrows[] = { 0, 1, 2, NR_ROWS };
	int differ = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(nrows); i++) {
		struct variant v = { .nrows = nrows[i] };

		v.format = TABOUT_RAW;
		differ |= compare("raw", &v);
		v.noheadings = 1;
		differ |= compare("raw", &v);
		v.noheadings = 0;
		v.shellvars = 1;
		differ |= compare("raw", &v);
		v.format = TABOUT_PAIRS;
		differ |= compare("pairs", &v);
		v.shellvars = 0;
		differ |= compare("pairs", &v);
		v.format = TABOUT_JSON;
		differ |= compare("JSON", &v);
		v.is_tree = 1;
		differ |= compare("JSON", &v);
	}
	return differ;
}

static void print_bytes(void)
{
	static struct tabout_column one[] = { { .name = "TEXT" } };
	static const char *const texts[] = {
		"\xff", "a\xc3", "\xc3\x28", "\xe2\x82", "\xed\xa0\x80", "\xc0\xaf",
		"\xf4\x90\x80\x80", "\xf0\x9f\x98\x80 ok", "\xe4\xf6\xfc\n\"\x7f"
	};
	struct tabout o = {
		.out = stdout, .format = TABOUT_JSON, .name = "bytes",
		.columns = one, .ncolumns = 1
	};
	size_t i;

	if (tabout_begin(&o) != 0)
		err_oom();
	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		tabout_row(&o, 0);
		tabout_cell(&o, texts[i]);
	}
	if (tabout_end(&o) != 0)
		errx(EXIT_FAILURE, "cannot write");
}

int main(int argc, char **argv)
{
	setlocale(LC_ALL, "");
	if (argc == 2 && strcmp(argv[1], "bytes") == 0) {
		print_bytes();
		return EXIT_SUCCESS;
	}
	if (argc != 2 || strcmp(argv[1], "compare") != 0)
		errx(EXIT_FAILURE, "what?");
	if (load_smartcols() != 0)
		errx(EXIT_FAILURE, "%s", lazylibs_errmsg());
	scols_init_debug(0);
	return compare_all() ? EXIT_FAILURE : EXIT_SUCCESS;
}
