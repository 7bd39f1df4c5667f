/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-watch - print what is mounted and unmounted in mount namespaces
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>

#include "mnttab.h"
#include "mountapi.h"
#include "nsref.h"
#include "optutils.h"
#include "strutils.h"
#include "xalloc.h"

#include "mntns-mntcols.h"
#include "mntns-watch.h"
#include "mntns.h"

/* so many events of one namespace are printed before it is the next one's turn */
#define MAX_EVENTS_PER_TURN	256

enum {
	COL_TIME,
	COL_ACTION,
	COL_MOUNT,			/* from here on those of mntcol_infos */
	COL_COUNT = COL_MOUNT + MNTCOL_COUNT
};

static const char *const actions[] = {
	[MNTWATCH_ATTACH] = "attach",
	[MNTWATCH_DETACH] = "detach",
	[MNTWATCH_MOVE]	  = "move",
	[MNTWATCH_CHANGE] = "change"
};

/*
 * A line is printed without knowing the next one. What is shorter than this is
 * filled up, so that most lines are aligned.
 */
static const struct {
	const char	*name;
	int		width;
} widths[] = {
	{ "TIME",   29 },
	{ "ACTION", 7 },
	{ "TARGET", 24 },
	{ "SOURCE", 16 },
	{ "FSTYPE", 8 },
	{ "NSID",   11 }
};

struct watch_control {
	struct mntns_table	table;
	struct mntns_column	infos[COL_COUNT];
	char			headings[COL_COUNT][32];

	struct nsref		*refs;
	struct mntwatch		*watches;
	size_t			nwatches;

	uint64_t		count;		/* events to print, 0 is no limit */
	uint64_t		printed;
	int64_t			deadline;
	int			outfd;		/* stdout when its reader can go away, or -1 */
	unsigned int		existing:1;
	unsigned int		poll:1;
	unsigned int		verbose:1;
};

static int64_t now_msec(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t) ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/*
 * deadline_or_err - the end of a time that begins now
 * @seconds: as the user wrote them, with or without a fraction
 */
int64_t deadline_or_err(const char *seconds)
{
	struct timeval tv;

	strtotimeval_or_err(seconds, &tv, _("invalid timeout"));
	return now_msec() + (int64_t) tv.tv_sec * 1000 + (tv.tv_usec + 999) / 1000;
}

/* Returns: milliseconds, for poll(2): -1 for ever. */
int deadline_remaining(int64_t deadline)
{
	int64_t left;

	if (deadline == NO_DEADLINE)
		return -1;
	left = deadline - now_msec();
	return left < 0 ? 0 : min(left, (int64_t) INT_MAX);
}

static const char *watched_name(const struct mntwatch *w)
{
	return w->ref->kind == NSREF_SELF ? _("the caller's namespace") : w->ref->name;
}

void watch_say_method(const struct mntwatch *w)
{
	const char *how = "";

	switch (w->method) {
	case MNTWATCH_FANOTIFY:
		how = _("events come from fanotify(7)");
		break;
	case MNTWATCH_MOUNTINFO:
		how = _("mountinfo is polled");
		break;
	case MNTWATCH_INTERVAL:
		how = _("mounts are listed four times a second");
		break;
	}
	if (w->refused)
		warnx("%s: %s: %s: %s", watched_name(w), how, w->refused_call,
		      strerror(w->refused));
	else
		warnx("%s: %s", watched_name(w), how);
}

void watch_say_overflow(const struct mntwatch *w)
{
	warnx(_("%s: too many events, some were lost: mounts are listed again"), watched_name(w));
}

/* RFC 3339, with milliseconds */
static char *time_text(void)
{
	char date[sizeof("2026-01-01T00:00:00") + 16], zone[8];
	struct timespec ts;
	struct tm tm;
	char *str;

	clock_gettime(CLOCK_REALTIME, &ts);
	if (!localtime_r(&ts.tv_sec, &tm) ||
	    !strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm) ||
	    !strftime(zone, sizeof(zone), "%z", &tm))
		return NULL;
	xasprintf(&str, "%s.%03ld%.3s:%s", date, ts.tv_nsec / 1000000, zone, zone + 3);
	return str;
}

static void put_json_string(const char *str, FILE *out)
{
	const unsigned char *s = (const unsigned char *) str;

	fputc('"', out);
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			fprintf(out, "\\%c", *s);
		else if (*s < 0x20 || *s == 0x7f)
			fprintf(out, "\\u%04x", *s);
		else
			fputc(*s, out);
	}
	fputc('"', out);
}

