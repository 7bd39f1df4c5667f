/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * exec_shell.c - become the user's shell
 */
#include <errno.h>
#include <limits.h>
#include <paths.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "c.h"
#include "exec_shell.h"
#include "nls.h"

/* A shell called by a name that begins with "-" reads the profile. */
static void exec_login_shell(const char *shell)
{
	const char *base = strrchr(shell, '/');
	char arg0[NAME_MAX + 2] = "-";

	strncat(arg0, base ? base + 1 : shell, sizeof(arg0) - 2);
	execl(shell, arg0, (char *) NULL);
}

/*
 * exec_shell - execute $SHELL, or /bin/sh, as a login shell
 *
 * The path is the one that it has where the caller is now, which may be the tree
 * of a container; the shell that somebody likes on the host is often not there,
 * and then it is /bin/sh. Only execl() opens anything there: the name is cut out
 * by hand, and nothing is allocated. Exits as env(1) does if there is no shell.
 */
void exec_shell(void)
{
	const char *shell = getenv("SHELL");

	if (shell && *shell) {
		exec_login_shell(shell);
		if (errno != ENOENT)
			errexec(shell);
	}
	exec_login_shell(_PATH_BSHELL);
	errexec(_PATH_BSHELL);
}
