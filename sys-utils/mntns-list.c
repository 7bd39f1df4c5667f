/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-list - show the mounts of mount namespaces
 */
#include <getopt.h>
#include <inttypes.h>
#include <sys/mount.h>

#include "mnttab.h"
#include "mountapi.h"
#include "nsref.h"
#include "optutils.h"
#include "xalloc.h"

#include "mntns-table.h"
#include "mntns.h"

enum {
	COL_TARGET,
	COL_SOURCE,
	COL_FSTYPE,
	COL_OPTIONS,
	COL_VFS_OPTIONS,
	COL_FS_OPTIONS,
	COL_PROPAGATION,
	COL_ID,
	COL_PARENT,
	COL_UNIQ_ID,
	COL_UNIQ_PARENT,
	COL_FSROOT,
	COL_MAJMIN,
	COL_NSID,
	COL_NS,
	COL_PEER_GROUP,
	COL_MASTER,
	COL_PROPAGATE_FROM,
	COL_UIDMAP,
	COL_GIDMAP,
	COL_MAGIC
};

/* statmount() fields that are no strings cost next to nothing */
#define NEED_OPTIONS \
	(UL_STATMOUNT_MNT_BASIC | UL_STATMOUNT_SB_BASIC | UL_STATMOUNT_MNT_OPTS)

