/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * idranges - which ids of a user namespace stand for which ids of its parent
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "c.h"
#include "cctype.h"
#include "diagnose.h"
#include "idranges.h"
#include "nls.h"
#include "strutils.h"
#include "usernames.h"

/* Reads a number of digits alone and goes behind it. */
static int parse_id(const char **str, uint32_t *id)
{
	unsigned long long value;
	char *end;

	if (!c_isdigit(**str))
		return -EINVAL;
	errno = 0;
	value = strtoull(*str, &end, 10);
	if (errno || value >= IDRANGES_NO_ID)
		return -ERANGE;
	*id = value;
	*str = end;
	return 0;
}

static int range_is_valid(const struct idrange *r)
{
	return r->count && r->inner <= IDRANGES_NO_ID - r->count &&
	       r->outer <= IDRANGES_NO_ID - r->count;
}

/*
 * idranges_parse_range:
 * @str: "INNER:OUTER:COUNT", the order of /proc/PID/uid_map; or
 *	"OUTER,INNER,COUNT", as unshare(1) wrote it before util-linux 2.39
 * @range: result
 *
 * Returns: 0, -EINVAL or -ERANGE.
 */
int idranges_parse_range(const char *str, struct idrange *range)
{
	uint32_t ids[3];
	char sep = '\0';
	int i, rc;

	for (i = 0; i < 3; i++) {
		if (i && (*str != sep && (sep || (*str != ':' && *str != ','))))
			return -EINVAL;
		if (i)
			sep = *str++;
		rc = parse_id(&str, &ids[i]);
		if (rc)
			return rc;
	}
	if (*str)
		return -EINVAL;

	range->inner = sep == ':' ? ids[0] : ids[1];
	range->outer = sep == ':' ? ids[1] : ids[0];
	range->count = ids[2];
	return range_is_valid(range) ? 0 : -ERANGE;
}

/*
 * idranges_add:
 *
 * Returns: 0, or -ENOMEM with @d set.
 */
int idranges_add(struct idranges *map, const struct idrange *range, struct diag *d)
{
	struct idrange *ranges = reallocarray(map->ranges, map->nr + 1, sizeof(*ranges));

	if (!ranges)
		return diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);
	map->ranges = ranges;
	ranges[map->nr++] = *range;
	return 0;
}

/* Takes a line "USER:START:COUNT" apart; see subuid(5). */
static int parse_subid_line(char *line, const char *name, const char *uid,
			    struct idrange *range)
{
	char *start = strchr(line, ':');
	const char *rest;

	if (!start)
		return 0;
	*start = '\0';
	if (strcmp(line, uid) != 0 && (!name || strcmp(line, name) != 0))
		return 0;

	rest = start + 1;
	range->inner = 0;
	if (parse_id(&rest, &range->outer) != 0 || *rest++ != ':' ||
	    parse_id(&rest, &range->count) != 0)
		return 0;
	return range_is_valid(range);
}

/*
 * idranges_add_subids:
 * @map: the ids go there
 * @file: /etc/subuid or /etc/subgid, see subuid(5)
 * @user: whose ids; also those in /etc/subgid belong to users
 * @identity: map them to themselves, rather than from 0 on
 * @d: failure
 *
 * Adds the first block that belongs to @user.
 *
 * Returns: 0, or -errno with @d set; -ENOENT the user has none.
 */
int idranges_add_subids(struct idranges *map, const char *file, uid_t user, int identity,
		     struct diag *d)
{
	struct idrange range = { .count = 0 };
	const char *name = uid_to_username(user);
	char uid[16], *line = NULL;
	size_t size = 0;
	int found = 0;
	FILE *f = fopen(file, "r" UL_CLOEXECSTR);

	if (!f)
		return diag_fail(d, DIAG_USERNS_SUBIDS, errno, file);
	snprintf(uid, sizeof(uid), "%ju", (uintmax_t) user);
	while (!found && getline(&line, &size, f) > 0) {
		line[strcspn(line, "\n")] = '\0';
		found = parse_subid_line(line, name, uid, &range);
	}
	free(line);
	fclose(f);
	if (!found)
		return diag_fail_cause(d, DIAG_USERNS_SUBIDS, ENOENT, file,
				_("usermod(8) adds some with --add-subuids and --add-subgids"),
				_("user %s has no ids there"), name ? name : uid);
	if (identity)
		range.inner = range.outer;
	return idranges_add(map, &range, d);
}

