/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-delete - remove pins
 */
#include <errno.h>
#include <getopt.h>

#include "nsiter.h"
#include "nspin.h"

#include "mntns.h"

/* of --all-dead */
struct dead {
	struct nsiter iter;
	int verbose;
};

static void __attribute__((__noreturn__)) usage(void)
{
	FILE *out = stdout;

	fputs(USAGE_HEADER, out);
	fprintf(out, _(" %s delete [options] <name>...\n"), program_invocation_short_name);
	fprintf(out, _(" %s delete [options] --all-dead\n"), program_invocation_short_name);

	fputs(USAGE_SEPARATOR, out);
	fputsln(_("Remove the pins of mount namespaces."), out);

	fputs(USAGE_OPTIONS, out);
	fputsln(_("     --all-dead           remove what pins have left that are no longer mounted"), out);
	fputsln(_(" -v, --verbose            say which names --all-dead has removed"), out);
	fputs(USAGE_SEPARATOR, out);
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

static int is_gone(uint64_t id, void *data)
{
	const struct dead *dead = data;
	size_t i;

	if (dead->iter.view != NSITER_ALL)
		return 0;
	for (i = 0; i < dead->iter.n; i++) {
		if (dead->iter.ns[i].id == id)
			return 0;
	}
	return 1;
}

static void say_removed(const char *name, void *data)
{
	const struct dead *dead = data;

	if (dead->verbose)
		warnx(_("removed: %s"), name);
}

/* The namespaces are looked at while the directory is locked. */
static int delete_dead(const struct nspin_dir *dir, int verbose)
{
	struct dead dead = { .verbose = verbose };
	struct nspin_dead ask = { .is_gone = is_gone, .removed = say_removed, .data = &dead };
	struct diag d = { .step = DIAG_NONE };
	int rc;

	if (dir->fd < 0)
		return 0;
	rc = nsiter_scan(&dead.iter, NSITER_NOPROCS, &d);
	if (!rc)
		rc = nspin_remove_dead(dir, &ask, &d);
	if (rc)
		mntns_warn(&d);
	nsiter_free(&dead.iter);
	return rc;
}

static int delete_names(const struct nspin_dir *dir, char **names)
{
	int rc = 0;

	for (; *names; names++) {
		if (delete(dir, *names) != 0)
			rc = -1;
	}
	return rc;
}

int mntns_delete(int argc, char **argv)
{
	enum { OPT_ALL_DEAD = CHAR_MAX + 1 };
	static const struct option longopts[] = {
		{ "all-dead", no_argument, NULL, OPT_ALL_DEAD },
		{ "help",     no_argument, NULL, 'h' },
		{ "verbose",  no_argument, NULL, 'v' },
		{ "version",  no_argument, NULL, 'V' },
		{ NULL }
	};
	struct nspin_dir dir = NSPIN_DIR_INIT;
	struct diag d = { .step = DIAG_NONE };
	int c, rc, all_dead = 0, verbose = 0;

	while ((c = getopt_long(argc, argv, "hvV", longopts, NULL)) != -1) {
		switch (c) {
		case OPT_ALL_DEAD:
			all_dead = 1;
			break;
		case 'v':
			verbose = 1;
			break;
		case 'h':
			usage();
		case 'V':
			print_version(EXIT_SUCCESS);
		default:
			errtryhelp(EXIT_FAILURE);
		}
	}
	if (all_dead ? optind < argc : optind == argc) {
		warnx(all_dead ? _("--all-dead takes no names") : _("no name specified"));
		errtryhelp(EXIT_FAILURE);
	}

	/* without a directory there is no pin of any name */
	rc = nspin_dir_open(&dir, 0, &d);
	if (rc && rc != -ENOENT)
		mntns_err(&d);
	diag_reset(&d);

	if (all_dead)
		rc = delete_dead(&dir, verbose);
	else
		rc = delete_names(&dir, argv + optind);
	nspin_dir_close(&dir);
	return rc ? EXIT_FAILURE : EXIT_SUCCESS;
}
