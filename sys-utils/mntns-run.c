/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-run - make a mount namespace from a tree and execute a program in it
 */
#include <errno.h>
#include <getopt.h>

#include "mountapi.h"
#include "namespace.h"
#include "xalloc.h"

#include "mntns.h"
#include "mntns-run.h"

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
	run_options_usage(out);

	fputs(USAGE_SEPARATOR, out);
	fprintf(out, USAGE_HELP_OPTIONS(26));
	fprintf(out, USAGE_MAN_TAIL("mntns(8)"));
	exit(EXIT_SUCCESS);
}

static void show_plan(struct tree_options *tree, const struct run_options *run, char **argv)
{
	unsigned int flag;

	tree_options_show(tree);
	for (flag = 1; flag; flag <<= 1) {
		if (run->proc.unshare & flag)
			plan_options_show(&tree->mounts, _("make a namespace of the type %s"),
					  runproc_type(flag));
	}
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

	*d = (struct diag) { .step = DIAG_NONE };
	if (nsmake_own_mounts(d) != 0) {
		diag_reset(d);
		*d = first;
		return -d->err;
	}
	diag_reset(&first);
	return tree_options_open(tree, d);
}

/*
 * In a user namespace proc and sysfs can be mounted for namespaces that belong to
 * it; for others the caller's show the same.
 */
static int open_in_userns(struct tree_options *tree, int unshared, struct diag *d)
{
	struct nsplan *plan = &tree->mounts.plan;
	int rc = 0;

	if (!(unshared & CLONE_NEWPID))
		rc = nsplan_share(plan, "proc", "/proc", d);
	if (!rc && !(unshared & CLONE_NEWNET))
		rc = nsplan_share(plan, "sysfs", "/sys", d);
	if (!rc)
		rc = nsmake_own_mounts(d);
	return rc ? rc : tree_options_open(tree, d);
}

/*
 * Makes the namespaces, that of users first, for all others belong to it. What is
 * to be mounted is made with the caller's own privileges if he has them, and
 * unless it depends on the other namespaces.
 */
static int separate_and_open(struct tree_options *tree, struct run_options *run,
			     struct diag *d)
{
	const struct userns *owner = tree->make.owner;
	int rc, is_open = 0;

	if (owner && !run->fork && !(run->proc.unshare & CLONE_NEWNET)) {
		rc = tree_options_open(tree, d);
		if (rc && rc != -EPERM)
			return rc;
		is_open = !rc;
		diag_reset(d);
	}

	tree->make.owner = NULL;
	rc = owner ? userns_enter(owner, d) : 0;
	if (rc)
		return rc;
	run_options_separate(run);

	if (is_open)
		return tree->make.root == NSMAKE_FS ? nsmake_own_mounts(d) : 0;
	if (owner && (tree->mounts.plan.nr_steps || tree->make.root == NSMAKE_FS))
		return open_in_userns(tree, run->proc.unshare, d);
	rc = tree_options_open(tree, d);
	return rc == -EPERM ? open_in_copy(tree, d) : rc;
}

/*
 * Nobody else is in the namespace, so it is completed from inside. A signal can
 * come in between when directories were made.
 */
static int enter(struct tree_options *tree, struct run_options *run, struct diag *d)
{
	struct nsplan *plan = &tree->mounts.plan;
	int rc = separate_and_open(tree, run, d);

	if (!rc)
		rc = nsmake_enter(&tree->make, d);
	if (!rc) {
		plan->before_change = mntns_catch_signals;
		rc = nsplan_put(plan, d);
	}

	mntns_release_signals();
	if (mntns_is_interrupted()) {
		nsplan_take_back(plan);
		mntns_die_if_interrupted();
	}
	return rc;
}

/* Directories were made with privileges that another user has given up since. */
static void take_back(void *plan)
{
	caller_raise_caps();
	nsplan_take_back(plan);
}

/* Whoever may not make a namespace may do so in a user namespace of his own. */
static void suggest_userns(const struct tree_options *tree, struct diag *d)
{
	if (d->err == EPERM && !d->remedy && !diag_remedy(d->step, d->err) &&
	    !user_options_get(&tree->user) && !caller_has_sys_admin())
		d->remedy = xstrdup(diag_remedy(DIAG_RUN_UNSHARE, EPERM));
}

int mntns_run(int argc, char **argv)
{
	static const struct option longopts[] = {
		TREE_LONGOPTS,
		RUN_LONGOPTS,
		{ "help",    no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL }
	};
	struct diag d = { .step = DIAG_NONE };
	struct run_options run = RUN_OPTIONS_INIT;
	struct tree_options tree;
	int c;

	tree_options_init(&tree);
	while ((c = getopt_long(argc, argv, "+" TREE_SHORTOPTS RUN_SHORTOPTS "hV", longopts, NULL)) != -1) {
		if (tree_options_take(&tree, c, optarg) || run_options_take(&run, c, optarg))
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

	run_options_check(&run);

	if (tree.mounts.dry_run)
		show_plan(&tree, &run, argv + optind);

	mntns_preload_messages();
	if (enter(&tree, &run, &d) != 0) {
		suggest_userns(&tree, &d);
		plan_options_err(&tree.mounts, &d);
	}
	tree_options_say_method(&tree);
	mntns_undo_at_exit(take_back, &tree.mounts.plan);
	run_options_become(&run, tree.user.ns.join);
	mntns_exec(argv + optind);
}
