/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * reach - where a mount would appear if it were made at a path
 *
 * The rules are those of propagate_mnt() in fs/pnode.c: a mount that is made on
 * a shared one is made on all its peers, too, and on all slaves of the group;
 * where slaves are shared in turn, on the slaves of theirs; and in each case
 * only where the mount shows the directory. What is mounted there already stays
 * on top. See mount_namespaces(7).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "c.h"
#include "diagnose.h"
#include "mountapi.h"
#include "nls.h"
#include "reach.h"

#define REACH_MASK \
	(UL_STATMOUNT_MNT_BASIC | UL_STATMOUNT_SB_BASIC | UL_STATMOUNT_MNT_ROOT | \
	 UL_STATMOUNT_MNT_POINT | UL_STATMOUNT_PROPAGATE_FROM)

/* A mount in the lists of those that are in a peer group, or receive from it. */
struct link {
	uint32_t ns;
	uint32_t mnt;
	uint32_t next;
};

/* All mounts by their groups, and the way that a mount takes through them. */
struct groups {
	struct link *links;
	uint32_t nlinks;
	struct idhash peers;		/* group -> first link */
	struct idhash slaves;

	struct idhash reached;		/* groups, each to itself */
	uint32_t *queue;
	uint32_t nqueue;
};

int reach_is_shared(const struct mnt_entry *mnt)
{
	return (mnt->propagation & MS_SHARED) && mnt->peer_group;
}

/*
 * reach_below:
 *
 * Returns: what of @path is left below @dir, "" or "/..."; NULL when @path is
 * not there.
 */
const char *reach_below(const char *path, const char *dir)
{
	size_t len = strcmp(dir, "/") == 0 ? 0 : strlen(dir);

	if (strncmp(path, dir, len) != 0 || (path[len] && path[len] != '/'))
		return NULL;
	return strcmp(path + len, "/") == 0 ? "" : path + len;
}

/* @rest is "" or "/..." */
static char *join(const char *dir, const char *rest)
{
	size_t len = strcmp(dir, "/") == 0 && *rest ? 0 : strlen(dir);
	char *path = malloc(len + strlen(rest) + 1);

	if (path) {
		memcpy(path, dir, len);
		strcpy(path + len, rest);
	}
	return path;
}

static const char *name_of(const struct nsref *ref)
{
	return ref->name ? ref->name : _("the caller's namespace");
}

/*
 * Which namespaces there are: that of the path, those of the operands in their
 * order, then all others that can be found.
 */
static struct reach_ns *find_ns(struct reach *r, const struct nsref *ref)
{
	uint32_t i;

	for (i = 0; i < r->nns; i++) {
		if (r->ns[i].ref.ino == ref->ino && r->ns[i].ref.id == ref->id)
			return &r->ns[i];
	}
	return NULL;
}

static struct reach_ns *add_ns(struct reach *r, const struct nsref *ref)
{
	struct reach_ns *ns = find_ns(r, ref);

	if (!ns) {
		ns = &r->ns[r->nns++];
		ns->ref = *ref;
	}
	return ns;
}

static int collect_namespaces(struct reach *r, const struct nsref *self,
			      const struct nsref *from, const struct nsref *refs, size_t nrefs)
{
	struct reach_ns *own;
	size_t i;

	r->ns = calloc(1 + r->iter.n + nrefs, sizeof(*r->ns));
	if (!r->ns)
		return -ENOMEM;

	add_ns(r, from);
	for (i = 0; i < nrefs; i++)
		add_ns(r, &refs[i])->wanted = 1;
	for (i = 0; i < r->iter.n; i++) {
		const struct nsiter_ns *info = &r->iter.ns[i];
		struct nsref ref = {
			.kind = NSREF_ID,
			.fd = info->fd,
			.pid = info->pid,
			.ino = info->ino,
			.id = info->id
		};

		add_ns(r, &ref)->info = info;
	}
	own = find_ns(r, self);
	if (own)
		own->ref.kind = NSREF_SELF;
	return 0;
}

/* Hidden mounts send and receive like others, but not everybody may see them. */
static int read_namespace(struct reach_ns *ns, struct diag *d)
{
	int rc = mnttab_read(&ns->tab, &ns->ref, REACH_MASK, MNTTAB_ALL, d);
	uint32_t i;

	if (rc && rc != -ENOMEM) {
		mnttab_free(&ns->tab);
		diag_reset(d);
		ns->partial = 1;
		rc = mnttab_read(&ns->tab, &ns->ref, REACH_MASK, 0, d);
	}
	if (rc == -ENOMEM || (rc == 0 && mnttab_build_tree(&ns->tab) != 0))
		return diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);
	ns->err = -rc;
	if (rc)
		return rc;

	ns->place = malloc((ns->tab.nmounts + 1) * sizeof(*ns->place));
	if (!ns->place)
		return diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);
	for (i = 0; i < ns->tab.nmounts; i++)
		ns->place[i] = REACH_NONE;
	return 0;
}

