/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nsmake-child - a mount namespace that a child process makes, where the caller
 * itself must stay where it is
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "c.h"
#include "diagreport.h"
#include "nsmake.h"

static void __attribute__((__noreturn__)) child(const struct nsmake *req, int sock)
{
	struct diag d = { .step = DIAG_NONE };
	struct nsmake copy = *req;
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	copy.method = req->used;
	fd = nsmake_enter_fd(&copy, &d);
	_exit(diagreport_send(sock, &d, fd) == 0 ? 0 : EXIT_FAILURE);
}

/*
 * nsmake_open_in_child:
 *
 * As nsmake_open(): a child process makes the namespace, hands over its fd and
 * is gone when this returns.
 */
int nsmake_open_in_child(const struct nsmake *req, struct diag *d)
{
	int sock[2], fd = -1, rc;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sock) < 0)
		return diag_fail(d, DIAG_NS_CHILD, errno, req->tree);

	pid = fork();
	if (pid == 0)
		child(req, sock[1]);
	if (pid < 0) {
		rc = diag_fail(d, DIAG_NS_CHILD, errno, req->tree);
		close(sock[0]);
		close(sock[1]);
		return rc;
	}
	close(sock[1]);

	rc = diagreport_receive(sock[0], &fd, d);
	if (!rc && fd < 0)
		rc = -EMFILE;
	if (rc && d->step == DIAG_NONE)
		diag_fail(d, DIAG_NS_CHILD, -rc, req->tree);
	close(sock[0]);
	/* when a signal came first: a tree that hangs holds the child */
	if (rc)
		kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return rc ? rc : fd;
}