/* Names, widths and types as findmnt(8) has them, where it has the column. */
static const struct mntns_column infos[] = {
	[COL_TARGET]	   = { "TARGET", 0.30, SCOLS_FL_TREE | SCOLS_FL_NOEXTREMES,
			       N_("mount point"),
			       SCOLS_JSON_STRING, UL_STATMOUNT_MNT_POINT },
	[COL_SOURCE]	   = { "SOURCE", 0.25, SCOLS_FL_NOEXTREMES,
			       N_("source device, and the directory on it in brackets"),
			       SCOLS_JSON_STRING, MNTNS_SOURCE_MASK },
	[COL_FSTYPE]	   = { "FSTYPE", 0.10, SCOLS_FL_TRUNC,
			       N_("filesystem type"),
			       SCOLS_JSON_STRING, UL_STATMOUNT_FS_TYPE | UL_STATMOUNT_FS_SUBTYPE },
	[COL_OPTIONS]	   = { "OPTIONS", 0.10, SCOLS_FL_TRUNC,
			       N_("all mount options"),
			       SCOLS_JSON_STRING, NEED_OPTIONS },
	[COL_VFS_OPTIONS]  = { "VFS-OPTIONS", 0.20, SCOLS_FL_TRUNC,
			       N_("options of the mount itself"),
			       SCOLS_JSON_STRING, UL_STATMOUNT_MNT_BASIC },
	[COL_FS_OPTIONS]   = { "FS-OPTIONS", 0.10, SCOLS_FL_TRUNC,
			       N_("options of the filesystem"),
			       SCOLS_JSON_STRING, UL_STATMOUNT_SB_BASIC | UL_STATMOUNT_MNT_OPTS },
	[COL_PROPAGATION]  = { "PROPAGATION", 0.10, 0,
			       N_("propagation type"),
			       SCOLS_JSON_STRING, UL_STATMOUNT_MNT_BASIC },
	[COL_ID]	   = { "ID", 2, SCOLS_FL_RIGHT,
			       N_("mount id, reused by the kernel"),
			       SCOLS_JSON_NUMBER, UL_STATMOUNT_MNT_BASIC },
	[COL_PARENT]	   = { "PARENT", 2, SCOLS_FL_RIGHT,
			       N_("mount id of the parent"),
			       SCOLS_JSON_NUMBER, UL_STATMOUNT_MNT_BASIC },
	[COL_UNIQ_ID]	   = { "UNIQ-ID", 10, SCOLS_FL_RIGHT,
			       N_("64-bit mount id, never reused"),
			       SCOLS_JSON_NUMBER, UL_STATMOUNT_MNT_BASIC },
	[COL_UNIQ_PARENT]  = { "UNIQ-PARENT", 10, SCOLS_FL_RIGHT,
			       N_("64-bit mount id of the parent"),
			       SCOLS_JSON_NUMBER, UL_STATMOUNT_MNT_BASIC },
	[COL_FSROOT]	   = { "FSROOT", 0.25, SCOLS_FL_NOEXTREMES,
			       N_("directory of the filesystem that is mounted"),
			       SCOLS_JSON_STRING, UL_STATMOUNT_MNT_ROOT },
	[COL_MAJMIN]	   = { "MAJ:MIN", 6, 0,
			       N_("major:minor device number"),
			       SCOLS_JSON_STRING, UL_STATMOUNT_SB_BASIC },
	[COL_NSID]	   = { "NSID", 1, SCOLS_FL_RIGHT,
			       N_("64-bit id of the mount namespace"),
			       SCOLS_JSON_NUMBER, 0 },
	[COL_NS]	   = { "NS", 10, SCOLS_FL_RIGHT,
			       N_("inode number of the mount namespace"),
			       SCOLS_JSON_NUMBER, 0 },
	[COL_PEER_GROUP]   = { "PEER-GROUP", 1, SCOLS_FL_RIGHT,
			       N_("id of the peer group of a shared mount"),
			       SCOLS_JSON_NUMBER, UL_STATMOUNT_MNT_BASIC },
	[COL_MASTER]	   = { "MASTER", 1, SCOLS_FL_RIGHT,
			       N_("peer group that a slave mount receives from"),
			       SCOLS_JSON_NUMBER, UL_STATMOUNT_MNT_BASIC },
	[COL_PROPAGATE_FROM] = { "PROPAGATE-FROM", 1, SCOLS_FL_RIGHT,
			       N_("nearest peer group above that the caller can see"),
			       SCOLS_JSON_NUMBER,
			       UL_STATMOUNT_PROPAGATE_FROM | UL_STATMOUNT_MNT_BASIC },
	[COL_UIDMAP]	   = { "UIDMAP", 0.10, SCOLS_FL_TRUNC,
			       N_("user id map of an idmapped mount"),
			       SCOLS_JSON_STRING, UL_STATMOUNT_MNT_UIDMAP },
	[COL_GIDMAP]	   = { "GIDMAP", 0.10, SCOLS_FL_TRUNC,
			       N_("group id map of an idmapped mount"),
			       SCOLS_JSON_STRING, UL_STATMOUNT_MNT_GIDMAP },
	[COL_MAGIC]	   = { "MAGIC", 10, SCOLS_FL_RIGHT,
			       N_("magic number of the filesystem"),
			       SCOLS_JSON_STRING, UL_STATMOUNT_SB_BASIC }
};

static int columns[ARRAY_SIZE(infos) * 2];
static size_t ncolumns;

struct list_control {
	struct mntns_output	out;
	unsigned int		verbose:1;
	unsigned int		all_mounts:1;

	struct nsref		*refs;
	struct mnttab		*tabs;
	size_t			nrefs;
};

static int column_name_to_id(const char *name, size_t namesz)
{
	return mntns_column_to_id(infos, ARRAY_SIZE(infos), name, namesz);
}

static void add_column(int id)
{
	if (ncolumns < ARRAY_SIZE(columns))
		columns[ncolumns++] = id;
}

static int has_column(int id)
{
	size_t i;

	for (i = 0; i < ncolumns; i++) {
		if (columns[i] == id)
			return 1;
	}
	return 0;
}

static void default_columns(size_t nrefs)
{
	if (nrefs > 1)
		add_column(COL_NSID);
	add_column(COL_TARGET);
	add_column(COL_SOURCE);
	add_column(COL_FSTYPE);
	add_column(COL_OPTIONS);
}

