/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-attach.h - what the verbs that put mounts in place share
 */
#ifndef MNTNS_ATTACH_H
#define MNTNS_ATTACH_H

#include <stdio.h>

#include "mntopts.h"
#include "nsref.h"

struct diag;
struct placement;
struct plan_options;

/* mntns-source.c: what is put in place */
struct source_options {
	struct mntopts mntopts;
	const char *fstype;		/* NULL for a clone */
	unsigned int recursive:1;
};

#define SOURCE_SHORTOPTS	"o:Rt:"
#define SOURCE_LONGOPTS \
	{ "options",   required_argument, NULL, 'o' }, \
	{ "recursive", no_argument,	  NULL, 'R' }, \
	{ "types",     required_argument, NULL, 't' }

extern int source_options_take(struct source_options *o, int c, const char *arg);
extern void source_options_check(struct source_options *o);
extern void source_options_usage(FILE *out);
extern int source_resolve(const char *source, char **device, struct diag *d);
extern int source_make(const struct source_options *o, const char *source, struct diag *d);
extern int source_make_from(const struct source_options *o, int root, int fds,
			    const char *source, struct diag *d);
extern int source_make_early(const struct source_options *o, const char *source, int *treefd,
			     struct diag *d);

extern void source_options_no_mkdir(const struct source_options *o);

/* mntns-swap-root.c: the root of a namespace */
struct swap_root {
	struct source_options what;
	const char *ns;
	const char *source;
	unsigned int beneath:1;
	unsigned int dry_run:1;
	unsigned int verbose:1;
};

extern void swap_root(const struct swap_root *sw);

/* mntns-attach-shared.c */
struct attach_shared {
	struct nsref ref;
	struct nsref self;
	uint64_t warned;		/* mount that is known to be shared, its old id */
};

extern int attach_warn_shared(struct attach_shared *s, const struct placement *p,
			      struct diag *d);

/* mntns-attach-fstab.c */
extern void attach_fstab(const char *ns, struct plan_options *plan, int print_id, int verbose);

#endif /* MNTNS_ATTACH_H */
