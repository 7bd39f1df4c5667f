/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntwatch-known - the mounts that a watch knows, and how a list differs from them
 */
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "c.h"
#include "diagnose.h"
#include "mnttab.h"
#include "mntwatch-known.h"

static const size_t strings[] = {
	offsetof(struct mnt_entry, target),
	offsetof(struct mnt_entry, root),
	offsetof(struct mnt_entry, source),
	offsetof(struct mnt_entry, fstype),
	offsetof(struct mnt_entry, fs_opts),
	offsetof(struct mnt_entry, uidmap),
	offsetof(struct mnt_entry, gidmap)
};

static const char **string_of(const struct mnt_entry *mnt, size_t n)
{
	return (const char **) ((char *) mnt + strings[n]);
}

/* The bytes of @num strings one behind the other, as in opts. */
static size_t array_size(const char *array, uint32_t num)
{
	const char *end = array;

	for (; array && num; num--)
		end += strlen(end) + 1;
	return end - array;
}

static char *copy_array(char *p, const char **field, uint32_t num)
{
	size_t size = array_size(*field, num);

	if (*field)
		*field = memcpy(p, *field, size);
	return p + size;
}

static struct mnt_entry *copy_entry(const struct mnt_entry *mnt)
{
	size_t i, size = sizeof(*mnt) + array_size(mnt->opts, mnt->opt_num) +
			 array_size(mnt->sec_opts, mnt->sec_opt_num);
	struct mnt_entry *copy;
	char *p;

	for (i = 0; i < ARRAY_SIZE(strings); i++)
		size += *string_of(mnt, i) ? strlen(*string_of(mnt, i)) + 1 : 0;
	copy = malloc(size);
	if (!copy)
		return NULL;

	*copy = *mnt;
	p = copy_array((char *) (copy + 1), &copy->opts, copy->opt_num);
	p = copy_array(p, &copy->sec_opts, copy->sec_opt_num);
	for (i = 0; i < ARRAY_SIZE(strings); i++) {
		if (!*string_of(mnt, i))
			continue;
		*string_of(copy, i) = p;
		p = stpcpy(p, *string_of(mnt, i)) + 1;
	}
	return copy;
}

static int same_array(const char *a, uint32_t na, const char *b, uint32_t nb)
{
	size_t size = array_size(a, na);

	return size == array_size(b, nb) && (!size || memcmp(a, b, size) == 0);
}

static int same_string(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* what a remount or a change of propagation changes */
static int same_options(const struct mnt_entry *a, const struct mnt_entry *b)
{
	return a->attr == b->attr && a->sb_flags == b->sb_flags &&
	       a->propagation == b->propagation && a->peer_group == b->peer_group &&
	       a->master == b->master && same_string(a->fs_opts, b->fs_opts) &&
	       same_string(a->source, b->source);
}

static int same_entry(const struct mnt_entry *a, const struct mnt_entry *b)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(strings); i++) {
		if (!same_string(*string_of(a, i), *string_of(b, i)))
			return 0;
	}
	if (!same_array(a->opts, a->opt_num, b->opts, b->opt_num) ||
	    !same_array(a->sec_opts, a->sec_opt_num, b->sec_opts, b->sec_opt_num))
		return 0;
	return a->parent == b->parent && a->parent_old == b->parent_old &&
	       a->propagate_from == b->propagate_from && same_options(a, b);
}

/*
 * mountinfo has but the ids that are used again, so that another mount may have
 * come in place of one that is known.
 */
static int same_mount(const struct mnt_entry *a, const struct mnt_entry *b)
{
	return b->id || (a->dev_major == b->dev_major && a->dev_minor == b->dev_minor &&
			 same_string(a->root, b->root) && same_string(a->fstype, b->fstype));
}

static uint64_t key_of(const struct mnt_entry *mnt)
{
	return mnt->id ? mnt->id : mnt->id_old;
}

static uint64_t parent_key_of(const struct mnt_entry *mnt)
{
	return mnt->id ? mnt->parent : mnt->parent_old;
}

static int cmp_nodes(const void *a, const void *b)
{
	const struct mntwatch_node *x = a, *y = b;

	return cmp_numbers(x->key, y->key);
}

/* Returns: the known mount with this id, or NULL. */
struct mntwatch_node *mntwatch_find(const struct mntwatch *w, uint64_t key)
{
	const struct mntwatch_node wanted = { .key = key };
	struct mntwatch_node **found = tfind(&wanted, &w->known, cmp_nodes);

	return found ? *found : NULL;
}

/* As tdestroy(3) wants it; NULL is no node. */
void mntwatch_free_node(void *data)
{
	struct mntwatch_node *node = data;

	if (node)
		free(node->mnt);
	free(node);
}

