/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mnttab - the mounts of a mount namespace, through listmount and statmount
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "c.h"
#include "diagnose.h"
#include "mnttab.h"
#include "mountapi.h"
#include "nls.h"
#include "nsref.h"

#define STATMOUNT_BUFSIZ	4096		/* enough for all but long options */
#define STATMOUNT_MAXBUFSIZ	(16 * 1024 * 1024)
#define LISTMOUNT_NIDS		1024		/* one call lists most namespaces */
#define MIN_UNIQUE_ID		(UINT64_C(1) << 31)	/* no 64-bit id is below */
#define MIN_CHUNK_SIZE		1024
#define MAX_CHUNK_SIZE		(64 * 1024)

/* fields that came with statmount(2) itself */
#define STATMOUNT_BASE_MASK \
	(UL_STATMOUNT_SB_BASIC | UL_STATMOUNT_MNT_BASIC | UL_STATMOUNT_PROPAGATE_FROM | \
	 UL_STATMOUNT_MNT_ROOT | UL_STATMOUNT_MNT_POINT | UL_STATMOUNT_FS_TYPE)

/* The strings lie one behind the other, in chunks that never move. */
struct mnttab_chunk {
	struct mnttab_chunk *next;
	size_t used;
	size_t size;
	char data[];
};

/* How the kernel is asked: by fd, by id, or about the caller's own namespace. */
struct reader {
	int nsfd;			/* > 0, or -1 */
	uint64_t ns_id;			/* or 0 */

	struct ul_statmount *buf;
	size_t bufsiz;

	uint64_t *ids;
	size_t nids;
	size_t idspace;

	uint64_t mask;			/* asked for; the ids always, they cost nothing */
	uint64_t supported;		/* what SUPPORTED_MASK says, 0 is unknown */
	uint64_t seen;			/* masks of all answers */
	int has_root_device;		/* a source is MNTTAB_ROOT_DEVICE */
};

/*
 * mnttab_add_string:
 * @tab: table that will own the copy
 * @str: string, need not be terminated; or NULL
 * @len: its length
 * @same: a string of @tab that is likely to be equal, or NULL
 *
 * Neighbours in a mount table have much in common: @same is returned when it
 * equals @str.
 *
 * Returns: terminated string that lives as long as @tab; NULL without memory.
 */
const char *mnttab_add_string(struct mnttab *tab, const char *str, size_t len,
			      const char *same)
{
	struct mnttab_chunk *c = tab->chunks;
	char *p;

	if (same && strncmp(same, str, len) == 0 && !same[len])
		return same;

	if (!c || c->size - c->used <= len) {
		size_t size = c ? min(c->size * 2, (size_t) MAX_CHUNK_SIZE) : MIN_CHUNK_SIZE;

		size = max(len + 1, size);
		c = malloc(sizeof(*c) + size);
		if (!c)
			return NULL;
		c->next = tab->chunks;
		c->size = size;
		c->used = 0;
		tab->chunks = c;
	}

	p = memcpy(c->data + c->used, str, len);
	p[len] = '\0';
	c->used += len + 1;
	return p;
}

void mnttab_free(struct mnttab *tab)
{
	while (tab->chunks) {
		struct mnttab_chunk *c = tab->chunks;

		tab->chunks = c->next;
		free(c);
	}
	free(tab->mounts);
	memset(tab, 0, sizeof(*tab));
}

static const char *ns_name(const struct nsref *ref)
{
	return ref && ref->name ? ref->name : _("the caller's namespace");
}

static ssize_t list_page(const struct reader *r, uint64_t mnt_id, uint64_t last,
			 uint64_t *ids, size_t num)
{
	ssize_t n;

	if (r->nsfd > 0)
		n = ul_listmount_nsfd(mnt_id, r->nsfd, last, ids, num);
	else
		n = ul_listmount(mnt_id, r->ns_id, last, ids, num, 0);

	return n < 0 ? -errno : n;
}

/*
 * Appends to r->ids all mounts below @mnt_id. The kernel lists them in the order
 * of their ids, so what is mounted meanwhile comes on a later page.
 */
static int list_ids(struct reader *r, uint64_t mnt_id)
{
	size_t first = r->nids;

	for (;;) {
		uint64_t last = r->nids > first ? r->ids[r->nids - 1] : 0;
		size_t room = r->idspace - r->nids;
		uint64_t *ids;
		ssize_t n;

		n = list_page(r, mnt_id, last, r->ids + r->nids, room);
		if (n < 0)
			return n;
		r->nids += n;
		if ((size_t) n < room)
			return 0;

		ids = reallocarray(r->ids, r->idspace * 2, sizeof(*ids));
		if (!ids)
			return -ENOMEM;
		r->ids = ids;
		r->idspace *= 2;
	}
}

