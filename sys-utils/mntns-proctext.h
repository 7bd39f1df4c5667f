/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-proctext.h - processes and users in the cells of a table
 */
#ifndef MNTNS_PROCTEXT_H
#define MNTNS_PROCTEXT_H

#include <sys/types.h>

extern char *mntns_comm_text(pid_t pid);
extern char *mntns_command_text(pid_t pid);
extern char *mntns_user_text(uid_t uid);

#endif /* MNTNS_PROCTEXT_H */
