/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * holders - what keeps a mount, a filesystem, a part of it or a device busy
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "c.h"
#include "diagnose.h"
#include "holders.h"
#include "mountapi.h"
#include "reach.h"

#define HOLDERS_MASK \
	(UL_STATMOUNT_MNT_BASIC | UL_STATMOUNT_SB_BASIC | UL_STATMOUNT_MNT_ROOT | \
	 UL_STATMOUNT_MNT_POINT | UL_STATMOUNT_FS_TYPE | UL_STATMOUNT_SB_SOURCE | \
	 UL_STATMOUNT_MNT_OPTS | UL_STATMOUNT_PROPAGATE_FROM)

static int fail_memory(struct diag *d)
{
	return diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);
}

/*
 * The namespaces and their mounts
 */
static int collect_namespaces(struct holders *h, const struct nsref *self)
{
	size_t i;

	h->own = HOLDERS_NONE;
	h->ns = calloc(h->iter.n + 1, sizeof(*h->ns));
	if (!h->ns)
		return -ENOMEM;

	for (i = 0; i < h->iter.n; i++) {
		const struct nsiter_ns *info = &h->iter.ns[i];
		struct holders_ns *ns = &h->ns[h->nns++];

		ns->info = info;
		ns->ref = (struct nsref) {
			.kind = NSREF_ID,
			.fd = info->fd,
			.pid = info->pid,
			.ino = info->ino,
			.id = info->id
		};
		snprintf(ns->name, sizeof(ns->name), info->id ? ":%ju" : "%ju",
			 info->id ? (uintmax_t) info->id : (uintmax_t) info->pid);
		ns->ref.name = ns->name;
		if (info->ino == self->ino && info->id == self->id) {
			/* asked about as such: it can be seen from a chroot */
			ns->ref.kind = NSREF_SELF;
			ns->own = 1;
			h->own = h->nns - 1;
		}
	}
	return 0;
}

/* Hidden mounts hold like others, but not everybody may see them. */
static int read_mounts(struct holders_ns *ns, struct diag *d)
{
	int rc = mnttab_read(&ns->tab, &ns->ref, HOLDERS_MASK, MNTTAB_ALL, d);

	if (rc && rc != -ENOMEM) {
		mnttab_free(&ns->tab);
		diag_reset(d);
		rc = mnttab_read(&ns->tab, &ns->ref, HOLDERS_MASK, 0, d);
	}
	if (rc == -ENOMEM || (rc == 0 && mnttab_build_tree(&ns->tab) != 0))
		return fail_memory(d);
	return rc;
}

static int read_namespaces(struct holders *h, struct diag *d)
{
	uint32_t i;

	for (i = 0; i < h->nns; i++) {
		int rc = read_mounts(&h->ns[i], d);

		if (rc == -ENOMEM || (rc && h->ns[i].own))
			return rc;
		if (rc) {
			h->ns[i].err = -rc;
			h->nunread++;
			mnttab_free(&h->ns[i].tab);
			diag_reset(d);
		}
		h->nmounts += h->ns[i].tab.nmounts;
	}
	return 0;
}

/*
 * Of other namespaces mountinfo may be all that there is: before Linux 6.11, or
 * for a caller without privileges.
 */
static void find_ids(struct holders *h)
{
	uint32_t ns, i;

	h->unique_ids = 1;
	for (ns = 0; ns < h->nns; ns++) {
		const struct mnttab *tab = &h->ns[ns].tab;

		for (i = 0; i < tab->nmounts; i++) {
			if (tab->mounts[i].id)
				h->some_ids = 1;
			else
				h->unique_ids = 0;
		}
	}
}

/* No 64-bit id is as small as one of mountinfo: both can be in one index. */
static int index_mount(struct holders *h, const struct mnt_entry *mnt, uint32_t n)
{
	int rc = 0;

	if (mnt->id)
		rc = idhash_add(&h->by_id, mnt->id, n);
	if (rc == 0 && !h->unique_ids)
		rc = idhash_add(&h->by_id, mnt->id_old, n);
	return rc;
}