static int alloc_reader(struct reader *r)
{
	r->bufsiz = STATMOUNT_BUFSIZ;
	r->buf = malloc(r->bufsiz);
	r->idspace = LISTMOUNT_NIDS;
	r->ids = malloc(r->idspace * sizeof(*r->ids));

	return r->buf && r->ids ? 0 : -ENOMEM;
}

static void free_reader(struct reader *r)
{
	free(r->buf);
	free(r->ids);
}

static int stat_mount(struct reader *r, uint64_t mnt_id, uint64_t mask)
{
	for (;;) {
		struct ul_statmount *buf;
		int rc;

		if (r->nsfd > 0)
			rc = ul_statmount_nsfd(mnt_id, r->nsfd, mask, r->buf, r->bufsiz);
		else
			rc = ul_statmount(mnt_id, r->ns_id, mask, r->buf, r->bufsiz, 0);
		if (rc == 0)
			return 0;
		if (errno != EOVERFLOW || r->bufsiz >= STATMOUNT_MAXBUFSIZ)
			return -errno;

		/* the kernel gives no hint how much it is */
		buf = realloc(r->buf, r->bufsiz * 2);
		if (!buf)
			return -ENOMEM;
		r->buf = buf;
		r->bufsiz *= 2;
	}
}

static void choose_access(struct reader *r, const struct nsref *ref)
{
	if (ref && ref->kind != NSREF_SELF) {
		r->nsfd = ref->fd;
		r->ns_id = ref->id;
	}
}

/*
 * Lists the visible mounts and finds out how this kernel takes a namespace: by
 * fd (which needs no privilege), or else by id. The caller's own is neither.
 */
static int list_visible(struct reader *r, const struct nsref *ref)
{
	unsigned int nr;
	int rc;

	choose_access(r, ref);

	rc = list_ids(r, UL_LSMT_ROOT);
	if (rc == -EINVAL && r->nsfd > 0) {
		r->nsfd = -1;
		if (!r->ns_id)
			return -ENOSYS;
		rc = list_ids(r, UL_LSMT_ROOT);
	}

	/* the answer where the namespace has no mount but its immutable root */
	if (rc == -ENOENT && ref &&
	    (r->nsfd > 0 || (ref->fd > 0 && ns_get_nr_mounts(ref->fd, &nr) == 0 && nr == 0)))
		return 0;

	/* a request with a namespace is too long before Linux 6.11 */
	return rc == -E2BIG || rc == -EINVAL ? -ENOSYS : rc;
}

/*
 * Lists all mounts in place of the visible ones. The real root is its own
 * parent, nobody has it as "/", and all others are below it.
 */
static int list_all(struct reader *r)
{
	uint64_t id;
	int rc;

	if (!r->nids)
		return 0;

	id = r->ids[0];
	for (;;) {
		rc = stat_mount(r, id, UL_STATMOUNT_MNT_BASIC);
		if (rc)
			return rc;
		if (r->buf->mnt_parent_id == id)
			break;
		id = r->buf->mnt_parent_id;
	}

	r->ids[0] = id;
	r->nids = 1;
	return list_ids(r, id);
}

/*
 * A mount that was unmounted, or moved out of reach, since it was listed is left
 * out. When none may be looked at, that is another matter.
 */
static int stat_all(struct mnttab *tab, struct reader *r)
{
	static const struct mnt_entry none;
	const struct mnt_entry *prev = &none;
	size_t i, denied = 0;

	if (!r->nids)
		return 0;
	if (r->nids >= MNTTAB_NONE)
		return -EOVERFLOW;
	tab->mounts = calloc(r->nids, sizeof(*tab->mounts));
	if (!tab->mounts)
		return -ENOMEM;

	for (i = 0; i < r->nids; i++) {
		struct mnt_entry *mnt = &tab->mounts[tab->nmounts];
		uint64_t ask = r->seen ? 0 : UL_STATMOUNT_SUPPORTED_MASK;
		int rc = stat_mount(r, r->ids[i], r->mask | ask);

		denied += rc == -EPERM;
		if (rc == -ENOENT || rc == -EPERM)
			continue;
		if (rc)
			return rc;
		if (r->buf->mask & UL_STATMOUNT_SUPPORTED_MASK)
			r->supported = r->buf->supported_mask;
		r->seen |= r->buf->mask;

		rc = mnttab_fill_entry(tab, mnt, r->buf, prev);
		if (rc)
			return rc;
		mnt->id = r->ids[i];
		if (mnt->source && mnt->source != prev->source &&
		    strcmp(mnt->source, MNTTAB_ROOT_DEVICE) == 0)
			r->has_root_device = 1;
		prev = mnt;
		tab->nmounts++;
	}
	if (denied == r->nids)
		return -EPERM;
	return r->has_root_device ? mnttab_name_root_device(tab) : 0;
}

