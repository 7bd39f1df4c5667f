/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nsroot - exchange the root of the namespace that the caller has entered
 *
 * What happens to the processes that are in the namespace is up to the way: see
 * chroot_fs_refs() in fs/fs_struct.c for pivot_root(2). An unmounted root stays
 * for those who have it, but what was mounted below it is gone.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "detached.h"
#include "diagnose.h"
#include "mountapi.h"
#include "nls.h"
#include "nsroot.h"

/* Returns the fd of the root that is to go, or -errno. */
static int open_old(int treefd, const char *name, struct diag *d)
{
	int fd;

	if (mnt_is_directory(treefd) == 0)
		return diag_fail_cause(d, DIAG_ROOT_MOUNT, ENOTDIR, name, NULL,
				       _("the new root is not a directory"));
	fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? diag_fail(d, DIAG_ROOT_MOUNT, errno, name) : fd;
}

/* Mounted on the root that it is to replace, as pivot_root(2) wants it. */
static int mount_on_root(int treefd, int rootfd, const char *name, struct diag *d)
{
	if (detached_target_is_shared(rootfd))
		return diag_fail_cause(d, DIAG_ROOT_MOUNT, EINVAL, name,
				_("make it private first, or use --beneath"),
				_("its root is a shared mount"));
	if (ul_move_mount(treefd, "", rootfd, "",
			  MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
		return diag_fail(d, DIAG_ROOT_MOUNT, errno, name);
	return 0;
}

/* The root at @fd takes the place of the one that it is mounted on, and vice versa. */
static int exchange(int fd)
{
	return fchdir(fd) < 0 || ul_pivot_root(".", ".") < 0 ? -errno : 0;
}

static int fail_pivot(int treefd, int err, const char *name, struct diag *d)
{
	if (err == EINVAL && detached_target_is_shared(treefd))
		return diag_fail_cause(d, DIAG_ROOT_PIVOT, err, name, NULL,
				       _("the new root is a shared mount"));
	return diag_fail(d, DIAG_ROOT_PIVOT, err, name);
}

static int pivot(int treefd, int rootfd, const char *name, struct diag *d)
{
	int rc = mount_on_root(treefd, rootfd, name, d);

	if (rc)
		return rc;
	rc = exchange(treefd);
	if (rc) {
		fail_pivot(treefd, -rc, name, d);
		/* the topmost at "/" is the new one */
		umount2("/", MNT_DETACH);
		return rc;
	}
	/* the old root is on top of the new one, at the working directory */
	if (umount2(".", MNT_DETACH) < 0) {
		rc = diag_fail(d, DIAG_ROOT_DROP, errno, name);
		if (exchange(rootfd) == 0)
			umount2(".", MNT_DETACH);
	}
	return rc;
}

/*
 * nsroot_pivot:
 * @treefd: detached mount of a directory
 * @name: what the namespace is called in a failure
 * @d: failure
 *
 * Processes whose root, or working directory, is the root of the namespace have
 * the new one then. A working directory below it, and another root, stay in the
 * old tree. All is undone if a step fails. See pivot_root(2).
 *
 * Returns: 0, or -errno with @d set.
 */
int nsroot_pivot(int treefd, const char *name, struct diag *d)
{
	int rc, rootfd = open_old(treefd, name, d);

	if (rootfd < 0)
		return rootfd;
	rc = pivot(treefd, rootfd, name, d);
	close(rootfd);
	return rc;
}

/* It came with FSMOUNT_NAMESPACE, which can be asked for without an effect. */
static int has_beneath_root(void)
{
	return ul_fsmount(-1, FSMOUNT_NAMESPACE, 0) >= 0 || errno != EINVAL;
}

static int put_beneath(int treefd, int rootfd, const char *name, struct diag *d)
{
	if (!mnt_has_beneath() || !has_beneath_root())
		return diag_fail_nosys(d, DIAG_ROOT_MOUNT, ENOSYS, name,
				       _("MOVE_MOUNT_BENEATH for the root (Linux 7.1)"));
	if (ul_move_mount(treefd, "", rootfd, "", MOVE_MOUNT_F_EMPTY_PATH |
			  MOVE_MOUNT_T_EMPTY_PATH | MOVE_MOUNT_BENEATH) < 0)
		return diag_fail(d, DIAG_ROOT_MOUNT, errno, name);

	/* who has the lower one as its root finds the upper one above it */
	if (fchdir(treefd) < 0 || chroot(".") < 0 || umount2(".", MNT_DETACH) < 0)
		return diag_fail_cause(d, DIAG_ROOT_DROP, errno, name,
				_("mntns detach --lazy unmounts it"),
				_("%s; the new root is beneath it"), strerror(errno));
	return 0;
}

/*
 * nsroot_beneath:
 *
 * As nsroot_pivot(), but who is in the namespace keeps the old root, without all
 * that was mounted below it; only who enters later sees the new one. What cannot
 * be undone is the new root beneath the old one, should that not be unmounted.
 */
int nsroot_beneath(int treefd, const char *name, struct diag *d)
{
	int rc, rootfd = open_old(treefd, name, d);

	if (rootfd < 0)
		return rootfd;
	rc = put_beneath(treefd, rootfd, name, d);
	close(rootfd);
	return rc;
}
