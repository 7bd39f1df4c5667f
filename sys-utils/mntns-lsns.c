/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-lsns - show all mount namespaces, also those that no process is in
 */
#include <getopt.h>

#include "cgroup.h"
#include "mnttab.h"
#include "mountapi.h"
#include "nsiter.h"
#include "nsref.h"
#include "optutils.h"
#include "pathnames.h"
#include "xalloc.h"

#include "mntns-mntcols.h"
#include "mntns-proctext.h"
#include "mntns.h"

enum {
	COL_NSID,
	COL_NS,
	COL_NAME,
	COL_MOUNTS,
	COL_PROCS,
	COL_PID,
	COL_COMMAND,
	COL_ROOT,
	COL_PINS,
	COL_FDS,
	COL_USER,
	COL_OWNERNS,
	COL_CGROUP,
	COL_UNIT,
	COL_CONTAINER,
	COL_POD
};

static const struct mntns_column infos[] = {
	[COL_NSID]    = { "NSID", 1, SCOLS_FL_RIGHT,
			  N_("64-bit id of the namespace"), SCOLS_JSON_NUMBER },
	[COL_NS]      = { "NS", 10, SCOLS_FL_RIGHT,
			  N_("inode number of the namespace"), SCOLS_JSON_NUMBER },
	[COL_NAME]    = { "NAME", 0.1, SCOLS_FL_NOEXTREMES,
			  N_("name under which it is pinned"), SCOLS_JSON_STRING },
	[COL_MOUNTS]  = { "MOUNTS", 1, SCOLS_FL_RIGHT,
			  N_("number of mounts"), SCOLS_JSON_NUMBER },
	[COL_PROCS]   = { "PROCS", 1, SCOLS_FL_RIGHT,
			  N_("number of processes"), SCOLS_JSON_NUMBER },
	[COL_PID]     = { "PID", 1, SCOLS_FL_RIGHT,
			  N_("oldest process"), SCOLS_JSON_NUMBER },
	[COL_COMMAND] = { "COMMAND", 0.2, SCOLS_FL_TRUNC,
			  N_("command line of the oldest process"), SCOLS_JSON_STRING },
	[COL_ROOT]    = { "ROOT", 0.2, SCOLS_FL_TRUNC,
			  N_("source of its root, and the directory on it in brackets"),
			  SCOLS_JSON_STRING },
	[COL_PINS]    = { "PINS", 0, SCOLS_FL_WRAP,
			  N_("where its file is mounted in the caller's namespace"),
			  SCOLS_JSON_ARRAY_STRING, NSITER_PINS },
	[COL_FDS]     = { "FDS", 0.1, SCOLS_FL_TRUNC,
			  N_("PIDs of processes that are not in it and have it open"),
			  SCOLS_JSON_STRING, NSITER_FDS },
	[COL_USER]    = { "USER", 0, 0,
			  N_("user of the oldest process, or the owner"), SCOLS_JSON_STRING },
	[COL_CGROUP]  = { "CGROUP", 0.2, SCOLS_FL_TRUNC,
			  N_("cgroup of the oldest process"), SCOLS_JSON_STRING },
	[COL_UNIT]    = { "UNIT", 0.1, 0,
			  N_("its systemd unit, for the operand unit:NAME"), SCOLS_JSON_STRING },
	[COL_CONTAINER] = { "CONTAINER", 0.1, SCOLS_FL_TRUNC,
			  N_("its container, for the operand ctr:ID"), SCOLS_JSON_STRING },
	[COL_POD]     = { "POD", 0.1, SCOLS_FL_TRUNC,
			  N_("uid of its Kubernetes pod"), SCOLS_JSON_STRING },
	[COL_OWNERNS] = { "OWNERNS", 10, SCOLS_FL_RIGHT,
			  N_("inode number of the user namespace that owns it"), SCOLS_JSON_NUMBER }
};

static const int default_columns[] = {
	COL_NSID, COL_NS, COL_NAME, COL_MOUNTS, COL_PROCS, COL_PID, COL_COMMAND, COL_ROOT
};

static struct nsref make_ref(const struct nsiter_ns *ns)
{
	return (struct nsref) {
		.kind = NSREF_ID,
		.fd = ns->fd,
		.pid = ns->pid,
		.ino = ns->ino,
		.id = ns->id
	};
}

/* Older kernels do not count. */
static char *mounts_text(const struct nsiter_ns *ns)
{
	struct diag d = { .step = DIAG_NONE };
	struct nsref ref = make_ref(ns);
	struct mnttab tab;
	unsigned int nr;
	char *str = NULL;

	if (ns->fd >= 0 && ns_get_nr_mounts(ns->fd, &nr) == 0)
		return mntns_number_text(nr, 1);
	if (mnttab_read(&tab, &ref, 0, 0, &d) == 0)
		str = mntns_number_text(tab.nmounts, 1);
	mnttab_free(&tab);
	diag_reset(&d);
	return str;
}

static char *root_text(const struct nsiter_ns *ns)
{
	struct diag d = { .step = DIAG_NONE };
	struct nsref ref = make_ref(ns);
	struct mnttab tab;
	char *str = NULL;

	if (mnttab_read_root(&tab, &ref, MNTCOL_SOURCE_MASK, &d) == 0 && tab.nmounts)
		str = mntcol_source_text(&tab.mounts[0]);
	mnttab_free(&tab);
	diag_reset(&d);
	return str;
}

static char *owner_text(const struct nsiter_ns *ns)
{
	int fd = ns->fd >= 0 ? ioctl(ns->fd, UL_NS_GET_USERNS) : -1;
	struct stat st;
	char *str = NULL;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0)
		str = mntns_number_text(st.st_ino, 0);
	close(fd);
	return str;
}

