/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * bench_time - run programs in turn and measure them
 *
 * posix_spawn(3) does not copy the caller, so what is added to each program is
 * small, and the same for all of them.
 */
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

#include "xalloc.h"

#include "bench.h"

#define WARMUP		2	/* rounds that are not counted */
#define MIN_ROUNDS	5	/* whatever the budget says */
#define SLOW_US		1e6	/* such a program runs less often */
#define SLOW_ROUNDS	3

volatile int bench_interrupted;
static volatile pid_t running;
static volatile int timedout;

static void on_signal(int sig)
{
	if (sig == SIGALRM)
		timedout = 1;
	else
		bench_interrupted = sig;
	if (running > 0)
		kill(-running, SIGKILL);
}

static void catch_signals(void)
{
	static const int sigs[] = { SIGALRM, SIGHUP, SIGINT, SIGTERM };
	struct sigaction sa = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sigs); i++)
		sigaction(sigs[i], &sa, NULL);
}

static double now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e6 + ts.tv_nsec / 1e3;
}

/*
 * bench_add_argv:
 * @argv: allocated, as the strings in it; argv[0] is an absolute path
 *
 * Returns: the program, or NULL with a note where argv[0] is NULL.
 */
struct bench_cmd *bench_add_argv(struct bench_group *g, const char *label, char **argv)
{
	struct bench_cmd *c;

	if (!argv[0] || g->nr == ARRAY_SIZE(g->cmds)) {
		bench_note("%s: not installed, skipped", label);
		free(argv);
		return NULL;
	}
	c = &g->cmds[g->nr++];
	memset(c, 0, sizeof(*c));
	c->label = label;
	c->argv = argv;
	c->us = xcalloc(g->bench->runs, sizeof(*c->us));
	c->cpu = xcalloc(g->bench->runs, sizeof(*c->cpu));
	return c;
}

/*
 * bench_add_args:
 * @args: absolute path of the program, NULL where it is not installed, and its
 * arguments, ended by NULL
 */
struct bench_cmd *bench_add_args(struct bench_group *g, const char *label,
				 const char *const args[])
{
	char **argv = xcalloc(BENCH_MAX_ARGS, sizeof(*argv));
	size_t n;

	for (n = 0; n < BENCH_MAX_ARGS - 1 && args[n]; n++)
		argv[n] = (char *) args[n];
	return bench_add_argv(g, label, argv);
}

void bench_group_free(struct bench_group *g)
{
	while (g->nr) {
		g->nr--;
		free(g->cmds[g->nr].argv);
		free(g->cmds[g->nr].us);
		free(g->cmds[g->nr].cpu);
	}
}

static void set_alarm(unsigned int seconds)
{
	struct itimerval it = { .it_value = { .tv_sec = seconds } };

	timedout = 0;
	setitimer(ITIMER_REAL, &it, NULL);
}

/* In a process group of its own, all of which can be killed. */
static int spawn(char **argv, pid_t *pid)
{
	static posix_spawn_file_actions_t actions;
	static posix_spawnattr_t attr;
	static bool is_ready;

	if (!is_ready) {
		posix_spawn_file_actions_init(&actions);
		posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
		posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
		posix_spawnattr_init(&attr);
		posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP);
		is_ready = true;
	}
	return posix_spawn(pid, argv[0], &actions, &attr, argv, environ);
}

static double usage_us(const struct rusage *u)
{
	return (u->ru_utime.tv_sec + u->ru_stime.tv_sec) * 1e6 +
		u->ru_utime.tv_usec + u->ru_stime.tv_usec;
}

/* Returns the time in microseconds; @c->failed or @c->timedout may be set. */
static double run_once(struct bench_group *g, struct bench_cmd *c, double *cpu)
{
	struct rusage usage = { .ru_maxrss = 0 };
	double start, end;
	int status = 0;
	pid_t pid;

	set_alarm(g->bench->timeout);
	start = now_us();
	if (spawn(c->argv, &pid) != 0) {
		c->failed = true;
		return 0;
	}
	running = pid;
	while (wait4(pid, &status, 0, &usage) < 0 && errno == EINTR)
		;
	end = now_us();
	running = 0;
	set_alarm(0);

	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL && !bench_interrupted)
		c->timedout = true;
	else if (status != 0)
		c->failed = true;
	c->rss = max(c->rss, usage.ru_maxrss);
	*cpu = usage_us(&usage);
	return end - start;
}