static void put_json_name(const char *name, FILE *out)
{
	fputc('"', out);
	for (; *name; name++)
		fputc(*name >= 'A' && *name <= 'Z' ? *name - 'A' + 'a' : *name, out);
	fputs("\":", out);
}

/* A cell with one string a line. */
static void put_json_array(const char *data, FILE *out)
{
	char *copy = xstrdup(data), *next = copy, *line;

	fputc('[', out);
	while ((line = strsep(&next, "\n"))) {
		if (line != copy)
			fputc(',', out);
		put_json_string(line, out);
	}
	fputc(']', out);
	free(copy);
}

/* libsmartcols has but documents of several lines; a stream wants one a line. */
static void put_json_line(const struct mntns_table *t, struct libscols_line *ln, FILE *out)
{
	size_t i;

	for (i = 0; i < t->ncolumns; i++) {
		const struct mntns_column *info = &t->infos[t->columns[i]];
		const char *data = scols_cell_get_data(scols_line_get_cell(ln, i));

		fputc(i ? ',' : '{', out);
		put_json_name(info->name, out);
		if (!data || !*data)
			fputs("null", out);
		else if (info->json_type == SCOLS_JSON_NUMBER)
			fputs(data, out);
		else if (info->json_type == SCOLS_JSON_BOOLEAN)
			fputs(*data == '1' ? "true" : "false", out);
		else if (info->json_type == SCOLS_JSON_ARRAY_STRING)
			put_json_array(data, out);
		else
			put_json_string(data, out);
	}
	fputs("}\n", out);
}

/* as a program that does not know what a closed pipe is */
static void __attribute__((__noreturn__)) reader_is_gone(void)
{
	raise(SIGPIPE);
	_exit(EXIT_FAILURE);
}

/*
 * Each line is written when it is complete, and at once: up to 4096 bytes a pipe
 * takes all or nothing of them. So there is nothing to do about signals.
 */
static void flush_line(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return;
	if (errno == EPIPE)
		reader_is_gone();
	/* no handler of exit() is to say it again */
	warn(_("write error"));
	_exit(EXIT_FAILURE);
}

/* Every mount has a type of propagation; else it was gone before it was looked at. */
static int is_known(const struct mnt_entry *mnt, int column)
{
	return mnt->propagation || column == MNTCOL_UNIQ_ID || column == MNTCOL_NSID ||
	       column == MNTCOL_NS || column == MNTCOL_NAME;
}

static char *cell_text(const struct mntns_table *t, const struct nsref *ref, const char *action,
		       const struct mnt_entry *mnt, int column)
{
	switch (column) {
	case COL_TIME:
		return time_text();
	case COL_ACTION:
		return xstrdup(action);
	default:
		if (!is_known(mnt, column - COL_MOUNT))
			return NULL;
		return mntcol_text(&t->out, ref, mnt, column - COL_MOUNT);
	}
}

static void print_event(struct watch_control *ctl, const struct nsref *ref, const char *action,
			const struct mnt_entry *mnt)
{
	struct mntns_table *t = &ctl->table;
	struct libscols_table *tb = mntns_table_new(t);
	struct libscols_line *ln = mntns_table_line(tb, NULL);
	size_t i;

	for (i = 0; i < t->ncolumns; i++)
		mntns_table_cell(t, ln, i, cell_text(t, ref, action, mnt, t->columns[i]));

	if (t->out.json) {
		put_json_line(t, ln, stdout);
		scols_unref_table(tb);
	} else {
		mntns_table_print(tb);
	}
	t->out.noheadings = 1;
	flush_line();
}

struct existing {
	struct watch_control *ctl;
	const struct mntwatch *w;
};

static void print_existing(const struct mnt_entry *mnt, void *data)
{
	struct existing *e = data;

	/* as mntns list does */
	if (mnt->target)
		print_event(e->ctl, e->w->ref, "mounted", mnt);
}

