/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-wait - wait until something is mounted in a mount namespace, or gone
 */
#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "mnttab.h"
#include "mountapi.h"
#include "nscanon.h"
#include "nsref.h"
#include "xalloc.h"

#include "mntns-watch.h"
#include "mntns.h"

/* so many events are looked at before the clock is */
#define MAX_EVENTS_PER_TURN	256

#define MIN_RESOLVE_MSEC	10000

struct wait_control {
	struct nsref	ref;
	struct mntwatch	watch;

	const char	*operand;
	char		*target;	/* as it is written ... */
	char		*canonical;	/* ... and without symbolic links, or NULL */
	const char	*seconds;
	int64_t		deadline;
	unsigned int	gone:1;
	unsigned int	verbose:1;
};

static int is_target(const struct wait_control *ctl, const struct mnt_entry *mnt)
{
	return mnt->target && (strcmp(mnt->target, ctl->target) == 0 ||
			       (ctl->canonical && strcmp(mnt->target, ctl->canonical) == 0));
}

struct search {
	const struct wait_control *ctl;
	int found;
};

static void look_at(const struct mnt_entry *mnt, void *data)
{
	struct search *s = data;

	s->found |= is_target(s->ctl, mnt);
}

static int is_done(const struct wait_control *ctl)
{
	struct search s = { .ctl = ctl };

	mntwatch_walk(&ctl->watch, look_at, &s);
	return s.found != ctl->gone;
}

/*
 * Takes what has happened. The answer counts after each event that is about the
 * target, for the next one may undo it; and at the end, for who is moved takes
 * others along.
 */
static int take_events(struct wait_control *ctl)
{
	struct diag d = { .step = DIAG_NONE };
	struct mntwatch_event ev;
	int i, rc = 1;

	for (i = 0; i < MAX_EVENTS_PER_TURN && rc == 1; i++) {
		unsigned int overflows = ctl->watch.overflows;

		rc = mntwatch_next(&ctl->watch, &ev, &d);
		if (rc < 0)
			mntns_err(&d);
		if (overflows != ctl->watch.overflows && ctl->verbose)
			watch_say_overflow(&ctl->watch);
		if (rc == 1 && is_target(ctl, ev.mnt) && is_done(ctl))
			return 1;
	}
	return is_done(ctl);
}

/* Returns: 0, or 1 when the time is over. */
static int wait_for_target(struct wait_control *ctl)
{
	int rc;

	if (is_done(ctl))
		return 0;
	while (deadline_remaining(ctl->deadline) != 0) {
		rc = mntwatch_wait(&ctl->watch, 1, -1, deadline_remaining(ctl->deadline));
		if (rc < 0 && rc != -EINTR) {
			errno = -rc;
			err(EXIT_FAILURE, _("failed to wait for events"));
		}
		if (rc > 0 && take_events(ctl))
			return 0;
	}
	return !take_events(ctl);
}

/*
 * An answer without having followed the links could be a wrong one, so the time
 * for that is not short even if the user's is.
 */
static void resolve_target(struct wait_control *ctl)
{
	int timeout = deadline_remaining(ctl->deadline);

	if (timeout >= 0)
		timeout = max(timeout, MIN_RESOLVE_MSEC);
	if (nscanon_resolve(&ctl->ref, ctl->target, timeout, &ctl->canonical) == -ETIMEDOUT)
		errx(EXIT_FAILURE, _("%s: cannot find out where %s leads: no answer in time"),
		     ctl->operand, ctl->target);
}

static void open_watch(struct wait_control *ctl)
{
	struct diag d = { .step = DIAG_NONE };

	if (nsref_open(&ctl->ref, ctl->operand, &d) != 0)
		mntns_err(&d);
	resolve_target(ctl);
	if (mntwatch_open(&ctl->watch, &ctl->ref, UL_STATMOUNT_MNT_POINT, 0, &d) != 0)
		mntns_err(&d);
	if (ctl->verbose)
		watch_say_method(&ctl->watch);
}

static void take_target(struct wait_control *ctl, const char *path)
{
	switch (nscanon_text(path, &ctl->target)) {
	case 0:
		break;
	case -ENOMEM:
		err_oom();
	default:
		if (!*path)
			errx(EXIT_FAILURE, _("the target is empty"));
		errx(EXIT_FAILURE, _("invalid target: %s: a mount point has no '..' in it"), path);
	}
}

static void __attribute__((__noreturn__)) usage(void)
{
	FILE *out = stdout;

	fputs(USAGE_HEADER, out);
	fprintf(out, _(" %s wait [options] <namespace> <target>\n"), program_invocation_short_name);

	fputs(USAGE_SEPARATOR, out);
	fputsln(_("Wait until something is mounted on the target in the namespace."), out);

	fputs(USAGE_OPTIONS, out);
	fputsln(_("     --gone               wait until nothing is mounted there"), out);
	fputsln(_("     --timeout <seconds>  fail after this time"), out);
	fputsln(_(" -v, --verbose            say where the events come from"), out);

	fputs(USAGE_SEPARATOR, out);
	fprintf(out, USAGE_HELP_OPTIONS(26));
	fprintf(out, USAGE_MAN_TAIL("mntns(8)"));

	exit(EXIT_SUCCESS);
}

int mntns_wait(int argc, char **argv)
{
	enum {
		OPT_GONE = CHAR_MAX + 1,
		OPT_TIMEOUT
	};
	static const struct option longopts[] = {
		{ "gone",    no_argument,	NULL, OPT_GONE },
		{ "help",    no_argument,	NULL, 'h' },
		{ "timeout", required_argument, NULL, OPT_TIMEOUT },
		{ "verbose", no_argument,	NULL, 'v' },
		{ "version", no_argument,	NULL, 'V' },
		{ NULL }
	};
	struct wait_control ctl = { .deadline = NO_DEADLINE };
	int c, rc;

	while ((c = getopt_long(argc, argv, "hvV", longopts, NULL)) != -1) {
		switch (c) {
		case OPT_GONE:
			ctl.gone = 1;
			break;
		case OPT_TIMEOUT:
			ctl.seconds = optarg;
			ctl.deadline = deadline_or_err(optarg);
			break;
		case 'v':
			ctl.verbose = 1;
			break;
		case 'h':
			usage();
		case 'V':
			print_version(EXIT_SUCCESS);
		default:
			errtryhelp(EXIT_FAILURE);
		}
	}
	if (argc - optind != 2) {
		warnx(argc - optind < 2 ? _("a namespace and a target are needed") :
					  _("too many arguments"));
		errtryhelp(EXIT_FAILURE);
	}
	ctl.operand = argv[optind];
	take_target(&ctl, argv[optind + 1]);

	open_watch(&ctl);
	rc = wait_for_target(&ctl);
	if (rc)
		warnx(ctl.gone ? _("%s: something is still mounted on %s after %s seconds") :
				 _("%s: nothing was mounted on %s within %s seconds"),
		      ctl.operand, ctl.target, ctl.seconds);

	mntwatch_close(&ctl.watch);
	nsref_close(&ctl.ref);
	free(ctl.canonical);
	free(ctl.target);
	return rc ? EXIT_FAILURE : EXIT_SUCCESS;
}
