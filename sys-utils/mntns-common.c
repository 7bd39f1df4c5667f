/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-common - what several verbs need: failures of lib/, what must be done
 * before setns(2), executing a program, signals
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exec_shell.h"
#include "nspin.h"

#include "mntns.h"

/*
 * mntns_warn - prints a failure of lib/ in one line and forgets it
 */
void mntns_warn(struct diag *d)
{
	char *text = diag_text(d);

	if (text)
		warnx("%s", text);
	else
		warnx(_("cannot allocate memory"));
	free(text);
	diag_reset(d);
}

/*
 * mntns_err - prints a failure of lib/ and exits, with 2 where the running kernel
 * cannot do it
 */
void mntns_err(struct diag *d)
{
	int status = diag_exit_status(d);

	mntns_warn(d);
	exit(status);
}

/*
 * mntns_warn_view - says that there may be more namespaces than were found
 */
void mntns_warn_view(enum nsiter_view view)
{
	switch (view) {
	case NSITER_ALL:
		break;
	case NSITER_UNPRIVILEGED:
		warnx(_("there may be more namespaces: to see all needs CAP_SYS_ADMIN in the initial user and PID namespace"));
		break;
	case NSITER_PIDNS:
		warnx(_("there may be more namespaces: the caller is in a PID namespace, and sees neither the processes outside of it nor what only they or other namespaces hold"));
		break;
	case NSITER_NOLIST:
		warnx(_("there may be more namespaces: before Linux 6.12 one that only an open file or a mount in another namespace keeps cannot be found"));
		break;
	}
}

/*
 * mntns_check_pin_name - exits where a pin cannot have this name
 */
void mntns_check_pin_name(const char *name)
{
	const char *problem = nspin_name_problem(name);
	struct diag d = { .step = DIAG_NONE };

	if (problem) {
		diag_fail_cause(&d, DIAG_PIN_NAME, EINVAL, name, NULL, "%s", problem);
		mntns_err(&d);
	}
}

/*
 * mntns_preload_messages - loads the catalogs of messages and the character
 * conversion for them, which the C library would else do at the first message,
 * from the tree of a namespace that others control
 *
 * LANGUAGE may name several languages, and a catalog is loaded when those before
 * it lack a message: so one is asked for that all of them lack.
 */
void mntns_preload_messages(void)
{
	/* no messages are translated; faults in a handful of pages less */
	if (strcmp(setlocale(LC_MESSAGES, NULL), "C") == 0)
		return;

	ignore_result(strerror(EINVAL));
	ignore_result(_("failed to execute %s"));
#ifdef ENABLE_NLS
	ignore_result(dgettext("libc", "in no catalog"));
	ignore_result(dgettext(PACKAGE, "in no catalog"));
#endif
}

static struct {
	void (*undo)(void *);
	void *data;
} not_executed;

static void undo_at_exit(void)
{
	not_executed.undo(not_executed.data);
}

/*
 * mntns_undo_at_exit - what is done when no program comes to be executed: because
 * there is none of that name, or because a step before that fails
 */
void mntns_undo_at_exit(void (*undo)(void *), void *data)
{
	not_executed.undo = undo;
	not_executed.data = data;
	if (atexit(undo_at_exit) != 0)
		err_oom();
}

/*
 * mntns_exec - executes a program, or the user's shell for an empty @argv
 *
 * Exits as env(1) does when there is no such program.
 */
void mntns_exec(char **argv)
{
	if (!argv[0])
		exec_shell();
	execvp(argv[0], argv);
	errexec(argv[0]);
}

/*
 * mntns_exit_as - exits as a child did, whose status waitpid(2) gave: of a signal,
 * so that a shell sees what it would have seen of the child; the first process of a
 * PID namespace cannot die of a signal
 *
 * At once: there is nothing to be flushed, and LeakSanitizer could not start its
 * thread in a process that has no children any more in its PID namespace.
 */
void mntns_exit_as(int status)
{
	struct rlimit none = { .rlim_cur = 0, .rlim_max = 0 };
	sigset_t set;

	if (WIFEXITED(status))
		_exit(WEXITSTATUS(status));

	/* it has left a core, if any */
	setrlimit(RLIMIT_CORE, &none);
	signal(WTERMSIG(status), SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, WTERMSIG(status));
	raise(WTERMSIG(status));
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	_exit(128 + WTERMSIG(status));
}

static const int signals[] = { SIGHUP, SIGINT, SIGPIPE, SIGTERM };
static volatile sig_atomic_t interrupted;

static void note_signal(int sig)
{
	interrupted = sig;
}

/*
 * mntns_catch_signals - from here on a verb undoes what it did instead of dying
 * half-way; it may be called more than once
 *
 * The first change is soon enough. Whoever waits for the server of a filesystem
 * that is dead or stopped, as FUSE and NFS do, can be killed by a signal, but is
 * not woken up by one that is caught (wait_event_killable() in the kernel).
 */
void mntns_catch_signals(void)
{
	struct sigaction sa = { .sa_handler = note_signal };
	struct sigaction old;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(signals); i++) {
		/* what nohup(1) had ignored stays ignored */
		if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			sigaction(signals[i], &sa, NULL);
	}
}

/*
 * mntns_release_signals - from here on signals do again what they did before
 */
void mntns_release_signals(void)
{
	struct sigaction old;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(signals); i++) {
		if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler == note_signal)
			signal(signals[i], SIG_DFL);
	}
}

/*
 * mntns_commit - the end of what can be undone: signals that come later do
 * nothing, so that a verb dies of one only when it has undone everything
 *
 * Returns: 0, or -EINTR when a signal came before.
 */
int mntns_commit(void)
{
	size_t i;

	for (i = 0; !interrupted && i < ARRAY_SIZE(signals); i++)
		signal(signals[i], SIG_IGN);
	return interrupted ? -EINTR : 0;
}

int mntns_is_interrupted(void)
{
	return interrupted != 0;
}

/*
 * mntns_die_if_interrupted - dies of the signal that was caught, so that a shell
 * sees it; call it when all is undone
 */
void mntns_die_if_interrupted(void)
{
	if (!interrupted)
		return;
	signal(interrupted, SIG_DFL);
	raise(interrupted);
}
