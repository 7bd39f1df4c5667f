/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * kfeatures - what of the mount and namespace API the running kernel has
 */
#ifndef UTIL_LINUX_KFEATURES_H
#define UTIL_LINUX_KFEATURES_H

#include <stddef.h>

enum feature_have {
	FEATURE_NO,
	FEATURE_YES,
	FEATURE_UNKNOWN		/* a missing right or a seccomp filter hides the answer */
};

struct feature {
	const char *name;	/* as the kernel or the manual pages call it */
	const char *since;	/* first Linux release that has it */
	enum feature_have (*probe)(void);
	const char *use;	/* what mntns uses it for */
	const char *without;	/* what it does where it is missing */
};

const struct feature *features_get(size_t *nr);

#endif /* UTIL_LINUX_KFEATURES_H */
