/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nssetattr - change mounts in the mount namespace that the caller has entered
 *
 * One mount_setattr(2) changes a whole tree or nothing. For several targets
 * their attributes are changed first, one after the other: that can fail, and
 * can be undone. Only then comes the propagation, which cannot be undone where
 * a mount has left its peers, but has no reason to fail any more.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "c.h"
#include "detached.h"
#include "diagnose.h"
#include "mountapi.h"
#include "mountinfo.h"
#include "nls.h"
#include "nspath.h"
#include "nssetattr.h"

#define MAX_NAMES	128		/* bytes, all that names[] can give */

/* What a mount was before. */
struct before {
	uint64_t id;
	uint64_t attr;			/* MOUNT_ATTR_* */
	uint64_t propagation;		/* MS_* */
};

struct target {
	const char *path;
	int fd;
	struct before *mounts;		/* its own first; then, with recursive, those below */
	size_t nmounts;
};

static const struct {
	uint64_t attr;
	const char *name;
} names[] = {
	{ MOUNT_ATTR_RDONLY,	   "ro" },
	{ MOUNT_ATTR_NOSUID,	   "nosuid" },
	{ MOUNT_ATTR_NODEV,	   "nodev" },
	{ MOUNT_ATTR_NOEXEC,	   "noexec" }
};

static int fail(int err, const char *path, struct diag *d)
{
	return diag_fail(d, DIAG_SETATTR, err, path);
}

/* The mount point of a mount of the own namespace, allocated; or NULL. */
static char *mount_point(uint64_t id)
{
	size_t size = sizeof(struct ul_statmount) + 2 * 4096;
	struct ul_statmount *sm = malloc(size);
	char *path = NULL;

	if (sm && ul_statmount(id, 0, UL_STATMOUNT_MNT_POINT, sm, size, 0) == 0 &&
	    (sm->mask & UL_STATMOUNT_MNT_POINT) && sm->str[sm->mnt_point])
		path = strdup(sm->str + sm->mnt_point);
	free(sm);
	return path;
}

static int fail_no_mount_point(const struct target *t, struct diag *d)
{
	char *point = NULL;
	uint64_t id;
	int rc;

	if (mnt_unique_id(t->fd, "", AT_EMPTY_PATH, &id) == 0)
		point = mount_point(id);
	if (point)
		rc = diag_fail_cause(d, DIAG_SETATTR, EINVAL, t->path, NULL,
				_("not a mount point, it lies on the mount at %s"), point);
	else
		rc = diag_fail_cause(d, DIAG_SETATTR, EINVAL, t->path, NULL,
				_("not a mount point"));
	free(point);
	return rc;
}

static int open_target(int rootfd, struct target *t, struct diag *d)
{
	t->fd = nspath_open(rootfd, t->path, O_PATH);
	if (t->fd == -ENOENT)
		return diag_fail_cause(d, DIAG_SETATTR, ENOENT, t->path, NULL, "%s",
				       strerror(ENOENT));
	if (t->fd < 0)
		return diag_fail_cause(d, DIAG_SETATTR, -t->fd, t->path, NULL, "%s",
				       diag_cause(DIAG_TARGET_OPEN, -t->fd));
	if (mnt_is_root_of_mount(t->fd, "", AT_EMPTY_PATH) == 0)
		return fail_no_mount_point(t, d);
	return 0;
}

static int note(struct target *t, const struct before *b)
{
	struct before *mounts = reallocarray(t->mounts, t->nmounts + 1, sizeof(*mounts));

	if (!mounts)
		return -ENOMEM;
	t->mounts = mounts;
	t->mounts[t->nmounts++] = *b;
	return 0;
}

/*
 * What the mounts are now. Those below that go away meanwhile are left out.
 */
static int note_mount(struct target *t, uint64_t id)
{
	struct before b = { .id = id };
	struct ul_statmount sm;

	if (ul_statmount(id, 0, UL_STATMOUNT_MNT_BASIC, &sm, sizeof(sm), 0) < 0)
		return t->nmounts && errno == ENOENT ? 0 : -errno;
	b.attr = sm.mnt_attr;
	b.propagation = sm.mnt_propagation;
	return note(t, &b);
}

/* The target itself, which needs no id to be found again. */
static int note_by_mountinfo(struct target *t)
{
	struct mountinfo_line line;
	struct before b = { .id = 0 };
	uint64_t id;
	int rc = mnt_old_id(t->fd, "", AT_EMPTY_PATH, &id);

	if (rc == 0)
		rc = mountinfo_find(id, &line);
	if (rc)
		return -ENOSYS;
	b.attr = line.attr;
	b.propagation = line.propagation;
	return note(t, &b);
}

