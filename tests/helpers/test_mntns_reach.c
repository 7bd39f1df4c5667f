/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * test_mntns_reach - compare what mntns reach predicts with what the kernel does
 *
 *	test_mntns_reach MNTNS DIR types A|B|C
 *	test_mntns_reach MNTNS DIR random COUNT SEED
 *
 * Makes namespaces that are copies of each other, and in them mounts with peers
 * and masters in the others; asks mntns where a new mount would appear; then
 * makes it, and looks into all of them. Prints every case in which the two
 * disagree, and a line with the count at the end.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mountapi.h"

#define NR_NS		4		/* the last one is a copy of the second: a chain */
#define MAX_PLACES	256
#define PATH_SIZE	256
#define PLACE_SIZE	(PATH_SIZE + 64)

struct places {
	char text[MAX_PLACES][PLACE_SIZE];	/* "NAMESPACE TARGET PROPAGATION yes|covered" */
	size_t n;
};

static const char *mntns, *dir;
static int nsfds[NR_NS];
static unsigned int cases, failures;

static const char *const type_names[] = {
	"shared", "private", "slave", "slave-shared", "unbindable"
};
#define NR_TYPES	(sizeof(type_names) / sizeof(type_names[0]))

static void enter(int ns)
{
	if (setns(nsfds[ns], CLONE_NEWNS) < 0)
		err(EXIT_FAILURE, "setns");
}

static void new_namespace(int ns)
{
	if (unshare(CLONE_NEWNS) < 0)
		err(EXIT_FAILURE, "unshare");
	nsfds[ns] = open("/proc/self/ns/mnt", O_RDONLY);
	if (nsfds[ns] < 0)
		err(EXIT_FAILURE, "/proc/self/ns/mnt");
}

static void make_dir(const char *path)
{
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		err(EXIT_FAILURE, "%s", path);
}

static int set_type(const char *path, unsigned int type)
{
	static const unsigned long flags[NR_TYPES] = {
		MS_SHARED, MS_PRIVATE, MS_SLAVE, MS_SLAVE, MS_UNBINDABLE
	};
	int rc = mount(NULL, path, NULL, flags[type], NULL);

	if (rc == 0 && type == 3)
		rc = mount(NULL, path, NULL, MS_SHARED, NULL);
	return rc;
}

static void bind_shared(const char *path)
{
	if (mount(path, path, NULL, MS_BIND, NULL) < 0 || set_type(path, 0) < 0)
		err(EXIT_FAILURE, "bind %s", path);
}

/*
 * The prediction
 */
static void add_place(struct places *p, int ns, const char *target, bool shared, bool slave,
		      bool visible)
{
	if (p->n == MAX_PLACES)
		errx(EXIT_FAILURE, "too many places");
	snprintf(p->text[p->n++], PLACE_SIZE, "%c %s %s%s %s", 'A' + ns, target,
		 shared ? "shared" : "private", slave ? ",slave" : "",
		 visible ? "yes" : "covered");
}

static int cmp_places(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void sort_places(struct places *p)
{
	qsort(p->text, p->n, PLACE_SIZE, cmp_places);
}

static FILE *run_reach(int origin, const char *path, pid_t *pid)
{
	char operands[NR_NS][32], from[32];
	int p[2];

	for (int i = 0; i < NR_NS; i++)
		snprintf(operands[i], sizeof(operands[i]), "/proc/%d/fd/%d", getpid(), nsfds[i]);
	snprintf(from, sizeof(from), "%s", operands[origin]);

	if (pipe(p) < 0 || (*pid = fork()) < 0)
		err(EXIT_FAILURE, "pipe, fork");
	if (*pid == 0) {
		dup2(p[1], STDOUT_FILENO);
		close(p[0]);
		close(p[1]);
		execl(mntns, mntns, "reach", "-rn", "-o", "NS,VERDICT,PROPAGATION,TARGET",
		      "--from", from, path, operands[0], operands[1], operands[2], operands[3],
		      NULL);
		err(127, "%s", mntns);
	}
	close(p[1]);
	return fdopen(p[0], "r");
}

static int namespace_by_inode(uintmax_t ino)
{
	struct stat st;

	for (int i = 0; i < NR_NS; i++) {
		if (fstat(nsfds[i], &st) == 0 && st.st_ino == ino)
			return i;
	}
	errx(EXIT_FAILURE, "mntns named another namespace");
}

static int predict(struct places *p, int origin, const char *path)
{
	char line[PLACE_SIZE * 2], verdict[16], type[32], target[PATH_SIZE];
	uintmax_t ino;
	int status;
	pid_t pid;
	FILE *f = run_reach(origin, path, &pid);

	p->n = 0;
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%ju %15s %31s %255s", &ino, verdict, type, target) != 4)
			continue;
		if (strcmp(verdict, "yes") == 0 || strcmp(verdict, "covered") == 0)
			add_place(p, namespace_by_inode(ino), target,
				  strncmp(type, "shared", 6) == 0, strstr(type, ",slave"),
				  strcmp(verdict, "yes") == 0);
	}
	if (f)
		fclose(f);
	if (waitpid(pid, &status, 0) < 0)
		return -1;
	sort_places(p);
	return status;
}

