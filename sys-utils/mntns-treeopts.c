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

#include "mountapi.h"

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
	return mntopts_only_attributes(opts, d);
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
		return user_options_take(&o->user, c, arg);
	}
	return 1;
}

/*
 * tree_options_set_tree - completes @o->make when all options are known
 */
void tree_options_set_tree(struct tree_options *o, const char *tree)
{
	o->make.tree = tree;
	o->make.change = o->mntopts.change;
	if (!o->make.change.propagation)
		o->make.change.propagation = o->propagation;
	if (o->mntopts.recursive)
		o->make.recursive = 1;
	o->make.owner = user_options_get(&o->user);
}

void tree_options_free(struct tree_options *o)
{
	mntopts_free(&o->mntopts);
	user_options_free(&o->user);
}

void tree_options_say_method(const struct tree_options *o)
{
	if (!o->verbose)
		return;
	warnx(o->make.used == NSMAKE_OPEN_TREE ?
		_("method: open-tree, the kernel's OPEN_TREE_NAMESPACE") :
		_("method: pivot-root, the stand-in for OPEN_TREE_NAMESPACE"));
}

void tree_options_usage(FILE *out)
{
	fputsln(_(" -R, --recursive          with the mounts below the tree"), out);
	fputsln(_(" -o, --options <list>     mount attributes, as for mount(8)"), out);
	fputsln(_("     --propagation private|slave|shared|unchanged\n"
		  "                          of the mounts in the namespace (default: private)"), out);
	fputsln(_("     --method auto|open-tree|pivot-root\n"
		  "                          how the namespace is made (default: auto)"), out);
	user_options_usage(out);
	fputsln(_(" -v, --verbose            say which method was used"), out);
}
