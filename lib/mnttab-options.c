/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mnttab-options - the options of a mount as text, as mountinfo and findmnt(8)
 * write them
 *
 * statmount(2) gives attributes and superblock flags as bits and the options
 * of the filesystem (with those of the security module) as text; mountinfo
 * puts them together (fs/proc_namespace.c).
 */
#include <stdlib.h>
#include <string.h>

#include "c.h"
#include "mnttab.h"
#include "mountapi.h"

struct option_name {
	uint32_t flag;
	const char *name;
};

/* in the order of mountinfo; relatime is no bit, see put_attributes() */
static const struct option_name attr_names[] = {
	{ MOUNT_ATTR_NOSUID,	  ",nosuid" },
	{ MOUNT_ATTR_NODEV,	  ",nodev" },
	{ MOUNT_ATTR_NOEXEC,	  ",noexec" },
	{ MOUNT_ATTR_NOATIME,	  ",noatime" },
	{ MOUNT_ATTR_NODIRATIME,  ",nodiratime" }
};

static const struct option_name late_attr_names[] = {
	{ MOUNT_ATTR_NOSYMFOLLOW, ",nosymfollow" },
	{ MOUNT_ATTR_IDMAP,	  ",idmapped" }
};

static const struct option_name sb_names[] = {
	{ MS_SYNCHRONOUS,	  ",sync" },
	{ MS_DIRSYNC,		  ",dirsync" },
	{ 1 << 25 /* MS_LAZYTIME */, ",lazytime" }
};

#define MAX_FLAG_NAMES	128		/* bytes, all of the names above */

static char *put_names(char *p, const struct option_name *names, size_t n, uint32_t flags)
{
	for (; n; n--, names++) {
		if (flags & names->flag)
			p = stpcpy(p, names->name);
	}
	return p;
}

/* What follows ro or rw, each option with its comma before it. */
static char *put_attributes(char *p, const struct mnt_entry *mnt)
{
	uint32_t attr = mnt->attr;

	p = put_names(p, attr_names, ARRAY_SIZE(attr_names), attr);
	if ((attr & MOUNT_ATTR__ATIME) == MOUNT_ATTR_RELATIME)
		p = stpcpy(p, ",relatime");
	return put_names(p, late_attr_names, ARRAY_SIZE(late_attr_names), attr);
}

static char *put_fs_options(char *p, const struct mnt_entry *mnt)
{
	p = put_names(p, sb_names, ARRAY_SIZE(sb_names), mnt->sb_flags);
	if (mnt->fs_opts && *mnt->fs_opts) {
		*p++ = ',';
		p = stpcpy(p, mnt->fs_opts);
	}
	return p;
}

/*
 * Puts together "ro" or "rw", the attributes and the filesystem's options, each
 * where it is wanted. Most fit into a small buffer, and the copy is exact.
 */
static char *join_options(const struct mnt_entry *mnt, int ro, int vfs, int fs)
{
	char small[512], *big = NULL, *p;
	size_t need = sizeof("rw") + MAX_FLAG_NAMES;

	if (fs && mnt->fs_opts)
		need += strlen(mnt->fs_opts) + 1;
	if (need > sizeof(small)) {
		big = malloc(need);
		if (!big)
			return NULL;
	}

	p = stpcpy(big ? big : small, ro ? "ro" : "rw");
	if (vfs)
		p = put_attributes(p, mnt);
	if (fs)
		put_fs_options(p, mnt);

	return big ? big : strdup(small);
}

/*
 * mnt_entry_vfs_options:
 * @mnt: mount, read with UL_STATMOUNT_MNT_BASIC
 *
 * Returns: options of the mount itself, allocated; NULL without memory.
 */
char *mnt_entry_vfs_options(const struct mnt_entry *mnt)
{
	return join_options(mnt, mnt->attr & MOUNT_ATTR_RDONLY, 1, 0);
}

/*
 * mnt_entry_fs_options:
 * @mnt: mount, read with UL_STATMOUNT_SB_BASIC and UL_STATMOUNT_MNT_OPTS
 *
 * Returns: options of the superblock, allocated; NULL without memory.
 */
