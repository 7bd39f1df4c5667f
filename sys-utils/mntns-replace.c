/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-replace - exchange a mount inside a mount namespace, without a gap
 *
 * What is to be mounted is made first, for each namespace; then each is entered
 * and looked at, and only when nothing speaks against it, changed.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <sys/sysmacros.h>

#include "mntrelease.h"
#include "mnttab.h"
#include "mountapi.h"
#include "nsjoin.h"
#include "nsref.h"
#include "nsreplace.h"
#include "reach.h"
#include "xalloc.h"

#include "mntns-attach.h"
#include "mntns-busy.h"
#include "mntns.h"

/* A namespace in which it is done. */
struct replace_ns {
	struct nsref ref;
	char *name;			/* of @ref, if that is ours */
	int treefd;
	struct nsreplace old;
	unsigned int covered:1;		/* something else is on top there */
	unsigned int done:1;
};

struct replace {
	struct source_options what;
	const char *ns;
	const char *source;
	const char *target;
	char *path;			/* the target without links, for the others */
	dev_t dev;			/* of the filesystem that is to go */

	struct nsiter iter;
	struct replace_ns *places;	/* the first is that of the operand */
	size_t nplaces;
	const struct replace_ns *current;

	unsigned int all_holding:1;
	unsigned int beneath:1;		/* of a root */
	unsigned int dry_run:1;
	unsigned int overmount:1;
	unsigned int verbose:1;
};

static void __attribute__((__noreturn__)) usage(void)
{
	FILE *out = stdout;

	fputs(USAGE_HEADER, out);
	fprintf(out, _(" %s replace [options] <namespace> <source> <target>\n"),
		program_invocation_short_name);
	fprintf(out, _(" %s replace [options] -t <type> <namespace> <source> <target>\n"),
		program_invocation_short_name);
	fprintf(out, _(" %s replace [options] <namespace> <tree> /\n"),
		program_invocation_short_name);

	fputs(USAGE_SEPARATOR, out);
	fputsln(_("Exchange a mount inside a namespace; at no moment is nothing mounted there."), out);

	fputs(USAGE_OPTIONS, out);
	source_options_usage(out);
	fputsln(_("     --all-holding        in all namespaces that show the filesystem there"), out);
	fputsln(_("     --beneath            of a root: see mntns swap-root"), out);
	fputsln(_("     --dry-run            only say what would be done"), out);
	fputsln(_("     --overmount          before Linux 6.5: mount over the old one"), out);
	fputsln(_(" -v, --verbose            say what was replaced where"), out);

	fputs(USAGE_SEPARATOR, out);
	fprintf(out, USAGE_HELP_OPTIONS(26));
	fprintf(out, USAGE_MAN_TAIL("mntns(8)"));
	exit(EXIT_SUCCESS);
}

static struct replace_ns *add_place(struct replace *rp, const struct nsref *ref)
{
	struct replace_ns *place;

	rp->places = xreallocarray(rp->places, rp->nplaces + 1, sizeof(*rp->places));
	place = &rp->places[rp->nplaces++];
	*place = (struct replace_ns) {
		.ref = *ref,
		.treefd = -1,
		.old = { .fd = -1 }
	};
	return place;
}

/*
 * Which namespaces have the filesystem there
 */
static dev_t dev_of(const struct mnt_entry *mnt)
{
	return makedev(mnt->dev_major, mnt->dev_minor);
}

#define HOLDING_MASK \
	(UL_STATMOUNT_MNT_BASIC | UL_STATMOUNT_SB_BASIC | UL_STATMOUNT_MNT_POINT)

/* The place of the target, as it is called from the root, and the filesystem. */
static int locate(struct replace *rp, struct diag *d)
{
	const struct nsref *ref = &rp->places[0].ref;
	const struct mnt_entry *mnt;
	struct reach_spot spot;
	struct mnttab tab;
	int rc = reach_locate(&spot, ref, rp->target, -1, d);

	if (rc)
		return rc;
	rp->path = spot.path;
	rc = mnttab_read(&tab, ref, HOLDING_MASK, 0, d);
	if (rc)
		return rc;
	mnt = reach_find_spot(&tab, &spot);
	if (mnt)
		rp->dev = dev_of(mnt);
	else
		rc = diag_fail(d, DIAG_REPLACE, ENOENT, rp->target);
	mnttab_free(&tab);
	return rc;
}

/* A namespace that cannot be looked at is one that cannot be changed. */
static int holds(const struct replace *rp, const struct nsref *ref)
{
	struct diag d = { .step = DIAG_NONE };
	struct mnttab tab;
	uint32_t i;
	int found = 0;

	if (mnttab_read(&tab, ref, HOLDING_MASK, 0, &d) != 0) {
		diag_reset(&d);
		return 0;
	}
	for (i = 0; !found && i < tab.nmounts; i++) {
		const struct mnt_entry *mnt = &tab.mounts[i];

		found = mnt->target && dev_of(mnt) == rp->dev &&
			strcmp(mnt->target, rp->path) == 0;
	}
	mnttab_free(&tab);
	return found;
}

