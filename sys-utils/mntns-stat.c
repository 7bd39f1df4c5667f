/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-stat - show the mount behind a path or an open file
 */
#include <getopt.h>

#include "mntstat.h"
#include "mountapi.h"
#include "nsiter.h"
#include "nspin.h"
#include "nsref.h"
#include "optutils.h"
#include "pidutils.h"
#include "strutils.h"
#include "xalloc.h"

#include "mntns-mntcols.h"
#include "mntns.h"

enum {
	COL_OPERAND,
	COL_STATE,
	COL_MOUNT,			/* from here on those of mntcol_infos */
	COL_UNKNOWN = COL_MOUNT + MNTCOL_COUNT,
	COL_COUNT
};

static const char *const states[] = {
	[MNTSTAT_UNKNOWN]   = "?",
	[MNTSTAT_ATTACHED]  = "attached",
	[MNTSTAT_DETACHED]  = "detached",
	[MNTSTAT_UNMOUNTED] = "unmounted",
	[MNTSTAT_LOOSE]	    = "not-attached"
};

/* What is asked for: a path, a file of ours, or one of a process. */
struct operand {
	char *name;
	const char *path;		/* or NULL */
	char *file;			/* "fd/N", "cwd", ... of the process, or NULL */
	int fd;				/* our own */
	pid_t pid;
	uint64_t ino;
};

struct stat_control {
	struct mntns_table	table;
	struct mntns_column	infos[COL_COUNT];
	unsigned int		list:1;

	struct operand		*operands;
	size_t			noperands;
	struct mntns_rows	*rows;		/* but for blocks */
	unsigned int		nblocks;
};

static void init_columns(struct stat_control *ctl)
{
	ctl->infos[COL_OPERAND] = (struct mntns_column) {
		"OPERAND", 0.20, SCOLS_FL_NOEXTREMES, N_("what was asked for"),
		SCOLS_JSON_STRING, 0
	};
	ctl->infos[COL_STATE] = (struct mntns_column) {
		"STATE", 8, 0, N_("attached, detached, unmounted, not-attached or ?"),
		SCOLS_JSON_STRING, 0
	};
	memcpy(ctl->infos + COL_MOUNT, mntcol_infos, sizeof(mntcol_infos));
	ctl->infos[COL_UNKNOWN] = (struct mntns_column) {
		"UNKNOWN", 0, SCOLS_FL_WRAP, N_("columns that this kernel cannot tell here"),
		SCOLS_JSON_ARRAY_STRING, 0
	};
}

/*
 * What is known
 */

/* Of a mount that the kernel has told little about, see mntstat.h. */
static int is_known_partly(const struct mntstat *st, int column)
{
	unsigned int has = st->partial;

	switch (column) {
	case MNTCOL_ID:
	case MNTCOL_MAJMIN:
		return has & MNTSTAT_HAS_IDS;
	case MNTCOL_MAGIC:
		return has & MNTSTAT_HAS_MAGIC;
	case MNTCOL_VFS_OPTIONS:
		return has & MNTSTAT_HAS_ATTR;
	case MNTCOL_OPTIONS:
		return (has & MNTSTAT_HAS_ATTR) && (has & MNTSTAT_HAS_SB);
	case MNTCOL_SOURCE:
	case MNTCOL_FSTYPE:
	case MNTCOL_SUBTYPE:
	case MNTCOL_FS_OPTIONS:
	case MNTCOL_SB_FLAGS:
		return has & MNTSTAT_HAS_SB;
	case MNTCOL_OPT_ARRAY:
	case MNTCOL_SECURITY:
		return (has & MNTSTAT_HAS_SB) && !(st->tab.missing & mntcol_infos[column].needs);
	case MNTCOL_TARGET:
	case MNTCOL_PARENT:
	case MNTCOL_ABOVE:
	case MNTCOL_BELOW:
		return st->state == MNTSTAT_DETACHED;
	default:
		return 0;
	}
}

