/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-mntcols - the columns of the verbs that show mounts
 */
#include <inttypes.h>
#include <sys/mount.h>

#include "c.h"
#include "mnttab.h"
#include "mountapi.h"
#include "nls.h"
#include "nsref.h"
#include "xalloc.h"

#include "mntns-mntcols.h"
#include "mntns.h"

/* statmount() fields that are no strings cost next to nothing */
#define NEED_OPTIONS \
	(UL_STATMOUNT_MNT_BASIC | UL_STATMOUNT_SB_BASIC | UL_STATMOUNT_MNT_OPTS)

/* Names, widths and types as findmnt(8) has them, where it has the column. */
const struct mntns_column mntcol_infos[MNTCOL_COUNT] = {
	[MNTCOL_TARGET]	   = { "TARGET", 0.30, SCOLS_FL_TREE | SCOLS_FL_NOEXTREMES,
			       N_("mount point"),
			       SCOLS_JSON_STRING, UL_STATMOUNT_MNT_POINT },
	[MNTCOL_SOURCE]	   = { "SOURCE", 0.25, SCOLS_FL_NOEXTREMES,
			       N_("source device, and the directory on it in brackets"),
			       SCOLS_JSON_STRING, MNTCOL_SOURCE_MASK },
	[MNTCOL_FSTYPE]	   = { "FSTYPE", 0.10, SCOLS_FL_TRUNC,
			       N_("filesystem type"),
			       SCOLS_JSON_STRING, UL_STATMOUNT_FS_TYPE | UL_STATMOUNT_FS_SUBTYPE },
	[MNTCOL_OPTIONS]	   = { "OPTIONS", 0.10, SCOLS_FL_TRUNC,
			       N_("all mount options"),
			       SCOLS_JSON_STRING, NEED_OPTIONS },
	[MNTCOL_VFS_OPTIONS]  = { "VFS-OPTIONS", 0.20, SCOLS_FL_TRUNC,
			       N_("options of the mount itself"),
			       SCOLS_JSON_STRING, UL_STATMOUNT_MNT_BASIC },
	[MNTCOL_FS_OPTIONS]   = { "FS-OPTIONS", 0.10, SCOLS_FL_TRUNC,
			       N_("options of the filesystem"),
			       SCOLS_JSON_STRING, UL_STATMOUNT_SB_BASIC | UL_STATMOUNT_MNT_OPTS },
	[MNTCOL_PROPAGATION]  = { "PROPAGATION", 0.10, 0,
			       N_("propagation type"),
			       SCOLS_JSON_STRING, UL_STATMOUNT_MNT_BASIC },
	[MNTCOL_ID]	   = { "ID", 2, SCOLS_FL_RIGHT,
			       N_("mount id, reused by the kernel"),
			       SCOLS_JSON_NUMBER, UL_STATMOUNT_MNT_BASIC },
	[MNTCOL_PARENT]	   = { "PARENT", 2, SCOLS_FL_RIGHT,
			       N_("mount id of the parent"),
			       SCOLS_JSON_NUMBER, UL_STATMOUNT_MNT_BASIC },
	[MNTCOL_UNIQ_ID]	   = { "UNIQ-ID", 10, SCOLS_FL_RIGHT,
			       N_("64-bit mount id, never reused"),
			       SCOLS_JSON_NUMBER, UL_STATMOUNT_MNT_BASIC },
	[MNTCOL_UNIQ_PARENT]  = { "UNIQ-PARENT", 10, SCOLS_FL_RIGHT,
			       N_("64-bit mount id of the parent"),
			       SCOLS_JSON_NUMBER, UL_STATMOUNT_MNT_BASIC },
	[MNTCOL_FSROOT]	   = { "FSROOT", 0.25, SCOLS_FL_NOEXTREMES,
			       N_("directory of the filesystem that is mounted"),
			       SCOLS_JSON_STRING, UL_STATMOUNT_MNT_ROOT },
	[MNTCOL_MAJMIN]	   = { "MAJ:MIN", 6, 0,
			       N_("major:minor device number"),
			       SCOLS_JSON_STRING, UL_STATMOUNT_SB_BASIC },
	[MNTCOL_NSID]	   = { "NSID", 1, SCOLS_FL_RIGHT,
			       N_("64-bit id of the mount namespace"),
			       SCOLS_JSON_NUMBER, 0 },
	[MNTCOL_NS]	   = { "NS", 10, SCOLS_FL_RIGHT,
			       N_("inode number of the mount namespace"),
			       SCOLS_JSON_NUMBER, 0 },
	[MNTCOL_NAME]	   = { "NAME", 0.10, SCOLS_FL_NOEXTREMES,
			       N_("the namespace as it was named, or its pinned names"),
			       SCOLS_JSON_STRING, 0 },
	[MNTCOL_PEER_GROUP]   = { "PEER-GROUP", 1, SCOLS_FL_RIGHT,
			       N_("id of the peer group of a shared mount"),
			       SCOLS_JSON_NUMBER, UL_STATMOUNT_MNT_BASIC },
	[MNTCOL_MASTER]	   = { "MASTER", 1, SCOLS_FL_RIGHT,
			       N_("peer group that a slave mount receives from"),
			       SCOLS_JSON_NUMBER, UL_STATMOUNT_MNT_BASIC },
	[MNTCOL_PROPAGATE_FROM] = { "PROPAGATE-FROM", 1, SCOLS_FL_RIGHT,
			       N_("nearest peer group above that the caller can see"),
			       SCOLS_JSON_NUMBER,
			       UL_STATMOUNT_PROPAGATE_FROM | UL_STATMOUNT_MNT_BASIC },
	[MNTCOL_UIDMAP]	   = { "UIDMAP", 0.10, SCOLS_FL_TRUNC,
			       N_("user id map of an idmapped mount"),
			       SCOLS_JSON_STRING, UL_STATMOUNT_MNT_UIDMAP },
	[MNTCOL_GIDMAP]	   = { "GIDMAP", 0.10, SCOLS_FL_TRUNC,
			       N_("group id map of an idmapped mount"),
			       SCOLS_JSON_STRING, UL_STATMOUNT_MNT_GIDMAP },
	[MNTCOL_MAGIC]	   = { "MAGIC", 10, SCOLS_FL_RIGHT,
			       N_("magic number of the filesystem"),
			       SCOLS_JSON_STRING, UL_STATMOUNT_SB_BASIC },
	[MNTCOL_SUBTYPE]   = { "SUBTYPE", 0.10, SCOLS_FL_TRUNC,
			       N_("what follows the dot in FSTYPE"),
			       SCOLS_JSON_STRING, UL_STATMOUNT_FS_TYPE | UL_STATMOUNT_FS_SUBTYPE },
	[MNTCOL_SB_FLAGS]  = { "SB-FLAGS", 0.10, SCOLS_FL_TRUNC,
			       N_("options that every filesystem has"),
			       SCOLS_JSON_STRING, UL_STATMOUNT_SB_BASIC },
	[MNTCOL_OPT_ARRAY] = { "OPT-ARRAY", 0, SCOLS_FL_WRAP,
			       N_("the filesystem's own options, each for itself"),
			       SCOLS_JSON_ARRAY_STRING, UL_STATMOUNT_OPT_ARRAY },
	[MNTCOL_SECURITY]  = { "SECURITY", 0, SCOLS_FL_WRAP,
			       N_("options of the security module, each for itself"),
			       SCOLS_JSON_ARRAY_STRING, UL_STATMOUNT_OPT_SEC_ARRAY },
	[MNTCOL_DELETED]   = { "DELETED", 1, SCOLS_FL_RIGHT,
			       N_("1 if what is mounted was removed from its filesystem"),
			       SCOLS_JSON_BOOLEAN, UL_STATMOUNT_MNT_ROOT },
	[MNTCOL_ABOVE]	   = { "ABOVE", 10, SCOLS_FL_RIGHT,
			       N_("64-bit id of the mount that covers this one"),
			       SCOLS_JSON_NUMBER, MNTTAB_STACK },
	[MNTCOL_BELOW]	   = { "BELOW", 10, SCOLS_FL_RIGHT,
			       N_("64-bit id of the mount that this one covers"),
			       SCOLS_JSON_NUMBER, MNTTAB_STACK }
};

