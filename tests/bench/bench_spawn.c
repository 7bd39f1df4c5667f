/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * bench_spawn - the parts that make, enter and change namespaces
 */
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>

#include "mountapi.h"
#include "xalloc.h"

#include "bench.h"

#define NR_PAIRS	100	/* mounts of one attach */
#define NR_CREATE	100	/* namespaces of one create */

static const char *launch(const struct bench *b)
{
	return b->has_open_tree ? "launch" : "launch-old";
}

/* The old way in a script; bench_limit drops the old root, as no tool is left. */
static const char pivot_script[] =
	"mount --bind \"$0\" \"$0\" && cd \"$0\" && pivot_root . old && "
	"exec /drop drop /old /true";

static const char crun_config[] =
	"{\"ociVersion\":\"1.0.0\",\"root\":{\"path\":\"%s\"},"
	"\"process\":{\"args\":[\"/true\"],\"cwd\":\"/\",\"user\":{\"uid\":0,\"gid\":0}},"
	"\"mounts\":[],\"linux\":{\"namespaces\":[{\"type\":\"mount\"}]}}\n";

static const char *make_bundle(const struct bench *b)
{
	const char *dir = bench_path("%s/bundle", b->dir);
	FILE *f;

	mkdir(dir, 0755);
	f = fopen(bench_path("%s/config.json", dir), "we");
	if (!f)
		err(EXIT_FAILURE, "cannot create a bundle");
	fprintf(f, crun_config, b->tree);
	fclose(f);
	return dir;
}

static void add_sandboxes(struct bench *b, struct bench_group *g,
			  struct bench_cmd **bwrap, struct bench_cmd **minijail)
{
	*bwrap = bench_add(g, "bwrap --bind TREE /", bench_find("bwrap"),
			   "--bind", b->tree, "/", "/true");
	*minijail = bench_add(g, "minijail0 -P", bench_find("minijail0"),
			      "-P", b->tree, "--", "/true");
}

/* Where the bare system calls alone take as long as the goal allows, that is said. */
static void note_limit(const struct bench_cmd *limit, const struct bench_cmd *theirs,
		       double allowed)
{
	double ratio;

	if (!limit || bench_median(limit) <= 0 || bench_median(theirs) <= 0)
		return;
	ratio = bench_pairs(limit, theirs);
	if (ratio > allowed)
		bench_note("the limit alone takes %.2f of that: the goal cannot be met here",
			   ratio);
}

static void run_peers(struct bench *b)
{
	struct bench_group g = { .bench = b };
	struct bench_cmd *stat, *dyn, *ours, *bwrap, *minijail;

	bench_add(&g, "floor: true itself", bench_path("%s/true", b->tree));
	stat = b->limit_static ? bench_add(&g, "limit: launcher, static", b->limit_static,
					   launch(b), b->tree, "/true") : NULL;
	dyn = bench_add(&g, "limit: launcher, libc", b->limit, launch(b), b->tree, "/true");
	ours = bench_add(&g, "mntns run", b->mntns, "run", b->tree, "--", "/true");
	bench_add(&g, "an empty main, libc", b->limit, "nothing");
	bench_add(&g, "unshare --mount --root (a chroot)", bench_find("unshare"),
		  "--mount", bench_path("--root=%s", b->tree), "/true");
	add_sandboxes(b, &g, &bwrap, &minijail);
	if (b->limit_static)
		bench_add(&g, "unshare -m, pivot_root script", bench_find("unshare"), "-m",
			  "sh", "-c", pivot_script, b->tree);
	if (!b->quick)
		bench_add(&g, "crun run", bench_find("crun"), "--cgroup-manager=disabled",
			  bench_path("--root=%s/crun", b->dir), "run", "--bundle",
			  make_bundle(b), "bench");
	bench_measure(&g);
	bench_table(&g, stat ? stat : dyn, stat ? "/ static" : "/ libc");
	if (stat && bench_is_static(b->mntns))
		bench_at_most(b, "run / launcher, static as it", ours, stat, 1.25);
	else
		bench_at_most(b, "run / launcher, libc as it", ours, dyn, 1.25);
	bench_faster(b, "run, faster than bwrap", ours, bwrap, 2.5);
	note_limit(stat, bwrap, 1 / 2.5);
	bench_faster(b, "run, faster than minijail0", ours, minijail, 2.5);
	note_limit(stat, minijail, 1 / 2.5);
	bench_group_free(&g);
}