static int index_mounts(struct holders *h)
{
	uint32_t ns, i, n = 0;
	int rc = 0;

	find_ids(h);
	h->mounts = calloc(h->nmounts + 1, sizeof(*h->mounts));
	if (!h->mounts)
		return -ENOMEM;
	for (ns = 0; ns < h->nns; ns++) {
		const struct mnttab *tab = &h->ns[ns].tab;

		for (i = 0; rc == 0 && i < tab->nmounts; i++, n++) {
			h->mounts[n] = (struct holders_mount) { .ns = ns, .mnt = i };
			rc = index_mount(h, &tab->mounts[i], n);
		}
	}
	return rc;
}

/*
 * holders_open:
 * @h: filled in; the caller frees it with holders_free(), also after an error
 * @nsiter_flags: NSITER_*, what is to be known about the namespaces
 * @d: failure
 *
 * Finds the namespaces and reads their mounts.
 *
 * Returns: 0 or -errno.
 */
int holders_open(struct holders *h, unsigned int nsiter_flags, struct diag *d)
{
	struct nsref self;
	int rc;

	memset(h, 0, sizeof(*h));
	rc = nsref_open_self(&self, d);
	if (rc)
		return rc;
	rc = nsiter_scan(&h->iter, nsiter_flags, d);
	if (rc == 0 && collect_namespaces(h, &self) != 0)
		rc = fail_memory(d);
	if (rc == 0 && h->own == HOLDERS_NONE)
		rc = diag_fail(d, DIAG_NS_LIST, ENOENT, NULL);
	if (rc == 0)
		rc = read_namespaces(h, d);
	if (rc == 0 && index_mounts(h) != 0)
		rc = fail_memory(d);
	nsref_close(&self);
	return rc;
}

/* The mount with this id, 64-bit or as in mountinfo, as @h has them; or NULL. */
const struct holders_mount *holders_find_id(const struct holders *h, uint64_t id)
{
	uint32_t n = idhash_find(&h->by_id, id);

	return n == IDHASH_NONE ? NULL : &h->mounts[n];
}

/* The mount that is on top at @path in a namespace, by the names alone; or NULL. */
const struct mnt_entry *holders_find_path(const struct holders *h, uint32_t ns,
					  const char *path)
{
	const struct mnttab *tab = &h->ns[ns].tab;
	const struct mnt_entry *best = NULL;
	uint32_t i;

	for (i = 0; i < tab->nmounts; i++) {
		const struct mnt_entry *mnt = &tab->mounts[i];

		if (!mnt->target || !reach_below(path, mnt->target))
			continue;
		if (!best || strlen(mnt->target) > strlen(best->target) ||
		    (strcmp(mnt->target, best->target) == 0 && mnt->up == best - tab->mounts))
			best = mnt;
	}
	return best;
}

/*
 * What matches
 */
dev_t holders_mnt_dev(const struct mnt_entry *mnt)
{
	return makedev(mnt->dev_major, mnt->dev_minor);
}

int holders_has_dev(const struct holders_subject *s, dev_t dev)
{
	size_t i;

	for (i = 0; i < s->ndevs; i++) {
		if (s->devs[i] == dev)
			return 1;
	}
	return 0;
}

/* A filesystem with several devices, such as btrfs, has none of their numbers. */
static int is_filesystem(const struct holders_subject *s, const struct mnt_entry *mnt)
{
	if (s->source && mnt->source && strcmp(s->source, mnt->source) == 0)
		return 1;
	return s->scope != HOLDERS_SOURCE && holders_has_dev(s, holders_mnt_dev(mnt));
}

static int is_in_dir(const struct holders_subject *s, const char *root, const char *rest)
{
	size_t len = strcmp(root, "/") == 0 && *rest == '/' ? 0 : strlen(root);
	char *path;
	int rc;

	if (!s->dir || strcmp(s->dir, "/") == 0 || reach_below(root, s->dir))
		return 1;
	path = malloc(len + strlen(rest) + 1);
	if (!path)
		return 0;
	memcpy(path, root, len);
	strcpy(path + len, rest);
	rc = reach_below(path, s->dir) != NULL;
	free(path);
	return rc;
}

/* Does the mount show what was asked about, and nothing else? */
int holders_shows(const struct holders_subject *s, const struct mnt_entry *mnt)
{
	if (s->scope == HOLDERS_MOUNT)
		return mnt == s->here;
	return is_filesystem(s, mnt) && (!s->dir || strcmp(s->dir, "/") == 0 ||
					 (mnt->root && reach_below(mnt->root, s->dir)));
}

