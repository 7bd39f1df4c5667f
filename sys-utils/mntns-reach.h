/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-reach.h - between the parts of mntns-reach
 */
#ifndef MNTNS_REACH_H
#define MNTNS_REACH_H

#include "reach.h"

/* Is the place among those that were asked for? */
typedef int (*reach_filter)(const struct reach *r, const struct reach_place *place,
			    const void *data);

extern const char *reach_verdict_name(const struct reach_place *place);
extern void reach_print_dot(const struct reach *r, reach_filter is_wanted, const void *data);

#endif /* MNTNS_REACH_H */
