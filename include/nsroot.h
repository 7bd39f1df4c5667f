/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nsroot - exchange the root of the namespace that the caller has entered
 */
#ifndef UTIL_LINUX_NSROOT_H
#define UTIL_LINUX_NSROOT_H

struct diag;

int nsroot_pivot(int treefd, const char *name, struct diag *d);
int nsroot_beneath(int treefd, const char *name, struct diag *d);

#endif /* UTIL_LINUX_NSROOT_H */
