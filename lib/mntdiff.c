/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntdiff - what differs between the mounts of two namespaces
 *
 * Mounts are compared with those at the same mount point. Several can be
 * stacked there, and are compared as stacks then. Time and memory are linear in
 * the number of mounts.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "c.h"
#include "mntdiff.h"
#include "mountapi.h"

/* statmount(2)'s fields */
static const uint64_t field_needs[MNTDIFF_NFIELDS] = {
	[MNTDIFF_SOURCE]      = UL_STATMOUNT_SB_SOURCE | UL_STATMOUNT_SB_BASIC,
	[MNTDIFF_FSROOT]      = UL_STATMOUNT_MNT_ROOT,
	[MNTDIFF_FSTYPE]      = UL_STATMOUNT_FS_TYPE | UL_STATMOUNT_FS_SUBTYPE,
	[MNTDIFF_VFS_OPTIONS] = UL_STATMOUNT_MNT_BASIC,
	[MNTDIFF_FS_OPTIONS]  = UL_STATMOUNT_SB_BASIC | UL_STATMOUNT_MNT_OPTS,
	[MNTDIFF_PROPAGATION] = UL_STATMOUNT_MNT_BASIC,
	[MNTDIFF_UIDMAP]      = UL_STATMOUNT_MNT_UIDMAP,
	[MNTDIFF_GIDMAP]      = UL_STATMOUNT_MNT_GIDMAP,
	[MNTDIFF_MAJMIN]      = UL_STATMOUNT_SB_BASIC
};

#define MAPS_MASK	(UL_STATMOUNT_MNT_UIDMAP | UL_STATMOUNT_MNT_GIDMAP)

/* A mount point, and the mounts of both sides there. */
struct place {
	const char *target;
	uint32_t next;			/* in the same bucket */
	uint32_t first[2];		/* index in side.sorted ... */
	uint32_t n[2];			/* ... and how many from there on */
};

struct side {
	const struct mnt_entry **mounts;	/* lower before upper ones */
	uint32_t *places;			/* where each of them is */
	uint32_t nmounts;
	const struct mnt_entry **sorted;	/* the same, by place */
};

struct compare {
	struct mntdiff *diff;
	unsigned int fields;

	struct side sides[2];
	struct place *places;
	uint32_t nplaces;
	uint32_t *buckets;
	uint32_t nbuckets;		/* a power of 2 */
};

/*
 * mntdiff_mask:
 * @fields: bits of enum mntdiff_field
 *
 * Returns: UL_STATMOUNT_*, for mnttab_read() of both tables.
 */
uint64_t mntdiff_mask(unsigned int fields)
{
	uint64_t mask = UL_STATMOUNT_MNT_BASIC | UL_STATMOUNT_MNT_POINT;
	size_t i;

	for (i = 0; i < MNTDIFF_NFIELDS; i++) {
		if (fields & (1U << i))
			mask |= field_needs[i];
	}
	return mask;
}

static int has_idmapped(const struct mnttab *tab)
{
	uint32_t i;

	for (i = 0; i < tab->nmounts; i++) {
		if (tab->mounts[i].attr & MOUNT_ATTR_IDMAP)
			return 1;
	}
	return 0;
}

/*
 * mntdiff_unknown_fields:
 * @tab: table that was read
 * @fields: bits of enum mntdiff_field
 *
 * Returns: those of them that were not to be had for this table, and that say
 * nothing in a comparison. Id maps are known where no mount has one.
 */
unsigned int mntdiff_unknown_fields(const struct mnttab *tab, unsigned int fields)
{
	uint64_t missing = tab->missing;
	unsigned int unknown = 0;
	size_t i;

	if (tab->fallback)
		missing |= MAPS_MASK;
	if ((missing & MAPS_MASK) && !has_idmapped(tab))
		missing &= ~MAPS_MASK;

	for (i = 0; i < MNTDIFF_NFIELDS; i++) {
		if ((fields & (1U << i)) && (field_needs[i] & missing))
			unknown |= 1U << i;
	}
	return unknown;
}

