/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * detached-subdir - a directory of a detached mount in place of its root
 */
#include <errno.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include "c.h"
#include "detached.h"
#include "diagreport.h"
#include "mountapi.h"
#include "nspath.h"

struct subdir {
	int treefd;		/* the detached mount */
	int dirfd;		/* the directory, on it */
	const char *path;	/* its name for a failure */
};

static int clone_fd(const struct subdir *s)
{
	int fd = ul_open_tree(s->dirfd, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);

	return fd < 0 ? -errno : fd;
}

/*
 * What is put in place here nobody else may get to see. A chroot is left first: its
 * root need not be one of a mount, which alone can be made private.
 */
static int unshare_private(void)
{
	struct ul_mount_attr attr = { .propagation = MS_PRIVATE };
	int rc, pidfd;

	if (unshare(CLONE_NEWNS) < 0)
		return -errno;
	pidfd = ul_pidfd_open(getpid(), 0);
	if (pidfd < 0)
		return -errno;
	rc = setns(pidfd, CLONE_NEWNS);
	if (rc == 0)
		rc = ul_mount_setattr(AT_FDCWD, "/", AT_RECURSIVE, &attr);
	rc = rc < 0 ? -errno : 0;
	close(pidfd);
	return rc;
}

/*
 * Before Linux 6.15 nothing could be cloned from a detached mount; what is mounted
 * in the own namespace can be. That one is gone with the child process, and with it
 * all of the mount but the clone.
 */
static int clone_in_own_namespace(const void *data, struct diag *d)
{
	const struct subdir *s = data;
	int rc = unshare_private();

	if (!rc && ul_move_mount(s->treefd, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) < 0)
		rc = -errno;
	if (!rc)
		rc = clone_fd(s);
	return rc < 0 ? diag_fail(d, DIAG_FS_SUBDIR, -rc, s->path) : rc;
}

/*
 * detached_subdir:
 * @treefd: detached mount that nobody else has to do with: it may be lost
 * @path: directory in it, resolved as if its root were that of the process
 * @d: failure
 *
 * Returns: O_CLOEXEC fd of a detached mount whose root is the directory, or -errno
 * with @d set. See open_tree(2).
 */
int detached_subdir(int treefd, const char *path, struct diag *d)
{
	struct subdir s = { .treefd = treefd, .path = path };
	int fd;

	s.dirfd = nspath_open(treefd, path, O_PATH | O_DIRECTORY);
	if (s.dirfd < 0)
		return diag_fail(d, DIAG_FS_SUBDIR, -s.dirfd, path);
	fd = clone_fd(&s);
	if (fd == -EINVAL)
		fd = diagreport_fd_of_child(clone_in_own_namespace, &s, DIAG_FS_SUBDIR, path, d);
	else if (fd < 0)
		fd = diag_fail(d, DIAG_FS_SUBDIR, -fd, path);
	close(s.dirfd);
	return fd;
}
