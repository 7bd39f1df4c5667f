/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * placement - put a detached mount in its place, so that it can be undone
 */
#ifndef UTIL_LINUX_PLACEMENT_H
#define UTIL_LINUX_PLACEMENT_H

#include <stdint.h>
#include <sys/types.h>

#include "nspath.h"

struct diag;

/* What is to be put where, and how far that has come. */
struct placement {
	int treefd;			/* detached mount */
	const char *target;		/* path in the namespace; not ours */
	mode_t mode;			/* of directories that are made */
	unsigned int mkdir:1;		/* make directories that are missing */
	unsigned int touch:1;		/* make the file that a file is put on */
	unsigned int beneath:1;		/* below the topmost mount at the target */

	int targetfd;			/* O_PATH */
	struct nspath_made made;
	unsigned int placed:1;
};

#define PLACEMENT_INIT	{ .treefd = -1, .targetfd = -1, .mode = 0755, .made = NSPATH_MADE_INIT }

int placement_find(struct placement *p, int rootfd, struct diag *d);
int placement_make(struct placement *p, int rootfd, struct diag *d);
int placement_put(struct placement *p, struct diag *d);
void placement_undo(struct placement *p, int rootfd);
void placement_close(struct placement *p);

#endif /* UTIL_LINUX_PLACEMENT_H */
