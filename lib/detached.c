/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * detached - build a detached mount and put it in place
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "c.h"
#include "detached.h"
#include "loopdev.h"
#include "mntopts.h"
#include "mountapi.h"
#include "mountinfo.h"
#include "nls.h"
#include "nspath.h"

/* of fsconfig(2), see SYSCALL_DEFINE5(fsconfig) in fs/fsopen.c */
#define FSCONFIG_VALUE_MAX	255

/*
 * mnt_change_is_empty:
 *
 * Returns: 1 when @change changes nothing, else 0.
 */
int mnt_change_is_empty(const struct mnt_change *change)
{
	return !change->attr_set && !change->attr_clr && !change->propagation;
}

/*
 * mnt_change_maps_ids:
 *
 * Returns: 1 when @change maps ids, which can be done to a detached mount only,
 * else 0.
 */
int mnt_change_maps_ids(const struct mnt_change *change)
{
	return !!(change->attr_set & MOUNT_ATTR_IDMAP);
}

static struct ul_mount_attr change_to_attr(const struct mnt_change *change)
{
	return (struct ul_mount_attr) {
		.attr_set = change->attr_set,
		.attr_clr = change->attr_clr,
		.propagation = change->propagation,
		.userns_fd = mnt_change_maps_ids(change) ? change->userns_fd : 0
	};
}

static int apply_change(int fd, int recursive, const struct mnt_change *change)
{
	struct ul_mount_attr attr = change_to_attr(change);

	if (mnt_change_is_empty(change))
		return 0;
	return ul_mount_setattr(fd, "", AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0), &attr);
}

static int propagation_by_mountinfo(int dirfd, const char *path)
{
	struct mountinfo_line line;
	uint64_t id;
	int rc = mnt_old_id(dirfd, path, AT_EMPTY_PATH, &id);

	if (rc == 0)
		rc = mountinfo_find(id, &line);
	return rc ? rc : (int) line.propagation;
}

/* MS_*, 0 when nobody tells, or -errno: -ENOENT another namespace's mount */
static int propagation_of(int dirfd, const char *path)
{
	struct ul_statmount sm;
	uint64_t id;
	int rc;

	if (mnt_unique_id(dirfd, path, AT_EMPTY_PATH, &id) == 0) {
		if (ul_statmount(id, 0, UL_STATMOUNT_MNT_BASIC, &sm, sizeof(sm), 0) == 0)
			return sm.mnt_propagation;
		if (errno != ENOSYS && errno != EPERM)
			return -errno;
	}
	rc = propagation_by_mountinfo(dirfd, path);
	return rc > 0 ? rc : 0;
}

static int clone_fail(int dirfd, const char *path, enum diag_step step, int err,
		      const char *object, struct diag *d)
{
	int propagation = err == EINVAL ? propagation_of(dirfd, path) : 0;

	if (propagation == -ENOENT)
		return diag_fail_cause(d, step, err, object, NULL,
				_("the mount is not in the caller's mount namespace"));
	if (propagation > 0 && propagation & MS_UNBINDABLE)
		return diag_fail_cause(d, step, err, object, _("make it private first"),
				       _("the mount is unbindable"));
	return diag_fail(d, step, err, object);
}

/*
 * A map can be replaced by another one only while the mount is cloned, and only
 * by open_tree_attr(2), Linux 6.15. Where that fails the calls that it stands for
 * tell why. Returns the fd of the clone, changed, or -1.
 */
static int clone_with_map(int dirfd, const char *path, unsigned int flags,
			  const struct mnt_change *change)
{
	struct ul_mount_attr attr = change_to_attr(change);

	if (!mnt_change_maps_ids(change))
		return -1;
	attr.attr_clr |= MOUNT_ATTR_IDMAP;
	return ul_open_tree_attr(dirfd, path, flags, &attr);
}

/*
 * detached_clone:
 * @dirfd: as for openat(2)
 * @path: directory or file of the caller's namespace; "" is @dirfd itself
 * @recursive: the mounts below it, too
 * @change: attributes and propagation for all that is cloned
 * @step: what open_tree(2) is called in a failure
 * @object: what @path is called in a failure
 * @d: failure
 *
 * Returns: O_CLOEXEC fd of the detached mount, which goes away with it, or
 * -errno with @d set. See open_tree(2) and mount_setattr(2).
 */
