/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-reach - where would a mount appear if it were made here
 */
#include <getopt.h>
#include <sys/mount.h>

#include "mountapi.h"
#include "optutils.h"
#include "xalloc.h"

#include "mntns-mntcols.h"
#include "mntns-reach.h"
#include "mntns.h"

enum {
	COL_NSID,
	COL_NS,
	COL_NAME,
	COL_PID,
	COL_VERDICT,
	COL_TARGET,
	COL_PROPAGATION,
	COL_WHY,
	COL_MOUNT,
	COL_PEER_GROUP,
	COL_MASTER
};

static const struct mntns_column infos[] = {
	[COL_NSID]	  = { "NSID", 1, SCOLS_FL_RIGHT,
			      N_("64-bit id of the namespace"), SCOLS_JSON_NUMBER },
	[COL_NS]	  = { "NS", 10, SCOLS_FL_RIGHT,
			      N_("inode number of the namespace"), SCOLS_JSON_NUMBER },
	[COL_NAME]	  = { "NAME", 0.1, SCOLS_FL_NOEXTREMES,
			      N_("name under which it is pinned"), SCOLS_JSON_STRING },
	[COL_PID]	  = { "PID", 1, SCOLS_FL_RIGHT,
			      N_("oldest process"), SCOLS_JSON_NUMBER },
	[COL_VERDICT]	  = { "VERDICT", 1, 0,
			      N_("yes, covered, hidden, no, or ?"),
			      SCOLS_JSON_STRING },
	[COL_TARGET]	  = { "TARGET", 0.25, SCOLS_FL_NOEXTREMES,
			      N_("where it would appear"), SCOLS_JSON_STRING },
	[COL_PROPAGATION] = { "PROPAGATION", 1, 0,
			      N_("propagation type of the new mount there"), SCOLS_JSON_STRING },
	[COL_WHY]	  = { "WHY", 0.4, SCOLS_FL_NOEXTREMES,
			      N_("why, in words"), SCOLS_JSON_STRING },
	[COL_MOUNT]	  = { "MOUNT", 0.2, SCOLS_FL_NOEXTREMES,
			      N_("mount that receives it, or shows why not"), SCOLS_JSON_STRING },
	[COL_PEER_GROUP]  = { "PEER-GROUP", 1, SCOLS_FL_RIGHT,
			      N_("peer group of that mount"), SCOLS_JSON_NUMBER },
	[COL_MASTER]	  = { "MASTER", 1, SCOLS_FL_RIGHT,
			      N_("peer group that it receives from"), SCOLS_JSON_NUMBER }
};

static const int default_columns[] = {
	COL_NSID, COL_NS, COL_NAME, COL_PID, COL_VERDICT, COL_TARGET, COL_PROPAGATION, COL_WHY
};

struct reach_control {
	struct mntns_table	table;
	const char		*from;
	unsigned int		all:1;
	unsigned int		dot:1;

	struct nsref		*refs;		/* the first is that of --from */
	size_t			nrefs;
};

/* JSON and dot take them as they are: not to be translated */
const char *reach_verdict_name(const struct reach_place *place)
{
	static const char *const names[] = {
		[REACH_YES]	= "yes",
		[REACH_COVERED]	= "covered",
		[REACH_HIDDEN]	= "hidden",
		[REACH_NO]	= "no",
		[REACH_UNKNOWN]	= "?"
	};

	return names[place->verdict];
}

static const char *mount_name(const struct mnt_entry *mnt)
{
	return mnt->target ? mnt->target : _("a mount outside of the root");
}

static char *here_text(const struct mnt_entry *mnt)
{
	char *str;

	if (reach_is_shared(mnt))
		xasprintf(&str, _("it is made here, on %s, shared:%u"), mnt->target,
			  mnt->peer_group);
	else if (mnt->master)
		xasprintf(&str, _("it is made here, on %s, a slave of shared:%u"), mnt->target,
			  mnt->master);
	else if (mnt->propagation & MS_UNBINDABLE)
		xasprintf(&str, _("it is made here, on %s, unbindable"), mnt->target);
	else
		xasprintf(&str, _("it is made here, on %s, private"), mnt->target);
	return str;
}

