/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nsjoin - enter a mount namespace
 */
#ifndef UTIL_LINUX_NSJOIN_H
#define UTIL_LINUX_NSJOIN_H

struct diag;
struct nsref;

int nsjoin_enter(const struct nsref *ref, struct diag *d);
int nsjoin_chdir(const char *dir, struct diag *d);

#endif /* UTIL_LINUX_NSJOIN_H */
