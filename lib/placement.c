/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * placement - put a detached mount in its place, so that it can be undone
 */
#include <errno.h>
#include <unistd.h>

#include "detached.h"
#include "diagnose.h"
#include "mountapi.h"
#include "nls.h"
#include "nsumount.h"
#include "placement.h"

static int make_file(struct placement *p, int rootfd, struct diag *d)
{
	int fd;

	if (!p->touch)
		return diag_fail_cause(d, DIAG_TARGET_OPEN, ENOENT, p->target,
				       _("--touch creates a missing file"), "%s",
				       diag_cause(DIAG_TARGET_OPEN, ENOENT));

	fd = nspath_touch(rootfd, p->target, p->mkdir, p->mode, &p->made);
	if (fd == -ENOENT && !p->mkdir)
		return diag_fail_cause(d, DIAG_TARGET_TOUCH, ENOENT, p->target,
				       _("--mkdir creates missing directories"),
				       "%s", diag_cause(DIAG_TARGET_OPEN, ENOENT));
	return fd < 0 ? diag_fail(d, DIAG_TARGET_TOUCH, -fd, p->target) : fd;
}

static int make_directory(struct placement *p, int rootfd, struct diag *d)
{
	int fd;

	if (!p->mkdir)
		return diag_fail(d, DIAG_TARGET_OPEN, ENOENT, p->target);

	fd = nspath_mkdirs(rootfd, p->target, p->mode, &p->made);
	return fd < 0 ? diag_fail(d, DIAG_TARGET_MKDIR, -fd, p->target) : fd;
}

/*
 * placement_find:
 * @p: what is to be put where
 * @rootfd: root of the namespace that the caller is in; bound of the lookup
 * @d: failure
 *
 * Opens the target, unless it is missing. Nothing is changed by that, so a caller
 * may be killed while it waits for the server of a filesystem on the way.
 *
 * Returns: 0, or -errno with @d set. In either case placement_undo() or
 * placement_close() is to follow.
 */
int placement_find(struct placement *p, int rootfd, struct diag *d)
{
	int fd = nspath_open(rootfd, p->target, O_PATH);

	if (fd < 0 && fd != -ENOENT)
		return diag_fail(d, DIAG_TARGET_OPEN, -fd, p->target);
	p->targetfd = fd < 0 ? -1 : fd;
	return 0;
}

/*
 * placement_make:
 * @p: after placement_find()
 * @rootfd: as there
 * @d: failure
 *
 * Makes a target that is missing, where @p says so. Whether it is a file or a
 * directory depends on what is put there.
 *
 * Returns: 0, or -errno with @d set.
 */
int placement_make(struct placement *p, int rootfd, struct diag *d)
{
	int fd;

	if (p->targetfd >= 0)
		return 0;
	if (p->beneath)
		return diag_fail_cause(d, DIAG_TARGET_OPEN, ENOENT, p->target, NULL,
				       "%s", diag_cause(DIAG_TARGET_OPEN, ENOENT));
	fd = mnt_is_directory(p->treefd) == 0 ? make_file(p, rootfd, d) :
						make_directory(p, rootfd, d);
	if (fd < 0)
		return fd;
	p->targetfd = fd;
	return 0;
}

/*
 * placement_put:
 * @p: with a target, see placement_make()
 * @d: failure
 *
 * Returns: 0, or -errno with @d set.
 */
int placement_put(struct placement *p, struct diag *d)
{
	int rc;

	if (p->beneath)
		rc = detached_attach_beneath(p->treefd, p->targetfd, p->target, d);
	else
		rc = detached_attach(p->treefd, p->targetfd, p->target, d);
	p->placed = rc == 0;
	return rc;
}

/* What somebody has mounted on it meanwhile is not ours to unmount. */
static int is_on_top(const struct placement *p, int rootfd)
{
	uint64_t own, top, root;
	int fd, rc = 1;

	fd = nspath_open(rootfd, p->target, O_PATH);
	if (fd < 0)
		return 1;
	/* what is on "/" cannot be seen from the root below it */
	if (mnt_unique_id(p->treefd, "", AT_EMPTY_PATH, &own) == 0 &&
	    mnt_unique_id(fd, "", AT_EMPTY_PATH, &top) == 0 &&
	    mnt_unique_id(rootfd, "", AT_EMPTY_PATH, &root) == 0)
		rc = top == own || top == root;
	close(fd);
	return rc;
}

/*
 * placement_undo:
 * @p: after placement_find(), perhaps put in place, though not beneath another
 *	mount: from there nothing can be unmounted as long as that is on it
 * @rootfd: as in placement_find()
 *
 * Unmounts it, and removes what was made for it. Several are undone the last
 * one first. The working directory may then be @rootfd.
 */
void placement_undo(struct placement *p, int rootfd)
{
	struct diag d = { .step = DIAG_NONE };

	if (p->placed && !p->beneath && is_on_top(p, rootfd))
		nsumount(rootfd, p->target, 1, &d);
	diag_reset(&d);
	p->placed = 0;
	nspath_undo_made(&p->made);
	placement_close(p);
}

/*
 * placement_close - closes what @p has open, and forgets how to undo it
 */
void placement_close(struct placement *p)
{
	nspath_free_made(&p->made);
	if (p->targetfd >= 0)
		close(p->targetfd);
	if (p->treefd >= 0)
		close(p->treefd);
	p->targetfd = p->treefd = -1;
}
