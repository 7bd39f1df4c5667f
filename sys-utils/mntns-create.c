/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-create - make a mount namespace from a tree and keep it
 */
#include <errno.h>
#include <getopt.h>
#include <time.h>
#include <unistd.h>

#include "nspin.h"
#include "nsref.h"
#include "optutils.h"
#include "strutils.h"
#include "xalloc.h"

#include "mntns.h"

/* How far it is, on a terminal, where it takes long: seconds. */
#define PROGRESS_AFTER	1.0
#define PROGRESS_EVERY	0.1

struct progress {
	double start;
	double last;			/* when it was shown, 0: not yet */
};

#define MANY_NAMES	5	/* --dry-run does not show more one by one */

struct create {
	struct tree_options tree;
	const char *file;		/* of --pin */
	const char **names;		/* of --name, as often as it is given */
	size_t nr_names;
	size_t nr_pinned;		/* how many of them are made */
	uint64_t *ids;
	unsigned int count;		/* of --count, 0: not given */
	unsigned int print_id:1;
	unsigned int is_open:1;		/* what is to be mounted in the next one */
	struct progress progress;
};

#define MAX_COUNT	1000000		/* names are made before the first namespace */

static void __attribute__((__noreturn__)) usage(void)
{
	FILE *out = stdout;

	fputs(USAGE_HEADER, out);
	fprintf(out, _(" %s create [options] -n <name>... <tree>\n"), program_invocation_short_name);
	fprintf(out, _(" %s create [options] --pin <file> <tree>\n"), program_invocation_short_name);
	fprintf(out, _(" %s create [options] -n <name>... --empty|--fs <type>\n"), program_invocation_short_name);

	fputs(USAGE_SEPARATOR, out);
	fputsln(_("Make a mount namespace from a directory tree and keep it."), out);

	fputs(USAGE_OPTIONS, out);
	fputsln(_(" -n, --name <name>        keep it under this name; repeated: make several"), out);
	fputsln(_("     --count <number>     make as many, counted where the name has %d"), out);
	fputsln(_("     --pin <file>         keep it on this file"), out);
	tree_options_usage(out);
	fputsln(_("     --print-id           print the 64-bit id of the namespace"), out);

	fputs(USAGE_SEPARATOR, out);
	fprintf(out, USAGE_HELP_OPTIONS(26));
	fprintf(out, USAGE_MAN_TAIL("mntns(8)"));
	exit(EXIT_SUCCESS);
}

static void add_name(struct create *cr, const char *name)
{
	size_t i;

	mntns_check_pin_name(name);
	for (i = 0; i < cr->nr_names; i++) {
		if (strcmp(cr->names[i], name) == 0)
			errx(EXIT_FAILURE, _("name given twice: %s"), name);
	}
	cr->names = xreallocarray(cr->names, cr->nr_names + 1, sizeof(*cr->names));
	cr->names[cr->nr_names++] = name;
}

/*
 * One name with one %d in it becomes as many as --count says. They differ from
 * each other; whether they are valid the longest tells as well as all.
 */
static void expand_names(struct create *cr)
{
	const char *pattern = cr->nr_names ? cr->names[0] : "";
	const char *mark = strstr(pattern, "%d");
	unsigned int i, count = cr->count;

	if (cr->nr_names != 1)
		errx(EXIT_FAILURE, _("--count is for one --name"));
	if (!mark || strstr(mark + 2, "%d"))
		errx(EXIT_FAILURE, _("--count needs a name with one %%d in it: %s"), pattern);

	cr->nr_names = 0;
	for (i = count; i; i--) {
		char *name;

		xasprintf(&name, "%.*s%u%s", (int) (mark - pattern), pattern, i, mark + 2);
		if (i == count) {
			mntns_check_pin_name(name);
			cr->names = xreallocarray(cr->names, count, sizeof(*cr->names));
		}
		cr->names[i - 1] = name;
	}
	cr->nr_names = count;
}

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void start_progress(struct create *cr)
{
	if (cr->nr_names > 1 && isatty(STDERR_FILENO))
		cr->progress.start = seconds();
}

static void show_progress(struct create *cr)
{
	struct progress *p = &cr->progress;
	double now = p->start ? seconds() : 0;

	if (!p->start || now < p->start + PROGRESS_AFTER || now < p->last + PROGRESS_EVERY)
		return;
	p->last = now;
	fprintf(stderr, _("\r%zu of %zu namespaces"), cr->nr_pinned, cr->nr_names);
}

