/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-attach-shared - say where what is attached on a shared mount would show
 */
#include <errno.h>
#include <sched.h>

#include "detached.h"
#include "mountapi.h"
#include "namespace.h"
#include "nsjoin.h"
#include "placement.h"
#include "reach.h"
#include "xalloc.h"

#include "mntns-attach.h"
#include "mntns.h"

#define MAX_PLACES	5		/* that are named */

static char *name_namespace(const struct reach_ns *ns)
{
	char *name;

	if (ns->ref.kind == NSREF_SELF)
		return xstrdup(_("the caller's namespace"));
	if (ns->info && ns->info->names)
		xasprintf(&name, _("namespace %s"), ns->info->names);
	else if (ns->info && ns->info->pid)
		xasprintf(&name, _("the namespace of process %d"), ns->info->pid);
	else if (ns->ref.id)
		xasprintf(&name, _("namespace :%ju"), (uintmax_t) ns->ref.id);
	else
		xasprintf(&name, _("namespace mnt:[%ju]"), (uintmax_t) ns->ref.ino);
	return name;
}

static int shows(const struct reach_place *place)
{
	return place->why == REACH_PEER || place->why == REACH_SLAVE;
}

static void warn_place(const struct reach *r, const struct reach_place *place,
		       const char *target)
{
	char *name;

	if (place->ns == 0)
		name = xstrdup(_("the namespace itself"));
	else
		name = name_namespace(&r->ns[place->ns]);
	if (place->verdict == REACH_YES)
		warnx(_("warning: %s is on a shared mount: what is attached there shows on %s in %s, too"),
		      target, place->target, name);
	else
		warnx(_("warning: %s is on a shared mount: what is attached there is mounted, out of sight, in %s, too"),
		      target, name);
	free(name);
}

static void warn_places(const struct reach *r, const char *target)
{
	uint32_t i, n = 0;

	for (i = 0; i < r->nplaces; i++) {
		if (shows(&r->places[i]) && n++ < MAX_PLACES)
			warn_place(r, &r->places[i], target);
	}
	if (n > MAX_PLACES)
		warnx(P_("warning: and in %u other place, see mntns reach",
			 "warning: and in %u other places, see mntns reach", n - MAX_PLACES),
		      n - MAX_PLACES);
}

/*
 * Where the mount would show is found out from the caller's own namespace, for
 * which /proc is needed; who has joined a user namespace cannot go back there,
 * and is told no more than that it would show.
 */
static int warn_where(const struct attach_shared *s, const char *target, struct diag *d)
{
	struct diag ignored = { .step = DIAG_NONE };
	struct reach r;
	int rc;

	if (setns(s->self.fd, CLONE_NEWNS) < 0) {
		warnx(_("warning: %s is on a shared mount: what is attached there shows in its peers, too"),
		      target);
		return 0;
	}
	rc = reach_predict(&r, &s->ref, target, NULL, 0, &ignored);
	if (rc == 0)
		warn_places(&r, target);
	else
		warnx(_("warning: %s is on a shared mount: what is attached there shows in its peers, too"),
		      target);
	reach_free(&r);
	diag_reset(&ignored);
	return nsjoin_enter(&s->ref, d);
}

/*
 * attach_warn_shared:
 * @s: the namespace that the caller has entered, and the one that it came from
 * @p: target in it, found
 * @d: failure
 *
 * Each mount that targets are on is told of once. In its own namespace everybody
 * expects it.
 *
 * Returns: 0, or -errno with @d set when the namespace could not be entered again.
 */
int attach_warn_shared(struct attach_shared *s, const struct placement *p, struct diag *d)
{
	uint64_t id = 0;

	if (s->ref.ino == s->self.ino || !detached_target_is_shared(p->targetfd))
		return 0;
	mnt_old_id(p->targetfd, "", AT_EMPTY_PATH, &id);
	if (id == s->warned)
		return 0;
	s->warned = id;
	return warn_where(s, p->target, d);
}
