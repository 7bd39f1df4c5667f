/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * detached-idmap - why the ids of a mount cannot be mapped
 *
 * mount_setattr(2) answers for all mounts of a tree with one errno, and EPERM
 * stands for three things (can_idmap_mount() and build_mount_idmapped() in
 * fs/namespace.c). So each mount is tried alone, when it has failed.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "c.h"
#include "detached.h"
#include "mountapi.h"
#include "nls.h"
#include "nspath.h"
#include "pathnames.h"

/* inode of the initial user namespace on nsfs: PROC_USER_INIT_INO */
#define INIT_USERNS_INO		0xeffffffdU

union stat_buf {
	struct ul_statmount sm;
	char buf[sizeof(struct ul_statmount) + PATH_MAX + 256];
};

static int stat_mount(uint64_t id, union stat_buf *s)
{
	return ul_statmount(id, 0, UL_STATMOUNT_MNT_BASIC | UL_STATMOUNT_MNT_POINT |
			    UL_STATMOUNT_FS_TYPE, &s->sm, sizeof(*s), 0);
}

/* Returns 0 when the ids of one mount can be mapped, else errno. */
static int try_one(int dirfd, const char *path, const struct mnt_change *change)
{
	struct ul_mount_attr attr = {
		.attr_set = MOUNT_ATTR_IDMAP,
		.userns_fd = change->userns_fd
	};
	unsigned int flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC;
	int err, fd;

	if (!*path && dirfd != AT_FDCWD)
		flags |= AT_EMPTY_PATH;
	fd = ul_open_tree(dirfd, path, flags);
	if (fd < 0)
		return 0;
	err = ul_mount_setattr(fd, "", AT_EMPTY_PATH, &attr) < 0 ? errno : 0;
	close(fd);
	return err;
}

static int maps_nothing(const struct mnt_change *change)
{
	struct stat st;

	return fstat(change->userns_fd, &st) == 0 && st.st_ino == INIT_USERNS_INO;
}

/*
 * detached_idmap_fail:
 * @err: what mount_setattr(2) said, about one mount
 * @change: with MOUNT_ATTR_IDMAP
 * @object: what the mount is called
 * @type: its filesystem, or NULL where that is not known
 * @is_mapped: it is known to have mapped ids already
 * @d: failure
 *
 * Returns: -@err, with @d set.
 */
int detached_idmap_fail(int err, const struct mnt_change *change, const char *object,
			const char *type, int is_mapped, struct diag *d)
{
	if (is_mapped)
		return diag_fail_cause(d, DIAG_IDMAP_MOUNT, err, object,
				_("to replace the map needs open_tree_attr(2) (Linux 6.15)"),
				_("it is an idmapped mount already"));
	if (err == EPERM && maps_nothing(change))
		return diag_fail_cause(d, DIAG_IDMAP_MOUNT, err, object, NULL,
				_("the initial user namespace maps nothing"));
	if (err == EINVAL && type)
		return diag_fail_cause(d, DIAG_IDMAP_MOUNT, err, object, NULL,
				_("filesystems of type %s cannot be idmapped by this kernel, or the map is empty"), type);
	return diag_fail(d, DIAG_IDMAP_MOUNT, err, object);
}

static int fail_one(int err, uint64_t id, const struct mnt_change *change,
		    const char *object, struct diag *d)
{
	union stat_buf s;
	int known = id && stat_mount(id, &s) == 0;

	return detached_idmap_fail(err, change, object,
			known && s.sm.mask & UL_STATMOUNT_FS_TYPE ?
				s.sm.str + s.sm.fs_type : NULL,
			known && s.sm.mnt_attr & MOUNT_ATTR_IDMAP, d);
}

/* Returns the errno of the first mount below @dir that cannot be mapped, @d set, or 0. */
static int explain_below(uint64_t top, const char *dir, const struct mnt_change *change,
			 struct diag *d)
{
	uint64_t ids[256], last = 0;
	union stat_buf s;
	ssize_t i, n;
	int err;

	while ((n = ul_listmount(top, 0, last, ids, ARRAY_SIZE(ids), 0)) > 0) {
		for (i = 0; i < n; i++) {
			const char *point = s.sm.str;

			if (stat_mount(ids[i], &s) < 0 ||
			    !(s.sm.mask & UL_STATMOUNT_MNT_POINT))
				continue;
			point += s.sm.mnt_point;
			err = nspath_is_below(point, dir) ? try_one(AT_FDCWD, point, change) : 0;
			if (err) {
				char *object = strdup(point);

				fail_one(err, ids[i], change, object ? object : dir, d);
				free(object);
				return err;
			}
		}
		last = ids[n - 1];
	}
	return 0;
}

/*
 * detached_idmap_explain:
 * @dirfd: as for detached_clone()
 * @path: as for detached_clone()
 * @recursive: as for detached_clone()
 * @change: with MOUNT_ATTR_IDMAP
 * @object: what @path is called
 * @d: failure
 *
 * Returns: -errno with @d set when a mount of the tree is found that the ids
 * cannot be mapped of, else 0: the failure was about something else.
 */
int detached_idmap_explain(int dirfd, const char *path, int recursive,
			   const struct mnt_change *change, const char *object,
			   struct diag *d)
{
	char link[sizeof(_PATH_PROC) + 32], dir[PATH_MAX];
	uint64_t id = 0;
	ssize_t len;
	int fd, err;

	if (mnt_unique_id(dirfd, path, AT_EMPTY_PATH, &id) < 0)
		id = 0;
	err = try_one(dirfd, path, change);
	if (err)
		return fail_one(err, id, change, object, d);
	if (!recursive || !id)
		return 0;

	fd = *path ? openat(dirfd, path, O_PATH | O_CLOEXEC) : dup(dirfd);
	if (fd < 0)
		return 0;
	snprintf(link, sizeof(link), _PATH_PROC "/self/fd/%d", fd);
	len = readlink(link, dir, sizeof(dir) - 1);
	close(fd);
	if (len < 0)
		return 0;
	dir[len] = '\0';
	return -explain_below(id, dir, change, d);
}
