/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nsmake-many - many mount namespaces of one tree, from one child process
 *
 * The stand-in copies all mounts of the caller's namespace and drops them again.
 * Once there is a namespace with the tree alone, copies of that cost next to
 * nothing. The child stays in the first one, which it hands out to nobody, so
 * that what becomes of the others is not in the next copy.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "c.h"
#include "diagreport.h"
#include "mountapi.h"
#include "nls.h"
#include "nsfs.h"
#include "nsmake.h"
#include "pathnames.h"
#include "pdeathsig.h"

/*
 * nsmake_can_copy:
 *
 * What unshare(2) makes is the same as what the stand-in makes, but where each
 * namespace is to have peer groups, a filesystem or an owner of its own. Copies
 * of shared mounts are peers of these.
 *
 * Returns: 1 when all the namespaces of @req may be copies of one, else 0.
 */
int nsmake_can_copy(const struct nsmake *req)
{
	if (!req->many || req->owner)
		return 0;
	return req->used == NSMAKE_UNSHARE ||
	       (req->used == NSMAKE_PIVOT_ROOT && req->root != NSMAKE_FS &&
		req->change.propagation != MS_SHARED);
}

/* What the child works with. */
struct maker {
	const struct nsmake *req;
	int template;			/* the namespace that is copied */
	int nsdir;			/* /proc/self/ns, out of reach by path later */
};

/* The link in @m->nsdir is to the namespace that the child is in at the time. */
static int open_own(const struct maker *m)
{
	int fd;

	if (m->nsdir < 0)
		return ns_open_pid(0);
	fd = openat(m->nsdir, "mnt", O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int make_template(struct maker *m, struct diag *d)
{
	struct nsmake copy = *m->req;

	m->nsdir = open(_PATH_PROC "/self/ns", O_PATH | O_DIRECTORY | O_CLOEXEC);
	copy.method = m->req->used;
	m->template = nsmake_enter_fd(&copy, d);
	return m->template < 0 ? m->template : 0;
}

/* Returns the fd of a copy, and the child is where it was; or -errno. */
static int copy_template(const struct maker *m, struct diag *d)
{
	const char *tree = m->req->tree;
	int fd;

	if (unshare(CLONE_NEWNS) < 0)
		return diag_fail(d, DIAG_NS_UNSHARE, errno, tree);
	fd = open_own(m);
	if (fd < 0)
		return diag_fail(d, DIAG_NS_IDENTIFY, -fd, tree);
	if (setns(m->template, CLONE_NEWNS) < 0) {
		int rc = diag_fail(d, DIAG_NS_UNCHROOT, errno, tree);

		close(fd);
		return rc;
	}
	return fd;
}

/* One byte asks for one namespace; the end of the file ends the child. */
static void __attribute__((__noreturn__)) child(const struct nsmake *req, pid_t parent,
					     int sock)
{
	struct diag d = { .step = DIAG_NONE };
	struct maker m = { .req = req, .template = -1, .nsdir = -1 };
	int fd, rc = 0;
	char c;

	pdeathsig_set(parent);
	while (!rc && read(sock, &c, 1) == 1) {
		fd = m.template < 0 ? make_template(&m, &d) : 0;
		if (!fd)
			fd = copy_template(&m, &d);
		rc = diagreport_send(sock, &d, fd);
		if (fd < 0)
			break;
		close(fd);
	}
	_exit(rc ? EXIT_FAILURE : 0);
}

static int start(struct nsmake *req, struct diag *d)
{
	pid_t parent = getpid();
	int sock[2], err;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sock) < 0)
		return diag_fail(d, DIAG_NS_CHILD, errno, req->tree);
	req->maker_pid = fork();
	if (req->maker_pid == 0) {
		close(sock[0]);
		child(req, parent, sock[1]);
	}
	err = errno;
	close(sock[1]);
	if (req->maker_pid < 0) {
		close(sock[0]);
		req->maker_pid = 0;
		return diag_fail(d, DIAG_NS_CHILD, err, req->tree);
	}
	req->maker_sock = sock[0];
	return 0;
}

/*
 * nsmake_stop_maker:
 *
 * Ends the child of nsmake_open_copy(), if there is one. The namespaces that it
 * made stay.
 */
void nsmake_stop_maker(struct nsmake *req)
{
	if (!req->maker_pid)
		return;
	close(req->maker_sock);
	/* a tree that hangs would hold it; there is nothing to be undone */
	kill(req->maker_pid, SIGKILL);
	while (waitpid(req->maker_pid, NULL, 0) < 0 && errno == EINTR)
		;
	req->maker_pid = 0;
}

/*
 * nsmake_open_copy:
 *
 * As nsmake_open(), for a @req that nsmake_can_copy(). The child that it starts
 * is there until nsmake_stop_maker().
 */
int nsmake_open_copy(struct nsmake *req, struct diag *d)
{
	int fd = -1, rc = 0;

	if (!req->maker_pid)
		rc = start(req, d);
	if (rc)
		return rc;
	if (send(req->maker_sock, "", 1, MSG_NOSIGNAL) != 1)
		rc = -errno;
	else
		rc = diagreport_receive(req->maker_sock, &fd, d);
	if (!rc && fd < 0)
		rc = -EMFILE;
	if (rc && d->step == DIAG_NONE)
		diag_fail(d, DIAG_NS_CHILD, -rc, req->tree);
	if (rc)
		nsmake_stop_maker(req);
	return rc ? rc : fd;
}
