/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * procwalk - all processes in /proc, one after the other
 *
 * Processes come and go while one looks: one that is gone is -ENOENT or -ESRCH
 * in whatever is asked about it, and no reason to give up.
 */
#ifndef UTIL_LINUX_PROCWALK_H
#define UTIL_LINUX_PROCWALK_H

#include <dirent.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct procwalk {
	DIR *dir;
	pid_t pid;			/* the process that procwalk_next() came to */
};

int procwalk_open(struct procwalk *w);
int procwalk_next(struct procwalk *w);
void procwalk_close(struct procwalk *w);

/* about the process that the walk is at; @file is relative to its directory */
int procwalk_open_file(const struct procwalk *w, const char *file, int flags);
DIR *procwalk_opendir(const struct procwalk *w, const char *file);
ssize_t procwalk_readlink(const struct procwalk *w, const char *file, char *buf, size_t size);

/* about any process */
uint64_t procwalk_starttime(const struct procwalk *w, pid_t pid);

ssize_t procwalk_read_file(int dirfd, const char *path, char *buf, size_t size);

#endif /* UTIL_LINUX_PROCWALK_H */
