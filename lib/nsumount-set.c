/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nsumount-set - look before unmounting, and unmount exactly what was looked at
 *
 * umount2(2) takes a path, and unmounts what is on top there. So the mounts are
 * known by their ids, and before each one the table is asked whether its path
 * leads to it; nothing of the mounts themselves is touched for that, because
 * their servers may be dead.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "diagnose.h"
#include "mnttab.h"
#include "mountapi.h"
#include "nls.h"
#include "nspath.h"
#include "nsumount.h"
#include "reach.h"

#define SET_MASK	(UL_STATMOUNT_MNT_BASIC | UL_STATMOUNT_MNT_POINT)

int nsumount_set_has(const struct nsumount_set *set, uint64_t id)
{
	size_t i;

	for (i = 0; i < set->n; i++) {
		if (set->ids[i] == id)
			return 1;
	}
	return 0;
}

/* Returns: 0 or -ENOMEM. */
int nsumount_set_add(struct nsumount_set *set, uint64_t id)
{
	uint64_t *ids;

	if (nsumount_set_has(set, id))
		return 0;
	ids = reallocarray(set->ids, set->n + 1, sizeof(*ids));
	if (!ids)
		return -ENOMEM;
	set->ids = ids;
	set->ids[set->n++] = id;
	return 0;
}

static int is_below(const struct mnttab *tab, const struct mnt_entry *mnt,
		    const struct nsumount_set *set, size_t n)
{
	const struct nsumount_set given = { .ids = set->ids, .n = n };

	while (mnt->up != MNTTAB_NONE) {
		mnt = &tab->mounts[mnt->up];
		if (nsumount_set_has(&given, mnt->id))
			return 1;
	}
	return 0;
}

/* Adds all mounts below those in @set; @tab has its tree. */
int nsumount_set_add_below(struct nsumount_set *set, const struct mnttab *tab)
{
	size_t given = set->n;
	uint32_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < tab->nmounts; i++) {
		if (is_below(tab, &tab->mounts[i], set, given))
			rc = nsumount_set_add(set, tab->mounts[i].id);
	}
	return rc;
}

/* The mount of @tab with this id, or NULL. */
const struct mnt_entry *nsumount_find_id(const struct mnttab *tab, uint64_t id)
{
	uint32_t i;

	for (i = 0; i < tab->nmounts; i++) {
		if (tab->mounts[i].id == id)
			return &tab->mounts[i];
	}
	return NULL;
}

/* The child of @mnt that a walk along @path comes to first; or NULL. */
static const struct mnt_entry *find_first(const struct mnttab *tab, const struct mnt_entry *mnt,
					  const char *path)
{
	const struct mnt_entry *first = NULL;
	uint32_t n;

	for (n = mnt->child; n != MNTTAB_NONE; n = tab->mounts[n].next) {
		const struct mnt_entry *child = &tab->mounts[n];

		if (child->target && reach_below(path, child->target) &&
		    (!first || strlen(child->target) < strlen(first->target)))
			first = child;
	}
	return first;
}

/* From the root on, always to what is mounted over the way. */
static const struct mnt_entry *find_on_top(const struct mnttab *tab, const char *path)
{
	const struct mnt_entry *mnt = NULL, *next;

	if (tab->root != MNTTAB_NONE)
		next = &tab->mounts[tab->root];
	else
		next = NULL;
	while (next) {
		mnt = next;
		next = find_first(tab, mnt, path);
	}
	return mnt;
}

/* What the same target stands for the second time: the mount under the first. */
static const struct mnt_entry *find_under(const struct mnttab *tab, const struct mnt_entry *mnt,
					  const struct nsumount_set *set)
{
	while (mnt && nsumount_set_has(set, mnt->id)) {
		const struct mnt_entry *up = mnt->up == MNTTAB_NONE ? NULL : &tab->mounts[mnt->up];

		mnt = up && up->target && mnt->target && strcmp(up->target, mnt->target) == 0 ?
		      up : NULL;
	}
	return mnt;
}

static int is_in(int rootfd, const char *path, int dirfd)
{
	const char *name = strrchr(path, '/');
	char *dir = name && name > path ? strndup(path, name - path) : strdup("/");
	int fd = dir ? nspath_open(rootfd, dir, O_PATH) : -1;
	int rc = fd >= 0 && nsumount_is_same(fd, dirfd);

	if (fd >= 0)
		close(fd);
	free(dir);
	return rc;
}

