/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nsjoin - enter a mount namespace
 */
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "c.h"
#include "diagnose.h"
#include "lazylibs.h"
#include "mountapi.h"
#include "mountinfo.h"
#include "namespace.h"
#include "nls.h"
#include "nsjoin.h"
#include "nsproc.h"
#include "nspath.h"
#include "pathnames.h"
#include "nsref.h"
#include "pdeathsig.h"
#include "userns.h"

#ifdef __SANITIZE_ADDRESS__
/*
 * LeakSanitizer looks at the threads of the process in /proc when it ends, and
 * dies where there are none: in a tree without /proc, and where /proc is of another
 * PID namespace, in which the number of this process is another's or nobody's. It
 * asks this function before.
 */
int __lsan_is_turned_off(void);

int __lsan_is_turned_off(void)
{
	char pid[16];
	ssize_t len = readlink("/proc/self", pid, sizeof(pid) - 1);

	if (len < 0)
		return 1;
	pid[len] = '\0';
	return strtol(pid, NULL, 10) != getpid();
}
#endif

static int join_owner(const struct nsref *ref, struct diag *d)
{
	int fd, rc = 0;

	fd = ioctl(ref->fd, UL_NS_GET_USERNS);
	if (fd < 0)
		return diag_fail(d, DIAG_JOIN_MNTNS, EPERM, ref->name);
	/* EINVAL: the caller is in it and lacks the capability there */
	if (pdeathsig_setns_user(fd) < 0)
		rc = diag_fail(d, errno == EINVAL ? DIAG_JOIN_MNTNS : DIAG_JOIN_USERNS,
			       errno == EINVAL ? EPERM : errno, ref->name);
	close(fd);
	return rc;
}

/* The user namespace comes first: what the others need is had there. */
static const struct {
	int type;
	const char *name;
} others[NSJOIN_NR_OTHERS] = {
	{ CLONE_NEWUSER,   "user" },
	{ CLONE_NEWCGROUP, "cgroup" },
	{ CLONE_NEWIPC,	   "ipc" },
	{ CLONE_NEWNET,	   "net" },
	{ CLONE_NEWPID,	   "pid" },
	{ CLONE_NEWTIME,   "time" },
	{ CLONE_NEWUTS,	   "uts" }
};

/* setns() to the own user namespace is EINVAL, and to any other own one in vain */
static int is_own(int fd, const char *name)
{
	char path[sizeof(_PATH_PROC) + 32];
	struct stat st, own;

	snprintf(path, sizeof(path), _PATH_PROC "/self/ns/%s", name);
	return fstat(fd, &st) == 0 && stat(path, &own) == 0 &&
	       st.st_ino == own.st_ino && st.st_dev == own.st_dev;
}

static int open_others(struct nsjoin_others *o, int types, int missing_ok,
		       const struct nsproc *m, struct diag *d)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(others); i++) {
		int fd;

		if (!(types & others[i].type) || o->fds[i] >= 0)
			continue;
		fd = nsproc_open_ns(m, others[i].name, d);
		if (fd == -ENOENT && missing_ok)
			continue;
		if (fd == -ENOENT)
			return diag_fail_nosys(d, DIAG_JOIN_OTHER, ENOSYS, others[i].name,
					       _("namespaces of this type"));
		if (fd < 0)
			return fd;
		if (is_own(fd, others[i].name))
			close(fd);
		else
			o->fds[i] = fd;
	}
	return 0;
}

/*
 * nsjoin_open_others:
 * @o: set up with NSJOIN_OTHERS_INIT, may hold some; the caller ends with
 *     nsjoin_close_others()
 * @types: CLONE_NEW*, without CLONE_NEWNS
 * @m: whose namespaces are joined; those that the caller is in are left out
 * @d: failure
 *
 * Returns: 0, or -errno with @d set.
 */
int nsjoin_open_others(struct nsjoin_others *o, int types, const struct nsproc *m,
		       struct diag *d)
{
	return open_others(o, types, 0, m, d);
}

/* ... of all types that this kernel has */
int nsjoin_open_others_all(struct nsjoin_others *o, const struct nsproc *m, struct diag *d)
{
	return open_others(o, ~0, 1, m, d);
}

/*
 * nsjoin_others_types:
 *
 * Returns: CLONE_NEW* of what is to be joined.
 */
int nsjoin_others_types(const struct nsjoin_others *o)
{
	int types = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(others); i++)
		types |= o->fds[i] >= 0 ? others[i].type : 0;
	return types;
}

void nsjoin_close_others(struct nsjoin_others *o)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(others); i++) {
		if (o->fds[i] >= 0)
			close(o->fds[i]);
		o->fds[i] = -1;
	}
}

static int join_other(struct nsjoin_others *o, size_t i, struct diag *d)
{
	if (setns(o->fds[i], others[i].type) < 0)
		return diag_fail(d, DIAG_JOIN_OTHER, errno, others[i].name);
	close(o->fds[i]);
	o->fds[i] = -1;
	return 0;
}

/*
 * Joins what the caller has the rights for. Of what is denied nothing is said: it
 * may be allowed from within the user namespace.
 */
