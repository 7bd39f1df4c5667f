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
#define _PATH_PROC_FDDIR	"/proc/self/fd"
#define _PATH_PROC_NSDIR	"/proc/self/ns"
#define _PATH_PROC_FILESYSTEMS	"/proc/filesystems"
#define _PATH_PROC_UIDMAP	"/proc/self/uid_map"
#define _PATH_PROC_GIDMAP	"/proc/self/gid_map"

#endif /* UTIL_LINUX_PATHNAMES_H */
