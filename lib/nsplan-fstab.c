/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nsplan-fstab - the lines of an fstab(5) become steps of a plan
 *
 * libmount parses the lines. It numbers none of them, so it is given one at a
 * time, and every line that is wrong can be told, not just the first.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "c.h"
#include "lazylibs.h"
#include "nls.h"
#include "nsplan.h"

/* What comes first decides about the format: never one of mountinfo, say. */
#define FIRST_LINE	"none none swap defaults 0 0\n"

static int fail_line(struct diag *d, const char *object, const char *remedy, const char *cause)
{
	return diag_fail_cause(d, DIAG_PLAN_LINE, EINVAL, object, remedy, "%s", cause);
}

/* What can be wrong with a line although it has all its fields. */
static int check_fstab_step(const struct nsplan_step *step, struct diag *d)
{
	if (step->target[0] != '/')
		return fail_line(d, step->target, NULL,
				 _("the mount point is not an absolute path"));
	if (step->kind == NSPLAN_CLONE)
		return mntopts_only_attributes(&step->opts, d);
	if (!*step->fstype || strcmp(step->fstype, "none") == 0)
		return fail_line(d, step->target, _("use the option bind for a directory"),
				 _("no filesystem type"));
	if (strchr(step->fstype, ','))
		return fail_line(d, step->fstype, NULL,
				 _("a list of filesystem types is unsupported here"));
	return 0;
}

/* "+" keeps "no" from being read as the lack of an option */
static int has_option(struct libmnt_fs *fs, const char *option)
{
	const char *optstr = mnt_fs_get_options(fs);

	return optstr && mnt_match_options(optstr, option);
}

static int add_entry(struct nsplan *plan, struct libmnt_fs *fs, const char *origin,
		     struct diag *d)
{
	const char *optstr = mnt_fs_get_options(fs);
	const char *source = mnt_fs_get_source(fs), *target = mnt_fs_get_target(fs);
	const char *fstype = mnt_fs_get_fstype(fs);
	struct nsplan_step *step;
	int rc = 0;

	if (mnt_fs_is_swaparea(fs) || has_option(fs, "+noauto"))
		return 0;
	step = nsplan_add(plan, NSPLAN_MKFS, source ? source : "none", target ? target : "",
			  fstype ? fstype : "", origin);
	if (!step)
		return diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);

	if (optstr)
		rc = mntopts_parse(&step->opts, optstr, d);
	if (!rc && step->opts.bind)
		step->kind = NSPLAN_CLONE;
	return rc ? rc : check_fstab_step(step, d);
}

/* Called by libmount for a line that it cannot parse; 1 lets it go on. */
static int note_error(struct libmnt_table *tb,
		      const char *filename __attribute__((__unused__)),
		      int line __attribute__((__unused__)))
{
	int *bad = mnt_table_get_userdata(tb);

	*bad = 1;
	return 1;
}

/* The table of the text @line, or NULL where libmount could not read it. */
static struct libmnt_table *parse_line(const char *line, size_t len, const char *name, int *bad)
{
	struct libmnt_table *tb = NULL;
	char *text;
	FILE *f;

	text = malloc(sizeof(FIRST_LINE) + len);
	if (!text)
		return NULL;
	memcpy(text, FIRST_LINE, sizeof(FIRST_LINE) - 1);
	memcpy(text + sizeof(FIRST_LINE) - 1, line, len);
	f = fmemopen(text, sizeof(FIRST_LINE) - 1 + len, "r");
	if (f)
		tb = mnt_new_table();
	if (tb) {
		mnt_table_set_userdata(tb, bad);
		mnt_table_set_parser_errcb(tb, note_error);
		if (mnt_table_parse_stream(tb, f, name) != 0)
			*bad = 1;
	}
	if (f)
		fclose(f);
	free(text);
	return tb;
}

/* The entry behind FIRST_LINE, or NULL for a line that has none. */
static struct libmnt_fs *second_entry(struct libmnt_table *tb)
{
	struct libmnt_iter *iter = mnt_new_iter(MNT_ITER_FORWARD);
	struct libmnt_fs *fs = NULL;

	if (!iter || mnt_table_next_fs(tb, iter, &fs) != 0 ||
	    mnt_table_next_fs(tb, iter, &fs) != 0)
		fs = NULL;
	mnt_free_iter(iter);
	return fs;
}

static int fail_syntax(const char *line, struct diag *d)
{
	char *text = strndup(line, strcspn(line, "\n"));
	int rc = fail_line(d, text, NULL, _("it lacks fields of fstab(5)"));

	free(text);
	return rc;
}

static int add_line(struct nsplan *plan, const char *line, size_t len, const char *name,
		    const char *origin, struct diag *d)
{
	struct libmnt_table *tb;
	struct libmnt_fs *fs;
	int rc = 0, bad = strlen(line) != len;

	tb = bad ? NULL : parse_line(line, len, name, &bad);
	if (!tb && !bad)
		return diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);
	fs = tb ? second_entry(tb) : NULL;
	if (bad)
		rc = fail_syntax(line, d);
	else if (fs)
		rc = add_entry(plan, fs, origin, d);
	if (tb)
		mnt_unref_table(tb);
	return rc;
}

/* Keeps what is wrong with a line, so that the next ones are looked at, too. */
static int keep_problem(struct nsplan *plan, const char *origin, struct diag *d)
{
	if (d->step != DIAG_MEMORY && nsplan_add_problem(plan, origin, d) == 0)
		return 0;
	diag_reset(d);
	return diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);
}

/*
 * nsplan_add_fstab:
 * @plan: steps are added to it; @plan->problems get the lines that are wrong
 * @f: lines as in fstab(5)
 * @name: of @f, for messages
 * @d: failure
 *
 * Lines for swap and those with noauto are passed over. libmount must not have
 * to be loaded after a setns(2), so call this before.
 *
 * Returns: 0, also when there are problems, or -errno with @d set.
 */
int nsplan_add_fstab(struct nsplan *plan, FILE *f, const char *name, struct diag *d)
{
	unsigned int number = 0;
	char *line = NULL, *origin;
	size_t size = 0;
	ssize_t len;
	int rc = 0;

	if (load_libmount() != 0)
		return diag_fail_cause(d, DIAG_LIBRARY, ELIBACC, "libmount", NULL,
				       "%s", lazylibs_errmsg());

	while (!rc && (len = getline(&line, &size, f)) >= 0) {
		if (asprintf(&origin, "%s:%u", name, ++number) < 0) {
			rc = diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);
			break;
		}
		if (add_line(plan, line, len, name, origin, d) != 0)
			rc = keep_problem(plan, origin, d);
		free(origin);
	}
	if (!rc && ferror(f))
		rc = diag_fail(d, DIAG_PLAN_READ, errno ? errno : EIO, name);
	free(line);
	return rc;
}
