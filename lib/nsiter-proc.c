/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nsiter-proc - what the processes in /proc say about mount namespaces
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cctype.h"
#include "nsiter.h"
#include "pathnames.h"

/* PIDs below are not handed out again: kernel/pid.c, alloc_pid() */
#define RESERVED_PIDS		300

/*
 * nsiter_read_file:
 * @buf: result, terminated; what does not fit is left out
 *
 * Returns: length, or -errno.
 */
ssize_t nsiter_read_file(int dirfd, const char *path, char *buf, size_t size)
{
	int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, buf, size - 1);
	if (n < 0)
		n = -errno;
	close(fd);
	buf[n < 0 ? 0 : n] = '\0';
	return n;
}

/* Field 22 of proc_pid_stat(5); 0 when the process is gone. */
static uint64_t get_starttime(int procfd, pid_t pid)
{
	char path[32], buf[1024], *p;
	int field;

	snprintf(path, sizeof(path), "%d/stat", (int) pid);
	if (nsiter_read_file(procfd, path, buf, sizeof(buf)) <= 0)
		return 0;

	/* the name of the command may hold spaces and parentheses */
	p = strrchr(buf, ')');
	for (field = 2; p && field < 22; field++)
		p = strchr(p + 1, ' ');
	return p ? strtoull(p, NULL, 10) : 0;
}

/* @pid ascends from call to call, but a higher PID need not be younger. */
static void count_process(struct nsiter_ns *ns, int procfd, pid_t pid)
{
	uint64_t start;

	if (ns->nprocs++ == 0) {
		ns->pid = pid;
		return;
	}
	if (ns->pid < RESERVED_PIDS)
		return;

	if (!ns->starttime)
		ns->starttime = get_starttime(procfd, ns->pid);
	start = get_starttime(procfd, pid);
	if (start && (!ns->starttime || start < ns->starttime)) {
		ns->pid = pid;
		ns->starttime = start;
	}
}

/* "mnt:[N]" is N, everything else 0. */
static ino_t parse_link(const char *link)
{
	uintmax_t ino;

	return sscanf(link, "mnt:[%ju]", &ino) == 1 ? ino : 0;
}

/*
 * The namespace that a link in /proc stands for, added if it is new; NULL when
 * it is no mount namespace, or when the process is gone.
 */
static int follow_link(struct nsiter *it, int dirfd, const char *path, struct nsiter_ns **ns)
{
	char link[64];
	ssize_t n = readlinkat(dirfd, path, link, sizeof(link) - 1);
	ino_t ino;
	int fd;

	*ns = NULL;
	if (n < 0)
		return -errno;
	link[n] = '\0';
	ino = parse_link(link);
	if (!ino)
		return 0;

	*ns = nsiter_find(it, ino);
	if (*ns && (*ns)->fd >= 0)
		return 0;
	*ns = NULL;
	fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : nsiter_add_fd(it, fd, ns);
}

/* Each process once, however often it has the namespace open. */
static int add_holder(struct nsiter_ns *ns, pid_t pid)
{
	char text[16];

	if (ns->last_holder == pid)
		return 0;
	ns->last_holder = pid;
	snprintf(text, sizeof(text), "%d", (int) pid);
	return nsiter_add_text(&ns->holders, ',', text);
}

/* @own is the namespace that the process is in, which needs no file for it */
static int scan_fds(struct nsiter *it, int procfd, const char *pid, ino_t own)
{
	char path[NAME_MAX + sizeof("/fd")];
	struct dirent *de;
	int fd, rc = 0;
	DIR *dir;

	/* our own are those of this search */
	if (atoi(pid) == getpid())
		return 0;
	snprintf(path, sizeof(path), "%s/fd", pid);
	fd = openat(procfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd >= 0 ? fdopendir(fd) : NULL;
	if (!dir) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	while (rc != -ENOMEM && (de = readdir(dir))) {
		struct nsiter_ns *ns;

		if (!c_isdigit(*de->d_name))
			continue;
		rc = follow_link(it, dirfd(dir), de->d_name, &ns);
		if (rc == 0 && ns && ns->ino != own)
			rc = add_holder(ns, atoi(pid));
	}
	closedir(dir);
	return rc == -ENOMEM ? rc : 0;
}

/* Processes come and go; one that cannot be looked at any more is no error. */
static int scan_process(struct nsiter *it, int procfd, const char *pid, unsigned int flags)
{
	char path[NAME_MAX + sizeof("/ns/mnt")];
	struct nsiter_ns *ns;
	ino_t own = 0;
	int rc;

	snprintf(path, sizeof(path), "%s/ns/mnt", pid);
	rc = follow_link(it, procfd, path, &ns);
	if (rc == -EACCES || rc == -EPERM)
		it->nhidden++;
	if (rc == -ENOMEM)
		return rc;
	if (rc == 0 && ns) {
		own = ns->ino;
		count_process(ns, procfd, atoi(pid));
	}
	return rc == 0 && (flags & NSITER_FDS) ? scan_fds(it, procfd, pid, own) : 0;
}

/*
 * nsiter_scan_proc:
 *
 * Looks at all processes, once, in the order of their PIDs.
 *
 * Returns: 0 or -ENOMEM.
 */
int nsiter_scan_proc(struct nsiter *it, unsigned int flags)
{
	DIR *dir = opendir(_PATH_PROC);
	struct dirent *de;
	int rc = 0;

	while (dir && rc == 0 && (de = readdir(dir))) {
		if (c_isdigit(*de->d_name))
			rc = scan_process(it, dirfd(dir), de->d_name, flags);
	}
	if (dir)
		closedir(dir);
	return rc;
}
