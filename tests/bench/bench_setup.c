/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * bench_setup - the namespaces and mounts that are measured
 *
 * All of it is in a private mount namespace and on tmpfs: when the process
 * ends, nothing is left but an empty directory, which is removed.
 */
#include <dirent.h>
#include <fcntl.h>
#include <link.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "mountapi.h"
#include "xalloc.h"

#include "bench.h"

/* How many mounts hang on one; the rest is the shape of a container host. */
#define GROUP	10

/*
 * bench_find - absolute path of a program in $PATH, or NULL; allocated
 */
char *bench_find(const char *name)
{
	const char *path = getenv("PATH"), *end;
	char *file;

	for (; path && *path; path = *end ? end + 1 : end) {
		end = strchrnul(path, ':');
		xasprintf(&file, "%.*s/%s", (int) (end - path), path, name);
		if (*file == '/' && access(file, X_OK) == 0)
			return file;
		free(file);
	}
	return NULL;
}

/*
 * bench_path - a formatted string; it is never freed, there are few
 */
char *bench_path(const char *fmt, ...)
{
	char *path;
	va_list ap;

	va_start(ap, fmt);
	xvasprintf(&path, fmt, ap);
	va_end(ap);
	return path;
}

static void make_dir(const char *path)
{
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		err(EXIT_FAILURE, "cannot create %s", path);
}

static void make_tmpfs(const char *path)
{
	make_dir(path);
	if (mount("bench", path, "tmpfs", 0, "mode=0755") < 0)
		err(EXIT_FAILURE, "cannot mount a tmpfs on %s", path);
}

static void copy_program(const char *from, const char *to)
{
	char buf[65536];
	ssize_t n;
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);

	if (in < 0 || out < 0)
		err(EXIT_FAILURE, "cannot copy %s to %s", from, to);
	while ((n = read(in, buf, sizeof(buf))) > 0) {
		if (write(out, buf, n) != n)
			err(EXIT_FAILURE, "cannot write %s", to);
	}
	close(in);
	close(out);
}

/* Without an interpreter in the program header, see elf(5). */
int bench_is_static(const char *program)
{
	int fd = open(program, O_RDONLY | O_CLOEXEC), is_static = 1;
	ElfW(Ehdr) head;
	ElfW(Phdr) ph;
	unsigned int i;

	if (fd < 0 || pread(fd, &head, sizeof(head), 0) != sizeof(head))
		err(EXIT_FAILURE, "cannot read %s", program);
	for (i = 0; i < head.e_phnum; i++) {
		if (pread(fd, &ph, sizeof(ph), head.e_phoff + i * sizeof(ph)) == sizeof(ph) &&
		    ph.p_type == PT_INTERP)
			is_static = 0;
	}
	close(fd);
	return is_static;
}

static void make_tree(struct bench *b)
{
	static const char *const dirs[] = { "dev", "old", "proc", "sys", "tmp" };
	char *program = bench_path("%s/bench_true", b->bindir);
	size_t i;

	snprintf(b->tree, sizeof(b->tree), "%.4000s/tree", b->dir);
	make_tmpfs(b->tree);
	for (i = 0; i < ARRAY_SIZE(dirs); i++)
		make_dir(bench_path("%s/%s", b->tree, dirs[i]));
	if (access(program, X_OK) != 0)
		program = b->limit_static;
	if (!program)
		errx(EXIT_FAILURE, "neither bench_true nor bench_limit_static is there");
	copy_program(program, bench_path("%s/true", b->tree));
	if (b->limit_static)
		copy_program(b->limit_static, bench_path("%s/drop", b->tree));
}

/* A process in a copy of this namespace; /proc/PID/ns/mnt names it. */
static void make_holder(struct bench *b)
{
	int ready[2];
	char c;

	if (pipe(ready) < 0)
		err(EXIT_FAILURE, "pipe failed");
	b->holder = fork();
	if (b->holder < 0)
		err(EXIT_FAILURE, "fork failed");
	if (b->holder == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (unshare(CLONE_NEWNS) == 0)
			ignore_result(write(ready[1], "", 1));
		close(ready[1]);
		for (;;)
			pause();
	}
	close(ready[1]);
	if (read(ready[0], &c, 1) != 1)
		errx(EXIT_FAILURE, "cannot make a namespace to enter");
	close(ready[0]);
	snprintf(b->ns, sizeof(b->ns), "/proc/%d/ns/mnt", b->holder);
}

