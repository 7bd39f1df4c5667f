/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-diff - compare the mounts of two mount namespaces
 */
#include <getopt.h>

/* as diff(1) has it: 0 is equal and 1 is different */
#define EXIT_TROUBLE		2
#define OPTUTILS_EXIT_CODE	EXIT_TROUBLE

#include "mntdiff.h"
#include "mountapi.h"
#include "nsref.h"
#include "optutils.h"
#include "strutils.h"
#include "xalloc.h"

#include "mntns-mntcols.h"
#include "mntns.h"

enum {
	COL_CHANGE,
	COL_TARGET,
	COL_COLUMN,
	COL_OLD,
	COL_NEW,
	COL_SOURCE,
	COL_FSTYPE,
	COL_OPTIONS
};

static const struct mntns_column infos[] = {
	[COL_CHANGE]  = { "CHANGE", 1, 0,
			  N_("< only the first has it, > only the second, ! they differ"),
			  SCOLS_JSON_STRING },
	[COL_TARGET]  = { "TARGET", 0.30, SCOLS_FL_NOEXTREMES,
			  N_("mount point"), SCOLS_JSON_STRING },
	[COL_COLUMN]  = { "COLUMN", 1, 0,
			  N_("what differs, a column of mntns list"), SCOLS_JSON_STRING },
	[COL_OLD]     = { "OLD", 0.25, SCOLS_FL_NOEXTREMES,
			  N_("its value in the first namespace; of a mount, the source"),
			  SCOLS_JSON_STRING },
	[COL_NEW]     = { "NEW", 0.25, SCOLS_FL_NOEXTREMES,
			  N_("its value in the second namespace; of a mount, the source"),
			  SCOLS_JSON_STRING },
	[COL_SOURCE]  = { "SOURCE", 0.25, SCOLS_FL_NOEXTREMES,
			  N_("source of the mount, in the first namespace if it is in both"),
			  SCOLS_JSON_STRING },
	[COL_FSTYPE]  = { "FSTYPE", 0.10, SCOLS_FL_TRUNC,
			  N_("filesystem type, likewise"), SCOLS_JSON_STRING },
	[COL_OPTIONS] = { "OPTIONS", 0.10, SCOLS_FL_TRUNC,
			  N_("all mount options, likewise"), SCOLS_JSON_STRING }
};

static const int default_columns[] = {
	COL_CHANGE, COL_TARGET, COL_COLUMN, COL_OLD, COL_NEW
};

/* What is compared, as the column of a mount that shows it. */
static const int field_columns[MNTDIFF_NFIELDS] = {
	[MNTDIFF_SOURCE]      = MNTCOL_SOURCE,
	[MNTDIFF_FSROOT]      = MNTCOL_FSROOT,
	[MNTDIFF_FSTYPE]      = MNTCOL_FSTYPE,
	[MNTDIFF_VFS_OPTIONS] = MNTCOL_VFS_OPTIONS,
	[MNTDIFF_FS_OPTIONS]  = MNTCOL_FS_OPTIONS,
	[MNTDIFF_PROPAGATION] = MNTCOL_PROPAGATION,
	[MNTDIFF_UIDMAP]      = MNTCOL_UIDMAP,
	[MNTDIFF_GIDMAP]      = MNTCOL_GIDMAP,
	[MNTDIFF_MAJMIN]      = MNTCOL_MAJMIN
};

struct diff_control {
	struct mntns_table	table;
	unsigned int		fields;		/* bits of enum mntdiff_field */
	unsigned int		quiet:1;

	struct nsref		refs[2];
	struct mnttab		tabs[2];
	struct mntdiff		diff;
};

/*
 * There is an answer. Whatever ends the program before, be it in a function
 * that all verbs share, must not look like one.
 */
static int answered;

static void leave(void)
{
	if ((fflush(stdout) != 0 || ferror(stdout)) && errno != EPIPE) {
		warn(_("write error"));
		_exit(EXIT_TROUBLE);
	}
	if (!answered)
		_exit(EXIT_TROUBLE);
}

static const char *field_name(enum mntdiff_field field)
{
	return mntcol_infos[field_columns[field]].name;
}

static char *cell_of(const struct diff_control *ctl, const struct mntdiff_change *change,
		     int nr, int column)
{
	if (!change->mnt[nr])
		return NULL;
	return mntcol_text(&ctl->table.out, &ctl->refs[nr], change->mnt[nr], column);
}

/* Of options, those that only one of the two has. */
static char *options_text(const struct diff_control *ctl, const struct mntdiff_change *change,
			  int nr, int column)
{
	char *first = cell_of(ctl, change, 0, column);
	char *second = cell_of(ctl, change, 1, column);
	char *only[2];

	if (mntdiff_options(first, second, &only[0], &only[1]) != 0)
		err_oom();
	free(first);
	free(second);
	free(only[!nr]);
	return only[nr];
}