/* the line is for what comes next */
static void end_progress(const struct create *cr)
{
	if (cr->progress.last)
		fputs("\r\033[K", stderr);
}

static int keep_id(struct create *cr, size_t n, int nsfd, struct diag *d)
{
	int rc = cr->print_id ? ns_get_id(nsfd, &cr->ids[n]) : 0;

	if (rc == -ENOTTY)
		return diag_fail_nosys(d, DIAG_NS_IDENTIFY, ENOTTY, cr->tree.make.tree,
				       _("64-bit ids of mount namespaces (Linux 6.11)"));
	return rc ? diag_fail(d, DIAG_NS_IDENTIFY, -rc, cr->tree.make.tree) : 0;
}

/*
 * The last step, since a reader may not be there, or the disk full. Past stdio,
 * which would tell at exit only, and interrupted by a signal.
 */
static int print_ids(struct create *cr, struct diag *d)
{
	size_t i, nr = cr->file ? 1 : cr->nr_names;
	char buf[32];

	for (i = 0; cr->print_id && i < nr; i++) {
		ssize_t len = snprintf(buf, sizeof(buf), "%ju\n", (uintmax_t) cr->ids[i]);
		ssize_t n = write(STDOUT_FILENO, buf, len);

		if (n != len)
			return diag_fail(d, DIAG_OUTPUT, n < 0 ? errno : ENOSPC, _("the id"));
	}
	return 0;
}

/* Returns the fd of a namespace with all its mounts, or -errno. */
static int make_next(struct create *cr, struct diag *d)
{
	struct nsplan *plan = &cr->tree.mounts.plan;
	int fd, rc = cr->is_open ? 0 : tree_options_open(&cr->tree, d);

	cr->is_open = 0;
	if (rc)
		return rc;
	fd = nsmake_open_younger(&cr->tree.make, d);
	if (fd >= 0 && plan->nr_steps) {
		rc = nsplan_assemble(plan, fd, cr->tree.make.tree, d);
		if (rc)
			close(fd);
	}
	nsplan_close(plan);
	return rc ? rc : fd;
}

static int pin_next(struct create *cr, const struct nspin_dir *dir, struct diag *d)
{
	int rc, fd = make_next(cr, d);

	if (fd < 0)
		return fd;
	rc = keep_id(cr, cr->nr_pinned, fd, d);
	if (!rc)
		rc = nspin_add(dir, cr->names[cr->nr_pinned], fd, d);
	if (!rc)
		cr->nr_pinned++;
	close(fd);
	return rc;
}

static int pin_counted(struct create *cr, const struct nspin_dir *dir, struct diag *d)
{
	int rc = pin_next(cr, dir, d);

	if (!rc)
		show_progress(cr);
	return rc;
}

static void unpin_all(struct create *cr, struct nspin_dir *dir)
{
	struct diag d = { .step = DIAG_NONE };
	int rc = 0;

	while (cr->nr_pinned) {
		if (nspin_remove(dir, cr->names[--cr->nr_pinned], &d) != 0) {
			mntns_warn(&d);
			rc = -1;
		}
	}
	if (rc)
		nspin_dir_close(dir);
	else
		nspin_dir_abandon(dir);
}

static int pin_by_names(struct create *cr, struct diag *d)
{
	struct nspin_dir dir = NSPIN_DIR_INIT;
	size_t i;
	int rc;

	start_progress(cr);
	mntns_catch_signals();
	rc = nspin_dir_open(&dir, 1, d);
	for (i = 0; !rc && i < cr->nr_names; i++)
		rc = nspin_check_free(&dir, cr->names[i], d);
	while (!rc && cr->nr_pinned < cr->nr_names && !mntns_is_interrupted())
		rc = pin_counted(cr, &dir, d);
	end_progress(cr);
	if (!rc)
		rc = print_ids(cr, d);
	if (rc || mntns_commit() != 0)
		unpin_all(cr, &dir);
	else
		nspin_dir_close(&dir);
	return rc;
}

static int pin_on_file(struct create *cr, struct diag *d)
{
	int fd, created, rc = nspin_check_file(cr->file, d);

	if (rc)
		return rc;
	mntns_catch_signals();
	fd = make_next(cr, d);
	if (fd < 0)
		return fd;
	rc = keep_id(cr, 0, fd, d);
	if (!rc)
		rc = nspin_add_file(cr->file, fd, &created, d);
	close(fd);
	if (rc)
		return rc;

	rc = print_ids(cr, d);
	if (rc || mntns_commit() != 0)
		nspin_remove_file(cr->file, created);
	return rc;
}

