/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * runproc - the process of a program that is to be executed: its namespaces, its
 * parent, its ids and capabilities
 */
#include <errno.h>
#include <grp.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "c.h"
#include "diagnose.h"
#include "mountapi.h"
#include "namespace.h"
#include "nls.h"
#include "pathnames.h"
#include "runproc.h"

/* What somebody who sends it to us wants to reach the program. */
static const int forwarded[] = {
	SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGALRM, SIGCONT, SIGWINCH
};

static const struct {
	int flag;
	const char *name;
} types[] = {
	{ CLONE_NEWCGROUP, "cgroup" },
	{ CLONE_NEWIPC, "ipc" },
	{ CLONE_NEWNET, "net" },
	{ CLONE_NEWPID, "pid" },
	{ CLONE_NEWTIME, "time" },
	{ CLONE_NEWUTS, "uts" }
};

/*
 * runproc_type:
 * @flag: one of CLONE_NEW*
 *
 * Returns: the name of the type of namespaces, NULL for those that
 * runproc_unshare() does not make.
 */
const char *runproc_type(int flag)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		if (types[i].flag == flag)
			return types[i].name;
	}
	return NULL;
}

static int set_clock(int fd, const char *name, int64_t offset, struct diag *d)
{
	char line[64];
	int len = snprintf(line, sizeof(line), "%s %" PRId64 " 0\n", name, offset);

	if (offset && write(fd, line, len) < 0)
		return diag_fail(d, DIAG_RUN_CLOCK, errno, name);
	return 0;
}

/* Possible until a process is in the time namespace; see time_namespaces(7). */
static int set_clocks(const struct runproc *p, struct diag *d)
{
	int fd, rc;

	if (!p->monotonic && !p->boottime)
		return 0;
	fd = open(_PATH_PROC "/self/timens_offsets", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return diag_fail(d, DIAG_RUN_CLOCK, errno,
				 p->monotonic ? "monotonic" : "boottime");
	rc = set_clock(fd, "monotonic", p->monotonic, d);
	if (!rc)
		rc = set_clock(fd, "boottime", p->boottime, d);
	close(fd);
	return rc;
}

static int fail_unshare(const char *type, int err, struct diag *d)
{
	char remedy[128];

	if (err != ENOSPC)
		return diag_fail(d, DIAG_RUN_UNSHARE, err, type);
	snprintf(remedy, sizeof(remedy), _("raise the sysctl user.max_%s_namespaces"), type);
	return diag_fail_cause(d, DIAG_RUN_UNSHARE, err, type, remedy,
			       _("the limit on namespaces of this type is reached"));
}

/*
 * runproc_unshare:
 * @p: which namespaces
 * @d: failure
 *
 * Makes the namespaces one by one, so that it is known which one fails. Those
 * for PIDs and for time are for children, see unshare(2).
 *
 * Returns: 0, or -errno with @d set; the caller may be in some of them then.
 */
int runproc_unshare(const struct runproc *p, struct diag *d)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		if (p->unshare & types[i].flag && unshare(types[i].flag) < 0)
			return fail_unshare(types[i].name, errno, d);
	}
	return set_clocks(p, d);
}

/*
 * The signal is lost when user or group change, and comes never when the parent is
 * gone already; which the PID of the parent does not tell in a PID namespace.
 */
static int die_with_parent(const struct runproc *p, struct diag *d)
{
	struct pollfd parent = { .fd = p->parent, .events = POLLIN };

	if (!p->kill_child)
		return 0;
	if (prctl(PR_SET_PDEATHSIG, p->kill_child) < 0)
		return diag_fail(d, DIAG_RUN_PRCTL, errno, _("the signal of --kill-child"));
	if (p->parent >= 0 && poll(&parent, 1, 0) == 1)
		return diag_fail_cause(d, DIAG_RUN_PRCTL, ESRCH, _("the signal of --kill-child"),
				       NULL, _("the parent has died"));
	return 0;
}

static void fill_handled(sigset_t *set)
{
	size_t i;

	sigemptyset(set);
	sigaddset(set, SIGCHLD);
	for (i = 0; i < ARRAY_SIZE(forwarded); i++)
		sigaddset(set, forwarded[i]);
}

/*
 * runproc_fork:
 * @p: the process
 * @d: failure
 *
 * Forks. The parent has the signals blocked that it will forward, and goes on
 * with runproc_wait() or runproc_reap(); the child has those of the caller.
 *
 * Returns: 0 in the child, its PID in the parent, or -errno with @d set in the
 * parent or in the child.
 */
pid_t runproc_fork(struct runproc *p, struct diag *d)
{
	struct sigaction sa = { .sa_handler = SIG_DFL };
	sigset_t set;
	pid_t pid;

	fill_handled(&set);
	sigprocmask(SIG_BLOCK, &set, &p->old_mask);
	/* where it is ignored, no child is to be waited for */
	sigaction(SIGCHLD, &sa, &p->old_chld);

	if (p->kill_child && p->parent < 0)
		p->parent = ul_pidfd_open(getpid(), 0);
	pid = fork();
	if (pid < 0) {
		pid = diag_fail(d, DIAG_RUN_FORK, errno, NULL);
	} else if (pid == 0) {
		sigaction(SIGCHLD, &p->old_chld, NULL);
		sigprocmask(SIG_SETMASK, &p->old_mask, NULL);
		return die_with_parent(p, d);
	}
	return pid;
}

