/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * userns - make a user namespace, or join one
 */
#ifndef UTIL_LINUX_USERNS_H
#define UTIL_LINUX_USERNS_H

#include "idranges.h"

enum userns_setgroups {
	USERNS_SETGROUPS_DEFAULT = 0,	/* denied where the kernel wants that */
	USERNS_SETGROUPS_ALLOW,
	USERNS_SETGROUPS_DENY
};

struct userns {
	const char *join;		/* PID or nsfs file of an existing one, else NULL */
	struct idranges users;		/* of a new one */
	struct idranges groups;
	enum userns_setgroups setgroups;
};

#define USERNS_INIT	{ .join = NULL, .users = IDRANGES_INIT, .groups = IDRANGES_INIT }

int userns_enter(const struct userns *u, struct diag *d);
int userns_become_root(const char *ns, struct diag *d);

#endif /* UTIL_LINUX_USERNS_H */