/* Of a mount that cannot be opened, the topmost at @target, or NULL. */
static const struct mnt_entry *find_by_name(const struct mnttab *tab, int rootfd,
					    const char *target)
{
	const struct mnt_entry *found = NULL;
	char *name = NULL;
	int dirfd = nspath_open_parent(rootfd, target, &name);
	uint32_t i;

	for (i = 0; dirfd >= 0 && !found && i < tab->nmounts; i++) {
		const struct mnt_entry *mnt = &tab->mounts[i];
		const char *base = mnt->target ? strrchr(mnt->target, '/') : NULL;

		if (base && strcmp(base + 1, name) == 0 && is_in(rootfd, mnt->target, dirfd))
			found = find_on_top(tab, mnt->target);
	}
	if (dirfd >= 0)
		close(dirfd);
	free(name);
	return found;
}

/*
 * nsumount_check:
 * @rootfd: root of the namespace that the caller is in
 * @tab: its mounts as a tree, with ids and mount points; empty where the kernel
 *	does not tell them
 * @target: as for nsumount()
 * @flags: NSUMOUNT_LAZY
 * @set: the mount that nsumount() would take is added; with info, @tab is its
 * @d: failure
 *
 * Looks for what would make nsumount() fail, and changes nothing. Who uses the
 * mount, and whether it is locked, is not looked for.
 *
 * Returns: 0, or -errno with @d set.
 */
int nsumount_check(int rootfd, const struct mnttab *tab, const char *target,
		   unsigned int flags, struct nsumount_set *set, struct diag *d)
{
	const struct mnt_entry *mnt = NULL;
	uint64_t id;
	int rc = nsumount_is_root(rootfd, target);

	if (rc < 0)
		return nsumount_fail(rootfd, target, -rc, d);
	if (rc && !(flags & NSUMOUNT_LAZY))
		return nsumount_root(rootfd, target, 0, d);
	if (!rc) {
		rc = nsumount_parent(rootfd, target);
		if (rc)
			return nsumount_fail(rootfd, target, -rc, d);
		if (!nsumount_is_mountpoint(rootfd, target))
			return nsumount_fail(rootfd, target, EINVAL, d);
	}

	if (!tab->nmounts)
		return 0;
	rc = nsumount_target_id(rootfd, target, set->info, &id);
	if (!rc)
		mnt = nsumount_find_id(tab, id);
	else if (rc == -ESTALE)
		mnt = find_by_name(tab, rootfd, target);
	if (mnt && !(mnt = find_under(tab, mnt, set)))
		return diag_fail_cause(d, DIAG_DETACH, EINVAL, target, NULL,
				       _("not so many mounts are there"));
	return mnt && nsumount_set_add(set, mnt->id) ?
	       diag_fail(d, DIAG_MEMORY, ENOMEM, NULL) : 0;
}

static int fail_covered(const struct mnt_entry *mnt, struct diag *d)
{
	return diag_fail_cause(d, DIAG_DETACH, EBUSY, mnt->target ? mnt->target : "?", NULL,
			       _("something else is mounted over it"));
}

/*
 * nsumount_check_others:
 *
 * Returns: 0, or -EBUSY with @d set when a mount that is not in @set is below one
 * of it, or covers one.
 */
int nsumount_check_others(const struct mnttab *tab, const struct nsumount_set *set,
			  struct diag *d)
{
	const struct mnt_entry *top;
	uint32_t i;

	for (i = 0; i < tab->nmounts; i++) {
		const struct mnt_entry *mnt = &tab->mounts[i];

		if (nsumount_set_has(set, mnt->id)) {
			top = mnt->target ? find_on_top(tab, mnt->target) : NULL;
			if (!top || !nsumount_set_has(set, top->id))
				return fail_covered(mnt, d);
			continue;
		}
		if (mnt->up == MNTTAB_NONE || !nsumount_set_has(set, tab->mounts[mnt->up].id))
			continue;
		return diag_fail_cause(d, DIAG_DETACH, EBUSY, tab->mounts[mnt->up].target,
				_("--recursive unmounts them as well"),
				_("other mounts are below it"));
	}
	return 0;
}

static int read_table(struct mnttab *tab, struct diag *d)
{
	int rc = mnttab_read(tab, NULL, SET_MASK, 0, d);

	return rc == 0 && mnttab_build_tree(tab) != 0 ? diag_fail(d, DIAG_MEMORY, ENOMEM, NULL) : rc;
}

/* With another mount of its peer group, for example. */
static int is_gone(uint64_t id)
{
	struct ul_statmount sm;

	return ul_statmount(id, 0, UL_STATMOUNT_MNT_BASIC, &sm, sizeof(sm), 0) < 0 &&
	       errno == ENOENT;
}

