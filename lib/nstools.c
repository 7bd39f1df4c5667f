/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nstools - programs for a namespace that has none, in a copy of it
 *
 * The tree of the namespace must not be changed and may not have a directory to
 * spare for a mount point. So the copy gets a root directory of its own, on a
 * tmpfs, with the names that the other root has, and in it the tools.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "c.h"
#include "detached.h"
#include "diagnose.h"
#include "mntopts.h"
#include "mountapi.h"
#include "namespace.h"
#include "nls.h"
#include "nstools.h"

/* where a directory of tools is found inside, and what was at the names taken */
#define TOOLS_NAME	"mntns-tools"
#define TARGET_NAME	"mntns-target"

/* What programs of the system need that are linked with its libraries. */
static const char *const system_dirs[] = {
	"bin", "lib", "lib32", "lib64", "libx32", "sbin", "usr"
};

static const char *const path_dirs[] = { "sbin", "bin", "usr/sbin", "usr/bin" };

static const struct mnt_change unchangeable = {
	.attr_set = MOUNT_ATTR_RDONLY,
	.propagation = MS_PRIVATE
};

static int add_entry(struct nstools *t, const char *name, char *link, int fd, struct diag *d)
{
	struct nstools_entry *e = reallocarray(t->entries, t->nr_entries + 1, sizeof(*e));

	if (!e) {
		free(link);
		if (fd >= 0)
			close(fd);
		return diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);
	}
	t->entries = e;
	e[t->nr_entries++] = (struct nstools_entry) { .name = name, .link = link, .fd = fd };
	return 0;
}

static int add_system_dir(struct nstools *t, const char *name, struct diag *d)
{
	char path[PATH_MAX], link[PATH_MAX];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/%s", name);
	n = readlink(path, link, sizeof(link) - 1);
	if (n >= 0) {
		char *copy = strndup(link, n);

		return copy ? add_entry(t, name, copy, -1, d) :
			      diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);
	}
	if (errno == ENOENT)
		return 0;
	fd = detached_clone(AT_FDCWD, path, 1, &unchangeable, DIAG_SOURCE_OPEN, path, d);
	return fd < 0 ? fd : add_entry(t, name, NULL, fd, d);
}

static int append_path(char **path, const char *dir, struct diag *d)
{
	char *longer;

	if (asprintf(&longer, "%s%s%s", *path ? *path : "", *path ? ":" : "", dir) < 0)
		return diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);
	free(*path);
	*path = longer;
	return 0;
}

/* The tree may be that of a system or just a directory of programs. */
static int add_dir(struct nstools *t, const char *dir, struct diag *d)
{
	struct stat st;
	int fd, rc;
	size_t i;

	fd = detached_clone(AT_FDCWD, dir, 1, &unchangeable, DIAG_SOURCE_OPEN, dir, d);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0 || !S_ISDIR(st.st_mode)) {
		close(fd);
		return diag_fail(d, DIAG_SOURCE_OPEN, ENOTDIR, dir);
	}
	for (i = 0, rc = 0; !rc && i < ARRAY_SIZE(path_dirs); i++) {
		char inside[64];

		snprintf(inside, sizeof(inside), "/" TOOLS_NAME "/%s", path_dirs[i]);
		if (faccessat(fd, path_dirs[i], F_OK, 0) == 0)
			rc = append_path(&t->path, inside, d);
	}
	if (!rc && !t->path)
		rc = append_path(&t->path, "/" TOOLS_NAME, d);
	if (rc) {
		close(fd);
		return rc;
	}
	return add_entry(t, TOOLS_NAME, NULL, fd, d);
}

/*
 * nstools_open:
 * @t: set up with NSTOOLS_INIT; the caller ends with nstools_free()
 * @dir: directory of programs, or of a tree with programs in it; NULL is the
 *	caller's system, its /usr and what belongs to it
 * @d: failure
 *
 * Clones the tools, in the caller's namespace.
 *
 * Returns: 0, or -errno with @d set.
 */
int nstools_open(struct nstools *t, const char *dir, struct diag *d)
{
	size_t i;
	int rc = 0;

	if (dir)
		return add_dir(t, dir, d);
	for (i = 0; !rc && i < ARRAY_SIZE(system_dirs); i++)
		rc = add_system_dir(t, system_dirs[i], d);
	for (i = 0; !rc && i < ARRAY_SIZE(path_dirs); i++) {
		char inside[64];

		snprintf(inside, sizeof(inside), "/%s", path_dirs[i]);
		rc = append_path(&t->path, inside, d);
	}
	return rc;
}

void nstools_free(struct nstools *t)
{
	size_t i;

	for (i = 0; i < t->nr_entries; i++) {
		free(t->entries[i].link);
		if (t->entries[i].fd >= 0)
			close(t->entries[i].fd);
	}
	free(t->entries);
	free(t->path);
	*t = (struct nstools) NSTOOLS_INIT;
}

static int fail(struct diag *d, int err, const char *name)
{
	return diag_fail(d, DIAG_TOOLS, err, name);
}

