/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-lsns - show all mount namespaces, also those that no process is in
 */
#include <getopt.h>

#include "idhash.h"
#include "mountapi.h"
#include "nsref.h"
#include "optutils.h"
#include "xalloc.h"

#include "mntns-filter.h"
#include "mntns-nscols.h"
#include "mntns.h"

/* What may be long comes last, so that nothing is padded to its width. */
static const int default_columns[] = {
	NSCOL_NSID, NSCOL_NS, NSCOL_NAME, NSCOL_MOUNTS, NSCOL_PROCS, NSCOL_PID, NSCOL_ROOT,
	NSCOL_COMMAND
};

static const int tree_columns[] = {
	NSCOL_NS, NSCOL_TYPE, NSCOL_NSID, NSCOL_NAME, NSCOL_MOUNTS, NSCOL_PROCS, NSCOL_PID,
	NSCOL_USER, NSCOL_COMMAND
};

struct lsns {
	struct mntns_table table;
	struct mntns_filter *filter;	/* -Q, or NULL */
	struct nsiter iter;
	struct mntns_rows *rows;

	const char **operands;		/* with those of --pid */
	size_t noperands;
	struct nsref *refs;		/* they keep the inode numbers from being reused */
	unsigned int pinned:1;

	/* --tree: the lines of user namespaces by inode number */
	struct idhash by_ino;
	struct mntns_row *lines;
	size_t nlines;
};

struct filter_row {
	const struct nsiter *iter;
	const struct nsiter_ns *ns;
};

static char *filter_cell(const void *row, int column)
{
	const struct filter_row *r = row;

	return nscols_text(r->iter, r->ns, column);
}

static int is_operand(const struct lsns *l, const struct nsiter_ns *ns)
{
	size_t i;

	for (i = 0; i < l->noperands; i++) {
		if (l->refs[i].ino == ns->ino)
			return 1;
	}
	return l->noperands == 0;
}

static int is_wanted(const struct lsns *l, const struct nsiter_ns *ns)
{
	struct filter_row row = { .iter = &l->iter, .ns = ns };

	if (l->pinned && !ns->names && !ns->pins)
		return 0;
	if (!is_operand(l, ns))
		return 0;
	return !l->filter || mntns_filter_match(l->filter, filter_cell, &row);
}

static void add_user_line(struct lsns *l, int fd, ino_t ino, const struct mntns_row *parent)
{
	size_t n;

	l->lines = xreallocarray(l->lines, l->nlines + 1, sizeof(*l->lines));
	if (idhash_add(&l->by_ino, ino, l->nlines) != 0)
		err_oom();
	l->lines[l->nlines++] = mntns_rows_add(l->rows, parent);
	for (n = 0; n < l->table.ncolumns; n++)
		mntns_rows_give(l->rows, nscols_user_text(fd, l->table.columns[n]));
}

/*
 * The line of a user namespace, below that of its parent; both are added if they
 * are not there. @fd is closed. All zero when there is none, or the caller may not
 * see it.
 */
static struct mntns_row user_line(struct lsns *l, int fd)
{
	struct mntns_row parent = { .line = NULL };
	struct stat st;
	uint32_t idx;

	if (fd < 0)
		return parent;
	if (fstat(fd, &st) < 0)
		err(EXIT_FAILURE, _("failed to look at a user namespace"));
	idx = idhash_find(&l->by_ino, st.st_ino);
	if (idx == IDHASH_NONE) {
		parent = user_line(l, ioctl(fd, UL_NS_GET_PARENT));
		idx = l->nlines;
		add_user_line(l, fd, st.st_ino, &parent);
	}
	close(fd);
	return l->lines[idx];
}

static void add_namespace(struct lsns *l, const struct nsiter_ns *ns)
{
	struct mntns_row owner = { .line = NULL };
	size_t n;

	if (l->table.out.tree)
		owner = user_line(l, ns->fd >= 0 ? ioctl(ns->fd, UL_NS_GET_USERNS) : -1);
	mntns_rows_add(l->rows, &owner);
	for (n = 0; n < l->table.ncolumns; n++)
		mntns_rows_give(l->rows, nscols_text(&l->iter, ns, l->table.columns[n]));
}

static void open_operands(struct lsns *l)
{
	struct diag d = { .step = DIAG_NONE };
	size_t i;

	l->refs = xcalloc(l->noperands, sizeof(*l->refs));
	for (i = 0; i < l->noperands; i++) {
		if (nsref_open(&l->refs[i], l->operands[i], &d) != 0)
			mntns_err(&d);
	}
}

/* What may be missing in the table. */
static void say_unseen(const struct lsns *l)
{
	const struct nsiter *it = &l->iter;

	if (!l->noperands)
		mntns_warn_view(it->view);
	/* where the kernel lists the namespaces, none is missing for their sake */
	if (!l->noperands && it->nhidden && it->view != NSITER_ALL)
		warnx(P_("%zu process may not be inspected, and is not counted",
			 "%zu processes may not be inspected, and are not counted", it->nhidden),
		      it->nhidden);
	if (it->nunread)
		warnx(P_("the mounts of %zu namespace cannot be read, pins in it are not shown",
			 "the mounts of %zu namespaces cannot be read, pins in them are not shown",
			 it->nunread), it->nunread);
}

