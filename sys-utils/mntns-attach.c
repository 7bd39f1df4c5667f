/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-attach - attach detached mounts inside a mount namespace
 *
 * The detached mounts are made first, in the caller's namespace or the one of
 * --from; then the caller moves to the other one, and from there on no path of
 * the caller's means anything any more. What is in place is taken out again,
 * the last first, when a later one fails.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>

#include "detached.h"
#include "leftout.h"
#include "mountapi.h"
#include "nsjoin.h"
#include "nsref.h"
#include "optutils.h"
#include "placement.h"
#include "strutils.h"
#include "xalloc.h"

#include "mntns-attach.h"
#include "mntns.h"

/* One source and its target. */
struct attach_pair {
	const char *source;
	struct placement place;
	uint64_t id;			/* unique id of the mount, for --print-id */
	unsigned int late:1;		/* the filesystem is made inside */
};

struct attach {
	struct attach_shared to;
	struct nsref from;
	struct source_options what;
	const char *ns;
	const char *fromarg;		/* of --from */
	int from_fds;			/* of leftout_open_fds(), for --from */
	struct plan_options plan;	/* of --fstab */
	struct placement how;		/* what the options say of all of them */

	struct attach_pair *pairs;
	size_t npairs;
	const char **fds;		/* of --fd */
	size_t nfds;

	unsigned int fstab:1;
	unsigned int print_id:1;
	unsigned int verbose:1;
};

static void __attribute__((__noreturn__)) usage(void)
{
	FILE *out = stdout;

	fputs(USAGE_HEADER, out);
	fprintf(out, _(" %s attach [options] <namespace> <source> <target> [<source> <target>...]\n"),
		program_invocation_short_name);
	fprintf(out, _(" %s attach [options] -t <type> <namespace> <source> <target> [...]\n"),
		program_invocation_short_name);
	fprintf(out, _(" %s attach [options] --fstab <file> <namespace>\n"),
		program_invocation_short_name);
	fprintf(out, _(" %s attach [options] --fd <number> [--fd <number>...] <namespace> <target>...\n"),
		program_invocation_short_name);

	fputs(USAGE_SEPARATOR, out);
	fputsln(_("Attach clones of directories or files, or new filesystems, in a namespace."), out);

	fputs(USAGE_OPTIONS, out);
	source_options_usage(out);
	fputsln(_("     --from <namespace>   the sources are in this namespace"), out);
	fputsln(_("     --fd <number>        attach the detached mount of an open file descriptor"), out);
	fputsln(_("     --fstab <file>       attach what the lines of this file say, as in fstab(5)"), out);
	fputsln(_("     --beneath            below what is mounted on the target"), out);
	fputsln(_("     --mkdir[=<mode>]     create missing directories of the target"), out);
	fputsln(_("     --touch              create the target of a file if it is missing"), out);
	fputsln(_("     --print-id           print the unique ids of the mounts"), out);
	fputsln(_(" -v, --verbose            say what was attached where"), out);

	fputs(USAGE_SEPARATOR, out);
	fprintf(out, USAGE_HELP_OPTIONS(26));
	fprintf(out, USAGE_MAN_TAIL("mntns(8)"));
	exit(EXIT_SUCCESS);
}

/* The tree of a pair, or -1 in its place where it is to be made inside. */
static int make_tree(struct attach *at, struct attach_pair *pair, int root, struct diag *d)
{
	int *fd = &pair->place.treefd;

	if (!at->nfds && !at->fromarg)
		return source_make_early(&at->what, pair->source, fd, d);
	if (at->nfds)
		*fd = detached_take_fd(strtou32_or_err(pair->source,
						_("invalid file descriptor")), pair->source, d);
	else
		*fd = source_make_from(&at->what, root, at->from_fds, pair->source, d);
	return *fd < 0 ? *fd : 0;
}

static int get_id(struct attach_pair *pair, struct diag *d)
{
	int rc = mnt_unique_id(pair->place.treefd, "", AT_EMPTY_PATH, &pair->id);

	if (rc == -ENOSYS)
		return diag_fail_nosys(d, DIAG_MNT_STAT, ENOSYS, pair->source,
				       _("unique ids of mounts (Linux 6.8)"));
	return rc ? diag_fail(d, DIAG_MNT_STAT, -rc, pair->source) : 0;
}

static int make_pair(struct attach *at, struct attach_pair *pair, int root, struct diag *d)
{
	int rc = make_tree(at, pair, root, d);

	pair->late = !rc && pair->place.treefd < 0;
	return !rc && !pair->late && at->print_id ? get_id(pair, d) : rc;
}

