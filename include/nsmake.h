/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nsmake - make a mount namespace from a directory tree, a new filesystem, or nothing
 */
#ifndef UTIL_LINUX_NSMAKE_H
#define UTIL_LINUX_NSMAKE_H

#include <stdint.h>
#include <sys/types.h>

#include "detached.h"
#include "userns.h"

enum nsmake_method {
	NSMAKE_AUTO = 0,	/* OPEN_TREE_NAMESPACE, else the stand-in */
	NSMAKE_OPEN_TREE,	/* OPEN_TREE_NAMESPACE, Linux 7.0 */
	NSMAKE_PIVOT_ROOT,	/* copy the caller's namespace and drop all but the tree */

	/* results only */
	NSMAKE_FSMOUNT,		/* FSMOUNT_NAMESPACE, Linux 7.1 */
	NSMAKE_UNSHARE		/* UNSHARE_EMPTY_MNTNS, Linux 7.1 */
};

enum nsmake_root {
	NSMAKE_TREE = 0,	/* a directory of the caller's namespace */
	NSMAKE_FS,		/* a new filesystem, one for each namespace */
	NSMAKE_EMPTY		/* nothing */
};

struct mntopts;

struct nsmake {
	enum nsmake_root root;
	const char *tree;		/* the directory; else what a failure calls it */
	const char *fstype;		/* of NSMAKE_FS */
	const char *source;		/* likewise, or NULL */
	const struct mntopts *fsopts;	/* likewise */
	unsigned int recursive:1;	/* with the mounts below it */
	struct mnt_change change;
	enum nsmake_method method;
	const struct userns *owner;	/* user namespace to own it, NULL the caller's */

	unsigned int many:1;		/* more than one will be made */

	enum nsmake_method used;	/* result: not NSMAKE_AUTO */

	int srcfd;			/* nsmake_prepare(): what is copied, or -1 */
	uint64_t own_id;		/* of the caller's namespace, 0 not asked for */
	pid_t maker_pid;		/* lib/nsmake-many.c: the child, or 0 */
	int maker_sock;
};

int nsmake_prepare(struct nsmake *req, struct diag *d);
void nsmake_release(struct nsmake *req);
int nsmake_open(struct nsmake *req, struct diag *d);
int nsmake_open_younger(struct nsmake *req, struct diag *d);
int nsmake_enter(struct nsmake *req, struct diag *d);
int nsmake_own_mounts(struct diag *d);
int nsmake_enter_fd(struct nsmake *req, struct diag *d);

int nsmake_has_open_tree(void);
int nsmake_parse_method(const char *name, enum nsmake_method *method);
const char *nsmake_method_name(enum nsmake_method method);
int nsmake_check_bindable(const struct nsmake *req, int treefd, struct diag *d);
int nsmake_fail_copy(const struct nsmake *req, enum diag_step step, int treefd, int err,
		     struct diag *d);

/* lib/nsmake-fs.c */
int nsmake_has_fsmount(void);
int nsmake_has_empty(void);
int nsmake_needs_detached(const struct nsmake *req);
int nsmake_fs_tree(const struct nsmake *req, const struct mnt_change *change, struct diag *d);
int nsmake_fs_namespace(const struct nsmake *req, struct diag *d);
int nsmake_empty_enter(const struct nsmake *req, struct diag *d);

/* lib/nsmake-standin.c */
int nsmake_standin_enter(const struct nsmake *req, struct diag *d);

/* lib/nsmake-many.c */
int nsmake_can_copy(const struct nsmake *req);
int nsmake_open_copy(struct nsmake *req, struct diag *d);
void nsmake_stop_maker(struct nsmake *req);

/* lib/nsmake-child.c */
int nsmake_open_in_child(const struct nsmake *req, struct diag *d);

#endif /* UTIL_LINUX_NSMAKE_H */
