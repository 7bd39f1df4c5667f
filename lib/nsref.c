/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nsref - the NS operand: from what the user wrote to an open mount namespace
 */
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "c.h"
#include "cctype.h"
#include "diagnose.h"
#include "mountapi.h"
#include "namespace.h"
#include "nls.h"
#include "nsfs.h"
#include "nspin.h"
#include "nsref.h"
#include "pathnames.h"
#include "pidutils.h"
#include "strutils.h"

static const struct {
	int type;
	const char *name;
} nstypes[] = {
	{ CLONE_NEWCGROUP, N_("a cgroup namespace") },
	{ CLONE_NEWIPC,	   N_("an IPC namespace") },
	{ CLONE_NEWNET,	   N_("a network namespace") },
	{ CLONE_NEWPID,	   N_("a PID namespace") },
	{ CLONE_NEWTIME,   N_("a time namespace") },
	{ CLONE_NEWUSER,   N_("a user namespace") },
	{ CLONE_NEWUTS,	   N_("a UTS namespace") }
};

/*
 * Walks the mount namespaces that the kernel shows in the order of their ids,
 * up or down from @fd, which is closed.
 */
static int walk_to_id(int fd, uint64_t id, unsigned long cmd)
{
	struct ul_mnt_ns_info info = { .size = sizeof(info) };

	for (;;) {
		int next = ioctl(fd, cmd, &info);
		int err = errno;

		close(fd);
		if (next < 0)
			return -err;
		if (info.mnt_ns_id == id)
			return next;
		if (cmd == UL_NS_MNT_GET_NEXT ? info.mnt_ns_id > id : info.mnt_ns_id < id) {
			close(next);
			return -ENOENT;
		}
		fd = next;
	}
}

static int match_id(int fd, uint64_t id)
{
	uint64_t x;

	if (fd < 0)
		return -1;
	if (ns_is_mntns(fd) && ns_get_id(fd, &x) == 0 && x == id)
		return fd;
	close(fd);
	return -1;
}

/* The namespaces that processes and pins show: also without privileges. */
static int scan_for_id(uint64_t id)
{
	struct dirent *de;
	const char *name;
	int fd = -1, nsfd;
	DIR *dir;

	dir = opendir(_PATH_PROC);
	while (dir && fd < 0 && (de = readdir(dir))) {
		if (c_isdigit(*de->d_name))
			fd = match_id(ns_open_pid(atoi(de->d_name)), id);
	}
	if (dir)
		closedir(dir);
	if (fd >= 0)
		return fd;

	dir = nspin_opendir();
	while (dir && fd < 0 && nspin_next(dir, &name, &nsfd) == 0)
		fd = match_id(nsfd, id);
	if (dir)
		closedir(dir);

	return fd >= 0 ? fd : -ESTALE;
}

/*
 * ns_open_id:
 * @id: 64-bit id of a mount namespace
 *
 * Returns: open O_CLOEXEC mount namespace, or -errno: -ESTALE there is none
 * or it cannot be seen, -EINVAL the id is another namespace type's, -ENOSYS
 * namespaces have no ids (before Linux 6.11).
 */
int ns_open_id(uint64_t id)
{
	int self, fd, rc;
	uint64_t own;

	self = ns_open_pid(0);
	if (self < 0)
		return self;
	rc = ns_get_id(self, &own);
	if (rc == 0 && own == id)
		return self;
	if (rc < 0) {
		close(self);
		return -ENOSYS;
	}

	/* by file handle since Linux 6.19 */
	fd = ul_open_ns_by_id(id, 0, 0);
	if (fd >= 0) {
		close(self);
		if (ns_is_mntns(fd))
			return fd;
		close(fd);
		return -EINVAL;
	}

	fd = walk_to_id(self, id, id > own ? UL_NS_MNT_GET_NEXT : UL_NS_MNT_GET_PREV);
	return fd >= 0 ? fd : scan_for_id(id);
}

/* fails with what @fd is when it is no mount namespace */
static int check_mntns(int fd, enum diag_step step, const char *operand, struct diag *d)
{
	int type;
	size_t i;

	if (!ns_is_nsfs(fd))
		return diag_fail_cause(d, step, EINVAL, operand, NULL,
				       _("not a namespace file"));
	type = ioctl(fd, UL_NS_GET_NSTYPE);
	if (type == CLONE_NEWNS)
		return 0;

	for (i = 0; i < ARRAY_SIZE(nstypes); i++) {
		if (nstypes[i].type == type)
			return diag_fail_cause(d, step, EINVAL, operand, NULL,
					       _("it is %s, not a mount namespace"),
					       _(nstypes[i].name));
	}
	return diag_fail(d, step, EINVAL, operand);
}