int detached_clone(int dirfd, const char *path, int recursive,
		   const struct mnt_change *change, enum diag_step step,
		   const char *object, struct diag *d)
{
	unsigned int flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC;
	int fd, rc;

	/* an empty path from the command line is not the working directory */
	if (!*path && dirfd != AT_FDCWD)
		flags |= AT_EMPTY_PATH;
	if (recursive)
		flags |= AT_RECURSIVE;

	fd = clone_with_map(dirfd, path, flags, change);
	if (fd >= 0)
		return fd;
	fd = ul_open_tree(dirfd, path, flags);
	if (fd < 0)
		return clone_fail(dirfd, path, step, errno, object, d);

	if (apply_change(fd, recursive, change) < 0) {
		int err = errno;

		rc = mnt_change_maps_ids(change) ?
			detached_idmap_explain(dirfd, path, recursive, change, object, d) : 0;
		if (!rc)
			rc = diag_fail(d, DIAG_TREE_SETATTR, err, object);
		close(fd);
		return rc;
	}
	return fd;
}

/*
 * The kernel's messages about a filesystem context are read from its fd, one a
 * read(2): "e ", "w " or "i " and the text. Errors are what the user wants.
 * Returns the last one in @buf, or NULL.
 */
static const char *fs_message(int fsfd, char *buf, size_t bufsz)
{
	const char *found = NULL;
	char line[512];
	ssize_t n;

	while ((n = read(fsfd, line, sizeof(line) - 1)) > 0) {
		line[n] = '\0';
		line[strcspn(line, "\n")] = '\0';
		if (line[0] != 'e' || line[1] != ' ')
			continue;
		snprintf(buf, bufsz, "%s", line + 2);
		found = buf;
	}
	return found;
}

static int fs_fail(int fsfd, enum diag_step step, int err, const char *object, struct diag *d)
{
	char buf[512];
	const char *message = fs_message(fsfd, buf, sizeof(buf));

	if (!message)
		return diag_fail(d, step, err, object);
	/* the message speaks of the option; for the rest the errno knows more */
	if (err == EINVAL)
		return diag_fail_cause(d, step, err, object, NULL, "%s", message);
	return diag_fail_cause(d, step, err, object, diag_remedy(step, err), "%s (%s)",
			       message, diag_cause(step, err));
}

static int fs_option(int fsfd, const struct mntopts_fs *o, struct diag *d)
{
	unsigned int cmd = o->value ? UL_FSCONFIG_SET_STRING : UL_FSCONFIG_SET_FLAG;
	int is_long = o->value && strlen(o->value) > FSCONFIG_VALUE_MAX;
	int rc;

	if (is_long && strcmp(o->name, "lowerdir") == 0)
		rc = detached_overlay_layers(fsfd, o->value);
	else
		rc = ul_fsconfig(fsfd, cmd, o->name, o->value, 0) < 0 ? -errno : 0;

	if (rc == -EINVAL && is_long)
		return diag_fail_cause(d, DIAG_FS_OPTION, EINVAL, o->name, NULL,
				_("the kernel takes no value of more than %d characters"),
				FSCONFIG_VALUE_MAX);
	return rc ? fs_fail(fsfd, DIAG_FS_OPTION, -rc, o->name, d) : 0;
}

static int fs_configure(int fsfd, const char *source, const struct mntopts *opts,
			struct diag *d)
{
	int rc = 0;
	size_t i;

	if (source && ul_fsconfig(fsfd, UL_FSCONFIG_SET_STRING, "source", source, 0) < 0)
		return fs_fail(fsfd, DIAG_FS_CREATE, errno, source, d);

	for (i = 0; !rc && i < opts->nr_fs; i++)
		rc = fs_option(fsfd, &opts->fs[i], d);
	return rc;
}

/* The attributes are set but for the map; a new mount is private unless told otherwise. */
static int finish_mkfs(int fd, const char *fstype, const char *object,
		       const struct mnt_change *change, struct diag *d)
{
	struct mnt_change rest = {
		.attr_set = change->attr_set & MOUNT_ATTR_IDMAP,
		.propagation = change->propagation,
		.userns_fd = change->userns_fd
	};

	if (apply_change(fd, 0, &rest) == 0)
		return 0;
	return mnt_change_maps_ids(&rest) ?
		detached_idmap_fail(errno, &rest, object, fstype, 0, d) :
		diag_fail(d, DIAG_TREE_SETATTR, errno, object);
}

