/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * diagnose - from (step, errno) to the cause in words and what would help
 *
 * A function of lib/ that fails says with diag_fail() which step failed, on
 * which object and with which errno; the program prints diag_text() and exits
 * with diag_exit_status(). What an errno means in which step stands in one
 * table in lib/diagnose.c.
 */
#ifndef UTIL_LINUX_DIAGNOSE_H
#define UTIL_LINUX_DIAGNOSE_H

enum diag_step {
	DIAG_NONE = 0,

	/* find a namespace */
	DIAG_NS_RESOLVE,		/* object: the operand */
	DIAG_NS_OPEN_PID,		/* object: the operand, "PID" or "PID:INO" */
	DIAG_NS_OPEN_ID,		/* object: the operand, ":ID" */
	DIAG_NS_OPEN_FILE,		/* object: path of an nsfs file */
	DIAG_NS_OPEN_NAME,		/* object: pinned name */
	DIAG_NS_OPEN_CGROUP,		/* object: the operand, "unit:NAME" or "ctr:ID" */
	DIAG_NS_LIST,			/* object: the namespace or NULL */

	/* make a namespace */
	DIAG_TREE_OPEN,			/* object: path of a directory tree */
	DIAG_TREE_LEFT_OUT,		/* object: path; a warning */
	DIAG_TREE_CLONE,		/* object: path; open_tree(OPEN_TREE_CLONE) */
	DIAG_TREE_SETATTR,		/* object: path; mount_setattr() on the clone */
	DIAG_TREE_NAMESPACE,		/* object: path; open_tree(OPEN_TREE_NAMESPACE) */
	DIAG_NS_UNSHARE,		/* stand-in: unshare(CLONE_NEWNS) */
	DIAG_NS_UNCHROOT,		/* stand-in: setns() to the own namespace */
	DIAG_NS_MAKE_PRIVATE,		/* stand-in: all mounts to private */
	DIAG_NS_POP_ROOT,		/* stand-in: unmount a stacked root */
	DIAG_NS_MOVE_ROOT,		/* stand-in: move_mount() onto "/" */
	DIAG_NS_PIVOT,			/* stand-in: pivot_root() */
	DIAG_NS_DROP_OLD,		/* stand-in: unmount the old root */
	DIAG_NS_VERIFY,			/* stand-in: the mounts are those of the tree */
	DIAG_NS_CHILD,			/* stand-in: the child that does it */
	DIAG_NS_IDENTIFY,		/* its 64-bit id or inode */

	/* user namespaces */
	DIAG_USERNS_MAKE,
	DIAG_USERNS_MAP,		/* object: uid_map, gid_map or setgroups */
	DIAG_USERNS_MAPPER,		/* object: newuidmap or newgidmap */
	DIAG_USERNS_SUBIDS,		/* object: the file, as /etc/subuid */
	DIAG_USERNS_OPEN,		/* object: the operand */
	DIAG_USERNS_JOIN,		/* object: the operand */

	/* pins */
	DIAG_PIN_DIR,			/* object: the directory of pins */
	DIAG_PIN_NAME,			/* object: the name */
	DIAG_PIN_FILE,			/* object: the file */
	DIAG_PIN_MOUNT,			/* object: name or file; move_mount() of the nsfs file */
	DIAG_PIN_REMOVE,		/* object: name or file */

	/* enter */
	DIAG_JOIN_USERNS,		/* object: the namespace as named */
	DIAG_JOIN_MNTNS,
	DIAG_JOIN_IDS,			/* become root of the joined user namespace */
	DIAG_JOIN_OTHER,		/* object: type of the namespace, "net" */
	DIAG_SET_IDS,			/* object: "uid 1000" */
	DIAG_MEMBER_FIND,		/* object: the namespace as named */
	DIAG_PTY,			/* no object */
	DIAG_TOOLS,			/* object: name in the root directory */
	DIAG_MEMBER,			/* object: PID; what it is asked in /proc */
	DIAG_CHDIR_INSIDE,		/* object: directory inside */