static void add_holding(struct replace *rp, const struct nsiter_ns *info)
{
	struct nsref ref = {
		.kind = NSREF_ID,
		.fd = info->fd,
		.pid = info->pid,
		.ino = info->ino,
		.id = info->id
	};
	struct replace_ns *place;

	/* too many for all of them to be held open */
	if (ref.fd < 0)
		ref.fd = ns_open_id(info->id);
	if (ref.fd < 0)
		return;
	if (!holds(rp, &ref)) {
		if (info->fd < 0)
			close(ref.fd);
		return;
	}
	place = add_place(rp, &ref);
	if (info->id)
		xasprintf(&place->name, ":%ju", (uintmax_t) info->id);
	else
		xasprintf(&place->name, "mnt:[%ju]", (uintmax_t) info->ino);
	place->ref.name = place->name;
}

static int find_holding(struct replace *rp, struct diag *d)
{
	size_t i;
	int rc = locate(rp, d);

	if (!rc)
		rc = nsiter_scan(&rp->iter, 0, d);
	for (i = 0; !rc && i < rp->iter.n; i++) {
		const struct nsiter_ns *info = &rp->iter.ns[i];

		if (info->ino != rp->places[0].ref.ino)
			add_holding(rp, info);
	}
	if (!rc)
		mntns_warn_view(rp->iter.view);
	return rc;
}

/*
 * What is done in each
 */
static int make_trees(struct replace *rp, struct diag *d)
{
	size_t i;
	int rc = 0;

	for (i = 0; !rc && i < rp->nplaces; i++)
		rc = source_make_early(&rp->what, rp->source, &rp->places[i].treefd, d);
	return rc;
}

/* Returns the root of the namespace, which the caller is in then, or -errno. */
static int enter(struct replace *rp, const struct replace_ns *place, struct diag *d)
{
	rp->current = place;
	return nsjoin_enter_root(&place->ref, d);
}

static int check_kinds(const struct replace_ns *place, struct diag *d)
{
	int from = mnt_is_directory(place->treefd), to = mnt_is_directory(place->old.fd);

	if (from < 0 || to < 0 || from == to)
		return 0;
	return diag_fail_cause(d, DIAG_REPLACE, EINVAL, place->old.target, NULL,
			       from ? _("the source is a directory, the target is not") :
				      _("the target is a directory, the source is not"));
}

/* Something else may be mounted over the filesystem: it is not shown, and stays. */
static int look(struct replace *rp, struct replace_ns *place, struct diag *d)
{
	const char *target = place == rp->places ? rp->target : rp->path;
	int rc, root = enter(rp, place, d);

	if (root < 0)
		return root;
	rc = nsreplace_find(&place->old, root, target, d);
	if (!rc && place->treefd < 0) {
		place->treefd = source_make(&rp->what, rp->source, d);
		rc = place->treefd < 0 ? place->treefd : 0;
	}
	if (!rc && rp->all_holding && place->old.dev != rp->dev)
		place->covered = 1;
	else if (!rc)
		rc = check_kinds(place, d);
	close(root);
	return rc;
}

/*
 * What is mounted in one namespace propagates to others: it may have been done
 * there by now.
 */
static int shows_something_else(const struct replace_ns *place, int root)
{
	struct diag ignored = { .step = DIAG_NONE };
	struct nsreplace now;
	int rc;

	if (nsreplace_find(&now, root, place->old.target, &ignored) != 0) {
		diag_reset(&ignored);
		return 0;
	}
	rc = now.dev != place->old.dev;
	nsreplace_close(&now);
	return rc;
}

static int replace_in(struct replace *rp, struct replace_ns *place, struct diag *d)
{
	int rc = 0, root = enter(rp, place, d);

	if (root < 0)
		return root;
	if (mntns_is_interrupted())
		rc = -EINTR;
	else if (place == rp->places || !shows_something_else(place, root))
		rc = nsreplace_put(&place->old, root, place->treefd, rp->overmount, d);
	close(root);
	place->done = rc == 0;
	if (!rc && rp->verbose)
		warnx(_("%s replaced in namespace %s"), place->old.target, place->ref.name);
	return rc;
}

static void say_plan(const struct replace_ns *place)
{
	warnx(place->covered ?
		_("%s is covered in namespace %s and stays") :
		_("%s would be replaced in namespace %s"), place->old.target, place->ref.name);
}

static int replace_all(struct replace *rp, struct diag *d)
{
	size_t i;
	int rc = 0;

	for (i = 0; !rc && i < rp->nplaces; i++)
		rc = look(rp, &rp->places[i], d);
	mntns_catch_signals();
	for (i = 0; !rc && i < rp->nplaces; i++) {
		if (rp->dry_run)
			say_plan(&rp->places[i]);
		else if (!rp->places[i].covered)
			rc = replace_in(rp, &rp->places[i], d);
	}
	return rc;
}

