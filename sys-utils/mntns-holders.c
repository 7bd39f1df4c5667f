/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-holders - what keeps a mount, a filesystem or a device busy
 */
#include <getopt.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "holders.h"
#include "optutils.h"
#include "strutils.h"
#include "xalloc.h"

#include "mntns-busy.h"
#include "mntns-mntcols.h"
#include "mntns-proctext.h"
#include "mntns.h"

#define EXIT_FREE	1
#define EXIT_TROUBLE	2

enum {
	COL_OBJECT,
	COL_KIND,
	COL_NSID,
	COL_NS,
	COL_NAME,
	COL_PROCS,
	COL_PINS,
	COL_FDS,
	COL_PID,
	COL_USER,
	COL_COMMAND,
	COL_FD,
	COL_PATH,
	COL_WHY,
	COL_MOUNT,
	COL_UNIQ_ID,
	COL_SOURCE,
	COL_FSTYPE
};

static const struct mntns_column infos[] = {
	[COL_OBJECT]  = { "OBJECT", 0.1, SCOLS_FL_NOEXTREMES,
			  N_("what is held, as on the command line"), SCOLS_JSON_STRING },
	[COL_KIND]    = { "KIND", 1, 0,
			  N_("mount, pin, cwd, root, exe, map, fd, swap, loop, block or overlay"),
			  SCOLS_JSON_STRING },
	[COL_NSID]    = { "NSID", 1, SCOLS_FL_RIGHT,
			  N_("64-bit id of the namespace"), SCOLS_JSON_NUMBER },
	[COL_NS]      = { "NS", 10, SCOLS_FL_RIGHT,
			  N_("inode number of the namespace"), SCOLS_JSON_NUMBER },
	[COL_NAME]    = { "NAME", 0.1, SCOLS_FL_NOEXTREMES,
			  N_("name under which the namespace is pinned"), SCOLS_JSON_STRING },
	[COL_PROCS]   = { "PROCS", 1, SCOLS_FL_RIGHT,
			  N_("number of processes in the namespace"), SCOLS_JSON_NUMBER },
	[COL_PINS]    = { "PINS", 0, SCOLS_FL_WRAP,
			  N_("where the namespace's file is mounted in the caller's namespace"),
			  SCOLS_JSON_ARRAY_STRING, NSITER_PINS },
	[COL_FDS]     = { "FDS", 0.1, SCOLS_FL_TRUNC,
			  N_("PIDs of processes that are not in the namespace and have it open"),
			  SCOLS_JSON_STRING, NSITER_FDS },
	[COL_PID]     = { "PID", 1, SCOLS_FL_RIGHT,
			  N_("the process, or the oldest one in the namespace of a mount"),
			  SCOLS_JSON_NUMBER },
	[COL_USER]    = { "USER", 0, 0,
			  N_("user of the process"), SCOLS_JSON_STRING },
	[COL_COMMAND] = { "COMMAND", 0.2, SCOLS_FL_TRUNC,
			  N_("command line of the process"), SCOLS_JSON_STRING },
	[COL_FD]      = { "FD", 1, SCOLS_FL_RIGHT,
			  N_("file descriptor"), SCOLS_JSON_NUMBER },
	[COL_PATH]    = { "PATH", 0.25, SCOLS_FL_NOEXTREMES,
			  N_("mount point, file, or device"), SCOLS_JSON_STRING },
	[COL_WHY]     = { "WHY", 0.3, SCOLS_FL_NOEXTREMES,
			  N_("why it is there, in words"), SCOLS_JSON_STRING },
	[COL_MOUNT]   = { "MOUNT", 0.2, SCOLS_FL_NOEXTREMES,
			  N_("mount point of the mount that is held"), SCOLS_JSON_STRING },
	[COL_UNIQ_ID] = { "UNIQ-ID", 1, SCOLS_FL_RIGHT,
			  N_("64-bit id of that mount"), SCOLS_JSON_NUMBER },
	[COL_SOURCE]  = { "SOURCE", 0.2, SCOLS_FL_NOEXTREMES,
			  N_("source of that mount"), SCOLS_JSON_STRING },
	[COL_FSTYPE]  = { "FSTYPE", 1, 0,
			  N_("filesystem type of that mount"), SCOLS_JSON_STRING }
};

