/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nsplan-forms - the mounts that everybody needs, as steps of a plan
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "c.h"
#include "mountapi.h"
#include "nls.h"
#include "nsplan.h"

/* A new filesystem. libmount need not be loaded to say what is always the same. */
struct filesystem {
	const char *fstype;
	uint64_t attrs;			/* MOUNT_ATTR_* */
	const char *options[4][2];	/* names and values, for the filesystem */
};

#define NOSUID_NODEV	(MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV)

static const struct {
	const char *option;		/* of the command line, for messages */
	const char *target;		/* the usual one */
	struct filesystem fs;
} forms[] = {
	[NSPLAN_FORM_BIND] = { .option = "--bind" },
	[NSPLAN_FORM_DEV] = { "--dev", "/dev",
		{ "tmpfs", MOUNT_ATTR_NOSUID, { { "mode", "0755" } } } },
	[NSPLAN_FORM_PROC] = { "--proc", "/proc",
		{ "proc", NOSUID_NODEV | MOUNT_ATTR_NOEXEC, { { NULL } } } },
	[NSPLAN_FORM_SYSFS] = { "--sysfs", "/sys",
		{ "sysfs", MOUNT_ATTR_RDONLY | NOSUID_NODEV | MOUNT_ATTR_NOEXEC, { { "ro" } } } },
	[NSPLAN_FORM_TMPFS] = { "--tmpfs", NULL,
		{ "tmpfs", NOSUID_NODEV, { { NULL } } } }
};

static const struct filesystem devpts = {
	"devpts", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC,
	{ { "newinstance" }, { "ptmxmode", "0666" }, { "mode", "0620" } }
};

static const struct filesystem shm = {
	"tmpfs", NOSUID_NODEV | MOUNT_ATTR_NOEXEC, { { "mode", "1777" } }
};

/* What is in a minimal /dev, the device nodes being those of the caller. */
static const char *const devices[] = {
	"null", "zero", "full", "random", "urandom", "tty"
};

static const struct {
	const char *name;
	const char *text;
} links[] = {
	{ "ptmx",	"pts/ptmx" },
	{ "fd",		"/proc/self/fd" },
	{ "stdin",	"/proc/self/fd/0" },
	{ "stdout",	"/proc/self/fd/1" },
	{ "stderr",	"/proc/self/fd/2" },
	{ "core",	"/proc/kcore" }
};

static int fail_memory(struct diag *d)
{
	return diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);
}

/* Adds a step below @dir. */
static struct nsplan_step *add_below(struct nsplan *plan, enum nsplan_kind kind, const char *source,
				     const char *dir, const char *name, const char *fstype)
{
	struct nsplan_step *step = NULL;
	char *target;

	if (asprintf(&target, "%s/%s", dir, name) >= 0) {
		step = nsplan_add(plan, kind, source, target, fstype, forms[NSPLAN_FORM_DEV].option);
		free(target);
	}
	return step;
}

static int add_device(struct nsplan *plan, const char *dir, const char *name, struct diag *d)
{
	struct nsplan_step *step = NULL;
	char *source;

	if (asprintf(&source, "/dev/%s", name) >= 0) {
		step = add_below(plan, NSPLAN_CLONE, source, dir, name, NULL);
		free(source);
	}
	if (!step)
		return fail_memory(d);
	step->opts.bind = 1;
	step->touch = 1;
	return 0;
}

static int set_options(struct nsplan_step *step, const struct filesystem *fs, struct diag *d)
{
	size_t i;

	step->opts.change.attr_set = fs->attrs;
	for (i = 0; i < ARRAY_SIZE(fs->options) && fs->options[i][0]; i++) {
		if (mntopts_add_fs(&step->opts, fs->options[i][0], fs->options[i][1]) != 0)
			return fail_memory(d);
	}
	return 0;
}

static int add_filesystem(struct nsplan *plan, const char *dir, const char *name,
			  const struct filesystem *fs, struct diag *d)
{
	struct nsplan_step *step = add_below(plan, NSPLAN_MKFS, fs->fstype, dir, name, fs->fstype);

	if (!step)
		return fail_memory(d);
	step->opts.mkdir = 1;
	return set_options(step, fs, d);
}

