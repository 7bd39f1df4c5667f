/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-setattr - change attributes and propagation inside a mount namespace
 */
#include <fcntl.h>
#include <getopt.h>
#include <sys/mount.h>
#include <unistd.h>

#include "nsjoin.h"
#include "nsref.h"
#include "nssetattr.h"

#include "mntns.h"

struct setattr {
	struct mntopts opts;
	uint64_t propagation;		/* of --propagation */
	unsigned int recursive:1;
	unsigned int all_below:1;	/* one of the options wants it so: rslave */
};

static void __attribute__((__noreturn__)) usage(void)
{
	FILE *out = stdout;

	fputs(USAGE_HEADER, out);
	fprintf(out, _(" %s setattr [options] <namespace> <target>...\n"),
		program_invocation_short_name);

	fputs(USAGE_SEPARATOR, out);
	fputsln(_("Change attributes and propagation of mounts inside a mount namespace."), out);

	fputs(USAGE_OPTIONS, out);
	fputsln(_(" -R, --recursive          with the mounts below the target"), out);
	fputsln(_(" -o, --options <list>     mount attributes, as for mount(8)"), out);
	fputsln(_("     --propagation <type> private, slave, shared or unbindable"), out);

	fputs(USAGE_SEPARATOR, out);
	fprintf(out, USAGE_HELP_OPTIONS(26));
	fprintf(out, USAGE_MAN_TAIL("mntns(8)"));
	exit(EXIT_SUCCESS);
}

/* rslave and the like: the propagation of all below, and of that alone. */
static int names_recursive_type(const char *list)
{
	static const char *const types[] = { "rprivate", "rslave", "rshared", "runbindable" };
	size_t i;

	for (; *list; list += strcspn(list, ","), list += *list == ',') {
		for (i = 0; i < ARRAY_SIZE(types); i++) {
			if (strcspn(list, ",") == strlen(types[i]) &&
			    strncmp(list, types[i], strlen(types[i])) == 0)
				return 1;
		}
	}
	return 0;
}

static void take_options(struct setattr *sa, const char *list)
{
	struct diag d = { .step = DIAG_NONE };

	if (mntopts_parse(&sa->opts, list, &d) != 0 ||
	    mntopts_only_attributes(&sa->opts, &d) != 0)
		mntns_err(&d);
	if (names_recursive_type(list))
		sa->all_below = 1;
}

static void take_propagation(struct setattr *sa, const char *type)
{
	if (strcmp(type, "unbindable") == 0)
		sa->propagation = MS_UNBINDABLE;
	else if (mntopts_parse_propagation(type, &sa->propagation) != 0 || !sa->propagation)
		errx(EXIT_FAILURE, _("unknown propagation type: %s"), type);
}

/* What mount options can say, and what nobody can change on a mount in use. */
static void check_options(struct setattr *sa)
{
	const struct mntopts *opts = &sa->opts;

	if (mnt_change_maps_ids(&opts->change))
		errx(EXIT_FAILURE, _("ids can be mapped only before a mount is attached, see mntns attach"));
	if (opts->bind || opts->mkdir || opts->subdir || opts->fs_only)
		errx(EXIT_FAILURE, _("only attributes and the propagation of a mount can be changed"));
	if (sa->all_below && !sa->recursive)
		errx(EXIT_FAILURE, _("rprivate, rslave, rshared and runbindable need --recursive"));
	if (!sa->opts.change.propagation)
		sa->opts.change.propagation = sa->propagation;
	if (mnt_change_is_empty(&opts->change)) {
		warnx(_("nothing to change: neither --options nor --propagation is given"));
		errtryhelp(EXIT_FAILURE);
	}
}

/* Returns the root of the namespace that the caller is then in. */
static int join(const char *ns)
{
	struct diag d = { .step = DIAG_NONE };
	struct nsref ref;
	int root;

	mntns_preload_messages();
	if (nsref_open(&ref, ns, &d) != 0)
		mntns_err(&d);
	root = nsjoin_enter_root(&ref, &d);
	if (root < 0)
		mntns_err(&d);
	nsref_close(&ref);
	return root;
}

int mntns_setattr(int argc, char **argv)
{
	enum {
		OPT_PROPAGATION = CHAR_MAX + 1
	};
	static const struct option longopts[] = {
		{ "help",	 no_argument,	    NULL, 'h' },
		{ "options",	 required_argument, NULL, 'o' },
		{ "propagation", required_argument, NULL, OPT_PROPAGATION },
		{ "recursive",	 no_argument,	    NULL, 'R' },
		{ "version",	 no_argument,	    NULL, 'V' },
		{ NULL }
	};
	struct diag d = { .step = DIAG_NONE };
	struct setattr sa = { .propagation = 0 };
	int c, root;

	while ((c = getopt_long(argc, argv, "ho:RV", longopts, NULL)) != -1) {
		switch (c) {
		case 'o':
			take_options(&sa, optarg);
			break;
		case OPT_PROPAGATION:
			take_propagation(&sa, optarg);
			break;
		case 'R':
			sa.recursive = 1;
			break;
		case 'h':
			usage();
		case 'V':
			print_version(EXIT_SUCCESS);
		default:
			errtryhelp(EXIT_FAILURE);
		}
	}
	if (argc - optind < 2) {
		warnx(optind == argc ? _("no namespace specified") : _("no target specified"));
		errtryhelp(EXIT_FAILURE);
	}
	check_options(&sa);

	root = join(argv[optind++]);
	if (nssetattr(root, argv + optind, argc - optind, sa.recursive, &sa.opts.change, &d) != 0)
		mntns_err(&d);
	close(root);
	mntopts_free(&sa.opts);
	return EXIT_SUCCESS;
}