static bool has_open_tree_namespace(void)
{
	ul_open_tree(-1, "", OPEN_TREE_NAMESPACE | AT_EMPTY_PATH);
	return errno != EINVAL && errno != ENOSYS;
}

/*
 * bench_setup - makes the private namespace and what is always needed in it
 *
 * Returns: 0, or -errno when the caller may not.
 */
int bench_setup(struct bench *b)
{
	const char *tmp = getenv("TMPDIR");

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -errno;

	snprintf(b->dir, sizeof(b->dir), "%.4000s/mntns-bench.XXXXXX",
		 tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(b->dir))
		err(EXIT_FAILURE, "cannot create %s", b->dir);
	make_tmpfs(b->dir);
	make_tmpfs("/run");
	make_tree(b);
	make_dir(bench_path("%s/pins", b->dir));
	make_dir(bench_path("%s/source", b->dir));
	make_dir(bench_path("%s/target", b->dir));
	make_dir(bench_path("%s/mounts", b->dir));

	b->has_open_tree = has_open_tree_namespace();
	b->base = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	if (b->base < 0)
		err(EXIT_FAILURE, "cannot open /proc/self/ns/mnt");
	make_holder(b);
	return 0;
}

void bench_cleanup(struct bench *b)
{
	int status;

	if (b->holder > 0) {
		kill(b->holder, SIGKILL);
		waitpid(b->holder, &status, 0);
	}
	if (*b->dir) {
		bench_back(b);
		umount2(b->dir, MNT_DETACH);
		rmdir(b->dir);
	}
}

static unsigned int count_mounts(void)
{
	FILE *f = fopen("/proc/self/mountinfo", "re");
	unsigned int n = 0;
	int c;

	while (f && (c = getc_unlocked(f)) != EOF)
		n += c == '\n';
	if (f)
		fclose(f);
	return n;
}

static void bind(const char *source, const char *target)
{
	if (mount(source, target, NULL, MS_BIND, NULL) < 0)
		err(EXIT_FAILURE, "cannot bind %s to %s", source, target);
}

/* Mounts number @first and on: one in ten on the tmpfs, the others below it. */
static void add_mounts(const struct bench *b, unsigned int nr)
{
	char source[PATH_MAX + 16], group[PATH_MAX + 32], target[PATH_MAX + 64];
	unsigned int i;

	snprintf(source, sizeof(source), "%s/mounts", b->dir);
	make_tmpfs(source);
	snprintf(source, sizeof(source), "%s/mounts/source", b->dir);
	make_dir(source);
	for (i = 1; i < GROUP; i++) {
		snprintf(target, sizeof(target), "%s/m%u", source, i);
		make_dir(target);
	}
	for (i = 0; i < nr; i++) {
		snprintf(group, sizeof(group), "%s/mounts/g%05u", b->dir, i / GROUP);
		if (i % GROUP == 0) {
			make_dir(group);
			bind(source, group);
		} else {
			snprintf(target, sizeof(target), "%s/m%u", group, i % GROUP);
			bind(source, target);
		}
	}
}

/*
 * bench_grow - moves the caller to a copy of the namespace with that many mounts
 *
 * Returns: how many there are, more than asked for where there were more before.
 */
unsigned int bench_grow(const struct bench *b, unsigned int mounts)
{
	unsigned int have;

	if (unshare(CLONE_NEWNS) < 0)
		err(EXIT_FAILURE, "cannot make a namespace");
	have = count_mounts() + 1;
	if (have > mounts)
		return have - 1;
	add_mounts(b, mounts - have);
	return count_mounts();
}

/*
 * bench_back - back to the namespace of bench_setup()
 */
void bench_back(const struct bench *b)
{
	if (setns(b->base, CLONE_NEWNS) < 0)
		err(EXIT_FAILURE, "cannot go back to the first namespace");
}

/*
 * bench_empty_dir - unmounts and removes the files in a directory
 */
void bench_empty_dir(const char *dir)
{
	struct dirent *de;
	DIR *d;

	if (chdir(dir) < 0)
		return;
	d = opendir(".");
	while (d && (de = readdir(d))) {
		if (*de->d_name == '.')
			continue;
		umount2(de->d_name, MNT_DETACH | UMOUNT_NOFOLLOW);
		unlink(de->d_name);
	}
	if (d)
		closedir(d);
}
