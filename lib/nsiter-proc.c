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
#include <stdio.h>
#include <unistd.h>

#include "cctype.h"
#include "nsiter.h"
#include "procwalk.h"

/* PIDs below are not handed out again: kernel/pid.c, alloc_pid() */
#define RESERVED_PIDS		300

/* PIDs ascend from call to call, but a higher PID need not be younger. */
static void count_process(struct nsiter_ns *ns, const struct procwalk *w)
{
	uint64_t start;

	if (ns->nprocs++ == 0) {
		ns->pid = w->pid;
		return;
	}
	if (ns->pid < RESERVED_PIDS)
		return;

	if (!ns->starttime)
		ns->starttime = procwalk_starttime(w, ns->pid);
	start = procwalk_starttime(w, w->pid);
	if (start && (!ns->starttime || start < ns->starttime)) {
		ns->pid = w->pid;
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
static int scan_fds(struct nsiter *it, const struct procwalk *w, ino_t own)
{
	struct dirent *de;
	int rc = 0;
	DIR *dir;

	/* our own are those of this search */
	if (w->pid == getpid())
		return 0;
	dir = procwalk_opendir(w, "fd");
	if (!dir)
		return 0;
	while (rc != -ENOMEM && (de = readdir(dir))) {
		struct nsiter_ns *ns;

		if (!c_isdigit(*de->d_name))
			continue;
		rc = follow_link(it, dirfd(dir), de->d_name, &ns);
		if (rc == 0 && ns && ns->ino != own)
			rc = add_holder(ns, w->pid);
	}
	closedir(dir);
	return rc == -ENOMEM ? rc : 0;
}

/* Processes come and go; one that cannot be looked at any more is no error. */
static int scan_process(struct nsiter *it, const struct procwalk *w, unsigned int flags)
{
	char path[32];
	struct nsiter_ns *ns;
	ino_t own = 0;
	int rc;

	snprintf(path, sizeof(path), "%d/ns/mnt", (int) w->pid);
	rc = follow_link(it, dirfd(w->dir), path, &ns);
	if (rc == -EACCES || rc == -EPERM)
		it->nhidden++;
	if (rc == -ENOMEM)
		return rc;
	if (rc == 0 && ns) {
		own = ns->ino;
		count_process(ns, w);
	}
	return rc == 0 && (flags & NSITER_FDS) ? scan_fds(it, w, own) : 0;
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
	struct procwalk w;
	int rc = 0;

	if (procwalk_open(&w) == 0) {
		while (rc == 0 && procwalk_next(&w) == 0)
			rc = scan_process(it, &w, flags);
	}
	procwalk_close(&w);
	return rc;
}
