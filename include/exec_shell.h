/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * exec_shell.h - become the user's shell
 */
#ifndef UTIL_LINUX_EXEC_SHELL_H
#define UTIL_LINUX_EXEC_SHELL_H

extern void exec_shell(void) __attribute__((__noreturn__));

#endif /* UTIL_LINUX_EXEC_SHELL_H */
