/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nsumount - unmount in the mount namespace that the caller has entered
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "c.h"
#include "diagnose.h"
#include "mntrelease.h"
#include "mnttab.h"
#include "mountapi.h"
#include "nls.h"
#include "nspath.h"
#include "nsumount.h"

/*
 * umount2(2) takes a path only, and an fd of the mount or a working directory
 * on it would keep it busy: so from its parent, by its name there.
 */
int nsumount_confined(int rootfd, const char *target, int flags)
{
	char *name = NULL;
	int fd, rc = 0;

	fd = nspath_open_parent(rootfd, target, &name);
	if (fd < 0)
		return fd;
	if (fchdir(fd) < 0 || umount2(name, flags | UMOUNT_NOFOLLOW) < 0)
		rc = -errno;
	if (fchdir(rootfd) < 0 && !rc)
		rc = -errno;
	close(fd);
	free(name);
	return rc;
}

static int is_path_error(int err)
{
	return err == ENOENT || err == ELOOP || err == EXDEV || err == ENOTDIR ||
	       err == EACCES || err == ENOSYS;
}

/* As the mount has them: its server, which may be dead, is not asked. */
static int is_same_file(int fd1, int fd2)
{
	int flags = AT_EMPTY_PATH | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC;
	struct statx a, b;

	return statx(fd1, "", flags, STATX_INO, &a) == 0 &&
	       statx(fd2, "", flags, STATX_INO, &b) == 0 && a.stx_ino == b.stx_ino &&
	       a.stx_dev_major == b.stx_dev_major && a.stx_dev_minor == b.stx_dev_minor;
}

/* The same file on the same mount. */
int nsumount_is_same(int fd1, int fd2)
{
	return is_same_file(fd1, fd2) && mnt_is_same(fd1, fd2);
}

/* 1 or 0, or -errno when there is no such path. */
int nsumount_is_root(int rootfd, const char *target)
{
	int fd, rc;

	if (*target && target[strspn(target, "/")] == '\0')
		return 1;
	fd = nspath_open(rootfd, target, O_PATH);
	/* the server of a mount may be dead, which shall not keep it mounted */
	if (fd < 0)
		return is_path_error(-fd) ? fd : 0;
	rc = nsumount_is_same(rootfd, fd);
	close(fd);
	return rc;
}

int nsumount_mount_id(int fd, const struct mnttab *info, uint64_t *id)
{
	return info ? mnt_old_id(fd, "", AT_EMPTY_PATH, id) : mnt_unique_id(fd, "", AT_EMPTY_PATH, id);
}

int nsumount_target_id(int rootfd, const char *target, const struct mnttab *info,
		       uint64_t *id)
{
	int rc, fd = nspath_open(rootfd, target, O_PATH);

	if (fd < 0)
		return fd;
	rc = nsumount_mount_id(fd, info, id);
	close(fd);
	return rc;
}

int nsumount_is_mountpoint(int rootfd, const char *target)
{
	int rc, fd = nspath_open(rootfd, target, O_PATH);

	/* what is stale here was found, but on another filesystem */
	if (fd < 0)
		return fd == -ESTALE;
	rc = mnt_is_root_of_mount(fd, "", AT_EMPTY_PATH);
	close(fd);
	return rc != 0;
}

/* 1 or 0, or -errno when the kernel does not tell */
static int mount_has_children(uint64_t id)
{
	uint64_t child;
	ssize_t n = ul_listmount(id, 0, 0, &child, 1, 0);

	return n < 0 ? -errno : n == 1;
}

/* 0 when @target has a name to unmount it by, or -errno */
int nsumount_parent(int rootfd, const char *target)
{
	char *name = NULL;
	int fd = nspath_open_parent(rootfd, target, &name);

	if (fd < 0)
		return fd;
	close(fd);
	free(name);
	return 0;
}

static int has_mounts_below(int rootfd, const char *target)
{
	uint64_t id;
	int rc = nsumount_target_id(rootfd, target, NULL, &id);

	return rc ? rc : mount_has_children(id);
}

static int fail_busy(int rootfd, const char *target, struct diag *d)
{
	int below = has_mounts_below(rootfd, target);

	if (below > 0)
		return diag_fail_cause(d, DIAG_DETACH, EBUSY, target,
				_("--recursive unmounts them as well"),
				_("other mounts are below it"));
	if (below < 0)
		return diag_fail_cause(d, DIAG_DETACH, EBUSY, target,
				diag_remedy(DIAG_DETACH, EBUSY),
				_("a process uses it, or other mounts are below it"));
	return diag_fail(d, DIAG_DETACH, EBUSY, target);
}

