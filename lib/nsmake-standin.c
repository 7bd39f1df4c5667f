/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nsmake-standin - a mount namespace from a directory tree on kernels without
 * OPEN_TREE_NAMESPACE: copy the caller's namespace and drop all but the tree
 */
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "c.h"
#include "mountapi.h"
#include "mountinfo.h"
#include "nls.h"
#include "nsmake.h"
#include "nsref.h"

/*
 * Linux 6.17 to 7.1 forget in unshare(2) that a mount is unbindable, and would
 * show in the new namespace what was to be left out. Kernels before 6.8, which
 * cannot tell, do not forget.
 */
struct unbindable {
	char **points;
	size_t nr;
};

static void add_unbindable(struct unbindable *u, uint64_t id)
{
	union {
		struct ul_statmount sm;
		char buf[sizeof(struct ul_statmount) + PATH_MAX];
	} s;
	char **points;

	if (ul_statmount(id, 0, UL_STATMOUNT_MNT_BASIC | UL_STATMOUNT_MNT_POINT,
			 &s.sm, sizeof(s), 0) < 0 ||
	    !(s.sm.mnt_propagation & MS_UNBINDABLE) || !(s.sm.mask & UL_STATMOUNT_MNT_POINT))
		return;
	points = reallocarray(u->points, u->nr + 1, sizeof(*points));
	if (!points)
		return;
	u->points = points;
	points[u->nr] = strdup(s.sm.str + s.sm.mnt_point);
	if (points[u->nr])
		u->nr++;
}

static void find_unbindable(int treefd, struct unbindable *u)
{
	uint64_t mount, ids[512], last = 0;
	ssize_t i, n;

	if (mnt_unique_id(treefd, "", AT_EMPTY_PATH, &mount) < 0)
		return;
	while ((n = ul_listmount(mount, 0, last, ids, ARRAY_SIZE(ids), 0)) > 0) {
		for (i = 0; i < n; i++)
			add_unbindable(u, ids[i]);
		last = ids[n - 1];
	}
}

static void restore_unbindable(const struct unbindable *u)
{
	struct ul_mount_attr attr = { .propagation = MS_UNBINDABLE };
	size_t i;

	for (i = 0; i < u->nr; i++)
		ul_mount_setattr(AT_FDCWD, u->points[i], AT_SYMLINK_NOFOLLOW, &attr);
}

static void free_unbindable(struct unbindable *u)
{
	while (u->nr)
		free(u->points[--u->nr]);
	free(u->points);
}

