/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nsplan - several mounts for one mount namespace: the steps, and how their
 * sources become detached mounts; nsplan-put.c attaches them
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "c.h"
#include "lazylibs.h"
#include "mountapi.h"
#include "nls.h"
#include "nsplan.h"
#include "strutils.h"

static void free_step(struct nsplan_step *step)
{
	free(step->source);
	free(step->target);
	free(step->fstype);
	free(step->origin);
	mntopts_free(&step->opts);
}

void nsplan_free(struct nsplan *plan)
{
	nsplan_close(plan);
	while (plan->nr_steps)
		free_step(&plan->steps[--plan->nr_steps]);
	free(plan->steps);
	while (plan->nr_problems) {
		free(plan->problems[--plan->nr_problems].origin);
		diag_reset(&plan->problems[plan->nr_problems].diag);
	}
	free(plan->problems);
	nspath_free_made(&plan->made);
	*plan = (struct nsplan) NSPLAN_INIT;
}

static char *copy(const char *s, int *failed)
{
	char *new = s ? strdup(s) : NULL;

	if (s && !new)
		*failed = 1;
	return new;
}

/*
 * nsplan_add:
 * @plan: the steps so far
 * @kind: what is to be put there
 * @source: path, device or tag, text of a link; copied, as the rest
 * @target: where, in the namespace
 * @fstype: for NSPLAN_MKFS, else NULL
 * @origin: where the user asked for it, or NULL
 *
 * Returns: the new step, without options, good until the next one is added; or
 * NULL without memory.
 */
struct nsplan_step *nsplan_add(struct nsplan *plan, enum nsplan_kind kind,
			       const char *source, const char *target,
			       const char *fstype, const char *origin)
{
	struct nsplan_step *steps, *step;
	int failed = 0;

	steps = reallocarray(plan->steps, plan->nr_steps + 1, sizeof(*steps));
	if (!steps)
		return NULL;
	plan->steps = steps;
	step = &steps[plan->nr_steps];
	*step = (struct nsplan_step) {
		.kind = kind, .place = PLACEMENT_INIT, .covered = -1
	};

	step->source = copy(source, &failed);
	step->target = copy(target, &failed);
	step->fstype = copy(fstype, &failed);
	step->origin = copy(origin, &failed);
	if (failed) {
		free_step(step);
		return NULL;
	}
	plan->nr_steps++;
	return step;
}

/*
 * nsplan_add_problem:
 * @origin: where
 * @d: what is wrong there, taken over and reset
 *
 * Returns: 0 or -ENOMEM.
 */
int nsplan_add_problem(struct nsplan *plan, const char *origin, struct diag *d)
{
	struct nsplan_problem *problems;

	problems = reallocarray(plan->problems, plan->nr_problems + 1, sizeof(*problems));
	if (!problems)
		return -ENOMEM;
	plan->problems = problems;
	problems += plan->nr_problems;
	problems->origin = strdup(origin);
	if (!problems->origin)
		return -ENOMEM;
	problems->diag = *d;
	*d = (struct diag) { .step = DIAG_NONE };
	plan->nr_problems++;
	return 0;
}

static int need_libmount(struct diag *d)
{
	if (load_libmount() == 0)
		return 0;
	return diag_fail_cause(d, DIAG_LIBRARY, ELIBACC, "libmount", NULL,
			       "%s", lazylibs_errmsg());
}

static int is_tag(const char *source)
{
	static const char *const tags[] = {
		"LABEL=", "UUID=", "PARTLABEL=", "PARTUUID=", "ID="
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tags); i++) {
		if (startswith(source, tags[i]))
			return 1;
	}
	return 0;
}

/* LABEL=, UUID= and the like, as mount(8) takes them; *@device is to be freed */
static int resolve_tag(const char *source, char **device, struct diag *d)
{
	int rc;

	*device = NULL;
	if (!is_tag(source))
		return 0;
	rc = need_libmount(d);
	if (rc)
		return rc;
	*device = mnt_resolve_spec(source, NULL);
	/* what cannot be resolved comes back as it is */
	if (*device && strcmp(*device, source) != 0)
		return 0;
	free(*device);
	*device = NULL;
	return diag_fail(d, DIAG_SOURCE_RESOLVE, ENOENT, source);
}

/* Options that the mount of a filesystem can have as well are no matter. */
static int has_own_options(const struct mntopts *opts)
{
	size_t i;

	for (i = 0; i < opts->nr_fs; i++) {
		if (strcmp(opts->fs[i].name, "ro") != 0)
			return 1;
	}
	return 0;
}

/*
 * nsplan_share:
 * @plan: not opened yet
 * @fstype: type of a filesystem, as "proc"
 * @source: where the caller has one mounted
 * @d: failure
 *
 * Takes the caller's filesystem, with all that is mounted on it, for each new one
 * of that type without options of its own: the kernel makes a filesystem of the
 * namespaces that the caller is in, and lets only their owner have another one.
 * It would show the same.
 *
 * Returns: 0, or -ENOMEM with @d set.
 */
int nsplan_share(struct nsplan *plan, const char *fstype, const char *source, struct diag *d)
{
	size_t i;

	for (i = 0; i < plan->nr_steps; i++) {
		struct nsplan_step *step = &plan->steps[i];
		char *copy;

		if (step->kind != NSPLAN_MKFS || strcmp(step->fstype, fstype) != 0 ||
		    has_own_options(&step->opts))
			continue;
		copy = strdup(source);
		if (!copy)
			return diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);
		free(step->source);
		step->source = copy;
		step->kind = NSPLAN_CLONE;
		step->opts.recursive = 1;
	}
	return 0;
}

