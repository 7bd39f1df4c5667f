/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-runopts - the options of run that concern the program: its namespaces
 * besides users and mounts, its parent, ids and environment
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <unistd.h>

#include "namespace.h"
#include "nsjoin.h"
#include "strutils.h"
#include "xalloc.h"

#include "mntns.h"
#include "mntns-run.h"

/* A number, or a name with or without "SIG". */
static int signal_or_err(const char *arg)
{
	const char *abbrev = startswith(arg, "SIG");
	int sig;

	if (isdigit_string(arg)) {
		uint32_t n = strtou32_or_err(arg, _("invalid signal"));

		if (n > 0 && n <= (uint32_t) SIGRTMAX)
			return n;
		errx(EXIT_FAILURE, _("invalid signal: %s"), arg);
	}
	for (sig = 1; sig < NSIG; sig++) {
		const char *name = sigabbrev_np(sig);

		if (name && strcasecmp(name, abbrev ? abbrev : arg) == 0)
			return sig;
	}
	errx(EXIT_FAILURE, _("invalid signal: %s"), arg);
}

static int64_t offset_or_err(const char *arg)
{
	int64_t offset;

	if (ul_strtos64(arg, &offset, 10) != 0)
		errx(EXIT_FAILURE, _("invalid offset of a clock: %s"), arg);
	return offset;
}

static uint32_t id_or_err(const char *arg, const char *errmesg)
{
	uint32_t id = strtou32_or_err(arg, errmesg);

	/* which means "leave it as it is" */
	if (id == UINT32_MAX)
		errx(EXIT_FAILURE, "%s: '%s'", errmesg, arg);
	return id;
}

static void add_env(struct run_options *o, const char *arg)
{
	if (!*arg || *arg == '=')
		errx(EXIT_FAILURE, _("invalid environment variable: %s"), arg);
	o->env = xreallocarray(o->env, o->nr_env + 1, sizeof(*o->env));
	o->env[o->nr_env++] = arg;
}

/*
 * run_options_take:
 * @c: what getopt_long() returned
 * @arg: its argument
 *
 * Exits when the argument is wrong.
 *
 * Returns: 1 when the option was one of these, else 0.
 */
int run_options_take(struct run_options *o, int c, const char *arg)
{
	struct runproc *p = &o->proc;

	switch (c) {
	case 'C':
		p->unshare |= CLONE_NEWCGROUP;
		break;
	case 'f':
		o->fork = 1;
		break;
	case 'G':
		p->gid = id_or_err(arg, _("invalid group id"));
		p->set_gid = 1;
		break;
	case 'i':
		p->unshare |= CLONE_NEWIPC;
		break;
	case 'n':
		p->unshare |= CLONE_NEWNET;
		break;
	case 'p':
		p->unshare |= CLONE_NEWPID;
		break;
	case 'S':
		p->uid = id_or_err(arg, _("invalid user id"));
		p->set_uid = 1;
		break;
	case 'T':
		p->unshare |= CLONE_NEWTIME;
		break;
	case 'u':
		p->unshare |= CLONE_NEWUTS;
		break;
	case 'w':
	case RUN_OPT_CHDIR:
		o->dir = arg;
		break;
	case RUN_OPT_BOOTTIME:
		p->boottime = offset_or_err(arg);
		break;
	case RUN_OPT_MONOTONIC:
		p->monotonic = offset_or_err(arg);
		break;
	case RUN_OPT_CLEAR_ENV:
		o->clear_env = 1;
		break;
	case RUN_OPT_ENV:
		add_env(o, arg);
		break;
	case RUN_OPT_INIT:
		o->init = 1;
		break;
	case RUN_OPT_KEEP_CAPS:
		p->keep_caps = 1;
		break;
	case RUN_OPT_KILL_CHILD:
		p->kill_child = arg ? signal_or_err(arg) : SIGKILL;
		break;
	case RUN_OPT_NO_NEW_PRIVS:
		p->no_new_privs = 1;
		break;
	default:
		return 0;
	}
	return 1;
}

/*
 * run_options_check - completes the options when all are known, or exits
 */
