/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mnttab-tree - parents, children and siblings of the mounts of a table
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "c.h"
#include "idhash.h"
#include "mnttab.h"

/* 64-bit ids are not reused between two calls to the kernel; mountinfo has none */
static uint64_t entry_id(const struct mnt_entry *mnt)
{
	return mnt->id ? mnt->id : mnt->id_old;
}

static uint64_t entry_parent(const struct mnt_entry *mnt)
{
	return mnt->id ? mnt->parent : mnt->parent_old;
}

static int find_parents(struct mnttab *tab)
{
	struct idhash hash = { .nslots = 0 };
	uint32_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < tab->nmounts; i++)
		rc = idhash_add(&hash, entry_id(&tab->mounts[i]), i);

	for (i = 0; rc == 0 && i < tab->nmounts; i++) {
		struct mnt_entry *mnt = &tab->mounts[i];

		mnt->child = mnt->next = MNTTAB_NONE;
		mnt->up = idhash_find(&hash, entry_parent(mnt));
		if (mnt->up == i)
			mnt->up = MNTTAB_NONE;
	}
	idhash_free(&hash);
	return rc;
}

static int cmp_old_ids(const void *a, const void *b)
{
	const struct mnt_entry *const *x = a, *const *y = b;

	return cmp_numbers((*x)->id_old, (*y)->id_old);
}

/*
 * All mounts in the order of the ids that mountinfo shows, which is findmnt's
 * order among siblings. It is the table's order until the kernel reuses an id.
 */
static struct mnt_entry **sort_by_old_id(struct mnttab *tab)
{
	struct mnt_entry **sorted;
	int in_order = 1;
	uint32_t i;

	sorted = malloc(tab->nmounts * sizeof(*sorted));
	if (!sorted)
		return NULL;
	for (i = 0; i < tab->nmounts; i++) {
		sorted[i] = &tab->mounts[i];
		if (i && sorted[i - 1]->id_old > sorted[i]->id_old)
			in_order = 0;
	}
	if (!in_order)
		qsort(sorted, tab->nmounts, sizeof(*sorted), cmp_old_ids);
	return sorted;
}

/* Each is put before its younger siblings, so the last come first. */
static void link_siblings(struct mnttab *tab, struct mnt_entry **sorted)
{
	uint32_t i;

	tab->root = MNTTAB_NONE;
	for (i = tab->nmounts; i > 0; i--) {
		struct mnt_entry *mnt = sorted[i - 1];
		uint32_t *head = mnt->up == MNTTAB_NONE ? &tab->root
							: &tab->mounts[mnt->up].child;
		mnt->next = *head;
		*head = mnt - tab->mounts;
	}
}

/*
 * The table is not read in one instant. Mounts that were moved meanwhile can
 * seem to hang on each other in a ring: each ring is opened somewhere.
 */
static int open_rings(struct mnttab *tab)
{
	unsigned char *state = calloc(tab->nmounts, 1);
	uint32_t i, n;

	if (!state)
		return -ENOMEM;

	for (i = 0; i < tab->nmounts; i++) {
		/* 1: on the way up from here, 2: leads to a root */
		for (n = i; n != MNTTAB_NONE && !state[n]; n = tab->mounts[n].up)
			state[n] = 1;
		if (n != MNTTAB_NONE && state[n] == 1)
			tab->mounts[n].up = MNTTAB_NONE;
		for (n = i; n != MNTTAB_NONE && state[n] == 1; n = tab->mounts[n].up)
			state[n] = 2;
	}
	free(state);
	return 0;
}

/*
 * mnttab_build_tree:
 * @tab: table that was read with UL_STATMOUNT_MNT_BASIC, or from mountinfo
 *
 * Sets the up, child and next of all mounts and tab->root. A mount whose parent
 * is not in the table is a root; the roots are siblings. Linear, but for the
 * sort where the kernel has reused ids.
 *
 * Returns: 0 or -ENOMEM.
 */
int mnttab_build_tree(struct mnttab *tab)
{
	struct mnt_entry **sorted;
	int rc;

	tab->root = MNTTAB_NONE;
	if (!tab->nmounts)
		return 0;

	rc = find_parents(tab);
	if (rc == 0)
		rc = open_rings(tab);
	if (rc)
		return rc;

	sorted = sort_by_old_id(tab);
	if (!sorted)
		return -ENOMEM;
	link_siblings(tab, sorted);
	free(sorted);
	return 0;
}

/*
 * mnttab_next_tree:
 * @tab: table after mnttab_build_tree()
 * @mnt: the mount before, NULL for the first
 *
 * Returns: the next mount in depth-first order, a parent before its children;
 * NULL at the end.
 */
struct mnt_entry *mnttab_next_tree(const struct mnttab *tab, const struct mnt_entry *mnt)
{
	uint32_t n;

	if (!mnt) {
		n = tab->root;
	} else {
		n = mnt->child;
		while (n == MNTTAB_NONE && mnt) {
			n = mnt->next;
			mnt = mnt->up == MNTTAB_NONE ? NULL : &tab->mounts[mnt->up];
		}
	}
	return n == MNTTAB_NONE ? NULL : &tab->mounts[n];
}

