/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-mntcols.h - the columns of the verbs that show mounts
 */
#ifndef MNTNS_MNTCOLS_H
#define MNTNS_MNTCOLS_H

#include "mntns-table.h"

struct mnt_entry;
struct nsref;

enum {
	MNTCOL_TARGET,
	MNTCOL_SOURCE,
	MNTCOL_FSTYPE,
	MNTCOL_OPTIONS,
	MNTCOL_VFS_OPTIONS,
	MNTCOL_FS_OPTIONS,
	MNTCOL_PROPAGATION,
	MNTCOL_ID,
	MNTCOL_PARENT,
	MNTCOL_UNIQ_ID,
	MNTCOL_UNIQ_PARENT,
	MNTCOL_FSROOT,
	MNTCOL_MAJMIN,
	MNTCOL_NSID,
	MNTCOL_NS,
	MNTCOL_NAME,
	MNTCOL_PEER_GROUP,
	MNTCOL_MASTER,
	MNTCOL_PROPAGATE_FROM,
	MNTCOL_UIDMAP,
	MNTCOL_GIDMAP,
	MNTCOL_MAGIC,
	MNTCOL_SUBTYPE,
	MNTCOL_SB_FLAGS,
	MNTCOL_OPT_ARRAY,
	MNTCOL_SECURITY,
	MNTCOL_DELETED,
	MNTCOL_ABOVE,
	MNTCOL_BELOW,
	MNTCOL_COUNT
};

/* The fields of a mount that mntcol_source_text() looks at. */
#define MNTCOL_SOURCE_MASK \
	(UL_STATMOUNT_SB_SOURCE | UL_STATMOUNT_MNT_ROOT | UL_STATMOUNT_SB_BASIC)

extern const struct mntns_column mntcol_infos[MNTCOL_COUNT];

extern char *mntcol_text(const struct mntns_output *out, const struct nsref *ref,
			 const struct mnt_entry *mnt, int id);
extern void mntcol_add(struct mntns_rows *rows, const struct mntns_output *out,
		       const struct nsref *ref, const struct mnt_entry *mnt, int id);
extern char *mntcol_source_text(const struct mnt_entry *mnt);

#endif /* MNTNS_MNTCOLS_H */
