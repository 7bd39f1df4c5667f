/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * pathnames.h - paths that more than one source names
 */
#ifndef UTIL_LINUX_PATHNAMES_H
#define UTIL_LINUX_PATHNAMES_H

#include <paths.h>

#define _PATH_RUNSTATEDIR	"/run"

/* The registry of pinned namespaces: one nsfs file a name. */
#define _PATH_MNTNS		_PATH_RUNSTATEDIR "/mntns"

#define _PATH_PROC		"/proc"
#define _PATH_PROC_MOUNTINFO	"/proc/self/mountinfo"
#define _PATH_PROC_SWAPS	"/proc/swaps"

#define _PATH_SYS_BLOCK		"/sys/block"
#define _PATH_SYS_DEV_BLOCK	"/sys/dev/block"

#endif /* UTIL_LINUX_PATHNAMES_H */
