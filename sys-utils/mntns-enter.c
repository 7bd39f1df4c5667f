/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-enter - execute a program in an existing mount namespace
 */
#include <getopt.h>

#include "nsjoin.h"
#include "nsref.h"

#include "mntns.h"

static void __attribute__((__noreturn__)) usage(void)
{
	FILE *out = stdout;

	fputs(USAGE_HEADER, out);
	fprintf(out, _(" %s enter [options] <namespace> [--] [<command> [<argument>...]]\n"),
		program_invocation_short_name);

	fputs(USAGE_SEPARATOR, out);
	fputsln(_("Execute a program in an existing mount namespace."), out);

	fputs(USAGE_OPTIONS, out);
	fputsln(_(" -w, --wd <dir>           change to this directory in the namespace"), out);

	fputs(USAGE_SEPARATOR, out);
	fprintf(out, USAGE_HELP_OPTIONS(26));
	fprintf(out, USAGE_MAN_TAIL("mntns(8)"));
	exit(EXIT_SUCCESS);
}

static void enter(const char *ns, const char *dir)
{
	struct diag d = { .step = DIAG_NONE };
	struct nsref ref;

	mntns_preload_messages();
	if (nsref_open(&ref, ns, &d) != 0)
		mntns_err(&d);
	if (nsjoin_enter(&ref, &d) != 0)
		mntns_err(&d);
	nsref_close(&ref);
	if (dir && nsjoin_chdir(dir, &d) != 0)
		mntns_err(&d);
}

int mntns_enter(int argc, char **argv)
{
	static const struct option longopts[] = {
		{ "help",    no_argument,	NULL, 'h' },
		{ "version", no_argument,	NULL, 'V' },
		{ "wd",	     required_argument, NULL, 'w' },
		{ NULL }
	};
	const char *ns, *dir = NULL;
	int c;

	while ((c = getopt_long(argc, argv, "+hVw:", longopts, NULL)) != -1) {
		switch (c) {
		case 'w':
			dir = optarg;
			break;
		case 'h':
			usage();
		case 'V':
			print_version(EXIT_SUCCESS);
		default:
			errtryhelp(EXIT_FAILURE);
		}
	}
	if (optind == argc) {
		warnx(_("no namespace specified"));
		errtryhelp(EXIT_FAILURE);
	}
	ns = argv[optind++];
	if (optind < argc && strcmp(argv[optind], "--") == 0)
		optind++;

	enter(ns, dir);
	mntns_exec(argv + optind);
}
