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

static void __attribute__((__noreturn__)) usage(void)
{
	FILE *out = stdout;

	fputs(USAGE_HEADER, out);
	fprintf(out, _(" %s features [options]\n"), program_invocation_short_name);

	fputs(USAGE_SEPARATOR, out);
	fputsln(_("Show what this kernel offers, and what is used where it does not."), out);

	fputs(USAGE_OPTIONS, out);
	mntns_table_usage(out);

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

static void print_features(const struct mntns_table *t)
{
	struct mntns_rows *rows = mntns_rows_new(t);
	const struct feature *features;
	size_t i, n, nr;

	features = features_get(&nr);
	for (i = 0; i < nr; i++) {
		mntns_rows_add(rows, NULL);
		for (n = 0; n < t->ncolumns; n++)
			mntns_rows_cell(rows, cell(&features[i], t->columns[n]));
	}
	mntns_rows_print(rows);
}

int mntns_features(int argc, char **argv)
{
	static const struct option longopts[] = {
		TABLE_LONGOPTS,
		{ "help",    no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL }
	};
	static const ul_excl_t excl[] = {	/* rows and cols in ASCII order */
		{ 'J', 'P', 'r' },
		{ 0 }
	};
	static const int defaults[] = { COL_FEATURE, COL_HAVE, COL_USE, COL_ELSE };
	int excl_st[ARRAY_SIZE(excl)] = UL_EXCL_STATUS_INIT;
	struct mntns_table table = {
		.name = "features",
		.list_name = "features-columns",
		.infos = infos,
		.ninfos = ARRAY_SIZE(infos)
	};
	int c;

	while ((c = getopt_long(argc, argv, TABLE_SHORTOPTS "hV", longopts, NULL)) != -1) {
		err_exclusive_options(c, longopts, excl, excl_st);
		if (mntns_table_take(&table, c, optarg))
			continue;

		switch (c) {
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

	mntns_table_choose(&table, defaults, ARRAY_SIZE(defaults));
	print_features(&table);
	return EXIT_SUCCESS;
}