/* What may be long comes last, so that nothing is padded to its width. */
static const int default_columns[] = {
	COL_KIND, COL_NSID, COL_NAME, COL_PID, COL_USER, COL_FD, COL_PATH, COL_WHY, COL_COMMAND
};

enum operand_kind { OPERAND_PATH, OPERAND_DEV, OPERAND_SOURCE, OPERAND_UNIQ_ID };

struct operand {
	enum operand_kind	kind;
	const char		*arg;
};

struct holders_control {
	struct mntns_table	table;
	struct operand		*operands;
	size_t			noperands;
	unsigned int		detach:1;
	unsigned int		lazy:1;
	unsigned int		quiet:1;
};

/*
 * With --quiet the exit status is the answer, and nothing that ends the program
 * before may look like one.
 */
static int unanswered;

static void leave(void)
{
	if (unanswered)
		_exit(EXIT_TROUBLE);
}

static void add_operand(struct holders_control *ctl, enum operand_kind kind, const char *arg)
{
	ctl->operands = xreallocarray(ctl->operands, ctl->noperands + 1, sizeof(*ctl->operands));
	ctl->operands[ctl->noperands++] = (struct operand) { .kind = kind, .arg = arg };
}

/*
 * The cells
 */
static const char *why_phrase(enum holder_why why)
{
	switch (why) {
	case HOLDER_NO_REASON:
		break;
	case HOLDER_HERE:
		return _("mounted here");
	case HOLDER_BOUND:
		return _("mounted there");
	case HOLDER_PEER:
		return _("a peer of the mount here");
	case HOLDER_SLAVE:
		return _("a slave of the mount here");
	case HOLDER_MASTER:
		return _("a master of the mount here");
	case HOLDER_SIBLING:
		return _("a slave of the same peer group");
	case HOLDER_NSROOT:
		return _("the root of the namespace");
	case HOLDER_BELOW:
		return _("another mount on it");
	case HOLDER_DETACHED:
		return _("a mount that is in no namespace, unmounted lazily as a rule");
	case HOLDER_DEVICE:
		return _("has the device open");
	case HOLDER_BACKING:
		return _("its backing file is there");
	case HOLDER_LOWER:
		return _("a lower layer of the overlay");
	case HOLDER_UPPER:
		return _("the upper layer of the overlay");
	case HOLDER_WORK:
		return _("the work directory of the overlay");
	}
	return NULL;
}

static char *why_text(const struct holder *found)
{
	const char *phrase = why_phrase(found->why);
	char *str;

	if (found->copied && found->why == HOLDER_BOUND)
		phrase = _("copied when the namespace was made");
	else if (found->copied && phrase) {
		xasprintf(&str, _("copied when the namespace was made, %s"), phrase);
		return str;
	}
	if (!found->maybe)
		return xstrdup(phrase);
	if (phrase)
		xasprintf(&str, _("perhaps: %s"), phrase);
	else
		str = xstrdup(_("perhaps"));
	return str;
}

/* A process that waits for a dead server may have its command line locked. */
static char *command_text(const struct holder *found, pid_t pid)
{
	return found->stuck ? mntns_comm_text(pid) : mntns_command_text(pid);
}

static char *namespace_text(const struct nsiter_ns *ns, int id)
{
	if (!ns)
		return NULL;
	switch (id) {
	case COL_NSID:
		return mntns_number_text(ns->id, 0);
	case COL_NS:
		return mntns_number_text(ns->ino, 0);
	case COL_NAME:
		return xstrdup(ns->names);
	case COL_PROCS:
		return mntns_number_text(ns->nprocs, 1);
	case COL_PINS:
		return xstrdup(ns->pins);
	case COL_FDS:
		return xstrdup(ns->holders);
	}
	return NULL;
}

