/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nsjoin - enter a mount namespace
 */
#include <errno.h>
#include <unistd.h>

#include "diagnose.h"
#include "mountapi.h"
#include "namespace.h"
#include "nls.h"
#include "nsjoin.h"
#include "nspath.h"
#include "nsref.h"
#include "userns.h"

#ifdef __SANITIZE_ADDRESS__
/*
 * LeakSanitizer looks at the threads of the process in /proc when it ends, and
 * dies where there is none, as in many a tree. It asks this function before.
 */
int __lsan_is_turned_off(void);

int __lsan_is_turned_off(void)
{
	return access("/proc/self/task", F_OK) != 0;
}
#endif

static int join_owner(const struct nsref *ref, struct diag *d)
{
	int fd, rc = 0;

	fd = ioctl(ref->fd, UL_NS_GET_USERNS);
	if (fd < 0)
		return diag_fail(d, DIAG_JOIN_MNTNS, EPERM, ref->name);
	/* EINVAL: the caller is in it and lacks the capability there */
	if (setns(fd, CLONE_NEWUSER) < 0)
		rc = diag_fail(d, errno == EINVAL ? DIAG_JOIN_MNTNS : DIAG_JOIN_USERNS,
			       errno == EINVAL ? EPERM : errno, ref->name);
	close(fd);
	return rc;
}

/*
 * nsjoin_enter:
 * @ref: open namespace
 * @d: failure
 *
 * Moves the caller, a single-threaded process, into the mount namespace; its
 * root and working directory become the root of the namespace, so a chroot is
 * left. A caller that is not privileged over it joins the user namespace that
 * owns it first, and becomes root there where 0 is mapped. See setns(2) and
 * mntns_install() in fs/namespace.c.
 *
 * Returns: 0, or -errno with @d set; the caller may have joined the user
 * namespace then and is expected to exit.
 */
int nsjoin_enter(const struct nsref *ref, struct diag *d)
{
	int rc;

	if (setns(ref->fd, CLONE_NEWNS) == 0)
		return 0;
	if (errno != EPERM)
		return diag_fail(d, DIAG_JOIN_MNTNS, errno, ref->name);

	rc = join_owner(ref, d);
	if (rc)
		return rc;
	if (setns(ref->fd, CLONE_NEWNS) < 0)
		return diag_fail(d, DIAG_JOIN_MNTNS, errno, ref->name);
	return userns_become_root(ref->name, d);
}

/*
 * nsjoin_chdir:
 * @dir: directory in the namespace that the caller has entered
 * @d: failure
 *
 * Returns: 0, or -errno with @d set.
 */
int nsjoin_chdir(const char *dir, struct diag *d)
{
	int root, fd, rc = 0;

	root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return diag_fail(d, DIAG_CHDIR_INSIDE, errno, dir);

	fd = nspath_open(root, dir, O_PATH | O_DIRECTORY);
	close(root);
	if (fd < 0)
		return diag_fail(d, DIAG_CHDIR_INSIDE, -fd, dir);
	if (fchdir(fd) < 0)
		rc = diag_fail(d, DIAG_CHDIR_INSIDE, errno, dir);
	close(fd);
	return rc;
}