/*
 * mntcol_source_text - what is mounted, for a cell
 * @mnt: mount that was read with MNTCOL_SOURCE_MASK
 *
 * Returns: "dev", or "dev[/sub]" where a part of the filesystem is mounted.
 */
char *mntcol_source_text(const struct mnt_entry *mnt)
{
	const char *source = mnt->source ? mnt->source : "";
	char *str, *p;

	if (!mnt->root || strcmp(mnt->root, "/") == 0)
		return *source ? xstrdup(source) : NULL;

	/* asprintf(3) takes three times as long */
	str = xmalloc(strlen(source) + strlen(mnt->root) + sizeof("[]"));
	p = stpcpy(str, source);
	*p++ = '[';
	p = stpcpy(p, mnt->root);
	strcpy(p, "]");
	return str;
}

static char *propagation_text(const struct mnt_entry *mnt)
{
	char buf[sizeof("private,slave,unbindable")];
	char *p = buf;

	if (!mnt->propagation)
		return NULL;
	p = stpcpy(p, mnt->propagation & MS_SHARED ? "shared" : "private");
	if (mnt->propagation & MS_SLAVE)
		p = stpcpy(p, ",slave");
	if (mnt->propagation & MS_UNBINDABLE)
		stpcpy(p, ",unbindable");
	return xstrdup(buf);
}

/*
 * One string a line. A newline in an option would look like the end of it, and
 * becomes \x0a, as bytes that cannot be printed do elsewhere.
 */