/*
 * bench_in_child - calls @fn in a process that may change namespaces
 */
void bench_in_child(const struct bench *b, void (*fn)(const struct bench *))
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		fn(b);
		_exit(EXIT_SUCCESS);
	}
	if (pid > 0)
		waitpid(pid, &status, 0);
}

static bool is_due(const struct bench_cmd *c, unsigned int round)
{
	if (c->failed || c->timedout)
		return false;
	return round < SLOW_ROUNDS || !c->nr || c->us[c->nr - 1] < SLOW_US;
}

static void note_failure(struct bench *b, const struct bench_cmd *c)
{
	bool is_ours = strcmp(c->argv[0], b->mntns) == 0 ||
		       strncmp(c->argv[0], b->bindir, strlen(b->bindir)) == 0;

	bench_note(is_ours ? "%s: FAILED" : "%s: does not work here, skipped", c->label);
	if (is_ours)
		b->nr_failed++;
}

static void run_round(struct bench_group *g, unsigned int round, bool is_warmup)
{
	size_t i;

	for (i = 0; i < g->nr && !bench_interrupted; i++) {
		struct bench_cmd *c = &g->cmds[i];
		double us, cpu = 0;

		if (!is_due(c, round))
			continue;
		us = run_once(g, c, &cpu);
		if (c->failed && !bench_interrupted)
			note_failure(g->bench, c);
		else if (!is_warmup || c->timedout) {
			c->us[c->nr] = us;
			c->cpu[c->nr++] = cpu;
		}
		if (g->after)
			bench_in_child(g->bench, g->after);
	}
}

/*
 * bench_measure - runs the programs of the group in turn
 *
 * The number of rounds is what was asked for, unless that takes too long.
 */
void bench_measure(struct bench_group *g)
{
	double start = now_us(), budget = g->bench->budget * 1e6;
	unsigned int i, warmup;

	catch_signals();
	for (i = 0; i < WARMUP; i++) {
		warmup = now_us() - start < budget / 10 || i == 0;
		if (warmup)
			run_round(g, i, true);
	}
	start = now_us();
	for (i = 0; i < g->bench->runs && !bench_interrupted; i++) {
		if (i >= MIN_ROUNDS && now_us() - start > budget)
			break;
		run_round(g, i, false);
	}
}

static int cmp_doubles(const void *a, const void *b)
{
	return cmp_numbers(*(const double *) a, *(const double *) b);
}

static double median_of(double *values, unsigned int nr)
{
	if (!nr)
		return 0;
	qsort(values, nr, sizeof(*values), cmp_doubles);
	return nr % 2 ? values[nr / 2] : (values[nr / 2 - 1] + values[nr / 2]) / 2;
}

static double median_of_copy(const struct bench_cmd *c, const double *values)
{
	double *copy, median;

	if (c->failed || !c->nr)
		return 0;
	copy = xcalloc(c->nr, sizeof(*copy));
	memcpy(copy, values, c->nr * sizeof(*copy));
	median = median_of(copy, c->nr);
	free(copy);
	return median;
}

/*
 * bench_median - median of the times, in microseconds; 0 if there are none
 */
double bench_median(const struct bench_cmd *c)
{
	return c ? median_of_copy(c, c->us) : 0;
}

/*
 * bench_cpu - median of the CPU time, in microseconds; unlike the wall clock it
 * does not count what other programs on the machine take
 *
 * Returns: 0 where the kernel counts it in clock ticks, which is too coarse.
 */
double bench_cpu(const struct bench_cmd *c)
{
	unsigned int i;

	for (i = 0; i < c->nr && (long) c->cpu[i] % 1000 == 0; i++)
		;
	return i < c->nr ? median_of_copy(c, c->cpu) : 0;
}

/*
 * bench_pairs - median of the ratios of each round; noise that lasts longer
 * than a round does not show in it
 */
double bench_pairs(const struct bench_cmd *a, const struct bench_cmd *b)
{
	unsigned int i, nr = min(a->nr, b->nr);
	double *ratios, median;

	if (!nr)
		return 0;
	ratios = xcalloc(nr, sizeof(*ratios));
	for (i = 0; i < nr; i++)
		ratios[i] = a->us[i] / b->us[i];
	median = median_of(ratios, nr);
	free(ratios);
	return median;
}
