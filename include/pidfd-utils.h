/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * pidfd-utils.h - pidfd system calls where the C library lacks them
 */
#ifndef UTIL_LINUX_PIDFD_UTILS
#define UTIL_LINUX_PIDFD_UTILS

#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#ifdef HAVE_PIDFD_OPEN
# include <sys/pidfd.h>
#else
# ifndef SYS_pidfd_open
#  define SYS_pidfd_open	434
# endif

static inline int pidfd_open(pid_t pid, unsigned int flags)
{
	return syscall(SYS_pidfd_open, pid, flags);
}
#endif /* HAVE_PIDFD_OPEN */

#endif /* UTIL_LINUX_PIDFD_UTILS */