static char *array_text(const char *strings, uint32_t num)
{
	const char *in = strings;
	char *text, *p;
	size_t size = 0;
	uint32_t i;

	if (!strings || !num)
		return NULL;
	for (i = 0; i < num; i++)
		size += strlen(strings + size) + 1;

	p = text = xmalloc(size * strlen("\\x0a"));
	for (i = 0; i < num; i++, in++) {
		if (i)
			*p++ = '\n';
		for (; *in; in++) {
			if (*in == '\n')
				p = stpcpy(p, "\\x0a");
			else
				*p++ = *in;
		}
	}
	*p = '\0';
	return text;
}

static char *xoptions(char *str)
{
	if (!str)
		err_oom();
	return str;
}

static char *majmin_text(const struct mntns_output *out, const struct mnt_entry *mnt)
{
	char *str;

	/* for people, the colons stand below each other */
	if (out->json || out->raw || out->pairs)
		xasprintf(&str, "%u:%u", mnt->dev_major, mnt->dev_minor);
	else
		xasprintf(&str, "%3u:%-3u", mnt->dev_major, mnt->dev_minor);
	return str;
}

/*
 * mntcol_text - a cell
 * @out: what the options say
 * @ref: the namespace of the mount
 * @mnt: mount, read with the needs of the column
 * @id: MNTCOL_*
 *
 * Returns: allocated text, or NULL for an empty cell.
 */
char *mntcol_text(const struct mntns_output *out, const struct nsref *ref,
		  const struct mnt_entry *mnt, int id)
{
	char *str = NULL;

	switch (id) {
	case MNTCOL_TARGET:
		return xstrdup(mnt->target);
	case MNTCOL_SOURCE:
		return mntcol_source_text(mnt);
	case MNTCOL_FSTYPE:
		return xstrdup(mnt->fstype);
	case MNTCOL_OPTIONS:
		return xoptions(mnt_entry_options(mnt));
	case MNTCOL_VFS_OPTIONS:
		return xoptions(mnt_entry_vfs_options(mnt));
	case MNTCOL_FS_OPTIONS:
		return xoptions(mnt_entry_fs_options(mnt));
	case MNTCOL_PROPAGATION:
		return propagation_text(mnt);
	case MNTCOL_ID:
		return mntns_number_text(mnt->id_old, 0);
	case MNTCOL_PARENT:
		return mntns_number_text(mnt->parent_old, 0);
	case MNTCOL_UNIQ_ID:
		return mntns_number_text(mnt->id, 0);
	case MNTCOL_UNIQ_PARENT:
		return mntns_number_text(mnt->parent, 0);
	case MNTCOL_FSROOT:
		return xstrdup(mnt->root);
	case MNTCOL_MAJMIN:
		return majmin_text(out, mnt);
	case MNTCOL_NSID:
		return mntns_number_text(ref->id, 0);
	case MNTCOL_NS:
		return mntns_number_text(ref->ino, 0);
	case MNTCOL_NAME:
		return xstrdup(ref->name);
	case MNTCOL_PEER_GROUP:
		return mntns_number_text(mnt->peer_group, 0);
	case MNTCOL_MASTER:
		return mntns_number_text(mnt->master, 0);
	case MNTCOL_PROPAGATE_FROM:
		return mntns_number_text(mnt->propagate_from, 0);
	case MNTCOL_UIDMAP:
		return xstrdup(mnt->uidmap);
	case MNTCOL_GIDMAP:
		return xstrdup(mnt->gidmap);
	case MNTCOL_MAGIC:
		if (mnt->magic)
			xasprintf(&str, "0x%" PRIx64, mnt->magic);
		break;
	case MNTCOL_SUBTYPE:
		return xstrdup(mnt_entry_subtype(mnt));
	case MNTCOL_SB_FLAGS:
		return xoptions(mnt_entry_sb_flags(mnt));
	case MNTCOL_OPT_ARRAY:
		return array_text(mnt->opts, mnt->opt_num);
	case MNTCOL_SECURITY:
		return array_text(mnt->sec_opts, mnt->sec_opt_num);
	case MNTCOL_DELETED:
		return xstrdup(mnt_entry_is_deleted(mnt) ? "1" : "0");
	case MNTCOL_ABOVE:
		return mntns_number_text(mnt->above, 0);
	case MNTCOL_BELOW:
		return mntns_number_text(mnt->below, 0);
	}
	return str;
}

/*
 * mntcol_add - the next cell of a row
 *
 * As mntcol_text(); what is there as it is wanted is not copied.
 */
void mntcol_add(struct mntns_rows *rows, const struct mntns_output *out,
		const struct nsref *ref, const struct mnt_entry *mnt, int id)
{
	switch (id) {
	case MNTCOL_TARGET:
		mntns_rows_cell(rows, mnt->target);
		break;
	case MNTCOL_FSTYPE:
		mntns_rows_cell(rows, mnt->fstype);
		break;
	case MNTCOL_FSROOT:
		mntns_rows_cell(rows, mnt->root);
		break;
	default:
		mntns_rows_give(rows, mntcol_text(out, ref, mnt, id));
		break;
	}
}
