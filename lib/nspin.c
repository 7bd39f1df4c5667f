/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nspin - pins: files that keep a mount namespace alive, by name or by path
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "c.h"
#include "all-io.h"
#include "diagnose.h"
#include "mountapi.h"
#include "nls.h"
#include "nsfs.h"
#include "nspin.h"
#include "pathnames.h"
#include "strutils.h"

static int has_control(const char *name)
{
	const unsigned char *p = (const unsigned char *) name;

	while (*p >= 0x20 && *p != 0x7f)
		p++;
	return *p != '\0';
}

/*
 * nspin_name_problem:
 * @name: a name for a pin
 *
 * A name is one path component that no other form of the NS operand claims: it
 * is no PID, PID:INO or :ID, no service and no container. Control characters are
 * refused since names are shown in lists.
 *
 * Returns: NULL for a valid name, else what is wrong with it, in words.
 */
const char *nspin_name_problem(const char *name)
{
	size_t digits = strspn(name, "0123456789");

	if (!*name)
		return _("it is empty");
	if (strchr(name, '/'))
		return _("it has a slash in it");
	if (*name == '.' || *name == ':')
		return _("it begins with a dot or a colon");
	if (digits && (!name[digits] || name[digits] == ':'))
		return _("it would be taken for a PID");
	if (startswith(name, "unit:") || startswith(name, "ctr:"))
		return _("it would be taken for a service or a container");
	if (has_control(name))
		return _("it has a control character in it");
	if (strlen(name) > NAME_MAX)
		return _("it is too long");
	return NULL;
}

int nspin_name_is_valid(const char *name)
{
	return nspin_name_problem(name) == NULL;
}

/* Nobody else may put a file where root looks for namespaces. */
static int check_dir_safe(int fd, struct diag *d)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return diag_fail(d, DIAG_PIN_DIR, errno, _PATH_MNTNS);
	if (st.st_uid != geteuid() || (st.st_mode & (S_IWGRP | S_IWOTH)))
		return diag_fail_cause(d, DIAG_PIN_DIR, EPERM, _PATH_MNTNS, NULL,
				       _("others may write to it"));
	return 0;
}

/*
 * Mounts the directory on itself. Where its parent is shared the new mount is
 * shared at first; only once it is unbindable a pin can be made in it, and a
 * shared parent takes no unbindable mount, hence this order.
 */