static char *slave_text(const struct reach_place *place)
{
	const struct mnt_entry *mnt = place->mnt;
	char *str;

	if (mnt->master == place->from)
		xasprintf(&str, _("%s is a slave of shared:%u"), mount_name(mnt),
			  mnt->master);
	else
		xasprintf(&str, _("%s is a slave of shared:%u, which receives from shared:%u"),
			  mount_name(mnt), mnt->master, place->from);
	return str;
}

/* The mount that is made on is to blame. */
static char *sender_text(const struct mnt_entry *dest, enum reach_why why)
{
	char *str;

	if (why == REACH_SLAVE_ONLY)
		xasprintf(&str, _("%s here is a slave of shared:%u: it receives and does not send"),
			  dest->target, dest->master);
	else if (why == REACH_UNBINDABLE)
		xasprintf(&str, _("%s here is unbindable: it does not send"), dest->target);
	else
		xasprintf(&str, _("%s here is private: it does not send"), dest->target);
	return str;
}

static char *other_dir_text(const struct reach *r, const struct mnt_entry *mnt)
{
	char *str;

	xasprintf(&str, _("%s there shows %s of the filesystem, and not %s"), mount_name(mnt),
		  mnt->root ? mnt->root : "?", r->dir);
	return str;
}

/* The mount that shows the directory there is to blame. */
static char *receiver_text(const struct reach *r, const struct reach_place *place)
{
	const struct mnt_entry *mnt = place->mnt;
	const char *name = mount_name(mnt);
	char *str;

	switch (place->why) {
	case REACH_THERE_UNBINDABLE:
		xasprintf(&str, _("%s there is unbindable: it does not receive"), name);
		break;
	case REACH_THERE_MASTER:
		xasprintf(&str, _("%s there is shared:%u, the master: what is mounted there appears here, not the other way round"),
			  name, mnt->peer_group);
		break;
	case REACH_THERE_GROUP:
		xasprintf(&str, _("%s there is shared:%u, and not in shared:%u"), name,
			  mnt->peer_group, r->dest->peer_group);
		break;
	case REACH_THERE_SLAVE:
		xasprintf(&str, _("%s there is a slave of shared:%u, and not of shared:%u"), name,
			  mnt->master, r->dest->peer_group);
		break;
	default:
		xasprintf(&str, _("%s there is private: it does not receive"), name);
		break;
	}
	return str;
}

static char *reason_text(const struct reach *r, const struct reach_place *place)
{
	char *str;

	switch (place->why) {
	case REACH_HERE:
		return here_text(place->mnt);
	case REACH_PEER:
		xasprintf(&str, _("%s is a peer, shared:%u"), mount_name(place->mnt),
			  place->mnt->peer_group);
		return str;
	case REACH_SLAVE:
		return slave_text(place);
	case REACH_PRIVATE:
	case REACH_UNBINDABLE:
	case REACH_SLAVE_ONLY:
		return sender_text(r->dest, place->why);
	case REACH_OTHER_DIR:
	case REACH_NOT_SHOWN:
		return other_dir_text(r, place->mnt);
	case REACH_NO_FILESYSTEM:
		return xstrdup(_("the filesystem is not mounted there"));
	case REACH_UNREADABLE:
		xasprintf(&str, _("its mounts cannot be read: %s"),
			  strerror(r->ns[place->ns].err));
		return str;
	default:
		return receiver_text(r, place);
	}
}

static char *why_text(const struct reach *r, const struct reach_place *place)
{
	char *reason = reason_text(r, place), *str;

	if (place->verdict == REACH_COVERED && place->cover)
		xasprintf(&str, _("%s; %s is mounted over it"), reason, place->cover->target);
	else if (place->verdict == REACH_COVERED)
		xasprintf(&str, _("%s; the new mount itself covers it"), reason);
	else
		return reason;
	free(reason);
	return str;
}