struct run_size {
	unsigned int	mounts;
	struct bench_group group;
	struct bench_cmd *limit;
	struct bench_cmd *ours;
	struct bench_cmd *bwrap;
};

static void run_size(struct bench *b, struct run_size *s, unsigned int mounts)
{
	struct bench_cmd *minijail;

	s->group.bench = b;
	s->mounts = bench_grow(b, mounts);
	bench_title("run, %u mounts in the caller's table", s->mounts);
	s->limit = bench_add(&s->group, "limit: launcher, libc", b->limit, launch(b),
			     b->tree, "/true");
	s->ours = bench_add(&s->group, "mntns run", b->mntns, "run", b->tree, "--", "/true");
	add_sandboxes(b, &s->group, &s->bwrap, &minijail);
	bench_measure(&s->group);
	bench_table(&s->group, s->limit, "/ limit");
	bench_back(b);
}

/*
 * bench_run - mntns run against a minimal launcher and other launchers
 */
void bench_run(struct bench *b)
{
	struct run_size small = { 0 }, large = { 0 };

	bench_title("run: true, in a new namespace rooted at a tree that is a mount");
	run_peers(b);
	if (b->quick)
		return;
	run_size(b, &small, 30);
	if (!bench_interrupted)
		run_size(b, &large, 3000);
	if (b->has_open_tree)
		bench_at_most(b, "run, with 3,000 mounts / with 30", large.ours, small.ours, 1.1);
	else
		bench_note("this kernel must copy the whole table, see the table of list");
	bench_group_free(&small.group);
	bench_group_free(&large.group);
}

/*
 * bench_enter - mntns enter against nsenter
 */
void bench_enter(struct bench *b)
{
	struct bench_group g = { .bench = b };
	const char *program = bench_path("%s/true", b->tree);
	struct bench_cmd *dyn, *ours, *theirs;

	bench_title("enter: true, in an existing namespace");
	if (b->limit_static)
		bench_add(&g, "limit: setns + exec, static", b->limit_static, "enter",
			  b->ns, program);
	dyn = bench_add(&g, "limit: setns + exec, libc", b->limit, "enter", b->ns, program);
	ours = bench_add(&g, "mntns enter", b->mntns, "enter", b->ns, "--", program);
	theirs = bench_add(&g, "nsenter", bench_find("nsenter"),
			   bench_path("--mount=%s", b->ns), program);
	bench_measure(&g);
	bench_table(&g, dyn, "/ limit");
	bench_at_most(b, "enter / nsenter", ours, theirs, 0.65);
	bench_group_free(&g);
}

/* Unmounts what was attached, or the next round would find it in its way. */
static void detach_all(const struct bench *b)
{
	int i, fd = open(b->ns, O_RDONLY | O_CLOEXEC);
	const char *target = bench_path("%s/target", b->dir);

	if (setns(fd, CLONE_NEWNS) < 0)
		_exit(EXIT_FAILURE);
	while (umount2(target, MNT_DETACH) == 0)
		;
	for (i = 0; i < NR_PAIRS; i++)
		umount2(bench_path("%s/pairs/%d", b->dir, i), MNT_DETACH);
}

