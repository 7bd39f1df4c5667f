/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * holders - what keeps a mount, a filesystem, a part of it or a device busy
 *
 * holders_open(), then what is asked about, then holders_scan(). One pass over
 * the namespaces and one over /proc answer for all that was asked about.
 */
#ifndef UTIL_LINUX_HOLDERS_H
#define UTIL_LINUX_HOLDERS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "idhash.h"
#include "mnttab.h"
#include "nsiter.h"
#include "nsref.h"

struct diag;

enum holder_kind {
	HOLDER_MOUNT,
	HOLDER_PIN,			/* a namespace file mounted on it */
	HOLDER_CWD,
	HOLDER_ROOT,
	HOLDER_EXE,
	HOLDER_MAP,
	HOLDER_FD,
	HOLDER_SWAP,
	HOLDER_LOOP,
	HOLDER_BLOCK,			/* a block device on top: dm, md, ... */
	HOLDER_OVERLAY
};

enum holder_why {
	HOLDER_NO_REASON,

	/* a mount of the filesystem; "here" is the one that was asked about */
	HOLDER_HERE,			/* mounted in the caller's namespace */
	HOLDER_BOUND,			/* mounted there, on its own account */
	HOLDER_PEER,			/* a peer of the one here */
	HOLDER_SLAVE,			/* receives from the one here */
	HOLDER_MASTER,			/* the one here receives from it */
	HOLDER_SIBLING,			/* both receive from the same */
	HOLDER_NSROOT,			/* the root of a namespace that was made from it */
	HOLDER_BELOW,			/* another mount, on the one or on a copy */

	HOLDER_DETACHED,		/* fd: on a mount that is in no namespace */
	HOLDER_DEVICE,			/* fd: of the device itself */
	HOLDER_BACKING,			/* loop: its file is there */
	HOLDER_LOWER,			/* overlay: layers */
	HOLDER_UPPER,
	HOLDER_WORK
};

#define HOLDERS_NONE	UINT32_MAX

/* A namespace and all its mounts, hidden ones included where that is allowed. */
struct holders_ns {
	struct nsref ref;		/* fd is not ours */
	char name[24];			/* ":ID" or "PID", for ref and messages */
	const struct nsiter_ns *info;
	struct mnttab tab;
	int err;			/* errno, when the mounts could not be read */
	unsigned int own:1;		/* the caller's */
};

enum holders_scope {
	HOLDERS_MOUNT,			/* one mount */
	HOLDERS_TREE,			/* a directory of a filesystem, "/" is all of it */
	HOLDERS_DEVICE,			/* a block device */
	HOLDERS_SOURCE			/* what was mounted from this source */
};

struct holders_subject {
	const char *name;		/* as the user wrote it; not ours */
	enum holders_scope scope;
	uint32_t ns;			/* in which it is here, or HOLDERS_NONE */
	const struct mnt_entry *here;	/* the mount at the path, or NULL */
	unsigned int itself:1;		/* the path is that mount's root: it holds not itself */
	char *dir;			/* HOLDERS_TREE: in the filesystem */
	char *source;			/* HOLDERS_DEVICE: its node; HOLDERS_SOURCE */
	dev_t *devs;			/* devices of the filesystems */
	size_t ndevs;
};

struct holder {
	uint32_t subject;
	enum holder_kind kind;
	enum holder_why why;
	unsigned int copied:1;		/* mount: came with its namespace */
	unsigned int maybe:1;		/* not certain */
	unsigned int stuck:1;		/* process: does not answer, look at names only */

	uint32_t ns;			/* index in holders.ns, or HOLDERS_NONE */
	const struct mnt_entry *mnt;	/* or NULL */
	pid_t pid;
	int fd;				/* or -1 */
	uid_t uid;
	char *path;			/* file, device or mount point */
};

struct holders {
	struct nsiter iter;
	struct holders_ns *ns;
	uint32_t nns;
	uint32_t own;			/* index of the caller's */
	struct idhash by_id;		/* mount id -> index in mounts */
	struct holders_mount {
		uint32_t ns;
		uint32_t mnt;
	} *mounts;
	uint32_t nmounts;
	unsigned int some_ids:1;	/* some mounts have 64-bit ids */
	unsigned int unique_ids:1;	/* all have; else by_id is by the others, too */

	struct holders_subject *subjects;
	size_t nsubjects;

	struct holder *found;		/* by subject, then kind */
	size_t nfound;
	size_t allocated;

	/* what could not be looked at */
	unsigned int nhidden;		/* processes */
	unsigned int nunread;		/* namespaces whose mounts cannot be read */
	unsigned int nrelative;		/* overlays whose layers have relative names */
	pid_t *stuck;			/* processes that did not answer */
	size_t nstuck;
};

int holders_open(struct holders *h, unsigned int nsiter_flags, struct diag *d);
int holders_add_path(struct holders *h, const char *name, const struct nsref *ns,
		     const char *path, struct diag *d);
int holders_add_mount(struct holders *h, const char *name, uint64_t id, struct diag *d);
int holders_add_device(struct holders *h, const char *name, dev_t dev, const char *node,
		       struct diag *d);
int holders_add_source(struct holders *h, const char *name, struct diag *d);
int holders_scan(struct holders *h, struct diag *d);
void holders_free(struct holders *h);

/* between the parts of holders */
struct holders_ref {
	const struct mnt_entry *mnt;	/* or NULL: in no namespace in sight */
	dev_t dev;			/* of the file, or of its mount's filesystem */
	const char *root;		/* without mnt: root of the mount, or NULL */
	const char *path;		/* as the kernel names it, or NULL */
};

int holders_has_dev(const struct holders_subject *s, dev_t dev);
int holders_match(const struct holders_subject *s, const struct holders_ref *ref);
int holders_shows(const struct holders_subject *s, const struct mnt_entry *mnt);
struct holder *holders_add(struct holders *h, const struct holder *found);
const struct holders_mount *holders_find_id(const struct holders *h, uint64_t id);
const struct mnt_entry *holders_find_path(const struct holders *h, uint32_t ns,
					  const char *path);
dev_t holders_mnt_dev(const struct mnt_entry *mnt);

int holders_find_mounts(struct holders *h);
int holders_find_layers(struct holders *h);
int holders_find_processes(struct holders *h);

#endif /* UTIL_LINUX_HOLDERS_H */
