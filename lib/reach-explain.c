/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * reach-explain - why a mount would not appear in a namespace
 */
#include <string.h>
#include <sys/mount.h>

#include "reach.h"

static int is_same_filesystem(const struct mnt_entry *a, const struct mnt_entry *b)
{
	return a->dev_major == b->dev_major && a->dev_minor == b->dev_minor;
}

static int shows_directory(const struct reach *r, const struct mnt_entry *mnt)
{
	return mnt->root && reach_below(r->dir, mnt->root);
}

static int is_reached(const struct idhash *reached, uint32_t group)
{
	return group && idhash_find(reached, group) != IDHASH_NONE;
}

/* Does it receive what is sent, if only it showed the directory? */
static int is_connected(const struct idhash *reached, const struct mnt_entry *mnt)
{
	return is_reached(reached, mnt->peer_group) || is_reached(reached, mnt->master) ||
	       is_reached(reached, mnt->propagate_from);
}

/* The higher, the more it says about what is not there. */
enum {
	RANK_OTHER,			/* another filesystem */
	RANK_ELSEWHERE,			/* another directory of the same */
	RANK_CONNECTED,			/* the same, and it receives what happens in its own */
	RANK_HIDDEN,			/* shows the directory */
	RANK_ANYWHERE,
	RANK_SAME_TARGET
};

static int rank(const struct reach *r, const struct idhash *reached,
		const struct mnt_entry *mnt)
{
	if (!is_same_filesystem(mnt, r->dest))
		return RANK_OTHER;
	if (!shows_directory(r, mnt))
		return is_connected(reached, mnt) ? RANK_CONNECTED : RANK_ELSEWHERE;
	if (!mnt->target)
		return RANK_HIDDEN;
	return strcmp(mnt->target, r->dest->target) == 0 ? RANK_SAME_TARGET : RANK_ANYWHERE;
}

static const struct mnt_entry *find_witness(const struct reach *r, const struct reach_ns *ns,
					    const struct idhash *reached, int *best)
{
	const struct mnt_entry *found = NULL;
	uint32_t i;

	*best = RANK_OTHER;
	for (i = 0; i < ns->tab.nmounts; i++) {
		const struct mnt_entry *mnt = &ns->tab.mounts[i];
		int n = rank(r, reached, mnt);

		if (n > *best) {
			*best = n;
			found = mnt;
		}
	}
	return found;
}

/* The master of the members of a peer group, 0: none is known. */
static uint32_t master_of(const struct reach *r, uint32_t group)
{
	uint32_t ns, i;

	for (ns = 0; ns < r->nns; ns++) {
		const struct mnttab *tab = &r->ns[ns].tab;

		for (i = 0; i < tab->nmounts; i++) {
			if (tab->mounts[i].peer_group == group)
				return tab->mounts[i].master;
		}
	}
	return 0;
}

/* Groups are not their own masters, but the tables are not of one instant. */
static int is_master(const struct reach *r, uint32_t group)
{
	uint32_t above = r->dest->master;
	int depth;

	for (depth = 0; above && depth < 64; depth++) {
		if (above == group)
			return 1;
		above = master_of(r, above);
	}
	return 0;
}

static enum reach_why why_not_received(const struct reach *r, const struct mnt_entry *mnt)
{
	if (reach_is_shared(mnt))
		return is_master(r, mnt->peer_group) ? REACH_THERE_MASTER : REACH_THERE_GROUP;
	if (mnt->master)
		return REACH_THERE_SLAVE;

	return mnt->propagation & MS_UNBINDABLE ? REACH_THERE_UNBINDABLE : REACH_THERE_PRIVATE;
}

/* The mount at the path sends nothing: that is the reason everywhere. */
static enum reach_why why_not_sent(const struct mnt_entry *dest)
{
	if (dest->master)
		return REACH_SLAVE_ONLY;
	return dest->propagation & MS_UNBINDABLE ? REACH_UNBINDABLE : REACH_PRIVATE;
}

/*
 * reach_explain:
 * @r: prediction
 * @ns: index of a namespace in which the mount does not appear
 * @place: filled in
 * @reached: the groups that the mount goes through
 */
void reach_explain(const struct reach *r, uint32_t ns, struct reach_place *place,
		   const struct idhash *reached)
{
	int best;

	place->verdict = REACH_NO;
	if (!reach_is_shared(r->dest)) {
		place->why = why_not_sent(r->dest);
		return;
	}
	if (r->ns[ns].err) {
		place->verdict = REACH_UNKNOWN;
		place->why = REACH_UNREADABLE;
		return;
	}

	place->mnt = find_witness(r, &r->ns[ns], reached, &best);
	switch (best) {
	case RANK_OTHER:
		place->why = REACH_NO_FILESYSTEM;
		break;
	case RANK_ELSEWHERE:
		place->why = REACH_NOT_SHOWN;
		break;
	case RANK_CONNECTED:
		place->why = REACH_OTHER_DIR;
		break;
	default:
		place->why = why_not_received(r, place->mnt);
		break;
	}
}
