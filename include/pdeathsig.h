/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * pdeathsig - child processes that do not outlive their parent
 */
#ifndef UTIL_LINUX_PDEATHSIG_H
#define UTIL_LINUX_PDEATHSIG_H

#include <sys/types.h>

void pdeathsig_set(pid_t parent);
int pdeathsig_setns_user(int fd);

#endif /* UTIL_LINUX_PDEATHSIG_H */