/* Returns the fd of a filesystem context with a superblock, or -errno. */
static int try_fsopen(const char *fstype, const char *source, const char *object,
		      const struct mntopts *opts, struct diag *d)
{
	int rc, fsfd = ul_fsopen(fstype, FSOPEN_CLOEXEC);

	if (fsfd < 0)
		return diag_fail(d, DIAG_FS_OPEN, errno, fstype);
	rc = fs_configure(fsfd, source, opts, d);
	if (!rc && ul_fsconfig(fsfd, UL_FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		rc = fs_fail(fsfd, DIAG_FS_CREATE, errno, object, d);
	if (!rc)
		return fsfd;
	close(fsfd);
	return rc;
}

static int is_read_only(const struct mntopts *opts)
{
	int is_ro = 0;
	size_t i;

	for (i = 0; i < opts->nr_fs; i++) {
		if (strcmp(opts->fs[i].name, "ro") == 0)
			is_ro = 1;
		else if (strcmp(opts->fs[i].name, "rw") == 0)
			is_ro = 0;
	}
	return is_ro;
}

/* The loop device goes when neither the filesystem nor the fd here holds it. */
static int fsopen_image(const char *fstype, const char *image, const struct mntopts *opts,
			struct diag *d)
{
	char device[64];
	int fsfd, loop;

	diag_reset(d);
	loop = loopdev_open(image, is_read_only(opts), device, sizeof(device), d);
	if (loop < 0)
		return loop;
	fsfd = try_fsopen(fstype, device, image, opts, d);
	close(loop);
	return fsfd;
}

/*
 * detached_fsopen:
 *
 * Arguments as for detached_mkfs(). Where the filesystem wants a device, and
 * cannot read an image from a file itself as erofs can since Linux 6.12, a file
 * gets a loop device.
 *
 * Returns: O_CLOEXEC fd of a filesystem context that is ready for fsmount(2), or
 * -errno with @d set.
 */
int detached_fsopen(const char *fstype, const char *source, const struct mntopts *opts,
		    struct diag *d)
{
	struct stat st;
	int fsfd = try_fsopen(fstype, source, source ? source : fstype, opts, d);

	if (fsfd == -ENOTBLK && source && stat(source, &st) == 0 && S_ISREG(st.st_mode))
		return fsopen_image(fstype, source, opts, d);
	return fsfd;
}

/*
 * detached_mkfs:
 * @fstype: filesystem type
 * @source: device, server path, or any word where the type takes none
 * @opts: options for the filesystem, attributes and propagation for the mount
 * @d: failure, with the kernel's own message where it gave one
 *
 * Returns: O_CLOEXEC fd of a detached mount of the filesystem, or -errno with
 * @d set. See fsopen(2), fsconfig(2) and fsmount(2).
 */
int detached_mkfs(const char *fstype, const char *source, const struct mntopts *opts,
		  struct diag *d)
{
	const char *object = source ? source : fstype;
	int fsfd, fd, rc = 0;

	fsfd = detached_fsopen(fstype, source, opts, d);
	if (fsfd < 0)
		return fsfd;
	fd = ul_fsmount(fsfd, FSMOUNT_CLOEXEC,
			opts->change.attr_set & ~(uint64_t) MOUNT_ATTR_IDMAP);
	if (fd < 0)
		rc = fs_fail(fsfd, DIAG_FS_MOUNT, errno, object, d);
	close(fsfd);
	if (rc)
		return rc;

	if (opts->subdir) {
		int sub = detached_subdir(fd, opts->subdir, d);

		close(fd);
		if (sub < 0)
			return sub;
		fd = sub;
	}
	rc = finish_mkfs(fd, fstype, object, &opts->change, d);
	if (rc) {
		close(fd);
		return rc;
	}
	return fd;
}

static int fail_kinds(int treefd, int targetfd, enum diag_step step, int err,
		      const char *target, struct diag *d)
{
	int from = mnt_is_directory(treefd), to = mnt_is_directory(targetfd);

	if (from < 0 || to < 0 || from == to)
		return 0;
	return diag_fail_cause(d, step, err, target, NULL,
			       from ? _("the source is a directory, the target is not") :
				      _("the target is a directory, the source is not"));
}

static int fail_attach(int treefd, int targetfd, enum diag_step step, int err,
		       const char *target, struct diag *d)
{
	struct stat from;
	int rc = err == EINVAL ? fail_kinds(treefd, targetfd, step, err, target, d) : 0;

	if (rc)
		return rc;
	if (err == ENOENT && fstat(treefd, &from) == 0 && from.st_nlink == 0)
		return diag_fail_cause(d, step, err, target, NULL,
				       _("the source was removed"));
	return diag_fail(d, step, err, target);
}

/*
 * detached_attach:
 * @treefd: detached mount
 * @targetfd: O_PATH fd in the caller's mount namespace
 * @target: its name for a failure
 * @d: failure
 *
 * Returns: 0, or -errno with @d set. See move_mount(2).
 */
int detached_attach(int treefd, int targetfd, const char *target, struct diag *d)
{
	if (ul_move_mount(treefd, "", targetfd, "",
			  MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) == 0)
		return 0;
	return fail_attach(treefd, targetfd, DIAG_ATTACH, errno, target, d);
}

static int fail_beneath(int treefd, int targetfd, int err, const char *target, struct diag *d)
{
	if (err == EINVAL && !mnt_has_beneath())
		return diag_fail_nosys(d, DIAG_ATTACH_BENEATH, ENOSYS, target,
				       _("MOVE_MOUNT_BENEATH (Linux 6.5)"));
	if (err == EINVAL && mnt_is_root_of_mount(targetfd, "", AT_EMPTY_PATH) == 0)
		return diag_fail_cause(d, DIAG_ATTACH_BENEATH, err, target, NULL,
				       _("not a mount point"));
	return fail_attach(treefd, targetfd, DIAG_ATTACH_BENEATH, err, target, d);
}

/*
 * detached_attach_beneath:
 *
 * As detached_attach(), below the topmost mount at the target, where nobody
 * sees it until that is unmounted. Of the root, "/", since Linux 7.1.
 */
int detached_attach_beneath(int treefd, int targetfd, const char *target, struct diag *d)
{
	if (ul_move_mount(treefd, "", targetfd, "", MOVE_MOUNT_F_EMPTY_PATH |
			  MOVE_MOUNT_T_EMPTY_PATH | MOVE_MOUNT_BENEATH) == 0)
		return 0;
	return fail_beneath(treefd, targetfd, errno, target, d);
}

/*
 * detached_is_mounted:
 * @fd: any fd
 *
 * Returns: 1 when the mount that it is on is one of the caller's mount
 * namespace, 0 when it is not or the kernel (before 6.8) does not tell.
 */
int detached_is_mounted(int fd)
{
	struct ul_statmount sm;
	uint64_t id;

	if (mnt_unique_id(fd, "", AT_EMPTY_PATH, &id) < 0)
		return 0;
	/* EPERM: it cannot be reached from the caller's root */
	return ul_statmount(id, 0, UL_STATMOUNT_MNT_BASIC, &sm, sizeof(sm), 0) == 0 ||
	       errno == EPERM;
}

/*
 * detached_take_fd:
 * @fd: of a detached mount that somebody else has made
 * @object: what it is called in a failure
 * @d: failure
 *
 * A mount that is in place would be moved from there by move_mount(2), so it is
 * not taken. Whether it is in place in another namespace can be seen only there,
 * see detached_is_mounted().
 *
 * Returns: O_CLOEXEC fd, or -errno with @d set.
 */
int detached_take_fd(int fd, const char *object, struct diag *d)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

	if (copy < 0)
		return diag_fail(d, DIAG_SOURCE_FD, errno, object);
	if (mnt_is_root_of_mount(copy, "", AT_EMPTY_PATH) == 0) {
		close(copy);
		return diag_fail_cause(d, DIAG_SOURCE_FD, EINVAL, object, NULL,
				       _("it is not the root of a mount"));
	}
	if (detached_is_mounted(copy)) {
		close(copy);
		return diag_fail(d, DIAG_SOURCE_FD, EBUSY, object);
	}
	return copy;
}

/*
 * detached_propagation:
 * @fd: O_PATH fd in the caller's mount namespace
 *
 * Returns: MS_SHARED and the like of the mount that it is on, or 0 when nobody
 * tells: before Linux 6.8 that takes mountinfo_keep_proc().
 */
int detached_propagation(int fd)
{
	return max(propagation_of(fd, ""), 0);
}

/*
 * detached_target_is_shared:
 * @targetfd: O_PATH fd in the caller's mount namespace
 *
 * Returns: 1 when what is attached there propagates to the peers and slaves of
 * its mount, 0 when it does not or nobody tells, as for detached_propagation().
 */
int detached_target_is_shared(int targetfd)
{
	return !!(detached_propagation(targetfd) & MS_SHARED);
}
