/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-list - show the mounts of mount namespaces
 */
#include <getopt.h>

#include "mnttab.h"
#include "mountapi.h"
#include "nsref.h"
#include "optutils.h"
#include "xalloc.h"

#include "mntns-mntcols.h"
#include "mntns.h"

struct list_control {
	struct mntns_table	table;
	unsigned int		verbose:1;
	unsigned int		all_mounts:1;

	struct nsref		*refs;
	struct mnttab		*tabs;
	size_t			nrefs;
};

/* the tree hangs on the ids */
static uint64_t statmount_mask(const struct list_control *ctl)
{
	return mntns_table_needs(&ctl->table) |
	       (ctl->table.out.tree ? UL_STATMOUNT_MNT_BASIC : 0);
}

static struct libscols_line *add_line(const struct mntns_table *t, struct libscols_table *tb,
				      struct libscols_line *parent, const struct nsref *ref,
				      const struct mnt_entry *mnt)
{
	struct libscols_line *ln = mntns_table_line(tb, parent);
	size_t i;

	for (i = 0; i < t->ncolumns; i++)
		mntns_table_cell(t, ln, i, mntcol_text(&t->out, ref, mnt, t->columns[i]));
	return ln;
}

static void add_tree(const struct mntns_table *t, struct libscols_table *tb,
		     const struct nsref *ref, struct mnttab *tab)
{
	struct libscols_line **lines;
	struct mnt_entry *mnt;

	if (mnttab_build_tree(tab) != 0)
		err_oom();

	lines = xcalloc(tab->nmounts, sizeof(*lines));
	for (mnt = mnttab_next_tree(tab, NULL); mnt; mnt = mnttab_next_tree(tab, mnt))
		lines[mnt - tab->mounts] = add_line(t, tb, mnt->up == MNTTAB_NONE ?
						    NULL : lines[mnt->up], ref, mnt);
	free(lines);
}

static void add_list(const struct mntns_table *t, struct libscols_table *tb,
		     const struct nsref *ref, const struct mnttab *tab)
{
	uint32_t i;

	for (i = 0; i < tab->nmounts; i++)
		add_line(t, tb, NULL, ref, &tab->mounts[i]);
}

static void print_mounts(const struct list_control *ctl)
{
	const struct mntns_table *t = &ctl->table;
	struct libscols_table *tb = mntns_table_new(t);
	size_t i;

	for (i = 0; i < ctl->nrefs; i++) {
		if (t->out.tree)
			add_tree(t, tb, &ctl->refs[i], &ctl->tabs[i]);
		else
			add_list(t, tb, &ctl->refs[i], &ctl->tabs[i]);
		mnttab_free(&ctl->tabs[i]);
	}

	mntns_table_print(tb);
}

/* Where the data came from, and which columns stay empty. */
static void report_origin(const struct mntns_table *t, const struct nsref *ref,
			  const struct mnttab *tab)
{
	const char *name = ref->name ? ref->name : _("the caller's namespace");
	size_t i;

	if (tab->fallback)
		warnx(_("%s: read from mountinfo: listmount(2): %s"), name, strerror(tab->fallback));

	for (i = 0; i < t->ncolumns; i++) {
		const struct mntns_column *info = &t->infos[t->columns[i]];

		if (info->needs & tab->patched)
			warnx(_("%s: %s read from mountinfo: this kernel's statmount(2) lacks it"),
			      name, info->name);
		else if (info->needs & tab->missing)
			warnx(_("%s: %s unknown: this kernel's statmount(2) lacks it"),
			      name, info->name);
	}
}

/* All operands are resolved before the first is read, and all read before any is printed. */
static void read_mounts(struct list_control *ctl, char **operands)
{
	struct diag d = { .step = DIAG_NONE };
	uint64_t mask = statmount_mask(ctl);
	size_t i;

	for (i = 0; i < ctl->nrefs && operands; i++) {
		if (nsref_open(&ctl->refs[i], operands[i], &d) != 0)
			mntns_err(&d);
	}
	if (!operands && (mntns_table_has(&ctl->table, MNTCOL_NSID) ||
			  mntns_table_has(&ctl->table, MNTCOL_NS)) &&
	    nsref_open_self(&ctl->refs[0], &d) != 0)
		mntns_err(&d);

	for (i = 0; i < ctl->nrefs; i++) {
		if (mnttab_read(&ctl->tabs[i], operands ? &ctl->refs[i] : NULL, mask,
				ctl->all_mounts ? MNTTAB_ALL : 0, &d) != 0)
			mntns_err(&d);
		nsref_close(&ctl->refs[i]);
		if (ctl->verbose)
			report_origin(&ctl->table, &ctl->refs[i], &ctl->tabs[i]);
	}
}