/* What comes into the tmpfs on @dir. */
static int fill_dev(struct nsplan *plan, const char *dir, struct diag *d)
{
	size_t i;
	int rc = 0;

	for (i = 0; !rc && i < ARRAY_SIZE(devices); i++)
		rc = add_device(plan, dir, devices[i], d);
	if (!rc)
		rc = add_filesystem(plan, dir, "pts", &devpts, d);
	if (!rc)
		rc = add_filesystem(plan, dir, "shm", &shm, d);
	for (i = 0; !rc && i < ARRAY_SIZE(links); i++) {
		if (!add_below(plan, NSPLAN_SYMLINK, links[i].text, dir, links[i].name, NULL))
			rc = fail_memory(d);
	}
	return rc;
}

/*
 * Cuts *@p at the first ':' and gives what is before it, where "\:" and "\\" stand
 * for ':' and '\'. *@p is then what follows, or NULL.
 */
static char *next_part(char **p)
{
	char *part = *p, *from, *to;

	for (from = to = part; *from && *from != ':'; from++) {
		if (*from == '\\' && (from[1] == ':' || from[1] == '\\'))
			from++;
		*to++ = *from;
	}
	*p = *from ? from + 1 : NULL;
	*to = '\0';
	return part;
}

static int fail_form(const char *arg, const char *cause, struct diag *d)
{
	return diag_fail_cause(d, DIAG_PLAN_LINE, EINVAL, arg, NULL, "%s", cause);
}

static int check_form(const struct nsplan_step *step, struct diag *d)
{
	if (step->kind == NSPLAN_CLONE)
		return mntopts_only_attributes(&step->opts, d);
	if (step->opts.bind)
		return fail_form(step->target, _("bind and rbind are for --bind"), d);
	return 0;
}

static int add_form(struct nsplan *plan, enum nsplan_form form, char *source, char *target,
		    const char *options, struct diag *d)
{
	const struct filesystem *fs = &forms[form].fs;
	struct nsplan_step *step;
	int rc;

	if (*target != '/')
		return fail_form(target, _("the mount point is not an absolute path"), d);
	if (source && !*source)
		return fail_form(target, _("the source is empty"), d);

	step = nsplan_add(plan, form == NSPLAN_FORM_BIND ? NSPLAN_CLONE : NSPLAN_MKFS,
			  source ? source : fs->fstype, target, fs->fstype, forms[form].option);
	if (!step)
		return fail_memory(d);
	step->opts.bind = form == NSPLAN_FORM_BIND;
	rc = set_options(step, fs, d);
	if (!rc && options)
		rc = mntopts_parse(&step->opts, options, d);
	if (!rc)
		rc = check_form(step, d);
	if (!rc && form == NSPLAN_FORM_DEV)
		rc = fill_dev(plan, strcmp(target, "/") == 0 ? "" : target, d);
	return rc;
}

/*
 * nsplan_add_form:
 * @plan: steps are added to it
 * @form: what is to be mounted
 * @arg: "SOURCE:TARGET[:OPTIONS]" for a bind, "TARGET[:OPTIONS]" for the rest,
 *	where "\:" is a colon that separates nothing; NULL for the usual target
 * @d: failure
 *
 * The options are added to those that the form has anyway, and win. libmount
 * parses them, so call this before any setns(2).
 *
 * Returns: 0, or -errno with @d set.
 */
int nsplan_add_form(struct nsplan *plan, enum nsplan_form form, const char *arg,
		    struct diag *d)
{
	char *text = strdup(arg ? arg : forms[form].target), *p = text;
	char *source = NULL, *target;
	int rc;

	if (!text)
		return fail_memory(d);
	if (form == NSPLAN_FORM_BIND)
		source = next_part(&p);
	target = p ? next_part(&p) : NULL;
	if (!target)
		rc = fail_form(arg, _("it is not SOURCE:TARGET[:OPTIONS]"), d);
	else
		rc = add_form(plan, form, source, target, p, d);
	free(text);
	return rc;
}
