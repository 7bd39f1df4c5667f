/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * holders-mounts - the mounts that hold a filesystem, and why they are there
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "c.h"
#include "holders.h"
#include "reach.h"

/* Masters of masters; the kernel sets no bound, a ring cannot be. */
#define MAX_MASTERS	64

/* mounts that may be made elsewhere while a namespace is being copied */
#define COPY_SLACK	16

/* What all mounts that show the subject have to do with each other. */
struct search {
	struct holders *h;
	uint32_t subject;
	const struct mnt_entry *here;
	struct holders_mount *shown;	/* all of them */
	uint32_t nshown;
};

static const struct mnt_entry *entry(const struct holders *h, const struct holders_mount *m)
{
	return &h->ns[m->ns].tab.mounts[m->mnt];
}

/* The namespace that is "here". */
static uint32_t home(const struct search *s)
{
	uint32_t ns = s->h->subjects[s->subject].ns;

	return ns == HOLDERS_NONE ? s->h->own : ns;
}

/* The group that the members of @group receive from, or 0. */
static uint32_t master_of(const struct search *s, uint32_t group)
{
	uint32_t i;

	for (i = 0; i < s->nshown; i++) {
		const struct mnt_entry *mnt = entry(s->h, &s->shown[i]);

		if (mnt->peer_group == group && mnt->master)
			return mnt->master;
	}
	return 0;
}

/* Does @mnt receive from @group, perhaps through others? */
static int receives(const struct search *s, const struct mnt_entry *mnt, uint32_t group)
{
	uint32_t master = mnt->master;
	int i;

	if (!group)
		return 0;
	for (i = 0; master && i < MAX_MASTERS; i++) {
		if (master == group)
			return 1;
		master = master_of(s, master);
	}
	return mnt->propagate_from == group;
}

static enum holder_why find_relation(const struct search *s, uint32_t ns,
				     const struct mnt_entry *mnt)
{
	const struct mnt_entry *here = s->here;

	if (!here)
		return ns == home(s) ? HOLDER_HERE : HOLDER_BOUND;
	if (mnt == here)
		return HOLDER_HERE;
	if (mnt->peer_group && mnt->peer_group == here->peer_group)
		return HOLDER_PEER;
	if (receives(s, mnt, here->peer_group))
		return HOLDER_SLAVE;
	if (receives(s, here, mnt->peer_group))
		return HOLDER_MASTER;
	if (mnt->master && mnt->master == here->master)
		return HOLDER_SIBLING;
	return ns == home(s) ? HOLDER_HERE : HOLDER_BOUND;
}

/*
 * Whether a mount came with its namespace
 *
 * The kernel keeps no record. A copy has the root directory of an older mount
 * in another namespace and its mount point, of which a namespace made from a
 * tree lacks the front; and ids are handed out in ascending order, to all
 * mounts of a copy in a row.
 */
static int ends_with(const char *str, const char *end)
{
	size_t len = strlen(str), endlen = strlen(end);

	if (strcmp(end, "/") == 0)
		return 1;
	return len >= endlen && strcmp(str + len - endlen, end) == 0;
}

static uint64_t first_id(const struct mnttab *tab)
{
	return tab->root == MNTTAB_NONE ? 0 : tab->mounts[tab->root].id;
}

static int is_original(const struct search *s, const struct holders_mount *copy,
		       const struct holders_mount *m)
{
	const struct mnt_entry *mnt = entry(s->h, copy), *old = entry(s->h, m);
	const struct mnttab *tab = &s->h->ns[copy->ns].tab;
	uint64_t first = first_id(tab);
	uint64_t most = max(tab->nmounts, s->h->ns[m->ns].tab.nmounts) + COPY_SLACK;

	return m->ns != copy->ns && old->target && old->root && old->id < first &&
	       mnt->id - first <= most && strcmp(old->root, mnt->root) == 0 &&
	       holders_mnt_dev(old) == holders_mnt_dev(mnt) && ends_with(old->target, mnt->target);
}