static int same_string(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* FNV-1a */
static uint32_t hash_string(const char *str)
{
	uint32_t hash = 2166136261U;

	while (*str)
		hash = (hash ^ (unsigned char) *str++) * 16777619U;
	return hash;
}

static uint32_t find_place(struct compare *c, const char *target)
{
	uint32_t *bucket = &c->buckets[hash_string(target) & (c->nbuckets - 1)];
	uint32_t n;

	for (n = *bucket; n != MNTTAB_NONE; n = c->places[n].next) {
		if (strcmp(c->places[n].target, target) == 0)
			return n;
	}
	c->places[c->nplaces] = (struct place) { .target = target, .next = *bucket };
	*bucket = c->nplaces;
	return c->nplaces++;
}

static int alloc_side(struct side *side, uint32_t nmounts)
{
	side->mounts = calloc(nmounts + 1, sizeof(*side->mounts));
	side->sorted = calloc(nmounts + 1, sizeof(*side->sorted));
	side->places = calloc(nmounts + 1, sizeof(*side->places));

	return side->mounts && side->sorted && side->places ? 0 : -ENOMEM;
}

static void free_compare(struct compare *c)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(c->sides); i++) {
		free(c->sides[i].mounts);
		free(c->sides[i].sorted);
		free(c->sides[i].places);
	}
	free(c->places);
	free(c->buckets);
}

static int alloc_compare(struct compare *c, uint32_t first, uint32_t second)
{
	size_t i, n = (size_t) first + second;

	if (n >= INT32_MAX || alloc_side(&c->sides[0], first) != 0 ||
	    alloc_side(&c->sides[1], second) != 0)
		return -ENOMEM;

	for (c->nbuckets = 64; c->nbuckets < n; )
		c->nbuckets *= 2;
	c->buckets = malloc(c->nbuckets * sizeof(*c->buckets));
	c->places = malloc((n + 1) * sizeof(*c->places));
	if (!c->buckets || !c->places)
		return -ENOMEM;
	for (i = 0; i < c->nbuckets; i++)
		c->buckets[i] = MNTTAB_NONE;
	return 0;
}

/* A parent comes before what is mounted on it: a stack is read from below. */
static void find_places(struct compare *c, int nr, const struct mnttab *tab)
{
	struct side *side = &c->sides[nr];
	const struct mnt_entry *mnt;

	for (mnt = mnttab_next_tree(tab, NULL); mnt; mnt = mnttab_next_tree(tab, mnt)) {
		if (!mnt->target)
			continue;
		side->mounts[side->nmounts] = mnt;
		side->places[side->nmounts] = find_place(c, mnt->target);
		c->places[side->places[side->nmounts]].n[nr]++;
		side->nmounts++;
	}
}

static void sort_by_place(struct compare *c, int nr)
{
	struct side *side = &c->sides[nr];
	uint32_t i, sum = 0;

	for (i = 0; i < c->nplaces; i++) {
		c->places[i].first[nr] = sum;
		sum += c->places[i].n[nr];
		c->places[i].n[nr] = 0;
	}
	for (i = 0; i < side->nmounts; i++) {
		struct place *place = &c->places[side->places[i]];

		side->sorted[place->first[nr] + place->n[nr]++] = side->mounts[i];
	}
}

static int add_change(struct compare *c, const struct mnt_entry *a, const struct mnt_entry *b,
		      unsigned int fields)
{
	struct mntdiff *diff = c->diff;

	if (diff->nchanges == diff->allocated) {
		size_t n = diff->allocated ? diff->allocated * 2 : 16;
		struct mntdiff_change *changes;

		changes = reallocarray(diff->changes, n, sizeof(*changes));
		if (!changes)
			return -ENOMEM;
		diff->changes = changes;
		diff->allocated = n;
	}
	diff->changes[diff->nchanges++] = (struct mntdiff_change) {
		.mnt = { a, b },
		.fields = fields
	};
	return 0;
}

static int has_comma(const char *opts)
{
	return opts && strchr(opts, ',');
}

/* Returns: 1 or 0, or -ENOMEM. */
static int same_options(const char *a, const char *b)
{
	char *only_a, *only_b;
	int rc;

	if (same_string(a, b))
		return 1;
	if (!has_comma(a) || !has_comma(b))
		return 0;

	rc = mntdiff_options(a, b, &only_a, &only_b);
	if (rc == 0)
		rc = !only_a && !only_b;
	free(only_a);
	free(only_b);
	return rc;
}

