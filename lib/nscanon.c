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
#include <sys/wait.h>
#include <unistd.h>

#include "all-io.h"
#include "diagnose.h"
#include "mountapi.h"
#include "nscanon.h"
#include "nsjoin.h"
#include "pdeathsig.h"

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

/* appends "/" and @len bytes of @name */
static int append(char *path, const char *name, size_t len)
{
	size_t used = strlen(path);

	if (used + 1 + len >= PATH_MAX)
		return -ENAMETOOLONG;
	path[used] = '/';
	memcpy(path + used + 1, name, len);
	path[used + 1 + len] = '\0';
	return 0;
}

/*
 * nscanon_follow:
 * @path: absolute path, from the caller's root
 * @done: result, of PATH_MAX bytes: where @path leads
 *
 * Follows the symbolic links that there are. Only readlink(2) is used: an open
 * file would keep busy what somebody may want to unmount just now.
 *
 * Returns: 0 or -errno.
 */
int nscanon_follow(const char *path, char *done)
{
	char todo[2 * PATH_MAX], rest[2 * PATH_MAX], link[PATH_MAX];
	int links = 0, missing = 0;
	char *p = todo;

	*done = '\0';
	if (snprintf(todo, sizeof(todo), "%s", path) >= (int) sizeof(todo))
		return -ENAMETOOLONG;

	while (*(p += strspn(p, "/"))) {
		size_t len = strcspn(p, "/"), before = strlen(done);
		ssize_t n;

		if (len == 1 && *p == '.') {
			p += len;
			continue;
		}
		if (len == 2 && strncmp(p, "..", 2) == 0) {
			if (missing)
				return -ENOENT;
			if (before)
				*strrchr(done, '/') = '\0';
			p += len;
			continue;
		}

		if (append(done, p, len) != 0)
			return -ENAMETOOLONG;
		p += len;
		n = readlink(done, link, sizeof(link) - 1);
		if (n < 0) {
			missing |= errno == ENOENT;
			continue;
		}
		if (++links > MAX_SYMLINKS)
			return -ELOOP;
		link[n] = '\0';
		done[*link == '/' ? 0 : before] = '\0';
		if (snprintf(rest, sizeof(rest), "%s%s", link, p) >= (int) sizeof(rest))
			return -ENAMETOOLONG;
		p = strcpy(todo, rest);
	}
	if (!*done)
		strcpy(done, "/");
	return 0;
}

/* In a child; after setns(2) its root is that of the namespace. */
static int write_canonical(const struct nsref *ref, const char *path, int out)
{
	struct diag d = { .step = DIAG_NONE };
	char name[PATH_MAX];

	return nsjoin_enter(ref, &d) != 0 || nscanon_follow(path, name) != 0 ||
	       write_all(out, name, strlen(name)) != 0;
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
			return rc < 0 ? -errno : -ETIMEDOUT;
		n = read(fd, buf + len, size - len);
		if (n <= 0)
			return n < 0 ? -errno : (ssize_t) len;
		len += n;
	}
}

/*
 * nscanon_resolve:
 * @ref: open namespace
 * @path: from nscanon_text()
 * @timeout: milliseconds that it may take, -1 for ever
 * @result: where @path leads when all symbolic links in it are followed that
 *	there are; allocated
 *
 * A child enters the namespace for that, and opens nothing in it.
 *
 * Returns: 0, or -errno: -ETIMEDOUT, or -EPERM when it cannot be found out, for
 * lack of privileges as a rule.
 */
int nscanon_resolve(const struct nsref *ref, const char *path, int timeout, char **result)
{
	char buf[PATH_MAX + 1];
	int p[2], status = 0;
	ssize_t n;
	pid_t parent = getpid(), pid;

	if (pipe2(p, O_CLOEXEC) < 0)
		return -errno;
	pid = fork();
	if (pid == 0) {
		pdeathsig_set(parent);
		_exit(write_canonical(ref, path, p[1]));
	}
	n = pid < 0 ? -errno : 0;
	close(p[1]);
	if (pid > 0)
		n = read_answer(p[0], buf, sizeof(buf) - 1, timeout);
	close(p[0]);
	if (n < 0) {
		/* not waited for: it may hang where no signal reaches it */
		if (pid > 0)
			kill(pid, SIGKILL);
		return n;
	}

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!n || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return -EPERM;
	buf[n] = '\0';
	*result = strdup(buf);
	return *result ? 0 : -ENOMEM;
}