/*
 * The fields that were asked for and that this kernel does not have. Before
 * Linux 6.15 it does not say; a field that no mount has is then taken for one.
 */
static uint64_t missing_fields(const struct reader *r)
{
	if (!r->seen)
		return 0;
	return r->mask & ~(r->supported ? r->supported : STATMOUNT_BASE_MASK | r->seen);
}

/* The mask for the kernel: without the bits that are mnttab's own. */
static uint64_t kernel_mask(uint64_t mask)
{
	if (mask & MNTTAB_STACK)
		mask |= UL_STATMOUNT_MNT_POINT;
	return (mask & ~MNTTAB_STACK) | UL_STATMOUNT_MNT_BASIC;
}

static int read_by_statmount(struct mnttab *tab, const struct nsref *ref, uint64_t mask,
			     unsigned int flags, struct diag *d)
{
	struct reader r = { .nsfd = -1, .mask = kernel_mask(mask) };
	int rc;

	rc = alloc_reader(&r);
	if (rc == 0) {
		rc = list_visible(&r, ref);
		tab->fallback = -rc;
	}
	if (rc == 0 && (flags & MNTTAB_ALL))
		rc = list_all(&r);
	if (rc == 0) {
		rc = stat_all(tab, &r);
		if (rc == -ENOSYS || rc == -EPERM)
			tab->fallback = -rc;
	}
	if (rc == 0 && (mask & MNTTAB_STACK))
		rc = mnttab_find_stacks(tab);
	tab->missing = missing_fields(&r);
	free_reader(&r);

	return rc ? diag_fail(d, rc == -ENOMEM ? DIAG_MEMORY : DIAG_MNT_LIST, -rc,
			      ns_name(ref)) : 0;
}

/* What mountinfo cannot tell, or may not be asked, stays unknown. */
static void patch_missing(struct mnttab *tab, const struct nsref *ref)
{
	struct diag d = { .step = DIAG_NONE };

	if (tab->missing && tab->nmounts)
		mnttab_patch_mountinfo(tab, ref, tab->missing, &d);
	diag_reset(&d);
}

/*
 * mnttab_read:
 * @tab: filled in; the caller frees it with mnttab_free(), also after an error
 * @ref: namespace; NULL is the caller's own
 * @mask: UL_STATMOUNT_* and MNTTAB_STACK, the fields of mnt_entry that are wanted
 * @flags: MNTTAB_ALL or 0
 * @d: filled in on error
 *
 * Without MNTTAB_ALL the table holds what can be reached from the visible root
 * (from the caller's root, for the own namespace). A namespace whose mounts are
 * all gone gives an empty table. tab->fallback and tab->patched tell what did
 * not come from statmount(2), and tab->missing what stays unknown.
 *
 * Returns: 0 or -errno. See statmount(2), listmount(2), and fs/namespace.c.
 */
int mnttab_read(struct mnttab *tab, const struct nsref *ref, uint64_t mask,
		unsigned int flags, struct diag *d)
{
	const char *name = ns_name(ref);
	struct diag second = { .step = DIAG_NONE };
	int rc, err;

	memset(tab, 0, sizeof(*tab));
	tab->root = MNTTAB_NONE;

	rc = read_by_statmount(tab, ref, mask, flags, d);
	if (rc == 0) {
		patch_missing(tab, ref);
		return 0;
	}
	if (!tab->fallback || rc == -ENOMEM)
		return rc;
	if (flags & MNTTAB_ALL)
		return rc == -ENOSYS ? diag_fail_nosys(d, DIAG_MNT_LIST, ENOSYS, name,
					_("listmount(2), which alone shows hidden mounts")) : rc;

	/*
	 * Neither call is there, or a seccomp filter answers in its place, or the
	 * kernel wants a privilege where mountinfo of a process may be readable.
	 */
	err = tab->fallback;
	mnttab_free(tab);
	tab->root = MNTTAB_NONE;
	tab->fallback = err;
	tab->missing = mask & ~MNTTAB_MOUNTINFO_MASK;
	rc = mnttab_read_mountinfo(tab, ref, &second);
	if (rc == 0 || err == ENOSYS) {
		diag_reset(d);
		*d = second;
		return rc;
	}
	diag_reset(&second);
	return -err;
}