static int mount_on_itself(int dirfd, struct diag *d)
{
	int tree;

	tree = ul_open_tree(dirfd, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
	if (tree < 0)
		return diag_fail(d, DIAG_PIN_DIR, errno, _PATH_MNTNS);
	if (ul_move_mount(tree, "", dirfd, "",
			  MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0) {
		int rc = diag_fail(d, DIAG_PIN_DIR, errno, _PATH_MNTNS);

		close(tree);
		return rc;
	}
	close(tree);
	return 0;
}

static int open_dir(struct diag *d)
{
	int fd = open(_PATH_MNTNS, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? diag_fail(d, DIAG_PIN_DIR, errno, _PATH_MNTNS) : fd;
}

/* Is another mount there now than the one that was opened? */
static int is_remounted(int dirfd)
{
	uint64_t opened, now;

	return mnt_old_id(dirfd, "", AT_EMPTY_PATH, &opened) == 0 &&
	       mnt_old_id(AT_FDCWD, _PATH_MNTNS, AT_SYMLINK_NOFOLLOW, &now) == 0 &&
	       opened != now;
}

/*
 * Opens and locks the directory. Who held the lock before may have removed it
 * while this one waited, or mounted or unmounted it: 1, to be tried again.
 */
static int lock_dir(struct nspin_dir *dir, int create, struct diag *d)
{
	struct stat st;
	int rc;

	if (create && mkdir(_PATH_MNTNS, 0700) == 0)
		dir->made_dir = 1;
	else if (create && errno != EEXIST)
		return diag_fail(d, DIAG_PIN_DIR, errno, _PATH_MNTNS);

	dir->lockfd = open_dir(d);
	if (dir->lockfd < 0)
		return create && dir->lockfd == -ENOENT ? 1 : dir->lockfd;

	rc = check_dir_safe(dir->lockfd, d);
	if (!rc && (flock(dir->lockfd, LOCK_EX) < 0 || fstat(dir->lockfd, &st) < 0))
		rc = diag_fail(d, DIAG_PIN_DIR, errno, _PATH_MNTNS);
	if (!rc && st.st_nlink == 0) {
		nspin_dir_close(dir);
		return create ? 1 : diag_fail(d, DIAG_PIN_DIR, ENOENT, _PATH_MNTNS);
	}
	if (!rc && is_remounted(dir->lockfd)) {
		close(dir->lockfd);
		dir->lockfd = -1;
		return 1;
	}
	return rc;
}

/* Also repairs a mount that a process left shared when it was killed. */
static int make_private_mount(struct nspin_dir *dir, struct diag *d)
{
	struct ul_mount_attr attr = { .propagation = MS_UNBINDABLE };
	int rc;

	rc = mnt_is_root_of_mount(AT_FDCWD, _PATH_MNTNS, 0);
	if (rc < 0)
		return diag_fail(d, DIAG_PIN_DIR, -rc, _PATH_MNTNS);
	if (rc == 0) {
		rc = mount_on_itself(dir->lockfd, d);
		if (rc)
			return rc;
		dir->made_mount = 1;
	}
	dir->fd = open_dir(d);
	if (dir->fd < 0)
		return dir->fd;
	if (ul_mount_setattr(dir->fd, "", AT_EMPTY_PATH, &attr) < 0)
		return diag_fail(d, DIAG_PIN_DIR, errno, _PATH_MNTNS);

	return 0;
}

/*
 * nspin_dir_open:
 * @dir: filled in, initialised with NSPIN_DIR_INIT
 * @create: make it on first use, a private unbindable mount of its own, mode
 *	0700; else it is taken as it is
 * @d: failure
 *
 * Opens the directory of pins for a change and holds an exclusive lock on it
 * until nspin_dir_close() or nspin_dir_abandon().
 *
 * Returns: 0, or -errno with @d set, @dir closed and nothing left behind;
 * -ENOENT without @create when nothing was ever pinned by name.
 */
int nspin_dir_open(struct nspin_dir *dir, int create, struct diag *d)
{
	int rc;

	do {
		rc = lock_dir(dir, create, d);
	} while (rc == 1);

	if (!rc && create)
		rc = make_private_mount(dir, d);
	else if (!rc)
		rc = (dir->fd = open_dir(d)) < 0 ? dir->fd : 0;
	if (rc)
		nspin_dir_abandon(dir);
	return rc;
}

/*
 * nspin_dir_abandon:
 *
 * Closes @dir and takes back what nspin_dir_open() made, for a command that
 * failed and made no pin.
 */
void nspin_dir_abandon(struct nspin_dir *dir)
{
	/* lazily, since those who wait for the lock may have it open */
	if (dir->made_mount && umount2(_PATH_MNTNS, MNT_DETACH | UMOUNT_NOFOLLOW) < 0)
		dir->made_dir = 0;
	if (dir->made_dir)
		rmdir(_PATH_MNTNS);
	nspin_dir_close(dir);
}

void nspin_dir_close(struct nspin_dir *dir)
{
	if (dir->fd >= 0)
		close(dir->fd);
	if (dir->lockfd >= 0)
		close(dir->lockfd);
	*dir = (struct nspin_dir) NSPIN_DIR_INIT;
}

/*
 * nspin_read_home:
 * @fd: a file in the directory of pins that nothing is mounted on
 *
 * Returns: 64-bit id of the namespace that its pin is mounted in, 0 unknown.
 */
uint64_t nspin_read_home(int fd)
{
	char buf[32] = "";

	if (pread(fd, buf, sizeof(buf) - 1, 0) <= 0)
		return 0;
	return strtoull(buf, NULL, 10);
}

static int write_home(int fd)
{
	char buf[32];

	snprintf(buf, sizeof(buf), "%ju\n", (uintmax_t) ns_own_id());
	return write_all(fd, buf, strlen(buf));
}

/*
 * A file without a namespace on it: 1 when it is left over from a command that
 * was killed, 0 when it may be a pin of another mount namespace.
 */
static int is_left_over(int fd, uint64_t *home)
{
	uint64_t own = ns_own_id();

	*home = nspin_read_home(fd);
	return own && *home == own;
}

static int fail_bare(struct diag *d, enum diag_step step, const char *name, uint64_t home)
{
	if (home)
		return diag_fail_cause(d, step, EEXIST, name,
				_("if that namespace is gone, mntns delete --all-dead removes the file"),
				_("its pin is mounted in another mount namespace, :%ju"),
				(uintmax_t) home);
	return diag_fail_cause(d, step, EEXIST, name,
			_("if it is not, remove the file in " _PATH_MNTNS),
			_("the file exists, it may be pinned in another mount namespace"));
}

/* What is in the way may have been put there by hand. */
static int fail_open(struct diag *d, enum diag_step step, int err, const char *name)
{
	if (err == ELOOP)
		return diag_fail_cause(d, step, err, name, NULL, _("it is a symbolic link"));
	return diag_fail(d, step, err, name);
}

/*
 * nspin_check_free:
 * @dir: open directory of pins
 * @name: a valid name
 * @d: failure
 *
 * Returns: 0 when a pin of this name can be made; what a killed command left
 * behind is removed first. Else -errno with @d set.
 */
int nspin_check_free(const struct nspin_dir *dir, const char *name, struct diag *d)
{
	uint64_t home = 0;
	int fd, rc = 0;

	fd = openat(dir->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : fail_open(d, DIAG_PIN_MOUNT, errno, name);

	if (ns_is_nsfs(fd))
		rc = diag_fail(d, DIAG_PIN_MOUNT, EEXIST, name);
	else if (!is_left_over(fd, &home))
		rc = fail_bare(d, DIAG_PIN_MOUNT, name, home);
	else if (unlinkat(dir->fd, name, 0) < 0)
		rc = diag_fail(d, DIAG_PIN_MOUNT, errno, name);

	close(fd);
	return rc;
}

/* A detached mount counts as a namespace, and ENOSPC means another limit here. */
static int fail_clone_pin(struct diag *d, int err, const char *name)
{
	if (err != ENOSPC)
		return diag_fail(d, DIAG_PIN_MOUNT, err, name);
	return diag_fail_cause(d, DIAG_PIN_MOUNT, err, name, diag_remedy(DIAG_TREE_CLONE, err),
			       "%s", diag_cause(DIAG_TREE_CLONE, err));
}

/*
 * Two namespaces that pin each other would never go away: the kernel wants the
 * pinned one to be the younger, by its id. fs/namespace.c, mnt_ns_loop().
 */
static int fail_loop(int nsfd, const char *name, struct diag *d)
{
	uint64_t id, own = ns_own_id();

	if (!own || ns_get_id(nsfd, &id) < 0)
		return diag_fail(d, DIAG_PIN_MOUNT, ELOOP, name);
	if (id == own)
		return diag_fail_cause(d, DIAG_PIN_MOUNT, ELOOP, name,
				_("pin it from the namespace that it was made in"),
				_("it is the namespace in which the pin would be"));
	if (id > own)
		return diag_fail(d, DIAG_PIN_MOUNT, ELOOP, name);
	return diag_fail_cause(d, DIAG_PIN_MOUNT, ELOOP, name,
			_("pin it from an older namespace, such as the one that it was made in"),
			_("the kernel takes it for older than the namespace the pin would be in, its id :%ju being smaller than :%ju"),
			(uintmax_t) id, (uintmax_t) own);
}

/*
 * nspin_mount:
 * @nsfd: open mount namespace
 * @dirfd: directory
 * @name: file in it
 * @flags: MOVE_MOUNT_T_*
 * @d: failure
 *
 * Mounts the file of the namespace on the file, without /proc.
 *
 * Returns: 0, or -errno with @d set.
 */
int nspin_mount(int nsfd, int dirfd, const char *name, unsigned int flags, struct diag *d)
{
	int tree, rc = 0;

	tree = ul_open_tree(nsfd, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
	if (tree < 0)
		return fail_clone_pin(d, errno, name);
	if (ul_move_mount(tree, "", dirfd, name, MOVE_MOUNT_F_EMPTY_PATH | flags) < 0)
		rc = errno == ELOOP ? fail_loop(nsfd, name, d) :
				      diag_fail(d, DIAG_PIN_MOUNT, errno, name);
	close(tree);
	return rc;
}

/*
 * nspin_add:
 * @dir: open directory of pins
 * @name: a valid name that nspin_check_free() found free
 * @nsfd: open mount namespace, younger than the caller's
 * @d: failure
 *
 * Returns: 0, or -errno with @d set and nothing left behind.
 */
int nspin_add(const struct nspin_dir *dir, const char *name, int nsfd, struct diag *d)
{
	int fd, rc;

	fd = openat(dir->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return diag_fail(d, DIAG_PIN_FILE, errno, name);

	rc = write_home(fd) == 0 ? 0 : diag_fail(d, DIAG_PIN_FILE, errno, name);
	close(fd);
	if (!rc)
		rc = nspin_mount(nsfd, dir->fd, name, 0, d);
	if (rc)
		unlinkat(dir->fd, name, 0);
	return rc;
}

/*
 * umount2() knows no dirfd; the caller's working directory is left as it was.
 * Lazily, since whoever has just opened the namespace through the pin would keep
 * it busy, and the namespace does not live by its pin alone.
 */
static int umount_at(int dirfd, const char *name)
{
	int cwd, rc = 0;

	cwd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fchdir(dirfd) < 0 || umount2(name, MNT_DETACH | UMOUNT_NOFOLLOW) < 0)
		rc = -errno;
	if (cwd >= 0) {
		if (fchdir(cwd) < 0 && rc == 0)
			rc = -errno;
		close(cwd);
	}
	return rc;
}

/*
 * nspin_remove:
 * @dir: open directory of pins
 * @name: name of a pin
 * @d: failure
 *
 * Unmounts the pin and removes its file. The namespace lives on while
 * processes are in it or hold it open.
 *
 * Returns: 0, or -errno with @d set.
 */
int nspin_remove(const struct nspin_dir *dir, const char *name, struct diag *d)
{
	uint64_t home = 0;
	int fd, pinned, left_over, rc;

	fd = openat(dir->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return fail_open(d, DIAG_PIN_REMOVE, errno, name);

	pinned = ns_is_nsfs(fd);
	left_over = !pinned && is_left_over(fd, &home);
	close(fd);

	if (!pinned && !left_over)
		return fail_bare(d, DIAG_PIN_REMOVE, name, home);
	if (pinned) {
		rc = umount_at(dir->fd, name);
		if (rc)
			return diag_fail(d, DIAG_PIN_REMOVE, -rc, name);
	}
	if (unlinkat(dir->fd, name, 0) < 0)
		return diag_fail(d, DIAG_PIN_REMOVE, errno, name);
	return 0;
}

/*
 * nspin_check_file:
 * @path: file to pin on, it need not exist
 * @d: failure
 *
 * Returns: 0 when a pin could be made there as far as can be told beforehand,
 * else -errno with @d set.
 */
int nspin_check_file(const char *path, struct diag *d)
{
	struct stat st;
	int fd, rc = 0;

	fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT && lstat(path, &st) == 0)
		return diag_fail_cause(d, DIAG_PIN_FILE, ENOENT, path, NULL,
				       _("it is a symbolic link to what does not exist"));
	if (fd < 0)
		return errno == ENOENT ? 0 : diag_fail(d, DIAG_PIN_FILE, errno, path);

	if (fstat(fd, &st) < 0)
		rc = diag_fail(d, DIAG_PIN_FILE, errno, path);
	else if (ns_is_nsfs(fd))
		rc = diag_fail(d, DIAG_PIN_FILE, EEXIST, path);
	else if (S_ISDIR(st.st_mode))
		rc = diag_fail(d, DIAG_PIN_FILE, EISDIR, path);
	else if (!S_ISREG(st.st_mode))
		rc = diag_fail_cause(d, DIAG_PIN_FILE, EINVAL, path, NULL,
				     _("not a regular file"));
	close(fd);
	return rc;
}

/*
 * nspin_add_file:
 * @path: file to pin on; made when it is missing
 * @nsfd: open mount namespace, younger than the caller's
 * @created: result, 1 when the file was made
 * @d: failure
 *
 * Returns: 0, or -errno with @d set; a file that was made is removed again.
 */
int nspin_add_file(const char *path, int nsfd, int *created, struct diag *d)
{
	int fd, rc;

	*created = 0;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0) {
		*created = 1;
		close(fd);
	} else if (errno != EEXIST) {
		return diag_fail(d, DIAG_PIN_FILE, errno, path);
	}

	/* the path, not the fd: a mount wants to be seen by later lookups of it */
	rc = nspin_mount(nsfd, AT_FDCWD, path, MOVE_MOUNT_T_SYMLINKS, d);
	if (rc && *created)
		unlink(path);
	return rc;
}

/*
 * nspin_remove_file:
 * @path: of nspin_add_file()
 * @created: of nspin_add_file()
 *
 * Undoes what nspin_add_file() did.
 */
void nspin_remove_file(const char *path, int created)
{
	if (umount2(path, MNT_DETACH) == 0 && created)
		unlink(path);
}

/*
 * nspin_open:
 * @name: a valid name
 * @d: failure
 *
 * Returns: open O_CLOEXEC mount namespace, or -errno with @d set.
 */
int nspin_open(const char *name, struct diag *d)
{
	char path[sizeof(_PATH_MNTNS) + 1 + NAME_MAX + 1];
	uint64_t home = 0;
	int fd, rc;

	snprintf(path, sizeof(path), _PATH_MNTNS "/%s", name);
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return fail_open(d, DIAG_NS_OPEN_NAME, errno, name);
	if (ns_is_nsfs(fd) && ns_is_mntns(fd))
		return fd;

	if (ns_is_nsfs(fd))
		rc = diag_fail_cause(d, DIAG_NS_OPEN_NAME, EINVAL, name, NULL,
				     _("it is not a mount namespace"));
	else if (is_left_over(fd, &home))
		rc = diag_fail(d, DIAG_NS_OPEN_NAME, ENOENT, name);
	else
		rc = fail_bare(d, DIAG_NS_OPEN_NAME, name, home);
	close(fd);
	return rc;
}

/*
 * nspin_opendir:
 *
 * Returns: the directory of pins for nspin_next(), to be closed with
 * closedir(3); NULL when there is none or the caller may not read it (errno).
 */
DIR *nspin_opendir(void)
{
	return opendir(_PATH_MNTNS);
}

/*
 * nspin_next:
 * @dir: from nspin_opendir()
 * @name: result, valid until the next call
 * @nsfd: result, open O_CLOEXEC mount namespace, the caller's to close
 *
 * Returns: 0, or 1 at the end. Files that are no pins are passed over.
 */
int nspin_next(DIR *dir, const char **name, int *nsfd)
{
	struct dirent *de;

	while ((de = readdir(dir))) {
		int fd;

		if (!nspin_name_is_valid(de->d_name))
			continue;
		fd = openat(dirfd(dir), de->d_name,
			    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (ns_is_nsfs(fd) && ns_is_mntns(fd)) {
			*name = de->d_name;
			*nsfd = fd;
			return 0;
		}
		close(fd);
	}
	return 1;
}
