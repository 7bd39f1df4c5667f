/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nsiter - every mount namespace on the system that the caller can find
 *
 * The kernel lists them since Linux 6.12; elsewhere, and for who may not see
 * the list, processes, pins and the namespace files mounted here show some.
 */
#ifndef UTIL_LINUX_NSITER_H
#define UTIL_LINUX_NSITER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "idhash.h"

struct diag;

struct nsiter_ns {
	uint64_t id;			/* 0 before Linux 6.11 */
	ino_t ino;
	int fd;				/* O_CLOEXEC; -1: too many to keep them all open */
	unsigned int nr_mounts;		/* valid with has_nr_mounts */
	unsigned int has_nr_mounts:1;	/* the kernel told it with the namespace */
	unsigned int nprocs;
	pid_t pid;			/* the oldest process, 0: none is known */
	uint64_t starttime;		/* ... and when it started; 0: not looked up */
	char *names;			/* pinned names, "a,b"; or NULL */

	char *pins;			/* NSITER_PINS: mount points, one a line, those in other
					   namespaces as ":ID:PATH"; or NULL */
	char *holders;			/* NSITER_FDS: PIDs outside of it that have it open, "1,2" */
	pid_t last_holder;
};

/* what nsiter_scan() fills in beyond the rest, or not */
enum {
	NSITER_PINS = (1 << 0),
	NSITER_FDS = (1 << 1),
	NSITER_NOPROCS = (1 << 2)	/* no processes, where the kernel lists the namespaces */
};

/* how much the caller can see */
enum nsiter_view {
	NSITER_ALL = 0,			/* every namespace */
	NSITER_UNPRIVILEGED,		/* the kernel shows the caller not all of them */
	NSITER_PIDNS,			/* nor the processes outside of its PID namespace */
	NSITER_NOLIST			/* this kernel cannot list them */
};

struct nsiter {
	struct nsiter_ns *ns;		/* in the order in which they were made */
	size_t n;
	size_t allocated;
	enum nsiter_view view;
	size_t nhidden;			/* processes that may not be inspected */
	size_t nunread;			/* NSITER_PINS: namespaces whose mounts cannot be read */

	struct idhash by_ino;
	unsigned int nfds;
	unsigned int maxfds;
};

int nsiter_scan(struct nsiter *it, unsigned int flags, struct diag *d);
void nsiter_free(struct nsiter *it);

/* between the sources of nsiter */
struct nsiter_ns *nsiter_find(const struct nsiter *it, ino_t ino);
int nsiter_add_fd(struct nsiter *it, int fd, struct nsiter_ns **ns);
int nsiter_add_text(char **text, char sep, const char *item);
int nsiter_scan_proc(struct nsiter *it, unsigned int flags);

#endif /* UTIL_LINUX_NSITER_H */