static void show_plan(struct create *cr)
{
	struct plan_options *mounts = &cr->tree.mounts;
	size_t i;

	tree_options_show(&cr->tree);
	if (cr->file)
		plan_options_show(mounts, _("pin it on %s"), cr->file);
	if (cr->nr_names)
		plan_options_show(mounts, _("pin it under the name %s"), cr->names[0]);
	if (cr->nr_names > MANY_NAMES)
		plan_options_show(mounts, _("the same %zu times more, under the names %s to %s"),
				  cr->nr_names - 1, cr->names[1], cr->names[cr->nr_names - 1]);
	for (i = 1; i < cr->nr_names && cr->nr_names <= MANY_NAMES; i++)
		plan_options_show(mounts, _("the same once more, and pin it under the name %s"),
				  cr->names[i]);
}

static void create(struct create *cr)
{
	struct diag d = { .step = DIAG_NONE };
	int rc;

	cr->ids = xcalloc(cr->file ? 1 : cr->nr_names, sizeof(*cr->ids));
	mntns_preload_messages();
	cr->tree.make.many = cr->nr_names > 1;
	rc = nsmake_prepare(&cr->tree.make, &d);
	if (!rc)
		rc = tree_options_open(&cr->tree, &d);
	cr->is_open = !rc;
	if (!rc)
		rc = cr->file ? pin_on_file(cr, &d) : pin_by_names(cr, &d);
	nsmake_release(&cr->tree.make);
	if (rc || mntns_is_interrupted())
		nspath_undo_made(&cr->tree.mounts.plan.made);
	mntns_die_if_interrupted();
	if (rc)
		plan_options_err(&cr->tree.mounts, &d);

	diag_reset(&d);
	tree_options_say_method(&cr->tree);
	free(cr->ids);
}

int mntns_create(int argc, char **argv)
{
	enum {
		OPT_COUNT = TREE_OPT_NEXT,
		OPT_PIN,
		OPT_PRINT_ID
	};
	static const struct option longopts[] = {
		TREE_LONGOPTS,
		{ "count",    required_argument, NULL, OPT_COUNT },
		{ "help",     no_argument,	 NULL, 'h' },
		{ "name",     required_argument, NULL, 'n' },
		{ "pin",      required_argument, NULL, OPT_PIN },
		{ "print-id", no_argument,	 NULL, OPT_PRINT_ID },
		{ "version",  no_argument,	 NULL, 'V' },
		{ NULL }
	};
	static const ul_excl_t excl[] = {
		{ 'n', OPT_PIN },
		{ 0 }
	};
	int excl_st[ARRAY_SIZE(excl)] = UL_EXCL_STATUS_INIT;
	struct create cr = { .file = NULL };
	int c;

	tree_options_init(&cr.tree);
	while ((c = getopt_long(argc, argv, TREE_SHORTOPTS "hn:V", longopts, NULL)) != -1) {
		err_exclusive_options(c, longopts, excl, excl_st);
		if (tree_options_take(&cr.tree, c, optarg))
			continue;
		switch (c) {
		case 'n':
			add_name(&cr, optarg);
			break;
		case OPT_COUNT:
			cr.count = strtou32_or_err(optarg, _("invalid count"));
			if (!cr.count || cr.count > MAX_COUNT)
				errx(EXIT_FAILURE, _("invalid count: '%s'"), optarg);
			break;
		case OPT_PIN:
			cr.file = optarg;
			break;
		case OPT_PRINT_ID:
			cr.print_id = 1;
			break;
		case 'h':
			usage();
		case 'V':
			print_version(EXIT_SUCCESS);
		default:
			errtryhelp(EXIT_FAILURE);
		}
	}

	if (!cr.file && !cr.nr_names) {
		warnx(_("neither --name nor --pin specified; a namespace that need not be kept is made by 'mntns run'"));
		errtryhelp(EXIT_FAILURE);
	}
	if (cr.count)
		expand_names(&cr);
	optind += tree_options_set_tree(&cr.tree, argc - optind, argv + optind);
	if (optind < argc) {
		warnx(cr.tree.make.root == NSMAKE_TREE ? _("more than one tree specified") :
							 _("a tree beside --empty or --fs"));
		errtryhelp(EXIT_FAILURE);
	}
	if (cr.tree.mounts.dry_run)
		show_plan(&cr);
	else
		create(&cr);

	tree_options_free(&cr.tree);
	while (cr.count && cr.nr_names)
		free((char *) cr.names[--cr.nr_names]);
	free(cr.names);
	return EXIT_SUCCESS;
}
