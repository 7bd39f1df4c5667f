/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nsmake-fs - a mount namespace whose root is a new filesystem, or nothing
 */
#include <errno.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "c.h"
#include "mountapi.h"
#include "mntopts.h"
#include "nls.h"
#include "nsfs.h"
#include "nsmake.h"

/*
 * nsmake_has_fsmount:
 *
 * Linux before 7.1 asks for privileges first, so that EPERM tells nothing; who
 * lacks them cannot make a filesystem either.
 *
 * Returns: 1 when the kernel has FSMOUNT_NAMESPACE, else 0.
 */
int nsmake_has_fsmount(void)
{
	ul_fsmount(-1, FSMOUNT_NAMESPACE | FSMOUNT_CLOEXEC, 0);
	return errno == EBADF;
}

/*
 * nsmake_has_empty:
 *
 * A process that is gone at once tries it: EINVAL is for the flag. A process that
 * cannot be made counts as no.
 *
 * Returns: 1 when the kernel has UNSHARE_EMPTY_MNTNS, else 0.
 */
int nsmake_has_empty(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(unshare(UNSHARE_EMPTY_MNTNS) < 0 && errno == EINVAL);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/*
 * nsmake_needs_detached:
 *
 * Returns: 1 when the filesystem of @req is to be changed between fsmount(2) and
 * the namespace, which FSMOUNT_NAMESPACE leaves no time for, else 0.
 */
int nsmake_needs_detached(const struct nsmake *req)
{
	return mnt_change_maps_ids(&req->change) || req->change.propagation == MS_SHARED ||
	       (req->fsopts && req->fsopts->subdir);
}

/*
 * In place of the kernel's nullfs: an empty directory that nobody can change. One
 * inode is the root's, and a remount gives no more.
 */
static int make_empty_tree(const struct mnt_change *change, struct diag *d)
{
	struct mntopts_fs fs[] = {
		{ (char *) "ro", NULL },
		{ (char *) "mode", (char *) "0555" },
		{ (char *) "nr_inodes", (char *) "1" }
	};
	struct mntopts opts = { .change = *change, .fs = fs, .nr_fs = ARRAY_SIZE(fs) };

	opts.change.attr_set |= MOUNT_ATTR_RDONLY;
	return detached_mkfs("tmpfs", "none", &opts, d);
}

/*
 * nsmake_fs_tree:
 * @req: what to make, not from a tree
 * @change: as of @req, or less
 * @d: failure
 *
 * Returns: O_CLOEXEC fd of a detached mount for the root, or -errno with @d set.
 */
int nsmake_fs_tree(const struct nsmake *req, const struct mnt_change *change, struct diag *d)
{
	struct mntopts opts;

	if (req->root == NSMAKE_EMPTY)
		return make_empty_tree(change, d);
	opts = *req->fsopts;
	opts.change = *change;
	return detached_mkfs(req->fstype, req->source, &opts, d);
}

/*
 * nsmake_fs_namespace:
 *
 * The filesystem of @req as a namespace, with FSMOUNT_NAMESPACE.
 *
 * Returns: open O_CLOEXEC mount namespace, or -errno with @d set.
 */
int nsmake_fs_namespace(const struct nsmake *req, struct diag *d)
{
	int fd, fsfd = detached_fsopen(req->fstype, req->source, req->fsopts, d);

	if (fsfd < 0)
		return fsfd;
	fd = ul_fsmount(fsfd, FSMOUNT_NAMESPACE | FSMOUNT_CLOEXEC, req->change.attr_set);
	if (fd < 0)
		fd = diag_fail(d, DIAG_TREE_NAMESPACE, errno, req->tree);
	close(fsfd);
	return fd;
}

/*
 * nsmake_empty_enter:
 *
 * Moves the caller to a new namespace that has nothing but the kernel's nullfs,
 * which is then its root and working directory.
 *
 * Returns: the namespace as an O_CLOEXEC fd, or -errno with @d set.
 */
int nsmake_empty_enter(const struct nsmake *req, struct diag *d)
{
	int fd;

	if (unshare(UNSHARE_EMPTY_MNTNS) < 0)
		return diag_fail(d, DIAG_NS_UNSHARE, errno, req->tree);
	fd = ns_open_pid(0);
	return fd < 0 ? diag_fail(d, DIAG_NS_IDENTIFY, -fd, req->tree) : fd;
}