/* Returns: whether all is printed that was asked for. */
static int print_turn(struct watch_control *ctl, struct mntwatch *w)
{
	struct diag d = { .step = DIAG_NONE };
	struct mntwatch_event ev;
	int i, rc = 1;

	for (i = 0; i < MAX_EVENTS_PER_TURN; i++) {
		unsigned int overflows = w->overflows;

		rc = mntwatch_next(w, &ev, &d);
		if (rc < 0)
			mntns_err(&d);
		if (overflows != w->overflows)
			watch_say_overflow(w);
		if (rc == 0)
			break;
		print_event(ctl, w->ref, actions[ev.action], ev.mnt);
		if (++ctl->printed == ctl->count)
			return 1;
	}
	return 0;
}

static void watch_all(struct watch_control *ctl)
{
	size_t i;
	int rc;

	for (;;) {
		for (i = 0; i < ctl->nwatches; i++) {
			if (print_turn(ctl, &ctl->watches[i]))
				return;
		}
		if (deadline_remaining(ctl->deadline) == 0)
			return;
		rc = mntwatch_wait(ctl->watches, ctl->nwatches, ctl->outfd,
				   deadline_remaining(ctl->deadline));
		if (rc == -EPIPE)
			reader_is_gone();
		if (rc < 0 && rc != -EINTR) {
			errno = -rc;
			err(EXIT_FAILURE, _("failed to wait for events"));
		}
	}
}

static void open_watches(struct watch_control *ctl, char **operands)
{
	struct diag d = { .step = DIAG_NONE };
	size_t i;

	for (i = 0; i < ctl->nwatches; i++) {
		int rc = operands ? nsref_open(&ctl->refs[i], operands[i], &d) :
				    nsref_open_self(&ctl->refs[i], &d);
		if (rc != 0)
			mntns_err(&d);
	}
	for (i = 0; i < ctl->nwatches; i++) {
		if (mntwatch_open(&ctl->watches[i], &ctl->refs[i], mntns_table_needs(&ctl->table),
				  ctl->poll ? MNTWATCH_NO_FANOTIFY : 0, &d) != 0)
			mntns_err(&d);
		if (ctl->verbose)
			watch_say_method(&ctl->watches[i]);
	}
}

static void print_all_existing(struct watch_control *ctl)
{
	size_t i;

	for (i = 0; i < ctl->nwatches; i++) {
		struct existing e = { .ctl = ctl, .w = &ctl->watches[i] };

		mntwatch_walk(e.w, print_existing, &e);
	}
}

static void init_columns(struct watch_control *ctl)
{
	ctl->infos[COL_TIME] = (struct mntns_column) {
		"TIME", 29, 0, N_("when it was seen"), SCOLS_JSON_STRING, 0
	};
	ctl->infos[COL_ACTION] = (struct mntns_column) {
		"ACTION", 7, 0, N_("attach, detach, move, change or mounted"),
		SCOLS_JSON_STRING, 0
	};
	memcpy(ctl->infos + COL_MOUNT, mntcol_infos, sizeof(mntcol_infos));
}

/* A column is at least as wide as its heading, printed or not; the last need not be. */
static void align_columns(struct watch_control *ctl)
{
	size_t i, n;

	for (i = 0; i + 1 < ctl->table.ncolumns; i++) {
		int column = ctl->table.columns[i];
		struct mntns_column *info = &ctl->infos[column];

		for (n = 0; n < ARRAY_SIZE(widths); n++) {
			if (strcmp(info->name, widths[n].name) != 0)
				continue;
			snprintf(ctl->headings[column], sizeof(ctl->headings[column]),
				 info->flags & SCOLS_FL_RIGHT ? "%*s" : "%-*s",
				 widths[n].width, info->name);
			info->name = ctl->headings[column];
			break;
		}
	}
}

/* With several namespaces each line says which it is of. */
static void choose_columns(struct watch_control *ctl)
{
	int defaults[] = {
		COL_TIME, COL_ACTION, COL_MOUNT + MNTCOL_NSID, COL_MOUNT + MNTCOL_TARGET,
		COL_MOUNT + MNTCOL_SOURCE, COL_MOUNT + MNTCOL_FSTYPE, COL_MOUNT + MNTCOL_OPTIONS
	};
	const struct mntns_output *out = &ctl->table.out;
	size_t n = ARRAY_SIZE(defaults);

	if (ctl->nwatches == 1) {
		memmove(defaults + 2, defaults + 3, (n - 3) * sizeof(*defaults));
		n--;
	}
	mntns_table_choose(&ctl->table, defaults, n);
	if (!out->json && !out->raw && !out->pairs)
		align_columns(ctl);
}

