/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nsmake - make a mount namespace from a directory tree with
 * open_tree(OPEN_TREE_NAMESPACE); the stand-in for older kernels is in
 * nsmake-standin.c
 */
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "c.h"
#include "lazylibs.h"
#include "mountapi.h"
#include "nls.h"
#include "nsmake.h"
#include "nsref.h"
#include "pathnames.h"

/*
 * Since Linux 6.18 each CPU hands out ids of namespaces from a batch of its
 * own, this large (include/linux/cookie.h). A namespace made later on another
 * CPU can have the smaller id.
 */
#define NS_ID_BATCH	4096

static const char *const method_names[] = {
	[NSMAKE_AUTO]		= "auto",
	[NSMAKE_OPEN_TREE]	= "open-tree",
	[NSMAKE_PIVOT_ROOT]	= "pivot-root",
	[NSMAKE_FSMOUNT]	= "fsmount",
	[NSMAKE_UNSHARE]	= "unshare"
};

/*
 * nsmake_parse_method:
 * @name: "auto", "open-tree" or "pivot-root"
 * @method: result
 *
 * Returns: 0 or -EINVAL.
 */
int nsmake_parse_method(const char *name, enum nsmake_method *method)
{
	size_t i;

	for (i = NSMAKE_AUTO; i <= NSMAKE_PIVOT_ROOT; i++) {
		if (strcmp(name, method_names[i]) == 0) {
			*method = i;
			return 0;
		}
	}
	return -EINVAL;
}

const char *nsmake_method_name(enum nsmake_method method)
{
	return method_names[method];
}

/*
 * nsmake_has_open_tree:
 *
 * The kernel looks at the flags first, then at the capability, then at the fd,
 * so a bad fd tells whether it knows the flag and changes nothing.
 *
 * Returns: 1 when the kernel has OPEN_TREE_NAMESPACE, else 0.
 */
