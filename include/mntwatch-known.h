/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntwatch-known - the mounts that a watch knows; between the sources of mntwatch
 */
#ifndef UTIL_LINUX_MNTWATCH_KNOWN_H
#define UTIL_LINUX_MNTWATCH_KNOWN_H

#include "mntwatch.h"

struct mnttab;

/* A mount that is known. */
struct mntwatch_node {
	uint64_t key;
	struct mnt_entry *mnt;		/* one allocation with its strings */
	const struct mnt_entry *now;	/* while lists are compared */
	uint32_t generation;		/* of the last list that had it */
};

struct mntwatch_pending {
	enum mntwatch_action action;
	struct mntwatch_node *node;
};

int mntwatch_read_table(struct mntwatch *w, struct mnttab *tab, struct diag *d);
int mntwatch_list_again(struct mntwatch *w, struct diag *d);
int mntwatch_refresh(struct mntwatch *w, struct diag *d);

struct mntwatch_node *mntwatch_find(const struct mntwatch *w, uint64_t key);
struct mntwatch_node *mntwatch_add(struct mntwatch *w, const struct mnt_entry *mnt);
int mntwatch_update(struct mntwatch_node *node, const struct mnt_entry *mnt);
int mntwatch_is_there(const struct mntwatch_node *node, const struct mnt_entry *mnt);
void mntwatch_forget(struct mntwatch *w, struct mntwatch_node *node);
void mntwatch_free_node(void *data);
void mntwatch_free_known(struct mntwatch *w);

#endif /* UTIL_LINUX_MNTWATCH_KNOWN_H */
