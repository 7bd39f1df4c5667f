/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * idmap - user namespaces that say how an idmapped mount maps its ids
 */
#ifndef UTIL_LINUX_IDMAP_H
#define UTIL_LINUX_IDMAP_H

#include "diagnose.h"

int idmap_open(const char *spec, struct diag *d);

#endif /* UTIL_LINUX_IDMAP_H */