static uint64_t statmount_mask(const struct list_control *ctl)
{
	/* the tree hangs on the ids */
	uint64_t mask = ctl->out.tree ? UL_STATMOUNT_MNT_BASIC : 0;
	size_t i;

	for (i = 0; i < ncolumns; i++)
		mask |= infos[columns[i]].needs;
	return mask;
}

static char *propagation_text(const struct mnt_entry *mnt)
{
	char buf[sizeof("private,slave,unbindable")];
	char *p = buf;

	if (!mnt->propagation)
		return NULL;
	p = stpcpy(p, mnt->propagation & MS_SHARED ? "shared" : "private");
	if (mnt->propagation & MS_SLAVE)
		p = stpcpy(p, ",slave");
	if (mnt->propagation & MS_UNBINDABLE)
		stpcpy(p, ",unbindable");
	return xstrdup(buf);
}

static char *xoptions(char *str)
{
	if (!str)
		err_oom();
	return str;
}

static char *majmin_text(const struct mntns_output *out, const struct mnt_entry *mnt)
{
	char *str;

	/* for people, the colons stand below each other */
	if (out->json || out->raw || out->pairs)
		xasprintf(&str, "%u:%u", mnt->dev_major, mnt->dev_minor);
	else
		xasprintf(&str, "%3u:%-3u", mnt->dev_major, mnt->dev_minor);
	return str;
}

static char *cell_text(const struct mntns_output *out, const struct nsref *ref,
		       const struct mnt_entry *mnt, int id)
{
	char *str = NULL;

	switch (id) {
	case COL_TARGET:
		return xstrdup(mnt->target);
	case COL_SOURCE:
		return mntns_source_text(mnt);
	case COL_FSTYPE:
		return xstrdup(mnt->fstype);
	case COL_OPTIONS:
		return xoptions(mnt_entry_options(mnt));
	case COL_VFS_OPTIONS:
		return xoptions(mnt_entry_vfs_options(mnt));
	case COL_FS_OPTIONS:
		return xoptions(mnt_entry_fs_options(mnt));
	case COL_PROPAGATION:
		return propagation_text(mnt);
	case COL_ID:
		return mntns_number_text(mnt->id_old, 0);
	case COL_PARENT:
		return mntns_number_text(mnt->parent_old, 0);
	case COL_UNIQ_ID:
		return mntns_number_text(mnt->id, 0);
	case COL_UNIQ_PARENT:
		return mntns_number_text(mnt->parent, 0);
	case COL_FSROOT:
		return xstrdup(mnt->root);
	case COL_MAJMIN:
		return majmin_text(out, mnt);
	case COL_NSID:
		return mntns_number_text(ref->id, 0);
	case COL_NS:
		return mntns_number_text(ref->ino, 0);
	case COL_PEER_GROUP:
		return mntns_number_text(mnt->peer_group, 0);
	case COL_MASTER:
		return mntns_number_text(mnt->master, 0);
	case COL_PROPAGATE_FROM:
		return mntns_number_text(mnt->propagate_from, 0);
	case COL_UIDMAP:
		return xstrdup(mnt->uidmap);
	case COL_GIDMAP:
		return xstrdup(mnt->gidmap);
	case COL_MAGIC:
		if (mnt->magic)
			xasprintf(&str, "0x%" PRIx64, mnt->magic);
		break;
	}
	return str;
}

static struct libscols_line *add_line(const struct mntns_output *out, struct libscols_table *tb,
				      struct libscols_line *parent, const struct nsref *ref,
				      const struct mnt_entry *mnt)
{
	struct libscols_line *ln = scols_table_new_line(tb, parent);
	size_t i;

	if (!ln)
		err(EXIT_FAILURE, _("failed to allocate output line"));
	for (i = 0; i < ncolumns; i++)
		mntns_set_cell(out, ln, i, cell_text(out, ref, mnt, columns[i]));
	return ln;
}

