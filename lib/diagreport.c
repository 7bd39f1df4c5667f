/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * diagreport - how a child process tells its parent what failed, and hands over
 * a descriptor
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "c.h"
#include "diagnose.h"
#include "diagreport.h"
#include "pdeathsig.h"

struct report {
	enum diag_step step;
	int err;
	int nosys;
	int has_object;			/* which may be an empty path */
	char object[PATH_MAX];
	char cause[512];
	char remedy[256];
};

union fd_message {
	struct cmsghdr hdr;
	char buf[CMSG_SPACE(sizeof(int))];
};

static void copy_text(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from ? from : "");
}

/*
 * diagreport_send:
 * @sock: end of a socketpair(2) of the type SOCK_SEQPACKET
 * @d: what failed; DIAG_NONE when all is well
 * @fd: open file to hand over, or -1
 *
 * Returns: 0 or -1; what is said then nobody hears.
 */
int diagreport_send(int sock, const struct diag *d, int fd)
{
	struct report rep = {
		.step = d->step, .err = d->err, .nosys = d->nosys, .has_object = d->object != NULL
	};
	union fd_message control = { .buf = "" };
	struct iovec iov = { .iov_base = &rep, .iov_len = sizeof(rep) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	copy_text(rep.object, sizeof(rep.object), d->object);
	copy_text(rep.cause, sizeof(rep.cause), d->cause);
	copy_text(rep.remedy, sizeof(rep.remedy), d->remedy);
	if (fd >= 0) {
		struct cmsghdr *c;

		msg.msg_control = control.buf;
		msg.msg_controllen = sizeof(control.buf);
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(int));
	}
	return sendmsg(sock, &msg, MSG_NOSIGNAL) == sizeof(rep) ? 0 : -1;
}

static int unpack(const struct report *rep, struct diag *d)
{
	const char *object = rep->has_object ? rep->object : NULL;

	if (rep->step == DIAG_NONE)
		return 0;
	if (!*rep->cause)
		diag_fail(d, rep->step, rep->err, object);
	else
		diag_fail_cause(d, rep->step, rep->err, object,
				*rep->remedy ? rep->remedy : NULL, "%s", rep->cause);
	d->nosys = rep->nosys;
	return rep->err ? -rep->err : -EIO;
}

/*
 * diagreport_receive:
 * @sock: the other end
 * @fd: result: the O_CLOEXEC file handed over, or -1; may be NULL
 * @d: what failed there
 *
 * Returns: 0, -errno with @d set by the child, or -errno with @d untouched
 * (DIAG_NONE) when the child says nothing: -ECHILD it died, -EINTR a signal
 * came.
 */
int diagreport_receive(int sock, int *fd, struct diag *d)
{
	union fd_message control = { .buf = "" };
	struct report rep = { .step = DIAG_NONE };
	struct iovec iov = { .iov_base = &rep, .iov_len = sizeof(rep) };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.buf, .msg_controllen = sizeof(control.buf)
	};
	struct cmsghdr *c;
	ssize_t n;

	if (fd)
		*fd = -1;
	n = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);
	/* ECONNRESET: what was sent to it was not read */
	if (n != sizeof(rep))
		return n < 0 && errno != ECONNRESET ? -errno : -ECHILD;
	c = CMSG_FIRSTHDR(&msg);
	if (fd && c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
		memcpy(fd, CMSG_DATA(c), sizeof(int));
	return unpack(&rep, d);
}

static int receive_fd(int sock, enum diag_step step, const char *object, struct diag *d)
{
	int fd = -1, rc = diagreport_receive(sock, &fd, d);

	if (!rc && fd < 0)
		rc = -EMFILE;
	if (rc && d->step == DIAG_NONE)
		diag_fail(d, step, -rc, object);
	return rc ? rc : fd;
}

/*
 * diagreport_fd_of_child:
 * @make: run by a child process, which may change namespaces as it likes; opens a
 *	file and returns its fd, or -errno with its @d set
 * @data: for @make
 * @step: what a failure of the child itself is called
 * @object: likewise
 * @d: failure
 *
 * Returns: O_CLOEXEC fd of the file, or -errno with @d set; the child is gone.
 */
int diagreport_fd_of_child(int (*make)(const void *data, struct diag *d), const void *data,
			   enum diag_step step, const char *object, struct diag *d)
{
	int sock[2], fd;
	pid_t parent = getpid(), pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sock) < 0)
		return diag_fail(d, step, errno, object);
	pid = fork();
	if (pid == 0) {
		struct diag mine = { .step = DIAG_NONE };

		pdeathsig_set(parent);
		fd = make(data, &mine);
		_exit(diagreport_send(sock[1], &mine, fd) == 0 ? 0 : EXIT_FAILURE);
	}
	fd = pid < 0 ? diag_fail(d, step, errno, object) : 0;
	close(sock[1]);
	if (pid > 0)
		fd = receive_fd(sock[0], step, object, d);
	close(sock[0]);
	if (pid < 0)
		return fd;
	/* when a signal came first: a tree that hangs holds the child */
	if (fd < 0)
		kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return fd;
}