static void attach_one(struct bench *b)
{
	struct bench_group g = { .bench = b, .after = detach_all };
	const char *source = bench_path("%s/source", b->dir);
	const char *target = bench_path("%s/target", b->dir);
	struct bench_cmd *stat, *dyn, *ours, *theirs;

	stat = b->limit_static ? bench_add(&g, "limit: clone + move_mount, static",
					   b->limit_static, "attach", b->ns, source,
					   target) : NULL;
	dyn = bench_add(&g, "limit: clone + move_mount, libc", b->limit, "attach",
			b->ns, source, target);
	ours = bench_add(&g, "mntns attach", b->mntns, "attach", b->ns, source, target);
	theirs = bench_add(&g, "mount -N NS --bind", bench_find("mount"), "-N", b->ns, "--bind",
			   source, target);
	bench_add(&g, "nsenter mount --bind", bench_find("nsenter"),
		  bench_path("--mount=%s", b->ns), bench_find("mount"), "--bind", source,
		  target);
	bench_measure(&g);
	bench_table(&g, dyn, "/ limit");
	bench_at_most(b, "attach / mount -N", ours, theirs, 0.4);
	note_limit(stat, theirs, 0.4);
	bench_group_free(&g);
}

static char **pairs_argv(struct bench *b, const char *program, const char *ns, int nr)
{
	char **argv = xcalloc(BENCH_MAX_ARGS, sizeof(*argv));
	int i, n = 0;

	argv[n++] = (char *) program;
	argv[n++] = (char *) "attach";
	argv[n++] = (char *) ns;
	for (i = 0; i < nr; i++) {
		argv[n++] = bench_path("%s/source", b->dir);
		argv[n++] = bench_path("%s/pairs/%d", b->dir, i);
	}
	return argv;
}

static void each_further(struct bench *b, const char *what, const struct bench_cmd *many,
			 const struct bench_cmd *one, bool is_goal)
{
	double us = bench_median(many) - bench_median(one);

	if (bench_interrupted || !bench_median(many) || !bench_median(one))
		return;
	us /= NR_PAIRS - 1;
	if (is_goal)
		bench_value(b, what, us, 60, " us");
	else
		bench_note("%s: %.1f us", what, us);
}

/* One command, many mounts. */
static void attach_many(struct bench *b)
{
	struct bench_group g = { .bench = b, .after = detach_all };
	struct bench_cmd *limit[2], *ours[2];
	int i, mask;

	mask = umask(022);
	mkdir(bench_path("%s/pairs", b->dir), 0755);
	for (i = 0; i < NR_PAIRS; i++)
		mkdir(bench_path("%s/pairs/%d", b->dir, i), 0755);
	umask(mask);

	limit[0] = bench_add_argv(&g, "limit, libc: one mount",
				  pairs_argv(b, b->limit, b->ns, 1));
	limit[1] = bench_add_argv(&g, bench_path("limit, libc: %d mounts", NR_PAIRS),
				  pairs_argv(b, b->limit, b->ns, NR_PAIRS));
	ours[0] = bench_add_argv(&g, "mntns attach: one mount",
				 pairs_argv(b, b->mntns, b->ns, 1));
	ours[1] = bench_add_argv(&g, bench_path("mntns attach: %d mounts", NR_PAIRS),
				 pairs_argv(b, b->mntns, b->ns, NR_PAIRS));
	bench_measure(&g);
	bench_table(&g, limit[1], "/ limit");
	each_further(b, "the limit, each further mount", limit[1], limit[0], false);
	each_further(b, "attach, each further mount", ours[1], ours[0], true);
	bench_group_free(&g);
}

/*
 * bench_attach - mntns attach against mount -N
 */
void bench_attach(struct bench *b)
{
	bench_title("attach: bind a directory inside an existing namespace");
	attach_one(b);
	if (b->quick)
		return;
	bench_title("attach: %d mounts in one command", NR_PAIRS);
	attach_many(b);
}

