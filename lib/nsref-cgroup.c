/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nsref-cgroup - the namespace of a service or a container
 *
 * It is that of the oldest process in the cgroup. Which process that is, and
 * whether its PID is still its own, may change at any time; so a pidfd holds on to
 * the process before its cgroup is looked at once more, and it has to be alive
 * when its namespace has been opened.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "c.h"
#include "cgroup.h"
#include "diagnose.h"
#include "mountapi.h"
#include "nls.h"
#include "nsfs.h"
#include "nsref.h"
#include "pathnames.h"
#include "strutils.h"

#define MAX_TRIES	16
#define MAX_CANDIDATES	8

/* include/linux/proc_ns.h */
#define CGROUP_NS_INIT_INO	0xEFFFFFFBU

/* As systemctl(1) has it: a name without a type is a service's. */
static char *full_unit_name(const char *name)
{
	static const char *const types[] = {
		".service", ".scope", ".socket", ".mount", ".swap", ".slice"
	};
	size_t i, len = strlen(name);
	char *full;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		size_t n = strlen(types[i]);

		if (len > n && strcmp(name + len - n, types[i]) == 0)
			return strdup(name);
	}
	return asprintf(&full, "%s.service", name) < 0 ? NULL : full;
}

static int in_cgroup_namespace(void)
{
	struct stat st;

	return stat(_PATH_PROC "/self/ns/cgroup", &st) == 0 && st.st_ino != CGROUP_NS_INIT_INO;
}

static int fail_none(const struct nsref *ref, const struct cgroup_search *s, struct diag *d)
{
	const char *remedy = in_cgroup_namespace() ?
		_("the caller's cgroup namespace may hide it; a PID would do") :
		_("see mntns lsns -o +UNIT,CONTAINER");

	if (!s->roots)
		return diag_fail_cause(d, DIAG_NS_OPEN_CGROUP, ENOENT, ref->name,
				_("mount cgroup2 on /sys/fs/cgroup, or give a PID"),
				_("no cgroup tree is mounted"));
	if (ref->kind == NSREF_UNIT)
		return diag_fail_cause(d, DIAG_NS_OPEN_CGROUP, ENOENT, ref->name, remedy,
				_("no such unit in the cgroup tree %s"), s->roots);
	return diag_fail_cause(d, DIAG_NS_OPEN_CGROUP, ENOENT, ref->name, remedy,
			_("no container with such an id or name in the cgroup tree %s"), s->roots);
}

/* "unit:a.service, unit:b.service and 3 more" */
static char *list_candidates(const struct nsref *ref, const struct cgroup_search *s)
{
	const char *prefix = ref->kind == NSREF_UNIT ? "unit:" : "ctr:";
	char *text = NULL;
	size_t i, len = 0;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return NULL;
	for (i = 0; i < s->n && i < MAX_CANDIDATES; i++) {
		fprintf(f, "%s%s%s", i ? ", " : "", prefix, s->matches[i].name);
		if (s->matches[i].pod)
			fprintf(f, _(" of pod %s"), s->matches[i].pod);
	}
	if (i < s->n)
		fprintf(f, _(" and %zu more"), s->n - i);
	return fclose(f) == 0 ? text : NULL;
}

static int fail_ambiguous(const struct nsref *ref, const struct cgroup_search *s, struct diag *d)
{
	char *text = list_candidates(ref, s);

	diag_fail_cause(d, DIAG_NS_OPEN_CGROUP, ENOTUNIQ, ref->name, NULL,
			_("this can be %s"), text ? text : "");
	free(text);
	return -ENOTUNIQ;
}

static int fail_empty(const struct nsref *ref, const struct cgroup_match *m, struct diag *d)
{
	return diag_fail_cause(d, DIAG_NS_OPEN_CGROUP, ESRCH, ref->name, NULL, m->foreign ?
			_("its processes are in a PID namespace that the caller does not see") :
			_("there is no process in it"));
}

/* The one that is meant, or NULL with @rc set. */
static const struct cgroup_match *choose(const struct nsref *ref, const struct cgroup_search *s,
					 int *rc, struct diag *d)
{
	const struct cgroup_match *chosen = NULL;
	size_t i, nexact = 0;

	for (i = 0; i < s->n; i++) {
		if (s->matches[i].exact) {
			nexact++;
			chosen = &s->matches[i];
		}
	}
	if (s->n == 1)
		chosen = s->matches;
	else if (nexact != 1)
		chosen = NULL;

	if (!s->n)
		*rc = fail_none(ref, s, d);
	else if (!chosen)
		*rc = fail_ambiguous(ref, s, d);
	else if (!chosen->pid)
		*rc = fail_empty(ref, chosen, d);
	return *rc ? NULL : chosen;
}

static int find(const struct nsref *ref, struct cgroup_search *s)
{
	char *unit;
	int rc;

	if (ref->kind == NSREF_CONTAINER)
		return cgroup_find_container(s, startswith(ref->name, "ctr:"));
	unit = full_unit_name(startswith(ref->name, "unit:"));
	rc = unit ? cgroup_find_unit(s, unit) : -ENOMEM;
	free(unit);
	return rc;
}

/* Returns: open namespace, -EAGAIN when the process went meanwhile, or -errno. */
static int open_member(struct nsref *ref, const struct cgroup_match *m)
{
	int fd, rc = nsref_hold_pid(ref, m->pid);

	if (rc)
		return rc == -ESRCH ? -EAGAIN : rc;

	fd = cgroup_has_member(m->dir, m->pid) ? ns_open_pid(m->pid) : -EAGAIN;
	if (!nsref_is_alive(ref) || fd == -ESRCH) {
		if (fd >= 0)
			close(fd);
		fd = -EAGAIN;
	}
	if (fd < 0)
		nsref_close(ref);
	return fd;
}

static int fail_open(const struct nsref *ref, int err, struct diag *d)
{
	if (err == EAGAIN)
		return diag_fail_cause(d, DIAG_NS_OPEN_CGROUP, err, ref->name, _("try again"),
				       _("its processes come and go"));
	if (err == EACCES || err == EPERM)
		return diag_fail_cause(d, DIAG_NS_OPEN_CGROUP, err, ref->name,
				diag_remedy(DIAG_NS_OPEN_PID, err),
				_("not allowed to inspect its oldest process, %d"), (int) ref->pid);
	return diag_fail(d, DIAG_NS_OPEN_CGROUP, err, ref->name);
}

/*
 * nsref_open_cgroup:
 * @ref: NSREF_UNIT or NSREF_CONTAINER; pid and pidfd are set
 * @d: failure
 *
 * Returns: the mount namespace of the oldest process of the unit or container,
 * open O_CLOEXEC; or -errno with @d set.
 */
int nsref_open_cgroup(struct nsref *ref, struct diag *d)
{
	int i, fd = -EAGAIN;

	if (strchr(ref->name, ':')[1] == '\0')
		return diag_fail_cause(d, DIAG_NS_OPEN_CGROUP, EINVAL, ref->name, NULL,
				       _("nothing follows the colon"));
	for (i = 0; fd == -EAGAIN && i < MAX_TRIES; i++) {
		const struct cgroup_match *m = NULL;
		struct cgroup_search s;
		int rc = find(ref, &s);

		if (rc)
			diag_fail(d, DIAG_NS_OPEN_CGROUP, -rc, ref->name);
		else
			m = choose(ref, &s, &rc, d);
		if (m)
			fd = open_member(ref, m);
		cgroup_search_free(&s);
		if (rc)
			return rc;
	}
	return fd < 0 ? fail_open(ref, -fd, d) : fd;
}
