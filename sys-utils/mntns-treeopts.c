/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-treeopts - the options that create and run have in common: from which
 * tree a namespace is made, and how
 */
#include <errno.h>
#include <getopt.h>
#include <sys/statvfs.h>

#include "leftout.h"
#include "mountapi.h"
#include "xalloc.h"

#include "mntns-attach.h"
#include "mntns.h"

/*
 * tree_options_init - sets the defaults
 *
 * A namespace does not share mounts with the one it came from unless that is
 * asked for.
 */
void tree_options_init(struct tree_options *o)
{
	memset(o, 0, sizeof(*o));
	o->mounts.plan = (struct nsplan) NSPLAN_INIT;
	o->propagation = MS_PRIVATE;
	user_options_init(&o->user);
}

/* What attach knows to do and these verbs do not is not passed over in silence. */
static int check_options(const struct mntopts *opts, struct diag *d)
{
	if (opts->mkdir)
		return diag_fail_cause(d, DIAG_OPTION_PARSE, EINVAL, "X-mount.mkdir", NULL,
				       _("unsupported here"));
	if (opts->change.propagation == MS_UNBINDABLE)
		return diag_fail_cause(d, DIAG_OPTION_PARSE, EINVAL, "unbindable", NULL,
				       _("no namespace can be made from an unbindable tree"));
	return 0;
}

static void set_source(struct tree_options *o, char *source)
{
	struct diag d = { .step = DIAG_NONE };
	char *device;

	if (source_resolve(source, &device, &d) != 0)
		mntns_err(&d);
	free(o->source);
	o->source = device ? device : source;
	if (device)
		free(source);
}

/* The source is an option of the filesystem as the others are. */
static void take_source(struct tree_options *o)
{
	struct mntopts *opts = &o->mntopts;
	size_t i, n = 0;

	for (i = 0; i < opts->nr_fs; i++) {
		struct mntopts_fs *fs = &opts->fs[i];

		if (strcmp(fs->name, "source") != 0 || !fs->value) {
			opts->fs[n++] = *fs;
			continue;
		}
		set_source(o, fs->value);
		free(fs->name);
	}
	opts->nr_fs = n;
}

static void take_root(struct tree_options *o, enum nsmake_root root)
{
	if (o->make.root != NSMAKE_TREE && o->make.root != root)
		errx(EXIT_FAILURE, _("mutually exclusive arguments: --empty --fs"));
	o->make.root = root;
}

/* TYPE[,OPTIONS] */
static void take_fs(struct tree_options *o, const char *arg)
{
	struct diag d = { .step = DIAG_NONE };
	size_t len = strcspn(arg, ",");

	if (!len)
		errx(EXIT_FAILURE, _("no type of a filesystem: %s"), arg);
	take_root(o, NSMAKE_FS);
	free(o->fstype);
	o->fstype = xstrdup(arg);
	o->fstype[len] = '\0';
	if (mntopts_parse(&o->mntopts, arg + len, &d) != 0 ||
	    check_options(&o->mntopts, &d) != 0)
		mntns_err(&d);
}

/*
 * tree_options_take:
 * @c: what getopt_long() returned
 * @arg: its argument
 *
 * Exits when the argument is wrong.
 *
 * Returns: 1 when the option was one of these, else 0.
 */
int tree_options_take(struct tree_options *o, int c, const char *arg)
{
	struct diag d = { .step = DIAG_NONE };

	switch (c) {
	case 'o':
		if (mntopts_parse(&o->mntopts, arg, &d) != 0 ||
		    check_options(&o->mntopts, &d) != 0)
			mntns_err(&d);
		o->has_options = 1;
		break;
	case TREE_OPT_EMPTY:
		take_root(o, NSMAKE_EMPTY);
		break;
	case TREE_OPT_FS:
		take_fs(o, arg);
		break;
	case 'R':
		o->make.recursive = 1;
		break;
	case 'v':
		o->verbose = 1;
		break;
	case TREE_OPT_PROPAGATION:
		if (mntopts_parse_propagation(arg, &o->propagation) != 0)
			errx(EXIT_FAILURE, _("unsupported propagation mode: %s"), arg);
		break;
	case TREE_OPT_METHOD:
		if (nsmake_parse_method(arg, &o->make.method) != 0)
			errx(EXIT_FAILURE, _("unsupported method: %s"), arg);
		break;
	default:
		return user_options_take(&o->user, c, arg) ||
		       plan_options_take(&o->mounts, c, arg);
	}
	return 1;
}

/* The root is made read-only by mntns alone: mkdir for a mount point goes first. */
static int is_made_ro(const struct tree_options *o)
{
	struct statvfs st;

	return o->make.root == NSMAKE_TREE && o->make.change.attr_set & MOUNT_ATTR_RDONLY &&
	       statvfs(o->make.tree, &st) == 0 && !(st.f_flag & ST_RDONLY);
}

/* What a tree takes and the others do not, and the other way round. */
static void check_root(struct tree_options *o)
{
	struct diag d = { .step = DIAG_NONE };

	if (o->make.root == NSMAKE_TREE && mntopts_only_attributes(&o->mntopts, &d) != 0)
		mntns_err(&d);
	if (o->make.root != NSMAKE_TREE && (o->make.recursive || o->mntopts.bind))
		errx(EXIT_FAILURE, _("--recursive and bind are for a tree"));
	if (o->make.root == NSMAKE_EMPTY && o->has_options)
		errx(EXIT_FAILURE, _("there is nothing in an empty namespace that --options are for"));
}