int nsumount_fail(int rootfd, const char *target, int err, struct diag *d)
{
	if (is_path_error(err))
		return diag_fail_cause(d, DIAG_DETACH, err, target, NULL, "%s",
				       diag_cause(DIAG_TARGET_OPEN, err));
	if (err == EINVAL && !nsumount_is_mountpoint(rootfd, target))
		return diag_fail_cause(d, DIAG_DETACH, err, target, NULL,
				       _("not a mount point"));
	if (err == EINVAL)
		return diag_fail_cause(d, DIAG_DETACH, err, target, NULL,
				_("the mount is locked, it came from a more privileged namespace"));
	if (err == EBUSY)
		return fail_busy(rootfd, target, d);
	return diag_fail(d, DIAG_DETACH, err, target);
}

/* What is left when the last filesystem on "/" is gone: its own parent. */
static int is_bare_root(int rootfd)
{
	struct ul_statmount sm;
	uint64_t id;

	return mnt_unique_id(rootfd, "", AT_EMPTY_PATH, &id) == 0 &&
	       ul_statmount(id, 0, UL_STATMOUNT_MNT_BASIC, &sm, sizeof(sm), 0) == 0 &&
	       sm.mnt_id == sm.mnt_parent_id;
}

/*
 * The visible root has no parent in sight. Without MNT_DETACH the kernel would
 * make the root of the calling process read-only instead of unmounting it.
 */
int nsumount_root(int rootfd, const char *target, int lazy, struct diag *d)
{
	if (!lazy)
		return diag_fail_cause(d, DIAG_DETACH, EBUSY, target, NULL,
				_("the root of a namespace is unmounted with --lazy only"));
	if (umount2("/", MNT_DETACH) == 0)
		return 0;
	if (errno == EINVAL && is_bare_root(rootfd))
		return diag_fail_cause(d, DIAG_DETACH, EINVAL, target, NULL,
				       _("no filesystem is mounted in the namespace"));
	return nsumount_fail(rootfd, target, errno, d);
}

/*
 * nsumount:
 * @rootfd: root of the namespace that the caller is in
 * @target: mount point inside; the topmost mount there is unmounted
 * @lazy: take it out of the tree at once, with all below it, and let those who
 *	use it finish
 * @d: failure
 *
 * Returns: 0, or -errno with @d set. The working directory is then @rootfd. See
 * umount(2).
 */
int nsumount(int rootfd, const char *target, int lazy, struct diag *d)
{
	int rc = nsumount_is_root(rootfd, target);

	if (rc < 0)
		return nsumount_fail(rootfd, target, -rc, d);
	if (rc)
		return nsumount_root(rootfd, target, lazy, d);

	rc = nsumount_confined(rootfd, target, lazy ? MNT_DETACH : 0);
	return rc ? nsumount_fail(rootfd, target, -rc, d) : 0;
}

/* The mounts below one, in the order in which they were made. */
static ssize_t list_below(uint64_t id, uint64_t **list)
{
	size_t size = 256;
	ssize_t n;

	for (*list = NULL; ; size *= 2) {
		uint64_t *bigger = reallocarray(*list, size, sizeof(**list));

		if (!bigger) {
			free(*list);
			return -ENOMEM;
		}
		*list = bigger;
		n = ul_listmount(id, 0, 0, *list, size, 0);
		if (n >= 0 && (size_t) n < size)
			return n;
		if (n < 0) {
			free(*list);
			return -errno;
		}
	}
}

/* Returns the mount point in @sm, or NULL with errno for one that is out of sight. */
static const char *mount_point(uint64_t id, struct ul_statmount *sm, size_t size)
{
	if (ul_statmount(id, 0, UL_STATMOUNT_MNT_POINT, sm, size, 0) < 0)
		return NULL;
	/* Linux 6.12 writes an empty one */
	if (!(sm->mask & UL_STATMOUNT_MNT_POINT) || !sm->str[sm->mnt_point]) {
		errno = ENOENT;
		return NULL;
	}
	return sm->str + sm->mnt_point;
}

/* The mount point of a mount with a server; or NULL. */
static const char *network_mount_point(uint64_t id, const struct mnttab *info,
				       struct ul_statmount *sm, size_t size)
{
	const struct mnt_entry *mnt = info ? nsumount_find_id(info, id) : NULL;

	if (mnt)
		return mnt->fstype && mntrelease_is_network(mnt->fstype) ? mnt->target : NULL;
	if (ul_statmount(id, 0, UL_STATMOUNT_FS_TYPE, sm, size, 0) < 0 ||
	    !(sm->mask & UL_STATMOUNT_FS_TYPE) || !mntrelease_is_network(sm->str + sm->fs_type))
		return NULL;
	return mount_point(id, sm, size);
}

/* An O_PATH fd of a mount with a server, where it is on top at its place, or -1. */
static int open_network(int rootfd, uint64_t id, const struct mnttab *info,
			struct ul_statmount *sm, size_t size)
{
	const char *path = network_mount_point(id, info, sm, size);
	int fd = path ? nspath_open(rootfd, path, O_PATH) : -1;
	uint64_t found;

