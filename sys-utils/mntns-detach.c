/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-detach - unmount inside a mount namespace
 */
#include <fcntl.h>
#include <getopt.h>

#include "nsjoin.h"
#include "nsref.h"
#include "nsumount.h"

#include "mntns.h"

static void __attribute__((__noreturn__)) usage(void)
{
	FILE *out = stdout;

	fputs(USAGE_HEADER, out);
	fprintf(out, _(" %s detach [options] <namespace> <target>...\n"),
		program_invocation_short_name);

	fputs(USAGE_SEPARATOR, out);
	fputsln(_("Unmount inside a mount namespace."), out);

	fputs(USAGE_OPTIONS, out);
	fputsln(_(" -l, --lazy               unmount now, let those who use it finish"), out);
	fputsln(_(" -R, --recursive          with the mounts below the target"), out);

	fputs(USAGE_SEPARATOR, out);
	fprintf(out, USAGE_HELP_OPTIONS(26));
	fprintf(out, USAGE_MAN_TAIL("mntns(8)"));
	exit(EXIT_SUCCESS);
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
	if (nsjoin_enter(&ref, &d) != 0)
		mntns_err(&d);
	nsref_close(&ref);

	root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		err(EXIT_FAILURE, _("cannot open the root of namespace %s"), ns);
	return root;
}

int mntns_detach(int argc, char **argv)
{
	static const struct option longopts[] = {
		{ "help",      no_argument, NULL, 'h' },
		{ "lazy",      no_argument, NULL, 'l' },
		{ "recursive", no_argument, NULL, 'R' },
		{ "version",   no_argument, NULL, 'V' },
		{ NULL }
	};
	struct diag d = { .step = DIAG_NONE };
	int c, root, lazy = 0, recursive = 0, rc = EXIT_SUCCESS;

	while ((c = getopt_long(argc, argv, "hlRV", longopts, NULL)) != -1) {
		switch (c) {
		case 'l':
			lazy = 1;
			break;
		case 'R':
			recursive = 1;
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

	root = join(argv[optind++]);
	for (; optind < argc; optind++) {
		const char *target = argv[optind];

		if (recursive ? nsumount_recursive(root, target, lazy, &d) :
				nsumount(root, target, lazy, &d)) {
			rc = diag_exit_status(&d);
			mntns_warn(&d);
		}
	}
	close(root);
	return rc;
}