static void set_root(struct tree_options *o)
{
	take_source(o);
	o->make.fstype = o->fstype;
	o->make.source = o->source;
	o->make.fsopts = &o->mntopts;
	if (o->make.root == NSMAKE_FS)
		o->make.tree = o->source ? o->source : o->fstype;
	else
		o->make.tree = _("nothing");
}

/*
 * tree_options_set_tree - completes @o->make when all options are known
 * @argv: operands
 * @argc: their number
 *
 * Exits when there is none, where one is needed.
 *
 * Returns: how many operands were used.
 */
int tree_options_set_tree(struct tree_options *o, int argc, char **argv)
{
	int used = 0;

	if (o->make.root == NSMAKE_TREE) {
		if (!argc) {
			warnx(_("no tree specified"));
			errtryhelp(EXIT_FAILURE);
		}
		o->make.tree = argv[0];
		used = 1;
	}
	check_root(o);
	if (o->make.root != NSMAKE_TREE)
		set_root(o);
	o->make.change = o->mntopts.change;
	if (!o->make.change.propagation)
		o->make.change.propagation = o->propagation;
	if (o->mntopts.recursive)
		o->make.recursive = 1;
	o->make.owner = user_options_get(&o->user);
	/* in another user namespace the kernel refuses where it would leave out */
	if (o->make.root == NSMAKE_TREE && o->make.recursive && !o->make.owner)
		leftout_find(o->make.tree, LEFTOUT_NAMESPACE, &o->left_out);
	plan_options_check(&o->mounts);
	return used;
}

/*
 * tree_options_open:
 * @d: failure, for plan_options_err()
 *
 * In the caller's namespace: makes what is to be mounted in the next namespace.
 *
 * Returns: 0, or -errno with @d set.
 */
int tree_options_open(struct tree_options *o, struct diag *d)
{
	struct nsplan *plan = &o->mounts.plan;

	plan->lift_ro = plan->nr_steps && is_made_ro(o);
	plan->keep_off_shared = o->make.change.propagation != MS_PRIVATE &&
				o->make.change.propagation != MS_SLAVE;
	return nsplan_open(plan, d);
}

static void warn_left_out(struct tree_options *o)
{
	if (o->left_out.step != DIAG_NONE)
		mntns_warn(&o->left_out);
}

/*
 * tree_options_show - prints the first steps of --dry-run, but what becomes of
 * the namespace
 */
void tree_options_show(struct tree_options *o)
{
	struct mntopts opts = { .nr_fs = 0 };
	char *options;

	if (o->make.root == NSMAKE_FS)
		opts = o->mntopts;
	opts.change = o->make.change;
	options = nsplan_options_text(&opts);
	if (!options)
		err_oom();
	if (o->make.owner && o->make.owner->join)
		plan_options_show(&o->mounts, _("join user namespace %s"), o->make.owner->join);
	else if (o->make.owner)
		plan_options_show(&o->mounts, _("make a user namespace"));
	plan_options_show(&o->mounts,
			  o->make.recursive ? _("make a mount namespace from %s, with the mounts below%s%s%s") :
					      _("make a mount namespace from %s%s%s%s"),
			  o->make.tree, *options ? " (" : "", options, *options ? ")" : "");
	plan_options_show_steps(&o->mounts);
	free(options);
	warn_left_out(o);
}

void tree_options_free(struct tree_options *o)
{
	mntopts_free(&o->mntopts);
	diag_reset(&o->left_out);
	free(o->fstype);
	free(o->source);
	user_options_free(&o->user);
	nsplan_free(&o->mounts.plan);
}

/*
 * tree_options_say_method - what there is to be said when the namespace is made
 */
void tree_options_say_method(struct tree_options *o)
{
	warn_left_out(o);
	if (!o->verbose)
		return;
	switch (o->make.used) {
	case NSMAKE_OPEN_TREE:
		warnx(_("method: open-tree, the kernel's OPEN_TREE_NAMESPACE"));
		break;
	case NSMAKE_FSMOUNT:
		warnx(_("method: fsmount, the kernel's FSMOUNT_NAMESPACE"));
		break;
	case NSMAKE_UNSHARE:
		warnx(_("method: unshare, the kernel's UNSHARE_EMPTY_MNTNS"));
		break;
	default:
		warnx(_("method: pivot-root, the stand-in for OPEN_TREE_NAMESPACE"));
		break;
	}
}

void tree_options_usage(FILE *out)
{
	fputsln(_("     --empty              of nothing, in place of a tree"), out);
	fputsln(_("     --fs <type>[,<options>]\n"
		  "                          of a new filesystem, in place of a tree"), out);
	fputsln(_(" -R, --recursive          with the mounts below the tree"), out);
	fputsln(_(" -o, --options <list>     mount attributes, as for mount(8)"), out);
	fputsln(_("     --propagation private|slave|shared|unchanged\n"
		  "                          of the mounts in the namespace (default: private)"), out);
	fputsln(_("     --method auto|open-tree|pivot-root\n"
		  "                          how the namespace is made (default: auto)"), out);
	user_options_usage(out);
	plan_options_usage(out);
	fputsln(_(" -v, --verbose            say which method was used"), out);
}
