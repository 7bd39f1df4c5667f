/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-watch.h - what mntns watch and mntns wait share
 */
#ifndef MNTNS_WATCH_H
#define MNTNS_WATCH_H

#include <stdint.h>

#include "mntwatch.h"

/* a point in time, in milliseconds of CLOCK_MONOTONIC; NO_DEADLINE is none */
#define NO_DEADLINE	INT64_MAX

extern int64_t deadline_or_err(const char *seconds);
extern int deadline_remaining(int64_t deadline);
extern void watch_say_method(const struct mntwatch *w);
extern void watch_say_overflow(const struct mntwatch *w);

#endif /* MNTNS_WATCH_H */
