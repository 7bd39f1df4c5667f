/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * bench_driver - measure mntns against other programs and against the least
 * that a program can do, and say which goals it meets
 */
#include <getopt.h>
#include <sched.h>
#include <spawn.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "bench.h"

struct part {
	const char	*name;
	void		(*fn)(struct bench *b);
	bool		is_quick;
	bool		is_native;	/* its goals are for a system that is no guest */
};

static const struct part parts[] = {
	{ "list",	bench_list,	true,	true },
	{ "run",	bench_run,	true,	false },
	{ "enter",	bench_enter,	true,	true },
	{ "attach",	bench_attach,	true,	true },
	{ "create",	bench_create,	false,	false },
	{ "lsns",	bench_lsns,	false,	true }
};

static void __attribute__((__noreturn__)) usage(void)
{
	puts("\nUsage:\n"
	     " bench [options]\n"
	     "\n"
	     "Measure mntns, side by side with what else is installed.\n"
	     "\nOptions:\n"
	     "     --quick           less than a minute: the most important figures\n"
	     "     --full            50,000 mounts and 5,000 processes, too\n"
	     "     --only <part>     list, run, enter, attach, create or lsns; may be repeated\n"
	     "     --runs <number>   rounds (default: 31, --quick 15)\n"
	     "     --timeout <sec>   for one program (default: 60, --quick 20, --full 150)\n"
	     "     --realtime        above all other programs, where the machine is not quiet\n"
	     "     --strict          fail when a goal is missed\n"
	     "     --mntns <file>    the program to measure\n"
	     " -h, --help            display this help");
	exit(EXIT_SUCCESS);
}

/* --each: runs a program @nr times, with the number in place of each "@" */
static int run_each(int nr, char **argv)
{
	char text[BENCH_MAX_ARGS / 16][PATH_MAX];
	char *copy[BENCH_MAX_ARGS / 16 + 1];
	int i, n, status;
	pid_t pid;

	for (i = 0; i < nr; i++) {
		for (n = 0; n < (int) ARRAY_SIZE(text) && argv[n]; n++) {
			char *at = strchr(argv[n], '@');

			copy[n] = argv[n];
			if (!at)
				continue;
			snprintf(text[n], sizeof(text[n]), "%.*s%d", (int) (at - argv[n]),
				 argv[n], i);
			copy[n] = text[n];
		}
		copy[n] = NULL;
		if (posix_spawn(&pid, copy[0], NULL, NULL, copy, environ) != 0 ||
		    waitpid(pid, &status, 0) < 0 || status != 0)
			return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}

/* The first line of what a program prints about itself. */
static void say_version(const char *name)
{
	char command[256], line[256] = "";
	char *file = bench_find(name);
	FILE *f;

	if (!file) {
		printf("  %-10s not installed\n", name);
		return;
	}
	free(file);
	snprintf(command, sizeof(command), "%s --version 2>/dev/null </dev/null", name);
	f = popen(command, "re");
	if (f && fgets(line, sizeof(line), f))
		line[strcspn(line, "\n")] = '\0';
	if (f)
		pclose(f);
	printf("  %-10s %s\n", name, *line ? line : "version unknown");
}

static void say_where(const struct bench *b)
{
	static const char *const peers[] = {
		"findmnt", "nsenter", "bwrap", "minijail0", "crun"
	};
	double load = 0;
	struct utsname u;
	size_t i;

	uname(&u);
	ignore_result(getloadavg(&load, 1));
	printf("Linux %s, %ld CPUs, load %.1f%s\n", u.release, sysconf(_SC_NPROCESSORS_ONLN), load,
	       b->realtime ? ", with real-time priority" : "");
	if (b->is_guest)
		printf("a guest: %s\n", getenv("MNTNS_GUEST"));
	printf("method: %s\n", b->has_open_tree ? "open-tree" :
	       "pivot-root, this kernel has no OPEN_TREE_NAMESPACE");
	printf("mntns: %s\n", b->mntns);
	for (i = 0; i < ARRAY_SIZE(peers); i++)
		say_version(peers[i]);
	if (b->quick)
		puts("quick: less is measured, in fewer rounds");
	if (!b->limit_static)
		puts("bench_limit_static is missing: no static libc?");
	fflush(stdout);
}

/* The programs are beside this one, if nothing else is said. */
static void find_programs(struct bench *b)
{
	static char self[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (len <= 0)
		err(EXIT_FAILURE, "cannot find the program itself");
	self[len] = '\0';
	*strrchr(self, '/') = '\0';
	b->bindir = self;
	if (!b->mntns)
		b->mntns = bench_path("%s/mntns", self);
	b->limit = bench_path("%s/bench_limit", self);
	b->limit_static = bench_path("%s/bench_limit_static", self);
	if (access(b->limit_static, X_OK) != 0)
		b->limit_static = NULL;
	if (access(b->mntns, X_OK) != 0 || access(b->limit, X_OK) != 0)
		err(EXIT_FAILURE, "cannot execute %s or %s", b->mntns, b->limit);
}

static unsigned int number(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (!*text || *end || !n || n > 100000)
		errx(EXIT_FAILURE, "not a number: %s", text);
	return n;
}

static unsigned int part_mask(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		if (strcmp(name, parts[i].name) == 0)
			return 1U << i;
	}
	errx(EXIT_FAILURE, "unknown part: %s", name);
}

/* The programs inherit it; the lowest of the priorities is above all ordinary ones. */
static void raise_priority(struct bench *b)
{
	struct sched_param param = { .sched_priority = 1 };

	b->realtime = sched_setscheduler(0, SCHED_RR, &param) == 0;
	if (!b->realtime)
		warn("cannot use real-time priority");
}

static void run_parts(struct bench *b, unsigned int only)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(parts) && !bench_interrupted; i++) {
		if (!(only ? only & (1U << i) : !b->quick || parts[i].is_quick))
			continue;
		b->is_shown_only = b->is_guest && parts[i].is_native;
		parts[i].fn(b);
	}
}

