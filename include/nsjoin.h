/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nsjoin - enter a mount namespace
 */
#ifndef UTIL_LINUX_NSJOIN_H
#define UTIL_LINUX_NSJOIN_H

#include <sys/types.h>

struct diag;
struct nsproc;
struct nsref;

#define NSJOIN_NR_OTHERS	7

/* Namespaces of other types that are joined with the mount namespace. */
struct nsjoin_others {
	int fds[NSJOIN_NR_OTHERS];	/* O_CLOEXEC; -1: is not joined */
};

#define NSJOIN_OTHERS_INIT	{ .fds = { -1, -1, -1, -1, -1, -1, -1 } }

int nsjoin_open_others(struct nsjoin_others *o, int types, const struct nsproc *m,
		       struct diag *d);
int nsjoin_open_others_all(struct nsjoin_others *o, const struct nsproc *m, struct diag *d);
int nsjoin_others_types(const struct nsjoin_others *o);
void nsjoin_close_others(struct nsjoin_others *o);

int nsjoin_enter(const struct nsref *ref, struct diag *d);
int nsjoin_enter_root(const struct nsref *ref, struct diag *d);
int nsjoin_enter_with(const struct nsref *ref, struct nsjoin_others *o, struct diag *d);
int nsjoin_set_uid(uid_t uid, struct diag *d);
int nsjoin_set_gid(gid_t gid, const gid_t *groups, size_t nr_groups, struct diag *d);
int nsjoin_chdir(const char *dir, struct diag *d);

#endif /* UTIL_LINUX_NSJOIN_H */
