/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * reach - where a mount would appear if it were made at a path
 */
#ifndef UTIL_LINUX_REACH_H
#define UTIL_LINUX_REACH_H

#include <stddef.h>
#include <stdint.h>

#include "mnttab.h"
#include "nsiter.h"
#include "nsref.h"

struct diag;

enum reach_verdict {
	REACH_YES,
	REACH_COVERED,		/* it appears below something else */
	REACH_HIDDEN,		/* ... on a mount that cannot be reached from the root there */
	REACH_NO,
	REACH_UNKNOWN
};

enum reach_why {
	/* it appears: the mount that receives it is */
	REACH_HERE,		/* the one at the path itself */
	REACH_PEER,		/* a peer of that */
	REACH_SLAVE,		/* a slave of the group, or of a slave, and so on */

	/* it appears nowhere else: the mount at the path is */
	REACH_PRIVATE,
	REACH_UNBINDABLE,
	REACH_SLAVE_ONLY,	/* receives, and sends nothing */

	/* it does not appear there */
	REACH_OTHER_DIR,	/* connected, but shows another part of the filesystem */
	REACH_THERE_PRIVATE,	/* the mount that shows the directory there is ... */
	REACH_THERE_UNBINDABLE,
	REACH_THERE_MASTER,	/* the master of the one here, or the master's */
	REACH_THERE_GROUP,	/* in another peer group */
	REACH_THERE_SLAVE,	/* a slave of another one */
	REACH_NOT_SHOWN,	/* the filesystem is mounted, the directory is not in sight */
	REACH_NO_FILESYSTEM,

	REACH_UNREADABLE	/* the mounts could not be listed */
};

/* A namespace and all its mounts, hidden ones included where that is allowed. */
struct reach_ns {
	struct nsref ref;		/* fd is not ours */
	const struct nsiter_ns *info;	/* or NULL */
	struct mnttab tab;
	int err;			/* errno, when the mounts could not be read */
	unsigned int partial:1;		/* only the visible ones could be */
	unsigned int wanted:1;		/* named by the caller */
	unsigned int reached:1;		/* has a place where the mount appears */
	uint32_t *place;		/* of each mount, index in places or REACH_NONE */
};

#define REACH_NONE	UINT32_MAX

struct reach_place {
	uint32_t ns;
	enum reach_verdict verdict;
	enum reach_why why;
	const struct mnt_entry *mnt;	/* receives it, or says why not; or NULL */
	const struct mnt_entry *cover;	/* REACH_COVERED: by this, NULL: by the new mount */
	char *target;			/* where it appears; or NULL */
	uint32_t propagation;		/* MS_*, of the new mount there */
	uint32_t from;			/* REACH_SLAVE: the peer group that all comes from */
};

struct reach {
	struct nsiter iter;
	struct reach_ns *ns;		/* the first is where the mount is made */
	uint32_t nns;

	char *path;			/* where it is made */
	char *dir;			/* the same as a directory of the filesystem */
	const struct mnt_entry *dest;	/* the mount that it is made on */

	struct reach_place *places;	/* those of a namespace are together */
	uint32_t nplaces;
	uint32_t allocated;
};

/* reach_locate() */
struct reach_spot {
	uint64_t id;			/* of the mount that the path is on; 0: unknown */
	uint64_t id_old;		/* the same as in mountinfo */
	mode_t mode;			/* type of the file */
	dev_t rdev;			/* of a device node */
	char *path;			/* as seen from the root, without links */
};

const struct mnt_entry *reach_find_spot(const struct mnttab *tab,
					const struct reach_spot *spot);
int reach_locate(struct reach_spot *spot, const struct nsref *ref, const char *path,
		 int timeout, struct diag *d);
int reach_predict(struct reach *r, const struct nsref *from, const char *path,
		  const struct nsref *refs, size_t nrefs, struct diag *d);
void reach_free(struct reach *r);

/* between the parts of reach */
const char *reach_below(const char *path, const char *dir);
int reach_is_shared(const struct mnt_entry *mnt);
void reach_explain(const struct reach *r, uint32_t ns, struct reach_place *place,
		   const struct idhash *reached);

#endif /* UTIL_LINUX_REACH_H */