static char *propagation_text(const struct reach_place *place)
{
	char *str;

	if (!place->propagation)
		return NULL;
	xasprintf(&str, "%s%s", place->propagation & MS_SHARED ? "shared" : "private",
		  place->propagation & MS_SLAVE ? ",slave" : "");
	return str;
}

static char *cell_text(const struct reach *r, const struct reach_place *place, int id)
{
	const struct reach_ns *ns = &r->ns[place->ns];
	const struct mnt_entry *mnt = place->mnt;

	switch (id) {
	case COL_NSID:
		return mntns_number_text(ns->ref.id, 0);
	case COL_NS:
		return mntns_number_text(ns->ref.ino, 0);
	case COL_NAME:
		return xstrdup(ns->info ? ns->info->names : NULL);
	case COL_PID:
		return mntns_number_text(ns->info ? ns->info->pid : ns->ref.pid, 0);
	case COL_VERDICT:
		return xstrdup(reach_verdict_name(place));
	case COL_TARGET:
		return xstrdup(place->target);
	case COL_PROPAGATION:
		return propagation_text(place);
	case COL_WHY:
		return why_text(r, place);
	case COL_MOUNT:
		return xstrdup(mnt ? mnt->target : NULL);
	case COL_PEER_GROUP:
		return mntns_number_text(mnt ? mnt->peer_group : 0, 0);
	case COL_MASTER:
		return mntns_number_text(mnt ? mnt->master : 0, 0);
	}
	return NULL;
}

static int is_wanted(const struct reach *r, const struct reach_place *place, const void *data)
{
	const struct reach_control *ctl = data;
	const struct reach_ns *ns = &r->ns[place->ns];

	if (ctl->all)
		return 1;
	return ctl->nrefs > 1 ? ns->wanted : ns->reached;
}

static void print_table(const struct reach_control *ctl, const struct reach *r)
{
	const struct mntns_table *t = &ctl->table;
	struct mntns_rows *rows = mntns_rows_new(t);
	uint32_t i;
	size_t n;

	for (i = 0; i < r->nplaces; i++) {
		if (!is_wanted(r, &r->places[i], ctl))
			continue;
		mntns_rows_add(rows, NULL);
		for (n = 0; n < t->ncolumns; n++)
			mntns_rows_give(rows, cell_text(r, &r->places[i], t->columns[n]));
	}
	mntns_rows_print(rows);
}

/* For people, in a line below the table: what it leaves out. */
static void print_summary(const struct reach_control *ctl, const struct reach *r)
{
	const struct mntns_output *out = &ctl->table.out;
	uint32_t i, n = 0;

	if (out->json || out->raw || out->pairs || out->noheadings ||
	    ctl->table.outarg)
		return;
	for (i = 0; i < r->nplaces; i++)
		n += !is_wanted(r, &r->places[i], ctl) && !r->ns[r->places[i].ns].reached;
	if (n && ctl->nrefs == 1)
		printf(P_("It does not appear in %u other namespace; --all tells why.\n",
			  "It does not appear in %u other namespaces; --all tells why.\n", n), n);
}

/* The answer is about what could be seen. */
static void report_view(const struct reach *r)
{
	uint32_t i, partial = 0;

	mntns_warn_view(r->iter.view);
	for (i = 0; i < r->nns; i++)
		partial += r->ns[i].partial;
	if (partial)
		warnx(P_("hidden mounts of %u namespace could not be looked at",
			 "hidden mounts of %u namespaces could not be looked at", partial), partial);
}

