/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * bench - what the files of the benchmark share
 */
#ifndef MNTNS_BENCH_H
#define MNTNS_BENCH_H

#include <limits.h>
#include <stdbool.h>

#include "c.h"

#define BENCH_MAX_CMDS	16
#define BENCH_MAX_ARGS	640

struct bench;

/* One of the programs that are compared. */
struct bench_cmd {
	const char	*label;
	char		**argv;		/* argv[0] is an absolute path */
	double		*us;		/* of each round, wall clock */
	double		*cpu;		/* of each round, user and system, with children */
	unsigned int	nr;		/* rounds measured */
	long		rss;		/* peak, KiB */
	bool		timedout;	/* all that is known is that it takes longer */
	bool		failed;
};

/* Programs that run in turn, A B C A B C, so that noise hits them alike. */
struct bench_group {
	struct bench	*bench;
	struct bench_cmd cmds[BENCH_MAX_CMDS];
	size_t		nr;
	/* undoes what a program left, not measured, in a process of its own */
	void		(*after)(const struct bench *b);
};

struct bench {
	unsigned int	runs;		/* rounds */
	unsigned int	budget;		/* seconds a group, when it has its least rounds */
	unsigned int	timeout;	/* seconds a program */
	bool		quick;
	bool		full;
	bool		realtime;
	bool		is_guest;	/* system calls and faults cost more than they do */
	bool		has_open_tree;	/* the kernel has OPEN_TREE_NAMESPACE */
	unsigned int	nr_met;
	unsigned int	nr_missed;
	bool		is_shown_only;	/* goals are not counted: another system's */
	unsigned int	nr_failed;	/* of our programs */

	char		dir[PATH_MAX];	/* a tmpfs in the private namespace */
	char		tree[PATH_MAX];	/* with /true, a mount of its own */
	char		ns[64];		/* the namespace entered and attached to */
	int		base;		/* the private namespace */
	pid_t		holder;		/* the process in @ns */

	/* programs, NULL where they are missing */
	char		*bindir;	/* of this program and the next ones */
	char		*mntns;
	char		*limit;		/* bench_limit, dynamically linked */
	char		*limit_static;
};

/* bench_time.c */
extern volatile int bench_interrupted;
/* The arguments are the program and its own; a NULL among them is the last. */
#define bench_add(g, label, ...) \
	bench_add_args((g), (label), (const char *const []) { __VA_ARGS__, NULL })

struct bench_cmd *bench_add_args(struct bench_group *g, const char *label,
				 const char *const args[]);
struct bench_cmd *bench_add_argv(struct bench_group *g, const char *label, char **argv);
void bench_measure(struct bench_group *g);
void bench_group_free(struct bench_group *g);
double bench_median(const struct bench_cmd *c);
double bench_cpu(const struct bench_cmd *c);
double bench_pairs(const struct bench_cmd *a, const struct bench_cmd *b);
void bench_in_child(const struct bench *b, void (*fn)(const struct bench *));

/* bench_report.c */
void bench_note(const char *fmt, ...) __attribute__((__format__(__printf__, 1, 2)));
void bench_title(const char *fmt, ...) __attribute__((__format__(__printf__, 1, 2)));
void bench_table(const struct bench_group *g, const struct bench_cmd *base, const char *name);
void bench_at_most(struct bench *b, const char *what, const struct bench_cmd *ours,
		   const struct bench_cmd *theirs, double times);
void bench_faster(struct bench *b, const char *what, const struct bench_cmd *ours,
		  const struct bench_cmd *theirs, double times);
void bench_value(struct bench *b, const char *what, double value, double max,
		 const char *unit);

/* bench_setup.c */
char *bench_find(const char *name);
char *bench_path(const char *fmt, ...) __attribute__((__format__(__printf__, 1, 2)));
int bench_is_static(const char *program);
int bench_setup(struct bench *b);
void bench_cleanup(struct bench *b);
unsigned int bench_grow(const struct bench *b, unsigned int mounts);
void bench_back(const struct bench *b);
void bench_empty_dir(const char *dir);

/* the parts */
void bench_list(struct bench *b);
void bench_run(struct bench *b);
void bench_enter(struct bench *b);
void bench_attach(struct bench *b);
void bench_create(struct bench *b);
void bench_lsns(struct bench *b);

#endif /* MNTNS_BENCH_H */