	/* the process of a program */
	DIAG_RUN_UNSHARE,		/* object: "pid", "net", ... */
	DIAG_RUN_CLOCK,			/* object: "monotonic" or "boottime" */
	DIAG_RUN_FORK,
	DIAG_RUN_SETGROUPS,		/* object: the group it was done for */
	DIAG_RUN_SETGID,		/* object: id */
	DIAG_RUN_SETUID,		/* object: id */
	DIAG_RUN_PRCTL,			/* object: what was to be set, in words */

	/* detached mounts */
	DIAG_SOURCE_OPEN,		/* object: source path */
	DIAG_SOURCE_RESOLVE,		/* object: LABEL=..., UUID=... */
	DIAG_SOURCE_FIND,		/* object: path in another namespace */
	DIAG_SOURCE_FD,			/* object: number of an fd */
	DIAG_SOURCE_LOOP,		/* object: an image */
	DIAG_IDMAP_MOUNT,		/* object: a mount, or its source */
	DIAG_IDMAP,			/* object: the maps */
	DIAG_IDMAP_USERNS,		/* object: the maps, PID or path */
	DIAG_FS_OPEN,			/* object: filesystem type */
	DIAG_FS_OPTION,			/* object: option */
	DIAG_FS_CREATE,			/* object: source or type */
	DIAG_FS_MOUNT,			/* object: source or type */
	DIAG_FS_SUBDIR,			/* object: path in the filesystem */
	DIAG_TARGET_OPEN,		/* object: path inside */
	DIAG_TARGET_MKDIR,		/* object: path inside */
	DIAG_TARGET_TOUCH,		/* object: path inside */
	DIAG_ATTACH,			/* object: path inside */
	DIAG_ATTACH_BENEATH,		/* object: path inside */
	DIAG_DETACH,			/* object: path inside */
	DIAG_SETATTR,			/* object: path inside */
	DIAG_REPLACE,			/* object: path inside */
	DIAG_REPLACE_DROP,		/* object: path inside; unmounting the old one */
	DIAG_ROOT_MOUNT,		/* object: the namespace */
	DIAG_ROOT_PIVOT,
	DIAG_ROOT_DROP,
	DIAG_SYMLINK,			/* object: path inside */

	/* plans of several mounts */
	DIAG_PLAN_READ,			/* object: an fstab-like file */
	DIAG_PLAN_LINE,			/* object: what is wrong in it */
	DIAG_NS_RETURN,			/* object: the namespace that was entered */

	/* look at mounts */
	DIAG_MNT_LIST,			/* object: the namespace */
	DIAG_MNT_STAT,			/* object: mount id or path */
	DIAG_MNT_OPEN,			/* object: path, or the file of a process */
	DIAG_MOUNTINFO,			/* object: path of a mountinfo file */
	DIAG_NS_WATCH,			/* object: the namespace */
	DIAG_HOLDERS,			/* object: what is held */

	/* arguments and programs */
	DIAG_OPTION_PARSE,		/* object: option of -o */
	DIAG_LIBRARY,			/* object: name of a shared library */
	DIAG_OUTPUT,			/* object: what was to be printed */
	DIAG_MEMORY,

	DIAG_NR_STEPS
};

struct diag {
	enum diag_step step;
	int err;		/* positive errno; 0 when only the cause below is known */
	unsigned int nosys:1;	/* the running kernel cannot do it */
	char *object;		/* what the step was done to, or NULL */
	char *cause;		/* found out or told by the kernel; else from the table */
	char *remedy;		/* found out; else from the table */
};

int diag_fail(struct diag *d, enum diag_step step, int err, const char *object);
int diag_fail_cause(struct diag *d, enum diag_step step, int err, const char *object,
		    const char *remedy, const char *cause, ...)
		    __attribute__((__format__ (__printf__, 6, 7)));
int diag_fail_nosys(struct diag *d, enum diag_step step, int err, const char *object,
		    const char *lacks);
void diag_reset(struct diag *d);

char *diag_text(const struct diag *d);
int diag_exit_status(const struct diag *d);

const char *diag_cause(enum diag_step step, int err);
const char *diag_remedy(enum diag_step step, int err);

#endif /* UTIL_LINUX_DIAGNOSE_H */