/* @field is MNTDIFF_NFIELDS for a mount that only one has */
static char *value_text(const struct diff_control *ctl, const struct mntdiff_change *change,
			int nr, enum mntdiff_field field)
{
	const struct mnt_entry *mnt = change->mnt[nr];

	switch (field) {
	case MNTDIFF_NFIELDS:
		return cell_of(ctl, change, nr, MNTCOL_SOURCE);
	case MNTDIFF_SOURCE:
		return xstrdup(mnt->source);
	case MNTDIFF_VFS_OPTIONS:
	case MNTDIFF_FS_OPTIONS:
		return options_text(ctl, change, nr, field_columns[field]);
	default:
		return cell_of(ctl, change, nr, field_columns[field]);
	}
}

static char *cell_text(const struct diff_control *ctl, const struct mntdiff_change *change,
		       enum mntdiff_field field, int id)
{
	int nr = change->mnt[0] ? 0 : 1;

	switch (id) {
	case COL_CHANGE:
		return xstrdup(!change->mnt[1] ? "<" : !change->mnt[0] ? ">" : "!");
	case COL_TARGET:
		return cell_of(ctl, change, nr, MNTCOL_TARGET);
	case COL_COLUMN:
		return xstrdup(field == MNTDIFF_NFIELDS ? NULL : field_name(field));
	case COL_OLD:
		return value_text(ctl, change, 0, field);
	case COL_NEW:
		return value_text(ctl, change, 1, field);
	case COL_SOURCE:
		return cell_of(ctl, change, nr, MNTCOL_SOURCE);
	case COL_FSTYPE:
		return cell_of(ctl, change, nr, MNTCOL_FSTYPE);
	case COL_OPTIONS:
		return cell_of(ctl, change, nr, MNTCOL_OPTIONS);
	}
	return NULL;
}

static void add_line(const struct diff_control *ctl, struct mntns_rows *rows,
		     const struct mntdiff_change *change, enum mntdiff_field field)
{
	const struct mntns_table *t = &ctl->table;
	size_t i;

	mntns_rows_add(rows, NULL);
	for (i = 0; i < t->ncolumns; i++)
		mntns_rows_give(rows, cell_text(ctl, change, field, t->columns[i]));
}

/* One line for a mount that only one has, else one for each thing that differs. */
static void print_changes(const struct diff_control *ctl)
{
	struct mntns_rows *rows = mntns_rows_new(&ctl->table);
	size_t i, n;

	for (i = 0; i < ctl->diff.nchanges; i++) {
		const struct mntdiff_change *change = &ctl->diff.changes[i];

		if (!change->fields)
			add_line(ctl, rows, change, MNTDIFF_NFIELDS);
		for (n = 0; n < MNTDIFF_NFIELDS; n++) {
			if (change->fields & (1U << n))
				add_line(ctl, rows, change, n);
		}
	}
	mntns_rows_print(rows);
}

static void __attribute__((__noreturn__)) trouble(struct diag *d)
{
	mntns_warn(d);
	exit(EXIT_TROUBLE);
}

/* What the kernel does not tell of one of them is not compared. */
static void drop_unknown(struct diff_control *ctl)
{
	unsigned int i, n;

	for (i = 0; i < ARRAY_SIZE(ctl->tabs); i++) {
		unsigned int unknown = mntdiff_unknown_fields(&ctl->tabs[i], ctl->fields);

		for (n = 0; n < MNTDIFF_NFIELDS; n++) {
			if (unknown & (1U << n))
				warnx(_("%s: %s is not compared: this kernel does not tell it"),
				      ctl->refs[i].name, field_name(n));
		}
		ctl->fields &= ~unknown;
	}
}

static void compare(struct diff_control *ctl, char **operands)
{
	struct diag d = { .step = DIAG_NONE };
	uint64_t mask = mntdiff_mask(ctl->fields) | MNTCOL_SOURCE_MASK |
			UL_STATMOUNT_FS_TYPE | UL_STATMOUNT_FS_SUBTYPE |
			UL_STATMOUNT_MNT_OPTS;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ctl->refs); i++) {
		if (nsref_open(&ctl->refs[i], operands[i], &d) != 0)
			trouble(&d);
	}
	for (i = 0; i < ARRAY_SIZE(ctl->refs); i++) {
		if (mnttab_read(&ctl->tabs[i], &ctl->refs[i], mask, 0, &d) != 0)
			trouble(&d);
	}
	/* one namespace twice: what changed between is no difference of two */
	if (ctl->refs[0].ino == ctl->refs[1].ino)
		return;

	drop_unknown(ctl);
	if (mntdiff_compare(&ctl->diff, &ctl->tabs[0], &ctl->tabs[1], ctl->fields) != 0)
		err_oom();
}

static int column_to_field(const char *name, size_t namesz)
{
	size_t i;

	for (i = 0; i < MNTDIFF_NFIELDS; i++) {
		const char *known = field_name(i);

		if (strncasecmp(name, known, namesz) == 0 && !known[namesz])
			return i;
	}
	if (strncasecmp(name, "OPTIONS", namesz) == 0 && namesz == strlen("OPTIONS"))
		return MNTDIFF_NFIELDS;
	warnx(_("cannot ignore column: %.*s"), (int) namesz, name);
	return -1;
}

