/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * runproc - the process of a program that is to be executed: its namespaces, its
 * parent, its ids and capabilities
 */
#ifndef UTIL_LINUX_RUNPROC_H
#define UTIL_LINUX_RUNPROC_H

#include <signal.h>
#include <stdint.h>
#include <sys/types.h>

struct diag;

struct runproc {
	int unshare;			/* CLONE_NEW*, but for users and mounts */
	int64_t monotonic;		/* offsets of the clocks in seconds, CLONE_NEWTIME */
	int64_t boottime;
	int kill_child;			/* signal for the child when we die, or 0 */
	uid_t uid;			/* with set_uid */
	gid_t gid;			/* with set_gid */
	unsigned int set_uid:1;
	unsigned int set_gid:1;
	unsigned int keep_caps:1;
	unsigned int no_new_privs:1;

	sigset_t old_mask;		/* runproc_fork(): for the child */
	struct sigaction old_chld;
	int parent;			/* its pidfd, or -1 */
};

#define RUNPROC_INIT	{ .parent = -1 }

const char *runproc_type(int flag);
int runproc_unshare(const struct runproc *p, struct diag *d);
pid_t runproc_fork(struct runproc *p, struct diag *d);
int runproc_wait(pid_t pid);
int runproc_reap(pid_t pid);
int runproc_signalfd(void);
int runproc_handle(pid_t pid, int sig, int code, int *status);
int runproc_become(const struct runproc *p, struct diag *d);

#endif /* UTIL_LINUX_RUNPROC_H */
