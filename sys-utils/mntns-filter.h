/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-filter.h - expressions that say which rows of a table are printed
 */
#ifndef MNTNS_FILTER_H
#define MNTNS_FILTER_H

#include <stdint.h>

#include "mntns-table.h"

struct mntns_filter;

/* Returns: allocated text of a column, or NULL, as it is in raw output. */
typedef char *(*mntns_filter_cell)(const void *row, int column);

extern struct mntns_filter *mntns_filter_new(const struct mntns_table *t, const char *expr);
extern uint64_t mntns_filter_needs(const struct mntns_filter *filter);
extern int mntns_filter_has(const struct mntns_filter *filter, int column);
extern int mntns_filter_match(struct mntns_filter *filter, mntns_filter_cell cell,
			      const void *row);
extern void mntns_filter_free(struct mntns_filter *filter);

#endif /* MNTNS_FILTER_H */
