/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntopts - mount options as mount(8) and fstab(5) spell them, sorted by who
 * takes them: the mount, the filesystem, or mntns itself
 */
#ifndef UTIL_LINUX_MNTOPTS_H
#define UTIL_LINUX_MNTOPTS_H

#include <stddef.h>
#include <sys/types.h>

#include "detached.h"

/* One option for fsconfig(2). */
struct mntopts_fs {
	char *name;
	char *value;			/* NULL for a flag */
};

struct mntopts {
	struct mnt_change change;
	unsigned int bind:1;		/* bind or rbind */
	unsigned int recursive:1;	/* rbind */
	unsigned int mkdir:1;		/* X-mount.mkdir */
	mode_t mkdir_mode;		/* of X-mount.mkdir=MODE; 0: not given */
	unsigned int fs_only:1;		/* ro=fs or rw=fs */
	unsigned int nofail:1;
	char *subdir;			/* of X-mount.subdir=, or NULL */

	struct mntopts_fs *fs;
	size_t nr_fs;
};

int mntopts_add_fs(struct mntopts *opts, const char *name, const char *value);
int mntopts_parse(struct mntopts *opts, const char *optstr, struct diag *d);
int mntopts_only_attributes(const struct mntopts *opts, struct diag *d);
int mntopts_parse_mode(const char *str, mode_t *mode);
int mntopts_parse_propagation(const char *name, uint64_t *propagation);
mode_t mntopts_mkdir_mode(const struct mntopts *opts);
void mntopts_free(struct mntopts *opts);

#endif /* UTIL_LINUX_MNTOPTS_H */
