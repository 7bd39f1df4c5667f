/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-reach-dot - peer groups and slaves as a graph for dot(1)
 *
 * A box is a mount, in the frame of its namespace; an ellipse is a peer group. A
 * new mount goes along the arrows; dashed ones lead from a master to its slaves.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "idhash.h"
#include "xalloc.h"

#include "mntns-reach.h"
#include "mntns-table.h"
#include "mntns.h"

struct graph {
	FILE *out;
	const struct reach *r;
	struct idhash groups;		/* that have their ellipse */
	struct idhash arrows;		/* that have the arrow from their master */
};

/* In a quoted string; a backslash would begin an escape of dot's own. */
static void put_quoted(FILE *out, const char *str)
{
	char *text = mntns_make_utf8(xstrdup(str));
	const unsigned char *p;

	for (p = (const unsigned char *) text; *p; p++) {
		if (*p == '"' || *p == '\\')
			fprintf(out, "\\%c", *p);
		else if (*p < 0x20 || *p == 0x7f)
			fprintf(out, "\\\\x%02x", *p);
		else
			putc(*p, out);
	}
	free(text);
}

static const char *style_of(const struct reach_place *place)
{
	switch (place->verdict) {
	case REACH_YES:
		return "solid";
	case REACH_COVERED:
	case REACH_HIDDEN:
		return "dashed";
	default:
		return "dotted";
	}
}

/* The new mount, not what it is made on, is what the box stands for where there is one. */
static void put_mount(const struct graph *g, uint32_t nr)
{
	const struct reach_place *place = &g->r->places[nr];
	const char *target = place->target;

	if (!target && place->mnt)
		target = place->mnt->target;
	fprintf(g->out, "\t\tm%u [shape=box, style=%s, label=\"", nr, style_of(place));
	if (target) {
		put_quoted(g->out, target);
		fputs("\\n", g->out);
	}
	fprintf(g->out, "%s\"];\n", reach_verdict_name(place));
}

static void open_cluster(const struct graph *g, uint32_t nr)
{
	const struct reach_ns *ns = &g->r->ns[nr];

	fprintf(g->out, "\tsubgraph cluster_%u {\n\t\tlabel=\"", nr);
	if (ns->ref.id)
		fprintf(g->out, ":%ju", (uintmax_t) ns->ref.id);
	else
		fprintf(g->out, "mnt:[%ju]", (uintmax_t) ns->ref.ino);
	if (ns->info && ns->info->names) {
		putc(' ', g->out);
		put_quoted(g->out, ns->info->names);
	}
	fputs("\";\n", g->out);
}

static void put_mounts(const struct graph *g, reach_filter is_wanted, const void *data)
{
	uint32_t i, open = REACH_NONE;

	for (i = 0; i < g->r->nplaces; i++) {
		const struct reach_place *place = &g->r->places[i];

		if (!is_wanted(g->r, place, data))
			continue;
		if (place->ns != open) {
			if (open != REACH_NONE)
				fputs("\t}\n", g->out);
			open_cluster(g, place->ns);
			open = place->ns;
		}
		put_mount(g, i);
	}
	if (open != REACH_NONE)
		fputs("\t}\n", g->out);
}

/* Returns: 1 when @group was not in @seen yet; it is now. */
static int is_new(struct idhash *seen, uint32_t group)
{
	if (!group || idhash_find(seen, group) != IDHASH_NONE)
		return 0;
	if (idhash_add(seen, group, 1) != 0)
		err_oom();
	return 1;
}

static void put_group(struct graph *g, uint32_t group)
{
	if (is_new(&g->groups, group))
		fprintf(g->out, "\tg%u [label=\"shared:%u\"];\n", group, group);
}

static void put_arrows(struct graph *g, uint32_t nr)
{
	const struct reach_place *place = &g->r->places[nr];
	const struct mnt_entry *mnt = place->mnt;

	if (!mnt)
		return;
	put_group(g, mnt->master);
	if (!reach_is_shared(mnt)) {
		if (mnt->master)
			fprintf(g->out, "\tg%u -> m%u [style=dashed];\n", mnt->master, nr);
		return;
	}

	put_group(g, mnt->peer_group);
	if (mnt->master && is_new(&g->arrows, mnt->peer_group))
		fprintf(g->out, "\tg%u -> g%u [style=dashed];\n", mnt->master, mnt->peer_group);
	if (place->why == REACH_HERE)
		fprintf(g->out, "\tm%u -> g%u [style=bold];\n", nr, mnt->peer_group);
	else
		fprintf(g->out, "\tg%u -> m%u;\n", mnt->peer_group, nr);
}

/*
 * reach_print_dot:
 * @r: prediction
 * @is_wanted: chooses the places
 * @data: for it
 */
void reach_print_dot(const struct reach *r, reach_filter is_wanted, const void *data)
{
	struct graph g = { .out = stdout, .r = r };
	uint32_t i;

	fputs("digraph reach {\n\trankdir=LR;\n\tlabel=\"", g.out);
	put_quoted(g.out, r->path);
	fputs("\";\n", g.out);

	put_mounts(&g, is_wanted, data);
	for (i = 0; i < r->nplaces; i++) {
		if (is_wanted(r, &r->places[i], data))
			put_arrows(&g, i);
	}
	fputs("}\n", g.out);
	idhash_free(&g.groups);
	idhash_free(&g.arrows);
}
