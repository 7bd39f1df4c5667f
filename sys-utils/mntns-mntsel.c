/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-mntsel - options that select mounts of a table, as findmnt(8) has them
 */
#include "c.h"
#include "lazylibs.h"
#include "mnttab.h"
#include "mountapi.h"
#include "nls.h"
#include "strutils.h"
#include "xalloc.h"

#include "mntns-mntcols.h"
#include "mntns-mntsel.h"
#include "mntns.h"

/*
 * mntsel_take - an option of MNTSEL_SHORTOPTS or MNTSEL_LONGOPTS
 *
 * Returns: true when @c was one of them.
 */
int mntsel_take(struct mntsel *sel, int c, const char *arg)
{
	switch (c) {
	case 'M':
		sel->mountpoint = arg;
		break;
	case 'O':
		sel->options = arg;
		break;
	case 'R':
		sel->submounts = 1;
		break;
	case 'S':
		sel->source = arg;
		break;
	case 't':
		sel->types = arg;
		break;
	case MNTSEL_OPT_PSEUDO:
		sel->pseudo = 1;
		break;
	case MNTSEL_OPT_REAL:
		sel->real = 1;
		break;
	case MNTSEL_OPT_TARGET:
		sel->target = arg;
		break;
	case MNTSEL_OPT_UNIQ_ID:
		sel->uniq_id = strtou64_or_err(arg, _("invalid mount id"));
		break;
	default:
		return 0;
	}
	return 1;
}

void mntsel_usage(FILE *out)
{
	fputsln(_(" -M, --mountpoint <dir>   only mounts on this mount point"), out);
	fputsln(_(" -O, --options <list>     only mounts with these options"), out);
	fputsln(_("     --pseudo             only pseudo-filesystems"), out);
	fputsln(_("     --real               only real filesystems"), out);
	fputsln(_(" -R, --submounts          also all mounts below the matching ones"), out);
	fputsln(_(" -S, --source <string>    only mounts of this source"), out);
	fputsln(_("     --target <path>      only what is mounted where this path is"), out);
	fputsln(_(" -t, --types <list>       only filesystems of these types"), out);
	fputsln(_("     --uniq-id <id>       only the mount with this 64-bit id"), out);
}

/* True when some mounts may be left out; -R alone leaves none. */
int mntsel_is_active(const struct mntsel *sel)
{
	return sel->source || sel->target || sel->mountpoint || sel->types || sel->options || sel->uniq_id ||
	       sel->real || sel->pseudo;
}

/* "/a//b/" is "/a/b"; what the path means is the business of the namespace. */
static char *normal_path(const char *path)
{
	char *str, *out;

	if (*path != '/')
		errx(EXIT_FAILURE, _("not an absolute path: %s"), path);

	str = out = xmalloc(strlen(path) + sizeof("/"));
	for (; *path; path++) {
		if (*path != '/' || (path[1] && path[1] != '/'))
			*out++ = *path;
	}
	if (out == str)
		*out++ = '/';
	*out = '\0';
	return str;
}

/* What is looked for at one place findmnt(8) shows as a list. */
int mntsel_wants_tree(const struct mntsel *sel)
{
	return sel->submounts || (!sel->source && !sel->target && !sel->mountpoint);
}

/*
 * mntsel_prepare - once, before mntsel_needs() and mntsel_apply()
 *
 * Exits when an argument is wrong, and loads libmount where it is needed.
 */
void mntsel_prepare(struct mntsel *sel)
{
	if (sel->target)
		sel->path = normal_path(sel->target);
	if (sel->mountpoint)
		sel->dir = normal_path(sel->mountpoint);
	if (!sel->source && !sel->types && !sel->options && !sel->real && !sel->pseudo)
		return;

	load_libmount_or_err();
	/* LABEL=, UUID= and links to a device stand for the device */
	if (sel->source)
		sel->device = mnt_resolve_spec(sel->source, NULL);
}

void mntsel_free(struct mntsel *sel)
{
	free(sel->device);
	free(sel->path);
	free(sel->dir);
}