/*
 * A path may be anything, also what blocks or acts when it is opened: it is
 * opened for good only after a look at it.
 */
static int open_file(const char *path, struct diag *d)
{
	struct stat before, after;
	int fd, rc;

	fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return diag_fail(d, DIAG_NS_OPEN_FILE, errno, path);
	rc = ns_is_nsfs(fd) && fstat(fd, &before) == 0 ? 0 : -EINVAL;
	close(fd);
	if (rc)
		return diag_fail_cause(d, DIAG_NS_OPEN_FILE, EINVAL, path, NULL,
				       _("not a namespace file"));

	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return diag_fail(d, DIAG_NS_OPEN_FILE, errno, path);
	if (fstat(fd, &after) < 0 || before.st_dev != after.st_dev ||
	    before.st_ino != after.st_ino) {
		close(fd);
		return diag_fail(d, DIAG_NS_OPEN_FILE, EAGAIN, path);
	}

	rc = check_mntns(fd, DIAG_NS_OPEN_FILE, path, d);
	if (rc) {
		close(fd);
		return rc;
	}
	return fd;
}

/* the kernel takes 0 in mnt_id_req for "no fd", and 1 and 2 are others' */
static int move_above_stdio(int fd)
{
	int high;

	if (fd > STDERR_FILENO)
		return fd;
	high = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (high < 0)
		high = -errno;
	close(fd);
	return high;
}

/*
 * nsref_hold_pid:
 * @ref: pid and pidfd are set
 * @pid: process
 *
 * Returns: 0, or -errno of pidfd_open(2).
 */
int nsref_hold_pid(struct nsref *ref, pid_t pid)
{
	int fd = ul_pidfd_open(pid, 0);

	ref->pid = pid;
	if (fd < 0)
		return -errno;
	fd = move_above_stdio(fd);
	if (fd < 0)
		return fd;
	ref->pidfd = fd;
	return 0;
}

/*
 * The pidfd holds on to one process: when that still runs after its namespace
 * was opened by number, the namespace was this process's.
 */
static int open_pid(struct nsref *ref, struct diag *d)
{
	uint64_t ino = 0;
	struct stat st;
	int fd, rc;

	if (ul_parse_pid_str((char *) ref->name, &ref->pid, &ino) != 0 || ref->pid <= 0)
		return diag_fail_cause(d, DIAG_NS_OPEN_PID, EINVAL, ref->name, NULL,
				       strchr(ref->name, ':') ? _("not a PID:INO") :
								_("not a PID"));
	/* there is none of a thread other than the first, whose number also goes */
	rc = nsref_hold_pid(ref, ref->pid);
	if (ino && rc)
		return diag_fail(d, DIAG_NS_OPEN_PID, -rc, ref->name);
	if (ino && (fstat(ref->pidfd, &st) < 0 || (uint64_t) st.st_ino != ino))
		return diag_fail_cause(d, DIAG_NS_OPEN_PID, ESRCH, ref->name, NULL,
				       _("the PID is now another process's, or its pidfd inode is another"));

	fd = ns_open_pid(ref->pid);
	if (fd >= 0 && !nsref_is_alive(ref)) {
		close(fd);
		fd = -ESRCH;
	}
	if (fd == -ESRCH && !ino && kill(ref->pid, 0) == 0)
		return diag_fail_cause(d, DIAG_NS_OPEN_PID, ESRCH, ref->name, NULL,
				       _("the process has exited and left its namespaces"));
	return fd < 0 ? diag_fail(d, DIAG_NS_OPEN_PID, -fd, ref->name) : fd;
}

