/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nspath - open paths in a namespace that others control, confined to its root
 *
 * Whoever controls a namespace chooses the symbolic links in it, and magic
 * links of /proc lead out of it. So every path is resolved by openat2(2) with
 * the root of the namespace as its bound, and used by fd from then on.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mountapi.h"
#include "nspath.h"

#define MAX_SYMLINKS	40		/* the kernel's own bound, include/linux/namei.h */

/*
 * nspath_is_below:
 * @path: absolute, as the kernel tells it
 * @dir: likewise
 *
 * Returns: 1 when @path lies below @dir and is not @dir itself, else 0.
 */
int nspath_is_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	if (strcmp(dir, "/") == 0)
		return path[0] == '/' && path[1];
	return strncmp(path, dir, len) == 0 && path[len] == '/';
}

/*
 * nspath_open:
 * @rootfd: bound of the lookup: absolute paths and links start here, and ".."
 *	stays here
 * @path: path inside, with or without a leading '/'
 * @flags: O_* of open(2); O_CLOEXEC is added
 *
 * Returns: open fd, or -errno; -ELOOP also for a magic link on the way.
 */
int nspath_open(int rootfd, const char *path, uint64_t flags)
{
	int fd = ul_openat2(rootfd, path, flags | O_CLOEXEC, 0,
			    UL_RESOLVE_IN_ROOT | UL_RESOLVE_NO_MAGICLINKS);

	return fd < 0 ? -errno : fd;
}

/* Where the last component of @path starts; slashes and "." after it are cut off. */
static char *last_component(char *path)
{
	size_t len = strlen(path);
	char *slash;

	while (len && (path[len - 1] == '/' ||
		       (len > 1 && path[len - 1] == '.' && path[len - 2] == '/')))
		path[--len] = '\0';
	slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

/* @path with its last component exchanged for what the link says. */
static char *follow(const char *path, size_t dirlen, const char *link)
{
	size_t linklen = strlen(link);
	char *new;

	if (*link == '/')
		return strdup(link);
	new = malloc(dirlen + linklen + 1);
	if (new) {
		memcpy(new, path, dirlen);
		memcpy(new + dirlen, link, linklen + 1);
	}
	return new;
}

/*
 * One step of nspath_open_parent(): 1 when *@path was a symbolic link and is
 * now what it points to; 0 with the fd of the parent in *@parent; or -errno.
 */
static int parent_or_follow(int rootfd, char **path, char **last, int *parent)
{
	char link[PATH_MAX], *new, *base = last_component(*path);
	size_t dirlen = base - *path;
	ssize_t n;
	char *dir;
	int fd;

	if (!*base || strcmp(base, ".") == 0 || strcmp(base, "..") == 0)
		return -EISDIR;
	dir = dirlen ? strndup(*path, dirlen) : strdup("/");
	if (!dir)
		return -ENOMEM;
	fd = nspath_open(rootfd, dir, O_PATH | O_DIRECTORY);
	free(dir);
	if (fd < 0)
		return fd;

	n = readlinkat(fd, base, link, sizeof(link) - 1);
	/* ESTALE: a mount of NFS whose root is gone can be unmounted like any other */
	if (n < 0 && (errno == EINVAL || errno == ESTALE)) {
		*last = base;
		*parent = fd;
		return 0;
	}
	if (n < 0) {
		int rc = -errno;

		close(fd);
		return rc;
	}
	close(fd);
	link[n] = '\0';
	new = follow(*path, dirlen, link);
	if (!new)
		return -ENOMEM;
	free(*path);
	*path = new;
	return 1;
}

/*
 * nspath_open_parent:
 * @rootfd: bound of the lookup
 * @path: path of something that exists; symbolic links are followed
 * @name: result, its last component, allocated
 *
 * For what takes no fd or would find its object busy with one, umount2(2).
 *
 * Returns: O_PATH fd of the directory that *@name is in, or -errno; -EISDIR
 * when the path is the root or ends in "..", which have no name in a parent.
 */
int nspath_open_parent(int rootfd, const char *path, char **name)
{
	char *cur = strdup(path), *last = NULL;
	int i, fd = -1, rc = cur ? 1 : -ENOMEM;

	for (i = 0; i < MAX_SYMLINKS && rc == 1; i++)
		rc = parent_or_follow(rootfd, &cur, &last, &fd);

	if (rc == 0) {
		*name = strdup(last);
		if (!*name) {
			close(fd);
			rc = -ENOMEM;
		}
	}
	free(cur);
	return rc == 0 ? fd : rc == 1 ? -ELOOP : rc;
}

/* Notes that @name was made in @dirfd. */
static int note_made(struct nspath_made *made, int dirfd, const char *name, int is_file)
{
	struct nspath_dir *dirs, dir = { .is_file = is_file };

	dirs = reallocarray(made->dirs, made->count + 1, sizeof(*dirs));
	if (!dirs)
		return -ENOMEM;
	made->dirs = dirs;

	dir.name = strdup(name);
	if (!dir.name)
		return -ENOMEM;
	dir.dirfd = fcntl(dirfd, F_DUPFD_CLOEXEC, 3);
	if (dir.dirfd < 0) {
		int rc = -errno;

		free(dir.name);
		return rc;
	}
	made->dirs[made->count++] = dir;
	return 0;
}

/* @mode tells what: a directory or a file. */
static int make_and_note(int dirfd, const char *name, mode_t mode, struct nspath_made *made)
{
	int rc, is_file = S_ISREG(mode);

	if ((is_file ? mknodat(dirfd, name, mode, 0) : mkdirat(dirfd, name, mode)) < 0)
		return -errno;

	rc = note_made(made, dirfd, name, is_file);
	if (rc)
		unlinkat(dirfd, name, is_file ? 0 : AT_REMOVEDIR);
	return rc;
}

static int make_one(int dirfd, const char *name, mode_t mode, struct nspath_made *made)
{
	int fd, rc = make_and_note(dirfd, name, mode, made);

	if (rc == -EROFS && made->reopen) {
		fd = made->reopen(dirfd, made->data);
		if (fd >= 0) {
			rc = make_and_note(fd, name, mode, made);
			close(fd);
		}
	}
	if (rc)
		return rc;
	fd = openat(dirfd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC |
		    (S_ISREG(mode) ? 0 : O_DIRECTORY));
	return fd < 0 ? -errno : fd;
}

/* @path is the way from the root to @name in @dirfd */
static int open_or_make(int rootfd, const char *path, int dirfd, const char *name,
			mode_t mode, struct nspath_made *made)
{
	int rc, fd = nspath_open(rootfd, path, O_PATH | O_DIRECTORY);

	if (fd != -ENOENT)
		return fd;
	rc = make_one(dirfd, name, mode, made);
	if (rc != -EEXIST)
		return rc;
	/* another process was faster; else it is a symbolic link to nothing */
	fd = nspath_open(rootfd, path, O_PATH | O_DIRECTORY);
	return fd == -ENOENT ? rc : fd;
}

/*
 * nspath_mkdirs:
 * @rootfd: bound of the lookup
 * @path: directory, made with its parents as far as they are missing
 * @mode: permissions of what is made
 * @made: notes what was made, initialised with NSPATH_MADE_INIT; the caller
 *	calls nspath_undo_made() or nspath_free_made(), also after a failure
 *
 * Returns: O_PATH fd of the directory, or -errno; -EEXIST for a symbolic link
 * on the way that points to nothing.
 */
int nspath_mkdirs(int rootfd, const char *path, mode_t mode, struct nspath_made *made)
{
	char *copy = strdup(path), *p = copy;
	int dirfd, fd;

	if (!copy)
		return -ENOMEM;
	fd = *path ? nspath_open(rootfd, "/", O_PATH | O_DIRECTORY) : -ENOENT;

	while (fd >= 0 && *(p += strspn(p, "/"))) {
		char *end = p + strcspn(p, "/"), after = *end;

		dirfd = fd;
		*end = '\0';
		fd = open_or_make(rootfd, copy, dirfd, p, mode, made);
		close(dirfd);
		*end = after;
		p = end;
	}
	free(copy);
	return fd;
}

/*
 * nspath_touch:
 * @rootfd: bound of the lookup
 * @path: file that is missing, made empty
 * @mkdirs: whether the directories above it are made as far as they are missing
 * @mode: permissions of the directories
 * @made: as for nspath_mkdirs()
 *
 * Returns: O_PATH fd of the file, or -errno; -EISDIR when @path can only be a
 * directory's, -EEXIST as for nspath_mkdirs().
 */
int nspath_touch(int rootfd, const char *path, int mkdirs, mode_t mode,
		 struct nspath_made *made)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	char *above;
	int dirfd, fd;

	if (!*path)
		return -ENOENT;
	if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return -EISDIR;

	above = name > path ? strndup(path, name - path) : strdup("/");
	if (!above)
		return -ENOMEM;
	dirfd = mkdirs ? nspath_mkdirs(rootfd, above, mode, made) :
			 nspath_open(rootfd, above, O_PATH | O_DIRECTORY);
	free(above);
	if (dirfd < 0)
		return dirfd;

	fd = make_one(dirfd, name, S_IFREG | 0644, made);
	close(dirfd);
	return fd;
}

