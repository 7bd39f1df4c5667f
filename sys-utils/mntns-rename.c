/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-rename - give the pin of a mount namespace another name
 */
#include <errno.h>
#include <getopt.h>

#include "nspin.h"

#include "mntns.h"

static void __attribute__((__noreturn__)) usage(void)
{
	FILE *out = stdout;

	fputs(USAGE_HEADER, out);
	fprintf(out, _(" %s rename [options] <name> <new-name>\n"), program_invocation_short_name);

	fputs(USAGE_SEPARATOR, out);
	fputsln(_("Give the pin of a mount namespace another name."), out);

	fputs(USAGE_OPTIONS, out);
	fprintf(out, USAGE_HELP_OPTIONS(26));
	fprintf(out, USAGE_MAN_TAIL("mntns(8)"));
	exit(EXIT_SUCCESS);
}

/* Too short to be worth undoing: signals wait until the end. */
static int rename_pin(const char *from, const char *to, struct diag *d)
{
	struct nspin_dir dir = NSPIN_DIR_INIT;
	int rc;

	rc = nspin_dir_open(&dir, 0, d);
	if (rc == -ENOENT)
		return diag_fail(d, DIAG_NS_OPEN_NAME, ENOENT, from);
	if (rc)
		return rc;
	mntns_catch_signals();
	rc = nspin_rename(&dir, from, to, d);
	nspin_dir_close(&dir);
	mntns_die_if_interrupted();
	return rc;
}

int mntns_rename(int argc, char **argv)
{
	static const struct option longopts[] = {
		{ "help",    no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL }
	};
	struct diag d = { .step = DIAG_NONE };
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
		warnx(_("a name and a new name are wanted"));
		errtryhelp(EXIT_FAILURE);
	}

	mntns_check_pin_name(argv[optind]);
	mntns_check_pin_name(argv[optind + 1]);
	if (rename_pin(argv[optind], argv[optind + 1], &d) != 0)
		mntns_err(&d);
	return EXIT_SUCCESS;
}