/* The oldest process's user, or the one who owns the owning user namespace. */
static char *user_text(const struct nsiter_ns *ns)
{
	char path[64];
	struct stat st;
	uid_t uid;
	int fd, rc;

	snprintf(path, sizeof(path), _PATH_PROC "/%d", (int) ns->pid);
	if (ns->pid && stat(path, &st) == 0) {
		uid = st.st_uid;
	} else {
		fd = ns->fd >= 0 ? ioctl(ns->fd, UL_NS_GET_USERNS) : -1;
		if (fd < 0)
			return NULL;
		rc = ioctl(fd, UL_NS_GET_OWNER_UID, &uid);
		close(fd);
		if (rc < 0)
			return NULL;
	}
	return mntns_user_text(uid);
}

/* What the cgroup of the oldest process says. */
static char *cgroup_text(const struct nsiter_ns *ns, int id)
{
	struct cgroup_info info = { .unit = NULL };
	char *path, *str = NULL;

	if (!ns->pid || cgroup_read_path(ns->pid, &path) != 0)
		return NULL;
	if (id == COL_CGROUP)
		return path;
	if (cgroup_parse(path, &info) != 0)
		err_oom();

	if (id == COL_UNIT)
		str = xstrdup(info.unit);
	else if (id == COL_POD)
		str = xstrdup(info.pod);
	else if (info.engine)
		xasprintf(&str, "%s:%s", info.engine, info.id);
	cgroup_info_free(&info);
	free(path);
	return str;
}

static char *cell_text(const struct nsiter_ns *ns, int id)
{
	switch (id) {
	case COL_NSID:
		return mntns_number_text(ns->id, 0);
	case COL_NS:
		return mntns_number_text(ns->ino, 0);
	case COL_NAME:
		return xstrdup(ns->names);
	case COL_MOUNTS:
		return mounts_text(ns);
	case COL_PROCS:
		return mntns_number_text(ns->nprocs, 1);
	case COL_PID:
		return mntns_number_text(ns->pid, 0);
	case COL_COMMAND:
		return mntns_command_text(ns->pid);
	case COL_ROOT:
		return root_text(ns);
	case COL_PINS:
		return xstrdup(ns->pins);
	case COL_FDS:
		return xstrdup(ns->holders);
	case COL_USER:
		return user_text(ns);
	case COL_OWNERNS:
		return owner_text(ns);
	case COL_CGROUP:
	case COL_UNIT:
	case COL_CONTAINER:
	case COL_POD:
		return cgroup_text(ns, id);
	}
	return NULL;
}

static int is_wanted(const struct nsiter_ns *ns, const ino_t *inos, size_t ninos)
{
	size_t i;

	for (i = 0; i < ninos; i++) {
		if (inos[i] == ns->ino)
			return 1;
	}
	return ninos == 0;
}

static void print_namespaces(const struct mntns_table *t, const struct nsiter *it,
			     const ino_t *inos, size_t ninos)
{
	struct libscols_table *tb = mntns_table_new(t);
	size_t i, n;

	for (i = 0; i < it->n; i++) {
		struct libscols_line *ln;

		if (!is_wanted(&it->ns[i], inos, ninos))
			continue;
		ln = mntns_table_line(tb, NULL);
		for (n = 0; n < t->ncolumns; n++)
			mntns_table_cell(t, ln, n, cell_text(&it->ns[i], t->columns[n]));
	}
	mntns_table_print(tb);
}

/* The operands as inode numbers; the open files keep these from being reused. */
static void open_operands(struct nsref *refs, ino_t *inos, size_t n, char **operands)
{
	struct diag d = { .step = DIAG_NONE };
	size_t i;

	for (i = 0; i < n; i++) {
		if (nsref_open(&refs[i], operands[i], &d) != 0)
			mntns_err(&d);
		inos[i] = refs[i].ino;
	}
}

static void show_namespaces(const struct mntns_table *t, char **operands, size_t noperands)
{
	struct nsref *refs = xcalloc(noperands, sizeof(*refs));
	ino_t *inos = xcalloc(noperands, sizeof(*inos));
	struct diag d = { .step = DIAG_NONE };
	struct nsiter it;
	size_t i;

	open_operands(refs, inos, noperands, operands);
	if (nsiter_scan(&it, mntns_table_needs(t), &d) != 0)
		mntns_err(&d);
	print_namespaces(t, &it, inos, noperands);
	if (!noperands)
		mntns_warn_view(it.view);

	nsiter_free(&it);
	for (i = 0; i < noperands; i++)
		nsref_close(&refs[i]);
	free(refs);
	free(inos);
}

static void __attribute__((__noreturn__)) usage(void)
{
	FILE *out = stdout;

	fputs(USAGE_HEADER, out);
	fprintf(out, _(" %s lsns [options] [<namespace>...]\n"), program_invocation_short_name);

	fputs(USAGE_SEPARATOR, out);
	fputsln(_("Show all mount namespaces, also those that no process is in."), out);

	fputs(USAGE_OPTIONS, out);
	mntns_table_usage(out);

	fputs(USAGE_SEPARATOR, out);
	fprintf(out, USAGE_LIST_COLUMNS_OPTION(26));
	fprintf(out, USAGE_HELP_OPTIONS(26));
	fprintf(out, USAGE_MAN_TAIL("mntns(8)"));
	exit(EXIT_SUCCESS);
}

int mntns_lsns(int argc, char **argv)
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
	int excl_st[ARRAY_SIZE(excl)] = UL_EXCL_STATUS_INIT;
	struct mntns_table table = {
		.name = "namespaces",
		.list_name = "lsns-columns",
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

	mntns_table_choose(&table, default_columns, ARRAY_SIZE(default_columns));
	show_namespaces(&table, argv + optind, argc - optind);
	return EXIT_SUCCESS;
}
