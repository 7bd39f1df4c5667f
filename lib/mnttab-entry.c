/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mnttab-entry - one mount of a table, from what statmount(2) says
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "c.h"
#include "mnttab.h"
#include "mountapi.h"

static const char *get_string(const struct ul_statmount *sm, uint64_t bit, uint32_t offset)
{
	return (sm->mask & bit) ? sm->str + offset : NULL;
}

static int is_octal(char c)
{
	return c >= '0' && c <= '7';
}

/* In options the kernel writes \040 for a space, and so on. */
static size_t unescape_octal(char *str)
{
	char *in = str, *out = str;

	if (!strchr(str, '\\'))
		return strlen(str);

	while (*in) {
		if (*in == '\\' && is_octal(in[1]) && is_octal(in[2]) && is_octal(in[3])) {
			*out++ = (in[1] & 7) << 6 | (in[2] & 7) << 3 | (in[3] & 7);
			in += 4;
		} else {
			*out++ = *in++;
		}
	}
	*out = '\0';
	return out - str;
}

static int add_field(struct mnttab *tab, const char **field, const char *str, const char *same)
{
	if (!str)
		return 0;
	*field = mnttab_add_string(tab, str, strlen(str), same);
	return *field ? 0 : -ENOMEM;
}

/* The kernel tells type and subtype apart, mountinfo and mount(8) do not. */
static int add_fstype(struct mnttab *tab, struct mnt_entry *mnt,
		      const struct ul_statmount *sm, const char *same)
{
	const char *type = get_string(sm, UL_STATMOUNT_FS_TYPE, sm->fs_type);
	const char *sub = get_string(sm, UL_STATMOUNT_FS_SUBTYPE, sm->fs_subtype);
	char *name;
	int rc;

	if (!type || !sub || !*sub)
		return add_field(tab, &mnt->fstype, type, same);

	if (asprintf(&name, "%s.%s", type, sub) < 0)
		return -ENOMEM;
	rc = add_field(tab, &mnt->fstype, name, same);
	free(name);
	return rc;
}

/* An id map comes as @num strings "first host count", each with its NUL. */
static int add_idmap(struct mnttab *tab, const char **field, const char *str, uint32_t num,
		     const char *same)
{
	const char *end = str;
	char *map, *p;
	int rc;

	if (!str || !num)
		return 0;
	while (num--)
		end += strlen(end) + 1;

	map = malloc(end - str);
	if (!map)
		return -ENOMEM;
	memcpy(map, str, end - str);
	for (p = map; p < map + (end - str) - 1; p++) {
		if (*p == ' ')
			*p = ':';
		else if (!*p)
			*p = ',';
	}
	rc = add_field(tab, field, map, same);
	free(map);
	return rc;
}

static void fill_numbers(struct mnt_entry *mnt, const struct ul_statmount *sm)
{
	mnt->id = sm->mnt_id;

	if (sm->mask & UL_STATMOUNT_MNT_BASIC) {
		mnt->parent = sm->mnt_parent_id;
		mnt->id_old = sm->mnt_id_old;
		mnt->parent_old = sm->mnt_parent_id_old;
		mnt->attr = sm->mnt_attr;
		mnt->propagation = sm->mnt_propagation;
		mnt->peer_group = sm->mnt_peer_group;
		mnt->master = sm->mnt_master;
	}
	if (sm->mask & UL_STATMOUNT_SB_BASIC) {
		mnt->dev_major = sm->sb_dev_major;
		mnt->dev_minor = sm->sb_dev_minor;
		mnt->magic = sm->sb_magic;
		mnt->sb_flags = sm->sb_flags;
	}
	/* mountinfo says it only where it is not simply the master */
	if ((sm->mask & UL_STATMOUNT_PROPAGATE_FROM) && sm->propagate_from != sm->mnt_master)
		mnt->propagate_from = sm->propagate_from;
}

/* Both are strings one behind the other, each with its NUL. */
static int add_array(struct mnttab *tab, const char **field, uint32_t *field_num,
		     const char *str, uint32_t num)
{
	const char *end = str;
	uint32_t i;

	if (!str || !num)
		return 0;
	for (i = 0; i < num; i++)
		end += strlen(end) + 1;

	*field = mnttab_add_string(tab, str, end - str, NULL);
	*field_num = num;
	return *field ? 0 : -ENOMEM;
}

/*
 * mnttab_fill_entry:
 * @tab: table of @mnt
 * @mnt: filled in
 * @sm: from statmount(2); options in it are unescaped in place
 * @prev: the mount before, whose strings may serve this one, too
 *
 * Returns: 0 or -ENOMEM.
 */
int mnttab_fill_entry(struct mnttab *tab, struct mnt_entry *mnt, struct ul_statmount *sm,
		      const struct mnt_entry *prev)
{
	const char *target = get_string(sm, UL_STATMOUNT_MNT_POINT, sm->mnt_point);

	fill_numbers(mnt, sm);

	if (sm->mask & UL_STATMOUNT_MNT_OPTS)
		unescape_octal(sm->str + sm->mnt_opts);
	/* how Linux 6.12 says that a mount cannot be reached */
	if (target && !*target)
		target = NULL;

	if (add_field(tab, &mnt->target, target, NULL) ||
	    add_field(tab, &mnt->root, get_string(sm, UL_STATMOUNT_MNT_ROOT, sm->mnt_root),
		      prev->root) ||
	    add_field(tab, &mnt->source, get_string(sm, UL_STATMOUNT_SB_SOURCE, sm->sb_source),
		      prev->source) ||
	    add_fstype(tab, mnt, sm, prev->fstype) ||
	    add_field(tab, &mnt->fs_opts, get_string(sm, UL_STATMOUNT_MNT_OPTS, sm->mnt_opts),
		      prev->fs_opts) ||
	    add_idmap(tab, &mnt->uidmap, get_string(sm, UL_STATMOUNT_MNT_UIDMAP, sm->mnt_uidmap),
		      sm->mnt_uidmap_num, prev->uidmap) ||
	    add_idmap(tab, &mnt->gidmap, get_string(sm, UL_STATMOUNT_MNT_GIDMAP, sm->mnt_gidmap),
		      sm->mnt_gidmap_num, prev->gidmap) ||
	    add_array(tab, &mnt->opts, &mnt->opt_num,
		      get_string(sm, UL_STATMOUNT_OPT_ARRAY, sm->opt_array), sm->opt_num) ||
	    add_array(tab, &mnt->sec_opts, &mnt->sec_opt_num,
		      get_string(sm, UL_STATMOUNT_OPT_SEC_ARRAY, sm->opt_sec_array),
		      sm->opt_sec_num))
		return -ENOMEM;

	return 0;
}

/*
 * mnttab_is_at:
 * @sm: read with UL_STATMOUNT_MNT_POINT
 * @target: mount point
 *
 * Returns: 1 when the mount is mounted there, else 0.
 */
int mnttab_is_at(const struct ul_statmount *sm, const char *target)
{
	const char *point = get_string(sm, UL_STATMOUNT_MNT_POINT, sm->mnt_point);

	return point && strcmp(point, target) == 0;
}