/* Returns: 1 or 0, or -ENOMEM. */
static int same_field(const struct mnt_entry *a, const struct mnt_entry *b,
		      enum mntdiff_field field)
{
	static const uint32_t types = MS_SHARED | MS_SLAVE | MS_UNBINDABLE;

	switch (field) {
	case MNTDIFF_SOURCE:
		return same_string(a->source, b->source);
	case MNTDIFF_FSROOT:
		return same_string(a->root, b->root);
	case MNTDIFF_FSTYPE:
		return same_string(a->fstype, b->fstype);
	case MNTDIFF_VFS_OPTIONS:
		return a->attr == b->attr;
	case MNTDIFF_FS_OPTIONS:
		if (a->sb_flags != b->sb_flags)
			return 0;
		return same_options(a->fs_opts, b->fs_opts);
	case MNTDIFF_PROPAGATION:
		return (a->propagation & types) == (b->propagation & types);
	case MNTDIFF_UIDMAP:
		return same_string(a->uidmap, b->uidmap);
	case MNTDIFF_GIDMAP:
		return same_string(a->gidmap, b->gidmap);
	case MNTDIFF_MAJMIN:
		return a->dev_major == b->dev_major && a->dev_minor == b->dev_minor;
	default:
		return 1;
	}
}

static int compare_mounts(struct compare *c, const struct mnt_entry *a,
			  const struct mnt_entry *b)
{
	unsigned int i, differs = 0;

	for (i = 0; i < MNTDIFF_NFIELDS; i++) {
		int rc = (c->fields & (1U << i)) ? same_field(a, b, i) : 1;

		if (rc < 0)
			return rc;
		if (!rc)
			differs |= 1U << i;
	}
	return differs ? add_change(c, a, b, differs) : 0;
}

/* Is it the same thing that is mounted, be it with other options? */
static int is_same_thing(const struct mnt_entry *a, const struct mnt_entry *b)
{
	return same_string(a->source, b->source) && same_string(a->root, b->root) &&
	       same_string(a->fstype, b->fstype);
}

/*
 * Mounts are paired from below and from above as long as they are the same
 * thing; what is between is paired in order, and the rest is only in one.
 */
static int compare_stacks(struct compare *c, const struct mnt_entry **a, uint32_t na,
			  const struct mnt_entry **b, uint32_t nb)
{
	uint32_t i, low = 0, high = 0, n = min(na, nb);
	int rc = 0;

	while (low < n && is_same_thing(a[low], b[low]))
		low++;
	while (high < n - low && is_same_thing(a[na - high - 1], b[nb - high - 1]))
		high++;
	n -= high;

	for (i = 0; rc == 0 && i < n; i++)
		rc = compare_mounts(c, a[i], b[i]);
	for (i = n; rc == 0 && i < na - high; i++)
		rc = add_change(c, a[i], NULL, 0);
	for (i = n; rc == 0 && i < nb - high; i++)
		rc = add_change(c, NULL, b[i], 0);
	for (i = high; rc == 0 && i > 0; i--)
		rc = compare_mounts(c, a[na - i], b[nb - i]);
	return rc;
}

/*
 * mntdiff_compare:
 * @diff: filled in; the caller frees it with mntdiff_free(), also after an error
 * @first: table that was read with mntdiff_mask(); its tree is built here
 * @second: the same of the other namespace; both outlive @diff
 * @fields: bits of enum mntdiff_field, what is compared
 *
 * Compares what who enters the namespaces sees: mounts below the topmost root.
 * The changes are in the order of @first, a mount before those on it, then come
 * those at mount points that only @second has, in its order.
 *
 * Returns: 0 or -ENOMEM.
 */
int mntdiff_compare(struct mntdiff *diff, struct mnttab *first, struct mnttab *second,
		    unsigned int fields)
{
	struct compare c = { .diff = diff, .fields = fields };
	uint32_t i;
	int rc;

	memset(diff, 0, sizeof(*diff));
	rc = mnttab_keep_visible(first);
	if (rc == 0)
		rc = mnttab_keep_visible(second);
	if (rc == 0)
		rc = alloc_compare(&c, first->nmounts, second->nmounts);
	if (rc == 0) {
		find_places(&c, 0, first);
		find_places(&c, 1, second);
		sort_by_place(&c, 0);
		sort_by_place(&c, 1);
	}
	for (i = 0; rc == 0 && i < c.nplaces; i++) {
		const struct place *p = &c.places[i];

		rc = compare_stacks(&c, c.sides[0].sorted + p->first[0], p->n[0],
				    c.sides[1].sorted + p->first[1], p->n[1]);
	}
	free_compare(&c);
	return rc;
}

