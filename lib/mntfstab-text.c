/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntfstab-text - the options of a mount as a line of fstab(5) has them, so that
 * mntopts_parse() makes the same mount of them
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "c.h"
#include "mntfstab.h"
#include "mountapi.h"
#include "nls.h"

static const struct {
	uint64_t attr;
	const char *set;
	const char *clear;
} attr_names[] = {
	{ MOUNT_ATTR_NOSUID,	  "nosuid",	 "suid" },
	{ MOUNT_ATTR_NODEV,	  "nodev",	 "dev" },
	{ MOUNT_ATTR_NOEXEC,	  "noexec",	 "exec" },
	{ MOUNT_ATTR_NODIRATIME,  "nodiratime",	 "diratime" },
	{ MOUNT_ATTR_NOSYMFOLLOW, "nosymfollow", "symfollow" }
};

struct options {
	FILE *f;
	size_t n;
	const char *lost;		/* the first thing that cannot be written */
};

static void put_option(struct options *o, const char *name)
{
	fprintf(o->f, "%s%s", o->n++ ? "," : "", name);
}

static void lose(struct options *o, const char *what)
{
	if (!o->lost)
		o->lost = what;
}

/* A value with a comma is quoted; there is no way to write a quote in it. */
static void put_value(struct options *o, const char *name, size_t len, const char *value)
{
	const char *quote = strchr(value, ',') ? "\"" : "";

	if (strchr(value, '"'))
		lose(o, _("an option with a quotation mark"));
	fprintf(o->f, "%s%.*s=%s%s%s", o->n++ ? "," : "", (int) len, name, quote, value, quote);
}

static const char *atime_name(uint32_t attr)
{
	switch (attr & MOUNT_ATTR__ATIME) {
	case MOUNT_ATTR_NOATIME:
		return "noatime";
	case MOUNT_ATTR_STRICTATIME:
		return "strictatime";
	default:
		return "relatime";
	}
}

/* Whether a new superblock is read-only is another matter than whether its mount is. */
static void put_readonly(struct options *o, const struct mnt_entry *mnt, const struct mnt_entry *from)
{
	int ro = !!(mnt->attr & MOUNT_ATTR_RDONLY);

	if (from) {
		if (ro != !!(from->attr & MOUNT_ATTR_RDONLY))
			put_option(o, ro ? "ro" : "rw");
	} else if (mnt->sb_flags & MS_RDONLY) {
		put_option(o, ro ? "ro" : "ro=fs");
	} else if (ro) {
		put_option(o, "ro=vfs");
	}
}

/* A clone begins with the attributes of what is cloned, a new mount with none. */
static void put_attributes(struct options *o, const struct mnt_entry *mnt,
			   const struct mnt_entry *from)
{
	uint32_t old = from ? from->attr : 0;
	size_t i;

	put_readonly(o, mnt, from);
	for (i = 0; i < ARRAY_SIZE(attr_names); i++) {
		if ((mnt->attr ^ old) & attr_names[i].attr)
			put_option(o, mnt->attr & attr_names[i].attr ? attr_names[i].set :
								       attr_names[i].clear);
	}
	if ((mnt->attr ^ old) & MOUNT_ATTR__ATIME)
		put_option(o, atime_name(mnt->attr));
}

/* "first:host:count,..." as in the column, each with @who before it */
static void put_map(struct options *o, const char *map, const char *who, const char *sep)
{
	for (; *map; sep = " ") {
		size_t len = strcspn(map, ",");

		fprintf(o->f, "%s%s%.*s", sep, who, (int) len, map);
		map += len + (map[len] == ',');
	}
}