/*
 * What happens
 */
static bool is_visible(const char *target, unsigned int id)
{
	struct statx st;

	return statx(AT_FDCWD, target, AT_NO_AUTOMOUNT, STATX_MNT_ID, &st) == 0 &&
	       st.stx_mnt_id == id;
}

static void look(struct places *p, int ns, const char *source)
{
	char *line = NULL, target[PATH_SIZE], *fields, *dash;
	unsigned int id;
	size_t size = 0;
	FILE *f;

	enter(ns);
	f = fopen("/proc/self/mountinfo", "r");
	if (!f)
		err(EXIT_FAILURE, "mountinfo");
	while (getline(&line, &size, f) > 0) {
		int end = 0;

		if (sscanf(line, "%u %*u %*s %*s %255s %*s%n", &id, target, &end) != 2 || !end)
			continue;
		fields = line + end;
		dash = strstr(fields, " - ");
		if (!dash || !strstr(dash, source))
			continue;
		*dash = '\0';
		add_place(p, ns, target, strstr(fields, "shared:"), strstr(fields, "master:"),
			  is_visible(target, id));
	}
	free(line);
	fclose(f);
}

static bool are_same(const struct places *a, const struct places *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		if (strcmp(a->text[i], b->text[i]) != 0)
			return false;
	}
	return true;
}

static void say(const char *what, const struct places *p)
{
	printf("  %s:\n", what);
	for (size_t i = 0; i < p->n; i++)
		printf("    %s\n", p->text[i]);
}

/* Returns without a word when mntns and the kernel agree. */
static void compare(const char *what, int origin, const char *path)
{
	static struct places want, have;
	char source[32];
	int status;

	status = predict(&want, origin, path);

	snprintf(source, sizeof(source), " reach-%u ", ++cases);
	source[strlen(source) - 1] = '\0';
	enter(origin);
	if (mount(source + 1, path, "tmpfs", 0, "size=64k") < 0)
		err(EXIT_FAILURE, "%s: mount on %s", what, path);
	strcat(source, " ");

	have.n = 0;
	for (int i = 0; i < NR_NS; i++)
		look(&have, i, source);
	sort_places(&have);
	enter(origin);
	umount2(path, MNT_DETACH);

	if (status == 0 && are_same(&want, &have))
		return;
	failures++;
	printf("%s, from %c, %s: mntns ended with %d\n", what, 'A' + origin, path, status);
	say("predicted", &want);
	say("happened", &have);
}

/*
 * Each type of mount in each of three namespaces; those were one peer group at
 * first. The fourth has slaves of what the second has.
 */
static void for_types(void (*act)(const char *path, const unsigned int *types))
{
	unsigned int types[3];
	char path[PATH_SIZE];

	for (types[0] = 0; types[0] < NR_TYPES; types[0]++)
		for (types[1] = 0; types[1] < NR_TYPES; types[1]++)
			for (types[2] = 0; types[2] < NR_TYPES; types[2]++) {
				snprintf(path, sizeof(path), "%s/%u%u%u", dir, types[0], types[1],
					 types[2]);
				act(path, types);
			}
}

static int current;

static void make_one(const char *path, const unsigned int *types __attribute__((unused)))
{
	char sub[PATH_SIZE + 8];

	make_dir(path);
	bind_shared(path);
	snprintf(sub, sizeof(sub), "%s/sub", path);
	make_dir(sub);
}

static void change_one(const char *path, const unsigned int *types)
{
	if (set_type(path, types[current]) < 0)
		err(EXIT_FAILURE, "%s", path);
}

static void slave_one(const char *path, const unsigned int *types __attribute__((unused)))
{
	/* an unbindable one need not be there */
	set_type(path, 2);
}