static char *mount_text(const struct mnt_entry *mnt, int id)
{
	if (!mnt)
		return NULL;
	switch (id) {
	case COL_MOUNT:
		return xstrdup(mnt->target);
	case COL_UNIQ_ID:
		return mntns_number_text(mnt->id, 0);
	case COL_SOURCE:
		return mntcol_source_text(mnt);
	case COL_FSTYPE:
		return xstrdup(mnt->fstype);
	}
	return NULL;
}

static char *cell_text(const struct holders *h, const struct holder *found, int id)
{
	const struct nsiter_ns *ns = found->ns == HOLDERS_NONE ? NULL : h->ns[found->ns].info;
	pid_t pid = found->pid ? found->pid : ns ? ns->pid : 0;

	switch (id) {
	case COL_OBJECT:
		return xstrdup(h->subjects[found->subject].name);
	case COL_KIND:
		return xstrdup(mntns_holder_kind(found->kind));
	case COL_PID:
		return mntns_number_text(pid, 0);
	case COL_USER:
		return found->pid ? mntns_user_text(found->uid) : NULL;
	case COL_COMMAND:
		return command_text(found, pid);
	case COL_FD:
		return found->fd >= 0 ? mntns_number_text(found->fd, 1) : NULL;
	case COL_PATH:
		return xstrdup(found->path);
	case COL_WHY:
		return why_text(found);
	case COL_NSID:
	case COL_NS:
	case COL_NAME:
	case COL_PROCS:
	case COL_PINS:
	case COL_FDS:
		return namespace_text(ns, id);
	default:
		return mount_text(found->mnt, id);
	}
}

static void print_holders(const struct mntns_table *t, const struct holders *h)
{
	struct mntns_rows *rows = mntns_rows_new(t);
	size_t i, n;

	for (i = 0; i < h->nfound; i++) {
		mntns_rows_add(rows, NULL);
		for (n = 0; n < t->ncolumns; n++)
			mntns_rows_give(rows, cell_text(h, &h->found[i], t->columns[n]));
	}
	mntns_rows_print(rows);
}

/* The answer is about what could be looked at. */
static void report_view(const struct holders *h)
{
	size_t i;

	mntns_warn_view(h->iter.view);
	if (h->nunread)
		warnx(P_("the mounts of %u namespace cannot be read",
			 "the mounts of %u namespaces cannot be read", h->nunread), h->nunread);
	if (h->nhidden)
		warnx(P_("%u process may not be looked at", "%u processes may not be looked at",
			 h->nhidden), h->nhidden);
	if (h->nrelative)
		warnx(P_("%u layer of an overlay has a relative name, and cannot be told",
			 "%u layers of overlays have relative names, and cannot be told",
			 h->nrelative), h->nrelative);
	for (i = 0; i < h->nstuck; i++) {
		if (h->stuck[i])
			warnx(_("process %d has something open on a filesystem that does not answer"),
			      (int) h->stuck[i]);
		else
			warnx(_("what is on top was not looked at: a filesystem does not answer"));
	}
}

/*
 * The operands
 */
static void add_dev(struct holders *h, const char *arg, struct diag *d)
{
	unsigned int maj, min;
	int n = 0;

	if (sscanf(arg, "%u:%u%n", &maj, &min, &n) != 2 || arg[n])
		errx(EXIT_FAILURE, _("invalid device number: %s"), arg);
	if (holders_add_device(h, arg, makedev(maj, min), NULL, d) != 0)
		mntns_err(d);
}

