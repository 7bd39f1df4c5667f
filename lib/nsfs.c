/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nsfs - what can be asked about an open namespace file
 */
#include <errno.h>
#include <stdio.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "mountapi.h"
#include "namespace.h"
#include "nsfs.h"
#include "pathnames.h"

/*
 * ns_is_nsfs:
 * @fd: any open file
 *
 * Returns: 1 when it is a namespace file, of whatever type, else 0.
 */
int ns_is_nsfs(int fd)
{
	struct statfs st;

	return fstatfs(fd, &st) == 0 && (unsigned long) st.f_type == UL_NSFS_MAGIC;
}

/*
 * ns_is_mntns:
 * @fd: open nsfs file
 *
 * Returns: 1 when it is a mount namespace, else 0. See ioctl_nsfs(2).
 */
int ns_is_mntns(int fd)
{
	return ioctl(fd, UL_NS_GET_NSTYPE) == CLONE_NEWNS;
}

/*
 * ns_get_id:
 * @fd: open mount namespace
 * @id: result, the 64-bit id; never reused before the next boot
 *
 * Returns: 0, or -errno: -ENOTTY before Linux 6.11.
 */
int ns_get_id(int fd, uint64_t *id)
{
	return ioctl(fd, UL_NS_GET_MNTNS_ID, id) < 0 ? -errno : 0;
}

/*
 * ns_get_nr_mounts:
 * @fd: open mount namespace
 * @nr: result, number of its mounts; the immutable root below the visible one
 *	is not counted
 *
 * Returns: 0, or -errno: -ENOTTY before Linux 6.12.
 */
int ns_get_nr_mounts(int fd, unsigned int *nr)
{
	struct ul_mnt_ns_info info = { .size = sizeof(info) };

	if (ioctl(fd, UL_NS_MNT_GET_INFO, &info) < 0)
		return -errno;

	*nr = info.nr_mounts;
	return 0;
}

/*
 * ns_open_pid:
 * @pid: a process or thread; 0 is the caller
 *
 * Returns: open O_CLOEXEC mount namespace, or -errno: -ESRCH no such process or
 * it has exited, -EACCES or -EPERM the caller may not inspect it.
 */
int ns_open_pid(pid_t pid)
{
	char path[sizeof(_PATH_PROC) + 32];
	int pidfd, fd;

	/* needs no /proc, but Linux 6.11 and a process rather than a thread */
	pidfd = ul_pidfd_open(pid ? pid : getpid(), 0);
	if (pidfd >= 0) {
		fd = ioctl(pidfd, UL_PIDFD_GET_MNT_NAMESPACE, 0);
		close(pidfd);
		if (fd >= 0)
			return fd;
	}

	if (pid)
		snprintf(path, sizeof(path), _PATH_PROC "/%d/ns/mnt", (int) pid);
	else
		snprintf(path, sizeof(path), _PATH_PROC "/thread-self/ns/mnt");

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		return fd;

	/* a zombie has left its namespaces */
	return errno == ENOENT ? -ESRCH : -errno;
}

/*
 * ns_own_id:
 *
 * Returns: 64-bit id of the mount namespace that the caller is in, 0 on kernels
 * without such ids or where it cannot be opened.
 */
uint64_t ns_own_id(void)
{
	uint64_t id = 0;
	int fd = ns_open_pid(0);

	if (fd >= 0) {
		if (ns_get_id(fd, &id) < 0)
			id = 0;
		close(fd);
	}
	return id;
}
