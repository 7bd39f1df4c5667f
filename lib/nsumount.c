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
#include "mountapi.h"
#include "nls.h"
#include "nspath.h"
#include "nsumount.h"

/*
 * umount2(2) takes a path only, and an fd of the mount or a working directory
 * on it would keep it busy: so from its parent, by its name there.
 */
static int umount_confined(int rootfd, const char *target, int flags)
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

/*
 * The visible root has no parent in sight. Without MNT_DETACH the kernel would
 * make the root of the calling process read-only instead of unmounting it.
 */
static int umount_root(const char *target, int lazy, struct diag *d)
{
	if (!lazy)
		return diag_fail_cause(d, DIAG_DETACH, EBUSY, target, NULL,
				_("the root of a namespace is unmounted with --lazy only"));
	if (umount2("/", MNT_DETACH) < 0)
		return diag_fail(d, DIAG_DETACH, errno, target);
	return 0;
}

static int is_root(int rootfd, const char *target)
{
	struct stat root, st;
	int fd, rc;

	fd = nspath_open(rootfd, target, O_PATH);
	if (fd < 0)
		return 0;
	rc = target[strspn(target, "/")] == '\0' ||
	     (fstat(rootfd, &root) == 0 && fstat(fd, &st) == 0 &&
	      root.st_dev == st.st_dev && root.st_ino == st.st_ino &&
	      strcmp(target + strlen(target) - 1, ".") == 0);
	close(fd);
	return rc;
}

static int target_id(int rootfd, const char *target, uint64_t *id)
{
	int rc, fd = nspath_open(rootfd, target, O_PATH);

	if (fd < 0)
		return fd;
	rc = mnt_unique_id(fd, "", AT_EMPTY_PATH, id);
	close(fd);
	return rc;
}

static int is_mountpoint(int rootfd, const char *target)
{
	int rc, fd = nspath_open(rootfd, target, O_PATH);

	if (fd < 0)
		return 0;
	rc = mnt_is_root_of_mount(fd, "", AT_EMPTY_PATH);
	close(fd);
	return rc != 0;
}

static int has_mounts_below(int rootfd, const char *target)
{
	uint64_t id, child;

	return target_id(rootfd, target, &id) == 0 &&
	       ul_listmount(id, 0, 0, &child, 1, 0) == 1;
}

static int fail(int rootfd, const char *target, int err, struct diag *d)
{
	if (err == ENOENT || err == ELOOP || err == EXDEV || err == ENOTDIR || err == EACCES)
		return diag_fail_cause(d, DIAG_DETACH, err, target, NULL, "%s",
				       diag_cause(DIAG_TARGET_OPEN, err));
	if (err == EINVAL && !is_mountpoint(rootfd, target))
		return diag_fail_cause(d, DIAG_DETACH, err, target, NULL,
				       _("not a mount point"));
	if (err == EINVAL)
		return diag_fail_cause(d, DIAG_DETACH, err, target, NULL,
				_("the mount is locked, it came from a more privileged namespace"));
	if (err == EBUSY && has_mounts_below(rootfd, target))
		return diag_fail_cause(d, DIAG_DETACH, err, target,
				_("--recursive unmounts them as well"),
				_("other mounts are below it"));
	return diag_fail(d, DIAG_DETACH, err, target);
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
	int rc;

	if (is_root(rootfd, target))
		return umount_root(target, lazy, d);

	rc = umount_confined(rootfd, target, lazy ? MNT_DETACH : 0);
	return rc ? fail(rootfd, target, -rc, d) : 0;
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

static int umount_by_id(int rootfd, uint64_t id, struct ul_statmount *sm, size_t size)
{
	if (ul_statmount(id, 0, UL_STATMOUNT_MNT_POINT, sm, size, 0) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!(sm->mask & UL_STATMOUNT_MNT_POINT))
		return 0;
	return umount_confined(rootfd, sm->str + sm->mnt_point, 0);
}

/*
 * Unmounts what can be, the youngest first, and again as long as that frees
 * something: ids say when a mount was made, not what it is mounted on.
 */
static int umount_below(int rootfd, uint64_t *ids, size_t nr)
{
	size_t size = sizeof(struct ul_statmount) + 2 * 4096;
	struct ul_statmount *sm = malloc(size);
	size_t left = nr, before;
	int rc = 0;

	if (!sm)
		return -ENOMEM;
	do {
		size_t i, kept = 0;

		before = left;
		for (i = left; i > 0; i--) {
			int r = umount_by_id(rootfd, ids[i - 1], sm, size);

			if (r)
				rc = r;
			else
				ids[i - 1] = 0;
		}
		for (i = 0; i < left; i++) {
			if (ids[i])
				ids[kept++] = ids[i];
		}
		left = kept;
	} while (left && left < before);

	free(sm);
	return left ? rc : 0;
}

/*
 * nsumount_recursive:
 *
 * As nsumount(), with all mounts below the target. What stands in the way
 * stays, and so does what is mounted above it; the rest is unmounted.
 */
int nsumount_recursive(int rootfd, const char *target, int lazy, struct diag *d)
{
	uint64_t id, *ids;
	ssize_t nr;
	int rc;

	/* MNT_DETACH takes all below with it */
	if (lazy)
		return nsumount(rootfd, target, lazy, d);
	if (is_root(rootfd, target))
		return umount_root(target, lazy, d);

	if (!is_mountpoint(rootfd, target))
		return nsumount(rootfd, target, lazy, d);
	rc = target_id(rootfd, target, &id);
	if (rc == -ENOSYS)
		return diag_fail_nosys(d, DIAG_DETACH, ENOSYS, target,
				       _("listmount(2) (Linux 6.8), which --recursive needs"));
	if (rc)
		return fail(rootfd, target, -rc, d);

	nr = list_below(id, &ids);
	if (nr < 0)
		return fail(rootfd, target, -nr, d);
	rc = umount_below(rootfd, ids, nr);
	free(ids);
	return rc ? fail(rootfd, target, -rc, d) : nsumount(rootfd, target, lazy, d);
}
