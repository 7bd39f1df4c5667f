/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * pdeathsig - child processes that do not outlive their parent
 *
 * A verb that is killed may have a child at work in a namespace, perhaps waiting
 * for the server of a filesystem: it must not come back to life later, and change
 * what nobody wants to be changed any more.
 */
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "pdeathsig.h"

/*
 * pdeathsig_set:
 * @parent: getpid() of the caller's parent, from before fork(2)
 *
 * SIGKILL ends the caller as soon as its parent is gone; if that is so already, it
 * ends here. See PR_SET_PDEATHSIG in prctl(2).
 */
void pdeathsig_set(pid_t parent)
{
	pid_t now;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* 0: the parent is in another PID namespace */
	now = getppid();
	if (now && now != parent)
		_exit(128 + SIGKILL);
}

/*
 * pdeathsig_setns_user:
 * @fd: open user namespace
 *
 * As setns(2). Whoever joins the user namespace of another user gets new
 * credentials, and the kernel drops the signal then (commit_creds() in
 * kernel/cred.c). Here it stays.
 *
 * Returns: 0, or -1 with errno set.
 */
int pdeathsig_setns_user(int fd)
{
	int sig = 0;

	prctl(PR_GET_PDEATHSIG, &sig);
	if (setns(fd, CLONE_NEWUSER) < 0)
		return -1;
	if (sig)
		prctl(PR_SET_PDEATHSIG, sig);
	return 0;
}
