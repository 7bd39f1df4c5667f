/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-nscols - the columns of lsns
 */
#include <fcntl.h>

#include "cgroup.h"
#include "mnttab.h"
#include "mountapi.h"
#include "nsiter.h"
#include "nsref.h"
#include "pathnames.h"
#include "xalloc.h"

#include "mntns-mntcols.h"
#include "mntns-nscols.h"
#include "mntns-proctext.h"
#include "mntns.h"

/* What columns need beyond the bits of nsiter_scan(). */
#define NEEDS_PROCS	(1U << 16)

const struct mntns_column nscols[NR_NSCOLS] = {
	[NSCOL_NSID]	  = { "NSID", 1, SCOLS_FL_RIGHT,
			      N_("64-bit id of the namespace"), SCOLS_JSON_NUMBER },
	[NSCOL_NS]	  = { "NS", 10, SCOLS_FL_RIGHT,
			      N_("inode number of the namespace"), SCOLS_JSON_NUMBER },
	[NSCOL_TYPE]	  = { "TYPE", 4, 0,
			      N_("mnt, or user for those that --tree shows"), SCOLS_JSON_STRING },
	[NSCOL_NAME]	  = { "NAME", 0.1, SCOLS_FL_NOEXTREMES,
			      N_("name under which it is pinned"), SCOLS_JSON_STRING },
	[NSCOL_MOUNTS]	  = { "MOUNTS", 1, SCOLS_FL_RIGHT,
			      N_("number of mounts"), SCOLS_JSON_NUMBER },
	[NSCOL_PROCS]	  = { "PROCS", 1, SCOLS_FL_RIGHT,
			      N_("number of processes"), SCOLS_JSON_NUMBER, NEEDS_PROCS },
	[NSCOL_PID]	  = { "PID", 1, SCOLS_FL_RIGHT,
			      N_("oldest process"), SCOLS_JSON_NUMBER, NEEDS_PROCS },
	[NSCOL_COMMAND]	  = { "COMMAND", 0.2, SCOLS_FL_TRUNC,
			      N_("command line of the oldest process"), SCOLS_JSON_STRING,
			      NEEDS_PROCS },
	[NSCOL_ROOT]	  = { "ROOT", 0.2, SCOLS_FL_TRUNC,
			      N_("source of its root, and the directory on it in brackets"),
			      SCOLS_JSON_STRING, NEEDS_PROCS },
	[NSCOL_PINS]	  = { "PINS", 0, SCOLS_FL_WRAP,
			      N_("where its file is mounted, in other namespaces as :ID:PATH"),
			      SCOLS_JSON_ARRAY_STRING, NSITER_PINS },
	[NSCOL_FDS]	  = { "FDS", 0.1, SCOLS_FL_TRUNC,
			      N_("PIDs of processes that are not in it and have it open"),
			      SCOLS_JSON_STRING, NSITER_FDS | NEEDS_PROCS },
	[NSCOL_USER]	  = { "USER", 0, 0,
			      N_("user of the oldest process, or the owner"), SCOLS_JSON_STRING,
			      NEEDS_PROCS },
	[NSCOL_OWNERNS]	  = { "OWNERNS", 10, SCOLS_FL_RIGHT,
			      N_("inode number of the user namespace that owns it"),
			      SCOLS_JSON_NUMBER },
	[NSCOL_PARENTNS]  = { "PARENTNS", 10, SCOLS_FL_RIGHT,
			      N_("the same of the one that this user namespace was made in"),
			      SCOLS_JSON_NUMBER },
	[NSCOL_CREATED]	  = { "CREATED", 1, SCOLS_FL_RIGHT,
			      N_("place in the order of creation, by id"), SCOLS_JSON_NUMBER },
	[NSCOL_CGROUP]	  = { "CGROUP", 0.2, SCOLS_FL_TRUNC,
			      N_("cgroup of the oldest process"), SCOLS_JSON_STRING, NEEDS_PROCS },
	[NSCOL_UNIT]	  = { "UNIT", 0.1, 0,
			      N_("its systemd unit, for the operand unit:NAME"),
			      SCOLS_JSON_STRING, NEEDS_PROCS },
	[NSCOL_CONTAINER] = { "CONTAINER", 0.1, SCOLS_FL_TRUNC,
			      N_("its container, for the operand ctr:ID"), SCOLS_JSON_STRING,
			      NEEDS_PROCS },
	[NSCOL_POD]	  = { "POD", 0.1, SCOLS_FL_TRUNC,
			      N_("uid of its Kubernetes pod"), SCOLS_JSON_STRING, NEEDS_PROCS }
};

/*
 * nscols_scan_flags - what nsiter_scan() has to look at for what columns need
 */
unsigned int nscols_scan_flags(uint64_t needs)
{
	unsigned int flags = needs & (NSITER_PINS | NSITER_FDS);

	return needs & NEEDS_PROCS ? flags : flags | NSITER_NOPROCS;
}


static struct nsref make_ref(const struct nsiter_ns *ns)
{
	return (struct nsref) {
		.kind = NSREF_ID,
		.fd = ns->fd,
		.pid = ns->pid,
		.ino = ns->ino,
		.id = ns->id
	};
}

