/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mnttab - the mounts of a mount namespace
 *
 * Read through listmount(2) and statmount(2), and through libmount from
 * mountinfo where the running kernel has neither. Work and memory are linear in
 * the number of mounts; the caller says with a mask which fields it will look
 * at, and no other is asked for.
 */
#ifndef UTIL_LINUX_MNTTAB_H
#define UTIL_LINUX_MNTTAB_H

#include <stddef.h>
#include <stdint.h>

#include "idhash.h"

struct diag;
struct mnttab_chunk;
struct nsref;
struct ul_statmount;

#define MNTTAB_NONE	IDHASH_NONE	/* no mount, as an index */

/*
 * One mount. What was not asked for, or what the kernel has nothing for, is 0
 * or NULL. The strings are the kernel's, nothing in them is escaped.
 */
struct mnt_entry {
	uint64_t id;			/* 64-bit ids; 0 from mountinfo */
	uint64_t parent;
	uint32_t id_old;		/* ids as in mountinfo, reused by the kernel */
	uint32_t parent_old;
	uint32_t dev_major;
	uint32_t dev_minor;
	uint64_t magic;
	uint32_t sb_flags;		/* MS_{RDONLY,SYNCHRONOUS,DIRSYNC,LAZYTIME} */
	uint32_t attr;			/* MOUNT_ATTR_* */
	uint32_t propagation;		/* MS_{SHARED,SLAVE,PRIVATE,UNBINDABLE} */
	uint32_t peer_group;
	uint32_t master;
	uint32_t propagate_from;

	const char *target;		/* NULL: not below the visible root */
	const char *root;
	const char *source;
	const char *fstype;		/* with the subtype, "fuse.sshfs" */
	const char *fs_opts;		/* without ro, rw and what is in sb_flags */
	const char *uidmap;		/* "first:host:count,..." */
	const char *gidmap;
	const char *opts;		/* opt_num strings one behind the other, each with its NUL */
	const char *sec_opts;		/* the same, of the security module */
	uint32_t opt_num;
	uint32_t sec_opt_num;

	uint64_t above;			/* MNTTAB_STACK: id of the mount on the root of this one */
	uint64_t below;			/* MNTTAB_STACK: ... and of the one on whose root this is */

	uint32_t up;			/* mnttab_build_tree(): parent ... */
	uint32_t child;			/* ... first child ... */
	uint32_t next;			/* ... and next sibling */
};

struct mnttab {
	struct mnt_entry *mounts;	/* in the order of the kernel */
	uint32_t nmounts;

	uint64_t missing;		/* bits of the mask: asked for, and nobody tells */
	uint64_t patched;		/* UL_STATMOUNT_*: taken from mountinfo one by one */
	int fallback;			/* errno of listmount(2), all is from mountinfo; or 0 */

	uint32_t root;			/* mnttab_build_tree(): the first root */

	struct mnttab_chunk *chunks;	/* the strings */
};

/* in a mask, beside UL_STATMOUNT_*: what is mounted over what */
#define MNTTAB_STACK	(1ULL << 63)

/* mnttab_read() */
enum {
	MNTTAB_ALL = (1 << 0),		/* the hidden ones, too, and the real root */
};

int mnttab_read(struct mnttab *tab, const struct nsref *ref, uint64_t mask,
		unsigned int flags, struct diag *d);
int mnttab_read_below(struct mnttab *tab, const struct nsref *ref, uint64_t id,
		      uint64_t mask, struct diag *d);
int mnttab_read_mount(struct mnttab *tab, const struct nsref *ref, uint64_t id,
		      uint64_t mask, struct diag *d);
int mnttab_read_root(struct mnttab *tab, const struct nsref *ref, uint64_t mask,
		     struct diag *d);
void mnttab_free(struct mnttab *tab);

int mnttab_build_tree(struct mnttab *tab);
int mnttab_keep_visible(struct mnttab *tab);
int mnttab_sort_for_mounting(struct mnttab *tab);
struct mnt_entry *mnttab_next_tree(const struct mnttab *tab, const struct mnt_entry *mnt);

/* options as text */
char *mnt_entry_vfs_options(const struct mnt_entry *mnt);
char *mnt_entry_fs_options(const struct mnt_entry *mnt);
char *mnt_entry_options(const struct mnt_entry *mnt);
char *mnt_entry_sb_flags(const struct mnt_entry *mnt);
const char *mnt_entry_subtype(const struct mnt_entry *mnt);
int mnt_entry_is_deleted(const struct mnt_entry *mnt);

uint32_t mnt_parse_attributes(const char *opts);
const char *mnt_parse_sb_flags(const char *opts, uint32_t *flags);

/* between the sources of mnttab */
#define MNTTAB_ROOT_DEVICE	"/dev/root"

/* what mountinfo has, if not always all of it */
#define MNTTAB_MOUNTINFO_MASK \
	((uint64_t) UL_STATMOUNT_SB_BASIC | UL_STATMOUNT_MNT_BASIC | UL_STATMOUNT_PROPAGATE_FROM | \
	 UL_STATMOUNT_MNT_ROOT | UL_STATMOUNT_MNT_POINT | UL_STATMOUNT_FS_TYPE | \
	 UL_STATMOUNT_FS_SUBTYPE | UL_STATMOUNT_SB_SOURCE | UL_STATMOUNT_MNT_OPTS)

const char *mnttab_add_string(struct mnttab *tab, const char *str, size_t len,
			      const char *same);
int mnttab_fill_entry(struct mnttab *tab, struct mnt_entry *mnt, struct ul_statmount *sm,
		      const struct mnt_entry *prev);
int mnttab_is_at(const struct ul_statmount *sm, const char *target);
int mnttab_find_stacks(struct mnttab *tab);
int mnttab_read_mountinfo(struct mnttab *tab, const struct nsref *ref, struct diag *d);
int mnttab_patch_mountinfo(struct mnttab *tab, const struct nsref *ref, uint64_t mask,
			   struct diag *d);
int mnttab_name_root_device(struct mnttab *tab);
int mnttab_open_mountinfo(const struct nsref *ref);

#endif /* UTIL_LINUX_MNTTAB_H */