static void init_stdout(struct watch_control *ctl)
{
	struct stat st;

	setvbuf(stdout, NULL, _IOFBF, BUFSIZ);
	ctl->outfd = fstat(STDOUT_FILENO, &st) == 0 &&
		     (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode)) ? STDOUT_FILENO : -1;
}

static void free_control(struct watch_control *ctl)
{
	size_t i;

	for (i = 0; i < ctl->nwatches; i++) {
		mntwatch_close(&ctl->watches[i]);
		nsref_close(&ctl->refs[i]);
	}
	free(ctl->watches);
	free(ctl->refs);
}

static void __attribute__((__noreturn__)) usage(void)
{
	FILE *out = stdout;

	fputs(USAGE_HEADER, out);
	fprintf(out, _(" %s watch [options] [<namespace>...]\n"), program_invocation_short_name);

	fputs(USAGE_SEPARATOR, out);
	fputsln(_("Print what is mounted and unmounted in mount namespaces, by default in the"), out);
	fputsln(_("caller's, as it happens."), out);

	fputs(USAGE_OPTIONS, out);
	fputsln(_("     --count <number>     exit after so many events"), out);
	fputsln(_("     --existing           first print what is mounted already"), out);
	fputsln(_("     --poll               poll mountinfo even if fanotify can be used"), out);
	fputsln(_("     --timeout <seconds>  exit after this time"), out);
	mntns_table_usage(out);
	fputsln(_(" -v, --verbose            say where the events come from"), out);

	fputs(USAGE_SEPARATOR, out);
	fprintf(out, USAGE_LIST_COLUMNS_OPTION(26));
	fprintf(out, USAGE_HELP_OPTIONS(26));
	fprintf(out, USAGE_MAN_TAIL("mntns(8)"));

	exit(EXIT_SUCCESS);
}

int mntns_watch(int argc, char **argv)
{
	enum {
		OPT_COUNT = TABLE_OPT_NEXT,
		OPT_EXISTING,
		OPT_POLL,
		OPT_TIMEOUT
	};
	static const struct option longopts[] = {
		TABLE_LONGOPTS,
		{ "count",	required_argument, NULL, OPT_COUNT },
		{ "existing",	no_argument,	   NULL, OPT_EXISTING },
		{ "help",	no_argument,	   NULL, 'h' },
		{ "poll",	no_argument,	   NULL, OPT_POLL },
		{ "timeout",	required_argument, NULL, OPT_TIMEOUT },
		{ "verbose",	no_argument,	   NULL, 'v' },
		{ "version",	no_argument,	   NULL, 'V' },
		{ NULL }
	};
	static const ul_excl_t excl[] = {	/* rows and cols in ASCII order */
		{ 'J', 'P', 'r' },
		{ 0 }
	};
	int excl_st[ARRAY_SIZE(excl)] = UL_EXCL_STATUS_INIT;
	struct watch_control ctl = {
		.table = {
			.name = "events",
			.list_name = "watch-columns",
			.ninfos = COL_COUNT
		},
		.deadline = NO_DEADLINE
	};
	int c;

	ctl.table.infos = ctl.infos;
	init_columns(&ctl);

	while ((c = getopt_long(argc, argv, TABLE_SHORTOPTS "hvV", longopts, NULL)) != -1) {
		err_exclusive_options(c, longopts, excl, excl_st);
		if (mntns_table_take(&ctl.table, c, optarg))
			continue;

		switch (c) {
		case OPT_COUNT:
			ctl.count = strtou64_or_err(optarg, _("invalid count"));
			if (!ctl.count)
				errx(EXIT_FAILURE, _("invalid count: '%s'"), optarg);
			break;
		case OPT_EXISTING:
			ctl.existing = 1;
			break;
		case OPT_POLL:
			ctl.poll = 1;
			break;
		case OPT_TIMEOUT:
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

	ctl.nwatches = optind < argc ? argc - optind : 1;
	choose_columns(&ctl);
	init_stdout(&ctl);

	ctl.refs = xcalloc(ctl.nwatches, sizeof(*ctl.refs));
	ctl.watches = xcalloc(ctl.nwatches, sizeof(*ctl.watches));
	open_watches(&ctl, optind < argc ? argv + optind : NULL);
	if (ctl.existing)
		print_all_existing(&ctl);
	watch_all(&ctl);

	free_control(&ctl);
	return EXIT_SUCCESS;
}