static int is_known(const struct mntstat *st, int column)
{
	const struct mnt_entry *mnt = st->tab.mounts;

	switch (column) {
	case MNTCOL_NSID:
		return st->ns_id || (st->state != MNTSTAT_ATTACHED && st->state != MNTSTAT_UNKNOWN);
	case MNTCOL_NS:
		return st->ns_ino || (st->state != MNTSTAT_ATTACHED && st->state != MNTSTAT_UNKNOWN);
	case MNTCOL_NAME:
		return st->state != MNTSTAT_UNKNOWN;
	case MNTCOL_UNIQ_ID:
		return mnt->id != 0;
	case MNTCOL_UNIQ_PARENT:
		column = mnt->id ? MNTCOL_PARENT : column;
		break;
	case MNTCOL_MAGIC:
		if (!st->partial)
			return mnt->magic != 0;
		break;
	}
	if (st->partial)
		return is_known_partly(st, column);
	if (column == MNTCOL_UNIQ_PARENT)
		return 0;
	return !(mntcol_infos[column].needs & st->tab.missing);
}

/* One a line, of those that are shown; or NULL. */
static char *unknown_text(const struct stat_control *ctl, const struct mntstat *st)
{
	char *text = NULL;
	size_t i;

	for (i = 0; i < ctl->table.ncolumns; i++) {
		int column = ctl->table.columns[i];

		if (column < COL_MOUNT || column >= COL_MOUNT + MNTCOL_COUNT ||
		    is_known(st, column - COL_MOUNT))
			continue;
		if (nsiter_add_text(&text, '\n', ctl->infos[column].name) != 0)
			err_oom();
	}
	return text;
}

/* The names under which the namespace is pinned, "a,b", or NULL. */
static char *pinned_names(uint64_t ns_id)
{
	DIR *dir = ns_id ? nspin_opendir() : NULL;
	const char *name;
	char *names = NULL;
	uint64_t id;
	int fd;

	while (dir && nspin_next(dir, &name, &fd) == 0) {
		if (ns_get_id(fd, &id) == 0 && id == ns_id &&
		    nsiter_add_text(&names, ',', name) != 0)
			err_oom();
		close(fd);
	}
	if (dir)
		closedir(dir);
	return names;
}

static void find_inode(struct mntstat *st)
{
	struct stat sb;
	int fd;

	if (st->ns_ino || !st->ns_id)
		return;
	fd = ns_open_id(st->ns_id);
	if (fd < 0)
		return;
	if (fstat(fd, &sb) == 0)
		st->ns_ino = sb.st_ino;
	close(fd);
}

/*
 * Output
 */
static char *cell_text(const struct stat_control *ctl, const struct operand *op,
		       const struct mntstat *st, const struct nsref *ns, int column)
{
	/* what is aligned for people is aligned with what is above and below it */
	const struct mntns_output plain = { .raw = 1 };

	switch (column) {
	case COL_OPERAND:
		return xstrdup(op->name);
	case COL_STATE:
		return xstrdup(states[st->state]);
	case COL_UNKNOWN:
		return unknown_text(ctl, st);
	}
	if (!is_known(st, column - COL_MOUNT))
		return NULL;
	return mntcol_text(ctl->list ? &ctl->table.out : &plain, ns, st->tab.mounts,
			   column - COL_MOUNT);
}

static void add_row(struct libscols_table *tb, const char *name, const char *value)
{
	struct libscols_line *ln = mntns_table_line(tb, NULL);

	if (scols_line_set_data(ln, 0, name) != 0 || scols_line_set_data(ln, 1, value) != 0)
		err(EXIT_FAILURE, _("failed to add output data"));
}

/* The strings of an array below each other, any other value in one line. */
static void add_rows(struct libscols_table *tb, const struct mntns_column *info, char *text)
{
	const char *name = info->name;
	char *next = text, *line;

	if (info->json_type != SCOLS_JSON_ARRAY_STRING) {
		add_row(tb, name, text);
		return;
	}
	while ((line = strsep(&next, "\n"))) {
		add_row(tb, name, line);
		name = "";
	}
}

static struct libscols_table *new_block(const struct stat_control *ctl)
{
	struct libscols_table *tb = scols_new_table();

	if (!tb || !scols_table_new_column(tb, "NAME", 0, ctl->table.out.noheadings ?
					   SCOLS_FL_HIDDEN : 0) ||
	    !scols_table_new_column(tb, "VALUE", 0, SCOLS_FL_NOEXTREMES))
		err(EXIT_FAILURE, _("failed to allocate output table"));
	scols_table_enable_noheadings(tb, 1);
	return tb;
}