static void compare_one(const char *path, const unsigned int *types)
{
	char what[64], sub[PATH_SIZE + 8];

	snprintf(what, sizeof(what), "%s %s %s", type_names[types[0]], type_names[types[1]],
		 type_names[types[2]]);
	snprintf(sub, sizeof(sub), "%s/sub", path);
	compare(what, current, sub);
}

static void test_types(int origin)
{
	for_types(make_one);
	enter(0);
	new_namespace(1);
	enter(0);
	new_namespace(2);
	for (current = 0; current < 3; current++) {
		enter(current);
		for_types(change_one);
	}
	enter(1);
	new_namespace(3);
	for_types(slave_one);
	current = origin;
	for_types(compare_one);
}

/*
 * Mounts that are made at random: binds of directories in other places, covers,
 * stacks, all types, in any of the namespaces.
 */
static uint32_t seed;

static unsigned int chance(unsigned int n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 16) % n;
}

static const char *const names[] = {
	"main", "main/d", "main/d/e", "main/f", "one", "one/e", "two", "two/d", "main/d/e/g"
};
#define NR_NAMES	(sizeof(names) / sizeof(names[0]))

/* Most is to happen where there is a mount from the start. */
static const char *some_path(unsigned int nr)
{
	static char buf[2][PATH_SIZE];
	static int i;

	i = !i;
	snprintf(buf[i], sizeof(buf[i]), "%s/%u/%s", dir, nr,
		 names[chance(3) ? chance(NR_NAMES) : 0]);
	return buf[i];
}

static void make_dirs(unsigned int nr)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "%s/%u", dir, nr);
	make_dir(path);
	for (size_t i = 0; i < NR_NAMES; i++) {
		snprintf(path, sizeof(path), "%s/%u/%s", dir, nr, names[i]);
		make_dir(path);
	}
	snprintf(path, sizeof(path), "%s/%u/main", dir, nr);
	bind_shared(path);
}

/* Much of it fails, where it does not fit: then nothing happens. */
static void do_something(unsigned int nr)
{
	const char *path = some_path(nr);

	switch (chance(9)) {
	case 0:
		mount("cover", path, "tmpfs", 0, "size=64k");
		break;
	case 1:
		umount2(path, MNT_DETACH);
		break;
	case 2:
	case 3:
		mount(some_path(nr), path, NULL, MS_BIND, NULL);
		break;
	case 4:
		mount(some_path(nr), path, NULL, MS_BIND | MS_REC, NULL);
		break;
	case 5:
		mount(path, path, NULL, MS_BIND, NULL);
		break;
	case 6:
	case 7:
		/* slave or slave-shared: chains */
		set_type(some_path(nr), 2 + chance(2));
		break;
	default:
		set_type(path, chance(NR_TYPES));
		break;
	}
}

static void test_random(unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		make_dirs(i);
	enter(0);
	new_namespace(1);
	enter(0);
	new_namespace(2);
	for (unsigned int i = 0; i < count * 4; i++) {
		enter(chance(3));
		do_something(i / 4);
	}
	enter(1);
	new_namespace(3);
	for (unsigned int i = 0; i < count * 6; i++) {
		enter(chance(NR_NS));
		do_something(i / 6);
	}

	for (unsigned int i = 0; i < count * 2; i++) {
		int origin = chance(NR_NS);
		const char *path = some_path(i / 2);
		char what[32];

		enter(origin);
		snprintf(what, sizeof(what), "random %u", i / 2);
		if (access(path, F_OK) == 0)
			compare(what, origin, path);
	}
}

int main(int argc, char **argv)
{
	bool types = argc == 5 && strcmp(argv[3], "types") == 0;

	if (!types && (argc != 6 || strcmp(argv[3], "random") != 0))
		errx(EXIT_FAILURE, "usage: test_mntns_reach MNTNS DIR types A|B|C | random COUNT SEED");
	mntns = argv[1];
	dir = argv[2];

	new_namespace(0);
	if (mount("base", dir, "tmpfs", 0, NULL) < 0 || set_type(dir, 1) < 0)
		err(EXIT_FAILURE, "%s", dir);
	if (types) {
		test_types((*argv[4] - 'A') % 3);
	} else {
		seed = strtoul(argv[5], NULL, 10);
		test_random(strtoul(argv[4], NULL, 10));
	}

	printf("%u cases, %u disagree\n", cases, failures);
	return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
