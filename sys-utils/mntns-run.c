/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-run - make a mount namespace from a tree and execute a program in it
 */
#include <errno.h>
#include <getopt.h>
#include <sched.h>
#include <unistd.h>

#include "mntns.h"

static void __attribute__((__noreturn__)) usage(void)
{
	FILE *out = stdout;

	fputs(USAGE_HEADER, out);
	fprintf(out, _(" %s run [options] <tree> [--] [<command> [<argument>...]]\n"),
		program_invocation_short_name);
	fprintf(out, _(" %s run [options] --empty|--fs <type> [--] [<command> [<argument>...]]\n"),
		program_invocation_short_name);

	fputs(USAGE_SEPARATOR, out);
	fputsln(_("Make a mount namespace from a directory tree and execute a program in it."), out);

	fputs(USAGE_OPTIONS, out);
	tree_options_usage(out);

	fputs(USAGE_SEPARATOR, out);
	fprintf(out, USAGE_HELP_OPTIONS(26));
	fprintf(out, USAGE_MAN_TAIL("mntns(8)"));
	exit(EXIT_SUCCESS);
}

static void show_plan(struct tree_options *tree, char **argv)
{
	tree_options_show(tree);
	plan_options_show(&tree->mounts, _("execute %s in it"), argv[0] ? argv[0] : _("a shell"));
	exit(EXIT_SUCCESS);
}

/*
 * Whoever is not privileged over the caller's namespace cannot make mounts in it,
 * but in a copy of it that belongs to the user namespace.
 */
static int open_in_copy(struct tree_options *tree, struct diag *d)
{
	struct diag first = *d;
	int rc = 0;

	*d = (struct diag) { .step = DIAG_NONE };
	if (tree->make.owner)
		rc = userns_enter(tree->make.owner, d);
	tree->make.owner = NULL;
	if (!rc && unshare(CLONE_NEWNS) < 0) {
		*d = first;
		return -d->err;
	}
	diag_reset(&first);
	return rc ? rc : tree_options_open(tree, d);
}

/*
 * Nobody else is in the namespace, so it is completed from inside. A signal can
 * come in between when directories were made.
 */
static int enter(struct tree_options *tree, struct diag *d)
{
	struct nsplan *plan = &tree->mounts.plan;
	int rc;

	if (plan->nr_steps)
		mntns_catch_signals();
	rc = tree_options_open(tree, d);
	if (rc == -EPERM)
		rc = open_in_copy(tree, d);
	if (!rc)
		rc = nsmake_enter(&tree->make, d);
	if (!rc)
		rc = nsplan_put(plan, d);

	mntns_release_signals();
	if (mntns_is_interrupted()) {
		nsplan_take_back(plan);
		mntns_die_if_interrupted();
	}
	return rc;
}

static void take_back(void *plan)
{
	nsplan_take_back(plan);
}

int mntns_run(int argc, char **argv)
{
	static const struct option longopts[] = {
		TREE_LONGOPTS,
		{ "help",    no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL }
	};
	struct diag d = { .step = DIAG_NONE };
	struct tree_options tree;
	int c;

	tree_options_init(&tree);
	while ((c = getopt_long(argc, argv, "+" TREE_SHORTOPTS "hV", longopts, NULL)) != -1) {
		if (tree_options_take(&tree, c, optarg))
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
	optind += tree_options_set_tree(&tree, argc - optind, argv + optind);
	if (optind < argc && strcmp(argv[optind], "--") == 0)
		optind++;

	if (tree.mounts.dry_run)
		show_plan(&tree, argv + optind);

	mntns_preload_messages();
	if (enter(&tree, &d) != 0)
		plan_options_err(&tree.mounts, &d);
	tree_options_say_method(&tree);
	if (tree.user.ns.join && userns_become_root(tree.user.ns.join, &d) != 0)
		mntns_err(&d);
	mntns_exec_failed(take_back, &tree.mounts.plan);
	mntns_exec(argv + optind);
}
