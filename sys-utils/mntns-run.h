/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-run.h - how run executes the program
 */
#ifndef MNTNS_RUN_H
#define MNTNS_RUN_H

#include <stdio.h>

#include "runproc.h"

struct run_options {
	struct runproc proc;
	const char *dir;		/* of --chdir */
	const char **env;		/* of --env, as often as it is given */
	size_t nr_env;
	unsigned int clear_env:1;
	unsigned int fork:1;
	unsigned int init:1;
};

#define RUN_OPTIONS_INIT	{ .proc = RUNPROC_INIT }

enum {
	RUN_OPT_BOOTTIME = CHAR_MAX + 128,
	RUN_OPT_CHDIR,
	RUN_OPT_CLEAR_ENV,
	RUN_OPT_ENV,
	RUN_OPT_INIT,
	RUN_OPT_KEEP_CAPS,
	RUN_OPT_KILL_CHILD,
	RUN_OPT_MONOTONIC,
	RUN_OPT_NO_NEW_PRIVS
};

#define RUN_SHORTOPTS	"CfG:inpS:Tuw:"
#define RUN_LONGOPTS \
	{ "boottime",	  required_argument, NULL, RUN_OPT_BOOTTIME }, \
	{ "cgroup",	  no_argument,	     NULL, 'C' }, \
	{ "chdir",	  required_argument, NULL, RUN_OPT_CHDIR }, \
	{ "clear-env",	  no_argument,	     NULL, RUN_OPT_CLEAR_ENV }, \
	{ "env",	  required_argument, NULL, RUN_OPT_ENV }, \
	{ "fork",	  no_argument,	     NULL, 'f' }, \
	{ "init",	  no_argument,	     NULL, RUN_OPT_INIT }, \
	{ "ipc",	  no_argument,	     NULL, 'i' }, \
	{ "keep-caps",	  no_argument,	     NULL, RUN_OPT_KEEP_CAPS }, \
	{ "kill-child",	  optional_argument, NULL, RUN_OPT_KILL_CHILD }, \
	{ "monotonic",	  required_argument, NULL, RUN_OPT_MONOTONIC }, \
	{ "net",	  no_argument,	     NULL, 'n' }, \
	{ "no-new-privs", no_argument,	     NULL, RUN_OPT_NO_NEW_PRIVS }, \
	{ "pid",	  no_argument,	     NULL, 'p' }, \
	{ "setgid",	  required_argument, NULL, 'G' }, \
	{ "setuid",	  required_argument, NULL, 'S' }, \
	{ "time",	  no_argument,	     NULL, 'T' }, \
	{ "uts",	  no_argument,	     NULL, 'u' }, \
	{ "wd",		  required_argument, NULL, 'w' }

extern int run_options_take(struct run_options *o, int c, const char *arg);
extern void run_options_check(struct run_options *o);
extern void run_options_separate(struct run_options *o);
extern void run_options_become(struct run_options *o, const char *joined);
extern void run_options_usage(FILE *out);

#endif /* MNTNS_RUN_H */
