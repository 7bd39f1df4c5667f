/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-swap-root - exchange the root of a mount namespace
 */
#include <errno.h>
#include <getopt.h>

#include "nsjoin.h"
#include "nsmembers.h"
#include "nsref.h"
#include "nsroot.h"

#include "mntns-attach.h"
#include "mntns-proctext.h"
#include "mntns.h"

#define MAX_STRANDED	20		/* processes that are named */

static void __attribute__((__noreturn__)) usage(void)
{
	FILE *out = stdout;

	fputs(USAGE_HEADER, out);
	fprintf(out, _(" %s swap-root [options] <namespace> <tree>\n"),
		program_invocation_short_name);
	fprintf(out, _(" %s swap-root [options] -t <type> <namespace> <source>\n"),
		program_invocation_short_name);

	fputs(USAGE_SEPARATOR, out);
	fputsln(_("Exchange the root of a namespace, and move the processes in it along."), out);

	fputs(USAGE_OPTIONS, out);
	source_options_usage(out);
	fputsln(_("     --beneath            processes keep the old root, who enters later does not"), out);
	fputsln(_("     --dry-run            only say what becomes of the processes"), out);
	fputsln(_(" -v, --verbose            say what was done"), out);

	fputs(USAGE_SEPARATOR, out);
	fprintf(out, USAGE_HELP_OPTIONS(26));
	fprintf(out, USAGE_MAN_TAIL("mntns(8)"));
	exit(EXIT_SUCCESS);
}

static int is_stranded(const struct swap_root *sw, const struct nsmember *member)
{
	return sw->beneath || member->other_root || member->other_cwd;
}

static void say_stranded(const struct swap_root *sw, const struct nsmember *member)
{
	char *command = mntns_command_text(member->pid);
	const char *text = command ? command : "?";

	if (sw->beneath)
		warnx(_("process %d (%s) keeps the old root"), (int) member->pid, text);
	else if (member->other_root)
		warnx(_("process %d (%s) keeps its root, which is another directory, in the old tree"),
		      (int) member->pid, text);
	else
		warnx(_("process %d (%s) keeps its working directory in the old tree"),
		      (int) member->pid, text);
	free(command);
}

/* What becomes of the processes in it, said before it happens. */
static void say_members(const struct swap_root *sw, const struct nsmembers *members)
{
	size_t i, n = 0;

	if (!members->n)
		return;
	if (sw->beneath)
		warnx(P_("%zu process is in namespace %s: it keeps the old root, without the mounts below it; who enters later sees the new one",
			 "%zu processes are in namespace %s: they keep the old root, without the mounts below it; who enters later sees the new one",
			 members->n), members->n, sw->ns);
	else
		warnx(P_("%zu process is in namespace %s: its root is exchanged, what it has open stays in the old tree",
			 "%zu processes are in namespace %s: their root is exchanged, what they have open stays in the old tree",
			 members->n), members->n, sw->ns);

	for (i = 0; i < members->n; i++) {
		if (is_stranded(sw, &members->list[i]) && n++ < MAX_STRANDED)
			say_stranded(sw, &members->list[i]);
	}
	if (n > MAX_STRANDED)
		warnx(_("and %zu more"), n - MAX_STRANDED);
}

/* The last thing that changes nothing: with --dry-run it ends here. */
static int enter(const struct swap_root *sw, const struct nsref *ref, int *treefd,
		 struct diag *d)
{
	int rc = nsjoin_enter(ref, d);

	if (rc || *treefd >= 0)
		return rc;
	*treefd = source_make(&sw->what, sw->source, d);
	return *treefd < 0 ? *treefd : 0;
}

static int exchange(const struct swap_root *sw, int treefd, struct diag *d)
{
	mntns_catch_signals();
	return sw->beneath ? nsroot_beneath(treefd, sw->ns, d) :
			     nsroot_pivot(treefd, sw->ns, d);
}

/*
 * swap_root - does it, exits when that fails
 */
void swap_root(const struct swap_root *sw)
{
	struct diag d = { .step = DIAG_NONE };
	struct nsmembers members;
	struct nsref ref;
	int fd, rc;

	mntns_preload_messages();
	if (nsref_open(&ref, sw->ns, &d) != 0)
		mntns_err(&d);

	if (source_make_early(&sw->what, sw->source, &fd, &d) != 0 ||
	    nsmembers_scan(&members, &ref, &d) != 0)
		mntns_err(&d);
	say_members(sw, &members);
	nsmembers_free(&members);
	rc = enter(sw, &ref, &fd, &d);
	if (!rc && !sw->dry_run)
		rc = exchange(sw, fd, &d);
	if (rc) {
		mntns_die_if_interrupted();
		mntns_err(&d);
	}
	if (fd >= 0)
		close(fd);
	nsref_close(&ref);
	if (sw->verbose && !sw->dry_run)
		warnx(_("%s is the root of namespace %s"), sw->source, sw->ns);
}

int mntns_swap_root(int argc, char **argv)
{
	enum {
		OPT_BENEATH = CHAR_MAX + 1,
		OPT_DRY_RUN
	};
	static const struct option longopts[] = {
		SOURCE_LONGOPTS,
		{ "beneath", no_argument, NULL, OPT_BENEATH },
		{ "dry-run", no_argument, NULL, OPT_DRY_RUN },
		{ "help",    no_argument, NULL, 'h' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL }
	};
	struct swap_root sw = { .ns = NULL };
	int c;

	while ((c = getopt_long(argc, argv, SOURCE_SHORTOPTS "hvV", longopts, NULL)) != -1) {
		if (source_options_take(&sw.what, c, optarg))
			continue;

		switch (c) {
		case OPT_BENEATH:
			sw.beneath = 1;
			break;
		case OPT_DRY_RUN:
			sw.dry_run = 1;
			break;
		case 'v':
			sw.verbose = 1;
			break;
		case 'h':
			usage();
		case 'V':
			print_version(EXIT_SUCCESS);
		default:
			errtryhelp(EXIT_FAILURE);
		}
	}
	if (argc - optind != 2) {
		warnx(argc - optind < 2 ? _("namespace and tree are needed") :
					  _("too many arguments"));
		errtryhelp(EXIT_FAILURE);
	}
	source_options_check(&sw.what);
	source_options_no_mkdir(&sw.what);

	sw.ns = argv[optind];
	sw.source = argv[optind + 1];
	swap_root(&sw);
	mntopts_free(&sw.what.mntopts);
	return EXIT_SUCCESS;
}
