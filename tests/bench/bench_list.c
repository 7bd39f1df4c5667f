/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * bench_list - the part that shows mounts and namespaces
 */
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "xalloc.h"

#include "bench.h"

#define NR_NAMESPACES	200
#define RAW_FINDMNT	0.8	/* goal of the raw list, to findmnt's */

/* What mntns and findmnt print, in this order in all the arrays. */
enum { RAW, LIST, TREE, JSON, NR_OUTPUTS };

static const char *const outputs[NR_OUTPUTS] = {
	[RAW]	= "raw",
	[LIST]	= "list",
	[TREE]	= "tree",
	[JSON]	= "JSON"
};

/* The tree is the default of both, and takes no option. */
static const char *const options[NR_OUTPUTS] = {
	[RAW]	= "-r",
	[LIST]	= "-l",
	[TREE]	= NULL,
	[JSON]	= "-J"
};

struct list_size {
	unsigned int	wanted;
	unsigned int	mounts;
	struct bench_group group;
	struct bench_cmd *cat;
	struct bench_cmd *limit;
	struct bench_cmd *mntns[NR_OUTPUTS];
	struct bench_cmd *findmnt[NR_OUTPUTS];
};

static void add_commands(struct bench *b, struct list_size *s)
{
	static char *findmnt, *cat;
	int i;

	if (!cat)
		cat = bench_find("cat");
	if (!findmnt)
		findmnt = bench_find("findmnt");

	s->group.bench = b;
	s->cat = bench_add(&s->group, "cat /proc/self/mountinfo", cat,
			   "/proc/self/mountinfo");
	if (b->limit_static)
		bench_add(&s->group, "limit: listmount + statmount, static",
			  b->limit_static, "list");
	s->limit = bench_add(&s->group, "limit: listmount + statmount, libc",
			     b->limit, "list");
	for (i = 0; i < NR_OUTPUTS; i++) {
		if (b->quick && i != RAW && i != TREE)
			continue;
		s->mntns[i] = bench_add(&s->group, bench_path("mntns list, %s", outputs[i]),
					b->mntns, "list", options[i]);
	}
	for (i = 0; i < NR_OUTPUTS; i++) {
		if (b->quick && i != RAW && i != TREE)
			continue;
		s->findmnt[i] = bench_add(&s->group, bench_path("findmnt, %s", outputs[i]),
					  findmnt, options[i]);
	}
}

static void small_goals(struct bench *b, const struct list_size *s)
{
	int i;

	for (i = 0; i < NR_OUTPUTS; i++)
		bench_at_most(b, bench_path("%s / findmnt, %s", outputs[i], outputs[i]),
			      s->mntns[i], s->findmnt[i], 0.7);
}

/* No program that asks for each mount can be faster than the system calls. */
static void say_limit(const struct list_size *s)
{
	double ratio;

	if (bench_interrupted || bench_median(s->limit) <= 0 ||
	    bench_median(s->findmnt[RAW]) <= 0)
		return;
	ratio = bench_pairs(s->limit, s->findmnt[RAW]);
	if (ratio > RAW_FINDMNT)
		bench_note("listmount and statmount alone take %.2f of findmnt, raw: "
			   "on this kernel that goal cannot be met", ratio);
}

static void large_goals(struct bench *b, const struct list_size *s)
{
	bool is_large = s->wanted >= 10000;

	bench_at_most(b, "raw / cat", s->mntns[RAW], s->cat, 2.6);
	bench_at_most(b, "JSON / cat", s->mntns[JSON], s->cat, 3.2);
	if (is_large) {
		bench_at_most(b, "list / cat", s->mntns[LIST], s->cat, 7);
		bench_at_most(b, "tree / cat", s->mntns[TREE], s->cat, 8);
	}
	bench_at_most(b, "raw / findmnt, raw", s->mntns[RAW], s->findmnt[RAW], RAW_FINDMNT);
	say_limit(s);
	bench_at_most(b, "list / findmnt, list", s->mntns[LIST], s->findmnt[LIST], 0.9);
	if (is_large) {
		bench_faster(b, "tree, faster than findmnt", s->mntns[TREE],
			     s->findmnt[TREE], s->wanted >= 50000 ? 250 : 14);
		bench_faster(b, "JSON, faster than findmnt", s->mntns[JSON],
			     s->findmnt[JSON], s->wanted >= 50000 ? 250 : 35);
	}
}

static void measure_size(struct bench *b, struct list_size *s)
{
	s->mounts = bench_grow(b, s->wanted);
	bench_title("list, %u mounts", s->mounts);
	add_commands(b, s);
	bench_measure(&s->group);
	bench_table(&s->group, s->cat, "/ cat");
	if (s->wanted < 1000)
		small_goals(b, s);
	else
		large_goals(b, s);
	bench_back(b);
}