static void drop_pins(const struct bench *b)
{
	int i, fd;

	bench_empty_dir(bench_path("%s/pins", b->dir));
	bench_empty_dir("/run/mntns");
	/* the files that the next round pins namespaces on */
	for (i = 0; i < NR_CREATE; i++) {
		fd = open(bench_path("%s/pins/%d", b->dir, i), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
		if (fd >= 0)
			close(fd);
	}
}

static void create_one(struct bench *b)
{
	struct bench_group g = { .bench = b, .after = drop_pins };
	const char *pin = bench_path("%s/pins/0", b->dir);
	struct bench_cmd *base = NULL;

	bench_in_child(b, drop_pins);
	if (b->has_open_tree)
		base = bench_add(&g, "limit: open_tree + pin, libc", b->limit, "create",
				 b->tree, pin);
	bench_add(&g, "old way in C: fork, pivot_root, pin", b->limit, "create-old",
		  b->tree, pin);
	bench_add(&g, "mntns create --pin", b->mntns, "create", "--pin", pin, b->tree);
	bench_add(&g, "mntns create -n", b->mntns, "create", "-n", "bench", b->tree);
	if (b->limit_static)
		bench_add(&g, "unshare --mount=PIN, script", bench_find("unshare"),
			  bench_path("--mount=%s", pin), "sh", "-c", pivot_script, b->tree);
	bench_measure(&g);
	bench_table(&g, base ? base : &g.cmds[0], base ? "/ limit" : "/ old");
	bench_group_free(&g);
}

static char **names_argv(struct bench *b, const char *program, bool is_limit)
{
	char **argv = xcalloc(BENCH_MAX_ARGS, sizeof(*argv));
	int i, n = 0;

	argv[n++] = (char *) program;
	argv[n++] = (char *) "create";
	if (is_limit)
		argv[n++] = b->tree;
	for (i = 0; i < NR_CREATE; i++) {
		if (!is_limit)
			argv[n++] = (char *) "-n";
		argv[n++] = is_limit ? bench_path("%s/pins/%d", b->dir, i) :
				       bench_path("bench%d", i);
	}
	if (!is_limit)
		argv[n++] = b->tree;
	return argv;
}

static void create_many(struct bench *b)
{
	struct bench_group g = { .bench = b, .after = drop_pins };
	const char *self = bench_path("%s/bench_driver", b->bindir);
	const char *pins = bench_path("%s/pins", b->dir);
	const char *nr = bench_path("%d", NR_CREATE);
	struct bench_cmd *base = NULL, *ours, *script = NULL, *c;

	if (b->has_open_tree)
		base = bench_add_argv(&g, "limit: open_tree + pin, libc",
				      names_argv(b, b->limit, true));
	ours = bench_add_argv(&g, "mntns create -n ... -n ...", names_argv(b, b->mntns, false));
	bench_add(&g, "mntns create --count", b->mntns, "create", "-n", "bench%d", "--count", nr,
		  b->tree);
	c = bench_add(&g, "a process each: old way in C", self, "--each", nr, b->limit,
		      "create-old", b->tree, bench_path("%s/@", pins));
	bench_add(&g, "a process each: mntns create", self, "--each", nr, b->mntns,
		  "create", "-n", "bench@", b->tree);
	if (b->limit_static && bench_find("unshare"))
		script = bench_add(&g, "a process each: unshare, script", self, "--each", nr,
				   bench_find("unshare"), bench_path("--mount=%s/@", pins), "sh",
				   "-c", pivot_script, b->tree);
	bench_measure(&g);
	bench_table(&g, base ? base : c, base ? "/ limit" : "/ old");
	bench_faster(b, "create, faster than unshare each", ours, script, 20);
	bench_group_free(&g);
}

/*
 * bench_create - namespaces that are kept
 *
 * A namespace can be pinned only by one with a smaller id, and each CPU hands
 * out ids of its own: the others do not know about that, so they stay on one.
 */
void bench_create(struct bench *b)
{
	cpu_set_t old, one;
	int cpu = sched_getcpu();

	CPU_ZERO(&one);
	CPU_SET(max(cpu, 0), &one);
	sched_getaffinity(0, sizeof(old), &old);
	sched_setaffinity(0, sizeof(one), &one);
	bench_grow(b, 0);

	bench_title("create: one namespace, kept");
	create_one(b);
	if (!b->quick && !bench_interrupted) {
		bench_title("create: %d namespaces, kept", NR_CREATE);
		create_many(b);
	}
	bench_back(b);
	sched_setaffinity(0, sizeof(old), &old);
}
