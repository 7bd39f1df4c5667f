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

/* Where the last component of @path starts; trailing slashes are cut off. */
static char *last_component(char *path)
{
	size_t len = strlen(path);
	char *slash;

	while (len && path[len - 1] == '/')
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
		return -EINVAL;
	dir = dirlen ? strndup(*path, dirlen) : strdup("/");
	if (!dir)
		return -ENOMEM;
	fd = nspath_open(rootfd, dir, O_PATH | O_DIRECTORY);
	free(dir);
	if (fd < 0)
		return fd;

	n = readlinkat(fd, base, link, sizeof(link) - 1);
	if (n < 0 && errno == EINVAL) {
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
 * Returns: O_PATH fd of the directory that *@name is in, or -errno; -EINVAL
 * when the path ends in "/", "." or "..", which have no name in a parent.
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

/* Notes that @name was made in @dirfd, the last directory noted or the first. */
static int note_made(struct nspath_made *made, int dirfd, const char *name)
{
	size_t len = made->path ? strlen(made->path) : 0;
	char *path;

	if (made->dirfd < 0) {
		made->dirfd = fcntl(dirfd, F_DUPFD_CLOEXEC, 3);
		if (made->dirfd < 0)
			return -errno;
	}
	path = realloc(made->path, len + strlen(name) + 2);
	if (!path)
		return -ENOMEM;
	if (len)
		path[len++] = '/';
	memcpy(path + len, name, strlen(name) + 1);
	made->path = path;
	made->count++;
	return 0;
}

static int make_one(int dirfd, const char *name, mode_t mode, struct nspath_made *made)
{
	int rc, fd;

	if (mkdirat(dirfd, name, mode) < 0)
		return errno == EEXIST ? -ENOENT : -errno;	/* a dangling link */

	rc = note_made(made, dirfd, name);
	if (rc) {
		unlinkat(dirfd, name, AT_REMOVEDIR);
		return rc;
	}
	fd = openat(dirfd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/*
 * nspath_mkdirs:
 * @rootfd: bound of the lookup
 * @path: directory, made with its parents as far as they are missing
 * @mode: permissions of what is made
 * @made: notes what was made, initialised with NSPATH_MADE_INIT; the caller
 *	calls nspath_undo_mkdirs() or nspath_free_made(), also after a failure
 *
 * Returns: O_PATH fd of the directory, or -errno.
 */
int nspath_mkdirs(int rootfd, const char *path, mode_t mode, struct nspath_made *made)
{
	char *copy = strdup(path), *p = copy;
	int dirfd, fd = copy ? nspath_open(rootfd, "/", O_PATH | O_DIRECTORY) : -ENOMEM;

	while (fd >= 0 && *(p += strspn(p, "/"))) {
		char *end = p + strcspn(p, "/"), after = *end;

		dirfd = fd;
		*end = '\0';
		fd = nspath_open(rootfd, copy, O_PATH | O_DIRECTORY);
		if (fd == -ENOENT)
			fd = make_one(dirfd, p, mode, made);
		close(dirfd);
		*end = after;
		p = end;
	}
	free(copy);
	return fd;
}

/*
 * nspath_undo_mkdirs:
 * @made: from nspath_mkdirs()
 *
 * Removes what was made, the deepest first, and frees the notes. A directory
 * that something was put into stays, and those above it.
 */
void nspath_undo_mkdirs(struct nspath_made *made)
{
	while (made->count) {
		char *name = NULL;
		int fd = nspath_open_parent(made->dirfd, made->path, &name);

		if (fd < 0)
			break;
		unlinkat(fd, name, AT_REMOVEDIR);
		close(fd);
		made->path[strlen(made->path) - strlen(name)] = '\0';
		free(name);
		made->count--;
	}
	nspath_free_made(made);
}

void nspath_free_made(struct nspath_made *made)
{
	if (made->dirfd >= 0)
		close(made->dirfd);
	free(made->path);
	*made = (struct nspath_made) NSPATH_MADE_INIT;
}
