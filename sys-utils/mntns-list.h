/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-list.h - between the sources of list
 */
#ifndef MNTNS_LIST_H
#define MNTNS_LIST_H

extern int mntns_list_fstab(const char *operand);

#endif /* MNTNS_LIST_H */
