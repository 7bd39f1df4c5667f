/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * leftout - mounts that a copy of a tree does not have
 *
 * The kernel leaves out unbindable mounts and mount namespaces, with all that is
 * mounted on them, and does not tell (copy_tree() in fs/namespace.c).
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "c.h"
#include "leftout.h"
#include "mountapi.h"
#include "nls.h"
#include "nspath.h"
#include "pathnames.h"

#define MAX_NAMED	8		/* one line is read, a hundred are not */

struct mount {
	uint64_t id;
	uint64_t parent;
	const char *why;		/* left out for this reason, or NULL */
	char *point;			/* of those with a reason */
};

struct mounts {
	struct mount *m;		/* in the order of their ids */
	size_t nr;
	size_t size;
};

union stat_buf {
	struct ul_statmount sm;
	char buf[sizeof(struct ul_statmount) + 2 * PATH_MAX];
};

static const char *reason(const struct ul_statmount *sm, enum leftout_of of)
{
	if (sm->mnt_propagation & MS_UNBINDABLE)
		return N_("unbindable");
	if (of == LEFTOUT_NAMESPACE && sm->mask & UL_STATMOUNT_FS_TYPE && sm->mask & UL_STATMOUNT_MNT_ROOT &&
	    strcmp(sm->str + sm->fs_type, "nsfs") == 0 &&
	    strncmp(sm->str + sm->mnt_root, "mnt:[", 5) == 0)
		return N_("a mount namespace");
	return NULL;
}

/* The pins by name are no part of any tree; who copies "/" knows, or does not care. */
static int is_our_own(const char *point)
{
	return strcmp(point, _PATH_MNTNS) == 0 || nspath_is_below(point, _PATH_MNTNS);
}

static int add(struct mounts *all, uint64_t id, const char *dir, enum leftout_of of)
{
	union stat_buf s;
	struct mount *m;
	const char *point;

	if (ul_statmount(id, 0, UL_STATMOUNT_MNT_BASIC | UL_STATMOUNT_MNT_POINT |
			 UL_STATMOUNT_FS_TYPE | UL_STATMOUNT_MNT_ROOT,
			 &s.sm, sizeof(s), 0) < 0 || !(s.sm.mask & UL_STATMOUNT_MNT_POINT))
		return 0;
	point = s.sm.str + s.sm.mnt_point;
	if (!nspath_is_below(point, dir) || is_our_own(point))
		return 0;

	if (all->nr == all->size) {
		size_t size = all->size ? 2 * all->size : 64;

		m = reallocarray(all->m, size, sizeof(*m));
		if (!m)
			return -ENOMEM;
		all->m = m;
		all->size = size;
	}
	m = &all->m[all->nr++];
	*m = (struct mount) { .id = id, .parent = s.sm.mnt_parent_id, .why = reason(&s.sm, of) };
	m->point = m->why ? strdup(point) : NULL;
	return 0;
}

/* Before Linux 6.8 there is nothing to be found. */
static void find_below(struct mounts *all, uint64_t top, const char *dir, enum leftout_of of)
{
	uint64_t ids[512], last = 0;
	ssize_t i, n;

	while ((n = ul_listmount(top, 0, last, ids, ARRAY_SIZE(ids), 0)) > 0) {
		for (i = 0; i < n; i++) {
			if (add(all, ids[i], dir, of) != 0)
				return;
		}
		last = ids[n - 1];
	}
}

static int cmp_id(const void *key, const void *element)
{
	uint64_t a = *(const uint64_t *) key, b = ((const struct mount *) element)->id;

	return cmp_numbers(a, b);
}

/* Returns 1 when a mount that @m is on, however far up, is left out. */
static int is_on_left_out(const struct mounts *all, const struct mount *m)
{
	size_t depth = 0;

	while (m && depth++ < all->nr) {
		m = bsearch(&m->parent, all->m, all->nr, sizeof(*all->m), cmp_id);
		if (m && m->why)
			return 1;
	}
	return 0;
}

/* Counts all that is left out, and names the mounts that are the reason. */
static size_t describe(const struct mounts *all, FILE *names)
{
	size_t i, nr = 0, named = 0;

	for (i = 0; i < all->nr; i++) {
		const struct mount *m = &all->m[i];
		int is_on = is_on_left_out(all, m);

		if (!m->why && !is_on)
			continue;
		nr++;
		if (is_on || !m->point || named > MAX_NAMED)
			continue;
		if (named++ == MAX_NAMED)
			fputs(", ...", names);
		else
			fprintf(names, "%s%s (%s)", named > 1 ? ", " : "", m->point, _(m->why));
	}
	return nr;
}

static size_t tell(const struct mounts *all, const char *tree, struct diag *d)
{
	char *text = NULL;
	size_t nr, len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return 0;
	nr = describe(all, f);
	if (fclose(f) == 0 && nr)
		diag_fail_cause(d, DIAG_TREE_LEFT_OUT, EINVAL, tree, NULL,
				P_("%zu is left out, %s", "%zu are left out, %s", nr), nr, text);
	else
		nr = 0;
	free(text);
	return nr;
}

/*
 * leftout_find:
 * @tree: a directory of the caller's namespace
 * @of: what is made of it
 * @d: result: which mounts below it a recursive copy leaves out, and why
 *
 * What is not known, before Linux 6.8 or without memory, is not told. The pins in
 * /run/mntns do not count.
 *
 * Returns: how many mounts are left out; where it is 0, @d is not touched.
 */
size_t leftout_find(const char *tree, enum leftout_of of, struct diag *d)
{
	int fd = open(tree, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fds = leftout_open_fds();
	size_t nr = leftout_find_at(fds, fd, tree, of, d);

	if (fd >= 0)
		close(fd);
	if (fds >= 0)
		close(fds);
	return nr;
}

/*
 * leftout_open_fds - for leftout_find_at() in a namespace that may have no /proc
 *
 * Returns: O_CLOEXEC fd of the directory of the caller's own fds, or -1.
 */
int leftout_open_fds(void)
{
	return open(_PATH_PROC "/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/*
 * leftout_find_at - the same for a directory that is open
 * @fds: of leftout_open_fds()
 * @fd: the directory, in the namespace that the caller is in
 * @tree: its name, for the message
 */
size_t leftout_find_at(int fds, int fd, const char *tree, enum leftout_of of, struct diag *d)
{
	char name[16], dir[PATH_MAX];
	struct mounts all = { .nr = 0 };
	uint64_t top;
	ssize_t len;
	size_t nr;

	if (fds < 0 || fd < 0)
		return 0;
	snprintf(name, sizeof(name), "%d", fd);
	len = readlinkat(fds, name, dir, sizeof(dir) - 1);
	if (len >= 0 && mnt_unique_id(fd, "", AT_EMPTY_PATH, &top) == 0) {
		dir[len] = '\0';
		find_below(&all, top, dir, of);
	}
	nr = tell(&all, tree, d);
	while (all.nr)
		free(all.m[--all.nr].point);
	free(all.m);
	return nr;
}
