/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntwatch - what is mounted and unmounted in a mount namespace, as it happens
 *
 * A watch knows the mounts of its namespace: those that were there when it was
 * opened, and from then on what its events say. Its memory is bounded by the
 * number of mounts that the namespace has.
 */
#ifndef UTIL_LINUX_MNTWATCH_H
#define UTIL_LINUX_MNTWATCH_H

#include <stddef.h>
#include <stdint.h>

struct diag;
struct mnt_entry;
struct mntwatch_node;
struct mntwatch_pending;
struct nsref;

enum mntwatch_action {
	MNTWATCH_ATTACH,
	MNTWATCH_DETACH,
	MNTWATCH_MOVE,
	MNTWATCH_CHANGE			/* options or propagation; never from fanotify */
};

/* Where the events come from, best first. */
enum mntwatch_method {
	MNTWATCH_FANOTIFY,		/* each event, in order: Linux 6.15, and privileged */
	MNTWATCH_MOUNTINFO,		/* poll(2) says that something happened */
	MNTWATCH_INTERVAL		/* nobody says anything: looks from time to time */
};

struct mntwatch_event {
	enum mntwatch_action action;
	const struct mnt_entry *mnt;	/* valid until the next call; of a mount that was
					   gone before it could be looked at, the id */
};

struct mntwatch {
	const struct nsref *ref;
	uint64_t mask;			/* UL_STATMOUNT_* */
	enum mntwatch_method method;
	int refused;			/* errno that speaks against fanotify(7), or 0 ... */
	const char *refused_call;	/* ... and what it is of */
	unsigned int overflows;		/* how often events were lost */

	int fd;
	unsigned int list_flags;	/* of mnttab_read() */
	unsigned int ready:1;		/* there may be something to read */
	unsigned int fresh:1;		/* events may be older than the last list */
	unsigned int moved:1;		/* mount points below may have changed, too */

	void *known;			/* tsearch(3) */
	struct mntwatch_node *gone;	/* was told about last, and is to be freed */
	uint32_t generation;

	struct mntwatch_pending *pending;	/* found by comparing lists */
	size_t npending;
	size_t nextpending;
	size_t pendingspace;

	char *buf;			/* of fanotify */
	size_t buflen;
	size_t bufpos;
};

/* mntwatch_open() */
enum {
	MNTWATCH_NO_FANOTIFY = (1 << 0)
};

int mntwatch_open(struct mntwatch *w, const struct nsref *ref, uint64_t mask,
		  unsigned int flags, struct diag *d);
void mntwatch_close(struct mntwatch *w);

int mntwatch_wait(struct mntwatch *watches, size_t n, int outfd, int timeout);
int mntwatch_next(struct mntwatch *w, struct mntwatch_event *ev, struct diag *d);
void mntwatch_walk(const struct mntwatch *w,
		   void (*fn)(const struct mnt_entry *mnt, void *data), void *data);

#endif /* UTIL_LINUX_MNTWATCH_H */
