/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-delete - remove pins
 */
#include <getopt.h>

#include "nspin.h"

#include "mntns.h"

static void __attribute__((__noreturn__)) usage(void)
{
	FILE *out = stdout;

	fputs(USAGE_HEADER, out);
	fprintf(out, _(" %s delete [options] <name>...\n"), program_invocation_short_name);

	fputs(USAGE_SEPARATOR, out);
	fputsln(_("Remove the pins of mount namespaces."), out);

	fputs(USAGE_OPTIONS, out);
	fprintf(out, USAGE_HELP_OPTIONS(26));
	fprintf(out, USAGE_MAN_TAIL("mntns(8)"));
	exit(EXIT_SUCCESS);
}

static int delete(const struct nspin_dir *dir, const char *name)
{
	const char *problem = nspin_name_problem(name);
	struct diag d = { .step = DIAG_NONE };
	int rc;

	if (problem)
		rc = diag_fail_cause(&d, DIAG_PIN_REMOVE, EINVAL, name,
				strchr(name, '/') ? _("a pin on a file is removed by umount(8)") : NULL,
				_("not a name, %s"), problem);
	else if (dir->fd < 0)
		rc = diag_fail(&d, DIAG_PIN_REMOVE, ENOENT, name);
	else
		rc = nspin_remove(dir, name, &d);
	if (rc)
		mntns_warn(&d);
	return rc;
}

int mntns_delete(int argc, char **argv)
{
	static const struct option longopts[] = {
		{ "help",    no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL }
	};
	struct nspin_dir dir = NSPIN_DIR_INIT;
	struct diag d = { .step = DIAG_NONE };
	int c, rc;

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
	if (optind == argc) {
		warnx(_("no name specified"));
		errtryhelp(EXIT_FAILURE);
	}

	/* without a directory there is no pin of any name */
	rc = nspin_dir_open(&dir, 0, &d);
	if (rc && rc != -ENOENT)
		mntns_err(&d);
	diag_reset(&d);

	rc = EXIT_SUCCESS;
	for (; optind < argc; optind++) {
		if (delete(&dir, argv[optind]) != 0)
			rc = EXIT_FAILURE;
	}
	nspin_dir_close(&dir);
	return rc;
}