/*
 * holders_match:
 * @ref: something that is open
 *
 * Returns: 1 when it is in what was asked about, 2 when it may be, 0 when not.
 */
int holders_match(const struct holders_subject *s, const struct holders_ref *ref)
{
	const struct mnt_entry *mnt = ref->mnt;
	const char *rest = NULL;

	if (s->scope == HOLDERS_MOUNT)
		return mnt && mnt == s->here;
	if (mnt) {
		if (!is_filesystem(s, mnt))
			return 0;
		if (mnt->target && ref->path)
			rest = reach_below(ref->path, mnt->target);
		return is_in_dir(s, mnt->root ? mnt->root : "/", rest ? rest : "");
	}
	if (!holders_has_dev(s, ref->dev))
		return 0;
	if (s->scope != HOLDERS_TREE || strcmp(s->dir, "/") == 0)
		return 1;
	/* the path is that on the detached mount */
	if (!ref->path || !is_in_dir(s, ref->root ? ref->root : "/", ref->path))
		return 0;
	return ref->root ? 1 : 2;
}

struct holder *holders_add(struct holders *h, const struct holder *found)
{
	if (h->nfound == h->allocated) {
		size_t n = h->allocated ? h->allocated * 2 : 64;
		struct holder *bigger = reallocarray(h->found, n, sizeof(*bigger));

		if (!bigger)
			return NULL;
		h->found = bigger;
		h->allocated = n;
	}
	h->found[h->nfound] = *found;
	return &h->found[h->nfound++];
}

/* qsort(3) hands nothing on to its callback */
static uint32_t own_ns;

/* mounts, the caller's first; processes; devices and overlays */
static int cmp_found(const void *a, const void *b)
{
	const struct holder *x = a, *y = b;
	int rc = cmp_numbers(x->subject, y->subject);

	if (!rc)
		rc = cmp_numbers(x->kind > HOLDER_PIN, y->kind > HOLDER_PIN);
	if (!rc && x->kind <= HOLDER_PIN) {
		rc = cmp_numbers(x->ns != own_ns, y->ns != own_ns);
		if (!rc)
			rc = cmp_numbers(x->ns, y->ns);
		return rc ? rc : cmp_numbers(x->mnt, y->mnt);
	}
	if (!rc)
		rc = cmp_numbers(x->kind > HOLDER_FD, y->kind > HOLDER_FD);
	if (!rc)
		rc = cmp_numbers(x->pid, y->pid);
	if (!rc)
		rc = cmp_numbers(x->kind, y->kind);
	if (!rc)
		rc = cmp_numbers(x->fd, y->fd);
	return rc ? rc : strcmp(x->path ? x->path : "", y->path ? y->path : "");
}

/*
 * holders_scan:
 *
 * Fills in h->found with what holds, sorted: mounts, processes, devices.
 *
 * Returns: 0 or -errno.
 */
int holders_scan(struct holders *h, struct diag *d)
{
	int rc = holders_find_mounts(h);

	if (rc == 0)
		rc = holders_find_processes(h);
	if (rc)
		return diag_fail(d, rc == -ENOMEM ? DIAG_MEMORY : DIAG_HOLDERS, -rc,
				 h->nsubjects ? h->subjects[0].name : NULL);
	own_ns = h->own;
	if (h->nfound)
		qsort(h->found, h->nfound, sizeof(*h->found), cmp_found);
	return 0;
}

void holders_free(struct holders *h)
{
	size_t i;

	for (i = 0; i < h->nfound; i++)
		free(h->found[i].path);
	free(h->found);
	for (i = 0; i < h->nsubjects; i++) {
		free(h->subjects[i].dir);
		free(h->subjects[i].source);
		free(h->subjects[i].devs);
	}
	free(h->subjects);
	for (i = 0; i < h->nns; i++)
		mnttab_free(&h->ns[i].tab);
	free(h->ns);
	free(h->mounts);
	free(h->stuck);
	idhash_free(&h->by_id);
	nsiter_free(&h->iter);
	memset(h, 0, sizeof(*h));
}
