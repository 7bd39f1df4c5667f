/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nsreplace - exchange mounts in the namespace that the caller has entered
 *
 * The server of the mount that is replaced may be dead, and whoever asks it for
 * anything waits for ever. An O_PATH fd of its root, statx(2) for what the kernel
 * knows itself, and the system calls that mount and unmount ask it for nothing.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "c.h"
#include "detached.h"
#include "diagnose.h"
#include "mountapi.h"
#include "nls.h"
#include "nspath.h"
#include "nsreplace.h"

static int fail_open(const struct nsreplace *r, int err, struct diag *d)
{
	/* the kernel finds nothing to mount on, or beneath, where the root itself is gone */
	if (err == ESTALE)
		return diag_fail_cause(d, DIAG_REPLACE, err, r->target,
				_("mntns detach unmounts it, mntns attach mounts another"),
				_("the root of the old mount does not exist on its server any more"));
	return diag_fail_cause(d, DIAG_REPLACE, err, r->target, NULL, "%s",
			       diag_cause(DIAG_TARGET_OPEN, err));
}

static int identify(struct nsreplace *r, int rootfd, struct diag *d)
{
	int rc = mnt_is_root_of_mount(r->fd, "", AT_EMPTY_PATH);
	uint64_t rootid;
	dev_t dev;

	if (rc == 0)
		return diag_fail_cause(d, DIAG_REPLACE, EINVAL, r->target,
				       _("mntns attach mounts there"), _("not a mount point"));
	if (rc == 1)
		rc = mnt_identify(r->fd, &r->id, &r->dev);
	if (!rc)
		rc = mnt_identify(rootfd, &rootid, &dev);
	if (!rc && rootid == r->id)
		return diag_fail_cause(d, DIAG_REPLACE, EINVAL, r->target, NULL,
				       _("it is the root of the namespace"));
	return rc ? diag_fail(d, DIAG_REPLACE, -rc, r->target) : 0;
}

/*
 * nsreplace_find:
 * @r: filled in; the caller calls nsreplace_close() after success
 * @rootfd: root of the namespace that the caller is in; bound of the lookup
 * @target: mount point, not the root
 * @d: failure
 *
 * Returns: 0, or -errno with @d set.
 */
int nsreplace_find(struct nsreplace *r, int rootfd, const char *target, struct diag *d)
{
	int rc;

	*r = (struct nsreplace) { .target = target };
	r->fd = nspath_open(rootfd, target, O_PATH);
	if (r->fd < 0)
		return fail_open(r, -r->fd, d);
	rc = identify(r, rootfd, d);
	if (rc)
		nsreplace_close(r);
	return rc;
}

/* 0 when the mount is still the topmost at its place, or -errno. */
static int check_on_top(const struct nsreplace *r, int rootfd)
{
	uint64_t id;
	dev_t dev;
	int rc, fd = nspath_open(rootfd, r->target, O_PATH);

	if (fd < 0)
		return fd;
	rc = mnt_identify(fd, &id, &dev);
	close(fd);
	return rc ? rc : id == r->id ? 0 : -EBUSY;
}

/* The kernel takes the topmost mount there, and does not look at it. */
static int unmount_top(const struct nsreplace *r, int rootfd, const char *name)
{
	int rc = check_on_top(r, rootfd);

	if (!rc && umount2(name, MNT_DETACH | UMOUNT_NOFOLLOW) < 0)
		rc = -errno;
	return rc;
}

/* The old mount is unmounted by name, in the directory that is the working directory. */
static int exchange(const struct nsreplace *r, int rootfd, int treefd, const char *name,
		    struct diag *d)
{
	int rc = detached_attach_beneath(treefd, r->fd, r->target, d);

	if (rc)
		return rc;
	rc = unmount_top(r, rootfd, name);
	if (rc)
		diag_fail(d, DIAG_REPLACE_DROP, -rc, r->target);
	return rc;
}

static int fail_no_beneath(const struct nsreplace *r, struct diag *d)
{
	int rc = diag_fail_nosys(d, DIAG_REPLACE, ENOSYS, r->target,
				 _("MOVE_MOUNT_BENEATH (Linux 6.5)"));

	d->remedy = strdup(_("--overmount mounts over the old mount, which stays below"));
	return rc;
}

/*
 * nsreplace_put:
 * @r: from nsreplace_find()
 * @rootfd: as there
 * @treefd: detached mount
 * @overmount: where the kernel cannot mount beneath another mount (before Linux
 *	6.5), mount over it instead, and leave it
 * @d: failure
 *
 * Mounts beneath the old mount and unmounts that, lazily, with all below it: at
 * no moment is nothing mounted there. If it cannot be unmounted, the new mount
 * stays beneath it, from where it cannot be taken.
 *
 * Returns: 0, or -errno with @d set. The working directory may then be @rootfd.
 */
int nsreplace_put(const struct nsreplace *r, int rootfd, int treefd, int overmount,
		  struct diag *d)
{
	char *name = NULL;
	int dirfd, rc;

	if (!mnt_has_beneath())
		return overmount ? detached_attach(treefd, r->fd, r->target, d) :
				   fail_no_beneath(r, d);

	/* what can fail without harm comes first */
	dirfd = nspath_open_parent(rootfd, r->target, &name);
	if (dirfd < 0)
		return fail_open(r, -dirfd, d);
	rc = fchdir(dirfd) < 0 ? fail_open(r, errno, d) : exchange(r, rootfd, treefd, name, d);
	/* not to hold what may be unmounted next; nothing depends on it */
	ignore_result(fchdir(rootfd));
	close(dirfd);
	free(name);
	return rc;
}

void nsreplace_close(struct nsreplace *r)
{
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
}
