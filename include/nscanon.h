/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nscanon - the name that a path has in a namespace, without symbolic links
 */
#ifndef UTIL_LINUX_NSCANON_H
#define UTIL_LINUX_NSCANON_H

#include "nsref.h"

int nscanon_text(const char *path, char **result);
int nscanon_follow(const char *path, char *done);
int nscanon_resolve(const struct nsref *ref, const char *path, int timeout, char **result);

#endif /* UTIL_LINUX_NSCANON_H */