/* What is empty is left out, unless it was asked for. */
static void print_block(struct stat_control *ctl, const struct operand *op,
			const struct mntstat *st, const struct nsref *ns)
{
	const struct mntns_table *t = &ctl->table;
	struct libscols_table *tb = new_block(ctl);
	size_t i;

	for (i = 0; i < t->ncolumns; i++) {
		char *text = cell_text(ctl, op, st, ns, t->columns[i]);

		if (!text && (t->outarg || t->output_all))
			text = xstrdup("");
		if (text)
			add_rows(tb, &t->infos[t->columns[i]], text);
		free(text);
	}
	if (ctl->nblocks++)
		fputc('\n', stdout);
	mntns_table_print(tb);
}

static void add_line(struct stat_control *ctl, const struct operand *op,
		     const struct mntstat *st, const struct nsref *ns)
{
	const struct mntns_table *t = &ctl->table;
	size_t i;

	mntns_rows_add(ctl->rows, NULL);
	for (i = 0; i < t->ncolumns; i++)
		mntns_rows_give(ctl->rows, cell_text(ctl, op, st, ns, t->columns[i]));
}

static int is_block(const struct stat_control *ctl)
{
	const struct mntns_output *out = &ctl->table.out;

	return !ctl->list && !out->json && !out->raw && !out->pairs;
}

static void show(struct stat_control *ctl, const struct operand *op, struct mntstat *st)
{
	struct nsref ns = { .kind = NSREF_ID, .fd = -1 };
	char *names = NULL;

	if (mntns_table_has(&ctl->table, COL_MOUNT + MNTCOL_NS))
		find_inode(st);
	if (mntns_table_has(&ctl->table, COL_MOUNT + MNTCOL_NAME))
		names = pinned_names(st->ns_id);
	ns.name = names;
	ns.id = st->ns_id;
	ns.ino = st->ns_ino;

	if (is_block(ctl))
		print_block(ctl, op, st, &ns);
	else
		add_line(ctl, op, st, &ns);
	free(names);
}

/*
 * Operands
 */
static int open_operand(const struct operand *op, struct diag *d)
{
	if (op->path)
		return mntstat_open_path(op->path, d);
	if (op->pid)
		return mntstat_open_pid(op->pid, op->ino, op->file, op->name, d);
	return mntstat_open_own(op->fd, op->name, d);
}

static int stat_operand(struct stat_control *ctl, const struct operand *op, uint64_t mask)
{
	struct diag d = { .step = DIAG_NONE };
	struct mntstat st = { .ns_id = 0 };
	int rc, fd = open_operand(op, &d);

	rc = fd < 0 ? fd : mntstat_read(&st, fd, op->pid, mask, op->name, &d);
	if (rc == 0)
		show(ctl, op, &st);
	else
		mntns_warn(&d);
	mntstat_free(&st);
	if (fd >= 0)
		close(fd);
	return rc;
}

static int stat_operands(struct stat_control *ctl)
{
	uint64_t mask = mntns_table_needs(&ctl->table);
	int rc = EXIT_SUCCESS;
	size_t i;

	if (is_block(ctl))
		load_smartcols_or_err();
	else
		ctl->rows = mntns_rows_new(&ctl->table);
	for (i = 0; i < ctl->noperands; i++) {
		if (stat_operand(ctl, &ctl->operands[i], mask) != 0)
			rc = EXIT_FAILURE;
	}
	if (ctl->rows)
		mntns_rows_print(ctl->rows);
	return rc;
}

static struct operand *add_operand(struct stat_control *ctl)
{
	ctl->operands = xreallocarray(ctl->operands, ctl->noperands + 1, sizeof(*ctl->operands));
	ctl->operands[ctl->noperands] = (struct operand) { .fd = -1 };
	return &ctl->operands[ctl->noperands++];
}

static int is_special_file(const char *arg)
{
	return strcmp(arg, "cwd") == 0 || strcmp(arg, "root") == 0 || strcmp(arg, "exe") == 0;
}

/* @pid is the argument of the --pid before, or NULL */
static void add_fd(struct stat_control *ctl, const char *arg, const char *pid)
{
	struct operand *op = add_operand(ctl);
	uint64_t num = 0;

	if (pid && is_special_file(arg)) {
		op->file = xstrdup(arg);
		xasprintf(&op->name, "%s of %s", arg, pid);
	} else {
		if (ul_strtou64(arg, &num, 10) != 0 || num > INT_MAX)
			errx(EXIT_FAILURE, _("invalid file descriptor: %s"), arg);
		op->fd = num;
		xasprintf(&op->file, "fd/%d", op->fd);
		xasprintf(&op->name, "fd %d%s%s", op->fd, pid ? " of " : "", pid ? pid : "");
	}
	if (pid && (ul_parse_pid_str((char *) pid, &op->pid, &op->ino) != 0 || op->pid <= 0))
		errx(EXIT_FAILURE, _("not a PID or PID:INO: %s"), pid);
}