static void add_tree(const struct mntns_output *out, struct libscols_table *tb,
		     const struct nsref *ref, struct mnttab *tab)
{
	struct libscols_line **lines;
	struct mnt_entry *mnt;

	if (mnttab_build_tree(tab) != 0)
		err_oom();

	lines = xcalloc(tab->nmounts, sizeof(*lines));
	for (mnt = mnttab_next_tree(tab, NULL); mnt; mnt = mnttab_next_tree(tab, mnt))
		lines[mnt - tab->mounts] = add_line(out, tb, mnt->up == MNTTAB_NONE ?
						    NULL : lines[mnt->up], ref, mnt);
	free(lines);
}

static void add_list(const struct mntns_output *out, struct libscols_table *tb,
		     const struct nsref *ref, const struct mnttab *tab)
{
	uint32_t i;

	for (i = 0; i < tab->nmounts; i++)
		add_line(out, tb, NULL, ref, &tab->mounts[i]);
}

static void print_mounts(const struct list_control *ctl)
{
	struct libscols_table *tb = mntns_new_table(&ctl->out, "filesystems", infos,
						    columns, ncolumns);
	size_t i;

	for (i = 0; i < ctl->nrefs; i++) {
		if (ctl->out.tree)
			add_tree(&ctl->out, tb, &ctl->refs[i], &ctl->tabs[i]);
		else
			add_list(&ctl->out, tb, &ctl->refs[i], &ctl->tabs[i]);
		mnttab_free(&ctl->tabs[i]);
	}

	mntns_print_table(tb);
	scols_unref_table(tb);
}

