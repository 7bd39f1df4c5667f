/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * idhash - from a 64-bit id of the kernel to an index, by open addressing
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "idhash.h"

#define IDHASH_MIN_SLOTS	64

struct idhash_slot {
	uint64_t id;
	uint32_t idx1;			/* index + 1, 0 is a free slot */
};

/* ids ascend in steps of one: multiplied, their high bits differ */
static uint32_t first_slot(const struct idhash *h, uint64_t id)
{
	return (uint32_t) ((id * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & (h->nslots - 1);
}

static struct idhash_slot *find_slot(const struct idhash *h, uint64_t id)
{
	uint32_t n = first_slot(h, id);

	while (h->slots[n].idx1 && h->slots[n].id != id)
		n = (n + 1) & (h->nslots - 1);
	return &h->slots[n];
}

static int grow(struct idhash *h)
{
	struct idhash old = *h;
	uint32_t i;

	h->nslots = old.nslots ? old.nslots * 2 : IDHASH_MIN_SLOTS;
	h->slots = calloc(h->nslots, sizeof(*h->slots));
	if (!h->slots) {
		*h = old;
		return -ENOMEM;
	}
	for (i = 0; i < old.nslots; i++) {
		if (old.slots[i].idx1)
			*find_slot(h, old.slots[i].id) = old.slots[i];
	}
	free(old.slots);
	return 0;
}

/*
 * idhash_add:
 * @h: hash
 * @id: key
 * @idx: value, less than IDHASH_NONE; it takes the place of an earlier one
 *
 * Returns: 0 or -ENOMEM.
 */
int idhash_add(struct idhash *h, uint64_t id, uint32_t idx)
{
	struct idhash_slot *slot;

	if (h->used >= h->nslots / 2 && grow(h) != 0)
		return -ENOMEM;

	slot = find_slot(h, id);
	if (!slot->idx1)
		h->used++;
	slot->id = id;
	slot->idx1 = idx + 1;
	return 0;
}

/*
 * idhash_find:
 *
 * Returns: the value of @id, or IDHASH_NONE.
 */
uint32_t idhash_find(const struct idhash *h, uint64_t id)
{
	/* 0 - 1 is IDHASH_NONE */
	return h->nslots ? find_slot(h, id)->idx1 - 1 : IDHASH_NONE;
}

void idhash_free(struct idhash *h)
{
	free(h->slots);
	memset(h, 0, sizeof(*h));
}