/* The same mounted again on top of the copy. */
static int has_older_twin(const struct search *s, const struct holders_mount *m)
{
	const struct mnt_entry *mnt = entry(s->h, m);
	uint32_t i;

	for (i = 0; i < s->nshown; i++) {
		const struct mnt_entry *twin = entry(s->h, &s->shown[i]);

		if (s->shown[i].ns == m->ns && twin->id < mnt->id && twin->target && twin->root &&
		    strcmp(twin->target, mnt->target) == 0 && strcmp(twin->root, mnt->root) == 0)
			return 1;
	}
	return 0;
}

static int is_copied(const struct search *s, const struct holders_mount *m)
{
	const struct mnt_entry *mnt = entry(s->h, m);
	uint32_t i;

	if (!mnt->id || !mnt->target || !mnt->root || has_older_twin(s, m))
		return 0;
	for (i = 0; i < s->nshown; i++) {
		if (is_original(s, m, &s->shown[i]))
			return 1;
	}
	return 0;
}

static int add_mount(const struct search *s, const struct holders_mount *m,
		     enum holder_why why)
{
	const struct mnt_entry *mnt = entry(s->h, m);
	int is_pin = why == HOLDER_BELOW && mnt->fstype && strcmp(mnt->fstype, "nsfs") == 0;
	struct holder found = {
		.subject = s->subject,
		.kind = is_pin ? HOLDER_PIN : HOLDER_MOUNT,
		.why = why,
		.ns = m->ns,
		.mnt = mnt,
		.fd = -1
	};

	if (why != HOLDER_BELOW && m->ns != home(s))
		found.copied = is_copied(s, m);
	if (why == HOLDER_BOUND && !found.copied && mnt->target && strcmp(mnt->target, "/") == 0)
		found.why = HOLDER_NSROOT;
	if (mnt->target) {
		found.path = strdup(mnt->target);
		if (!found.path)
			return -ENOMEM;
	}
	if (!holders_add(s->h, &found)) {
		free(found.path);
		return -ENOMEM;
	}
	return 0;
}

/* Where a mount lies that is mounted on another one of the same namespace. */
static int is_on(const struct holders *h, const struct holders_subject *subject,
		 const struct holders_mount *m)
{
	const struct mnttab *tab = &h->ns[m->ns].tab;
	const struct mnt_entry *mnt = &tab->mounts[m->mnt];
	struct holders_ref ref = { .path = mnt->target };

	if (mnt->up == MNTTAB_NONE)
		return 0;
	ref.mnt = &tab->mounts[mnt->up];
	return holders_match(subject, &ref) == 1;
}

static int find_shown(struct search *s)
{
	const struct holders *h = s->h;
	uint32_t i;

	s->shown = malloc((h->nmounts + 1) * sizeof(*s->shown));
	if (!s->shown)
		return -ENOMEM;
	for (i = 0; i < h->nmounts; i++) {
		if (holders_shows(&h->subjects[s->subject], entry(h, &h->mounts[i])))
			s->shown[s->nshown++] = h->mounts[i];
	}
	return 0;
}

static int find_for_subject(struct search *s)
{
	const struct holders *h = s->h;
	const struct holders_subject *subject = &h->subjects[s->subject];
	uint32_t i;
	int rc = find_shown(s);

	/* of a device, the first mount there is */
	for (i = 0; rc == 0 && !s->here && i < s->nshown; i++) {
		if (s->shown[i].ns == home(s))
			s->here = entry(h, &s->shown[i]);
	}
	for (i = 0; rc == 0 && i < s->nshown; i++) {
		const struct mnt_entry *mnt = entry(h, &s->shown[i]);

		if (!subject->itself || mnt != subject->here)
			rc = add_mount(s, &s->shown[i], find_relation(s, s->shown[i].ns, mnt));
	}
	for (i = 0; rc == 0 && i < h->nmounts; i++) {
		const struct mnt_entry *mnt = entry(h, &h->mounts[i]);

		if (!holders_shows(subject, mnt) && is_on(h, subject, &h->mounts[i]))
			rc = add_mount(s, &h->mounts[i], HOLDER_BELOW);
	}
	free(s->shown);
	return rc;
}

/*
 * holders_find_mounts:
 *
 * Returns: 0 or -ENOMEM.
 */
int holders_find_mounts(struct holders *h)
{
	uint32_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < h->nsubjects; i++) {
		struct search s = { .h = h, .subject = i, .here = h->subjects[i].here };

		rc = find_for_subject(&s);
	}
	return rc;
}
