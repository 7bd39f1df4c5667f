/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * namespace.h - CLONE_NEW* flags that the C library may lack
 */
#ifndef UTIL_LINUX_NAMESPACE_H
#define UTIL_LINUX_NAMESPACE_H

#include <sched.h>

#ifndef CLONE_NEWTIME
# define CLONE_NEWTIME		0x00000080
#endif
#ifndef CLONE_NEWNS
# define CLONE_NEWNS		0x00020000
#endif
#ifndef CLONE_NEWCGROUP
# define CLONE_NEWCGROUP	0x02000000
#endif
#ifndef CLONE_NEWUTS
# define CLONE_NEWUTS		0x04000000
#endif
#ifndef CLONE_NEWIPC
# define CLONE_NEWIPC		0x08000000
#endif
#ifndef CLONE_NEWUSER
# define CLONE_NEWUSER		0x10000000
#endif
#ifndef CLONE_NEWPID
# define CLONE_NEWPID		0x20000000
#endif
#ifndef CLONE_NEWNET
# define CLONE_NEWNET		0x40000000
#endif

#endif /* UTIL_LINUX_NAMESPACE_H */