/* Older kernels do not count. */
static char *mounts_text(const struct nsiter_ns *ns)
{
	struct diag d = { .step = DIAG_NONE };
	struct nsref ref = make_ref(ns);
	struct mnttab tab;
	unsigned int nr;
	char *str = NULL;

	if (ns->has_nr_mounts)
		return mntns_number_text(ns->nr_mounts, 1);
	if (ns->fd >= 0 && ns_get_nr_mounts(ns->fd, &nr) == 0)
		return mntns_number_text(nr, 1);
	if (mnttab_read(&tab, &ref, 0, 0, &d) == 0)
		str = mntns_number_text(tab.nmounts, 1);
	mnttab_free(&tab);
	diag_reset(&d);
	return str;
}

static char *root_text(const struct nsiter_ns *ns)
{
	struct diag d = { .step = DIAG_NONE };
	struct nsref ref = make_ref(ns);
	struct mnttab tab;
	char *str = NULL;

	if (mnttab_read_root(&tab, &ref, MNTCOL_SOURCE_MASK, &d) == 0 && tab.nmounts)
		str = mntcol_source_text(&tab.mounts[0]);
	mnttab_free(&tab);
	diag_reset(&d);
	return str;
}

/* Inode number of what @fd is, which is closed; NULL when there is none. */
static char *inode_text(int fd)
{
	struct stat st;
	char *str = NULL;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0)
		str = mntns_number_text(st.st_ino, 0);
	close(fd);
	return str;
}

static char *owner_text(const struct nsiter_ns *ns, int id)
{
	int parent, fd = ns->fd >= 0 ? ioctl(ns->fd, UL_NS_GET_USERNS) : -1;

	if (fd < 0 || id == NSCOL_OWNERNS)
		return inode_text(fd);
	parent = ioctl(fd, UL_NS_GET_PARENT);
	close(fd);
	return inode_text(parent);
}

/* The oldest process's user, or the one who owns the owning user namespace. */
static char *user_text(const struct nsiter_ns *ns)
{
	char path[64];
	struct stat st;
	uid_t uid;
	int fd, rc;

	snprintf(path, sizeof(path), _PATH_PROC "/%d", (int) ns->pid);
	if (ns->pid && stat(path, &st) == 0) {
		uid = st.st_uid;
	} else {
		fd = ns->fd >= 0 ? ioctl(ns->fd, UL_NS_GET_USERNS) : -1;
		if (fd < 0)
			return NULL;
		rc = ioctl(fd, UL_NS_GET_OWNER_UID, &uid);
		close(fd);
		if (rc < 0)
			return NULL;
	}
	return mntns_user_text(uid);
}

/* What the cgroup of the oldest process says. */
static char *cgroup_text(const struct nsiter_ns *ns, int id)
{
	struct cgroup_info info = { .unit = NULL };
	char *path, *str = NULL;

	if (!ns->pid || cgroup_read_path(ns->pid, &path) != 0)
		return NULL;
	if (id == NSCOL_CGROUP)
		return path;
	if (cgroup_parse(path, &info) != 0)
		err_oom();

	if (id == NSCOL_UNIT)
		str = xstrdup(info.unit);
	else if (id == NSCOL_POD)
		str = xstrdup(info.pod);
	else if (info.engine)
		xasprintf(&str, "%s:%s", info.engine, info.id);
	cgroup_info_free(&info);
	free(path);
	return str;
}

/*
 * nscols_text:
 * @it: list that the namespace is in
 * @id: column
 *
 * Returns: allocated text of a cell, or NULL.
 */
char *nscols_text(const struct nsiter *it, const struct nsiter_ns *ns, int id)
{
	switch (id) {
	case NSCOL_NSID:
		return mntns_number_text(ns->id, 0);
	case NSCOL_NS:
		return mntns_number_text(ns->ino, 0);
	case NSCOL_TYPE:
		return xstrdup("mnt");
	case NSCOL_NAME:
		return xstrdup(ns->names);
	case NSCOL_MOUNTS:
		return mounts_text(ns);
	case NSCOL_PROCS:
		return mntns_number_text(ns->nprocs, 1);
	case NSCOL_PID:
		return mntns_number_text(ns->pid, 0);
	case NSCOL_COMMAND:
		return mntns_command_text(ns->pid);
	case NSCOL_ROOT:
		return root_text(ns);
	case NSCOL_PINS:
		return xstrdup(ns->pins);
	case NSCOL_FDS:
		return xstrdup(ns->holders);
	case NSCOL_USER:
		return user_text(ns);
	case NSCOL_OWNERNS:
	case NSCOL_PARENTNS:
		return owner_text(ns, id);
	case NSCOL_CREATED:
		return ns->id ? mntns_number_text(ns - it->ns + 1, 0) : NULL;
	case NSCOL_CGROUP:
	case NSCOL_UNIT:
	case NSCOL_CONTAINER:
	case NSCOL_POD:
		return cgroup_text(ns, id);
	}
	return NULL;
}

/*
 * nscols_user_text:
 * @fd: open user namespace
 *
 * Returns: the same for a user namespace in a tree.
 */
char *nscols_user_text(int fd, int id)
{
	struct stat st;
	uid_t uid;

	switch (id) {
	case NSCOL_NS:
		return fstat(fd, &st) == 0 ? mntns_number_text(st.st_ino, 0) : NULL;
	case NSCOL_TYPE:
		return xstrdup("user");
	case NSCOL_USER:
		return ioctl(fd, UL_NS_GET_OWNER_UID, &uid) == 0 ? mntns_user_text(uid) : NULL;
	case NSCOL_PARENTNS:
		return inode_text(ioctl(fd, UL_NS_GET_PARENT));
	}
	return NULL;
}