enum outcome { COVERED, GONE, UNMOUNTED };	/* or -errno */

/*
 * A table that was read before is out of date after the first unmount: then the
 * path itself tells what is on top there. Where it cannot be opened, because its
 * server is gone, it is left to the table.
 */
static int look(int rootfd, const struct mnttab *tab, const struct mnt_entry *mnt,
		const struct mnttab *info)
{
	uint64_t id = 0;
	int rc = -ENOENT;

	if (info && mnt->target)
		rc = nsumount_target_id(rootfd, mnt->target, info, &id);
	if (!rc && id == mnt->id)
		return UNMOUNTED;
	if (info ? !nsumount_info_has(mnt) : is_gone(mnt->id))
		return GONE;
	return rc && mnt->target && find_on_top(tab, mnt->target) == mnt ? UNMOUNTED : COVERED;
}

static int umount_one(int rootfd, const struct mnttab *tab, const struct mnt_entry *mnt,
		      const struct mnttab *info, int lazy)
{
	int rc = look(rootfd, tab, mnt, info);

	if (rc != UNMOUNTED)
		return rc;
	if (strcmp(mnt->target, "/") == 0) {
		if (!lazy)
			return -EBUSY;
		return umount2("/", MNT_DETACH) == 0 ? UNMOUNTED : -errno;
	}
	rc = nsumount_confined(rootfd, mnt->target, lazy ? MNT_DETACH : 0);
	return rc ? rc : UNMOUNTED;
}

static int fail_one(int rootfd, const struct mnt_entry *mnt, int err, int lazy, struct diag *d)
{
	if (!err)
		return fail_covered(mnt, d);
	if (strcmp(mnt->target, "/") == 0)
		return nsumount_root(rootfd, mnt->target, lazy, d);
	return nsumount_fail(rootfd, mnt->target, err, d);
}

/* One pass, the youngest first: a mount is as a rule younger than what it is on. */
static int umount_table(int rootfd, const struct nsumount_set *set, const struct mnttab *tab,
			int lazy, size_t *left, struct diag *d)
{
	int rc, done = 0;
	uint32_t i;

	*left = 0;
	for (i = tab->nmounts; i > 0; i--) {
		const struct mnt_entry *mnt = &tab->mounts[i - 1];

		if (!nsumount_set_has(set, mnt->id))
			continue;
		rc = umount_one(rootfd, tab, mnt, set->info, lazy);
		done += rc == UNMOUNTED;
		if (rc <= COVERED && ++*left == 1) {
			diag_reset(d);
			fail_one(rootfd, mnt, -rc, lazy, d);
		}
	}
	return done;
}

/* The table is out of date after the first unmount; the next pass has a new one. */
static int umount_pass(int rootfd, const struct nsumount_set *set, int lazy, size_t *left,
		       struct diag *d)
{
	struct mnttab tab;
	int rc;

	if (set->info)
		return umount_table(rootfd, set, set->info, lazy, left, d);
	rc = read_table(&tab, d);
	if (rc == 0)
		rc = umount_table(rootfd, set, &tab, lazy, left, d);
	mnttab_free(&tab);
	return rc;
}

/* One that cannot be reached from the root is not in the table. */
static int check_gone(const struct nsumount_set *set, struct diag *d)
{
	char name[32];
	size_t i;

	for (i = 0; i < set->n; i++) {
		if (is_gone(set->ids[i]))
			continue;
		snprintf(name, sizeof(name), "%ju", (uintmax_t) set->ids[i]);
		return diag_fail_cause(d, DIAG_DETACH, ENOENT, name, NULL,
				       _("it cannot be reached from the root"));
	}
	return 0;
}

/*
 * nsumount_ids:
 * @rootfd: root of the namespace that the caller is in
 * @set: mounts of it; those that are gone already are no failure
 * @lazy: as for nsumount()
 * @d: failure of the first that is left
 *
 * Unmounts these mounts and no others. Needs statmount(2), or what set->info has.
 *
 * Returns: 0, or -errno with @d set.
 */
int nsumount_ids(int rootfd, const struct nsumount_set *set, int lazy, struct diag *d)
{
	size_t left;
	int rc;

	do
		rc = umount_pass(rootfd, set, lazy, &left, d);
	while (rc > 0 && left);

	if (rc < 0)
		return rc;
	if (left)
		return -d->err;
	diag_reset(d);
	return set->info ? 0 : check_gone(set, d);
}
