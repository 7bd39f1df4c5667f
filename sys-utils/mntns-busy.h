/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-busy.h - unmount in namespaces, and say who is in the way
 */
#ifndef MNTNS_BUSY_H
#define MNTNS_BUSY_H

#include "holders.h"
#include "nsumount.h"

/* Mounts to be unmounted in one namespace. */
struct mntns_umount {
	const struct nsref	*ref;
	unsigned int		say_ns:1;	/* in messages, which namespace it is */
	struct nsumount_set	set;
};

/* Exit status of a child that found a mount in use, and has said so. */
#define MNTNS_EXIT_BUSY	3

extern const char *mntns_holder_kind(enum holder_kind kind);
extern int mntns_in_namespace(const struct nsref *ref, int (*work)(int rootfd, void *data),
			      void *data);
extern void mntns_warn_no_ids(const struct nsref *ref);
extern void mntns_release(const int *fds, size_t n);
extern int mntns_umount_holders(const struct holders *h, int lazy);
extern int mntns_umount_set(const struct mntns_umount *um, int lazy);
extern int mntns_find_busy(const struct mntns_umount *um, size_t n);

#endif /* MNTNS_BUSY_H */