static void show_namespaces(struct lsns *l)
{
	struct diag d = { .step = DIAG_NONE };
	unsigned int flags;
	size_t i;

	open_operands(l);
	flags = nscols_scan_flags(mntns_table_needs(&l->table) | mntns_filter_needs(l->filter));
	if (nsiter_scan(&l->iter, flags | (l->pinned ? NSITER_PINS : 0), &d) != 0)
		mntns_err(&d);

	l->rows = mntns_rows_new(&l->table);
	for (i = 0; i < l->iter.n; i++) {
		if (is_wanted(l, &l->iter.ns[i]))
			add_namespace(l, &l->iter.ns[i]);
	}
	mntns_rows_print(l->rows);
	say_unseen(l);

	mntns_filter_free(l->filter);
	nsiter_free(&l->iter);
	idhash_free(&l->by_ino);
	free(l->lines);
	for (i = 0; i < l->noperands; i++)
		nsref_close(&l->refs[i]);
	free(l->refs);
	free(l->operands);
}

static void add_operand(struct lsns *l, const char *operand)
{
	l->operands = xreallocarray(l->operands, l->noperands + 1, sizeof(*l->operands));
	l->operands[l->noperands++] = operand;
}

/* lsns(8) wants a number here, and so does who gives one from a variable */
static void add_pid(struct lsns *l, const char *pid)
{
	if (strspn(pid, "0123456789:") != strlen(pid) || *pid == ':' || !*pid)
		errx(EXIT_FAILURE, _("invalid PID argument: '%s'"), pid);
	add_operand(l, pid);
}

/* The branches are drawn in the first column. */
static void choose_columns(struct lsns *l)
{
	struct mntns_table *t = &l->table;

	if (t->out.tree)
		mntns_table_choose(t, tree_columns, ARRAY_SIZE(tree_columns));
	else
		mntns_table_choose(t, default_columns, ARRAY_SIZE(default_columns));
	t->tree_column = t->columns[0];
	t->treearg = nscols[t->tree_column].name;
}

static void __attribute__((__noreturn__)) usage(void)
{
	FILE *out = stdout;

	fputs(USAGE_HEADER, out);
	fprintf(out, _(" %s lsns [options] [<namespace>...]\n"), program_invocation_short_name);

	fputs(USAGE_SEPARATOR, out);
	fputsln(_("Show all mount namespaces, also those that no process is in."), out);

	fputs(USAGE_OPTIONS, out);
	fputsln(_("     --pinned             only namespaces that are pinned somewhere"), out);
	fputsln(_(" -p, --pid <pid>          only the namespace of this process; may be repeated"), out);
	fputsln(_(" -Q, --filter <expr>      only namespaces for which the expression is true"), out);
	fputsln(_(" -T, --tree               as a tree, below the user namespaces that own them"), out);
	mntns_table_usage(out);

	fputs(USAGE_SEPARATOR, out);
	fprintf(out, USAGE_LIST_COLUMNS_OPTION(26));
	fprintf(out, USAGE_HELP_OPTIONS(26));
	fprintf(out, USAGE_MAN_TAIL("mntns(8)"));
	exit(EXIT_SUCCESS);
}

int mntns_lsns(int argc, char **argv)
{
	enum { OPT_PINNED = TABLE_OPT_NEXT };
	static const struct option longopts[] = {
		TABLE_LONGOPTS,
		{ "filter",  required_argument, NULL, 'Q' },
		{ "help",    no_argument,	NULL, 'h' },
		{ "pid",     required_argument, NULL, 'p' },
		{ "pinned",  no_argument,	NULL, OPT_PINNED },
		{ "tree",    no_argument,	NULL, 'T' },
		{ "version", no_argument,	NULL, 'V' },
		{ NULL }
	};
	static const ul_excl_t excl[] = {	/* rows and cols in ASCII order */
		{ 'J', 'P', 'r' },
		{ 'P', 'T' },
		{ 'T', 'r' },
		{ 0 }
	};
	int excl_st[ARRAY_SIZE(excl)] = UL_EXCL_STATUS_INIT;
	struct lsns l = {
		.table = {
			.name = "namespaces",
			.list_name = "lsns-columns",
			.in_any_order = 1,
			.infos = nscols,
			.ninfos = NR_NSCOLS
		}
	};
	const char *filter = NULL;
	int c;

	while ((c = getopt_long(argc, argv, TABLE_SHORTOPTS "hp:Q:TV", longopts, NULL)) != -1) {
		err_exclusive_options(c, longopts, excl, excl_st);
		if (mntns_table_take(&l.table, c, optarg))
			continue;

		switch (c) {
		case OPT_PINNED:
			l.pinned = 1;
			break;
		case 'p':
			add_pid(&l, optarg);
			break;
		case 'Q':
			filter = optarg;
			break;
		case 'T':
			l.table.out.tree = 1;
			break;
		case 'h':
			usage();
		case 'V':
			print_version(EXIT_SUCCESS);
		default:
			errtryhelp(EXIT_FAILURE);
		}
	}

	choose_columns(&l);
	if (filter)
		l.filter = mntns_filter_new(&l.table, filter);
	for (; optind < argc; optind++)
		add_operand(&l, argv[optind]);
	show_namespaces(&l);
	return EXIT_SUCCESS;
}
