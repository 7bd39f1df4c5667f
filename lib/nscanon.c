/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nscanon - the name that a path has in a namespace, without symbolic links
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "all-io.h"
#include "diagnose.h"
#include "mountapi.h"
#include "nscanon.h"
#include "nsjoin.h"
#include "nspath.h"
#include "pathnames.h"

#define MAX_SYMLINKS	40		/* the kernel's own bound, include/linux/namei.h */

/*
 * nscanon_text:
 * @path: path in a namespace, with or without a leading '/'
 * @result: the same with one '/' before each component and none behind the
 *	last, without "."; allocated
 *
 * Returns: 0, -ENOMEM, or -EINVAL: the path is empty, or has a ".." in it, which
 * only the kernel can resolve.
 */
int nscanon_text(const char *path, char **result)
{
	char *copy, *out;

	if (!*path)
		return -EINVAL;
	out = copy = malloc(strlen(path) + 2);
	if (!copy)
		return -ENOMEM;

	while (*(path += strspn(path, "/"))) {
		size_t len = strcspn(path, "/");

		if (len == 2 && strncmp(path, "..", 2) == 0) {
			free(copy);
			return -EINVAL;
		}
		if (len != 1 || *path != '.') {
			*out++ = '/';
			memcpy(out, path, len);
			out += len;
		}
		path += len;
	}
	if (out == copy)
		*out++ = '/';
	*out = '\0';
	*result = copy;
	return 0;
}

/* What @path becomes when the link at its first @len bytes is followed. */
static char *follow(const char *path, size_t dirlen, size_t len, const char *link)
{
	char *new;

	if (*link == '/')
		dirlen = 0;
	return asprintf(&new, "%.*s/%s%s", (int) dirlen, path, link, path + len) < 0 ? NULL : new;
}

/*
 * Opens as much of *@path as there is; @rest becomes what is left of it, which
 * may come into being later. A link that points to nothing yet is followed, *@path
 * is then another one.
 */
static int open_existing(int root, char **path, const char **rest)
{
	size_t len = strlen(*path);
	int i, fd, dir;

	for (i = 0; i < MAX_SYMLINKS; i++) {
		char link[PATH_MAX], name[PATH_MAX], *slash, *new;
		ssize_t n;

		if (len >= sizeof(name))
			return -ENAMETOOLONG;
		for (;;) {
			snprintf(name, sizeof(name), "%.*s", (int) len, *path);
			fd = nspath_open(root, len ? name : "/", O_PATH);
			*rest = *path + len;
			if (fd >= 0 || !len || (fd != -ENOENT && fd != -ENOTDIR))
				return fd;

			slash = strrchr(name, '/');
			*slash = '\0';
			dir = nspath_open(root, slash > name ? name : "/", O_PATH | O_DIRECTORY);
			if (dir >= 0)
				break;
			len = slash - name;
		}

		*rest = *path + (slash - name);
		n = readlinkat(dir, slash + 1, link, sizeof(link) - 1);
		if (n < 0)
			return dir;
		close(dir);
		link[n] = '\0';
		new = follow(*path, slash - name, len, link);
		if (!new)
			return -ENOMEM;
		free(*path);
		*path = new;
		len = strlen(new);
	}
	return -ELOOP;
}

/*
 * In a child: the namespace may have no /proc, so the caller's is opened before,
 * where the kernel tells the name as seen from the root that was entered.
 */
static int write_canonical(const struct nsref *ref, char *path, int out)
{
	struct diag d = { .step = DIAG_NONE };
	char link[32], name[PATH_MAX], *tail = NULL;
	const char *rest = "";
	int proc, root, fd;
	ssize_t n;

	proc = open(_PATH_PROC "/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (proc < 0 || nsjoin_enter(ref, &d) != 0)
		return 1;
	root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	fd = root < 0 ? -1 : open_existing(root, &path, &rest);
	if (fd < 0 || (*rest && nscanon_text(rest, &tail) != 0))
		return 1;

	snprintf(link, sizeof(link), "%d", fd);
	n = readlinkat(proc, link, name, sizeof(name));
	if (n <= 0 || n == sizeof(name) || *name != '/')
		return 1;

	/* either may be the bare "/" */
	n = n == 1 ? 0 : n;
	if (!tail || !tail[1])
		return write_all(out, n ? name : "/", n ? n : 1) != 0;
	return write_all(out, name, n) != 0 || write_all(out, tail, strlen(tail)) != 0;
}

/* the child may hang, on a dead server's filesystem for example */
static ssize_t read_answer(int fd, char *buf, size_t size, int timeout)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	size_t len = 0;
	ssize_t n;

	for (;;) {
		int rc = poll(&pfd, 1, timeout);

		if (rc < 0 && errno == EINTR)
			continue;
		if (rc <= 0)
			return -1;
		n = read(fd, buf + len, size - len);
		if (n <= 0)
			return n < 0 ? n : (ssize_t) len;
		len += n;
	}
}

/*
 * nscanon_resolve:
 * @ref: open namespace
 * @path: from nscanon_text()
 * @timeout: milliseconds that it may take, -1 for ever
 * @result: where @path leads when all symbolic links in it are followed, as far
 *	as it exists; allocated
 *
 * A child enters the namespace for that; the lookup is confined to its root.
 *
 * Returns: 0, or -1 when nothing can be found out, for lack of privileges for
 * example.
 */
int nscanon_resolve(const struct nsref *ref, const char *path, int timeout, char **result)
{
	char buf[2 * PATH_MAX], *copy = strdup(path);
	ssize_t n = -1;
	int p[2], status = 0;
	pid_t pid;

	if (!copy || pipe2(p, O_CLOEXEC) < 0) {
		free(copy);
		return -1;
	}
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(write_canonical(ref, copy, p[1]));
	}
	close(p[1]);
	if (pid > 0)
		n = read_answer(p[0], buf, sizeof(buf) - 1, timeout);
	close(p[0]);
	free(copy);

	if (pid > 0 && n < 0) {
		kill(pid, SIGKILL);
		return -1;
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid < 0 || n <= 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return -1;
	buf[n] = '\0';
	*result = strdup(buf);
	return *result ? 0 : -1;
}
