/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nsumount-info - which mounts there are to be unmounted, from mountinfo, where
 * the kernel has no listmount
 *
 * libmount is not used inside of a namespace that one has entered: it is read
 * before. What mountinfo calls a mount is used again when the mount is gone, so
 * a mount is the same only if it is also on the same mount, of the same device.
 */
#include <errno.h>
#include <stdlib.h>

#include "diagnose.h"
#include "mnttab.h"
#include "mountapi.h"
#include "mountinfo.h"
#include "nsumount.h"

/*
 * nsumount_info_open:
 * @ref: namespace, which the caller has not entered yet
 * @ret: result for nsumount_info_close(); NULL where the kernel has listmount(2)
 * @d: failure
 *
 * Returns: 0, or -errno with @d set. See proc_pid_mountinfo(5).
 */
int nsumount_info_open(const struct nsref *ref, struct mnttab **ret, struct diag *d)
{
	struct mnttab *info;
	uint32_t i;
	int rc;

	*ret = NULL;
	if (mnt_has_statmount())
		return 0;
	info = calloc(1, sizeof(*info));
	if (!info)
		return diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);

	rc = mnttab_read_mountinfo(info, ref, d);
	for (i = 0; i < info->nmounts; i++) {
		info->mounts[i].id = info->mounts[i].id_old;
		info->mounts[i].parent = info->mounts[i].parent_old;
	}
	if (rc == 0 && mnttab_build_tree(info) != 0)
		rc = diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);
	if (rc == 0)
		*ret = info;
	else
		nsumount_info_close(info);
	return rc;
}

void nsumount_info_close(struct mnttab *info)
{
	if (info)
		mnttab_free(info);
	free(info);
}

/*
 * nsumount_info_has:
 * @mnt: from what was read before the namespace was entered
 *
 * Returns: 0 when it is gone, else 1, also when that cannot be known.
 */
int nsumount_info_has(const struct mnt_entry *mnt)
{
	struct mountinfo_line line;
	int rc = mountinfo_find(mnt->id_old, &line);

	return rc ? rc != -ENOENT : line.parent == mnt->parent_old &&
	       line.dev_major == mnt->dev_major && line.dev_minor == mnt->dev_minor;
}
