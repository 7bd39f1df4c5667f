/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * usernames.h - names of users and groups, from the name service
 */
#ifndef MNTNS_USERNAMES_H
#define MNTNS_USERNAMES_H

#include <sys/types.h>

extern int username_to_uid(const char *name, uid_t *uid);
extern int groupname_to_gid(const char *name, gid_t *gid);
extern const char *uid_to_username(uid_t uid);

#endif /* MNTNS_USERNAMES_H */