/* The type of "auto", what is on the device; *@fstype is to be freed. */
static int guess_fstype(const char *device, char **fstype, struct diag *d)
{
	int rc;

	if (access(device, R_OK) != 0)
		return diag_fail(d, DIAG_SOURCE_RESOLVE, errno, device);
	rc = need_libmount(d);
	if (rc)
		return rc;
	*fstype = mnt_get_fstype(device, NULL, NULL);
	if (*fstype)
		return 0;
	return diag_fail_cause(d, DIAG_FS_CREATE, EINVAL, device,
			       _("give the type instead of auto"),
			       _("no filesystem known to libblkid is on it"));
}

static int make_filesystem(const struct nsplan_step *step, struct diag *d)
{
	char *device = NULL, *guessed = NULL;
	const char *source = step->source;
	int fd = -1, rc;

	rc = resolve_tag(step->source, &device, d);
	if (!rc && device)
		source = device;
	if (!rc && strcmp(step->fstype, "auto") == 0)
		rc = guess_fstype(source, &guessed, d);
	if (!rc)
		fd = detached_mkfs(guessed ? guessed : step->fstype, source, &step->opts, d);
	free(device);
	free(guessed);
	return rc ? rc : fd;
}

static int make_clone(const struct nsplan_step *step, struct diag *d)
{
	struct mnt_change change = step->opts.change;

	/* a peer of the source would show mounts made inside outside, and vice versa */
	if (!change.propagation)
		change.propagation = MS_PRIVATE;
	return detached_clone(AT_FDCWD, step->source, step->opts.recursive, &change,
			      DIAG_SOURCE_OPEN, step->source, d);
}

/* What mount(8) means by nofail: there is no such device, file or directory. */
static int is_missing_source(const struct diag *d)
{
	switch (d->step) {
	case DIAG_SOURCE_OPEN:
	case DIAG_SOURCE_RESOLVE:
	case DIAG_FS_CREATE:
	case DIAG_FS_OPTION:
		return d->err == ENOENT || d->err == ENOTDIR || d->err == ENXIO ||
		       d->err == ENODEV || d->err == ENOMEDIUM;
	default:
		return 0;
	}
}

static void set_remedy(struct diag *d, const char *remedy)
{
	free(d->remedy);
	d->remedy = strdup(remedy);
}

/* What helps here is not always what helps elsewhere. */
static int fail_source(const struct nsplan_step *step, int err, struct diag *d)
{
	if (step->kind == NSPLAN_CLONE && err == -EINVAL && d->step == DIAG_SOURCE_OPEN && !d->cause)
		set_remedy(d, _("use the option rbind"));
	if (step->kind == NSPLAN_MKFS && err == -EPERM &&
	    (strcmp(step->fstype, "proc") == 0 || strcmp(step->fstype, "sysfs") == 0))
		set_remedy(d, _("a clone of the caller's can be used: --bind, with the option rbind"));
	return err;
}

static int open_step(struct nsplan_step *step, struct diag *d)
{
	int fd;

	if (step->kind == NSPLAN_SYMLINK)
		return 0;
	fd = step->kind == NSPLAN_MKFS ? make_filesystem(step, d) : make_clone(step, d);
	if (fd < 0 && step->opts.nofail && is_missing_source(d)) {
		diag_reset(d);
		step->skipped = 1;
		return 0;
	}
	if (fd < 0)
		return fail_source(step, fd, d);

	step->place = (struct placement) PLACEMENT_INIT;
	step->place.treefd = fd;
	step->place.target = step->target;
	step->place.mkdir = step->opts.mkdir;
	step->place.mode = mntopts_mkdir_mode(&step->opts);
	step->place.touch = step->touch || step->opts.mkdir;
	return 0;
}

/*
 * nsplan_open:
 * @plan: the steps
 * @d: failure, of the step @plan->failed
 *
 * Makes all the detached mounts. All paths, those in the options of filesystems
 * included, are paths of the caller's namespace. What is made is gone again with
 * nsplan_close(), and belongs to one namespace; for the next one call this
 * again.
 *
 * Returns: 0, or -errno with @d set and nothing open.
 */
int nsplan_open(struct nsplan *plan, struct diag *d)
{
	size_t i;
	int rc = 0;

	nsplan_close(plan);
	for (i = 0; !rc && i < plan->nr_steps; i++) {
		rc = open_step(&plan->steps[i], d);
		if (rc)
			plan->failed = &plan->steps[i];
	}
	if (rc)
		nsplan_close(plan);
	return rc;
}

/*
 * nsplan_close - what is not attached goes away; the notes of what was made stay,
 * for nspath_undo_made()
 */
void nsplan_close(struct nsplan *plan)
{
	size_t i;

	if (plan->rootfd >= 0)
		close(plan->rootfd);
	plan->rootfd = -1;
	for (i = 0; i < plan->nr_steps; i++) {
		struct nsplan_step *step = &plan->steps[i];

		placement_close(&step->place);
		if (step->covered >= 0)
			close(step->covered);
		step->covered = -1;
		step->skipped = 0;
	}
}
