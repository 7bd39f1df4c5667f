/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nsumount - unmount in the mount namespace that the caller has entered
 */
#ifndef UTIL_LINUX_NSUMOUNT_H
#define UTIL_LINUX_NSUMOUNT_H

#include <stddef.h>
#include <stdint.h>

struct diag;
struct mnttab;

int nsumount(int rootfd, const char *target, int lazy, struct diag *d);
int nsumount_recursive(int rootfd, const char *target, int lazy, struct diag *d);

/* mounts of one namespace, by their 64-bit ids, each once */
struct nsumount_set {
	uint64_t *ids;
	size_t n;
};

enum {
	NSUMOUNT_LAZY = (1 << 0),
	NSUMOUNT_RECURSIVE = (1 << 1)
};

int nsumount_set_has(const struct nsumount_set *set, uint64_t id);
int nsumount_set_add(struct nsumount_set *set, uint64_t id);
int nsumount_set_add_below(struct nsumount_set *set, const struct mnttab *tab);
int nsumount_check(int rootfd, const struct mnttab *tab, const char *target,
		   unsigned int flags, struct nsumount_set *set, struct diag *d);
int nsumount_check_others(const struct mnttab *tab, const struct nsumount_set *set,
			  struct diag *d);
size_t nsumount_hold(int rootfd, const struct nsumount_set *set, int *fds, size_t max);
int nsumount_ids(int rootfd, const struct nsumount_set *set, int lazy, struct diag *d);

/* between the sources of nsumount */
int nsumount_confined(int rootfd, const char *target, int flags);
int nsumount_is_same(int fd1, int fd2);
int nsumount_is_root(int rootfd, const char *target);
int nsumount_is_mountpoint(int rootfd, const char *target);
int nsumount_parent(int rootfd, const char *target);
int nsumount_target_id(int rootfd, const char *target, uint64_t *id);
int nsumount_fail(int rootfd, const char *target, int err, struct diag *d);
int nsumount_root(int rootfd, const char *target, int lazy, struct diag *d);

#endif /* UTIL_LINUX_NSUMOUNT_H */