/* Returns: a new known mount, a copy of @mnt; NULL without memory. */
struct mntwatch_node *mntwatch_add(struct mntwatch *w, const struct mnt_entry *mnt)
{
	struct mntwatch_node *node = calloc(1, sizeof(*node));

	if (!node)
		return NULL;
	node->key = key_of(mnt);
	node->generation = w->generation;
	node->mnt = copy_entry(mnt);
	if (!node->mnt || !tsearch(node, &w->known, cmp_nodes)) {
		mntwatch_free_node(node);
		return NULL;
	}
	return node;
}

/* Returns: 0 or -ENOMEM. */
int mntwatch_update(struct mntwatch_node *node, const struct mnt_entry *mnt)
{
	struct mnt_entry *copy;

	if (same_entry(node->mnt, mnt))
		return 0;
	copy = copy_entry(mnt);
	if (!copy)
		return -ENOMEM;
	free(node->mnt);
	node->mnt = copy;
	return 0;
}

/* Whether @mnt is where @node is known to be. */
int mntwatch_is_there(const struct mntwatch_node *node, const struct mnt_entry *mnt)
{
	return mnt->parent == node->mnt->parent &&
	       same_string(mnt->target, node->mnt->target);
}

/* It is known no more, and the caller's to free. */
void mntwatch_forget(struct mntwatch *w, struct mntwatch_node *node)
{
	tdelete(node, &w->known, cmp_nodes);
}

/* Frees all that is known, and all that has not been told. */
void mntwatch_free_known(struct mntwatch *w)
{
	/* what has not been told is in no tree any more */
	for (; w->nextpending < w->npending; w->nextpending++) {
		if (w->pending[w->nextpending].action == MNTWATCH_DETACH)
			mntwatch_free_node(w->pending[w->nextpending].node);
	}
	mntwatch_free_node(w->gone);
	tdestroy(w->known, mntwatch_free_node);
	free(w->pending);
}

static int add_pending(struct mntwatch *w, enum mntwatch_action action,
		       struct mntwatch_node *node)
{
	if (w->npending == w->pendingspace) {
		size_t space = w->pendingspace ? w->pendingspace * 2 : 64;
		struct mntwatch_pending *p = reallocarray(w->pending, space, sizeof(*p));

		if (!p)
			return -ENOMEM;
		w->pending = p;
		w->pendingspace = space;
	}
	w->pending[w->npending++] = (struct mntwatch_pending) { action, node };
	return 0;
}

/*
 * Privileged callers, and only they, see all mounts; the kernel's events are
 * about all of them, too. Returns: 0 or -errno; @tab is to be freed in either case.
 */
int mntwatch_read_table(struct mntwatch *w, struct mnttab *tab, struct diag *d)
{
	int rc = mnttab_read(tab, w->ref, w->mask, w->list_flags, d);

	if (rc == 0 || rc == -ENOMEM || !w->list_flags)
		return rc;
	mnttab_free(tab);
	diag_reset(d);
	w->list_flags = 0;
	return mnttab_read(tab, w->ref, w->mask, 0, d);
}

struct stale {
	struct mntwatch *w;
	int rc;
};

static void note_stale(const void *nodep, VISIT which, void *data)
{
	struct mntwatch_node *node = *(struct mntwatch_node *const *) nodep;
	struct stale *s = data;

	if ((which == postorder || which == leaf) && node->generation != s->w->generation &&
	    s->rc == 0)
		s->rc = add_pending(s->w, MNTWATCH_DETACH, node);
}

/*
 * The known mounts that the list has no more. What was mounted last goes first,
 * for a mount is usually younger than the one that it is on.
 */
static int forget_stale(struct mntwatch *w)
{
	struct stale s = { .w = w };
	size_t i, first = w->npending;

	twalk_r(w->known, note_stale, &s);
	if (s.rc) {
		w->npending = first;
		return s.rc;
	}
	for (i = first; i < w->npending; i++)
		tdelete(w->pending[i].node, &w->known, cmp_nodes);

	for (i = 0; i < (w->npending - first) / 2; i++) {
		struct mntwatch_pending *a = &w->pending[first + i];
		struct mntwatch_pending *b = &w->pending[w->npending - 1 - i];
		struct mntwatch_pending tmp = *a;

		*a = *b;
		*b = tmp;
	}
	return 0;
}

/* what is left of @target below the mount point of the parent */
static const char *below(const char *target, const char *parent)
{
	size_t len = parent ? strlen(parent) : 0;

	if (len == 1)			/* "/" */
		len = 0;
	if (!target || !parent || strncmp(target, parent, len) != 0)
		return NULL;
	return target + len;
}

