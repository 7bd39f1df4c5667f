/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * bench_report - tables of what was measured, with the goals
 */
#include <stdarg.h>

#include "bench.h"

/*
 * bench_note - a remark between the tables
 */
void bench_note(const char *fmt, ...)
{
	va_list ap;

	fputs("  (", stdout);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	puts(")");
	fflush(stdout);
}

void bench_title(const char *fmt, ...)
{
	va_list ap;

	putchar('\n');
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
}

static const char *time_text(double us, char *buf, size_t size)
{
	if (us <= 0)
		snprintf(buf, size, "-");
	else if (us >= 1e6)
		snprintf(buf, size, "%.2f s", us / 1e6);
	else if (us >= 1e5)
		snprintf(buf, size, "%.0f ms", us / 1e3);
	else if (us >= 1e4)
		snprintf(buf, size, "%.1f ms", us / 1e3);
	else
		snprintf(buf, size, "%.3f ms", us / 1e3);
	return buf;
}

static const char *ratio_text(double ratio, char *buf, size_t size)
{
	snprintf(buf, size, ratio >= 100 ? "%.0fx" : ratio >= 10 ? "%.1fx" : "%.2fx", ratio);
	return buf;
}

static void table_line(const struct bench_cmd *c, const struct bench_cmd *base)
{
	char t[32], u[32], r[32], p[32];
	double theirs = base ? bench_median(base) : 0;

	if (c->failed)
		return;
	printf("  %-37s %s%9s %9s %6.1f MB", c->label, c->timedout ? ">" : " ",
	       time_text(bench_median(c), t, sizeof(t)),
	       time_text(bench_cpu(c), u, sizeof(u)), c->rss / 1024.0);
	if (theirs > 0)
		printf(" %8s %8s", ratio_text(bench_median(c) / theirs, r, sizeof(r)),
		       ratio_text(bench_pairs(c, base), p, sizeof(p)));
	printf("  %4u\n", c->nr);
}

/*
 * bench_table:
 * @base: what the ratios are to, or NULL
 * @name: of @base, short
 */
void bench_table(const struct bench_group *g, const struct bench_cmd *base, const char *name)
{
	size_t i;

	printf("  %-37s %10s %9s %9s", "", "median", "CPU", "memory");
	if (base && bench_median(base) > 0)
		printf(" %8s %8s", name, "in pairs");
	printf("  %4s\n", "runs");
	for (i = 0; i < g->nr; i++)
		table_line(&g->cmds[i], base);
	fflush(stdout);
}

static void verdict(struct bench *b, bool is_met)
{
	if (b->is_shown_only) {
		puts("not judged in a guest");
		return;
	}
	puts(is_met ? "ok" : "MISSED");
	if (is_met)
		b->nr_met++;
	else
		b->nr_missed++;
}

/*
 * bench_value - a figure and the most that it may be
 */
void bench_value(struct bench *b, const char *what, double value, double max_value,
		 const char *unit)
{
	printf("  goal: %-41s %8.2f%s  <= %g%s  ", what, value, unit, max_value, unit);
	verdict(b, value <= max_value);
}

/*
 * bench_at_most - the ratio of two programs, in pairs, and the most that it may be
 */
void bench_at_most(struct bench *b, const char *what, const struct bench_cmd *ours,
		   const struct bench_cmd *theirs, double times)
{
	if (bench_interrupted || bench_median(ours) <= 0 || bench_median(theirs) <= 0)
		return;
	bench_value(b, what, bench_pairs(ours, theirs), times, "x");
}

/*
 * bench_faster - how many times faster ours is, and the least that is wanted
 */
void bench_faster(struct bench *b, const char *what, const struct bench_cmd *ours,
		  const struct bench_cmd *theirs, double times)
{
	double ratio;

	if (bench_interrupted || bench_median(ours) <= 0 || bench_median(theirs) <= 0)
		return;
	ratio = bench_pairs(theirs, ours);
	printf("  goal: %-40s %s%8.2fx  >= %gx  ", what, theirs->timedout ? ">" : " ",
	       ratio, times);
	if (theirs->timedout && ratio < times) {
		puts("not known: the other one ran into the time-out");
		return;
	}
	verdict(b, ratio >= times);
}