/* A namespace other than the first can have gone, or be closed to the caller. */
static int read_namespaces(struct reach *r, struct diag *d)
{
	uint32_t i;

	for (i = 0; i < r->nns; i++) {
		int rc = read_namespace(&r->ns[i], d);

		if (rc == 0)
			continue;
		if (i == 0 || rc == -ENOMEM)
			return rc;
		diag_reset(d);
	}
	return 0;
}

/*
 * reach_find_spot:
 * @tab: mounts of the namespace, with their ids
 * @spot: from reach_locate()
 *
 * Returns: the mount that the path leads to, the topmost there, or NULL when it is
 * not among them.
 */
const struct mnt_entry *reach_find_spot(const struct mnttab *tab,
					const struct reach_spot *spot)
{
	uint32_t i;

	for (i = 0; i < tab->nmounts; i++) {
		const struct mnt_entry *mnt = &tab->mounts[i];

		if (mnt->id && spot->id ? mnt->id == spot->id : mnt->id_old == spot->id_old)
			return mnt;
	}
	return NULL;
}

static const struct mnt_entry *find_on_top(const struct mnttab *tab,
					   const struct mnt_entry *mnt, const char *path)
{
	uint32_t n = mnt->child;

	while (n != MNTTAB_NONE) {
		const struct mnt_entry *child = &tab->mounts[n];

		if (child->target && strcmp(child->target, path) == 0) {
			mnt = child;
			n = child->child;
		} else {
			n = child->next;
		}
	}
	return mnt;
}

static int find_dest(struct reach *r, struct reach_spot *spot, struct diag *d)
{
	const struct mnttab *tab = &r->ns[0].tab;
	const struct mnt_entry *mnt = reach_find_spot(tab, spot);
	const char *rest;

	r->path = spot->path;
	spot->path = NULL;

	if (!mnt)
		return diag_fail_cause(d, DIAG_MNT_STAT, ENOENT, r->path, NULL,
				       _("it is not among the mounts of %s"),
				       name_of(&r->ns[0].ref));
	r->dest = find_on_top(tab, mnt, r->path);
	rest = r->dest->target && r->dest->root ? reach_below(r->path, r->dest->target) : NULL;
	if (!rest)
		return diag_fail_cause(d, DIAG_MNT_STAT, EINVAL, r->path, NULL,
				       _("the mount that it is on cannot be reached from the root, or was moved"));
	r->dir = join(r->dest->root, rest);
	return r->dir ? 0 : diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);
}

/*
 * The groups
 */
static int add_link(struct groups *g, struct idhash *hash, uint32_t group, uint32_t ns,
		    uint32_t mnt)
{
	if (!group)
		return 0;
	g->links[g->nlinks] = (struct link) {
		.ns = ns,
		.mnt = mnt,
		.next = idhash_find(hash, group)
	};
	return idhash_add(hash, group, g->nlinks++);
}

/*
 * propagate_from is the nearest group above that is in sight: where those between
 * are all in namespaces that are not, it is the only sign of the connection.
 */
static int link_mount(struct groups *g, uint32_t ns, uint32_t nr, const struct mnt_entry *mnt)
{
	int rc = add_link(g, &g->peers, mnt->peer_group, ns, nr);

	if (rc == 0)
		rc = add_link(g, &g->slaves, mnt->master, ns, nr);
	if (rc == 0)
		rc = add_link(g, &g->slaves, mnt->propagate_from, ns, nr);
	return rc;
}

/* Lists are made from their ends, for the order of the mounts. */
static int link_mounts(struct groups *g, const struct reach *r)
{
	size_t total = 0;
	uint32_t ns, i;
	int rc = 0;

	for (ns = 0; ns < r->nns; ns++)
		total += r->ns[ns].tab.nmounts;
	if (total >= UINT32_MAX / 3)
		return -ENOMEM;
	g->links = malloc((3 * total + 1) * sizeof(*g->links));
	g->queue = malloc((3 * total + 1) * sizeof(*g->queue));
	if (!g->links || !g->queue)
		return -ENOMEM;

	for (ns = r->nns; rc == 0 && ns > 0; ns--) {
		const struct mnttab *tab = &r->ns[ns - 1].tab;

		for (i = tab->nmounts; rc == 0 && i > 0; i--)
			rc = link_mount(g, ns - 1, i - 1, &tab->mounts[i - 1]);
	}
	return rc;
}

