/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nsproc - a process that is in a mount namespace, and what it has besides:
 * its other namespaces, its environment, its ids
 */
#ifndef UTIL_LINUX_NSPROC_H
#define UTIL_LINUX_NSPROC_H

#include <sys/types.h>

struct diag;
struct nsref;

struct nsproc {
	pid_t pid;
	int procfd;			/* its directory in /proc, O_CLOEXEC; or -1 */
};

#define NSPROC_INIT	{ .procfd = -1 }

int nsproc_open(struct nsproc *m, const struct nsref *ref, struct diag *d);
void nsproc_close(struct nsproc *m);

int nsproc_open_ns(const struct nsproc *m, const char *type, struct diag *d);
int nsproc_environ(const struct nsproc *m, char ***envp, struct diag *d);

struct nsproc_ids {
	uid_t uid;
	gid_t gid;
	gid_t *groups;			/* supplementary; allocated */
	size_t nr_groups;
};

int nsproc_get_ids(const struct nsproc *m, struct nsproc_ids *ids, struct diag *d);

#endif /* UTIL_LINUX_NSPROC_H */