static void predict(struct reach_control *ctl, const char *path, char **operands)
{
	struct diag d = { .step = DIAG_NONE };
	struct reach r;
	size_t i;

	ctl->refs = xcalloc(ctl->nrefs, sizeof(*ctl->refs));
	if ((ctl->from ? nsref_open(&ctl->refs[0], ctl->from, &d) :
			 nsref_open_self(&ctl->refs[0], &d)) != 0)
		mntns_err(&d);
	for (i = 1; i < ctl->nrefs; i++) {
		if (nsref_open(&ctl->refs[i], operands[i - 1], &d) != 0)
			mntns_err(&d);
	}

	if (reach_predict(&r, &ctl->refs[0], path, ctl->refs + 1, ctl->nrefs - 1, &d) != 0)
		mntns_err(&d);
	if (ctl->dot) {
		reach_print_dot(&r, is_wanted, ctl);
	} else {
		print_table(ctl, &r);
		print_summary(ctl, &r);
	}
	report_view(&r);

	reach_free(&r);
	for (i = 0; i < ctl->nrefs; i++)
		nsref_close(&ctl->refs[i]);
	free(ctl->refs);
}

static void __attribute__((__noreturn__)) usage(void)
{
	FILE *out = stdout;

	fputs(USAGE_HEADER, out);
	fprintf(out, _(" %s reach [options] <path> [<namespace>...]\n"),
		program_invocation_short_name);

	fputs(USAGE_SEPARATOR, out);
	fputsln(_("Tell where a mount would appear if it were made at the path, and why."), out);

	fputs(USAGE_OPTIONS, out);
	fputsln(_(" -a, --all                also where it would not appear"), out);
	fputsln(_("     --dot                print a graph for dot(1)"), out);
	fputsln(_("     --from <namespace>   the path is in this namespace"), out);
	mntns_table_usage(out);

	fputs(USAGE_SEPARATOR, out);
	fprintf(out, USAGE_LIST_COLUMNS_OPTION(26));
	fprintf(out, USAGE_HELP_OPTIONS(26));
	fprintf(out, USAGE_MAN_TAIL("mntns(8)"));

	exit(EXIT_SUCCESS);
}

int mntns_reach(int argc, char **argv)
{
	enum {
		OPT_DOT = TABLE_OPT_NEXT,
		OPT_FROM
	};
	static const struct option longopts[] = {
		TABLE_LONGOPTS,
		{ "all",	no_argument,	   NULL, 'a' },
		{ "dot",	no_argument,	   NULL, OPT_DOT },
		{ "from",	required_argument, NULL, OPT_FROM },
		{ "help",	no_argument,	   NULL, 'h' },
		{ "version",	no_argument,	   NULL, 'V' },
		{ NULL }
	};
	static const ul_excl_t excl[] = {	/* rows and cols in ASCII order */
		{ 'J', 'P', 'r', OPT_DOT },
		{ 0 }
	};
	int excl_st[ARRAY_SIZE(excl)] = UL_EXCL_STATUS_INIT;
	struct reach_control ctl = {
		.table = {
			.name = "places",
			.list_name = "reach-columns",
			.infos = infos,
			.ninfos = ARRAY_SIZE(infos)
		}
	};
	int c;

	while ((c = getopt_long(argc, argv, TABLE_SHORTOPTS "ahV", longopts, NULL)) != -1) {
		err_exclusive_options(c, longopts, excl, excl_st);
		if (mntns_table_take(&ctl.table, c, optarg))
			continue;

		switch (c) {
		case 'a':
			ctl.all = 1;
			break;
		case OPT_DOT:
			ctl.dot = 1;
			break;
		case OPT_FROM:
			ctl.from = optarg;
			break;
		case 'h':
			usage();
		case 'V':
			print_version(EXIT_SUCCESS);
		default:
			errtryhelp(EXIT_FAILURE);
		}
	}

	mntns_table_choose(&ctl.table, default_columns, ARRAY_SIZE(default_columns));
	if (optind == argc) {
		warnx(_("no path specified"));
		errtryhelp(EXIT_FAILURE);
	}

	ctl.nrefs = argc - optind;
	predict(&ctl, argv[optind], argv + optind + 1);
	return EXIT_SUCCESS;
}
