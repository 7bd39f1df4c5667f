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
struct mnt_entry;
struct mnttab;
struct nsref;

int nsumount(int rootfd, const char *target, int lazy, struct diag *d);
int nsumount_recursive(int rootfd, const char *target, int lazy, struct diag *d);

/* without listmount(2): a table whose ids are those of mountinfo */
int nsumount_info_open(const struct nsref *ref, struct mnttab **ret, struct diag *d);
void nsumount_info_close(struct mnttab *info);

/*
 * Mounts of one namespace, each once: by their 64-bit ids, or by those that
 * mountinfo has if all that is known of them is from there.
 */
struct nsumount_set {
	uint64_t *ids;
	size_t n;
	const struct mnttab *info;	/* of nsumount_info_open(), not ours; or NULL */
};

enum {
	NSUMOUNT_LAZY = (1 << 0),
	NSUMOUNT_RECURSIVE = (1 << 1)
};

const struct mnt_entry *nsumount_find_id(const struct mnttab *tab, uint64_t id);
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
int nsumount_info_has(const struct mnt_entry *mnt);
int nsumount_is_same(int fd1, int fd2);
int nsumount_is_root(int rootfd, const char *target);
int nsumount_is_mountpoint(int rootfd, const char *target);
int nsumount_parent(int rootfd, const char *target);
int nsumount_mount_id(int fd, const struct mnttab *info, uint64_t *id);
int nsumount_target_id(int rootfd, const char *target, const struct mnttab *info,
		       uint64_t *id);
int nsumount_fail(int rootfd, const char *target, int err, struct diag *d);
int nsumount_root(int rootfd, const char *target, int lazy, struct diag *d);

#endif /* UTIL_LINUX_NSUMOUNT_H */
