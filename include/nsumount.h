/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nsumount - unmount in the mount namespace that the caller has entered
 */
#ifndef UTIL_LINUX_NSUMOUNT_H
#define UTIL_LINUX_NSUMOUNT_H

struct diag;

int nsumount(int rootfd, const char *target, int lazy, struct diag *d);
int nsumount_recursive(int rootfd, const char *target, int lazy, struct diag *d);

#endif /* UTIL_LINUX_NSUMOUNT_H */
