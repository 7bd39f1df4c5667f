/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * ptyproxy - a terminal for a program that is not trusted with the caller's
 */
#ifndef UTIL_LINUX_PTYPROXY_H
#define UTIL_LINUX_PTYPROXY_H

#include <sys/types.h>
#include <termios.h>

struct diag;

struct ptyproxy {
	int master;			/* O_CLOEXEC, or -1 */
	int slave;			/* O_CLOEXEC, or -1 */
	int sigfd;			/* of runproc_signalfd(), or -1 */
	unsigned int is_tty:1;		/* the caller's standard input is a terminal */
	unsigned int is_raw:1;
	unsigned int at_eof:1;		/* ... and nothing comes from it any more */
	struct termios saved;		/* its settings */

	char input[4096];		/* read, and not yet taken by the other side */
	size_t ninput;
	size_t input_pos;
};

#define PTYPROXY_INIT	{ .master = -1, .slave = -1, .sigfd = -1 }

int ptyproxy_open(struct ptyproxy *p, struct diag *d);
int ptyproxy_take(struct ptyproxy *p, struct diag *d);
int ptyproxy_run(struct ptyproxy *p, pid_t pid);
void ptyproxy_close(struct ptyproxy *p);

#endif /* UTIL_LINUX_PTYPROXY_H */