static int note_mounts(struct target *t, int recursive)
{
	uint64_t id, ids[256], last = 0;
	ssize_t i, n = 0;
	int rc = mnt_unique_id(t->fd, "", AT_EMPTY_PATH, &id);

	if (rc == 0)
		rc = note_mount(t, id);
	if (rc == -ENOSYS && !recursive)
		return note_by_mountinfo(t);
	while (rc == 0 && recursive) {
		n = ul_listmount(id, 0, last, ids, ARRAY_SIZE(ids), 0);
		if (n <= 0)
			return n < 0 ? -errno : 0;
		for (i = 0; rc == 0 && i < n; i++)
			rc = note_mount(t, ids[i]);
		last = ids[n - 1];
	}
	return rc;
}

/*
 * Back to what it was
 */
static int set_mount(int fd, const struct mnt_change *change, int recursive)
{
	struct ul_mount_attr attr = {
		.attr_set = change->attr_set,
		.attr_clr = change->attr_clr,
		.propagation = change->propagation
	};

	return ul_mount_setattr(fd, "", AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0),
				&attr) < 0 ? -errno : 0;
}

/* An fd on a mount that is below @t, found by its mount point; or -errno. */
static int open_mount(int rootfd, const struct target *t, uint64_t id)
{
	uint64_t found;
	char *path;
	int fd;

	if (id == t->mounts[0].id)
		return fcntl(t->fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

	path = mount_point(id);
	if (!path)
		return -ENOENT;
	fd = nspath_open(rootfd, path, O_PATH);
	free(path);
	if (fd >= 0 && (mnt_unique_id(fd, "", AT_EMPTY_PATH, &found) < 0 || found != id)) {
		close(fd);
		fd = -ENOENT;
	}
	return fd;
}

/*
 * The type that a mount had, if it can be had again: who has left its peers, or
 * its master, does not get back to them. 0: it is as it was; -1: it cannot.
 */
static int former_propagation(const struct before *b, uint64_t propagation)
{
	if (!propagation || b->propagation == propagation)
		return 0;
	if (b->propagation == MS_PRIVATE || b->propagation == MS_UNBINDABLE)
		return b->propagation;
	return -1;
}

static int restore_mount(int rootfd, const struct target *t, const struct before *b,
			 const struct mnt_change *change)
{
	uint64_t touched = change->attr_set | change->attr_clr;
	int fd, rc, former = former_propagation(b, change->propagation);
	struct mnt_change back = {
		.attr_set = b->attr & touched,
		.attr_clr = touched & ~b->attr,
		.propagation = former > 0 ? former : 0
	};

	/* the ways to keep access times are one field, to be cleared before it is set */
	if (touched & MOUNT_ATTR__ATIME)
		back.attr_clr |= MOUNT_ATTR__ATIME;
	fd = open_mount(rootfd, t, b->id);
	if (fd < 0)
		return fd;
	rc = set_mount(fd, &back, 0);
	close(fd);
	return former < 0 ? -ENOTRECOVERABLE : rc;
}

/* Returns: 0, or -errno where a mount could not be made what it was. */
static int restore_targets(int rootfd, const struct target *targets, size_t n,
			   const struct mnt_change *change)
{
	size_t i, k;
	int rc = 0;

	for (i = n; i > 0; i--) {
		const struct target *t = &targets[i - 1];

		for (k = t->nmounts; k > 0; k--) {
			int err = restore_mount(rootfd, t, &t->mounts[k - 1], change);

			if (err)
				rc = err;
		}
	}
	return rc;
}

/*
 * Why not
 */

/* Which of the attributes to be cleared the mount has, and can so be locked. */
static uint64_t can_be_locked(const struct before *b, const struct mnt_change *change)
{
	uint64_t attr = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		attr |= names[i].attr;
	attr &= change->attr_clr & b->attr;
	if ((change->attr_clr & MOUNT_ATTR__ATIME) &&
	    (b->attr & MOUNT_ATTR__ATIME) != (change->attr_set & MOUNT_ATTR__ATIME))
		attr |= MOUNT_ATTR__ATIME;
	return attr;
}

static void put_names(char *buf, uint64_t attr)
{
	const char *sep = "";
	size_t i;

	*buf = '\0';
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (!(attr & names[i].attr))
			continue;
		buf = stpcpy(stpcpy(buf, sep), names[i].name);
		sep = ", ";
	}
	if (attr & MOUNT_ATTR__ATIME)
		stpcpy(stpcpy(buf, sep), "atime");
}