static void free_groups(struct groups *g)
{
	free(g->links);
	free(g->queue);
	idhash_free(&g->peers);
	idhash_free(&g->slaves);
	idhash_free(&g->reached);
}

static int add_group(struct groups *g, uint32_t group)
{
	if (!group || idhash_find(&g->reached, group) != IDHASH_NONE)
		return 0;
	g->queue[g->nqueue++] = group;
	return idhash_add(&g->reached, group, 1);
}

/*
 * The places
 */
static struct reach_place *add_place(struct reach *r, uint32_t ns,
				     const struct mnt_entry *mnt)
{
	if (r->nplaces == r->allocated) {
		uint32_t n = r->allocated ? r->allocated * 2 : 64;
		struct reach_place *places = reallocarray(r->places, n, sizeof(*places));

		if (!places)
			return NULL;
		r->places = places;
		r->allocated = n;
	}
	r->places[r->nplaces] = (struct reach_place) { .ns = ns, .mnt = mnt };
	return &r->places[r->nplaces++];
}

/* The type of a new filesystem's mount; what it is made on decides. */
static uint32_t type_there(const struct mnt_entry *mnt, enum reach_why why)
{
	uint32_t type = reach_is_shared(mnt) ? MS_SHARED : MS_PRIVATE;

	return why == REACH_SLAVE ? type | MS_SLAVE : type;
}

/* A mount in sight of the directory receives the new one, once. */
static int receive(struct reach *r, const struct link *link, uint32_t from)
{
	struct reach_ns *ns = &r->ns[link->ns];
	const struct mnt_entry *mnt = &ns->tab.mounts[link->mnt];
	const char *rest = mnt->root ? reach_below(r->dir, mnt->root) : NULL;
	struct reach_place *place;

	if (!rest || ns->place[link->mnt] != REACH_NONE)
		return 0;

	place = add_place(r, link->ns, mnt);
	if (!place)
		return -ENOMEM;
	ns->place[link->mnt] = r->nplaces - 1;
	ns->reached = 1;
	place->why = mnt == r->dest ? REACH_HERE :
		     mnt->peer_group == r->dest->peer_group ? REACH_PEER : REACH_SLAVE;
	/* the mount itself is no slave of another, whatever it is made on */
	place->propagation = type_there(mnt, place->why);
	place->from = from;
	if (mnt->target) {
		place->target = join(mnt->target, rest);
		if (!place->target)
			return -ENOMEM;
	}
	return 0;
}

static int receive_list(struct reach *r, struct groups *g, const struct idhash *hash,
			uint32_t group)
{
	uint32_t n = idhash_find(hash, group);
	int rc = 0;

	for (; rc == 0 && n != IDHASH_NONE; n = g->links[n].next) {
		const struct mnt_entry *mnt = &r->ns[g->links[n].ns].tab.mounts[g->links[n].mnt];

		rc = receive(r, &g->links[n], r->dest->peer_group);
		if (rc == 0 && reach_is_shared(mnt))
			rc = add_group(g, mnt->peer_group);
	}
	return rc;
}

/* From group to group, each once. */
static int propagate(struct reach *r, struct groups *g)
{
	struct link here = { .ns = 0, .mnt = r->dest - r->ns[0].tab.mounts };
	uint32_t i;
	int rc = receive(r, &here, 0);

	if (rc == 0 && reach_is_shared(r->dest))
		rc = add_group(g, r->dest->peer_group);
	for (i = 0; rc == 0 && i < g->nqueue; i++) {
		rc = receive_list(r, g, &g->peers, g->queue[i]);
		if (rc == 0)
			rc = receive_list(r, g, &g->slaves, g->queue[i]);
	}
	return rc;
}

/*
 * What is in sight there
 */
static const struct mnt_entry *find_child_over(const struct mnttab *tab,
					       const struct mnt_entry *mnt,
					       const struct mnt_entry *but, const char *path)
{
	uint32_t n;

	for (n = mnt->child; n != MNTTAB_NONE; n = tab->mounts[n].next) {
		const struct mnt_entry *child = &tab->mounts[n];

		if (child != but && child->target && reach_below(path, child->target))
			return child;
	}
	return NULL;
}