/* From one size to the next, which has five or ten times as many mounts. */
static void growth(struct bench *b, const struct list_size *from, const struct list_size *to)
{
	double times = (double) to->mounts / from->mounts;
	int i;

	if (bench_interrupted)
		return;
	bench_title("list, growth from %u to %u mounts", from->mounts, to->mounts);
	for (i = 0; i < NR_OUTPUTS; i++) {
		const struct bench_cmd *f = from->mntns[i], *t = to->mntns[i];

		if (!f || !t || f->failed || t->failed)
			continue;
		bench_value(b, bench_path("%s, time", outputs[i]),
			    bench_median(t) / bench_median(f), times * 1.2, "x");
		bench_value(b, bench_path("%s, memory", outputs[i]),
			    (double) t->rss / f->rss, times * 1.2, "x");
	}
}

/*
 * bench_list - mntns list against cat, the raw system calls, and findmnt
 */
void bench_list(struct bench *b)
{
	struct list_size sizes[] = {
		{ .wanted = 30 }, { .wanted = 1000 }, { .wanted = 10000 }, { .wanted = 50000 }
	};
	size_t i, first = b->quick ? 2 : 0, end = b->full ? 4 : 3;

	for (i = first; i < end && !bench_interrupted; i++)
		measure_size(b, &sizes[i]);
	if (b->full)
		growth(b, &sizes[2], &sizes[3]);
	for (i = first; i < end; i++)
		bench_group_free(&sizes[i].group);
}

/* Processes, the first @namespaces of them each in one of its own. */
static pid_t *make_processes(unsigned int processes, unsigned int namespaces)
{
	pid_t *pids = xcalloc(processes, sizeof(*pids));
	unsigned int i;
	int ready[2];
	char c;

	if (pipe(ready) < 0)
		err(EXIT_FAILURE, "pipe failed");
	for (i = 0; i < processes; i++) {
		pids[i] = fork();
		if (pids[i] < 0)
			err(EXIT_FAILURE, "fork failed");
		if (pids[i] == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			if (i < namespaces && unshare(CLONE_NEWNS) < 0)
				_exit(EXIT_FAILURE);
			ignore_result(write(ready[1], "", 1));
			close(ready[0]);
			close(ready[1]);
			for (;;)
				pause();
		}
	}
	close(ready[1]);
	for (i = 0; i < processes; i++) {
		if (read(ready[0], &c, 1) != 1)
			errx(EXIT_FAILURE, "cannot make %u namespaces", namespaces);
	}
	close(ready[0]);
	return pids;
}

static void end_processes(pid_t *pids, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		kill(pids[i], SIGKILL);
	for (i = 0; i < nr; i++)
		waitpid(pids[i], NULL, 0);
	free(pids);
}

/* @seconds is the most that ours may take, or 0: half the time of theirs */
static void measure_lsns(struct bench *b, unsigned int processes, unsigned int namespaces,
			 double seconds)
{
	struct bench_group g = { .bench = b };
	struct bench_cmd *ours, *theirs;
	pid_t *pids;

	bench_title("lsns, %u namespaces, %u processes", namespaces, processes);
	pids = make_processes(processes, namespaces);
	theirs = bench_add(&g, "lsns -t mnt", bench_find("lsns"), "-t", "mnt");
	ours = bench_add(&g, "mntns lsns", b->mntns, "lsns");
	bench_add(&g, "mntns lsns, raw", b->mntns, "lsns", "-r");
	bench_add(&g, "mntns lsns, no processes", b->mntns, "lsns", "-o", "NSID,NS,NAME,MOUNTS");
	bench_add(&g, "mntns lsns, open files", b->mntns, "lsns", "-o", "+FDS");
	bench_measure(&g);
	bench_table(&g, theirs, "/ lsns");
	bench_at_most(b, "lsns / lsns -t mnt", ours, theirs, 0.5);
	if (seconds > 0 && !bench_interrupted && bench_median(ours) > 0)
		bench_value(b, "lsns, time", bench_median(ours) / 1e6, seconds, " s");
	end_processes(pids, processes);
	bench_group_free(&g);
}

/*
 * bench_lsns - mntns lsns against lsns
 */
void bench_lsns(struct bench *b)
{
	measure_lsns(b, NR_NAMESPACES, NR_NAMESPACES, 0);
	if (b->full && !bench_interrupted)
		measure_lsns(b, 5000, 1000, 1);
}
