/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * idhash - from a 64-bit id of the kernel to an index
 */
#ifndef UTIL_LINUX_IDHASH_H
#define UTIL_LINUX_IDHASH_H

#include <stdint.h>

#define IDHASH_NONE	UINT32_MAX

struct idhash_slot;

/* An empty one is all zeros. */
struct idhash {
	struct idhash_slot *slots;
	uint32_t nslots;		/* 0 or a power of 2 */
	uint32_t used;
};

int idhash_add(struct idhash *h, uint64_t id, uint32_t idx);
uint32_t idhash_find(const struct idhash *h, uint64_t id);
void idhash_free(struct idhash *h);

#endif /* UTIL_LINUX_IDHASH_H */