void mntdiff_free(struct mntdiff *diff)
{
	free(diff->changes);
	memset(diff, 0, sizeof(*diff));
}

/* One option of a list, a piece of it. */
struct option {
	const char *str;
	size_t len;
	int in_both;
};

static int order_of(const struct option *a, const struct option *b)
{
	int rc = memcmp(a->str, b->str, min(a->len, b->len));

	return rc ? rc : cmp_numbers(a->len, b->len);
}

static int cmp_options(const void *a, const void *b)
{
	const struct option *x = *(struct option *const *) a;
	const struct option *y = *(struct option *const *) b;
	int rc = order_of(x, y);

	/* equal ones stay in their order */
	return rc ? rc : cmp_numbers(x->str, y->str);
}

/* Returns: how many; the pieces in their order and, as pointers, sorted. */
static ssize_t split_options(const char *str, struct option **opts, struct option ***sorted)
{
	size_t i, len, n = 0, size = 1;
	const char *p;

	for (p = str; *p; p++)
		size += *p == ',';
	*opts = calloc(size, sizeof(**opts));
	*sorted = calloc(size, sizeof(**sorted));
	if (!*opts || !*sorted)
		return -ENOMEM;

	for (p = str; *p; p += len + (p[len] == ',')) {
		len = strcspn(p, ",");
		if (len)
			(*opts)[n++] = (struct option) { .str = p, .len = len };
	}
	for (i = 0; i < n; i++)
		(*sorted)[i] = &(*opts)[i];
	if (n)
		qsort(*sorted, n, sizeof(**sorted), cmp_options);
	return n;
}

static void mark_common(struct option **a, size_t na, struct option **b, size_t nb)
{
	size_t i = 0, j = 0;

	while (i < na && j < nb) {
		int rc = order_of(a[i], b[j]);

		if (rc == 0)
			a[i++]->in_both = b[j++]->in_both = 1;
		else if (rc < 0)
			i++;
		else
			j++;
	}
}

/* Returns: the options that are not in both, allocated, in @str; or NULL. */
static int join_rest(const struct option *opts, size_t n, size_t size, char **str)
{
	char *p = NULL;
	size_t i;

	for (i = 0; i < n; i++) {
		if (opts[i].in_both)
			continue;
		if (!p) {
			p = *str = malloc(size + 1);
			if (!p)
				return -ENOMEM;
		} else {
			*p++ = ',';
		}
		p = mempcpy(p, opts[i].str, opts[i].len);
	}
	if (p)
		*p = '\0';
	return 0;
}

/*
 * mntdiff_options:
 * @first: options, separated by commas; NULL for none
 * @second: the same
 * @only_first: result, those that only @first has, in its order, allocated; NULL
 *	for none, and after an error
 * @only_second: the same of @second
 *
 * The order of the options does not matter.
 *
 * Returns: 0 or -ENOMEM.
 */
int mntdiff_options(const char *first, const char *second, char **only_first,
		    char **only_second)
{
	struct option *a = NULL, *b = NULL, **sorted_a = NULL, **sorted_b = NULL;
	ssize_t na, nb = -ENOMEM;
	int rc = -ENOMEM;

	first = first ? first : "";
	second = second ? second : "";
	*only_first = *only_second = NULL;

	na = split_options(first, &a, &sorted_a);
	if (na >= 0)
		nb = split_options(second, &b, &sorted_b);
	if (nb >= 0) {
		mark_common(sorted_a, na, sorted_b, nb);
		rc = join_rest(a, na, strlen(first), only_first);
		if (rc == 0)
			rc = join_rest(b, nb, strlen(second), only_second);
		if (rc) {
			free(*only_first);
			*only_first = NULL;
		}
	}
	free(a);
	free(b);
	free(sorted_a);
	free(sorted_b);
	return rc;
}
