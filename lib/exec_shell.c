/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * exec_shell.c - become the user's shell
 */
#include <limits.h>
#include <paths.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "c.h"
#include "exec_shell.h"
#include "nls.h"

/*
 * exec_shell - execute $SHELL, or /bin/sh, as a login shell
 *
 * The path is the one that it has where the caller is now, which may be the tree
 * of a container. Only execl() opens anything there: the name is cut out by hand,
 * and nothing is allocated. Exits as env(1) does if there is no such program.
 */
void exec_shell(void)
{
	const char *shell = getenv("SHELL");
	const char *base;
	char arg0[NAME_MAX + 2] = "-";

	if (!shell || !*shell)
		shell = _PATH_BSHELL;

	/* A shell called by a name that begins with "-" reads the profile. */
	base = strrchr(shell, '/');
	base = base ? base + 1 : shell;
	strncat(arg0, base, sizeof(arg0) - 2);

	execl(shell, arg0, (char *) NULL);
	errexec(shell);
}
