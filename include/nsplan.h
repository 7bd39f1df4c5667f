/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nsplan - several mounts for one mount namespace: all are known and checked
 * before anything is done, all are attached or none
 *
 *	nsplan_add_fstab(), nsplan_add_form()	what is to be mounted, in order
 *	nsplan_open()	in the caller's namespace: the sources become fds
 *	nsplan_put()	in the other one: attached one after the other
 *
 * A failure has its words in struct diag as everywhere; @failed tells which
 * step it was.
 */
#ifndef UTIL_LINUX_NSPLAN_H
#define UTIL_LINUX_NSPLAN_H

#include <stdio.h>

#include "diagnose.h"
#include "mntopts.h"
#include "nspath.h"
#include "placement.h"

enum nsplan_kind {
	NSPLAN_CLONE,			/* a clone of @source */
	NSPLAN_MKFS,			/* a new filesystem of type @fstype */
	NSPLAN_SYMLINK			/* a symbolic link that says @source */
};

struct nsplan_step {
	enum nsplan_kind kind;
	char *source;
	char *target;			/* absolute, in the namespace */
	char *fstype;			/* NSPLAN_MKFS; "auto" is found out from the device */
	struct mntopts opts;
	char *origin;			/* "fstab:12" or "--dev", for messages; or NULL */
	unsigned int touch:1;		/* a missing target is made as an empty file */
	unsigned int skipped:1;		/* nofail, and nsplan_open() found no source */
	struct placement place;		/* nsplan_open() gives it the detached mount */
	int covered;			/* the root that it was mounted on, or -1 */
};

/* What is wrong with one line. */
struct nsplan_problem {
	char *origin;
	struct diag diag;
};

struct nsplan {
	struct nsplan_step *steps;
	size_t nr_steps;
	struct nsplan_problem *problems;
	size_t nr_problems;

	const struct nsplan_step *failed;	/* or NULL */
	struct nspath_made made;		/* directories made for targets */
	int rootfd;				/* while nsplan_put() is at work */

	/* called before each change, or NULL: till the first one whoever puts the plan
	 * in place may be killed, and nothing is left behind */
	void (*before_change)(void);

	/* called with each target before it is mounted on, instead of refusals
	 * because of what is shared; returns 0, or -errno with the diag set */
	int (*look)(const struct placement *place, void *data, struct diag *d);
	void *look_data;

	unsigned int lift_ro:1;		/* the root was made read-only for the caller */
	unsigned int keep_off_shared:1;	/* mounts of the namespace may be shared: refuse those */
};

#define NSPLAN_INIT	{ .rootfd = -1 }

enum nsplan_form {
	NSPLAN_FORM_BIND,		/* SOURCE:TARGET[:OPTIONS] */
	NSPLAN_FORM_DEV,		/* TARGET[:OPTIONS], as the rest */
	NSPLAN_FORM_PROC,
	NSPLAN_FORM_SYSFS,
	NSPLAN_FORM_TMPFS
};

void nsplan_free(struct nsplan *plan);
struct nsplan_step *nsplan_add(struct nsplan *plan, enum nsplan_kind kind,
			       const char *source, const char *target,
			       const char *fstype, const char *origin);
int nsplan_add_problem(struct nsplan *plan, const char *origin, struct diag *d);

int nsplan_share(struct nsplan *plan, const char *fstype, const char *source,
		 struct diag *d);
int nsplan_open(struct nsplan *plan, struct diag *d);
void nsplan_close(struct nsplan *plan);
int nsplan_put(struct nsplan *plan, struct diag *d);
void nsplan_take_back(struct nsplan *plan);
int nsplan_assemble(struct nsplan *plan, int nsfd, const char *object, struct diag *d);

/* lib/nsplan-fstab.c */
int nsplan_add_fstab(struct nsplan *plan, FILE *f, const char *name, struct diag *d);

/* lib/nsplan-forms.c */
int nsplan_add_form(struct nsplan *plan, enum nsplan_form form, const char *arg,
		    struct diag *d);

/* lib/nsplan-text.c */
char *nsplan_options_text(const struct mntopts *opts);
char *nsplan_step_text(const struct nsplan_step *step);

#endif /* UTIL_LINUX_NSPLAN_H */
