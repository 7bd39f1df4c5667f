/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-features - what this kernel offers, and what is used where it does not
 */
#include <getopt.h>

#include "kfeatures.h"
#include "optutils.h"
#include "strutils.h"
#include "xalloc.h"

#include "mntns-table.h"
#include "mntns.h"

enum {
	COL_FEATURE,
	COL_HAVE,
	COL_SINCE,
	COL_USE,
	COL_ELSE
};

static const struct mntns_column infos[] = {
	[COL_FEATURE] = { "FEATURE", 0, 0, N_("name in the kernel or its manual pages"),
			  SCOLS_JSON_STRING, 0 },
	[COL_HAVE]    = { "HAVE",    0, 0, N_("yes, no, or ? where a right is missing to tell"),
			  SCOLS_JSON_STRING, 0 },
	[COL_SINCE]   = { "SINCE",   0, 0, N_("first Linux release that has it"),
			  SCOLS_JSON_STRING, 0 },
	[COL_USE]     = { "USE",     0, 0, N_("what mntns uses it for"),
			  SCOLS_JSON_STRING, 0 },
	[COL_ELSE]    = { "ELSE",    0, 0, N_("what mntns does where it is missing"),
			  SCOLS_JSON_STRING, 0 }
};

static int columns[ARRAY_SIZE(infos) * 2];
static size_t ncolumns;

static int column_to_id(const char *name, size_t namesz)
{
	return mntns_column_to_id(infos, ARRAY_SIZE(infos), name, namesz);
}

static void __attribute__((__noreturn__)) usage(void)
{
	FILE *out = stdout;

	fputs(USAGE_HEADER, out);
	fprintf(out, _(" %s features [options]\n"), program_invocation_short_name);

	fputs(USAGE_SEPARATOR, out);
	fputsln(_("Show what this kernel offers, and what is used where it does not."), out);

	fputs(USAGE_OPTIONS, out);
	fputsln(_(" -J, --json               use JSON output format"), out);
	fputsln(_(" -n, --noheadings         don't print headings"), out);
	fputsln(_(" -o, --output <list>      output columns"), out);
	fputsln(_("     --output-all         output all columns"), out);
	fputsln(_(" -P, --pairs              use key=\"value\" output format"), out);
	fputsln(_(" -r, --raw                use raw output format"), out);

	fputs(USAGE_SEPARATOR, out);
	fprintf(out, USAGE_LIST_COLUMNS_OPTION(26));
	fprintf(out, USAGE_HELP_OPTIONS(26));
	fprintf(out, USAGE_MAN_TAIL("mntns(8)"));
	exit(EXIT_SUCCESS);
}

static const char *have_name(enum feature_have have)
{
	return have == FEATURE_YES ? "yes" : have == FEATURE_NO ? "no" : "?";
}

static const char *cell(const struct feature *feature, int column)
{
	switch (column) {
	case COL_FEATURE:
		return feature->name;
	case COL_HAVE:
		return have_name(feature->probe());
	case COL_SINCE:
		return feature->since;
	case COL_USE:
		return _(feature->use);
	default:
		return _(feature->without);
	}
}

static void print_features(const struct mntns_output *out)
{
	struct libscols_table *tb;
	const struct feature *features;
	size_t i, n, nr;

	features = features_get(&nr);
	tb = mntns_new_table(out, "features", infos, columns, ncolumns);

	for (i = 0; i < nr; i++) {
		struct libscols_line *ln = scols_table_new_line(tb, NULL);

		if (!ln)
			err(EXIT_FAILURE, _("failed to allocate output line"));
		for (n = 0; n < ncolumns; n++)
			mntns_set_cell(out, ln, n, xstrdup(cell(&features[i], columns[n])));
	}
	mntns_print_table(tb);
	scols_unref_table(tb);
}

int mntns_features(int argc, char **argv)
{
	enum {
		OPT_OUTPUT_ALL = CHAR_MAX + 1
	};
	static const struct option longopts[] = {
		{ "help",	  no_argument,	     NULL, 'h' },
		{ "json",	  no_argument,	     NULL, 'J' },
		{ "list-columns", no_argument,	     NULL, 'H' },
		{ "noheadings",	  no_argument,	     NULL, 'n' },
		{ "output",	  required_argument, NULL, 'o' },
		{ "output-all",	  no_argument,	     NULL, OPT_OUTPUT_ALL },
		{ "pairs",	  no_argument,	     NULL, 'P' },
		{ "raw",	  no_argument,	     NULL, 'r' },
		{ "version",	  no_argument,	     NULL, 'V' },
		{ NULL }
	};
	static const ul_excl_t excl[] = {
		{ 'J', 'P', 'r' },
		{ 0 }
	};
	static const int defaults[] = { COL_FEATURE, COL_HAVE, COL_USE, COL_ELSE };
	int excl_st[ARRAY_SIZE(excl)] = UL_EXCL_STATUS_INIT;
	struct mntns_output out = { .json = 0 };
	const char *outarg = NULL;
	int c, list_columns = 0;

	while ((c = getopt_long(argc, argv, "HhJno:PrV", longopts, NULL)) != -1) {
		err_exclusive_options(c, longopts, excl, excl_st);
		switch (c) {
		case 'H':
			list_columns = 1;
			break;
		case 'J':
			out.json = 1;
			break;
		case 'n':
			out.noheadings = 1;
			break;
		case 'o':
			outarg = optarg;
			break;
		case OPT_OUTPUT_ALL:
			for (ncolumns = 0; ncolumns < ARRAY_SIZE(infos); ncolumns++)
				columns[ncolumns] = ncolumns;
			break;
		case 'P':
			out.pairs = 1;
			break;
		case 'r':
			out.raw = 1;
			break;
		case 'h':
			usage();
		case 'V':
			print_version(EXIT_SUCCESS);
		default:
			errtryhelp(EXIT_FAILURE);
		}
	}
	if (optind < argc) {
		warnx(_("unexpected argument: %s"), argv[optind]);
		errtryhelp(EXIT_FAILURE);
	}
	if (list_columns) {
		mntns_list_columns(&out, "list-columns", infos, ARRAY_SIZE(infos));
		return EXIT_SUCCESS;
	}
	if (!ncolumns) {
		for (; ncolumns < ARRAY_SIZE(defaults); ncolumns++)
			columns[ncolumns] = defaults[ncolumns];
	}
	if (outarg && string_add_to_idarray(outarg, columns, ARRAY_SIZE(columns),
					    &ncolumns, column_to_id) < 0)
		return EXIT_FAILURE;

	print_features(&out);
	return EXIT_SUCCESS;
}
