/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * procwalk - all processes in /proc, one after the other
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cctype.h"
#include "pathnames.h"
#include "procwalk.h"

#define PROC_PATH_SIZE	64		/* "PID/" and a file or a link in fd */

/*
 * procwalk_read_file:
 * @dirfd: where @path starts
 * @buf: result, terminated; what does not fit is left out
 *
 * Returns: length, or -errno.
 */
ssize_t procwalk_read_file(int dirfd, const char *path, char *buf, size_t size)
{
	int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, buf, size - 1);
	if (n < 0)
		n = -errno;
	close(fd);
	buf[n < 0 ? 0 : n] = '\0';
	return n;
}

/*
 * procwalk_open:
 * @w: set up; the caller calls procwalk_close(), also after a failure
 *
 * Returns: 0 or -errno.
 */
int procwalk_open(struct procwalk *w)
{
	*w = (struct procwalk) { .dir = opendir(_PATH_PROC) };

	return w->dir ? 0 : -errno;
}

/*
 * procwalk_next:
 *
 * Goes to the next process, in the order of their PIDs. Threads are not visited.
 *
 * Returns: 0, or 1 at the end.
 */
int procwalk_next(struct procwalk *w)
{
	struct dirent *de;

	while ((de = readdir(w->dir))) {
		if (c_isdigit(*de->d_name)) {
			w->pid = atoi(de->d_name);
			return 0;
		}
	}
	return 1;
}

void procwalk_close(struct procwalk *w)
{
	if (w->dir)
		closedir(w->dir);
	w->dir = NULL;
}

static int make_path(char *path, pid_t pid, const char *file)
{
	int n = snprintf(path, PROC_PATH_SIZE, "%d/%s", (int) pid, file);

	return n < PROC_PATH_SIZE ? 0 : -ENAMETOOLONG;
}

/*
 * procwalk_open_file:
 * @flags: O_* of open(2); O_CLOEXEC is added
 *
 * Returns: open fd, or -errno.
 */
int procwalk_open_file(const struct procwalk *w, const char *file, int flags)
{
	char path[PROC_PATH_SIZE];
	int fd, rc = make_path(path, w->pid, file);

	if (rc)
		return rc;
	fd = openat(dirfd(w->dir), path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Returns: a directory of the process such as "fd", or NULL with errno set. */
DIR *procwalk_opendir(const struct procwalk *w, const char *file)
{
	int fd = procwalk_open_file(w, file, O_RDONLY | O_DIRECTORY);
	DIR *dir;

	if (fd < 0) {
		errno = -fd;
		return NULL;
	}
	dir = fdopendir(fd);
	if (!dir)
		close(fd);
	return dir;
}

/*
 * procwalk_readlink:
 * @buf: result, terminated; what does not fit is left out
 *
 * Returns: length, or -errno.
 */
ssize_t procwalk_readlink(const struct procwalk *w, const char *file, char *buf, size_t size)
{
	char path[PROC_PATH_SIZE];
	int rc = make_path(path, w->pid, file);
	ssize_t n;

	if (rc)
		return rc;
	n = readlinkat(dirfd(w->dir), path, buf, size - 1);
	if (n < 0)
		return -errno;
	buf[n] = '\0';
	return n;
}

/*
 * procwalk_starttime:
 *
 * Returns: when @pid started, in ticks since boot, field 22 of
 * proc_pid_stat(5); 0 when it is gone.
 */
uint64_t procwalk_starttime(const struct procwalk *w, pid_t pid)
{
	char path[PROC_PATH_SIZE], buf[1024], *p;
	int field;

	if (make_path(path, pid, "stat") != 0 ||
	    procwalk_read_file(dirfd(w->dir), path, buf, sizeof(buf)) <= 0)
		return 0;

	/* the name of the command may hold spaces and parentheses */
	p = strrchr(buf, ')');
	for (field = 2; p && field < 22; field++)
		p = strchr(p + 1, ' ');
	return p ? strtoull(p, NULL, 10) : 0;
}
