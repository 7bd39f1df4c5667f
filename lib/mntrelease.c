/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntrelease - the last reference of a mount that is unmounted already
 *
 * Whoever drops the last reference of a network filesystem takes leave of its
 * server, NFS from version 4.1 on with DESTROY_SESSION (nfs4_destroy_session() in
 * fs/nfs/nfs4client.c). If the server is dead he waits, in umount2(2) as in
 * close(2) and at the end of a process, MNT_DETACH or not. So a lazy unmount keeps
 * an fd of the mount, and what may take long is done by a process that nobody has
 * to wait for.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "c.h"
#include "mntrelease.h"
#include "mountapi.h"

/*
 * mntrelease_is_network:
 * @type: of a filesystem
 *
 * Returns: 1 when it has a server, else 0.
 */
int mntrelease_is_network(const char *type)
{
	static const char *const types[] = {
		"9p", "afs", "ceph", "cifs", "nfs", "nfs4", "smb3"
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		if (strcmp(type, types[i]) == 0)
			return 1;
	}
	return 0;
}

/*
 * mntrelease_has_server:
 * @fd: on a mount, O_PATH is enough; its server is not asked
 *
 * Returns: 1 when it is of a network filesystem, or when the kernel does not tell
 * (before Linux 6.8), else 0.
 */
int mntrelease_has_server(int fd)
{
	union {
		struct ul_statmount sm;
		char buf[sizeof(struct ul_statmount) + 128];
	} s;
	uint64_t id;

	if (mnt_unique_id(fd, "", AT_EMPTY_PATH, &id) != 0 ||
	    ul_statmount(id, 0, UL_STATMOUNT_FS_TYPE, &s.sm, sizeof(s), 0) < 0 ||
	    !(s.sm.mask & UL_STATMOUNT_FS_TYPE))
		return 1;
	return mntrelease_is_network(s.sm.str + s.sm.fs_type);
}

/* Nobody waits for what the process has open: pipes are to end without it. */
static void close_all_but(unsigned int first, const int *fds, size_t n)
{
	int moved[MNTRELEASE_MAX];
	size_t i;

	for (i = 0; i < n; i++)
		moved[i] = fcntl(fds[i], F_DUPFD, (int) (first + n));
	for (i = 0; i < n; i++)
		dup2(moved[i], (int) (first + i));
	ul_close_range(first + n, UINT_MAX, 0);
	ul_close_range(0, first - 1, 0);
}

static void __attribute__((__noreturn__)) child(const int *fds, size_t n)
{
	static const int signals[] = { SIGHUP, SIGINT, SIGPIPE, SIGTERM };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(signals); i++)
		signal(signals[i], SIG_DFL);
	setsid();
	ignore_result(chdir("/"));
	close_all_but(STDERR_FILENO + 1, fds, n);
	ul_close_range(0, UINT_MAX, 0);
	_exit(0);
}

/* Returns 1 when the process is gone. */
static int wait_for(pid_t pid, int timeout)
{
	struct pollfd pfd = { .fd = ul_pidfd_open(pid, 0), .events = POLLIN };
	int rc;

	if (pfd.fd >= 0) {
		rc = poll(&pfd, 1, timeout);
		close(pfd.fd);
		if (rc <= 0)
			return 0;
	}
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return 1;
}

/*
 * mntrelease_close:
 * @fds: of mounts that are unmounted; all of them are closed
 * @n: their number, MNTRELEASE_MAX at most
 * @timeout: how long to wait for a server at most, in milliseconds
 *
 * A process that is left waits for the server, or for a signal that ends it, and
 * then the filesystem is gone. It is in the namespace of the caller, in a session
 * of its own, and has nothing else open.
 *
 * Returns: 0, or the PID of that process.
 */
pid_t mntrelease_close(const int *fds, size_t n, int timeout)
{
	pid_t pid = n ? fork() : 0;
	size_t i;

	if (n && pid == 0)
		child(fds, n);
	for (i = 0; i < n; i++)
		close(fds[i]);
	return pid > 0 && !wait_for(pid, timeout) ? pid : 0;
}