/* An empty file or directory to mount on. */
static int make_mount_point(int rootfd, const char *name, int is_dir)
{
	int fd;

	if (is_dir)
		return mkdirat(rootfd, name, 0755);
	fd = openat(rootfd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

static int put(int rootfd, const char *name, int mountfd, int is_dir, struct diag *d)
{
	if (make_mount_point(rootfd, name, is_dir) < 0 ||
	    ul_move_mount(mountfd, "", rootfd, name, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return fail(d, errno, name);
	return 0;
}

static int put_tools(const struct nstools *t, int rootfd, struct diag *d)
{
	size_t i;
	int rc = 0;

	for (i = 0; !rc && i < t->nr_entries; i++) {
		const struct nstools_entry *e = &t->entries[i];

		if (!e->link)
			rc = put(rootfd, e->name, e->fd, 1, d);
		else if (symlinkat(e->link, rootfd, e->name) < 0)
			rc = fail(d, errno, e->name);
	}
	return rc;
}

static int copy_link(int fromfd, int rootfd, const char *name, struct diag *d)
{
	char link[PATH_MAX];
	ssize_t n = readlinkat(fromfd, name, link, sizeof(link) - 1);

	if (n < 0)
		return fail(d, errno, name);
	link[n] = '\0';
	return symlinkat(link, rootfd, name) < 0 ? fail(d, errno, name) : 0;
}

static int copy_mount(int fromfd, int rootfd, const char *name, int is_dir, struct diag *d)
{
	int rc, fd = ul_open_tree(fromfd, name, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC |
				  AT_RECURSIVE | AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT);

	if (fd < 0) {
		/* a mount that is unbindable has no copy; the directory is there */
		if (errno != EINVAL)
			return fail(d, errno, name);
		return make_mount_point(rootfd, name, is_dir) < 0 ? fail(d, errno, name) : 0;
	}
	rc = put(rootfd, name, fd, is_dir, d);
	close(fd);
	return rc;
}

/* What the directory itself says of it: a mount on it, which may hang, is not asked. */
static int type_of(int dirfd, const struct dirent *de)
{
	struct stat st;

	if (de->d_type != DT_UNKNOWN)
		return de->d_type;
	if (fstatat(dirfd, de->d_name, &st, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) < 0)
		return DT_UNKNOWN;
	return IFTODT(st.st_mode);
}

static int copy_entry(int fromfd, int rootfd, const struct dirent *de, struct diag *d)
{
	int type = type_of(fromfd, de);

	if (type == DT_LNK)
		return copy_link(fromfd, rootfd, de->d_name, d);
	return copy_mount(fromfd, rootfd, de->d_name, type == DT_DIR, d);
}

static int is_taken(const struct nstools *t, const char *name)
{
	size_t i;

	if (strcmp(name, TARGET_NAME) == 0)
		return 1;
	for (i = 0; i < t->nr_entries; i++) {
		if (strcmp(t->entries[i].name, name) == 0)
			return 1;
	}
	return 0;
}

static int copy_entries(const struct nstools *t, int rootfd, struct diag *d)
{
	struct dirent *de;
	DIR *dir = opendir("/");
	int rc = 0;

	if (!dir)
		return fail(d, errno, "/");
	while (!rc && (errno = 0, de = readdir(dir))) {
		if (strcmp(de->d_name, ".") != 0 && strcmp(de->d_name, "..") != 0 &&
		    !is_taken(t, de->d_name))
			rc = copy_entry(dirfd(dir), rootfd, de, d);
	}
	if (!rc && errno)
		rc = fail(d, errno, "/");
	closedir(dir);
	return rc;
}

/*
 * The root of the copy changes; where the lowest mount, which has no parent, is
 * the root, that is refused, and then it is the root of the caller alone.
 */
static int change_root(int rootfd, struct diag *d)
{
	if (fchdir(rootfd) < 0)
		return fail(d, errno, "/");
	if (ul_pivot_root(".", ".") == 0)
		return umount2(".", MNT_DETACH) < 0 ? fail(d, errno, "/") : 0;
	if (chroot(".") < 0)
		return fail(d, errno, "/");
	return 0;
}

static int copy_namespace(struct diag *d)
{
	struct ul_mount_attr attr = { .propagation = MS_PRIVATE };

	if (unshare(CLONE_NEWNS) < 0)
		return fail(d, errno, "/");
	/* nothing that is mounted from here on may show in the namespace itself */
	if (ul_mount_setattr(AT_FDCWD, "/", AT_RECURSIVE, &attr) < 0)
		return fail(d, errno, "/");
	return 0;
}

/*
 * Mounted on the root before there is anything in it: before Linux 6.15 nothing
 * can be mounted on what is not mounted itself. Paths from "/" still go below it.
 */
static int mount_new_root(struct diag *d)
{
	const struct mntopts opts = {
		.change = { .attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV }
	};
	int rc = 0, fd = detached_mkfs("tmpfs", TOOLS_NAME, &opts, d);

	if (fd < 0)
		return fd;
	if (fchmodat(fd, ".", 0755, 0) < 0 ||
	    ul_move_mount(fd, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) < 0) {
		rc = fail(d, errno, "/");
		close(fd);
	}
	return rc ? rc : fd;
}

/*
 * nstools_enter:
 * @t: opened with nstools_open() before the namespace was entered
 * @d: failure
 *
 * Moves the caller from the mount namespace that it is in, with the root of that
 * as its own, to a private copy with the tools in it. Nothing in the namespace is
 * changed or executed. On failure the caller may already have left it and is
 * expected to exit.
 *
 * Returns: 0, or -errno with @d set.
 */
int nstools_enter(struct nstools *t, struct diag *d)
{
	int whole, rootfd, rc = copy_namespace(d);

	if (rc)
		return rc;
	/* as it is, too, for the tools cover some of it; before anything is on it */
	whole = ul_open_tree(AT_FDCWD, "/", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
	if (whole < 0)
		return fail(d, errno, "/");
	rootfd = mount_new_root(d);
	rc = rootfd < 0 ? rootfd : put(rootfd, TARGET_NAME, whole, 1, d);
	if (!rc)
		rc = put_tools(t, rootfd, d);
	if (!rc)
		rc = copy_entries(t, rootfd, d);
	if (!rc)
		rc = change_root(rootfd, d);
	close(whole);
	if (rootfd >= 0)
		close(rootfd);
	return rc;
}