static int join_allowed(const struct nsref *ref, struct nsjoin_others *o, int *nr_left,
			int *left_mnt, struct diag *d)
{
	size_t i;

	*nr_left = 0;
	*left_mnt = 0;
	for (i = 1; o && i < ARRAY_SIZE(others); i++) {
		if (o->fds[i] < 0 || join_other(o, i, d) == 0)
			continue;
		if (d->err != EPERM)
			return -d->err;
		diag_reset(d);
		(*nr_left)++;
	}
	if (setns(ref->fd, CLONE_NEWNS) == 0)
		return 0;
	if (errno != EPERM)
		return diag_fail(d, DIAG_JOIN_MNTNS, errno, ref->name);
	*left_mnt = 1;
	return 0;
}

/*
 * nsjoin_enter_with:
 * @ref: open namespace
 * @o: namespaces of other types, or NULL
 * @d: failure
 *
 * Moves the caller, a single-threaded process, into the mount namespace and the
 * others; its root and working directory become the root of the mount namespace,
 * so a chroot is left. A caller that is not privileged over one of them joins the
 * user namespace of @o, or else the one that owns the mount namespace, and becomes
 * root there where 0 is mapped. What belongs to the caller's own user namespace is
 * joined before that. A PID namespace is that of children only. See setns(2) and
 * mntns_install() in fs/namespace.c.
 *
 * Returns: 0, or -errno with @d set; the caller may have joined some of them then
 * and is expected to exit.
 */
int nsjoin_enter_with(const struct nsref *ref, struct nsjoin_others *o, struct diag *d)
{
	int nr_left, left_mnt, rc;
	size_t i;

	lazylibs_close();
	rc = join_allowed(ref, o, &nr_left, &left_mnt, d);
	if (rc)
		return rc;
	if (!nr_left && !left_mnt && (!o || o->fds[0] < 0))
		return 0;

	if (o && o->fds[0] >= 0)
		rc = join_other(o, 0, d);
	else if (left_mnt)
		rc = join_owner(ref, d);
	for (i = 1; !rc && o && i < ARRAY_SIZE(others); i++)
		rc = o->fds[i] < 0 ? 0 : join_other(o, i, d);
	if (!rc && left_mnt && setns(ref->fd, CLONE_NEWNS) < 0)
		rc = diag_fail(d, DIAG_JOIN_MNTNS, errno, ref->name);
	return rc ? rc : userns_become_root(ref->name, d);
}

/*
 * nsjoin_enter - as nsjoin_enter_with(), the mount namespace alone, for who goes on
 * to look at its mounts
 */
int nsjoin_enter(const struct nsref *ref, struct diag *d)
{
	mountinfo_keep_proc();
	return nsjoin_enter_with(ref, NULL, d);
}

/*
 * nsjoin_enter_root - as nsjoin_enter(), for who goes on by paths below the root
 *
 * Returns: O_PATH fd of the root of the namespace, O_CLOEXEC, or -errno with @d set.
 */
int nsjoin_enter_root(const struct nsref *ref, struct diag *d)
{
	int fd, rc = nsjoin_enter(ref, d);

	if (rc)
		return rc;
	fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? diag_fail(d, DIAG_TARGET_OPEN, errno, "/") : fd;
}

static int fail_id(struct diag *d, int err, const char *what, unsigned int id)
{
	char object[32];

	snprintf(object, sizeof(object), "%s %u", what, id);
	return diag_fail(d, DIAG_SET_IDS, err, object);
}

/*
 * nsjoin_set_uid - become another user, with what capabilities it leaves; see
 * capabilities(7). The ids are those of the caller's user namespace.
 *
 * Returns: 0, or -errno with @d set: -EINVAL the id is not mapped there.
 */
int nsjoin_set_uid(uid_t uid, struct diag *d)
{
	return setresuid(uid, uid, uid) < 0 ? fail_id(d, errno, "uid", uid) : 0;
}

/*
 * nsjoin_set_gid - the group, and @groups in place of the supplementary ones
 *
 * In a user namespace made without privileges setgroups() is denied, and then the
 * groups stay. Returns: 0, or -errno with @d set.
 */
int nsjoin_set_gid(gid_t gid, const gid_t *groups, size_t nr_groups, struct diag *d)
{
	if (setgroups(nr_groups, groups) < 0 && errno != EPERM)
		return fail_id(d, errno, "gid", gid);
	return setresgid(gid, gid, gid) < 0 ? fail_id(d, errno, "gid", gid) : 0;
}

/*
 * nsjoin_chdir:
 * @dir: directory in the namespace that the caller has entered
 * @d: failure
 *
 * Returns: 0, or -errno with @d set.
 */
int nsjoin_chdir(const char *dir, struct diag *d)
{
	int root, fd, rc = 0;

	root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return diag_fail(d, DIAG_CHDIR_INSIDE, errno, dir);

	fd = nspath_open(root, dir, O_PATH | O_DIRECTORY);
	close(root);
	if (fd < 0)
		return diag_fail(d, DIAG_CHDIR_INSIDE, -fd, dir);
	if (fchdir(fd) < 0)
		rc = diag_fail(d, DIAG_CHDIR_INSIDE, errno, dir);
	close(fd);
	return rc;
}