/* Where the data came from, and which columns stay empty. */
static void report_origin(const struct nsref *ref, const struct mnttab *tab)
{
	const char *name = ref->name ? ref->name : _("the caller's namespace");
	size_t i;

	if (tab->fallback)
		warnx(_("%s: read from mountinfo: listmount(2): %s"), name, strerror(tab->fallback));

	for (i = 0; i < ncolumns; i++) {
		const struct mntns_column *info = &infos[columns[i]];

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
	if (!operands && (has_column(COL_NSID) || has_column(COL_NS)) &&
	    nsref_open_self(&ctl->refs[0], &d) != 0)
		mntns_err(&d);

	for (i = 0; i < ctl->nrefs; i++) {
		if (mnttab_read(&ctl->tabs[i], operands ? &ctl->refs[i] : NULL, mask,
				ctl->all_mounts ? MNTTAB_ALL : 0, &d) != 0)
			mntns_err(&d);
		nsref_close(&ctl->refs[i]);
		if (ctl->verbose)
			report_origin(&ctl->refs[i], &ctl->tabs[i]);
	}
}

static void __attribute__((__noreturn__)) usage(void)
{
	FILE *out = stdout;

	fputs(USAGE_HEADER, out);
	fprintf(out, _(" %s list [options] [NS...]\n"), program_invocation_short_name);

	fputs(USAGE_SEPARATOR, out);
	fputsln(_("Show the mounts of mount namespaces, by default of the caller's."), out);

	fputs(USAGE_OPTIONS, out);
	fputsln(_("     --all-mounts        also mounts hidden below the visible root"), out);
	fputsln(_(" -J, --json              use JSON output format"), out);
	fputsln(_(" -l, --list              use list format output"), out);
	fputsln(_(" -n, --noheadings        don't print column headings"), out);
	fputsln(_(" -o, --output <list>     output columns (see --list-columns)"), out);
	fputsln(_("     --output-all        output all available columns"), out);
	fputsln(_(" -P, --pairs             use key=\"value\" output format"), out);
	fputsln(_(" -r, --raw               use raw output format"), out);
	fputsln(_(" -T, --tree              use tree format output (default)"), out);
	fputsln(_(" -u, --notruncate        don't truncate text in columns"), out);
	fputsln(_(" -v, --verbose           say where the kernel's answers are incomplete"), out);

	fputs(USAGE_SEPARATOR, out);
	fprintf(out, USAGE_LIST_COLUMNS_OPTION(25));
	fprintf(out, USAGE_HELP_OPTIONS(25));
	fprintf(out, USAGE_MAN_TAIL("mntns(8)"));

	exit(EXIT_SUCCESS);
}

int mntns_list(int argc, char **argv)
{
	enum {
		OPT_ALL_MOUNTS = CHAR_MAX + 1,
		OPT_OUTPUT_ALL
	};
	static const struct option longopts[] = {
		{ "all-mounts",	  no_argument,	     NULL, OPT_ALL_MOUNTS },
		{ "help",	  no_argument,	     NULL, 'h' },
		{ "json",	  no_argument,	     NULL, 'J' },
		{ "list",	  no_argument,	     NULL, 'l' },
		{ "list-columns", no_argument,	     NULL, 'H' },
		{ "noheadings",	  no_argument,	     NULL, 'n' },
		{ "notruncate",	  no_argument,	     NULL, 'u' },
		{ "output",	  required_argument, NULL, 'o' },
		{ "output-all",	  no_argument,	     NULL, OPT_OUTPUT_ALL },
		{ "pairs",	  no_argument,	     NULL, 'P' },
		{ "raw",	  no_argument,	     NULL, 'r' },
		{ "tree",	  no_argument,	     NULL, 'T' },
		{ "verbose",	  no_argument,	     NULL, 'v' },
		{ "version",	  no_argument,	     NULL, 'V' },
		{ NULL }
	};
	static const ul_excl_t excl[] = {	/* rows and cols in ASCII order */
		{ 'J', 'P', 'r' },
		{ 'P', 'T', 'l', 'r' },
		{ 0 }
	};
	int excl_st[ARRAY_SIZE(excl)] = UL_EXCL_STATUS_INIT;
	struct list_control ctl = { .out = { .tree = 1 } };
	int c, list_columns = 0, output_all = 0;
	const char *outarg = NULL;
	size_t i;

	while ((c = getopt_long(argc, argv, "HhJlno:PrTuVv", longopts, NULL)) != -1) {
		err_exclusive_options(c, longopts, excl, excl_st);

		switch (c) {
		case 'H':
			list_columns = 1;
			break;
		case 'J':
			ctl.out.json = 1;
			break;
		case 'l':
			ctl.out.tree = 0;
			break;
		case 'n':
			ctl.out.noheadings = 1;
			break;
		case 'o':
			outarg = optarg;
			break;
		case 'P':
			ctl.out.pairs = 1;
			ctl.out.tree = 0;
			break;
		case 'r':
			ctl.out.raw = 1;
			ctl.out.tree = 0;
			break;
		case 'T':
			ctl.out.tree = 1;
			break;
		case 'u':
			ctl.out.notruncate = 1;
			break;
		case 'v':
			ctl.verbose = 1;
			break;
		case OPT_ALL_MOUNTS:
			ctl.all_mounts = 1;
			break;
		case OPT_OUTPUT_ALL:
			output_all = 1;
			break;
		case 'h':
			usage();
		case 'V':
			print_version(EXIT_SUCCESS);
		default:
			errtryhelp(EXIT_FAILURE);
		}
	}

	if (list_columns) {
		mntns_list_columns(&ctl.out, "list-columns", infos, ARRAY_SIZE(infos));
		return EXIT_SUCCESS;
	}

	ctl.nrefs = optind < argc ? argc - optind : 1;
	if (output_all) {
		for (i = 0; i < ARRAY_SIZE(infos); i++)
			add_column(i);
	} else {
		default_columns(ctl.nrefs);
	}
	mntns_choose_columns(outarg, columns, ARRAY_SIZE(columns), &ncolumns, column_name_to_id);

	ctl.refs = xcalloc(ctl.nrefs, sizeof(*ctl.refs));
	ctl.tabs = xcalloc(ctl.nrefs, sizeof(*ctl.tabs));
	read_mounts(&ctl, optind < argc ? argv + optind : NULL);
	print_mounts(&ctl);

	free(ctl.tabs);
	free(ctl.refs);
	return EXIT_SUCCESS;
}