	if (fd < 0)
		return -1;
	if (nsumount_mount_id(fd, info, &found) == 0 && found == id)
		return fd;
	close(fd);
	return -1;
}

/*
 * nsumount_hold:
 * @rootfd: root of the namespace that the caller is in
 * @set: mounts that are going to be unmounted lazily
 * @fds: result, for mntrelease_close()
 * @max: how many there may be
 *
 * Opens those whose servers may have to be waited for.
 *
 * Returns: how many.
 */
size_t nsumount_hold(int rootfd, const struct nsumount_set *set, int *fds, size_t max)
{
	size_t size = sizeof(struct ul_statmount) + 2 * 4096;
	struct ul_statmount *sm = malloc(size);
	size_t i, n = 0;

	for (i = 0; sm && n < max && i < set->n; i++) {
		int fd = open_network(rootfd, set->ids[i], set->info, sm, size);

		if (fd >= 0)
			fds[n++] = fd;
	}
	free(sm);
	return n;
}

static int umount_by_id(int rootfd, uint64_t id, struct ul_statmount *sm, size_t size)
{
	const char *path = mount_point(id, sm, size);

	if (!path)
		return errno == ENOENT ? 0 : -errno;
	return nsumount_confined(rootfd, path, 0);
}

/* One pass over @ids, the youngest first. Returns how many are left of them. */
static size_t umount_pass(int rootfd, uint64_t *ids, size_t nr,
			  struct ul_statmount *sm, size_t size, int *err)
{
	size_t i, kept = nr;

	for (i = nr; i > 0; i--) {
		int rc = umount_by_id(rootfd, ids[i - 1], sm, size);

		if (rc) {
			*err = -rc;
			ids[--kept] = ids[i - 1];
		}
	}
	memmove(ids, ids + kept, (nr - kept) * sizeof(*ids));
	return nr - kept;
}

static int fail_nosys(const char *target, struct diag *d)
{
	return diag_fail_nosys(d, DIAG_DETACH, ENOSYS, target,
			_("listmount(2) and statmount(2) (Linux 6.8), which --recursive needs"));
}

/* Says why one of @ids, none of which could be unmounted, stands in the way. */
static int fail_below(int rootfd, const char *target, const uint64_t *ids, size_t nr,
		      struct ul_statmount *sm, size_t size, int err, struct diag *d)
{
	const char *path;

	if (err == ENOSYS)
		return fail_nosys(target, d);
	while (nr > 1 && mount_has_children(ids[nr - 1]) > 0)
		nr--;
	path = mount_point(ids[nr - 1], sm, size);
	if (path && err == EINVAL && nsumount_is_mountpoint(rootfd, path))
		return diag_fail_cause(d, DIAG_DETACH, err, path,
				_("--lazy unmounts it together with the target"),
				_("the mount is locked to what it is mounted on"));

	return nsumount_fail(rootfd, path ? path : target, err, d);
}

/*
 * Unmounts what can be, and again as long as that frees something: ids say
 * when a mount was made, not what it is mounted on.
 */
static int umount_below(int rootfd, const char *target, uint64_t *ids, size_t nr,
			struct diag *d)
{
	size_t size = sizeof(struct ul_statmount) + 2 * 4096;
	struct ul_statmount *sm = malloc(size);
	size_t left = nr, before;
	int rc = 0, err = 0;

	if (!sm)
		return diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);
	do {
		before = left;
		left = umount_pass(rootfd, ids, before, sm, size, &err);
	} while (left && left < before);

	if (left)
		rc = fail_below(rootfd, target, ids, left, sm, size, err, d);
	free(sm);
	return rc;
}

/*
 * nsumount_recursive:
 *
 * As nsumount(), with all mounts below the target. What stands in the way
 * stays, and so does what is mounted above it; the rest is unmounted.
 */
int nsumount_recursive(int rootfd, const char *target, int lazy, struct diag *d)
{
	uint64_t id, *ids = NULL;
	ssize_t nr;
	int rc;

	/* MNT_DETACH takes all below with it; the rest are failures */
	if (lazy || nsumount_is_root(rootfd, target) || !nsumount_is_mountpoint(rootfd, target))
		return nsumount(rootfd, target, lazy, d);
	rc = nsumount_target_id(rootfd, target, NULL, &id);
	/* no path leads to what is below a stale root either */
	if (rc == -ESTALE)
		return nsumount(rootfd, target, lazy, d);
	nr = rc ? rc : list_below(id, &ids);
	if (nr == -ENOSYS)
		return fail_nosys(target, d);
	if (nr < 0)
		return nsumount_fail(rootfd, target, -nr, d);
	rc = umount_below(rootfd, target, ids, nr, d);
	free(ids);
	return rc ? rc : nsumount(rootfd, target, lazy, d);
}
