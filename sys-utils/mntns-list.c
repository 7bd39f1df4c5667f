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
#include "nsiter.h"
#include "nsref.h"
#include "optutils.h"
#include "strutils.h"
#include "xalloc.h"

#include "mntns-filter.h"
#include "mntns-list.h"
#include "mntns-mntcols.h"
#include "mntns-mntsel.h"
#include "mntns.h"

struct list_control {
	struct mntns_table	table;
	struct mntsel		sel;
	const char		*filterarg;	/* -Q */
	struct mntns_filter	*filter;
	uint64_t		follow;		/* id of a mount, or 0 */
	unsigned int		verbose:1;
	unsigned int		all_mounts:1;
	unsigned int		all:1;		/* every namespace there is */
	unsigned int		tree:1;		/* -T */
	unsigned int		fstab:1;

	struct nsiter		iter;		/* with all */
	struct nsref		*refs;
	struct mnttab		*tabs;
	size_t			nrefs;
	size_t			nshown;		/* mounts */
};

/* the tree hangs on the ids */
static int needs_tree(const struct list_control *ctl)
{
	return ctl->table.out.tree || ctl->sel.submounts;
}

static uint64_t statmount_mask(const struct list_control *ctl)
{
	return mntns_table_needs(&ctl->table) | mntsel_needs(&ctl->sel) |
	       mntns_filter_needs(ctl->filter) |
	       (needs_tree(ctl) ? UL_STATMOUNT_MNT_BASIC : 0);
}

static struct mntns_row add_mount(struct list_control *ctl, struct mntns_rows *rows,
				  const struct mntns_row *parent, const struct nsref *ref,
				  const struct mnt_entry *mnt)
{
	const struct mntns_table *t = &ctl->table;
	struct mntns_row row = mntns_rows_add(rows, t->out.tree ? parent : NULL);
	size_t i;

	for (i = 0; i < t->ncolumns; i++)
		mntcol_add(rows, &t->out, ref, mnt, t->columns[i]);
	ctl->nshown++;
	return row;
}

/*
 * In the order of the tree, and as a tree where one is printed: a mount whose
 * parent is not shown goes below the next one up that is.
 */
static void add_tree(struct list_control *ctl, struct mntns_rows *rows,
		     const struct nsref *ref, const struct mnttab *tab,
		     const unsigned char *shown)
{
	static const struct mntns_row none;
	struct mntns_row *added = xcalloc(tab->nmounts, sizeof(*added));
	struct mnt_entry *mnt;

	for (mnt = mnttab_next_tree(tab, NULL); mnt; mnt = mnttab_next_tree(tab, mnt)) {
		struct mntns_row parent = mnt->up == MNTTAB_NONE ? none : added[mnt->up];
		uint32_t i = mnt - tab->mounts;

		added[i] = parent;
		if (!shown || shown[i])
			added[i] = add_mount(ctl, rows, &parent, ref, mnt);
	}
	free(added);
}

/*
 * With --submounts: one tree for each mount that matches, in the order of the
 * table, as findmnt(8) has it.
 */
static void add_subtrees(struct list_control *ctl, struct mntns_rows *rows,
			 const struct nsref *ref, const struct mnttab *tab,
			 const unsigned char *shown)
{
	struct mntns_row *added = xcalloc(tab->nmounts, sizeof(*added));
	const struct mnt_entry *mnt;
	uint32_t i;

	for (i = 0; i < tab->nmounts; i++) {
		mnt = &tab->mounts[i];
		if (!shown[i] || (mnt->up != MNTTAB_NONE && shown[mnt->up]))
			continue;

		/* what follows is below as long as its parent is there already */
		added[i] = add_mount(ctl, rows, NULL, ref, mnt);
		while ((mnt = mnttab_next_tree(tab, mnt)) && mnt->up != MNTTAB_NONE &&
		       added[mnt->up].level)
			added[mnt - tab->mounts] = add_mount(ctl, rows, &added[mnt->up], ref, mnt);
	}
	free(added);
}