static void add_source(struct holders *h, const char *spec, struct diag *d)
{
	char *device = NULL;
	struct stat st;
	int rc;

	if (strchr(spec, '=')) {
		load_libmount_or_err();
		device = mnt_resolve_spec(spec, NULL);
		if (!device || strchr(device, '='))
			errx(EXIT_FAILURE, _("cannot find source %s"), spec);
	}
	if ((device || startswith(spec, _PATH_DEV)) && stat(device ? device : spec, &st) == 0 &&
	    S_ISBLK(st.st_mode))
		rc = holders_add_device(h, spec, st.st_rdev, device ? device : spec, d);
	else
		rc = holders_add_source(h, spec, d);
	free(device);
	if (rc)
		mntns_err(d);
}

/* Where the namespace of NS:PATH ends; what has a slash before is all a path. */
static const char *find_colon(const char *arg)
{
	const char *colon = strstr(arg, ":/");

	return colon && colon > arg && !memchr(arg, '/', colon - arg) ? colon : NULL;
}

static void add_path(struct holders *h, const char *arg, struct diag *d)
{
	const char *colon = find_colon(arg);
	struct nsref ref;
	char *name;
	int rc;

	if (!colon) {
		if (holders_add_path(h, arg, NULL, arg, d) != 0)
			mntns_err(d);
		return;
	}
	name = xstrndup(arg, colon - arg);
	if (nsref_open(&ref, name, d) != 0)
		mntns_err(d);
	rc = holders_add_path(h, arg, &ref, colon + 1, d);
	nsref_close(&ref);
	free(name);
	if (rc)
		mntns_err(d);
}

static void add_subjects(struct holders *h, const struct holders_control *ctl, struct diag *d)
{
	size_t i;

	for (i = 0; i < ctl->noperands; i++) {
		const char *arg = ctl->operands[i].arg;

		switch (ctl->operands[i].kind) {
		case OPERAND_PATH:
			add_path(h, arg, d);
			break;
		case OPERAND_DEV:
			add_dev(h, arg, d);
			break;
		case OPERAND_SOURCE:
			add_source(h, arg, d);
			break;
		case OPERAND_UNIQ_ID:
			if (holders_add_mount(h, arg, strtou64_or_err(arg, _("invalid mount id")), d))
				mntns_err(d);
			break;
		}
	}
}

static int show_holders(const struct holders_control *ctl)
{
	struct diag d = { .step = DIAG_NONE };
	struct holders h;
	int rc = EXIT_SUCCESS;

	if (holders_open(&h, ctl->quiet ? 0 : mntns_table_needs(&ctl->table), &d) != 0)
		mntns_err(&d);
	add_subjects(&h, ctl, &d);
	if (holders_scan(&h, &d) != 0)
		mntns_err(&d);

	if (ctl->quiet)
		rc = h.nfound ? EXIT_SUCCESS : EXIT_FREE;
	else
		print_holders(&ctl->table, &h);
	if (!ctl->quiet || rc != EXIT_SUCCESS)
		report_view(&h);
	if (ctl->detach)
		rc = mntns_umount_holders(&h, ctl->lazy);
	holders_free(&h);
	return rc;
}

static void __attribute__((__noreturn__)) usage(void)
{
	FILE *out = stdout;

	fputs(USAGE_HEADER, out);
	fprintf(out, _(" %s holders [options] <path>|<namespace>:<path>...\n"),
		program_invocation_short_name);

	fputs(USAGE_SEPARATOR, out);
	fputsln(_("Show what keeps a mount, a filesystem, a directory or a device busy."), out);

	fputs(USAGE_OPTIONS, out);
	fputsln(_("     --detach             and unmount it, in all namespaces"), out);
	fputsln(_("     --dev <maj:min>      the device or filesystem with this number"), out);
	fputsln(_(" -l, --lazy               with --detach: also what is in use"), out);
	fputsln(_(" -q, --quiet              print nothing, the exit status tells"), out);
	fputsln(_(" -S, --source <spec>      what is mounted from a device, LABEL=, UUID=, ..."), out);
	fputsln(_("     --uniq-id <id>       the mount with this 64-bit id alone"), out);
	mntns_table_usage(out);

	fputs(USAGE_SEPARATOR, out);
	fprintf(out, USAGE_LIST_COLUMNS_OPTION(26));
	fprintf(out, USAGE_HELP_OPTIONS(26));
	fprintf(out, USAGE_MAN_TAIL("mntns(8)"));
	unanswered = 0;
	exit(EXIT_SUCCESS);
}

