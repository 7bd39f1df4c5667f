/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * bench_limit - the least that a program can do for the same result: what
 * the commands of mntns are measured against. It is built with libc linked
 * dynamically, and again statically.
 *
 * No options, no locale, no stdio, no check that the kernel does not make.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include "c.h"
#include "mountapi.h"

#define LIST_MASK	(UL_STATMOUNT_SB_BASIC | UL_STATMOUNT_MNT_BASIC | \
			 UL_STATMOUNT_MNT_ROOT | UL_STATMOUNT_MNT_POINT | \
			 UL_STATMOUNT_FS_TYPE | UL_STATMOUNT_MNT_OPTS | \
			 UL_STATMOUNT_SB_SOURCE)

static void __attribute__((__noreturn__)) die(const char *what)
{
	static const char text[] = "bench_limit: failed: ";

	ignore_result(write(STDERR_FILENO, text, sizeof(text) - 1));
	ignore_result(write(STDERR_FILENO, what, strlen(what)));
	ignore_result(write(STDERR_FILENO, "\n", 1));
	_exit(EXIT_FAILURE);
}

struct out {
	size_t	used;
	char	buf[65536];
};

static void out_flush(struct out *out)
{
	if (out->used && write(STDOUT_FILENO, out->buf, out->used) < 0)
		die("write");
	out->used = 0;
}

static void out_string(struct out *out, const char *s, char end)
{
	size_t len = strlen(s);

	if (out->used + len + 1 > sizeof(out->buf))
		out_flush(out);
	if (len + 1 > sizeof(out->buf))
		die("string too long");
	memcpy(out->buf + out->used, s, len);
	out->used += len;
	out->buf[out->used++] = end;
}

static void list_mount(struct out *out, uint64_t id)
{
	static union {
		struct ul_statmount	sm;
		char			room[32768];
	} u;
	const struct ul_statmount *sm = &u.sm;

	if (ul_statmount(id, 0, LIST_MASK, &u.sm, sizeof(u), 0) < 0) {
		if (errno == ENOENT)
			return;
		die("statmount");
	}
	out_string(out, sm->mask & UL_STATMOUNT_MNT_POINT ? sm->str + sm->mnt_point : "", ' ');
	out_string(out, sm->mask & UL_STATMOUNT_SB_SOURCE ? sm->str + sm->sb_source : "", ' ');
	out_string(out, sm->mask & UL_STATMOUNT_FS_TYPE ? sm->str + sm->fs_type : "", ' ');
	out_string(out, sm->mask & UL_STATMOUNT_MNT_OPTS ? sm->str + sm->mnt_opts : "", '\n');
}

/* list: one line a mount of the caller's namespace */
static void list(void)
{
	static struct out out;
	static uint64_t ids[512];
	uint64_t last = 0;
	ssize_t i, n;

	do {
		n = ul_listmount(UL_LSMT_ROOT, 0, last, ids, ARRAY_SIZE(ids), 0);
		if (n < 0)
			die("listmount");
		for (i = 0; i < n; i++)
			list_mount(&out, ids[i]);
		if (n)
			last = ids[n - 1];
	} while (n == ARRAY_SIZE(ids));
	out_flush(&out);
}

static void __attribute__((__noreturn__)) execute(char **argv)
{
	execve(argv[0], argv, environ);
	die(argv[0]);
}

static int make_namespace(const char *tree)
{
	int fd = ul_open_tree(AT_FDCWD, tree, OPEN_TREE_NAMESPACE | OPEN_TREE_CLOEXEC);

	if (fd < 0)
		die("open_tree(OPEN_TREE_NAMESPACE)");
	return fd;
}

static void join(int fd)
{
	if (setns(fd, CLONE_NEWNS) < 0)
		die("setns");
	close(fd);
}

static int open_namespace(const char *file)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		die(file);
	return fd;
}

/* The way of kernels without OPEN_TREE_NAMESPACE. */
static void old_namespace(const char *tree)
{
	if (unshare(CLONE_NEWNS) < 0)
		die("unshare");
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		die("mount: private");
	if (mount(tree, tree, NULL, MS_BIND, NULL) < 0)
		die("mount: bind");
	if (chdir(tree) < 0 || ul_pivot_root(".", ".") < 0)
		die("pivot_root");
	if (umount2(".", MNT_DETACH) < 0)
		die("umount");
}

static int clone_tree(int dirfd, const char *path)
{
	int fd = ul_open_tree(dirfd, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);

	if (fd < 0)
		die("open_tree(OPEN_TREE_CLONE)");
	return fd;
}

static void move_onto(int fd, const char *target)
{
	if (ul_move_mount(fd, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		die("move_mount");
	close(fd);
}

/* attach NSFILE {SOURCE TARGET}... */
static void attach(char **argv)
{
	int fds[256];
	char **arg;
	size_t i, n = 0;

	for (arg = argv + 1; arg[0] && arg[1] && n < ARRAY_SIZE(fds); arg += 2)
		fds[n++] = clone_tree(AT_FDCWD, arg[0]);
	join(open_namespace(argv[0]));
	for (i = 0; i < n; i++)
		move_onto(fds[i], argv[2 + 2 * i]);
}

/* drop OLD PROGRAM: what a script cannot do that has left its tools behind */
static void drop(char **argv)
{
	if (umount2(argv[0], MNT_DETACH) < 0)
		die("umount");
	execute(argv + 1);
}

/* create TREE FILE...: makes a namespace for each and pins it there */
static void create(char **argv)
{
	const char *tree = *argv++;

	for (; *argv; argv++) {
		int nsfd = make_namespace(tree);

		move_onto(clone_tree(nsfd, ""), *argv);
		close(nsfd);
	}
}

/* "/proc/PID/ns/mnt", without stdio */
static const char *namespace_of(pid_t pid)
{
	static char path[] = "/proc/----------/ns/mnt";
	char *digit = path + 15;

	memcpy(path + 6, "//////////", 10);	/* as good as one */
	for (; pid; pid /= 10)
		*digit-- = '0' + pid % 10;
	return path;
}

/* create-old TREE FILE: a child has the namespace, its parent pins it */
static void create_old(char **argv)
{
	int made[2], status;
	pid_t pid;
	char c;

	if (pipe(made) < 0)
		die("pipe");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		old_namespace(argv[0]);
		ignore_result(write(made[1], "", 1));
		pause();
	}
	close(made[1]);
	if (read(made[0], &c, 1) != 1)
		die("no namespace");
	if (mount(namespace_of(pid), argv[1], NULL, MS_BIND, NULL) < 0)
		die(argv[1]);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "nothing";
	char **arg = argv + 2;

	if (strcmp(what, "list") == 0)
		list();
	else if (strcmp(what, "launch") == 0 && argc > 3) {
		join(make_namespace(arg[0]));
		execute(arg + 1);
	} else if (strcmp(what, "launch-old") == 0 && argc > 3) {
		old_namespace(arg[0]);
		execute(arg + 1);
	} else if (strcmp(what, "enter") == 0 && argc > 3) {
		join(open_namespace(arg[0]));
		execute(arg + 1);
	} else if (strcmp(what, "drop") == 0 && argc > 3)
		drop(arg);
	else if (strcmp(what, "attach") == 0 && argc > 4)
		attach(arg);
	else if (strcmp(what, "create") == 0 && argc > 3)
		create(arg);
	else if (strcmp(what, "create-old") == 0 && argc == 4)
		create_old(arg);
	else if (strcmp(what, "nothing") != 0)
		die(what);
	return EXIT_SUCCESS;
}