static unsigned int parse_ignored(const char *list)
{
	static const unsigned int options =
		(1U << MNTDIFF_VFS_OPTIONS) | (1U << MNTDIFF_FS_OPTIONS);
	int ids[MNTNS_MAX_COLUMNS], i, n;
	unsigned int fields = 0;

	n = string_to_idarray(list, ids, ARRAY_SIZE(ids), column_to_field);
	if (n <= 0) {
		if (!*list)
			warnx(_("no column specified"));
		exit(EXIT_TROUBLE);
	}
	for (i = 0; i < n; i++)
		fields |= ids[i] == MNTDIFF_NFIELDS ? options : 1U << ids[i];
	return fields;
}

static void __attribute__((__noreturn__)) usage(void)
{
	FILE *out = stdout;

	fputs(USAGE_HEADER, out);
	fprintf(out, _(" %s diff [options] <namespace> <namespace>\n"),
		program_invocation_short_name);

	fputs(USAGE_SEPARATOR, out);
	fputsln(_("Compare the mounts of two mount namespaces."), out);

	fputs(USAGE_OPTIONS, out);
	fputsln(_("     --devices            compare also the device numbers"), out);
	fputsln(_("     --ignore <list>      columns that are not compared"), out);
	fputsln(_(" -q, --quiet              print nothing, the exit status is the answer"), out);
	mntns_table_usage(out);

	fputs(USAGE_SEPARATOR, out);
	fprintf(out, USAGE_LIST_COLUMNS_OPTION(26));
	fprintf(out, USAGE_HELP_OPTIONS(26));
	fprintf(out, USAGE_MAN_TAIL("mntns(8)"));

	exit(EXIT_SUCCESS);
}

static void parse_options(struct diff_control *ctl, int argc, char **argv)
{
	enum {
		OPT_DEVICES = TABLE_OPT_NEXT,
		OPT_IGNORE
	};
	static const struct option longopts[] = {
		TABLE_LONGOPTS,
		{ "devices",	no_argument,	   NULL, OPT_DEVICES },
		{ "help",	no_argument,	   NULL, 'h' },
		{ "ignore",	required_argument, NULL, OPT_IGNORE },
		{ "quiet",	no_argument,	   NULL, 'q' },
		{ "version",	no_argument,	   NULL, 'V' },
		{ NULL }
	};
	static const ul_excl_t excl[] = {	/* rows and cols in ASCII order */
		{ 'J', 'P', 'q', 'r' },
		{ 0 }
	};
	int excl_st[ARRAY_SIZE(excl)] = UL_EXCL_STATUS_INIT;
	unsigned int ignored = 0;
	int c;

	while ((c = getopt_long(argc, argv, TABLE_SHORTOPTS "hqV", longopts, NULL)) != -1) {
		err_exclusive_options(c, longopts, excl, excl_st);
		if (mntns_table_take(&ctl->table, c, optarg))
			continue;

		switch (c) {
		case 'q':
			ctl->quiet = 1;
			break;
		case OPT_DEVICES:
			ctl->fields |= 1U << MNTDIFF_MAJMIN;
			break;
		case OPT_IGNORE:
			ignored |= parse_ignored(optarg);
			break;
		case 'h':
			answered = 1;
			usage();
		case 'V':
			answered = 1;
			print_version(EXIT_SUCCESS);
		default:
			errtryhelp(EXIT_TROUBLE);
		}
	}
	ctl->fields &= ~ignored;
}

int mntns_diff(int argc, char **argv)
{
	struct diff_control ctl = {
		.table = {
			.name = "differences",
			.list_name = "diff-columns",
			.infos = infos,
			.ninfos = ARRAY_SIZE(infos)
		},
		.fields = MNTDIFF_ALL_FIELDS & ~(1U << MNTDIFF_MAJMIN),
	};
	size_t i;
	int rc;

	atexit(leave);
	parse_options(&ctl, argc, argv);

	answered = ctl.table.list_columns;
	mntns_table_choose(&ctl.table, default_columns, ARRAY_SIZE(default_columns));
	if (argc - optind != 2) {
		if (argc - optind < 2)
			warnx(_("two namespaces are needed"));
		else
			warnx(_("unexpected argument: %s"), argv[optind + 2]);
		errtryhelp(EXIT_TROUBLE);
	}

	compare(&ctl, argv + optind);
	if (!ctl.quiet)
		print_changes(&ctl);

	rc = ctl.diff.nchanges != 0;
	mntdiff_free(&ctl.diff);
	for (i = 0; i < ARRAY_SIZE(ctl.refs); i++) {
		mnttab_free(&ctl.tabs[i]);
		nsref_close(&ctl.refs[i]);
	}
	answered = 1;
	return rc;
}
