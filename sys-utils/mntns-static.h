/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 */
#ifndef MNTNS_STATIC_H
#define MNTNS_STATIC_H

/* mntns-entry.c */
extern int mntns_stays(char *const *argv);

#endif /* MNTNS_STATIC_H */
