/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * idranges - which ids of a user namespace stand for which ids of its parent
 */
#ifndef UTIL_LINUX_IDRANGES_H
#define UTIL_LINUX_IDRANGES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct diag;

#define IDRANGES_NO_ID	UINT32_MAX	/* (uid_t) -1 is no id for the kernel either */

struct idrange {
	uint32_t inner;			/* first id in the user namespace */
	uint32_t outer;			/* first id in its parent */
	uint32_t count;
};

/* Of users, or of groups. */
struct idranges {
	uint32_t own;			/* what the caller's own id becomes, or IDRANGES_NO_ID */
	struct idrange *ranges;	/* further ids */
	size_t nr;
};

#define IDRANGES_INIT	{ .own = IDRANGES_NO_ID, .ranges = NULL, .nr = 0 }

int idranges_parse_range(const char *str, struct idrange *range);
int idranges_add(struct idranges *map, const struct idrange *range, struct diag *d);
int idranges_add_subids(struct idranges *map, const char *file, uid_t user, int identity,
		     struct diag *d);
int idranges_add_all(struct idranges *map, const char *file, struct diag *d);
int idranges_insert_own(const struct idranges *map, uint32_t own, struct idranges *result,
		     struct diag *d);
char *idranges_format(const struct idranges *map);
void idranges_free(struct idranges *map);

#endif /* UTIL_LINUX_IDRANGES_H */
