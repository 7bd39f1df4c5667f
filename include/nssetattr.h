/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nssetattr - change mounts in the mount namespace that the caller has entered
 */
#ifndef UTIL_LINUX_NSSETATTR_H
#define UTIL_LINUX_NSSETATTR_H

#include <stddef.h>

struct diag;
struct mnt_change;

int nssetattr(int rootfd, char *const *paths, size_t n, int recursive,
	      const struct mnt_change *change, struct diag *d);

#endif /* UTIL_LINUX_NSSETATTR_H */