/* Returns: UL_STATMOUNT_*, the fields that mntsel_apply() looks at. */
uint64_t mntsel_needs(const struct mntsel *sel)
{
	uint64_t mask = 0;

	if (sel->source)
		mask |= MNTCOL_SOURCE_MASK;
	if (sel->target || sel->mountpoint)
		mask |= UL_STATMOUNT_MNT_POINT;
	if (sel->types || sel->real || sel->pseudo)
		mask |= UL_STATMOUNT_FS_TYPE | UL_STATMOUNT_FS_SUBTYPE;
	if (sel->options)
		mask |= UL_STATMOUNT_MNT_BASIC | UL_STATMOUNT_SB_BASIC | UL_STATMOUNT_MNT_OPTS;
	return mask;
}

/* as a name, as MAJ:MIN, or as the column SOURCE shows it */
static int matches_source(const struct mntsel *sel, const struct mnt_entry *mnt)
{
	char majmin[32], *text;
	int rc;

	if (mnt->source && (strcmp(mnt->source, sel->source) == 0 ||
			    (sel->device && strcmp(mnt->source, sel->device) == 0)))
		return 1;

	snprintf(majmin, sizeof(majmin), "%u:%u", mnt->dev_major, mnt->dev_minor);
	if (strcmp(majmin, sel->source) == 0)
		return 1;

	text = mntcol_source_text(mnt);
	rc = text && strcmp(text, sel->source) == 0;
	free(text);
	return rc;
}

static int matches_options(const struct mntsel *sel, const struct mnt_entry *mnt)
{
	char *opts = mnt_entry_options(mnt);
	int rc;

	if (!opts)
		err_oom();
	rc = mnt_match_options(opts, sel->options);
	free(opts);
	return rc;
}

static int matches(const struct mntsel *sel, const struct mnt_entry *mnt)
{
	const char *type = mnt->fstype ? mnt->fstype : "";

	if (sel->dir && (!mnt->target || strcmp(mnt->target, sel->dir) != 0))
		return 0;
	if (sel->uniq_id && mnt->id != sel->uniq_id)
		return 0;
	if (sel->types && !mnt_match_fstype(type, sel->types))
		return 0;
	if (sel->real && mnt_fstype_is_pseudofs(type))
		return 0;
	if (sel->pseudo && !mnt_fstype_is_pseudofs(type))
		return 0;
	if (sel->source && !matches_source(sel, mnt))
		return 0;
	return !sel->options || matches_options(sel, mnt);
}

/* Length of @target if it is @path or a directory above it, else 0. */
static size_t prefix_len(const char *target, const char *path)
{
	size_t len = target ? strlen(target) : 0;

	if (len == 1)		/* the root is above all */
		return 1;
	if (!len || strncmp(target, path, len) != 0 || (path[len] && path[len] != '/'))
		return 0;
	return len;
}

/* The mounts that a path is on: all on the longest mount point above it. */
static void keep_target(const struct mntsel *sel, const struct mnttab *tab,
			unsigned char *shown)
{
	size_t best = 0;
	uint32_t i;

	for (i = 0; i < tab->nmounts; i++)
		best = max(best, prefix_len(tab->mounts[i].target, sel->path));
	for (i = 0; i < tab->nmounts; i++) {
		if (!best || prefix_len(tab->mounts[i].target, sel->path) != best)
			shown[i] = 0;
	}
}

/*
 * mntsel_apply - which mounts to show
 * @sel: prepared
 * @tab: table, read with mntsel_needs()
 *
 * Returns: allocated array, true for each mount that is selected; without those
 * below them.
 */
unsigned char *mntsel_apply(const struct mntsel *sel, const struct mnttab *tab)
{
	unsigned char *shown = xcalloc(tab->nmounts + 1, 1);
	uint32_t i;

	for (i = 0; i < tab->nmounts; i++)
		shown[i] = matches(sel, &tab->mounts[i]);
	if (sel->target)
		keep_target(sel, tab, shown);
	return shown;
}

/*
 * mntsel_add_submounts - with sel->submounts: all that is below a selected mount
 * @tab: with a tree
 * @shown: from mntsel_apply()
 */
void mntsel_add_submounts(const struct mnttab *tab, unsigned char *shown)
{
	struct mnt_entry *mnt;

	for (mnt = mnttab_next_tree(tab, NULL); mnt; mnt = mnttab_next_tree(tab, mnt)) {
		if (mnt->up != MNTTAB_NONE && shown[mnt->up])
			shown[mnt - tab->mounts] = 1;
	}
}