/* The mount and all that is below it; none when it is not in the namespace. */
static int list_below(struct reader *r, const struct nsref *ref, uint64_t id)
{
	int rc;

	/* the kernel calls it invalid, as it calls a request that it does not know */
	if (id <= MIN_UNIQUE_ID)
		return 0;

	choose_access(r, ref);
	r->ids[0] = id;
	r->nids = 1;

	rc = list_ids(r, id);
	if (rc == -EINVAL && r->nsfd > 0 && r->ns_id) {
		r->nsfd = -1;
		rc = list_ids(r, id);
	}
	if (rc == -ENOENT) {
		r->nids = 0;
		return 0;
	}
	return rc == -E2BIG || rc == -EINVAL ? -ENOSYS : rc;
}

/*
 * mnttab_read_below:
 * @tab: filled in with a mount and all mounts below it, or none when it is not
 *	in the namespace
 * @id: 64-bit id of the mount
 *
 * No other mounts are asked for. Needs listmount(2); a mount that cannot be
 * reached needs CAP_SYS_ADMIN over the namespace. Other arguments and return value
 * as for mnttab_read().
 */
int mnttab_read_below(struct mnttab *tab, const struct nsref *ref, uint64_t id,
		      uint64_t mask, struct diag *d)
{
	struct reader r = { .nsfd = -1, .mask = kernel_mask(mask) };
	int rc;

	memset(tab, 0, sizeof(*tab));
	tab->root = MNTTAB_NONE;

	rc = alloc_reader(&r);
	if (rc == 0)
		rc = list_below(&r, ref, id);
	if (rc == 0)
		rc = stat_all(tab, &r);
	if (rc == 0 && (mask & MNTTAB_STACK))
		rc = mnttab_find_stacks(tab);
	tab->missing = missing_fields(&r);
	free_reader(&r);

	if (rc == -ENOSYS)
		return diag_fail_nosys(d, DIAG_MNT_LIST, ENOSYS, ns_name(ref),
				       _("listmount(2), which alone knows mounts by id"));
	if (rc)
		return diag_fail(d, rc == -ENOMEM ? DIAG_MEMORY : DIAG_MNT_LIST, -rc,
				 ns_name(ref));
	patch_missing(tab, ref);
	return 0;
}

/*
 * What lies below and on a mount that is alone in its table, as
 * mnttab_find_stacks() finds it among all. What is on it can be anywhere among
 * the mounts below it in the tree.
 */
static int find_own_stack(struct mnttab *tab, struct reader *r)
{
	struct mnt_entry *mnt = tab->mounts;
	const uint64_t mask = UL_STATMOUNT_MNT_BASIC | UL_STATMOUNT_MNT_POINT;
	size_t i;
	int rc;

	if (!tab->nmounts || !mnt->target)
		return 0;

	if (mnt->parent != mnt->id && stat_mount(r, mnt->parent, mask) == 0 &&
	    mnttab_is_at(r->buf, mnt->target))
		mnt->below = mnt->parent;

	r->nids = 0;
	rc = list_ids(r, mnt->id);
	for (i = 0; rc == 0 && !mnt->above && i < r->nids; i++) {
		if (stat_mount(r, r->ids[i], mask) == 0 &&
		    r->buf->mnt_parent_id == mnt->id && mnttab_is_at(r->buf, mnt->target))
			mnt->above = r->ids[i];
	}
	/* unmounted meanwhile */
	return rc == -ENOENT || rc == -EPERM ? 0 : rc;
}

/*
 * mnttab_read_mount:
 * @tab: filled in with one mount, or none when it is gone
 * @id: 64-bit id of the mount
 *
 * Other arguments and return value as for mnttab_read(); needs statmount(2).
 */
int mnttab_read_mount(struct mnttab *tab, const struct nsref *ref, uint64_t id,
		      uint64_t mask, struct diag *d)
{
	struct reader r = { .nsfd = -1, .mask = kernel_mask(mask) };
	int rc;

	memset(tab, 0, sizeof(*tab));
	tab->root = MNTTAB_NONE;

	rc = alloc_reader(&r);
	if (rc == 0) {
		choose_access(&r, ref);
		r.ids[r.nids++] = id;
		rc = stat_all(tab, &r);
	}
	if (rc == -EINVAL && r.nsfd > 0 && r.ns_id) {
		mnttab_free(tab);
		r.nsfd = -1;
		rc = stat_all(tab, &r);
	}
	if (rc == 0 && (mask & MNTTAB_STACK))
		rc = find_own_stack(tab, &r);
	tab->missing = missing_fields(&r);
	free_reader(&r);
	if (rc)
		return diag_fail(d, DIAG_MNT_STAT, -rc, ns_name(ref));

	patch_missing(tab, ref);
	return 0;
}