static void __attribute__((__noreturn__)) usage(void)
{
	FILE *out = stdout;

	fputs(USAGE_HEADER, out);
	fprintf(out, _(" %s list [options] [<namespace>...]\n"), program_invocation_short_name);

	fputs(USAGE_SEPARATOR, out);
	fputsln(_("Show the mounts of mount namespaces, by default of the caller's."), out);

	fputs(USAGE_OPTIONS, out);
	fputsln(_("     --all-mounts         also mounts hidden below the visible root"), out);
	fputsln(_(" -l, --list               use list format output"), out);
	fputsln(_(" -T, --tree               use tree format output (default)"), out);
	mntns_table_usage(out);
	fputsln(_(" -v, --verbose            say where the kernel's answers are incomplete"), out);

	fputs(USAGE_SEPARATOR, out);
	fprintf(out, USAGE_LIST_COLUMNS_OPTION(26));
	fprintf(out, USAGE_HELP_OPTIONS(26));
	fprintf(out, USAGE_MAN_TAIL("mntns(8)"));

	exit(EXIT_SUCCESS);
}

/* With several namespaces each line says which it is of. */
static void choose_columns(struct list_control *ctl)
{
	static const int defaults[] = {
		MNTCOL_NSID, MNTCOL_TARGET, MNTCOL_SOURCE, MNTCOL_FSTYPE, MNTCOL_OPTIONS
	};
	size_t skip = ctl->nrefs > 1 ? 0 : 1;

	mntns_table_choose(&ctl->table, defaults + skip, ARRAY_SIZE(defaults) - skip);
}

int mntns_list(int argc, char **argv)
{
	enum {
		OPT_ALL_MOUNTS = TABLE_OPT_NEXT
	};
	static const struct option longopts[] = {
		TABLE_LONGOPTS,
		{ "all-mounts",	no_argument, NULL, OPT_ALL_MOUNTS },
		{ "help",	no_argument, NULL, 'h' },
		{ "list",	no_argument, NULL, 'l' },
		{ "tree",	no_argument, NULL, 'T' },
		{ "verbose",	no_argument, NULL, 'v' },
		{ "version",	no_argument, NULL, 'V' },
		{ NULL }
	};
	static const ul_excl_t excl[] = {	/* rows and cols in ASCII order */
		{ 'J', 'P', 'r' },
		{ 'P', 'T', 'l', 'r' },
		{ 0 }
	};
	int excl_st[ARRAY_SIZE(excl)] = UL_EXCL_STATUS_INIT;
	struct list_control ctl = {
		.table = {
			.name = "filesystems",
			.list_name = "list-columns",
			.infos = mntcol_infos,
			.ninfos = MNTCOL_COUNT,
			.out = { .tree = 1 }
		}
	};
	int c;

	while ((c = getopt_long(argc, argv, TABLE_SHORTOPTS "hlTvV", longopts, NULL)) != -1) {
		err_exclusive_options(c, longopts, excl, excl_st);
		if (mntns_table_take(&ctl.table, c, optarg))
			continue;

		switch (c) {
		case 'l':
			ctl.table.out.tree = 0;
			break;
		case 'T':
			ctl.table.out.tree = 1;
			break;
		case 'v':
			ctl.verbose = 1;
			break;
		case OPT_ALL_MOUNTS:
			ctl.all_mounts = 1;
			break;
		case 'h':
			usage();
		case 'V':
			print_version(EXIT_SUCCESS);
		default:
			errtryhelp(EXIT_FAILURE);
		}
	}

	ctl.nrefs = optind < argc ? argc - optind : 1;
	choose_columns(&ctl);

	ctl.refs = xcalloc(ctl.nrefs, sizeof(*ctl.refs));
	ctl.tabs = xcalloc(ctl.nrefs, sizeof(*ctl.tabs));
	read_mounts(&ctl, optind < argc ? argv + optind : NULL);
	print_mounts(&ctl);

	free(ctl.tabs);
	free(ctl.refs);
	return EXIT_SUCCESS;
}
