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

struct diag;

int diagreport_send(int sock, const struct diag *d, int fd);
int diagreport_receive(int sock, int *fd, struct diag *d);

#endif /* UTIL_LINUX_DIAGREPORT_H */