static int open_id(struct nsref *ref, struct diag *d)
{
	const char *digits = ref->name + 1;
	unsigned long long id;
	char *end = NULL;
	int fd;

	errno = 0;
	id = c_isdigit(*digits) ? strtoull(digits, &end, 10) : 0;
	if (!id || errno || *end)
		return diag_fail_cause(d, DIAG_NS_OPEN_ID, EINVAL, ref->name, NULL,
				       _("not an id of a namespace"));
	fd = ns_open_id(id);
	if (fd >= 0)
		return fd;
	if (fd == -ENOSYS)
		return diag_fail_nosys(d, DIAG_NS_OPEN_ID, ENOSYS, ref->name,
				       _("64-bit ids of mount namespaces (Linux 6.11)"));
	if (fd == -EINVAL)
		return diag_fail_cause(d, DIAG_NS_OPEN_ID, EINVAL, ref->name, NULL,
				       _("this is not the id of a mount namespace"));
	return diag_fail(d, DIAG_NS_OPEN_ID, -fd, ref->name);
}

static enum nsref_kind kind_of(const char *operand)
{
	size_t digits = strspn(operand, "0123456789");

	/* first, for the units of users have a slash in their names */
	if (startswith(operand, "unit:"))
		return NSREF_UNIT;
	if (startswith(operand, "ctr:"))
		return NSREF_CONTAINER;
	if (strchr(operand, '/'))
		return NSREF_FILE;
	if (*operand == ':')
		return NSREF_ID;
	if (digits && (!operand[digits] || operand[digits] == ':'))
		return NSREF_PID;
	return NSREF_NAME;
}

static int take(struct nsref *ref, int fd, struct diag *d)
{
	struct stat st;

	if (fd < 0)
		return fd;
	fd = move_above_stdio(fd);
	if (fd < 0)
		return diag_fail(d, DIAG_NS_IDENTIFY, -fd, ref->name);
	if (fstat(fd, &st) < 0) {
		int rc = diag_fail(d, DIAG_NS_IDENTIFY, errno, ref->name);

		close(fd);
		return rc;
	}
	ref->fd = fd;
	ref->ino = st.st_ino;
	if (ns_get_id(fd, &ref->id) < 0)
		ref->id = 0;
	return 0;
}

/*
 * nsref_open:
 * @ref: filled in; @operand must outlive it
 * @operand: PID, PID:INO, :ID, unit:NAME, ctr:IDPREFIX, a path with a '/', or a
 *	pinned name
 * @d: failure
 *
 * Returns: 0, or -errno with @d set and @ref closed.
 */
int nsref_open(struct nsref *ref, const char *operand, struct diag *d)
{
	int fd;

	*ref = (struct nsref) { .name = operand, .fd = -1 };
	ref->kind = kind_of(operand);

	switch (ref->kind) {
	case NSREF_PID:
		fd = open_pid(ref, d);
		break;
	case NSREF_ID:
		fd = open_id(ref, d);
		break;
	case NSREF_FILE:
		fd = open_file(operand, d);
		break;
	case NSREF_UNIT:
	case NSREF_CONTAINER:
		fd = nsref_open_cgroup(ref, d);
		break;
	default:
		if (nspin_name_is_valid(operand))
			fd = nspin_open(operand, d);
		else
			fd = diag_fail(d, DIAG_NS_RESOLVE, EINVAL, operand);
		break;
	}
	fd = take(ref, fd, d);
	if (fd < 0)
		nsref_close(ref);
	return fd;
}

/*
 * nsref_open_self:
 *
 * As nsref_open(), for the namespace that the caller is in.
 */
int nsref_open_self(struct nsref *ref, struct diag *d)
{
	int fd;

	*ref = (struct nsref) { .name = "self", .kind = NSREF_SELF, .fd = -1 };
	fd = ns_open_pid(0);
	if (fd < 0)
		return diag_fail(d, DIAG_NS_OPEN_PID, -fd, ref->name);

	return take(ref, fd, d);
}

void nsref_close(struct nsref *ref)
{
	if (ref->fd >= 0)
		close(ref->fd);
	if (ref->pidfd > 0)
		close(ref->pidfd);
	ref->fd = -1;
	ref->pidfd = 0;
}

/*
 * nsref_is_alive:
 * @ref: whose pid was used
 *
 * To be asked after something was looked up by the number of the process.
 *
 * Returns: 1 when that number is still its own, or when nobody can tell, for
 * lack of a pidfd; else 0.
 */
int nsref_is_alive(const struct nsref *ref)
{
	struct pollfd pfd = { .fd = ref->pidfd, .events = POLLIN };

	return ref->pidfd <= 0 || poll(&pfd, 1, 0) == 0;
}
