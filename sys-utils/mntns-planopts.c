/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-planopts - the options that say what is mounted in a new namespace, and
 * --dry-run, which shows it
 */
#include <errno.h>
#include <stdarg.h>

#include "xalloc.h"

#include "mntns.h"

static void add_fstab(struct plan_options *o, const char *path)
{
	struct diag d = { .step = DIAG_NONE };
	FILE *f = stdin;
	int rc;

	if (strcmp(path, "-") != 0)
		f = fopen(path, "re");
	else if (o->stdin_used)
		errx(EXIT_FAILURE, _("--fstab - can be given only once"));
	else
		o->stdin_used = 1;

	if (!f) {
		diag_fail(&d, DIAG_PLAN_READ, errno, path);
		mntns_err(&d);
	}
	rc = nsplan_add_fstab(&o->plan, f, f == stdin ? _("standard input") : path, &d);
	if (rc)
		mntns_err(&d);
	if (f != stdin)
		fclose(f);
}

/* What is wrong with one of these is told together with the lines of --fstab. */
static void add_form(struct plan_options *o, enum nsplan_form form, const char *option,
		     const char *arg)
{
	struct diag d = { .step = DIAG_NONE };

	if (nsplan_add_form(&o->plan, form, arg, &d) == 0)
		return;
	if (d.step == DIAG_MEMORY || d.step == DIAG_LIBRARY ||
	    nsplan_add_problem(&o->plan, option, &d) != 0)
		mntns_err(&d);
}

/*
 * plan_options_take:
 * @c: what getopt_long() returned
 * @arg: its argument or NULL
 *
 * The mounts are made in the order of the options.
 *
 * Returns: 1 when the option was one of these, else 0.
 */
int plan_options_take(struct plan_options *o, int c, const char *arg)
{
	switch (c) {
	case PLAN_OPT_BIND:
		add_form(o, NSPLAN_FORM_BIND, "--bind", arg);
		break;
	case PLAN_OPT_DEV:
		add_form(o, NSPLAN_FORM_DEV, "--dev", arg);
		break;
	case PLAN_OPT_DRY_RUN:
		o->dry_run = 1;
		break;
	case PLAN_OPT_FSTAB:
		add_fstab(o, arg);
		break;
	case PLAN_OPT_PROC:
		add_form(o, NSPLAN_FORM_PROC, "--proc", arg);
		break;
	case PLAN_OPT_SYSFS:
		add_form(o, NSPLAN_FORM_SYSFS, "--sysfs", arg);
		break;
	case PLAN_OPT_TMPFS:
		add_form(o, NSPLAN_FORM_TMPFS, "--tmpfs", arg);
		break;
	default:
		return 0;
	}
	return 1;
}

static void warn_at(const char *origin, const struct diag *d)
{
	char *text = diag_text(d);

	if (text && origin)
		warnx("%s: %s", origin, text);
	else
		warnx("%s", text ? text : _("cannot allocate memory"));
	free(text);
}

/*
 * plan_options_check - tells all that is wrong with the mounts, and exits then
 */
void plan_options_check(const struct plan_options *o)
{
	size_t i;

	for (i = 0; i < o->plan.nr_problems; i++)
		warn_at(o->plan.problems[i].origin, &o->plan.problems[i].diag);
	if (o->plan.nr_problems)
		exit(EXIT_FAILURE);
}

/*
 * plan_options_err - mntns_err(), with the line or option it was about
 */
void plan_options_err(struct plan_options *o, struct diag *d)
{
	int status = diag_exit_status(d);

	warn_at(o->plan.failed ? o->plan.failed->origin : NULL, d);
	exit(status);
}

/* Names are chosen by others; a control character shall not reach a terminal. */
static void put_escaped(const char *s)
{
	for (; *s; s++) {
		if ((unsigned char) *s < 0x20 || *s == 0x7f || *s == '\\')
			printf("\\x%02x", (unsigned char) *s);
		else
			putchar(*s);
	}
}

/*
 * plan_options_show - prints the next step of the plan
 */
void plan_options_show(struct plan_options *o, const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	xvasprintf(&text, fmt, ap);
	va_end(ap);
	printf("%u. ", ++o->nr_shown);
	put_escaped(text);
	putchar('\n');
	free(text);
}

void plan_options_show_steps(struct plan_options *o)
{
	size_t i;

	for (i = 0; i < o->plan.nr_steps; i++) {
		char *text = nsplan_step_text(&o->plan.steps[i]);

		if (!text)
			err_oom();
		plan_options_show(o, "%s", text);
		free(text);
	}
}

void plan_options_usage(FILE *out)
{
	fputsln(_("     --proc[=<dir>]       mount proc, on /proc or this directory"), out);
	fputsln(_("     --sysfs[=<dir>]      mount sysfs, on /sys or this directory"), out);
	fputsln(_("     --dev[=<dir>]        mount a minimal /dev, or on this directory"), out);
	fputsln(_("     --tmpfs <dir>        mount a tmpfs"), out);
	fputsln(_("     --bind <source>:<dir>[:<list>]\n"
		  "                          mount a clone of this directory or file"), out);
	fputsln(_("     --fstab <file>|-     mount what these lines of fstab(5) say"), out);
	fputsln(_("     --dry-run            print what would be done, step by step"), out);
}
