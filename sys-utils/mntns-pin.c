/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-pin - pin a mount namespace that something else has made
 */
#include <errno.h>
#include <getopt.h>

#include "nspin.h"
#include "nsref.h"

#include "mntns.h"

static void __attribute__((__noreturn__)) usage(void)
{
	FILE *out = stdout;

	fputs(USAGE_HEADER, out);
	fprintf(out, _(" %s pin [options] <name> <namespace>\n"), program_invocation_short_name);

	fputs(USAGE_SEPARATOR, out);
	fputsln(_("Give a mount namespace that exists a name, and keep it."), out);

	fputs(USAGE_OPTIONS, out);
	fprintf(out, USAGE_HELP_OPTIONS(26));
	fprintf(out, USAGE_MAN_TAIL("mntns(8)"));
	exit(EXIT_SUCCESS);
}

static int pin(const char *name, const struct nsref *ref, struct diag *d)
{
	struct nspin_dir dir = NSPIN_DIR_INIT;
	int rc;

	rc = nspin_dir_open(&dir, 1, d);
	if (rc)
		return rc;
	rc = nspin_check_free(&dir, name, d);
	if (!rc)
		rc = nspin_add(&dir, name, ref->fd, d);
	if (!rc && mntns_commit() != 0) {
		rc = nspin_remove(&dir, name, d);
		if (rc) {
			nspin_dir_close(&dir);
			return rc;
		}
		rc = -EINTR;
	}
	if (rc)
		nspin_dir_abandon(&dir);
	else
		nspin_dir_close(&dir);
	return rc;
}

int mntns_pin(int argc, char **argv)
{
	static const struct option longopts[] = {
		{ "help",    no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL }
	};
	struct diag d = { .step = DIAG_NONE };
	struct nsref ref;
	int c;

	while ((c = getopt_long(argc, argv, "hV", longopts, NULL)) != -1) {
		switch (c) {
		case 'h':
			usage();
		case 'V':
			print_version(EXIT_SUCCESS);
		default:
			errtryhelp(EXIT_FAILURE);
		}
	}
	if (argc - optind != 2) {
		warnx(_("a name and a namespace are wanted"));
		errtryhelp(EXIT_FAILURE);
	}

	mntns_check_pin_name(argv[optind]);
	if (nsref_open(&ref, argv[optind + 1], &d) != 0)
		mntns_err(&d);
	mntns_catch_signals();
	if (pin(argv[optind], &ref, &d) != 0) {
		mntns_die_if_interrupted();
		mntns_err(&d);
	}
	nsref_close(&ref);
	return EXIT_SUCCESS;
}
