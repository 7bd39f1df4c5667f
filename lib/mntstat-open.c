/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntstat-open - a file descriptor on the mount that is asked for
 *
 * All with O_PATH: no device or FIFO is opened, no server asked, no automount
 * mounted, and a process whose files they are does not notice.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "diagnose.h"
#include "mntstat.h"
#include "mountapi.h"
#include "nls.h"
#include "pathnames.h"

/*
 * mntstat_open_path:
 * @path: symbolic links are followed, those of /proc/PID/fd as well
 * @d: failure
 *
 * Returns: O_CLOEXEC fd, or -errno with @d set.
 */
int mntstat_open_path(const char *path, struct diag *d)
{
	size_t len = strlen(path);
	char *copy = strdup(path);
	int fd;

	if (!copy)
		return diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);
	/* a slash at the end would have an automount point mounted */
	while (len > 1 && copy[len - 1] == '/')
		copy[--len] = '\0';

	fd = open(copy, O_PATH | O_CLOEXEC);
	if (fd < 0)
		fd = diag_fail(d, DIAG_MNT_OPEN, errno, path);
	free(copy);
	return fd;
}

/*
 * mntstat_open_own:
 * @fd: open file of the caller, which stays open
 * @name: its name for a failure
 * @d: failure
 *
 * Returns: O_CLOEXEC fd above 2, or -errno with @d set.
 */
int mntstat_open_own(int fd, const char *name, struct diag *d)
{
	char path[sizeof(_PATH_PROC "/self/fd/") + 3 * sizeof(int)];
	int own;

	if (fcntl(fd, F_GETFD) < 0)
		return diag_fail(d, DIAG_MNT_OPEN, errno, name);

	/* to close a duplicate would have a filesystem flush the file */
	snprintf(path, sizeof(path), _PATH_PROC "/self/fd/%d", fd);
	own = open(path, O_PATH | O_CLOEXEC);
	if (own < 0)
		own = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

	return own < 0 ? diag_fail(d, DIAG_MNT_OPEN, errno, name) : own;
}

static int has_ended(int pidfd)
{
	struct pollfd pfd = { .fd = pidfd, .events = POLLIN };

	return poll(&pfd, 1, 0) != 0;
}

/* The pidfd of the right process, or -errno; -1 where there are no pidfds. */
static int open_pidfd(pid_t pid, uint64_t ino)
{
	struct stat st;
	int fd = ul_pidfd_open(pid, 0);

	/* a thread has none of its own, nor do processes before Linux 5.3 */
	if (fd < 0)
		return errno == ESRCH || ino ? -ESRCH : -1;
	if (ino && (fstat(fd, &st) < 0 || (uint64_t) st.st_ino != ino)) {
		close(fd);
		return -ESRCH;
	}
	return fd;
}

static int open_file_of(pid_t pid, const char *file)
{
	char path[sizeof(_PATH_PROC "//") + 3 * sizeof(pid_t) + 32];
	int err;
	int fd;

	snprintf(path, sizeof(path), _PATH_PROC "/%d/%s", (int) pid, file);
	fd = open(path, O_PATH | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	err = errno;
	if (err != ENOENT)
		return -err;

	snprintf(path, sizeof(path), _PATH_PROC "/%d", (int) pid);
	return access(path, F_OK) == 0 ? -EBADF : -ESRCH;
}

/*
 * mntstat_open_pid:
 * @pid: process or thread
 * @ino: inode of its pidfd, or 0
 * @file: "fd/N", "cwd", "root" or "exe", as in /proc/PID
 * @name: how the file is called in a failure
 * @d: failure
 *
 * It is opened through /proc, not with pidfd_getfd(2): that needs more
 * privileges, and to close such a copy would flush the file.
 *
 * Returns: O_CLOEXEC fd, or -errno with @d set.
 */
int mntstat_open_pid(pid_t pid, uint64_t ino, const char *file, const char *name,
		     struct diag *d)
{
	int fd, pidfd = open_pidfd(pid, ino);

	if (pidfd < -1)
		return diag_fail(d, DIAG_MNT_OPEN, ESRCH, name);

	fd = open_file_of(pid, file);
	if (pidfd >= 0) {
		/* the PID may be another process's already */
		if (fd >= 0 && has_ended(pidfd)) {
			close(fd);
			fd = -ESRCH;
		}
		close(pidfd);
	}
	return fd < 0 ? diag_fail(d, DIAG_MNT_OPEN, -fd, name) : fd;
}