static void add_paths(struct stat_control *ctl, char **paths)
{
	for (; *paths; paths++) {
		struct operand *op = add_operand(ctl);

		op->path = *paths;
		op->name = xstrdup(*paths);
	}
}

static void free_operands(struct stat_control *ctl)
{
	size_t i;

	for (i = 0; i < ctl->noperands; i++) {
		free(ctl->operands[i].name);
		free(ctl->operands[i].file);
	}
	free(ctl->operands);
}

static void __attribute__((__noreturn__)) usage(void)
{
	FILE *out = stdout;

	fputs(USAGE_HEADER, out);
	fprintf(out, _(" %s stat [options] <path>...\n"), program_invocation_short_name);
	fprintf(out, _(" %s stat [options] [--pid <pid>] --fd <file> [<path>...]\n"),
		program_invocation_short_name);

	fputs(USAGE_SEPARATOR, out);
	fputsln(_("Show the mount behind a path or an open file, attached or detached."), out);

	fputs(USAGE_OPTIONS, out);
	fputsln(_("     --fd <file>          number of an open file; with --pid also cwd, root, exe"), out);
	fputsln(_("     --pid <pid>[:<ino>]  the process whose files the next --fd name"), out);
	fputsln(_(" -l, --list               one line for each mount"), out);
	mntns_table_usage(out);

	fputs(USAGE_SEPARATOR, out);
	fprintf(out, USAGE_LIST_COLUMNS_OPTION(26));
	fprintf(out, USAGE_HELP_OPTIONS(26));
	fprintf(out, USAGE_MAN_TAIL("mntns(8)"));
	exit(EXIT_SUCCESS);
}

static void choose_columns(struct stat_control *ctl)
{
	int defaults[COL_COUNT];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(defaults); i++)
		defaults[i] = i;
	mntns_table_choose(&ctl->table, defaults, ARRAY_SIZE(defaults));
}

int mntns_stat(int argc, char **argv)
{
	enum {
		OPT_FD = TABLE_OPT_NEXT,
		OPT_PID
	};
	static const struct option longopts[] = {
		TABLE_LONGOPTS,
		{ "fd",	     required_argument, NULL, OPT_FD },
		{ "help",    no_argument,	NULL, 'h' },
		{ "list",    no_argument,	NULL, 'l' },
		{ "pid",     required_argument, NULL, OPT_PID },
		{ "version", no_argument,	NULL, 'V' },
		{ NULL }
	};
	static const ul_excl_t excl[] = {	/* rows and cols in ASCII order */
		{ 'J', 'P', 'l', 'r' },
		{ 0 }
	};
	int excl_st[ARRAY_SIZE(excl)] = UL_EXCL_STATUS_INIT;
	struct stat_control ctl = {
		.table = {
			.name = "mounts",
			.list_name = "stat-columns",
			.infos = ctl.infos,
			.ninfos = COL_COUNT
		}
	};
	const char *pid = NULL;
	int c, rc, used = 1;

	while ((c = getopt_long(argc, argv, TABLE_SHORTOPTS "hlV", longopts, NULL)) != -1) {
		err_exclusive_options(c, longopts, excl, excl_st);
		if (mntns_table_take(&ctl.table, c, optarg))
			continue;

		switch (c) {
		case 'l':
			ctl.list = 1;
			break;
		case OPT_FD:
			add_fd(&ctl, optarg, pid);
			used = 1;
			break;
		case OPT_PID:
			pid = optarg;
			used = 0;
			break;
		case 'h':
			usage();
		case 'V':
			print_version(EXIT_SUCCESS);
		default:
			errtryhelp(EXIT_FAILURE);
		}
	}

	init_columns(&ctl);
	choose_columns(&ctl);
	if (!used || (!ctl.noperands && optind == argc)) {
		warnx(used ? _("no path and no file descriptor specified") :
			     _("--pid needs --fd behind it"));
		errtryhelp(EXIT_FAILURE);
	}
	add_paths(&ctl, argv + optind);

	rc = stat_operands(&ctl);
	free_operands(&ctl);
	return rc;
}