static int same_map(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

static void put_idmap(struct options *o, const struct mnt_entry *mnt,
		      const struct mnt_entry *from)
{
	int mapped = !!(mnt->attr & MOUNT_ATTR_IDMAP);

	if (!mapped && from && from->attr & MOUNT_ATTR_IDMAP)
		lose(o, _("that its ids are not mapped, as those of the source are"));
	if (!mapped)
		return;
	if (!mnt->uidmap || !mnt->gidmap) {
		lose(o, _("the map of its ids"));
		return;
	}
	if (from && same_map(mnt->uidmap, from->uidmap) && same_map(mnt->gidmap, from->gidmap))
		return;
	put_option(o, "X-mount.idmap=");
	put_map(o, mnt->uidmap, "u:", "");
	put_map(o, mnt->gidmap, "g:", " ");
}

/* A clone of a shared mount can only be a peer of it, and a slave of nothing else. */
static void put_propagation(struct options *o, const struct mnt_entry *mnt,
			    const struct mnt_entry *from)
{
	uint32_t type = mnt->propagation & (MS_SHARED | MS_SLAVE | MS_UNBINDABLE);
	uint32_t old = from ? from->propagation & (MS_SHARED | MS_SLAVE) : 0;

	if (type & MS_UNBINDABLE)
		put_option(o, "unbindable");
	else if (type == MS_SLAVE && old)
		put_option(o, "slave");
	else if (type == MS_SHARED && (!old || (old == MS_SHARED &&
						mnt->peer_group == from->peer_group)))
		put_option(o, "shared");
	else if (type)
		lose(o, type & MS_SLAVE ? _("that it is a slave") :
					  _("that it is shared in a peer group of its own"));
}

static void put_one(struct options *o, const char *option)
{
	size_t len = strcspn(option, "=");

	if (option[len])
		put_value(o, option, len, option + len + 1);
	else
		put_option(o, option);
}

static void put_array(struct options *o, const char *strings, uint32_t num)
{
	for (; num; num--, strings += strlen(strings) + 1) {
		/* SELinux says of a filesystem that it has labels, and takes it for no option */
		if (strcmp(strings, "seclabel") != 0)
			put_one(o, strings);
	}
}

/* What only a new filesystem takes. */
static void put_fs_options(struct options *o, const struct mnt_entry *mnt)
{
	static const struct {
		uint32_t flag;
		const char *name;
	} flags[] = {
		{ MS_SYNCHRONOUS, "sync" }, { MS_DIRSYNC, "dirsync" }, { 1 << 25, "lazytime" }
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		if (mnt->sb_flags & flags[i].flag)
			put_option(o, flags[i].name);
	}
	/* one by one they are known since Linux 6.13 */
	if (mnt->opts || mnt->sec_opts) {
		put_array(o, mnt->sec_opts, mnt->sec_opt_num);
		put_array(o, mnt->opts, mnt->opt_num);
	} else if (mnt->fs_opts && *mnt->fs_opts) {
		put_option(o, mnt->fs_opts);
	}
	if (mnt->root && strcmp(mnt->root, "/") != 0)
		put_value(o, "X-mount.subdir", strlen("X-mount.subdir"), mnt->root);
}

/*
 * mntfstab_options:
 * @src: what is bound, or, with src->mnt NULL, a new filesystem
 * @mkdir: whether the mount point has to be made
 * @lost: what of the mount cannot be written, or NULL
 *
 * Returns: allocated text, not escaped; NULL without memory.
 */
char *mntfstab_options(const struct mnt_entry *mnt, const struct mntfstab_source *src,
		       int mkdir, const char **lost)
{
	struct options o = { .n = 0 };
	char *text = NULL;
	size_t size;

	o.f = open_memstream(&text, &size);
	if (!o.f)
		return NULL;

	if (src->mnt)
		put_option(&o, "bind");
	put_attributes(&o, mnt, src->mnt);
	if (!src->mnt)
		put_fs_options(&o, mnt);
	put_idmap(&o, mnt, src->mnt);
	put_propagation(&o, mnt, src->mnt);
	if (mkdir)
		put_option(&o, "X-mount.mkdir");
	if (!o.n)
		put_option(&o, "defaults");
	*lost = o.lost;

	if (fclose(o.f) == 0)
		return text;
	free(text);
	return NULL;
}

/*
 * mntfstab_escape - a field of fstab(5)
 *
 * What separates fields, begins a comment, or could do harm in a terminal, is
 * written in octal.
 *
 * Returns: allocated string, or NULL without memory.
 */
char *mntfstab_escape(const char *str)
{
	char *text = malloc(strlen(str) * 4 + 1), *p = text;

	for (; text && *str; str++) {
		unsigned char c = *str;

		if (c > ' ' && c != 0x7f && c != '\\' && c != '#')
			*p++ = c;
		else
			p += sprintf(p, "\\%03o", c);
	}
	if (text)
		*p = '\0';
	return text;
}