/* The first mount of the tree with something on it that a lock can keep. */
static int fail_locked(const struct target *t, const struct mnt_change *change, struct diag *d)
{
	char buf[MAX_NAMES], *point;
	uint64_t attr = 0;
	size_t i;
	int rc;

	for (i = 0; i < t->nmounts && !attr; i++)
		attr = can_be_locked(&t->mounts[i], change);
	if (!attr)
		return fail(EPERM, t->path, d);

	put_names(buf, attr);
	point = mount_point(t->mounts[i - 1].id);
	rc = diag_fail_cause(d, DIAG_SETATTR, EPERM, point ? point : t->path, NULL,
			_("locked by a more privileged namespace: %s"), buf);
	free(point);
	return rc;
}

static int fail_to_set(const struct target *t, int err, const struct mnt_change *change,
		       struct diag *d)
{
	if (err == EPERM)
		return fail_locked(t, change, d);
	return fail(err, t->path, d);
}

/*
 * In the order of the command line. Returns: how many were changed; *@rc is why
 * that are not all.
 */
static size_t set_targets(const struct target *targets, size_t n, int recursive,
			  const struct mnt_change *change, int *rc)
{
	size_t i;

	*rc = 0;
	for (i = 0; i < n; i++) {
		*rc = set_mount(targets[i].fd, change, recursive);
		if (*rc)
			break;
	}
	return i;
}

/* For one target all is one step, which the kernel does or does not. */
static int set_all(int rootfd, const struct target *targets, size_t n, int recursive,
		   const struct mnt_change *change, struct diag *d)
{
	struct mnt_change attrs = *change, propagation = { .propagation = change->propagation };
	size_t done, done_last = 0;
	int rc, kept = 0;

	if (n > 1)
		attrs.propagation = 0;
	done = set_targets(targets, n, recursive, &attrs, &rc);
	if (rc == 0 && n > 1 && propagation.propagation)
		done_last = set_targets(targets, n, recursive, &propagation, &rc);
	if (rc == 0)
		return 0;

	if (restore_targets(rootfd, targets, done_last, &propagation) != 0)
		kept = 1;
	if (restore_targets(rootfd, targets, done, &attrs) != 0)
		kept = 1;
	if (done == n)
		done = done_last;
	if (!kept)
		return fail_to_set(&targets[done], -rc, change, d);
	return diag_fail_cause(d, DIAG_SETATTR, -rc, targets[done].path,
			_("what was changed before could not all be undone"), "%s",
			diag_cause(DIAG_SETATTR, -rc));
}

/* One target needs no undoing, so kernels without statmount(2) do. */
static int prepare(int rootfd, struct target *targets, size_t n, int recursive,
		   struct diag *d)
{
	size_t i;
	int rc;

	for (i = 0; i < n; i++) {
		rc = open_target(rootfd, &targets[i], d);
		if (rc)
			return rc;
	}
	for (i = 0; i < n; i++) {
		rc = note_mounts(&targets[i], recursive);
		if (rc == -ENOSYS && n == 1)
			return 0;
		if (rc == -ENOSYS)
			return diag_fail_nosys(d, DIAG_SETATTR, ENOSYS, targets[i].path,
				_("statmount(2) (Linux 6.8), to undo a recursive change of several targets"));
		if (rc)
			return fail(-rc, targets[i].path, d);
	}
	return 0;
}

/*
 * nssetattr:
 * @rootfd: root of the namespace that the caller is in
 * @paths: mount points inside
 * @n: how many
 * @recursive: with the mounts below them
 * @change: attributes and propagation; no id map
 * @d: failure
 *
 * All targets are changed or none: see above. Signals wait until that is done.
 *
 * Returns: 0, or -errno with @d set. See mount_setattr(2).
 */
int nssetattr(int rootfd, char *const *paths, size_t n, int recursive,
	      const struct mnt_change *change, struct diag *d)
{
	struct target *targets = calloc(n, sizeof(*targets));
	sigset_t all, old;
	size_t i;
	int rc;

	if (!targets)
		return diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);
	for (i = 0; i < n; i++) {
		targets[i].path = paths[i];
		targets[i].fd = -1;
	}

	rc = prepare(rootfd, targets, n, recursive, d);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &old);
	if (rc == 0)
		rc = set_all(rootfd, targets, n, recursive, change, d);
	sigprocmask(SIG_SETMASK, &old, NULL);

	for (i = 0; i < n; i++) {
		if (targets[i].fd >= 0)
			close(targets[i].fd);
		free(targets[i].mounts);
	}
	free(targets);
	return rc;
}
