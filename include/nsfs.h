/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nsfs - what can be asked about an open namespace file
 */
#ifndef UTIL_LINUX_NSFS_H
#define UTIL_LINUX_NSFS_H

#include <stdint.h>
#include <sys/types.h>

int ns_is_nsfs(int fd);
int ns_open_pid(pid_t pid);
int ns_is_mntns(int fd);
int ns_get_id(int fd, uint64_t *id);
uint64_t ns_own_id(void);
int ns_get_nr_mounts(int fd, unsigned int *nr);

#endif /* UTIL_LINUX_NSFS_H */
