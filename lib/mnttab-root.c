/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mnttab-root - the visible root of a mount namespace
 *
 * Several mounts can be stacked on "/". On kernels whose real root is nullfs a
 * system that was started from an initramfs has two in each namespace.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "diagnose.h"
#include "mnttab.h"
#include "mountapi.h"
#include "nsref.h"
#include "pathnames.h"

/* The topmost of the mounts on "/": to that setns(2) leads. */
static int find_root(struct mnttab *all, const struct nsref *ref, uint64_t *id, struct diag *d)
{
	uint32_t n = all->root;

	while (n != MNTTAB_NONE) {
		const struct mnt_entry *mnt = &all->mounts[n];
		struct mnttab one;
		int rc;

		/* the base is on no other visible mount, what is on it can be anywhere */
		if (mnt->up != MNTTAB_NONE) {
			rc = mnttab_read_mount(&one, ref, mnt->id, UL_STATMOUNT_MNT_POINT, d);
			if (rc == 0 && (!one.nmounts || !one.mounts->target ||
					strcmp(one.mounts->target, "/") != 0))
				rc = 1;
			mnttab_free(&one);
			if (rc < 0)
				return rc;
			if (rc) {
				n = mnt->next;
				continue;
			}
		}
		*id = mnt->id;
		n = mnt->child;
	}
	return 0;
}

/*
 * What a process inside has as "/" is the answer where it is mounted there, that
 * is, unless the process lives in a chroot. Saves looking at all mounts.
 */
static int read_member_root(struct mnttab *tab, const struct nsref *ref, uint64_t mask,
			    struct diag *d)
{
	char path[sizeof(_PATH_PROC "//root") + 3 * sizeof(pid_t)];
	uint64_t id;

	if (ref->pid <= 0)
		return 0;
	snprintf(path, sizeof(path), _PATH_PROC "/%d/root", (int) ref->pid);
	if (mnt_unique_id(AT_FDCWD, path, 0, &id) != 0)
		return 0;

	if (mnttab_read_mount(tab, ref, id, mask | UL_STATMOUNT_MNT_POINT, d) == 0 &&
	    tab->nmounts && tab->mounts->target && strcmp(tab->mounts->target, "/") == 0)
		return 1;
	mnttab_free(tab);
	return 0;
}

/* From mountinfo everything is there already: leaves one mount in the table. */
static void keep_root(struct mnttab *tab)
{
	uint32_t i, root = MNTTAB_NONE;

	for (i = 0; i < tab->nmounts; i++) {
		if (tab->mounts[i].target && strcmp(tab->mounts[i].target, "/") == 0)
			root = i;
	}
	if (root != MNTTAB_NONE)
		tab->mounts[0] = tab->mounts[root];
	tab->nmounts = root != MNTTAB_NONE;
}

/*
 * mnttab_read_root:
 * @tab: filled in with one mount, the visible root: what "/" is after setns(2);
 *	or none, where all is unmounted
 *
 * Other arguments and return value as for mnttab_read(), but @ref is not NULL.
 */
int mnttab_read_root(struct mnttab *tab, const struct nsref *ref, uint64_t mask,
		     struct diag *d)
{
	struct mnttab all;
	uint64_t id = 0;
	int rc;

	if (read_member_root(tab, ref, mask, d))
		return 0;

	rc = mnttab_read(&all, ref, UL_STATMOUNT_MNT_BASIC, 0, d);
	if (rc == 0 && all.fallback) {
		keep_root(&all);
		*tab = all;
		return 0;
	}
	memset(tab, 0, sizeof(*tab));
	if (rc == 0 && mnttab_build_tree(&all) != 0)
		rc = diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);
	if (rc == 0)
		rc = find_root(&all, ref, &id, d);
	mnttab_free(&all);
	if (rc == 0 && id)
		rc = mnttab_read_mount(tab, ref, id, mask, d);
	return rc;
}