/* All that is to be attached, before the namespace is entered. */
static int make_pairs(struct attach *at, struct diag *d)
{
	int root = -1, rc = 0;
	size_t i;

	if (at->fromarg) {
		at->from_fds = leftout_open_fds();
		root = nsjoin_enter_root(&at->from, d);
		rc = root < 0 ? root : 0;
	}
	for (i = 0; !rc && i < at->npairs; i++)
		rc = make_pair(at, &at->pairs[i], root, d);
	if (root >= 0)
		close(root);
	if (at->fromarg && at->from_fds >= 0)
		close(at->from_fds);
	return rc;
}

/* What could not be done before the namespace was entered. */
static int complete_inside(struct attach *at, struct attach_pair *pair, struct diag *d)
{
	struct placement *p = &pair->place;

	if (pair->late) {
		p->treefd = source_make(&at->what, pair->source, d);
		if (p->treefd < 0)
			return p->treefd;
		return at->print_id ? get_id(pair, d) : 0;
	}
	if (at->nfds && detached_is_mounted(p->treefd))
		return diag_fail(d, DIAG_SOURCE_FD, EBUSY, pair->source);
	return 0;
}

static int place_pair(struct attach *at, struct attach_pair *pair, int root, struct diag *d)
{
	int rc = complete_inside(at, pair, d);

	if (!rc)
		rc = placement_find(&pair->place, root, d);
	if (!rc) {
		mntns_catch_signals();
		rc = placement_make(&pair->place, root, d);
	}
	if (!rc)
		rc = attach_warn_shared(&at->to, &pair->place, d);
	if (!rc && mntns_is_interrupted())
		rc = -EINTR;
	return rc ? rc : placement_put(&pair->place, d);
}

static int place_pairs(struct attach *at, struct diag *d)
{
	int root = nsjoin_enter_root(&at->to.ref, d);
	int rc = root < 0 ? root : 0;
	size_t i;

	for (i = 0; !rc && i < at->npairs; i++)
		rc = place_pair(at, &at->pairs[i], root, d);
	for (; rc && root >= 0 && i > 0; i--)
		placement_undo(&at->pairs[i - 1].place, root);

	if (root >= 0)
		close(root);
	return rc;
}

static void report(const struct attach *at)
{
	size_t i;

	for (i = 0; i < at->npairs; i++) {
		const struct attach_pair *pair = &at->pairs[i];

		if (at->print_id)
			printf("%ju\n", (uintmax_t) pair->id);
		if (at->verbose)
			warnx(_("%s attached to %s in namespace %s"), pair->source,
			      pair->place.target, at->ns);
	}
}

static void attach(struct attach *at)
{
	struct diag d = { .step = DIAG_NONE };
	size_t i;
	int rc;

	mntns_preload_messages();
	if (nsref_open(&at->to.ref, at->ns, &d) != 0 || nsref_open_self(&at->to.self, &d) != 0 ||
	    (at->fromarg && nsref_open(&at->from, at->fromarg, &d) != 0))
		mntns_err(&d);

	rc = make_pairs(at, &d);
	if (!rc)
		rc = place_pairs(at, &d);
	if (rc)
		mntns_die_if_interrupted();
	if (rc)
		mntns_err(&d);

	report(at);
	for (i = 0; i < at->npairs; i++)
		placement_close(&at->pairs[i].place);
	nsref_close(&at->to.ref);
	nsref_close(&at->to.self);
	if (at->fromarg)
		nsref_close(&at->from);
}

static void add_fd(struct attach *at, const char *arg)
{
	strtou32_or_err(arg, _("invalid file descriptor"));
	at->fds = xreallocarray(at->fds, at->nfds + 1, sizeof(*at->fds));
	at->fds[at->nfds++] = arg;
}

static void parse_mode(struct attach *at, const char *arg)
{
	at->how.mkdir = 1;
	if (arg && mntopts_parse_mode(arg, &at->how.mode) != 0)
		errx(EXIT_FAILURE, _("invalid mode of '--mkdir': %s"), arg);
}

static void take_operands(struct attach *at, int argc, char **argv)
{
	size_t step = at->nfds ? 1 : 2, n = argc > 0 ? argc - 1 : 0, i;

	if (n < step) {
		warnx(at->nfds ? _("namespace and target are needed") :
				 _("namespace, source and target are needed"));
		errtryhelp(EXIT_FAILURE);
	}
	if (at->nfds && n != at->nfds)
		errx(EXIT_FAILURE, _("as many targets are needed as there are --fd"));
	if (n % step)
		errx(EXIT_FAILURE, _("source without a target: %s"), argv[n]);

	at->ns = argv[0];
	at->npairs = n / step;
	at->pairs = xcalloc(at->npairs, sizeof(*at->pairs));
	for (i = 0; i < at->npairs; i++) {
		struct attach_pair *pair = &at->pairs[i];

		pair->source = at->nfds ? at->fds[i] : argv[1 + i * step];
		pair->place = at->how;
		pair->place.target = argv[i * step + step];
		if (!*pair->place.target)
			errx(EXIT_FAILURE, _("the target is empty"));
	}
}