/*
 * Tells the shell that the job is stopped, as the child is. When we have been
 * continued, we had been stopped together with it.
 */
static void stop_as_well(pid_t pid)
{
	sigset_t pending;

	if (sigpending(&pending) == 0 && !sigismember(&pending, SIGCONT))
		raise(SIGSTOP);
	kill(pid, SIGCONT);
}

/* Returns 1 when @pid is gone, and @status is its. */
static int reap(pid_t pid, int all, int *status)
{
	pid_t child;

	while ((child = waitpid(all ? -1 : pid, status, WNOHANG | (all ? 0 : WUNTRACED))) != 0) {
		if (child < 0) {
			if (errno == EINTR)
				continue;
			/* waited for by nobody else; never mind the impossible */
			*status = W_EXITCODE(EXIT_FAILURE, 0);
			return 1;
		}
		if (child == pid && WIFSTOPPED(*status))
			stop_as_well(pid);
		else if (child == pid)
			return 1;
	}
	return 0;
}

/*
 * What the terminal sends (^C) goes to all of its foreground processes, and
 * has reached the child; what a process sends has reached us alone.
 */
static int handle(pid_t pid, int all, int sig, int code, int *status)
{
	if (sig == SIGCHLD)
		return reap(pid, all, status);
	if (code <= 0)
		kill(pid, sig);
	return 0;
}

static int wait_for(pid_t pid, int all)
{
	siginfo_t info;
	sigset_t set;
	int sig, status;

	fill_handled(&set);
	if (reap(pid, all, &status))
		return status;
	do {
		sig = sigwaitinfo(&set, &info);
	} while (sig < 0 || !handle(pid, all, sig, info.si_code, &status));
	return status;
}

/*
 * runproc_signalfd - for a parent that waits for more than its child
 *
 * Returns: O_CLOEXEC fd from which the signals are read that runproc_fork() blocks,
 * or -errno. See signalfd(2).
 */
int runproc_signalfd(void)
{
	sigset_t set;
	int fd;

	fill_handled(&set);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

/*
 * runproc_handle:
 * @pid: child, of runproc_fork()
 * @sig: signal that was read
 * @code: its si_code
 * @status: of the child, as of waitpid(2), when it has ended
 *
 * Does with a signal what runproc_wait() does.
 *
 * Returns: 1 when the child has ended, else 0.
 */
int runproc_handle(pid_t pid, int sig, int code, int *status)
{
	return handle(pid, 0, sig, code, status);
}

/*
 * runproc_wait:
 * @pid: child, of runproc_fork()
 *
 * Waits until the child ends; meanwhile signals that are sent to the caller are
 * sent on to it, and the caller stops when the child does.
 *
 * Returns: its status, as of waitpid(2).
 */
int runproc_wait(pid_t pid)
{
	return wait_for(pid, 0);
}

/*
 * runproc_reap:
 *
 * As runproc_wait() for the first process of a PID namespace, which other
 * processes become children of when their parents end, and which cannot stop.
 */
int runproc_reap(pid_t pid)
{
	/* what it has open and executes is the host's, and its children may be root */
	prctl(PR_SET_DUMPABLE, 0);
	return wait_for(pid, 1);
}

static int become_group(const struct runproc *p, struct diag *d)
{
	char id[16];

	if (!p->set_gid)
		return 0;
	snprintf(id, sizeof(id), "%ju", (uintmax_t) p->gid);
	/* nothing is denied to who has nothing to drop */
	if (getgroups(0, NULL) != 0 && setgroups(0, NULL) < 0)
		return diag_fail(d, DIAG_RUN_SETGROUPS, errno, id);
	if (setresgid(p->gid, p->gid, p->gid) < 0)
		return diag_fail(d, DIAG_RUN_SETGID, errno, id);
	return 0;
}

static int become_user(const struct runproc *p, struct diag *d)
{
	char id[16];

	if (!p->set_uid)
		return 0;
	snprintf(id, sizeof(id), "%ju", (uintmax_t) p->uid);
	/* without --keep-caps they go when a program is executed, and if none is, they are needed */
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0 && p->keep_caps)
		return diag_fail(d, DIAG_RUN_PRCTL, errno, _("the capabilities"));
	if (setresuid(p->uid, p->uid, p->uid) < 0)
		return diag_fail(d, DIAG_RUN_SETUID, errno, id);
	return 0;
}

/*
 * runproc_become:
 * @p: the process
 * @d: failure
 *
 * Becomes who the program is to be executed as; the last step before that.
 *
 * Returns: 0, or -errno with @d set.
 */
int runproc_become(const struct runproc *p, struct diag *d)
{
	int rc = become_group(p, d);

	if (!rc)
		rc = become_user(p, d);
	if (!rc && p->keep_caps && caller_pass_on_caps() < 0)
		rc = diag_fail(d, DIAG_RUN_PRCTL, errno, _("the capabilities"));
	if (!rc)
		rc = die_with_parent(p, d);
	if (!rc && p->no_new_privs && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		rc = diag_fail(d, DIAG_RUN_PRCTL, errno, "no_new_privs");
	return rc;
}
