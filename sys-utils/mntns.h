/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns.h - what the verbs share
 */
#ifndef MNTNS_H
#define MNTNS_H

#include <limits.h>

#include "c.h"
#include "diagnose.h"
#include "mntopts.h"
#include "nls.h"
#include "nsiter.h"
#include "nsmake.h"
#include "nsplan.h"
#include "userns.h"

/*
 * A verb is an ordinary main() in a file of its own, sys-utils/mntns-<verb>.c. Its
 * argv[0] is the name of the program, for getopt_long() starts its messages with
 * it; the arguments of the verb start at argv[1], and optind is as at start-up.
 */
extern int mntns_attach(int argc, char **argv);
extern int mntns_create(int argc, char **argv);
extern int mntns_delete(int argc, char **argv);
extern int mntns_detach(int argc, char **argv);
extern int mntns_diff(int argc, char **argv);
extern int mntns_enter(int argc, char **argv);
extern int mntns_features(int argc, char **argv);
extern int mntns_holders(int argc, char **argv);
extern int mntns_list(int argc, char **argv);
extern int mntns_lsns(int argc, char **argv);
extern int mntns_pin(int argc, char **argv);
extern int mntns_reach(int argc, char **argv);
extern int mntns_rename(int argc, char **argv);
extern int mntns_replace(int argc, char **argv);
extern int mntns_run(int argc, char **argv);
extern int mntns_setattr(int argc, char **argv);
extern int mntns_stat(int argc, char **argv);
extern int mntns_swap_root(int argc, char **argv);
extern int mntns_wait(int argc, char **argv);
extern int mntns_watch(int argc, char **argv);

/* mntns-full.c or mntns-static.c: first of all, with the arguments as they came */
extern void mntns_begin(char **argv);

/* Exits; "Try 'mntns <verb> --help'" in a verb. */
extern void mntns_errtryhelp(int status) __attribute__((__noreturn__));
#undef errtryhelp
#define errtryhelp(status)	mntns_errtryhelp(status)

/* The loaders of lazylibs.h, for a verb that cannot go on without the library. */
extern void load_smartcols_or_err(void);
extern void load_libmount_or_err(void);

/* mntns-common.c: failures of lib/, what to do before setns(), exec, signals */
extern void mntns_warn(struct diag *d);
extern void mntns_err(struct diag *d) __attribute__((__noreturn__));
extern void mntns_warn_view(enum nsiter_view view);
extern void mntns_check_pin_name(const char *name);
extern void mntns_preload_messages(void);
extern void mntns_undo_at_exit(void (*undo)(void *), void *data);
extern void mntns_exec(char **argv) __attribute__((__noreturn__));
extern void mntns_exit_as(int status) __attribute__((__noreturn__));
extern void mntns_catch_signals(void);
extern void mntns_release_signals(void);
extern int mntns_commit(void);
extern int mntns_is_interrupted(void);
extern void mntns_die_if_interrupted(void);

/* mntns-useropts.c: user namespaces, a part of the following */
struct user_options {
	struct userns ns;
	unsigned int make:1;		/* a new one */
};

enum {
	USER_OPT_MAP_USER = CHAR_MAX + 64,
	USER_OPT_MAP_GROUP,
	USER_OPT_MAP_USERS,
	USER_OPT_MAP_GROUPS,
	USER_OPT_MAP_AUTO,
	USER_OPT_MAP_SUBIDS,
	USER_OPT_SETGROUPS,
	USER_OPT_USERNS
};

#define USER_SHORTOPTS	"crU"
#define USER_LONGOPTS \
	{ "map-auto",	      no_argument,	 NULL, USER_OPT_MAP_AUTO }, \
	{ "map-current-user", no_argument,	 NULL, 'c' }, \
	{ "map-group",	      required_argument, NULL, USER_OPT_MAP_GROUP }, \
	{ "map-groups",	      required_argument, NULL, USER_OPT_MAP_GROUPS }, \
	{ "map-root-user",    no_argument,	 NULL, 'r' }, \
	{ "map-subids",	      no_argument,	 NULL, USER_OPT_MAP_SUBIDS }, \
	{ "map-user",	      required_argument, NULL, USER_OPT_MAP_USER }, \
	{ "map-users",	      required_argument, NULL, USER_OPT_MAP_USERS }, \
	{ "setgroups",	      required_argument, NULL, USER_OPT_SETGROUPS }, \
	{ "user",	      no_argument,	 NULL, 'U' }, \
	{ "userns",	      required_argument, NULL, USER_OPT_USERNS }