/*
 * Looks from the new mount up to the root for one that covers the way: of those
 * that are there, also at the very place, under which the new one is put; and of
 * those that come with it, which are put under what is at their place.
 */
static void find_cover(const struct reach *r, struct reach_place *place)
{
	const struct reach_ns *ns = &r->ns[place->ns];
	const struct mnttab *tab = &ns->tab;
	const struct mnt_entry *mnt = place->mnt, *below = NULL;
	const char *path = place->target;

	for (;;) {
		uint32_t new = ns->place[mnt - tab->mounts];

		/* the path itself was looked up: nothing that is there covers it */
		place->cover = place->why == REACH_HERE ? NULL :
			       find_child_over(tab, mnt, below, path);
		if (!place->cover && below && new != REACH_NONE && r->places[new].target &&
		    strcmp(path, r->places[new].target) != 0 &&
		    reach_below(path, r->places[new].target))
			place->verdict = REACH_COVERED;
		if (place->cover)
			place->verdict = REACH_COVERED;

		if (place->verdict == REACH_COVERED || mnt->up == MNTTAB_NONE)
			return;
		below = mnt;
		mnt = &tab->mounts[mnt->up];
		path = below->target;
		if (!path)
			return;
	}
}

static int explain_rest(struct reach *r, const struct groups *g)
{
	uint32_t i;

	for (i = 0; i < r->nns; i++) {
		struct reach_place *place;

		if (r->ns[i].reached)
			continue;
		place = add_place(r, i, NULL);
		if (!place)
			return -ENOMEM;
		reach_explain(r, i, place, &g->reached);
	}
	return 0;
}

static int cmp_places(const void *a, const void *b)
{
	const struct reach_place *x = a, *y = b;
	int rc = cmp_numbers(x->ns, y->ns);

	/* both are in the same table */
	return rc || !x->mnt || !y->mnt ? rc : cmp_numbers(x->mnt, y->mnt);
}

static int find_places(struct reach *r)
{
	struct groups g = { .nlinks = 0 };
	uint32_t i;
	int rc;

	rc = link_mounts(&g, r);
	if (rc == 0)
		rc = propagate(r, &g);
	for (i = 0; rc == 0 && i < r->nplaces; i++) {
		if (r->places[i].target)
			find_cover(r, &r->places[i]);
		else
			r->places[i].verdict = REACH_HIDDEN;
	}
	if (rc == 0)
		rc = explain_rest(r, &g);
	free_groups(&g);

	if (rc == 0)
		qsort(r->places, r->nplaces, sizeof(*r->places), cmp_places);
	return rc;
}

/*
 * reach_predict:
 * @r: filled in; the caller frees it with reach_free(), also after an error
 * @from: namespace in which the mount is made, open
 * @path: where; must exist, see reach_locate()
 * @refs: namespaces that the caller wants to know about, open as long as @r lives
 * @nrefs: how many
 * @d: failure
 *
 * Predicts for all namespaces that can be found, and for @refs; each has a place
 * at least. r->iter.view says whether there may be more.
 *
 * Returns: 0 or -errno.
 */
int reach_predict(struct reach *r, const struct nsref *from, const char *path,
		  const struct nsref *refs, size_t nrefs, struct diag *d)
{
	struct reach_spot spot = { .path = NULL };
	struct nsref self, here = *from;
	int rc;

	memset(r, 0, sizeof(*r));
	rc = nsref_open_self(&self, d);
	if (rc)
		return rc;
	/* the own one is asked about as such: it can be seen from a chroot */
	if (here.ino == self.ino && here.id == self.id)
		here.kind = NSREF_SELF;

	rc = reach_locate(&spot, &here, path, -1, d);
	if (rc == 0)
		rc = nsiter_scan(&r->iter, 0, d);
	if (rc == 0 && collect_namespaces(r, &self, &here, refs, nrefs) != 0)
		rc = diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);
	if (rc == 0)
		rc = read_namespaces(r, d);
	if (rc == 0)
		rc = find_dest(r, &spot, d);
	if (rc == 0 && find_places(r) != 0)
		rc = diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);

	nsref_close(&self);
	free(spot.path);
	return rc;
}

void reach_free(struct reach *r)
{
	uint32_t i;

	for (i = 0; i < r->nplaces; i++)
		free(r->places[i].target);
	free(r->places);
	for (i = 0; i < r->nns; i++) {
		mnttab_free(&r->ns[i].tab);
		free(r->ns[i].place);
	}
	free(r->ns);
	free(r->path);
	free(r->dir);
	nsiter_free(&r->iter);
	memset(r, 0, sizeof(*r));
}
