/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns - create, show, enter and change mount namespaces
 *
 * The table of the commands, and nothing else; each has a file of its own.
 */
#include <getopt.h>
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "c.h"
#include "closestream.h"
#include "lazylibs.h"
#include "nls.h"
#include "strutils.h"

#include "mntns.h"

struct mntns_verb {
	const char	*name;
	int		(*handler)(int argc, char **argv);
	const char	*help;
};

static const struct mntns_verb verbs[] = {
	{ "create",   mntns_create,   N_("make a namespace from a tree and keep it") },
	{ "run",      mntns_run,      N_("make a namespace from a tree and execute a program in it") },
	{ "enter",    mntns_enter,    N_("execute a program in an existing namespace") },
	{ "attach",   mntns_attach,   N_("attach a detached mount inside a namespace") },
	{ "detach",   mntns_detach,   N_("unmount inside a namespace") },
	{ "replace",  mntns_replace,  N_("exchange a mount inside a namespace, without a gap") },
	{ "swap-root", mntns_swap_root, N_("exchange the root of a namespace") },
	{ "pin",      mntns_pin,      N_("give a namespace that exists a name, and keep it") },
	{ "rename",   mntns_rename,   N_("give the pin of a namespace another name") },
	{ "setattr",  mntns_setattr,  N_("change attributes and propagation inside a namespace") },
	{ "delete",   mntns_delete,   N_("remove the pin of a namespace") },
	{ "list",     mntns_list,     N_("show the mounts of namespaces") },
	{ "lsns",     mntns_lsns,     N_("show all namespaces, also those without a process") },
	{ "holders",  mntns_holders,  N_("show what keeps a mount, a filesystem or a device busy") },
	{ "stat",     mntns_stat,     N_("show the mount behind a path or an open file") },
	{ "diff",     mntns_diff,     N_("compare the mounts of two namespaces") },
	{ "watch",    mntns_watch,    N_("print what is mounted and unmounted in namespaces") },
	{ "wait",     mntns_wait,     N_("wait until something is mounted in a namespace, or gone") },
	{ "reach",    mntns_reach,    N_("tell where a mount would appear, and why") },
	{ "features", mntns_features, N_("show what this kernel offers, and what is used instead") },
	{ NULL }
};

/* The verb that runs, NULL for mntns itself. */
static const struct mntns_verb *current;

void mntns_errtryhelp(int status)
{
	fprintf(stderr, _("Try '%s%s%s --help' for more information.\n"),
		program_invocation_short_name,
		current ? " " : "", current ? current->name : "");
	exit(status);
}

/* Those that the C library converts between without loading a module. */
static int is_builtin_charset(const char *name)
{
	return strcmp(name, "UTF-8") == 0 || strcmp(name, "ANSI_X3.4-1968") == 0;
}

/*
 * init_nls - prepare what translated messages need
 *
 * To set all categories costs 40 % of the start-up where each is a file of its
 * own, as C.UTF-8 is on Debian: so none for the locales that translate nothing.
 * See setlocale(3) for the order of the variables.
 */
static void init_nls(void)
{
	static const char *const vars[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	const char *name = NULL;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(vars) && (!name || !*name); i++)
		name = getenv(vars[i]);

	if (!name || !*name || strcmp(name, "C") == 0 || strcmp(name, "POSIX") == 0 ||
	    startswith(name, "C."))
		return;

	setlocale(LC_CTYPE, "");
	setlocale(LC_MESSAGES, "");
	bindtextdomain(PACKAGE, LOCALEDIR);
	textdomain(PACKAGE);
	if (!is_builtin_charset(nl_langinfo(CODESET)) && load_any() != 0)
		errx(EXIT_FAILURE, _("failed to execute %s"), lazylibs_errmsg());
}

void load_smartcols_or_err(void)
{
	if (load_smartcols() != 0)
		errx(EXIT_FAILURE, _("failed to load a library: %s"), lazylibs_errmsg());

	/* The width of a cell in columns depends on it. */
	setlocale(LC_CTYPE, "");
}

void load_libmount_or_err(void)
{
	if (load_libmount() != 0)
		errx(EXIT_FAILURE, _("failed to load a library: %s"), lazylibs_errmsg());
}

static void __attribute__((__noreturn__)) usage(void)
{
	const struct mntns_verb *verb;
	FILE *out = stdout;

	fputs(USAGE_HEADER, out);
	fprintf(out, _(" %s <command> [options] [arguments]\n"), program_invocation_short_name);

	fputs(USAGE_SEPARATOR, out);
	fputsln(_("Create, show, enter and change mount namespaces."), out);

	fputs(USAGE_COMMANDS, out);
	for (verb = verbs; verb->name; verb++)
		fprintf(out, " %-14s %s\n", verb->name, _(verb->help));

	fputs(USAGE_OPTIONS, out);
	fprintf(out, USAGE_HELP_OPTIONS(16));

	fputs(USAGE_SEPARATOR, out);
	fprintf(out, _("'%s <command> --help' describes a command.\n"),
		program_invocation_short_name);
	fprintf(out, USAGE_MAN_TAIL("mntns(8)"));

	exit(EXIT_SUCCESS);
}

static const struct mntns_verb *verb_by_name(const char *name)
{
	const struct mntns_verb *verb;

	for (verb = verbs; verb->name; verb++) {
		if (strcmp(verb->name, name) == 0)
			return verb;
	}
	return NULL;
}

static int run_verb(const struct mntns_verb *verb, int argc, char **argv)
{
	current = verb;
	argv[0] = program_invocation_short_name;
	optind = 0;		/* the C library's word for a new argv */
	return verb->handler(argc, argv);
}

int main(int argc, char **argv)
{
	static const struct option longopts[] = {
		{ "help",    no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL }
	};
	const struct mntns_verb *verb;
	int c;

	mntns_begin(argv);
	init_nls();
	close_stdout_atexit();

	argv[0] = program_invocation_short_name;
	while ((c = getopt_long(argc, argv, "+hV", longopts, NULL)) != -1) {
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
		warnx(_("no command specified"));
		errtryhelp(EXIT_FAILURE);
	}

	verb = verb_by_name(argv[optind]);
	if (!verb) {
		warnx(_("unknown command: %s"), argv[optind]);
		errtryhelp(EXIT_FAILURE);
	}
	return run_verb(verb, argc - optind, argv + optind);
}