/* The user namespace may want more than the mounts allow. */
static void fail_clone(const struct nsmake *req, int err, struct diag *d)
{
	int treefd;

	if (d->step != DIAG_TREE_CLONE || (err != EINVAL && err != EPERM))
		return;
	treefd = open(req->tree, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (treefd < 0)
		return;
	nsmake_fail_copy(req, DIAG_TREE_CLONE, treefd, err, d);
	close(treefd);
}

/* shared as late as step 6, for pivot_root(2) wants none of that */
static void put_off_sharing(struct mnt_change *change)
{
	if (change->propagation == MS_SHARED)
		change->propagation = 0;
}

/* Step 1 without a tree: what the caller may mount it may at least in the copy. */
static int unshare_and_make(const struct nsmake *req, struct diag *d)
{
	struct mnt_change change = req->change;

	if (unshare(CLONE_NEWNS) < 0)
		return diag_fail(d, DIAG_NS_UNSHARE, errno, req->tree);
	put_off_sharing(&change);
	return nsmake_fs_tree(req, &change, d);
}

/*
 * Step 1: a copy of the caller's namespace. The copy leaves out pinned mount
 * namespaces, so the tree is cloned after it; and it is cloned before the
 * mounts are made private, so that a copy that is to stay a peer or a slave of
 * the original does. A path means the same until the chroot is left.
 */
static int unshare_and_clone(const struct nsmake *req, struct diag *d)
{
	struct mnt_change change = req->change;
	struct unbindable lost = { .nr = 0 };
	int treefd, rc;

	if (req->root != NSMAKE_TREE)
		return unshare_and_make(req, d);
	/* a wrong tree fails before there is anything to throw away */
	treefd = open(req->tree, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (treefd < 0)
		return diag_fail(d, DIAG_TREE_OPEN, errno, req->tree);
	rc = nsmake_check_bindable(req, treefd, d);
	if (!rc && req->recursive)
		find_unbindable(treefd, &lost);
	close(treefd);

	if (!rc && unshare(CLONE_NEWNS) < 0)
		rc = diag_fail(d, DIAG_NS_UNSHARE, errno, req->tree);
	if (!rc) {
		restore_unbindable(&lost);
		put_off_sharing(&change);
		rc = detached_clone(AT_FDCWD, req->tree, req->recursive, &change,
				    DIAG_TREE_CLONE, req->tree, d);
		if (rc < 0)
			fail_clone(req, -rc, d);
	}
	free_unbindable(&lost);
	return rc;
}

/*
 * Step 2: to the visible root of the new namespace, out of any chroot, whose
 * covered host mounts would else stay in it.
 */
static int reset_root(int self, const struct nsmake *req, struct diag *d)
{
	if (setns(self, CLONE_NEWNS) < 0)
		return diag_fail(d, DIAG_NS_UNCHROOT, errno, req->tree);
	return 0;
}

/*
 * Step 3: nothing that follows may propagate to the caller's namespace. The root
 * of the caller may be another one than that of the namespace, which covers it.
 */
static int make_all_private(const struct nsmake *req, struct diag *d)
{
	struct ul_mount_attr attr = { .propagation = MS_PRIVATE };

	if (ul_mount_setattr(AT_FDCWD, "/", AT_RECURSIVE, &attr) < 0)
		return diag_fail(d, DIAG_NS_MAKE_PRIVATE, errno, req->tree);
	return 0;
}

/*
 * What the root is mounted on cannot be reached by a path. Where that is shared,
 * an unmount of the root would unmount the root of the caller's namespace as well.
 * Returns 1 when it is private; 0 when there is nothing, or the kernel (before
 * 6.8) does not tell; or -errno.
 */
static int can_pop_root(const struct nsmake *req, struct diag *d)
{
	struct ul_statmount root, below;
	uint64_t id;

	if (mnt_unique_id(AT_FDCWD, "/", 0, &id) < 0 ||
	    ul_statmount(id, 0, UL_STATMOUNT_MNT_BASIC, &root, sizeof(root), 0) < 0 ||
	    root.mnt_parent_id == id ||
	    ul_statmount(root.mnt_parent_id, 0, UL_STATMOUNT_MNT_BASIC,
			 &below, sizeof(below), 0) < 0)
		return 0;
	if (below.mnt_propagation & MS_SHARED)
		return diag_fail_cause(d, DIAG_NS_POP_ROOT, EBUSY, req->tree,
				_("a kernel with OPEN_TREE_NAMESPACE (Linux 7.0) is needed here"),
				_("it is mounted on a shared mount, and the caller's own would go as well"));
	return 1;
}

/*
 * Step 4: unmounts the visible root, with all below it, as long as there is
 * one: several can be stacked, and what is left lowest is the kernel's own
 * rootfs or nullfs. A root that a more privileged namespace has locked refuses
 * with EINVAL.
 *
 * Returns the number of roots unmounted, or -errno.
 */
static int pop_roots(int self, const struct nsmake *req, struct diag *d)
{
	int rc, popped = 0;

	while ((rc = can_pop_root(req, d)) == 1) {
		if (umount2("/", MNT_DETACH) < 0) {
			if (errno == EINVAL)
				break;
			return diag_fail(d, DIAG_NS_POP_ROOT, errno, req->tree);
		}
		rc = reset_root(self, req, d);
		if (rc)
			return rc;
		popped++;
	}
	return rc < 0 ? rc : popped;
}

static int fail_pivot(int tree, int err, const struct nsmake *req, struct diag *d)
{
	if (err == EINVAL && detached_target_is_shared(tree))
		return diag_fail_cause(d, DIAG_NS_PIVOT, err, req->tree,
				_("use --propagation private or slave"), "%s",
				mnt_has_statmount() ?
				_("the mount is shared, and the caller's root is locked") :
				_("the mount is shared, for which Linux 6.8 is needed at least"));
	return diag_fail(d, DIAG_NS_PIVOT, err, req->tree);
}

/*
 * Step 5: the tree is the root, and where a locked one is left below it that is
 * exchanged. The kernel's own, which is left otherwise, has no parent and is
 * refused with EINVAL; it stays.
 */
static int mount_root(int self, int tree, int popped, const struct nsmake *req,
		      struct diag *d)
{
	if (ul_move_mount(tree, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return diag_fail(d, DIAG_NS_MOVE_ROOT, errno, req->tree);

	if (fchdir(tree) < 0)
		return diag_fail(d, DIAG_NS_PIVOT, errno, req->tree);
	if (ul_pivot_root(".", ".") == 0) {
		if (umount2(".", MNT_DETACH) < 0)
			return diag_fail(d, DIAG_NS_DROP_OLD, errno, req->tree);
	} else if (!popped || errno != EINVAL) {
		return fail_pivot(tree, errno, req, d);
	}
	return reset_root(self, req, d);
}

/* Step 6: the mounts are shared, where that is asked for. */
static int share(int tree, const struct nsmake *req, struct diag *d)
{
	struct ul_mount_attr attr = { .propagation = MS_SHARED };
	unsigned int flags = AT_EMPTY_PATH | (req->recursive ? AT_RECURSIVE : 0);

	if (req->change.propagation == MS_SHARED &&
	    ul_mount_setattr(tree, "", flags, &attr) < 0)
		return diag_fail(d, DIAG_TREE_SETATTR, errno, req->tree);
	return 0;
}

/*
 * Step 7: every mount of the namespace can be seen from its root. Mounts that
 * hang on the kernel's rootfs beside "/" would stay hidden in it. Kernels that
 * do not count the mounts (before 6.12) cannot tell, nor can a seccomp filter
 * that does not know listmount(2) be asked.
 */
static int verify(int self, const struct nsmake *req, struct diag *d)
{
	unsigned int nr = 0;
	uint64_t *ids;
	ssize_t seen;

	if (ns_get_nr_mounts(self, &nr) < 0)
		return 0;
	ids = calloc((size_t) nr + 1, sizeof(*ids));
	if (!ids)
		return diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);
	seen = ul_listmount(UL_LSMT_ROOT, 0, 0, ids, (size_t) nr + 1, 0);
	free(ids);
	if (seen < 0 && (errno == ENOSYS || errno == EPERM))
		return 0;
	if (seen < 0)
		return diag_fail(d, DIAG_NS_VERIFY, errno, req->tree);
	if ((size_t) seen < nr)
		return diag_fail_cause(d, DIAG_NS_VERIFY, EBUSY, req->tree,
				_("a kernel with OPEN_TREE_NAMESPACE (Linux 7.0) is needed here"),
				_("%zu mounts beside the root would stay hidden in the namespace"),
				(size_t) nr - (size_t) seen);
	return 0;
}

static int become_root(int self, int tree, const struct nsmake *req, struct diag *d)
{
	int rc, popped;

	/* fails in a chroot to a plain directory, where there is nothing to do */
	make_all_private(req, d);
	rc = reset_root(self, req, d);
	if (!rc)
		rc = make_all_private(req, d);
	if (rc)
		return rc;
	popped = pop_roots(self, req, d);
	if (popped < 0)
		return popped;
	rc = mount_root(self, tree, popped, req, d);
	if (!rc)
		rc = share(tree, req, d);
	return rc ? rc : verify(self, req, d);
}

/*
 * nsmake_standin_enter:
 *
 * The caller itself moves to the new namespace, as with nsmake_enter().
 *
 * Returns: the namespace as an O_CLOEXEC fd, or -errno with @d set.
 */
int nsmake_standin_enter(const struct nsmake *req, struct diag *d)
{
	int self, tree, rc;

	mountinfo_keep_proc();
	tree = unshare_and_clone(req, d);
	if (tree < 0)
		return tree;
	self = ns_open_pid(0);
	rc = self < 0 ? diag_fail(d, DIAG_NS_IDENTIFY, -self, req->tree) :
			become_root(self, tree, req, d);
	close(tree);
	if (rc && self >= 0)
		close(self);
	return rc ? rc : self;
}
