/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-attach-fstab - attach what an fstab-like file says in a mount namespace
 */
#include <errno.h>

#include "mountapi.h"
#include "nsjoin.h"
#include "nsplan.h"
#include "xalloc.h"

#include "mntns-attach.h"
#include "mntns.h"

static int look(const struct placement *place, void *data, struct diag *d)
{
	int rc = attach_warn_shared(data, place, d);

	return !rc && mntns_is_interrupted() ? -EINTR : rc;
}

/* One for each step; 0 for what has no mount. */
static int get_ids(const struct nsplan *plan, uint64_t *ids, struct diag *d)
{
	size_t i;

	for (i = 0; i < plan->nr_steps; i++) {
		const struct nsplan_step *step = &plan->steps[i];
		int rc;

		if (step->place.treefd < 0)
			continue;
		rc = mnt_unique_id(step->place.treefd, "", AT_EMPTY_PATH, &ids[i]);
		if (rc == -ENOSYS)
			return diag_fail_nosys(d, DIAG_MNT_STAT, ENOSYS, step->source,
					       _("unique ids of mounts (Linux 6.8)"));
		if (rc)
			return diag_fail(d, DIAG_MNT_STAT, -rc, step->source);
	}
	return 0;
}

static void report(const struct nsplan *plan, const char *ns, const uint64_t *ids, int verbose)
{
	size_t i;

	for (i = 0; i < plan->nr_steps; i++) {
		const struct nsplan_step *step = &plan->steps[i];

		if (ids && ids[i])
			printf("%ju\n", (uintmax_t) ids[i]);
		if (verbose && step->skipped)
			warnx(_("%s passed over, it does not exist"), step->source);
		else if (verbose)
			warnx(_("%s attached to %s in namespace %s"), step->source,
			      step->target, ns);
	}
}

static int put(struct nsplan *plan, struct attach_shared *to, uint64_t *ids, struct diag *d)
{
	int rc = nsplan_open(plan, d);

	if (!rc && ids)
		rc = get_ids(plan, ids, d);
	if (!rc)
		rc = nsjoin_enter(&to->ref, d);
	if (!rc)
		rc = nsplan_put(plan, d);
	return rc;
}

/*
 * attach_fstab - all lines, or none; exits when that fails
 */
void attach_fstab(const char *ns, struct plan_options *o, int print_id, int verbose)
{
	struct diag d = { .step = DIAG_NONE };
	struct attach_shared to = { .warned = 0 };
	struct nsplan *plan = &o->plan;
	uint64_t *ids = NULL;

	plan_options_check(o);
	mntns_preload_messages();
	if (nsref_open(&to.ref, ns, &d) != 0 || nsref_open_self(&to.self, &d) != 0)
		mntns_err(&d);
	if (print_id)
		ids = xcalloc(plan->nr_steps + 1, sizeof(*ids));

	plan->before_change = mntns_catch_signals;
	plan->look = look;
	plan->look_data = &to;
	if (put(plan, &to, ids, &d) != 0) {
		mntns_die_if_interrupted();
		plan_options_err(o, &d);
	}
	report(plan, ns, ids, verbose);
	nsplan_free(plan);
	nsref_close(&to.ref);
	nsref_close(&to.self);
	free(ids);
}
