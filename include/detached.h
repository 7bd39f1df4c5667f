/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * detached - build a detached mount and put it in place
 */
#ifndef UTIL_LINUX_DETACHED_H
#define UTIL_LINUX_DETACHED_H

#include <stdint.h>

#include "diagnose.h"

/* What is changed on the mounts of a clone before anybody can see them. */
struct mnt_change {
	uint64_t attr_set;		/* MOUNT_ATTR_* */
	uint64_t attr_clr;
	uint64_t propagation;		/* MS_{PRIVATE,SLAVE,SHARED,UNBINDABLE}, 0 unchanged */
	int userns_fd;			/* the map, where MOUNT_ATTR_IDMAP is to be set */
};

int mnt_change_is_empty(const struct mnt_change *change);
int mnt_change_maps_ids(const struct mnt_change *change);

int detached_clone(int dirfd, const char *path, int recursive,
		   const struct mnt_change *change, enum diag_step step,
		   const char *object, struct diag *d);

struct mntopts;

int detached_fsopen(const char *fstype, const char *source, const struct mntopts *opts,
		    struct diag *d);
int detached_mkfs(const char *fstype, const char *source, const struct mntopts *opts,
		  struct diag *d);
int detached_attach(int treefd, int targetfd, const char *target, struct diag *d);
int detached_attach_beneath(int treefd, int targetfd, const char *target, struct diag *d);
int detached_take_fd(int fd, const char *object, struct diag *d);
int detached_is_mounted(int fd);
int detached_propagation(int fd);
int detached_target_is_shared(int targetfd);

/* lib/detached-subdir.c */
int detached_subdir(int treefd, const char *path, struct diag *d);

/* lib/detached-overlay.c */
int detached_overlay_layers(int fsfd, const char *lowerdir);

/* lib/detached-idmap.c */
int detached_idmap_fail(int err, const struct mnt_change *change, const char *object,
			const char *type, int is_mapped, struct diag *d);
int detached_idmap_explain(int dirfd, const char *path, int recursive,
			   const struct mnt_change *change, const char *object,
			   struct diag *d);

#endif /* UTIL_LINUX_DETACHED_H */
