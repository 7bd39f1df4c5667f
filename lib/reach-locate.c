/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * reach-locate - the mount that a path of a namespace is on
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "all-io.h"
#include "diagnose.h"
#include "mountapi.h"
#include "nls.h"
#include "nsjoin.h"
#include "nspath.h"
#include "pathnames.h"
#include "pdeathsig.h"
#include "reach.h"

/* What the child sends. */
struct answer {
	enum diag_step step;		/* DIAG_NONE: found */
	int err;
	uint64_t id;
	uint64_t id_old;
	mode_t mode;
	dev_t rdev;
	char path[PATH_MAX];
};

static void fail(struct answer *a, enum diag_step step, int err)
{
	a->step = step;
	a->err = err;
}

/* The caller's own paths are what open(2) takes them for; others are confined. */
static int open_path(const struct nsref *ref, const char *path)
{
	int root, fd;

	if (ref->kind == NSREF_SELF) {
		fd = open(path, O_PATH | O_CLOEXEC);
		return fd < 0 ? -errno : fd;
	}
	root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return -errno;
	fd = nspath_open(root, path, O_PATH);
	close(root);
	return fd;
}

/*
 * Before Linux 6.8 there is only the id that the kernel uses again. A server of
 * the filesystem, which may be dead, is not asked.
 */
static int get_mount_ids(int fd, struct answer *a)
{
	int flags = AT_EMPTY_PATH | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC;
	struct statx st;
	int rc = mnt_unique_id(fd, "", AT_EMPTY_PATH, &a->id);

	/* EACCES: FUSE tells nobody anything but the user who mounted it */
	if (rc && rc != -ENOSYS && rc != -EACCES)
		return rc;
	if (statx(fd, "", flags, rc == -EACCES ? 0 :
		  STATX_MNT_ID | STATX_TYPE | STATX_NLINK, &st) < 0)
		return -errno;
	if (st.stx_mask & STATX_MNT_ID)
		a->id_old = st.stx_mnt_id;
	a->mode = st.stx_mode;
	a->rdev = makedev(st.stx_rdev_major, st.stx_rdev_minor);
	if ((st.stx_mask & STATX_NLINK) && !st.stx_nlink)
		return -ENOENT;
	return a->id || a->id_old ? 0 : -ENOSYS;
}

/* Something that was removed has no name any more; get_mount_ids() has seen it. */
static int get_name(int procfd, int fd, struct answer *a)
{
	char link[32];
	ssize_t n;

	snprintf(link, sizeof(link), "%d", fd);
	n = readlinkat(procfd, link, a->path, sizeof(a->path));
	if (n < 0)
		return -errno;
	if (n == sizeof(a->path))
		return -ENAMETOOLONG;
	a->path[n] = '\0';
	return *a->path == '/' ? 0 : -ENOENT;
}

/* /proc is opened before: the namespace may have none. */
static void find(struct answer *a, const struct nsref *ref, const char *path)
{
	struct diag d = { .step = DIAG_NONE };
	int procfd, fd, rc;

	procfd = open(_PATH_PROC "/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (procfd < 0) {
		fail(a, DIAG_TARGET_OPEN, errno);
		return;
	}
	if (ref->kind != NSREF_SELF && nsjoin_enter(ref, &d) != 0) {
		fail(a, d.step, d.err);
		diag_reset(&d);
		close(procfd);
		return;
	}
	rc = fd = open_path(ref, path);
	if (fd >= 0) {
		rc = get_mount_ids(fd, a);
		if (rc == 0)
			rc = get_name(procfd, fd, a);
		close(fd);
	}
	close(procfd);
	if (rc < 0)
		fail(a, DIAG_TARGET_OPEN, -rc);
}

/* Returns: 0, -ETIMEDOUT, or another -errno. */
static int read_answer(int fd, struct answer *a, int timeout)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	int rc;

	do
		rc = poll(&pfd, 1, timeout);
	while (rc < 0 && errno == EINTR);
	if (rc <= 0)
		return rc < 0 ? -errno : -ETIMEDOUT;
	/* it is written at once */
	return read_all(fd, (char *) a, sizeof(*a)) == sizeof(*a) ? 0 : -EIO;
}

static int find_in_child(struct answer *a, const struct nsref *ref, const char *path,
			 int timeout)
{
	int p[2], rc;
	pid_t parent = getpid(), pid;

	if (pipe2(p, O_CLOEXEC) < 0)
		return -errno;
	pid = fork();
	if (pid == 0) {
		pdeathsig_set(parent);
		find(a, ref, path);
		_exit(write_all(p[1], a, sizeof(*a)) != 0);
	}
	rc = pid < 0 ? -errno : 0;
	close(p[1]);
	if (pid > 0)
		rc = read_answer(p[0], a, timeout);
	close(p[0]);
	if (pid < 0)
		return rc;

	/* one that hangs is not waited for: perhaps no signal reaches it */
	if (rc == -ETIMEDOUT)
		kill(pid, SIGKILL);
	else
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	return rc;
}

/* What the table says is about mounting there; here the path was only opened. */
static int fail_open(struct diag *d, int err, const char *path)
{
	if (err == ELOOP || err == EXDEV || err == ENOSYS)
		return diag_fail(d, DIAG_TARGET_OPEN, err, path);
	return diag_fail_cause(d, DIAG_TARGET_OPEN, err, path, NULL, "%s", strerror(err));
}

static int take_answer(struct reach_spot *spot, const struct answer *a,
		       const struct nsref *ref, const char *path, struct diag *d)
{
	if (a->step == DIAG_TARGET_OPEN)
		return fail_open(d, a->err, path);
	if (a->step != DIAG_NONE)
		return diag_fail(d, a->step, a->err, ref->name);

	spot->id = a->id;
	spot->id_old = a->id_old;
	spot->mode = a->mode;
	spot->rdev = a->rdev;
	spot->path = strdup(a->path);
	return spot->path ? 0 : diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);
}

/*
 * reach_locate:
 * @spot: filled in; the caller frees @spot->path
 * @ref: namespace
 * @path: path of something that exists there. Of the caller's namespace
 *	(NSREF_SELF) it is any path; of another one it is looked up in a child
 *	that enters it, from and confined to its root.
 * @timeout: milliseconds that it may take, in a child in any case; -1 for ever
 * @d: failure
 *
 * Returns: 0, or -errno with @d set; -ETIMEDOUT where a server does not answer.
 */
int reach_locate(struct reach_spot *spot, const struct nsref *ref, const char *path,
		 int timeout, struct diag *d)
{
	struct answer *a = calloc(1, sizeof(*a));
	int rc = 0;

	memset(spot, 0, sizeof(*spot));
	if (!a)
		return diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);

	if (ref->kind == NSREF_SELF && timeout < 0)
		find(a, ref, path);
	else
		rc = find_in_child(a, ref, path, timeout);

	rc = rc ? fail_open(d, -rc, path) : take_answer(spot, a, ref, path, d);
	free(a);
	return rc;
}