static void check_options(struct attach *at)
{
	const struct mntopts *opts = &at->what.mntopts;

	source_options_check(&at->what);
	if (opts->mkdir)
		at->how.mkdir = 1;
	if (opts->mkdir_mode)
		at->how.mode = opts->mkdir_mode;

	if (at->what.fstype && at->fromarg)
		errx(EXIT_FAILURE, _("--from is for a clone, not for a new filesystem"));
	if (at->nfds && (at->what.recursive || opts->bind || opts->nr_fs ||
			 !mnt_change_is_empty(&opts->change)))
		errx(EXIT_FAILURE, _("--fd takes the mount as it is, without mount options"));
	if (at->how.beneath && (at->how.mkdir || at->how.touch))
		errx(EXIT_FAILURE, _("--beneath is for a target that is mounted on already"));
}

/* The lines of --fstab say it all. */
static const char *take_only_namespace(const struct attach *at, int argc, char **argv)
{
	const struct source_options *o = &at->what;

	if (o->fstype || o->recursive || o->mntopts.mkdir || o->mntopts.bind || o->mntopts.nr_fs ||
	    !mnt_change_is_empty(&o->mntopts.change) || at->fromarg || at->nfds ||
	    at->how.beneath || at->how.mkdir || at->how.touch)
		errx(EXIT_FAILURE, _("--fstab goes with --print-id and --verbose only"));
	if (argc != 1) {
		warnx(argc < 1 ? _("no namespace specified") : _("too many arguments"));
		errtryhelp(EXIT_FAILURE);
	}
	return argv[0];
}

int mntns_attach(int argc, char **argv)
{
	enum {
		OPT_BENEATH = CHAR_MAX + 1,
		OPT_FD,
		OPT_FROM,
		OPT_FSTAB,
		OPT_MKDIR,
		OPT_PRINT_ID,
		OPT_TOUCH
	};
	static const struct option longopts[] = {
		SOURCE_LONGOPTS,
		{ "beneath",   no_argument,	  NULL, OPT_BENEATH },
		{ "fd",	       required_argument, NULL, OPT_FD },
		{ "from",      required_argument, NULL, OPT_FROM },
		{ "fstab",     required_argument, NULL, OPT_FSTAB },
		{ "help",      no_argument,	  NULL, 'h' },
		{ "mkdir",     optional_argument, NULL, OPT_MKDIR },
		{ "print-id",  no_argument,	  NULL, OPT_PRINT_ID },
		{ "touch",     no_argument,	  NULL, OPT_TOUCH },
		{ "verbose",   no_argument,	  NULL, 'v' },
		{ "version",   no_argument,	  NULL, 'V' },
		{ NULL }
	};
	static const ul_excl_t excl[] = {	/* rows and cols in ASCII order */
		{ 't', OPT_FD, OPT_FROM },
		{ 0 }
	};
	int excl_st[ARRAY_SIZE(excl)] = UL_EXCL_STATUS_INIT;
	struct attach at = { .how = PLACEMENT_INIT, .plan = { .plan = NSPLAN_INIT } };
	int c;

	while ((c = getopt_long(argc, argv, SOURCE_SHORTOPTS "hvV", longopts, NULL)) != -1) {
		err_exclusive_options(c, longopts, excl, excl_st);
		if (source_options_take(&at.what, c, optarg))
			continue;

		switch (c) {
		case OPT_BENEATH:
			at.how.beneath = 1;
			break;
		case OPT_FD:
			add_fd(&at, optarg);
			break;
		case OPT_FROM:
			at.fromarg = optarg;
			break;
		case OPT_FSTAB:
			at.fstab = 1;
			plan_options_take(&at.plan, PLAN_OPT_FSTAB, optarg);
			break;
		case OPT_MKDIR:
			parse_mode(&at, optarg);
			break;
		case OPT_PRINT_ID:
			at.print_id = 1;
			break;
		case OPT_TOUCH:
			at.how.touch = 1;
			break;
		case 'v':
			at.verbose = 1;
			break;
		case 'h':
			usage();
		case 'V':
			print_version(EXIT_SUCCESS);
		default:
			errtryhelp(EXIT_FAILURE);
		}
	}

	check_options(&at);
	if (at.fstab) {
		attach_fstab(take_only_namespace(&at, argc - optind, argv + optind), &at.plan,
			     at.print_id, at.verbose);
		return EXIT_SUCCESS;
	}
	take_operands(&at, argc - optind, argv + optind);
	if (at.how.beneath && at.npairs > 1)
		errx(EXIT_FAILURE, _("--beneath is for one target, it cannot be undone"));

	attach(&at);
	mntopts_free(&at.what.mntopts);
	free(at.pairs);
	free(at.fds);
	return EXIT_SUCCESS;
}
