/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-useropts - the options of create and run that concern user namespaces,
 * as unshare(1) spells them
 */
#include <errno.h>
#include <getopt.h>
#include <unistd.h>

#include "lazylibs.h"
#include "pathnames.h"
#include "strutils.h"
#include "usernames.h"

#include "mntns.h"

#define PATH_SUBUID	"/etc/subuid"
#define PATH_SUBGID	"/etc/subgid"

void user_options_init(struct user_options *o)
{
	o->ns = (struct userns) USERNS_INIT;
}

static int is_known(int rc)
{
	if (rc == -ELIBACC)
		errx(EXIT_FAILURE, _("failed to execute %s"), lazylibs_errmsg());
	return rc == 0;
}

/* Names are the caller's; in the namespace nobody may know them. */
static uint32_t user_or_err(const char *arg)
{
	uid_t uid;

	if (!isdigit_string(arg) && is_known(username_to_uid(arg, &uid)))
		return uid;
	return strtou32_or_err(arg, _("no such user"));
}

static uint32_t group_or_err(const char *arg)
{
	gid_t gid;

	if (!isdigit_string(arg) && is_known(groupname_to_gid(arg, &gid)))
		return gid;
	return strtou32_or_err(arg, _("no such group"));
}

static void add_ids_or_err(struct idranges *map, const char *what, const char *subids,
			   const char *all)
{
	struct diag d = { .step = DIAG_NONE };
	struct idrange range;
	int rc;

	if (strcmp(what, "auto") == 0 || strcmp(what, "subids") == 0) {
		rc = idranges_add_subids(map, subids, geteuid(), *what == 's', &d);
	} else if (strcmp(what, "all") == 0) {
		rc = idranges_add_all(map, all, &d);
	} else {
		if (idranges_parse_range(what, &range) != 0)
			errx(EXIT_FAILURE, _("invalid mapping: %s"), what);
		rc = idranges_add(map, &range, &d);
	}
	if (rc)
		mntns_err(&d);
}

static void add_users_or_err(struct user_options *o, const char *what)
{
	add_ids_or_err(&o->ns.users, what, PATH_SUBUID, _PATH_PROC "/self/uid_map");
}

static void add_groups_or_err(struct user_options *o, const char *what)
{
	add_ids_or_err(&o->ns.groups, what, PATH_SUBGID, _PATH_PROC "/self/gid_map");
}

static enum userns_setgroups setgroups_or_err(const char *arg)
{
	if (strcmp(arg, "allow") == 0)
		return USERNS_SETGROUPS_ALLOW;
	if (strcmp(arg, "deny") == 0)
		return USERNS_SETGROUPS_DENY;
	errx(EXIT_FAILURE, _("unsupported argument of --setgroups: %s"), arg);
}

/*
 * user_options_take:
 * @c: what getopt_long() returned
 * @arg: its argument
 *
 * Exits when the argument is wrong.
 *
 * Returns: 1 when the option was one of these, else 0.
 */
int user_options_take(struct user_options *o, int c, const char *arg)
{
	switch (c) {
	case 'U':
		break;
	case 'c':
		o->ns.users.own = geteuid();
		o->ns.groups.own = getegid();
		break;
	case 'r':
		o->ns.users.own = 0;
		o->ns.groups.own = 0;
		break;
	case USER_OPT_MAP_USER:
		o->ns.users.own = user_or_err(arg);
		break;
	case USER_OPT_MAP_GROUP:
		o->ns.groups.own = group_or_err(arg);
		break;
	case USER_OPT_MAP_USERS:
		add_users_or_err(o, arg);
		break;
	case USER_OPT_MAP_GROUPS:
		add_groups_or_err(o, arg);
		break;
	case USER_OPT_MAP_AUTO:
		add_users_or_err(o, "auto");
		add_groups_or_err(o, "auto");
		break;
	case USER_OPT_MAP_SUBIDS:
		add_users_or_err(o, "subids");
		add_groups_or_err(o, "subids");
		break;
	case USER_OPT_SETGROUPS:
		o->ns.setgroups = setgroups_or_err(arg);
		return 1;
	case USER_OPT_USERNS:
		o->ns.join = arg;
		return 1;
	default:
		return 0;
	}
	o->make = 1;
	return 1;
}

/*
 * user_options_get:
 *
 * Call it when all options are known. Exits when they contradict each other.
 *
 * Returns: the user namespace to make or join, or NULL for the caller's.
 */
const struct userns *user_options_get(const struct user_options *o)
{
	const struct userns *ns = &o->ns;

	if (ns->join && o->make)
		errx(EXIT_FAILURE, _("--userns and options that make a user namespace exclude each other"));
	if (ns->setgroups && !o->make)
		errx(EXIT_FAILURE, _("--setgroups needs --user"));
	if (ns->setgroups == USERNS_SETGROUPS_ALLOW && !ns->groups.nr &&
	    ns->groups.own != IDRANGES_NO_ID)
		errx(EXIT_FAILURE, _("--setgroups=allow needs --map-groups or --map-auto: the kernel denies setgroups(2) to who maps his own group alone"));

	return ns->join || o->make ? ns : NULL;
}

void user_options_free(struct user_options *o)
{
	idranges_free(&o->ns.users);
	idranges_free(&o->ns.groups);
}

void user_options_usage(FILE *out)
{
	fputsln(_(" -U, --user               owned by a new user namespace"), out);
	fputsln(_(" -r, --map-root-user      map the caller to root (implies --user)"), out);
	fputsln(_(" -c, --map-current-user   map the caller to itself (implies --user)"), out);
	fputsln(_("     --map-user <uid>|<name>\n"
		  "                          map the caller to this user (implies --user)"), out);
	fputsln(_("     --map-group <gid>|<name>\n"
		  "                          map the caller's group to this (implies --user)"), out);
	fputsln(_("     --map-users <inner>:<outer>:<count>|auto|subids|all\n"
		  "                          map further users (implies --user)"), out);
	fputsln(_("     --map-groups <inner>:<outer>:<count>|auto|subids|all\n"
		  "                          map further groups (implies --user)"), out);
	fputsln(_("     --map-auto           --map-users=auto --map-groups=auto"), out);
	fputsln(_("     --map-subids         --map-users=subids --map-groups=subids"), out);
	fputsln(_("     --setgroups allow|deny\n"
		  "                          of setgroups(2) in the user namespace"), out);
	fputsln(_("     --userns <namespace> owned by this user namespace, a PID or a file"), out);
}