static void say_end(const struct bench *b)
{
	printf("\n%u goals met, %u missed%s", b->nr_met, b->nr_missed,
	       bench_interrupted ? ", interrupted" : "");
	if (b->nr_failed)
		printf(", %u programs failed", b->nr_failed);
	putchar('\n');
}

int main(int argc, char **argv)
{
	enum { OPT_QUICK = CHAR_MAX + 1, OPT_FULL, OPT_ONLY, OPT_REALTIME, OPT_RUNS,
	       OPT_TIMEOUT, OPT_STRICT, OPT_MNTNS };
	static const struct option longopts[] = {
		{ "full",    no_argument,	NULL, OPT_FULL },
		{ "help",    no_argument,	NULL, 'h' },
		{ "mntns",   required_argument, NULL, OPT_MNTNS },
		{ "only",    required_argument, NULL, OPT_ONLY },
		{ "quick",   no_argument,	NULL, OPT_QUICK },
		{ "realtime", no_argument,	NULL, OPT_REALTIME },
		{ "runs",    required_argument, NULL, OPT_RUNS },
		{ "strict",  no_argument,	NULL, OPT_STRICT },
		{ "timeout", required_argument, NULL, OPT_TIMEOUT },
		{ NULL }
	};
	static struct bench b = { .base = -1 };
	unsigned int only = 0;
	bool is_strict = false;
	int c, rc;

	if (argc > 3 && strcmp(argv[1], "--each") == 0)
		return run_each(atoi(argv[2]), argv + 3);

	while ((c = getopt_long(argc, argv, "h", longopts, NULL)) != -1) {
		switch (c) {
		case OPT_QUICK:
			b.quick = true;
			break;
		case OPT_FULL:
			b.full = true;
			break;
		case OPT_ONLY:
			only |= part_mask(optarg);
			break;
		case OPT_REALTIME:
			b.realtime = true;
			break;
		case OPT_RUNS:
			b.runs = number(optarg);
			break;
		case OPT_TIMEOUT:
			b.timeout = number(optarg);
			break;
		case OPT_STRICT:
			is_strict = true;
			break;
		case OPT_MNTNS:
			b.mntns = optarg;
			break;
		case 'h':
			usage();
		default:
			return EXIT_FAILURE;
		}
	}
	if (optind < argc)
		errx(EXIT_FAILURE, "unexpected argument: %s", argv[optind]);
	if (b.quick && b.full)
		errx(EXIT_FAILURE, "--quick and --full exclude each other");
	if (!b.runs)
		b.runs = b.quick ? 15 : 31;
	if (!b.timeout)		/* findmnt needs longer for 50,000 mounts than mntns 250 times */
		b.timeout = b.quick ? 20 : b.full ? 150 : 60;
	b.budget = b.quick ? 5 : 30;

	b.is_guest = getenv("MNTNS_GUEST") != NULL;
	find_programs(&b);
	rc = bench_setup(&b);
	if (rc) {
		printf("SKIPPED: a private mount namespace cannot be made (%s)\n", strerror(-rc));
		return is_strict ? EXIT_FAILURE : EXIT_SUCCESS;
	}
	if (b.realtime)
		raise_priority(&b);
	say_where(&b);
	run_parts(&b, only);
	bench_cleanup(&b);
	say_end(&b);
	if (bench_interrupted)
		return 128 + bench_interrupted;
	return is_strict && (b.nr_missed || b.nr_failed) ? EXIT_FAILURE : EXIT_SUCCESS;
}