static void add_list(struct list_control *ctl, struct mntns_rows *rows,
		     const struct nsref *ref, const struct mnttab *tab,
		     const unsigned char *shown)
{
	uint32_t i;

	for (i = 0; i < tab->nmounts; i++) {
		if (shown && !shown[i])
			continue;
		add_mount(ctl, rows, NULL, ref, &tab->mounts[i]);
	}
}

struct filter_row {
	const struct nsref *ref;
	const struct mnt_entry *mnt;
};

static char *filter_cell(const void *row, int column)
{
	static const struct mntns_output raw = { .raw = 1 };
	const struct filter_row *r = row;

	return mntcol_text(&raw, r->ref, r->mnt, column);
}

static int is_selective(const struct list_control *ctl)
{
	return mntsel_is_active(&ctl->sel) || ctl->filter || ctl->follow;
}

/* Returns: allocated array, true for the mounts to show; NULL where that is all. */
static unsigned char *select_mounts(const struct list_control *ctl, const struct nsref *ref,
				    const struct mnttab *tab)
{
	unsigned char *shown;
	uint32_t i;

	if (!mntsel_is_active(&ctl->sel) && !ctl->filter)
		return NULL;

	shown = mntsel_apply(&ctl->sel, tab);
	for (i = 0; ctl->filter && i < tab->nmounts; i++) {
		struct filter_row row = { .ref = ref, .mnt = &tab->mounts[i] };

		if (shown[i])
			shown[i] = mntns_filter_match(ctl->filter, filter_cell, &row);
	}
	if (ctl->sel.submounts)
		mntsel_add_submounts(tab, shown);
	return shown;
}

static void add_namespace(struct list_control *ctl, struct mntns_rows *rows,
			  const struct nsref *ref, struct mnttab *tab)
{
	unsigned char *shown;

	if (needs_tree(ctl) && mnttab_build_tree(tab) != 0)
		err_oom();
	shown = select_mounts(ctl, ref, tab);

	if (shown && ctl->sel.submounts)
		add_subtrees(ctl, rows, ref, tab, shown);
	else if (needs_tree(ctl))
		add_tree(ctl, rows, ref, tab, shown);
	else
		add_list(ctl, rows, ref, tab, shown);
	free(shown);
}

static void print_mounts(struct list_control *ctl)
{
	struct mntns_rows *rows = mntns_rows_new(&ctl->table);
	size_t i;

	for (i = 0; i < ctl->nrefs; i++) {
		add_namespace(ctl, rows, &ctl->refs[i], &ctl->tabs[i]);
		mnttab_free(&ctl->tabs[i]);
	}
	mntns_rows_print(rows);
}