int nsmake_has_open_tree(void)
{
	ul_open_tree(-1, "", OPEN_TREE_NAMESPACE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
	return errno == EBADF || errno == EPERM;
}

/*
 * nsmake_check_bindable:
 * @req: what to make
 * @treefd: its tree, open
 * @d: failure
 *
 * Returns: 0, or -EINVAL with @d set when the tree is on an unbindable mount.
 */
int nsmake_check_bindable(const struct nsmake *req, int treefd, struct diag *d)
{
	if (!(detached_propagation(treefd) & MS_UNBINDABLE))
		return 0;

	return diag_fail_cause(d, DIAG_TREE_NAMESPACE, EINVAL, req->tree,
			       _("make it private first, see mount --make-private"),
			       _("the mount is unbindable"));
}

static int is_below(uint64_t id, const char *dir)
{
	union {
		struct ul_statmount sm;
		char buf[sizeof(struct ul_statmount) + PATH_MAX];
	} s;
	size_t len = strlen(dir);

	if (len == 1)
		len = 0;
	return ul_statmount(id, 0, UL_STATMOUNT_MNT_POINT, &s.sm, sizeof(s), 0) == 0 &&
	       s.sm.mask & UL_STATMOUNT_MNT_POINT &&
	       strncmp(s.sm.str + s.sm.mnt_point, dir, len) == 0 &&
	       s.sm.str[s.sm.mnt_point + len] == '/';
}

/* 0 also on kernels before 6.8, which do not tell. */
static int has_mounts_below(int treefd)
{
	char link[sizeof(_PATH_PROC) + 32], dir[PATH_MAX];
	uint64_t mount, ids[256], last = 0;
	ssize_t i, n;

	snprintf(link, sizeof(link), _PATH_PROC "/self/fd/%d", treefd);
	n = readlink(link, dir, sizeof(dir) - 1);
	if (n < 0 || mnt_unique_id(treefd, "", AT_EMPTY_PATH, &mount) < 0)
		return 0;
	dir[n] = '\0';
	while ((n = ul_listmount(mount, 0, last, ids, ARRAY_SIZE(ids), 0)) > 0) {
		for (i = 0; i < n; i++) {
			if (is_below(ids[i], dir))
				return 1;
		}
		last = ids[n - 1];
	}
	return 0;
}

/*
 * nsmake_fail_copy:
 * @req: what to make
 * @step: what failed
 * @treefd: its tree, open in the caller's namespace
 * @err: errno, positive; of open_tree(2)
 * @d: failure
 *
 * The kernel has one errno for many states of the mounts. In a user namespace
 * other than that of the originals nothing may be uncovered: not what a mount
 * that is left out lies on, nor (copy_tree() in fs/namespace.c) what lies under
 * one that cannot be copied.
 *
 * Returns: -@err, with @d set.
 */
int nsmake_fail_copy(const struct nsmake *req, enum diag_step step, int treefd, int err,
		     struct diag *d)
{
	if (err == EINVAL && nsmake_check_bindable(req, treefd, d) != 0)
		return -err;
	if (err == EINVAL && !req->recursive && has_mounts_below(treefd))
		return diag_fail_cause(d, step, err, req->tree, _("use --recursive"),
				_("mounts lie below it, which in this user namespace may not be left out"));
	if (err == EPERM && req->recursive && caller_has_sys_admin() &&
	    prctl(PR_GET_SECCOMP) == 0)
		return diag_fail_cause(d, step, err, req->tree, NULL,
				_("a mount below it is unbindable or a pinned mount namespace, and in this user namespace it may not be left out"));
	return diag_fail(d, step, err, req->tree);
}

static int tree_to_namespace(const struct nsmake *req, int treefd, struct diag *d)
{
	unsigned int flags = OPEN_TREE_NAMESPACE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH;
	int fd;

	if (req->recursive)
		flags |= AT_RECURSIVE;

	fd = ul_open_tree(treefd, "", flags);
	return fd < 0 ? nsmake_fail_copy(req, DIAG_TREE_NAMESPACE, treefd, errno, d) : fd;
}

/*
 * The kernel is asked first: a clone that turned out to be of no use would have
 * to wait for an RCU grace period to go away.
 */
static int choose_method(struct nsmake *req, struct diag *d)
{
	/* chosen already, or the stand-in, which is always possible */
	req->used = req->method;
	if (req->method != NSMAKE_AUTO && req->method != NSMAKE_OPEN_TREE)
		return 0;
	req->used = NSMAKE_PIVOT_ROOT;
	if (req->method == NSMAKE_AUTO && req->root == NSMAKE_EMPTY && nsmake_has_empty())
		req->used = NSMAKE_UNSHARE;
	else if (req->method == NSMAKE_AUTO && req->root == NSMAKE_FS &&
		 !nsmake_needs_detached(req) && nsmake_has_fsmount())
		req->used = NSMAKE_FSMOUNT;
	else if (nsmake_has_open_tree())
		req->used = NSMAKE_OPEN_TREE;
	else if (req->method == NSMAKE_OPEN_TREE)
		return diag_fail_nosys(d, DIAG_TREE_NAMESPACE, EOPNOTSUPP, req->tree,
				       _("OPEN_TREE_NAMESPACE (Linux 7.0)"));
	return 0;
}

static int open_tree_dir(const struct nsmake *req, struct diag *d)
{
	int fd = open(req->tree, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? diag_fail(d, DIAG_TREE_OPEN, errno, req->tree) : fd;
}

/*
 * Copies of shared mounts are peers of the originals, in the new namespace as
 * in a clone. What is to change is therefore changed on a detached clone, in
 * which nobody can mount anything, and the namespace is made from that.
 */
static int open_source(const struct nsmake *req, struct diag *d)
{
	int clone, treefd = open_tree_dir(req, d);

	if (treefd < 0 || mnt_change_is_empty(&req->change))
		return treefd;

	clone = detached_clone(treefd, "", req->recursive, &req->change,
			       DIAG_TREE_CLONE, req->tree, d);
	if (clone == -EINVAL && d->step == DIAG_TREE_CLONE)
		nsmake_fail_copy(req, DIAG_TREE_NAMESPACE, treefd, EINVAL, d);
	close(treefd);
	return clone;
}

/*
 * The stand-in works on the namespace that it is in, as does unshare(2), and into
 * a user namespace there is no way back.
 */
static int is_made_in_child(const struct nsmake *req)
{
	return req->used == NSMAKE_PIVOT_ROOT || req->used == NSMAKE_UNSHARE || req->owner;
}

/*
 * nsmake_prepare:
 * @req: what to make; @req->used is set
 * @d: failure
 *
 * Does what is the same for every namespace that @req makes. The caller ends
 * with nsmake_release().
 *
 * Returns: 0, or -errno with @d set.
 */
int nsmake_prepare(struct nsmake *req, struct diag *d)
{
	int rc;

	req->srcfd = -1;
	rc = choose_method(req, d);
	if (rc || is_made_in_child(req) || req->root != NSMAKE_TREE)
		return rc;

	req->srcfd = open_source(req, d);
	return req->srcfd < 0 ? req->srcfd : 0;
}

void nsmake_release(struct nsmake *req)
{
	nsmake_stop_maker(req);
	if (req->srcfd >= 0)
		close(req->srcfd);
	req->srcfd = -1;
}

/* Returns a namespace from a new filesystem, or -errno. */
static int open_fs(const struct nsmake *req, struct diag *d)
{
	int treefd, fd;

	if (req->used == NSMAKE_FSMOUNT)
		return nsmake_fs_namespace(req, d);
	treefd = nsmake_fs_tree(req, &req->change, d);
	if (treefd < 0)
		return treefd;
	fd = tree_to_namespace(req, treefd, d);
	close(treefd);
	return fd;
}

/*
 * nsmake_open:
 * @req: what to make, prepared with nsmake_prepare()
 * @d: failure
 *
 * Returns: open O_CLOEXEC mount namespace that lives as long as the fd, a pin
 * or a process in it; or -errno with @d set.
 */
int nsmake_open(struct nsmake *req, struct diag *d)
{
	if (nsmake_can_copy(req))
		return nsmake_open_copy(req, d);
	if (is_made_in_child(req))
		return nsmake_open_in_child(req, d);
	/* each namespace has a filesystem of its own */
	return req->root == NSMAKE_TREE ? tree_to_namespace(req, req->srcfd, d) :
					  open_fs(req, d);
}

/* Moves to the allowed CPU number @n, counted round; the ids come from there. */
static void move_to_cpu(const cpu_set_t *allowed, unsigned int n)
{
	unsigned int cpu, nr = CPU_COUNT(allowed);
	cpu_set_t one;

	if (!nr)
		return;
	n %= nr;
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (CPU_ISSET(cpu, allowed) && n-- == 0)
			break;
	}
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	sched_setaffinity(0, sizeof(one), &one);
}

/*
 * Makes the CPU begin a new batch of ids. All kinds of namespaces share them, and
 * UTS namespaces cost least; where that fails the caller's tries use them up.
 */
static void use_up_ids(void)
{
	int i, status;
	pid_t pid = fork();

	if (pid == 0) {
		for (i = 0; i < NS_ID_BATCH && unshare(CLONE_NEWUTS) == 0; i++)
			;
		_exit(0);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
}

/*
 * nsmake_open_younger:
 *
 * As nsmake_open(), but the 64-bit id of the namespace is larger than that of
 * the caller's, since the kernel refuses to pin one with a smaller id, taking
 * it for older (mnt_ns_loop() in fs/namespace.c). Where the ids come out the
 * wrong way round it is made again: on every CPU that the caller may use, and
 * if none of them is ahead, after one CPU's batch of ids was used up.
 */
int nsmake_open_younger(struct nsmake *req, struct diag *d)
{
	unsigned int tries, max;
	uint64_t own, id;
	cpu_set_t allowed;
	int fd;

	if (!req->own_id)
		req->own_id = ns_own_id();
	own = req->own_id;

	fd = nsmake_open(req, d);
	if (fd < 0 || ns_get_id(fd, &id) < 0 || id > own)
		return fd;

	if (sched_getaffinity(0, sizeof(allowed), &allowed) < 0)
		CPU_ZERO(&allowed);
	max = CPU_COUNT(&allowed) + 2 * NS_ID_BATCH;

	for (tries = 0; fd >= 0 && id < own && tries < max; tries++) {
		close(fd);
		/* the child is to be on the CPU as well */
		nsmake_stop_maker(req);
		if (tries < (unsigned int) CPU_COUNT(&allowed))
			move_to_cpu(&allowed, tries);
		else if (tries == (unsigned int) CPU_COUNT(&allowed))
			use_up_ids();
		fd = nsmake_open(req, d);
		if (fd >= 0 && ns_get_id(fd, &id) < 0)
			break;
	}
	if (CPU_COUNT(&allowed))
		sched_setaffinity(0, sizeof(allowed), &allowed);
	return fd;
}

static int enter_open_tree(const struct nsmake *req, struct diag *d)
{
	struct ul_mount_attr attr = {
		.attr_set = req->change.attr_set,
		.attr_clr = req->change.attr_clr,
		.propagation = req->change.propagation
	};
	int treefd, fd, rc = 0, is_changed;

	/* ids can be mapped while the mount is detached, not later */
	is_changed = mnt_change_maps_ids(&req->change) || mnt_change_is_empty(&req->change);
	treefd = is_changed ? open_source(req, d) : open_tree_dir(req, d);
	if (treefd < 0)
		return treefd;
	fd = tree_to_namespace(req, treefd, d);
	close(treefd);
	if (fd < 0)
		return fd;

	if (setns(fd, CLONE_NEWNS) < 0)
		rc = diag_fail(d, DIAG_JOIN_MNTNS, errno, req->tree);
	else if (!is_changed &&
		 ul_mount_setattr(AT_FDCWD, "/", AT_RECURSIVE, &attr) < 0)
		rc = diag_fail(d, DIAG_TREE_SETATTR, errno, req->tree);
	if (rc)
		close(fd);
	return rc ? rc : fd;
}

/*
 * A filesystem can be made by who is privileged over the mount namespace that he
 * is in; having joined a user namespace, over a copy of it.
 */
static int enter_fs(const struct nsmake *req, struct diag *d)
{
	int fd;

	if (req->owner && unshare(CLONE_NEWNS) < 0)
		return diag_fail(d, DIAG_NS_UNSHARE, errno, req->tree);
	fd = open_fs(req, d);
	if (fd >= 0 && setns(fd, CLONE_NEWNS) < 0) {
		int rc = diag_fail(d, DIAG_JOIN_MNTNS, errno, req->tree);

		close(fd);
		return rc;
	}
	return fd;
}

/*
 * nsmake_enter:
 * @req: what to make, not prepared; @req->used is set
 * @d: failure
 *
 * Makes the namespace and moves the caller, a single-threaded process, into
 * it, without a further process. No other process is in it or can open it
 * before this returns, so what is to change on the mounts is changed inside,
 * which also those may do who may not clone the mounts of the namespace they
 * came from. On failure the caller may already have left its namespace and is
 * expected to exit.
 *
 * With @req->owner the caller moves to that user namespace first.
 *
 * Returns: 0, or -errno with @d set.
 */
int nsmake_enter(struct nsmake *req, struct diag *d)
{
	int fd = nsmake_enter_fd(req, d);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

/*
 * nsmake_enter_fd:
 *
 * As nsmake_enter().
 *
 * Returns: the namespace as an O_CLOEXEC fd, or -errno with @d set.
 */
int nsmake_enter_fd(struct nsmake *req, struct diag *d)
{
	int rc = choose_method(req, d);

	lazylibs_close();
	if (!rc && req->owner)
		rc = userns_enter(req->owner, d);
	if (rc)
		return rc;
	if (req->used == NSMAKE_PIVOT_ROOT)
		return nsmake_standin_enter(req, d);
	if (req->used == NSMAKE_UNSHARE)
		return nsmake_empty_enter(req, d);
	return req->root == NSMAKE_TREE ? enter_open_tree(req, d) : enter_fs(req, d);
}

/*
 * nsmake_own_mounts:
 * @d: failure
 *
 * Who is in a new user namespace may make mount namespaces, and nothing else:
 * neither clone mounts nor make filesystems, since the namespace that he is in
 * is another's. So he makes a copy of that first, his own, in which what the next
 * one consists of can be put together. It has the caller's /proc as well, without
 * which the kernel lets nobody mount another one (mount_too_revealing() in
 * fs/namespace.c). The working directory is the same one in the copy.
 *
 * Returns: 0, or -errno with @d set.
 */
int nsmake_own_mounts(struct diag *d)
{
	return unshare(CLONE_NEWNS) < 0 ? diag_fail(d, DIAG_NS_UNSHARE, errno, "/") : 0;
}
