/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntfstab - the mounts of a namespace as lines of fstab(5), from which nsplan
 * makes them again
 *
 * What the caller can see of the filesystem, at whatever place, is bound from
 * there: that is the same filesystem. Else it is one that is mounted anew, where
 * that comes to the same.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "c.h"
#include "diagnose.h"
#include "mntfstab.h"
#include "mountapi.h"
#include "nls.h"
#include "strutils.h"

/* What was decided about a mount, for those on it. */
enum {
	MOUNT_LEFT_OUT	= (1 << 0),
	MOUNT_IS_EMPTY	= (1 << 1),		/* new, so there are no mount points */
	MOUNT_IS_RDONLY	= (1 << 2)
};

struct writer {
	struct mnttab *tab;
	unsigned char *decided;			/* bits, for each mount of tab */

	struct mnttab seen;			/* the caller's own mounts ... */
	const struct mnt_entry **by_root;	/* ... by device and directory */
	uint32_t nseen;
};

/*
 * mntfstab_mask:
 *
 * Returns: UL_STATMOUNT_*, with which the table has to be read.
 */
uint64_t mntfstab_mask(void)
{
	return UL_STATMOUNT_MNT_BASIC | UL_STATMOUNT_SB_BASIC | UL_STATMOUNT_MNT_ROOT |
	       UL_STATMOUNT_MNT_POINT | UL_STATMOUNT_FS_TYPE | UL_STATMOUNT_FS_SUBTYPE |
	       UL_STATMOUNT_SB_SOURCE | UL_STATMOUNT_MNT_OPTS | UL_STATMOUNT_OPT_ARRAY |
	       UL_STATMOUNT_OPT_SEC_ARRAY | UL_STATMOUNT_MNT_UIDMAP | UL_STATMOUNT_MNT_GIDMAP;
}

/* @len bytes of @root, on the device of @dev */
static int cmp_root(const struct mnt_entry *dev, const char *root, size_t len,
		    const struct mnt_entry *mnt)
{
	int rc = cmp_numbers(dev->dev_major, mnt->dev_major);

	if (!rc)
		rc = cmp_numbers(dev->dev_minor, mnt->dev_minor);
	if (!rc)
		rc = strncmp(root, mnt->root, len);
	return rc ? rc : -(mnt->root[len] != '\0');
}

static int cmp_entries(const void *a, const void *b)
{
	const struct mnt_entry *x = *(const struct mnt_entry *const *) a;
	const struct mnt_entry *y = *(const struct mnt_entry *const *) b;
	int rc = cmp_root(x, x->root, strlen(x->root), y);

	return rc ? rc : cmp_numbers(x, y);
}

static int read_seen(struct writer *w, struct diag *d)
{
	uint32_t i;
	int rc = mnttab_read(&w->seen, NULL, mntfstab_mask(), 0, d);

	if (rc)
		return rc;
	w->by_root = calloc(w->seen.nmounts + 1, sizeof(*w->by_root));
	w->decided = calloc(w->tab->nmounts + 1, 1);
	if (!w->by_root || !w->decided)
		return diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);
	for (i = 0; i < w->seen.nmounts; i++) {
		if (w->seen.mounts[i].target && w->seen.mounts[i].root)
			w->by_root[w->nseen++] = &w->seen.mounts[i];
	}
	qsort(w->by_root, w->nseen, sizeof(*w->by_root), cmp_entries);
	return 0;
}

static void free_writer(struct writer *w)
{
	mnttab_free(&w->seen);
	free(w->by_root);
	free(w->decided);
}

