/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntrelease - the last reference of a mount that is unmounted already
 */
#ifndef UTIL_LINUX_MNTRELEASE_H
#define UTIL_LINUX_MNTRELEASE_H

#include <stddef.h>
#include <sys/types.h>

/* so many mounts of network filesystems are waited for elsewhere */
#define MNTRELEASE_MAX	64

int mntrelease_is_network(const char *type);
int mntrelease_has_server(int fd);
pid_t mntrelease_close(const int *fds, size_t n, int timeout);

#endif /* UTIL_LINUX_MNTRELEASE_H */
