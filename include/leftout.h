/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * leftout - mounts that a copy of a tree does not have
 */
#ifndef UTIL_LINUX_LEFTOUT_H
#define UTIL_LINUX_LEFTOUT_H

#include <stddef.h>

#include "diagnose.h"

enum leftout_of {
	LEFTOUT_NAMESPACE,		/* a mount namespace made of the tree */
	LEFTOUT_CLONE			/* a detached clone of it, which has pins */
};

size_t leftout_find(const char *tree, enum leftout_of of, struct diag *d);
int leftout_open_fds(void);
size_t leftout_find_at(int fds, int fd, const char *tree, enum leftout_of of, struct diag *d);

#endif /* UTIL_LINUX_LEFTOUT_H */