/* An old mount that is gone does not come back: what is done stays done. */
static void report_done(const struct replace *rp)
{
	size_t i;

	for (i = 0; i < rp->nplaces; i++) {
		if (rp->places[i].done)
			warnx(_("%s stays replaced in namespace %s"), rp->places[i].old.target,
			      rp->places[i].ref.name);
	}
	if (rp->current && rp->all_holding)
		warnx(_("it failed in namespace %s"), rp->current->ref.name);
}

/* Of what is not mounted any more the servers may be dead. */
static void release_old(struct replace *rp)
{
	int fds[MNTRELEASE_MAX];
	size_t i, n = 0;

	for (i = 0; i < rp->nplaces && n < MNTRELEASE_MAX; i++) {
		struct replace_ns *place = &rp->places[i];

		if (place->done && mntrelease_has_server(place->old.fd)) {
			fds[n++] = place->old.fd;
			place->old.fd = -1;
		}
	}
	mntns_release(fds, n);
}

static void free_places(struct replace *rp)
{
	size_t i;

	for (i = 0; i < rp->nplaces; i++) {
		struct replace_ns *place = &rp->places[i];

		nsreplace_close(&place->old);
		if (place->treefd >= 0)
			close(place->treefd);
		free(place->name);
	}
	nsref_close(&rp->places[0].ref);
	nsiter_free(&rp->iter);
	free(rp->places);
	free(rp->path);
}

static void replace(struct replace *rp)
{
	struct diag d = { .step = DIAG_NONE };
	struct nsref ref;
	int rc;

	mntns_preload_messages();
	if (nsref_open(&ref, rp->ns, &d) != 0)
		mntns_err(&d);
	add_place(rp, &ref);
	if (rp->all_holding && find_holding(rp, &d) != 0)
		mntns_err(&d);

	rc = make_trees(rp, &d);
	if (!rc)
		rc = replace_all(rp, &d);
	release_old(rp);
	if (rc) {
		report_done(rp);
		mntns_die_if_interrupted();
		mntns_err(&d);
	}
	free_places(rp);
}

static int is_root(const char *target)
{
	return *target && target[strspn(target, "/")] == '\0';
}

/* That is another matter, with a verb of its own. */
static void replace_root(const struct replace *rp)
{
	struct swap_root sw = {
		.what = rp->what,
		.ns = rp->ns,
		.source = rp->source,
		.beneath = rp->beneath,
		.dry_run = rp->dry_run,
		.verbose = rp->verbose
	};

	if (rp->all_holding || rp->overmount)
		errx(EXIT_FAILURE,
		     _("--all-holding and --overmount are not for the root of a namespace"));
	swap_root(&sw);
}

int mntns_replace(int argc, char **argv)
{
	enum {
		OPT_ALL_HOLDING = CHAR_MAX + 1,
		OPT_BENEATH,
		OPT_DRY_RUN,
		OPT_OVERMOUNT
	};
	static const struct option longopts[] = {
		SOURCE_LONGOPTS,
		{ "all-holding", no_argument, NULL, OPT_ALL_HOLDING },
		{ "beneath",	 no_argument, NULL, OPT_BENEATH },
		{ "dry-run",	 no_argument, NULL, OPT_DRY_RUN },
		{ "help",	 no_argument, NULL, 'h' },
		{ "overmount",	 no_argument, NULL, OPT_OVERMOUNT },
		{ "verbose",	 no_argument, NULL, 'v' },
		{ "version",	 no_argument, NULL, 'V' },
		{ NULL }
	};
	struct replace rp = { .ns = NULL };
	int c;

	while ((c = getopt_long(argc, argv, SOURCE_SHORTOPTS "hvV", longopts, NULL)) != -1) {
		if (source_options_take(&rp.what, c, optarg))
			continue;

		switch (c) {
		case OPT_ALL_HOLDING:
			rp.all_holding = 1;
			break;
		case OPT_BENEATH:
			rp.beneath = 1;
			break;
		case OPT_DRY_RUN:
			rp.dry_run = 1;
			break;
		case OPT_OVERMOUNT:
			rp.overmount = 1;
			break;
		case 'v':
			rp.verbose = 1;
			break;
		case 'h':
			usage();
		case 'V':
			print_version(EXIT_SUCCESS);
		default:
			errtryhelp(EXIT_FAILURE);
		}
	}
	if (argc - optind != 3) {
		warnx(argc - optind < 3 ? _("namespace, source and target are needed") :
					  _("too many arguments"));
		errtryhelp(EXIT_FAILURE);
	}
	source_options_check(&rp.what);
	source_options_no_mkdir(&rp.what);

	rp.ns = argv[optind];
	rp.source = argv[optind + 1];
	rp.target = argv[optind + 2];
	if (is_root(rp.target))
		replace_root(&rp);
	else if (rp.beneath)
		errx(EXIT_FAILURE, _("--beneath is for the root of a namespace"));
	else
		replace(&rp);
	mntopts_free(&rp.what.mntopts);
	return EXIT_SUCCESS;
}