/*
 * mnttab_find_stacks:
 * @tab: table that was read with UL_STATMOUNT_MNT_BASIC and UL_STATMOUNT_MNT_POINT
 *
 * Sets the above and below of all mounts. A mount is on the root of its parent
 * when both are at the same place: anywhere else on it the path would be longer.
 *
 * Returns: 0 or -ENOMEM.
 */
int mnttab_find_stacks(struct mnttab *tab)
{
	struct idhash hash = { .nslots = 0 };
	uint32_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < tab->nmounts; i++)
		rc = idhash_add(&hash, tab->mounts[i].id, i);

	for (i = 0; rc == 0 && i < tab->nmounts; i++) {
		struct mnt_entry *mnt = &tab->mounts[i], *up;
		uint32_t n = idhash_find(&hash, mnt->parent);

		if (n == MNTTAB_NONE || n == i || !mnt->target)
			continue;
		up = &tab->mounts[n];
		if (up->target && strcmp(up->target, mnt->target) == 0) {
			mnt->below = up->id;
			up->above = mnt->id;
		}
	}
	idhash_free(&hash);
	return rc;
}

static uint32_t find_at_root(const struct mnttab *tab, uint32_t n)
{
	while (n != MNTTAB_NONE && (!tab->mounts[n].target ||
				    strcmp(tab->mounts[n].target, "/") != 0))
		n = tab->mounts[n].next;
	return n;
}

/*
 * mnttab_keep_visible:
 * @tab: table that was read with UL_STATMOUNT_MNT_BASIC and UL_STATMOUNT_MNT_POINT
 *
 * From outside, the kernel shows all mounts that are stacked on "/"; who is
 * inside, and asks about the own namespace, has those on top alone. Builds the
 * tree, and leaves in it what can be reached from the topmost.
 *
 * Returns: 0 or -ENOMEM.
 */
int mnttab_keep_visible(struct mnttab *tab)
{
	uint32_t n, root = MNTTAB_NONE;

	if (mnttab_build_tree(tab) != 0)
		return -ENOMEM;

	for (n = find_at_root(tab, tab->root); n != MNTTAB_NONE;
	     n = find_at_root(tab, tab->mounts[n].child))
		root = n;
	if (root != MNTTAB_NONE) {
		tab->root = root;
		tab->mounts[root].up = tab->mounts[root].next = MNTTAB_NONE;
	}
	return 0;
}

/* by parent, and as they are in the table */
static int cmp_by_parent(const void *a, const void *b)
{
	const struct mnt_entry *const *x = a, *const *y = b;
	int rc = cmp_numbers((*x)->up, (*y)->up);

	return rc ? rc : cmp_numbers(*x, *y);
}

/* What is below a directory comes right before it. */
static int cmp_by_path(const void *a, const void *b)
{
	const char *x = (*(const struct mnt_entry *const *) a)->target;
	const char *y = (*(const struct mnt_entry *const *) b)->target;
	int cx, cy;

	while (*x && *x == *y) {
		x++;
		y++;
	}
	/* the end is before a slash, which is before all else */
	cx = !*x ? 0 : *x == '/' ? 1 : 2 + (unsigned char) *x;
	cy = !*y ? 0 : *y == '/' ? 1 : 2 + (unsigned char) *y;
	return cmp_numbers(cy, cx);
}

static int covers(const struct mnt_entry *mnt, const struct mnt_entry *other)
{
	size_t len = strlen(mnt->target);

	return strncmp(mnt->target, other->target, len) == 0 &&
	       (other->target[len] == '/' || len == 1);
}

/*
 * Siblings are mounted in the order of the table, unless one of them covers
 * another one: then those deeper down have to be there first.
 */
static void sort_siblings(struct mnt_entry **siblings, uint32_t n)
{
	uint32_t i, covered = 0;

	for (i = 0; i < n; i++) {
		if (!siblings[i]->target)
			return;
	}
	qsort(siblings, n, sizeof(*siblings), cmp_by_path);
	for (i = 1; i < n; i++)
		covered += covers(siblings[i], siblings[i - 1]);
	if (!covered)
		qsort(siblings, n, sizeof(*siblings), cmp_by_parent);
}

/*
 * mnttab_sort_for_mounting:
 * @tab: after mnttab_keep_visible() or mnttab_build_tree()
 *
 * Puts siblings in the order in which they can be mounted one after the other.
 *
 * Returns: 0 or -ENOMEM.
 */
int mnttab_sort_for_mounting(struct mnttab *tab)
{
	struct mnt_entry **list = malloc((tab->nmounts + 1) * sizeof(*list));
	uint32_t i, k, end, n = 0;

	if (!list)
		return -ENOMEM;
	for (i = 0; i < tab->nmounts; i++) {
		if (tab->mounts[i].up != MNTTAB_NONE)
			list[n++] = &tab->mounts[i];
	}
	qsort(list, n, sizeof(*list), cmp_by_parent);

	for (i = 0; i < n; i = end) {
		for (end = i + 1; end < n && list[end]->up == list[i]->up; end++)
			;
		sort_siblings(list + i, end - i);
		tab->mounts[list[i]->up].child = list[i] - tab->mounts;
		for (k = i; k < end; k++)
			list[k]->next = k + 1 < end ? list[k + 1] - tab->mounts : MNTTAB_NONE;
	}
	free(list);
	return 0;
}
