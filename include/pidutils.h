/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * pidutils.h - processes named on the command line
 */
#ifndef UTIL_LINUX_PIDUTILS_H
#define UTIL_LINUX_PIDUTILS_H

#include <stdint.h>
#include <sys/types.h>

extern int ul_parse_pid_str(char *pidstr, pid_t *pid_num, uint64_t *pfd_ino);

#endif /* UTIL_LINUX_PIDUTILS_H */