char *mnt_entry_fs_options(const struct mnt_entry *mnt)
{
	return join_options(mnt, mnt->sb_flags & MS_RDONLY, 0, 1);
}

/*
 * mnt_entry_options:
 * @mnt: mount, read with all three fields named above
 *
 * Returns: the options of both, allocated; read-only when either of them is.
 * NULL without memory.
 */
char *mnt_entry_options(const struct mnt_entry *mnt)
{
	int ro = (mnt->attr & MOUNT_ATTR_RDONLY) || (mnt->sb_flags & MS_RDONLY);

	return join_options(mnt, ro, 1, 1);
}

/*
 * mnt_entry_sb_flags:
 * @mnt: mount, read with UL_STATMOUNT_SB_BASIC
 *
 * Returns: what all filesystems have for options, allocated; NULL without memory.
 */
char *mnt_entry_sb_flags(const struct mnt_entry *mnt)
{
	const struct mnt_entry flags = { .sb_flags = mnt->sb_flags };

	return mnt_entry_fs_options(&flags);
}

/*
 * mnt_entry_subtype:
 * @mnt: mount, read with UL_STATMOUNT_FS_TYPE and UL_STATMOUNT_FS_SUBTYPE
 *
 * Returns: "sshfs" of "fuse.sshfs", or NULL. No type that the kernel knows has
 * a dot in its name.
 */
const char *mnt_entry_subtype(const struct mnt_entry *mnt)
{
	const char *dot = mnt->fstype ? strchr(mnt->fstype, '.') : NULL;

	return dot && dot[1] ? dot + 1 : NULL;
}

/*
 * mnt_entry_is_deleted:
 * @mnt: mount, read with UL_STATMOUNT_MNT_ROOT
 *
 * The kernel writes two slashes before the word, which are in no path.
 *
 * Returns: 1 when the directory or file that is mounted was removed, else 0.
 */
int mnt_entry_is_deleted(const struct mnt_entry *mnt)
{
	static const char mark[] = "//deleted";
	size_t len = mnt->root ? strlen(mnt->root) : 0;

	return len >= strlen(mark) && strcmp(mnt->root + len - strlen(mark), mark) == 0;
}

/*
 * mnt_parse_attributes:
 * @opts: options of a mount as mountinfo shows them
 *
 * Returns: MOUNT_ATTR_*.
 */
uint32_t mnt_parse_attributes(const char *opts)
{
	uint32_t attr = 0;
	size_t i;

	if (strncmp(opts, "ro", 2) == 0)
		attr |= MOUNT_ATTR_RDONLY;
	for (i = 0; i < ARRAY_SIZE(attr_names); i++) {
		if (strstr(opts, attr_names[i].name))
			attr |= attr_names[i].flag;
	}
	for (i = 0; i < ARRAY_SIZE(late_attr_names); i++) {
		if (strstr(opts, late_attr_names[i].name))
			attr |= late_attr_names[i].flag;
	}
	if (!(attr & MOUNT_ATTR_NOATIME) && !strstr(opts, ",relatime"))
		attr |= MOUNT_ATTR_STRICTATIME;
	return attr;
}

/*
 * mnt_parse_sb_flags:
 * @opts: options of a superblock as mountinfo shows them
 * @flags: result, MS_*
 *
 * Returns: what follows the flags, the filesystem's own options.
 */
const char *mnt_parse_sb_flags(const char *opts, uint32_t *flags)
{
	size_t i;

	*flags = strncmp(opts, "ro", 2) == 0 ? MS_RDONLY : 0;
	opts += strcspn(opts, ",");

	for (i = 0; i < ARRAY_SIZE(sb_names); i++) {
		size_t len = strlen(sb_names[i].name);

		if (strncmp(opts, sb_names[i].name, len) == 0 &&
		    (!opts[len] || opts[len] == ',')) {
			*flags |= sb_names[i].flag;
			opts += len;
		}
	}
	return *opts == ',' ? opts + 1 : opts;
}
