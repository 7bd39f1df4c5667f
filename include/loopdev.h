/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * loopdev - a block device for an image in a file
 */
#ifndef UTIL_LINUX_LOOPDEV_H
#define UTIL_LINUX_LOOPDEV_H

#include <stddef.h>

#include "diagnose.h"

int loopdev_open(const char *image, int is_ro, char *device, size_t size, struct diag *d);

#endif /* UTIL_LINUX_LOOPDEV_H */
