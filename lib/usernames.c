/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * usernames.c - names of users and groups
 *
 * The C library loads what nsswitch.conf(5) names, which a program that is linked
 * statically cannot do reliably: so nothing else calls these functions, and
 * lib/nolibs.c has its own. Never call them after setns(2), for the same reason as
 * those of lazylibs.h.
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stddef.h>

#include "usernames.h"

/*
 * username_to_uid - see getpwnam(3)
 *
 * Returns: 0; -ENOENT nobody has the name; -ELIBACC only in nolibs.c, see there.
 */
int username_to_uid(const char *name, uid_t *uid)
{
	const struct passwd *pw = getpwnam(name);

	if (!pw)
		return -ENOENT;
	*uid = pw->pw_uid;
	return 0;
}

/*
 * groupname_to_gid - see getgrnam(3)
 *
 * Returns: 0, or -ENOENT when no group has the name.
 */
int groupname_to_gid(const char *name, gid_t *gid)
{
	const struct group *gr = getgrnam(name);

	if (!gr)
		return -ENOENT;
	*gid = gr->gr_gid;
	return 0;
}

/*
 * uid_to_username - see getpwuid(3)
 *
 * Returns: name, good until the next call of one of these functions, or NULL when
 * the id has none.
 */
const char *uid_to_username(uid_t uid)
{
	const struct passwd *pw = getpwuid(uid);

	return pw ? pw->pw_name : NULL;
}