/* The first of the caller's mounts of this directory. */
static uint32_t find_first(const struct writer *w, const struct mnt_entry *mnt, size_t len)
{
	uint32_t low = 0, high = w->nseen;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (cmp_root(mnt, mnt->root, len, w->by_root[mid]) > 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Nothing else is mounted there, or above. */
static int leads_to(const char *path, const struct mnt_entry *mnt)
{
	struct stat st;
	uint64_t id;
	int rc = mnt_unique_id(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, &id);

	if (rc != -ENOSYS && mnt->id)
		return rc == 0 && id == mnt->id;
	return lstat(path, &st) == 0 && st.st_dev == makedev(mnt->dev_major, mnt->dev_minor);
}

/* Where the caller finds what @mnt has as root, which is below the @len bytes of @from. */
static char *path_on(const struct mnt_entry *from, const struct mnt_entry *mnt, size_t len)
{
	const char *rest = mnt->root + (len > 1 ? len : 0);
	const char *dir = strcmp(from->target, "/") == 0 ? "" : from->target;
	char *path;

	if (strcmp(rest, "/") == 0)
		rest = "";
	return asprintf(&path, "%s%s", *dir || *rest ? dir : "/", rest) < 0 ? NULL : path;
}

/*
 * The mounts of one directory are all as good: what a line says of attributes is the
 * difference. Returns: 1 found, 0 not, or -ENOMEM.
 */
static int try_root(const struct writer *w, const struct mnt_entry *mnt, size_t len,
		    struct mntfstab_source *src)
{
	uint32_t i;

	for (i = find_first(w, mnt, len); i < w->nseen; i++) {
		const struct mnt_entry *from = w->by_root[i];
		char *path;

		if (cmp_root(mnt, mnt->root, len, from) != 0)
			break;
		path = path_on(from, mnt, len);
		if (!path)
			return -ENOMEM;
		if (leads_to(path, from)) {
			if (!(from->propagation & MS_UNBINDABLE)) {
				*src = (struct mntfstab_source) { .mnt = from, .path = path };
				return 1;
			}
			src->unbindable = 1;
		}
		free(path);
	}
	return 0;
}

/* The directory itself, or the nearest one above it, that the caller has mounted. */
static int find_source(const struct writer *w, const struct mnt_entry *mnt,
		       struct mntfstab_source *src)
{
	size_t len = mnt->root ? strlen(mnt->root) : 0;
	int rc;

	while (len) {
		rc = try_root(w, mnt, len, src);
		if (rc || len == 1 || *mnt->root != '/')
			return rc;
		while (len && mnt->root[len - 1] != '/')
			len--;
		len = max(len - 1, (size_t) 1);
	}
	return 0;
}

static int is_one_of(const char *type, const char *const *types)
{
	for (; *types; types++) {
		if (strcmp(type, *types) == 0)
			return 1;
	}
	return 0;
}

static int is_born_empty(const char *type)
{
	static const char *const types[] = { "tmpfs", "ramfs", "hugetlbfs", NULL };

	return is_one_of(type, types);
}

/* Somebody else answers for them, or they are there without being mounted. */
static int is_never_new(const char *type)
{
	static const char *const types[] = {
		"", "autofs", "nsfs", "nullfs", "pidfs", "rootfs", NULL
	};

	return is_one_of(type, types) || startswith(type, "fuse") != NULL;
}

/* Returns: why a filesystem that the caller does not see is none to mount anew, or NULL. */
static const char *why_not_new(const struct mnt_entry *mnt)
{
	const char *type = mnt->fstype ? mnt->fstype : "";

	if (is_never_new(type))
		return _("the caller does not see it, and none of its type can be mounted");
	if (!mnt->root || *mnt->root != '/')
		return _("the caller does not see it");
	if (is_born_empty(type) && strcmp(mnt->root, "/") != 0)
		return _("the caller does not see it, and a new filesystem has no such directory");
	if (!mnt->source || !*mnt->source)
		return _("it has no source");
	return NULL;
}

static int is_directory(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int is_readonly(const struct mnt_entry *mnt)
{
	return (mnt->attr & MOUNT_ATTR_RDONLY) || (mnt->sb_flags & MS_RDONLY);
}

/* On a new filesystem, and not on its root, there are no mount points. */
static int needs_mkdir(const struct writer *w, const struct mnt_entry *mnt)
{
	return mnt->up != MNTTAB_NONE && w->decided[mnt->up] & MOUNT_IS_EMPTY &&
	       strcmp(mnt->target, w->tab->mounts[mnt->up].target) != 0;
}

/* Returns: why the mount is left out, or NULL. */
static const char *why_left_out(const struct writer *w, const struct mnt_entry *mnt,
				const struct mntfstab_source *src)
{
	unsigned int parent = mnt->up == MNTTAB_NONE ? 0 : w->decided[mnt->up];

	if (parent & MOUNT_LEFT_OUT)
		return _("it is on a mount that is left out");
	if (mnt_entry_is_deleted(mnt))
		return _("what is mounted was removed");
	if (mnt->root && startswith(mnt->root, "mnt:["))
		return _("a mount namespace cannot be mounted in another one");
	if (needs_mkdir(w, mnt) && parent & MOUNT_IS_RDONLY)
		return _("it is on a new filesystem, which is read-only and has no such directory");
	if (!src->mnt)
		return src->unbindable ? _("the caller sees it on an unbindable mount only") :
					 why_not_new(mnt);
	if (needs_mkdir(w, mnt) && !is_directory(src->path))
		return _("it is on a file, which a new filesystem does not have");
	return NULL;
}

static char *join_fields(const struct mnt_entry *mnt, const struct mntfstab_source *src,
			 const char *target, const char *options)
{
	char *source = mntfstab_escape(src->mnt ? src->path : mnt->source ? mnt->source : "none");
	char *type = mntfstab_escape(src->mnt || !mnt->fstype ? "none" : mnt->fstype);
	char *opts = mntfstab_escape(options), *text = NULL;

	if (source && type && opts &&
	    asprintf(&text, "%s %s %s %s 0 0", source, target, type, opts) < 0)
		text = NULL;
	free(source);
	free(type);
	free(opts);
	return text;
}

static int make_line(struct writer *w, const struct mnt_entry *mnt,
		     const struct mntfstab_source *src, struct mntfstab_line *line)
{
	unsigned char *decided = &w->decided[mnt - w->tab->mounts];
	const char *lost, *why = why_left_out(w, mnt, src);
	char *options;

	options = mntfstab_options(mnt, src, needs_mkdir(w, mnt), &lost);
	line->target = mntfstab_escape(mnt->target);
	if (options && line->target)
		line->text = join_fields(mnt, src, line->target, options);
	free(options);
	if (!line->text)
		return -ENOMEM;

	line->left_out = why != NULL;
	if (why)
		*decided = MOUNT_LEFT_OUT;
	else if (!src->mnt && is_born_empty(mnt->fstype))
		*decided = MOUNT_IS_EMPTY | (is_readonly(mnt) ? MOUNT_IS_RDONLY : 0);
	if (why || lost) {
		line->lost = strdup(why ? why : lost);
		return line->lost ? 0 : -ENOMEM;
	}
	return 0;
}

static int write_mount(struct writer *w, const struct mnt_entry *mnt, mntfstab_fn fn, void *data)
{
	struct mntfstab_source src = { .mnt = NULL };
	struct mntfstab_line line = { .text = NULL };
	int rc;

	if (!mnt->target)
		return 0;
	rc = find_source(w, mnt, &src);
	if (rc >= 0)
		rc = make_line(w, mnt, &src, &line);
	if (rc == 0)
		fn(&line, data);
	free(src.path);
	free(line.text);
	free(line.target);
	free(line.lost);
	return rc;
}

/*
 * mntfstab_write:
 * @tab: mounts, read with mntfstab_mask(); gets a tree of what is visible
 * @fn: called with each line, in the order in which to mount
 * @data: for @fn
 * @d: filled in on error
 *
 * Returns: 0 or -errno.
 */
int mntfstab_write(struct mnttab *tab, mntfstab_fn fn, void *data, struct diag *d)
{
	struct writer w = { .tab = tab };
	const struct mnt_entry *mnt;
	int rc = read_seen(&w, d);

	if (rc == 0 && mnttab_keep_visible(tab) != 0)
		rc = diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);
	if (rc == 0 && mnttab_sort_for_mounting(tab) != 0)
		rc = diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);

	for (mnt = NULL; rc == 0 && (mnt = mnttab_next_tree(tab, mnt)); ) {
		if (write_mount(&w, mnt, fn, data) != 0)
			rc = diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);
	}
	free_writer(&w);
	return rc;
}