void run_options_check(struct run_options *o)
{
	struct runproc *p = &o->proc;

	if (o->init)
		p->unshare |= CLONE_NEWPID;
	if ((p->monotonic || p->boottime) && !(p->unshare & CLONE_NEWTIME))
		errx(EXIT_FAILURE, _("--monotonic and --boottime need --time"));
	/* only children are in them */
	if (p->unshare & (CLONE_NEWPID | CLONE_NEWTIME) || p->kill_child)
		o->fork = 1;
}

/*
 * run_options_separate - makes the namespaces; what the process that returns
 * does from here on is done in them
 *
 * With --fork the caller waits, and exits as the other process does.
 */
void run_options_separate(struct run_options *o)
{
	struct diag d = { .step = DIAG_NONE };
	pid_t pid;

	if (o->proc.unshare && runproc_unshare(&o->proc, &d) != 0)
		mntns_err(&d);
	if (!o->fork)
		return;
	pid = runproc_fork(&o->proc, &d);
	if (pid < 0)
		mntns_err(&d);
	if (pid > 0)
		mntns_exit_as(runproc_wait(pid));
}

/* The names are looked up before the environment they are in is gone. */
static void set_env(const struct run_options *o)
{
	char **set = xcalloc(o->nr_env + 1, sizeof(*set));
	size_t i;

	for (i = 0; i < o->nr_env; i++) {
		const char *value = strchr(o->env[i], '=') ? "" : getenv(o->env[i]);

		if (strchr(o->env[i], '='))
			set[i] = xstrdup(o->env[i]);
		else if (value)
			xasprintf(&set[i], "%s=%s", o->env[i], value);
	}
	if (o->clear_env)
		clearenv();
	for (i = 0; i < o->nr_env; i++) {
		if (set[i] && putenv(set[i]) != 0)
			err_oom();
	}
	free(set);
}

/*
 * run_options_become:
 * @joined: the user namespace that was joined, or NULL
 *
 * In the mount namespace: what is left to do before the program is executed.
 *
 * With --init the caller stays behind, and exits when the program ends.
 */
void run_options_become(struct run_options *o, const char *joined)
{
	struct diag d = { .step = DIAG_NONE };
	pid_t pid = 0;

	if (o->init) {
		pid = runproc_fork(&o->proc, &d);
		if (pid < 0)
			mntns_err(&d);
		if (pid > 0)
			mntns_exit_as(runproc_reap(pid));
	}
	if (o->dir && nsjoin_chdir(o->dir, &d) != 0)
		mntns_err(&d);
	if (joined && userns_become_root(joined, &d) != 0)
		mntns_err(&d);
	if (runproc_become(&o->proc, &d) != 0)
		mntns_err(&d);
	if (o->proc.parent >= 0)
		close(o->proc.parent);
	if (o->clear_env || o->nr_env)
		set_env(o);
	free(o->env);
}

void run_options_usage(FILE *out)
{
	fputsln(_(" -w, --wd <dir>           change to this directory in the namespace"), out);
	fputsln(_("     --chdir <dir>        the same"), out);
	fputsln(_("     --clear-env          start with an empty environment"), out);
	fputsln(_("     --env <name>[=<value>]\n"
		  "                          set an environment variable, or keep it"), out);
	fputsln(_(" -S, --setuid <uid>       become this user"), out);
	fputsln(_(" -G, --setgid <gid>       become this group, without supplementary groups"), out);
	fputsln(_("     --keep-caps          let the program have our capabilities"), out);
	fputsln(_("     --no-new-privs       let nothing that is executed add privileges"), out);
	fputsln(_(" -C, --cgroup             in a new cgroup namespace"), out);
	fputsln(_(" -i, --ipc                in a new IPC namespace"), out);
	fputsln(_(" -n, --net                in a new network namespace"), out);
	fputsln(_(" -p, --pid                in a new PID namespace (implies --fork)"), out);
	fputsln(_(" -T, --time               in a new time namespace (implies --fork)"), out);
	fputsln(_("     --monotonic <seconds>\n"
		  "                          offset of its clock CLOCK_MONOTONIC"), out);
	fputsln(_("     --boottime <seconds> offset of its clock CLOCK_BOOTTIME"), out);
	fputsln(_(" -u, --uts                in a new UTS namespace"), out);
	fputsln(_(" -f, --fork               wait for the program, as its parent"), out);
	fputsln(_("     --kill-child[=<signal>]\n"
		  "                          send it a signal when we die (implies --fork)"), out);
	fputsln(_("     --init               be the first process of the PID namespace, and reap"), out);
}