/* A mount is not moved when one above it is, though its mount point changes. */
static int is_moved(const struct mntwatch *w, const struct mntwatch_node *node)
{
	const struct mnt_entry *old = node->mnt, *now = node->now;
	struct mntwatch_node *up;

	if (parent_key_of(old) != parent_key_of(now))
		return 1;
	if (!old->target || !now->target || strcmp(old->target, now->target) == 0)
		return 0;
	up = mntwatch_find(w, parent_key_of(now));
	if (!up || up == node || !up->now)
		return 1;
	return !same_string(below(old->target, up->mnt->target),
			    below(now->target, up->now->target));
}

static int note_known(struct mntwatch *w, struct mntwatch_node *node)
{
	if (is_moved(w, node))
		return add_pending(w, MNTWATCH_MOVE, node);
	if (!same_options(node->mnt, node->now))
		return add_pending(w, MNTWATCH_CHANGE, node);
	return 0;
}

/* Marks what is still there. */
static void match_table(struct mntwatch *w, const struct mnttab *tab)
{
	uint32_t i;

	w->generation++;
	for (i = 0; i < tab->nmounts; i++) {
		struct mntwatch_node *node = mntwatch_find(w, key_of(&tab->mounts[i]));

		if (!node || !same_mount(node->mnt, &tab->mounts[i]))
			continue;
		node->generation = w->generation;
		node->now = &tab->mounts[i];
	}
}

/*
 * Compares what is known with a new list; the differences become events. In the
 * second loop nothing is updated yet, for is_moved() looks at parents.
 */
static int compare_table(struct mntwatch *w, const struct mnttab *tab)
{
	uint32_t i;
	int rc;

	match_table(w, tab);
	rc = forget_stale(w);

	for (i = 0; rc == 0 && i < tab->nmounts; i++) {
		struct mntwatch_node *node = mntwatch_find(w, key_of(&tab->mounts[i]));

		if (node) {
			rc = note_known(w, node);
			continue;
		}
		node = mntwatch_add(w, &tab->mounts[i]);
		rc = node ? add_pending(w, MNTWATCH_ATTACH, node) : -ENOMEM;
		if (node)
			node->now = &tab->mounts[i];
	}
	for (i = 0; i < tab->nmounts; i++) {
		struct mntwatch_node *node = mntwatch_find(w, key_of(&tab->mounts[i]));

		if (rc == 0 && node)
			rc = mntwatch_update(node, &tab->mounts[i]);
		if (node)
			node->now = NULL;
	}
	return rc;
}

/*
 * Lists the mounts; what differs from what is known waits in w->pending then.
 * Returns: 0 or -errno.
 */
int mntwatch_list_again(struct mntwatch *w, struct diag *d)
{
	struct mnttab tab;
	int rc = mntwatch_read_table(w, &tab, d);

	if (rc == 0) {
		rc = compare_table(w, &tab);
		if (rc)
			diag_fail(d, DIAG_MEMORY, -rc, NULL);
	}
	mnttab_free(&tab);
	w->fresh = 1;
	w->moved = 0;
	return rc;
}

/*
 * Who is moved takes along what is mounted below, of which the kernel says
 * nothing. What came or went meanwhile is left to the events that will say it.
 * Returns: 0 or -errno.
 */
int mntwatch_refresh(struct mntwatch *w, struct diag *d)
{
	struct mnttab tab;
	uint32_t i;
	int rc = mntwatch_read_table(w, &tab, d);

	for (i = 0; rc == 0 && i < tab.nmounts; i++) {
		struct mntwatch_node *node = mntwatch_find(w, key_of(&tab.mounts[i]));

		rc = node ? mntwatch_update(node, &tab.mounts[i]) : 0;
		if (rc)
			diag_fail(d, DIAG_MEMORY, -rc, NULL);
	}
	mnttab_free(&tab);
	w->moved = 0;
	return rc;
}

struct walk {
	void (*fn)(const struct mnt_entry *mnt, void *data);
	void *data;
};

static void walk_node(const void *nodep, VISIT which, void *data)
{
	const struct walk *walk = data;

	if (which == postorder || which == leaf)
		walk->fn((*(struct mntwatch_node *const *) nodep)->mnt, walk->data);
}

/*
 * mntwatch_walk - calls @fn for each mount that is known, in the order of ids
 */
void mntwatch_walk(const struct mntwatch *w,
		   void (*fn)(const struct mnt_entry *mnt, void *data), void *data)
{
	struct walk walk = { .fn = fn, .data = data };

	twalk_r(w->known, walk_node, &walk);
}