/* Where the data came from, and which columns stay empty. */
static void report_origin(const struct mntns_table *t, const struct nsref *ref,
			  const struct mnttab *tab)
{
	const char *name = ref->name ? ref->name : _("the caller's namespace");
	size_t i;

	if (tab->fallback)
		warnx(_("%s: read from mountinfo: listmount(2) or statmount(2): %s"), name, strerror(tab->fallback));

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

static void open_operands(struct list_control *ctl, char **operands)
{
	struct diag d = { .step = DIAG_NONE };
	size_t i;

	for (i = 0; i < ctl->nrefs; i++) {
		if (nsref_open(&ctl->refs[i], operands[i], &d) != 0)
			mntns_err(&d);
	}
}

static int shows_column(const struct list_control *ctl, int column)
{
	return mntns_table_has(&ctl->table, column) || mntns_filter_has(ctl->filter, column);
}

/* The caller's own needs no open file, unless a column shows what it is. */
static void open_self(struct list_control *ctl)
{
	struct diag d = { .step = DIAG_NONE };

	ctl->refs[0] = (struct nsref) { .kind = NSREF_SELF, .fd = -1 };
	if (!shows_column(ctl, MNTCOL_NSID) && !shows_column(ctl, MNTCOL_NS))
		return;
	if (nsref_open_self(&ctl->refs[0], &d) != 0)
		mntns_err(&d);
	ctl->refs[0].name = NULL;
}

/* The open files stay nsiter's. */
static void find_all(struct list_control *ctl)
{
	struct diag d = { .step = DIAG_NONE };
	size_t i;

	if (nsiter_scan(&ctl->iter, 0, &d) != 0)
		mntns_err(&d);
	ctl->nrefs = ctl->iter.n;
	ctl->refs = xcalloc(ctl->nrefs, sizeof(*ctl->refs));
	for (i = 0; i < ctl->nrefs; i++) {
		const struct nsiter_ns *ns = &ctl->iter.ns[i];

		ctl->refs[i] = (struct nsref) {
			.name = ns->names, .kind = NSREF_ID,
			.fd = ns->fd, .pid = ns->pid, .ino = ns->ino, .id = ns->id
		};
	}
}

static int read_table(const struct list_control *ctl, struct mnttab *tab,
		      const struct nsref *ref, uint64_t mask, struct diag *d)
{
	if (ctl->follow)
		return mnttab_read_below(tab, ref, ctl->follow, mask, d);
	return mnttab_read(tab, ref, mask, ctl->all_mounts ? MNTTAB_ALL : 0, d);
}

/*
 * All operands are resolved before the first is read, and all read before any
 * is printed. Of all namespaces one that cannot be read is left out.
 */
static int read_mounts(struct list_control *ctl)
{
	struct diag d = { .step = DIAG_NONE };
	uint64_t mask = statmount_mask(ctl);
	int rc = 0;
	size_t i;

	ctl->tabs = xcalloc(ctl->nrefs, sizeof(*ctl->tabs));
	for (i = 0; i < ctl->nrefs; i++) {
		if (read_table(ctl, &ctl->tabs[i], &ctl->refs[i], mask, &d) != 0) {
			if (!ctl->all)
				mntns_err(&d);
			mntns_warn(&d);
			mnttab_free(&ctl->tabs[i]);
			rc = 1;
		}
		if (ctl->verbose)
			report_origin(&ctl->table, &ctl->refs[i], &ctl->tabs[i]);
	}
	return rc;
}

static int list_mounts(struct list_control *ctl, char **operands)
{
	size_t i;
	int rc;

	if (ctl->all) {
		find_all(ctl);
	} else {
		ctl->refs = xcalloc(ctl->nrefs, sizeof(*ctl->refs));
		if (*operands)
			open_operands(ctl, operands);
		else
			open_self(ctl);
	}
	mntsel_prepare(&ctl->sel);
	rc = read_mounts(ctl);
	print_mounts(ctl);
	if (ctl->all)
		mntns_warn_view(ctl->iter.view);

	for (i = 0; i < ctl->nrefs && !ctl->all; i++)
		nsref_close(&ctl->refs[i]);
	if (ctl->all)
		nsiter_free(&ctl->iter);
	free(ctl->tabs);
	free(ctl->refs);
	mntsel_free(&ctl->sel);
	mntns_filter_free(ctl->filter);

	/* as findmnt(8) */
	if (is_selective(ctl) && !ctl->nshown)
		rc = 1;
	return rc;
}

/* The lines are those of one whole namespace, and have a form of their own. */
static void check_fstab(const struct list_control *ctl)
{
	const struct mntns_table *t = &ctl->table;

	if (ctl->nrefs != 1 || ctl->all) {
		warnx(_("--fstab is for one namespace"));
		errtryhelp(EXIT_FAILURE);
	}
	if (is_selective(ctl) || ctl->filterarg || ctl->sel.submounts || ctl->all_mounts ||
	    t->outarg || t->output_all) {
		warnx(_("--fstab writes all visible mounts, and no columns"));
		errtryhelp(EXIT_FAILURE);
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
	fputsln(_(" -A, --all                the mounts of all namespaces"), out);
	fputsln(_("     --all-mounts         also mounts hidden below the visible root"), out);
	fputsln(_("     --fstab              write lines of fstab(5), for create --fstab"), out);
	fputsln(_("     --follow-mount <id>  only this mount, wherever it is, and those below it"), out);
	fputsln(_(" -l, --list               use list format output"), out);
	fputsln(_(" -Q, --filter <expr>      only mounts for which the expression is true"), out);
	fputsln(_(" -T, --tree[=<column>]    use tree format output (default)"), out);
	mntns_table_usage(out);
	mntsel_usage(out);
	fputsln(_(" -v, --verbose            say where the kernel's answers are incomplete"), out);
	fputsln(_(" -y, --shell              column names fit for variables of a shell"), out);

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
	size_t skip = ctl->all || ctl->nrefs > 1 ? 0 : 1;

	mntns_table_choose(&ctl->table, defaults + skip, ARRAY_SIZE(defaults) - skip);
}

int mntns_list(int argc, char **argv)
{
	enum {
		OPT_ALL_MOUNTS = MNTSEL_OPT_NEXT,
		OPT_FOLLOW_MOUNT,
		OPT_FSTAB
	};
	static const struct option longopts[] = {
		TABLE_LONGOPTS,
		MNTSEL_LONGOPTS,
		{ "all",	no_argument, NULL, 'A' },
		{ "all-mounts",	no_argument, NULL, OPT_ALL_MOUNTS },
		{ "filter",	required_argument, NULL, 'Q' },
		{ "follow-mount", required_argument, NULL, OPT_FOLLOW_MOUNT },
		{ "fstab",	no_argument, NULL, OPT_FSTAB },
		{ "help",	no_argument, NULL, 'h' },
		{ "list",	no_argument, NULL, 'l' },
		{ "shell",	no_argument, NULL, 'y' },
		{ "tree",	optional_argument, NULL, 'T' },
		{ "verbose",	no_argument, NULL, 'v' },
		{ "version",	no_argument, NULL, 'V' },
		{ NULL }
	};
	static const ul_excl_t excl[] = {	/* rows and cols in ASCII order */
		{ 'H', OPT_FSTAB },
		{ 'J', 'P', 'r', OPT_FSTAB },
		{ 'P', 'T', 'l', 'r', OPT_FSTAB },
		{ OPT_ALL_MOUNTS, OPT_FOLLOW_MOUNT },
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

	while ((c = getopt_long(argc, argv, TABLE_SHORTOPTS MNTSEL_SHORTOPTS "AhlQ:T::vVy",
				longopts, NULL)) != -1) {
		err_exclusive_options(c, longopts, excl, excl_st);
		if (mntns_table_take(&ctl.table, c, optarg) ||
		    mntsel_take(&ctl.sel, c, optarg))
			continue;

		switch (c) {
		case 'A':
			ctl.all = 1;
			break;
		case 'l':
			ctl.table.out.tree = 0;
			break;
		case 'Q':
			ctl.filterarg = optarg;
			break;
		case 'T':
			ctl.tree = 1;
			ctl.table.treearg = optarg;
			break;
		case 'v':
			ctl.verbose = 1;
			break;
		case 'y':
			ctl.table.out.shellvars = 1;
			break;
		case OPT_ALL_MOUNTS:
			ctl.all_mounts = 1;
			break;
		case OPT_FSTAB:
			ctl.fstab = 1;
			break;
		case OPT_FOLLOW_MOUNT:
			ctl.follow = strtou64_or_err(optarg, _("invalid mount id"));
			break;
		case 'h':
			usage();
		case 'V':
			print_version(EXIT_SUCCESS);
		default:
			errtryhelp(EXIT_FAILURE);
		}
	}

	if (ctl.all && optind < argc) {
		warnx(_("--all leaves no namespace to name"));
		errtryhelp(EXIT_FAILURE);
	}
	if (!ctl.tree && !mntsel_wants_tree(&ctl.sel))
		ctl.table.out.tree = 0;
	ctl.nrefs = optind < argc ? argc - optind : 1;
	if (ctl.fstab) {
		check_fstab(&ctl);
		return mntns_list_fstab(argv[optind]) ? EXIT_FAILURE : EXIT_SUCCESS;
	}
	choose_columns(&ctl);
	if (ctl.filterarg)
		ctl.filter = mntns_filter_new(&ctl.table, ctl.filterarg);

	return list_mounts(&ctl, argv + optind) ? EXIT_FAILURE : EXIT_SUCCESS;
}