static void parse_options(struct holders_control *ctl, int argc, char **argv)
{
	enum {
		OPT_DETACH = TABLE_OPT_NEXT,
		OPT_DEV,
		OPT_UNIQ_ID
	};
	static const struct option longopts[] = {
		TABLE_LONGOPTS,
		{ "detach",	no_argument,	   NULL, OPT_DETACH },
		{ "dev",	required_argument, NULL, OPT_DEV },
		{ "help",	no_argument,	   NULL, 'h' },
		{ "lazy",	no_argument,	   NULL, 'l' },
		{ "quiet",	no_argument,	   NULL, 'q' },
		{ "source",	required_argument, NULL, 'S' },
		{ "uniq-id",	required_argument, NULL, OPT_UNIQ_ID },
		{ "version",	no_argument,	   NULL, 'V' },
		{ NULL }
	};
	static const ul_excl_t excl[] = {	/* rows and cols in ASCII order */
		{ 'J', 'P', 'q', 'r' },
		{ 'q', OPT_DETACH },
		{ 0 }
	};
	int excl_st[ARRAY_SIZE(excl)] = UL_EXCL_STATUS_INIT;
	int c;

	while ((c = getopt_long(argc, argv, TABLE_SHORTOPTS "hlqS:V", longopts, NULL)) != -1) {
		err_exclusive_options(c, longopts, excl, excl_st);
		if (mntns_table_take(&ctl->table, c, optarg))
			continue;

		switch (c) {
		case 'l':
			ctl->lazy = 1;
			break;
		case 'q':
			ctl->quiet = unanswered = 1;
			break;
		case 'S':
			add_operand(ctl, OPERAND_SOURCE, optarg);
			break;
		case OPT_DETACH:
			ctl->detach = 1;
			break;
		case OPT_DEV:
			add_operand(ctl, OPERAND_DEV, optarg);
			break;
		case OPT_UNIQ_ID:
			add_operand(ctl, OPERAND_UNIQ_ID, optarg);
			break;
		case 'h':
			usage();
		case 'V':
			unanswered = 0;
			print_version(EXIT_SUCCESS);
		default:
			errtryhelp(EXIT_FAILURE);
		}
	}
	if (ctl->lazy && !ctl->detach)
		errx(EXIT_FAILURE, _("--lazy goes with --detach"));
	for (; optind < argc; optind++)
		add_operand(ctl, OPERAND_PATH, argv[optind]);
}

/* With several operands a line has to say which it is about. */
static void choose_columns(struct holders_control *ctl)
{
	int columns[ARRAY_SIZE(default_columns) + 1] = { COL_OBJECT };

	memcpy(columns + 1, default_columns, sizeof(default_columns));
	if (ctl->noperands > 1)
		mntns_table_choose(&ctl->table, columns, ARRAY_SIZE(columns));
	else
		mntns_table_choose(&ctl->table, default_columns, ARRAY_SIZE(default_columns));
}

int mntns_holders(int argc, char **argv)
{
	struct holders_control ctl = {
		.table = {
			.name = "holders",
			.list_name = "holders-columns",
			.infos = infos,
			.ninfos = ARRAY_SIZE(infos)
		}
	};
	int rc;

	atexit(leave);
	parse_options(&ctl, argc, argv);
	choose_columns(&ctl);
	if (!ctl.noperands) {
		warnx(_("no path specified"));
		errtryhelp(EXIT_FAILURE);
	}

	rc = show_holders(&ctl);
	free(ctl.operands);
	unanswered = 0;
	return rc;
}
