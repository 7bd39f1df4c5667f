/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * diagreport - how a child process tells its parent what failed, and hands over
 * a descriptor
 */
#ifndef UTIL_LINUX_DIAGREPORT_H
#define UTIL_LINUX_DIAGREPORT_H

#include "diagnose.h"

int diagreport_send(int sock, const struct diag *d, int fd);
int diagreport_receive(int sock, int *fd, struct diag *d);
int diagreport_fd_of_child(int (*make)(const void *data, struct diag *d), const void *data,
			   enum diag_step step, const char *object, struct diag *d);

#endif /* UTIL_LINUX_DIAGREPORT_H */