/*
 * idranges_add_all:
 * @map: the ids go there
 * @file: uid_map or gid_map of the caller, see user_namespaces(7)
 * @d: failure
 *
 * Adds all ids that there are in the caller's user namespace, each mapped to
 * itself.
 *
 * Returns: 0, or -errno with @d set.
 */
int idranges_add_all(struct idranges *map, const char *file, struct diag *d)
{
	uint32_t inner, outer, count;
	int rc = 0;
	FILE *f = fopen(file, "r" UL_CLOEXECSTR);

	if (!f)
		return diag_fail(d, DIAG_USERNS_SUBIDS, errno, file);
	while (!rc && fscanf(f, "%" SCNu32 " %" SCNu32 " %" SCNu32, &inner, &outer, &count) == 3)
		rc = idranges_add(map, &(struct idrange) { inner, inner, count }, d);
	fclose(f);
	return rc;
}

/* The number of ids that a range has in one piece from @skip on, without @hole. */
static uint32_t piece(uint32_t first, uint32_t count, uint32_t hole, uint32_t *skip)
{
	if (first + *skip == hole)
		(*skip)++;
	if (hole > first + *skip && hole - first < count)
		return hole - first - *skip;
	return count - *skip;
}

/* One range without two ids: what is left of both sides is paired in order. */
static int add_without(struct idranges *map, const struct idrange *r, uint32_t inner,
		       uint32_t outer, struct diag *d)
{
	uint32_t in = 0, out = 0;

	while (in < r->count && out < r->count) {
		uint32_t n_in = piece(r->inner, r->count, inner, &in);
		uint32_t n_out = piece(r->outer, r->count, outer, &out);
		uint32_t n = min(n_in, n_out);
		struct idrange part = {
			.inner = r->inner + in,
			.outer = r->outer + out,
			.count = n
		};
		int rc = part.count ? idranges_add(map, &part, d) : 0;

		if (rc)
			return rc;
		in += part.count;
		out += part.count;
		if (!part.count)
			break;
	}
	return 0;
}

/*
 * idranges_insert_own:
 * @map: a map that tells what the caller's id becomes
 * @own: the caller's id
 * @result: as /proc/PID/uid_map wants it, without overlaps; idranges_free() it
 * @d: failure
 *
 * An id can be mapped once only: the ranges have a hole where the caller's own
 * id is, and as a hole on one side shifts the other, the last id of a range may
 * be left out.
 *
 * Returns: 0, or -ENOMEM with @d set.
 */
int idranges_insert_own(const struct idranges *map, uint32_t own, struct idranges *result,
		     struct diag *d)
{
	struct idrange single = { .inner = map->own, .outer = own, .count = 1 };
	size_t i;
	int rc = 0;

	*result = (struct idranges) IDRANGES_INIT;
	if (map->own != IDRANGES_NO_ID)
		rc = idranges_add(result, &single, d);
	for (i = 0; !rc && i < map->nr; i++)
		rc = map->own == IDRANGES_NO_ID ?
			idranges_add(result, &map->ranges[i], d) :
			add_without(result, &map->ranges[i], map->own, own, d);
	return rc;
}

/*
 * idranges_format:
 *
 * Returns: the ranges as lines for /proc/PID/uid_map, allocated; NULL without
 * memory.
 */
char *idranges_format(const struct idranges *map)
{
	char *text = NULL;
	size_t i, len = 0;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return NULL;
	for (i = 0; i < map->nr; i++)
		fprintf(f, "%" PRIu32 " %" PRIu32 " %" PRIu32 "\n", map->ranges[i].inner,
			map->ranges[i].outer, map->ranges[i].count);
	if (fclose(f) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

void idranges_free(struct idranges *map)
{
	free(map->ranges);
	map->ranges = NULL;
	map->nr = 0;
}