/* A file in which somebody has written meanwhile is not ours any more. */
static void remove_made(const struct nspath_dir *dir)
{
	struct stat st;

	if (!dir->is_file)
		unlinkat(dir->dirfd, dir->name, AT_REMOVEDIR);
	else if (fstatat(dir->dirfd, dir->name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		 S_ISREG(st.st_mode) && st.st_size == 0)
		unlinkat(dir->dirfd, dir->name, 0);
}

/*
 * nspath_undo_made:
 * @made: from nspath_mkdirs() or nspath_touch()
 *
 * Removes what was made, the last first, and frees the notes. A directory
 * that something was put into stays, and with it those above it.
 */
void nspath_undo_made(struct nspath_made *made)
{
	size_t i;

	for (i = made->count; i > 0; i--)
		remove_made(&made->dirs[i - 1]);
	nspath_free_made(made);
}

/*
 * nspath_move_made:
 * @to: gets the notes of @from, which has none then
 *
 * Returns: 0 or -ENOMEM, and nothing is moved.
 */
int nspath_move_made(struct nspath_made *to, struct nspath_made *from)
{
	struct nspath_dir *dirs;

	if (!from->count)
		return 0;
	dirs = reallocarray(to->dirs, to->count + from->count, sizeof(*dirs));
	if (!dirs)
		return -ENOMEM;
	memcpy(dirs + to->count, from->dirs, from->count * sizeof(*dirs));
	to->dirs = dirs;
	to->count += from->count;
	free(from->dirs);
	from->dirs = NULL;
	from->count = 0;
	return 0;
}

void nspath_free_made(struct nspath_made *made)
{
	size_t i;

	for (i = 0; i < made->count; i++) {
		close(made->dirs[i].dirfd);
		free(made->dirs[i].name);
	}
	free(made->dirs);
	made->dirs = NULL;
	made->count = 0;
}