extern void user_options_init(struct user_options *o);
extern int user_options_take(struct user_options *o, int c, const char *arg);
extern const struct userns *user_options_get(const struct user_options *o);
extern void user_options_free(struct user_options *o);
extern void user_options_usage(FILE *out);

/* mntns-planopts.c: mounts of the new namespace */
struct plan_options {
	struct nsplan plan;
	unsigned int dry_run:1;
	unsigned int stdin_used:1;
	unsigned int nr_shown;		/* steps that --dry-run has printed */
};

extern int plan_options_take(struct plan_options *o, int c, const char *arg);
extern void plan_options_check(const struct plan_options *o);
extern void plan_options_err(struct plan_options *o, struct diag *d)
			__attribute__((__noreturn__));
extern void plan_options_show(struct plan_options *o, const char *fmt, ...)
			__attribute__((__format__ (__printf__, 2, 3)));
extern void plan_options_show_steps(struct plan_options *o);
extern void plan_options_usage(FILE *out);

/* mntns-treeopts.c: what create and run have in common */
struct tree_options {
	struct nsmake make;
	struct plan_options mounts;
	struct mntopts mntopts;
	struct user_options user;
	uint64_t propagation;		/* of --propagation */
	char *fstype;			/* of --fs */
	char *source;			/* likewise, or NULL */
	unsigned int has_options:1;	/* --options */
	struct diag left_out;		/* mounts that --recursive does not get */
	unsigned int verbose:1;
};

enum {
	TREE_OPT_PROPAGATION = CHAR_MAX + 1,
	TREE_OPT_METHOD,
	TREE_OPT_EMPTY,
	TREE_OPT_FS,
	PLAN_OPT_BIND,
	PLAN_OPT_DEV,
	PLAN_OPT_DRY_RUN,
	PLAN_OPT_FSTAB,
	PLAN_OPT_PROC,
	PLAN_OPT_SYSFS,
	PLAN_OPT_TMPFS,
	TREE_OPT_NEXT			/* the first free for a verb */
};

#define PLAN_LONGOPTS \
	{ "bind",	 required_argument, NULL, PLAN_OPT_BIND }, \
	{ "dev",	 optional_argument, NULL, PLAN_OPT_DEV }, \
	{ "dry-run",	 no_argument,	    NULL, PLAN_OPT_DRY_RUN }, \
	{ "fstab",	 required_argument, NULL, PLAN_OPT_FSTAB }, \
	{ "proc",	 optional_argument, NULL, PLAN_OPT_PROC }, \
	{ "sysfs",	 optional_argument, NULL, PLAN_OPT_SYSFS }, \
	{ "tmpfs",	 required_argument, NULL, PLAN_OPT_TMPFS }

#define TREE_SHORTOPTS	"o:Rv" USER_SHORTOPTS
#define TREE_LONGOPTS \
	USER_LONGOPTS, \
	PLAN_LONGOPTS, \
	{ "empty",	 no_argument,	    NULL, TREE_OPT_EMPTY }, \
	{ "fs",		 required_argument, NULL, TREE_OPT_FS }, \
	{ "method",	 required_argument, NULL, TREE_OPT_METHOD }, \
	{ "options",	 required_argument, NULL, 'o' }, \
	{ "propagation", required_argument, NULL, TREE_OPT_PROPAGATION }, \
	{ "recursive",	 no_argument,	    NULL, 'R' }, \
	{ "verbose",	 no_argument,	    NULL, 'v' }

extern void tree_options_init(struct tree_options *o);
extern int tree_options_take(struct tree_options *o, int c, const char *arg);
extern int tree_options_set_tree(struct tree_options *o, int argc, char **argv);
extern int tree_options_open(struct tree_options *o, struct diag *d);
extern void tree_options_show(struct tree_options *o);
extern void tree_options_say_method(struct tree_options *o);
extern void tree_options_free(struct tree_options *o);
extern void tree_options_usage(FILE *out);

#endif /* MNTNS_H */
