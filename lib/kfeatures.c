/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * kfeatures - what of the mount and namespace API the running kernel has
 *
 * A feature is probed by a call that cannot succeed: the errno tells how far the
 * kernel got with it. Distributions carry features to older kernels, so the
 * version is never asked.
 */
#include <errno.h>
#include <sched.h>
#include <stdint.h>
#include <sys/fanotify.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "c.h"
#include "kfeatures.h"
#include "mountapi.h"
#include "namespace.h"
#include "nls.h"
#include "nsmake.h"
#include "nsref.h"

#define BAD_FD		0x7fffffff		/* 0 and -1 can mean "none" */
#define BAD_NS_ID	INT64_MAX		/* ids count up from 1 */

/*
 * For a call with wrong arguments to a system call that may be missing. EPERM
 * can be a seccomp filter's answer to a number that it does not know.
 */
static enum feature_have exists(int err)
{
	if (err == ENOSYS)
		return FEATURE_NO;
	return err == EPERM ? FEATURE_UNKNOWN : FEATURE_YES;
}

static enum feature_have is_one_of(int err, int yes, int unknown)
{
	if (err == yes)
		return FEATURE_YES;
	return err == unknown ? FEATURE_UNKNOWN : FEATURE_NO;
}

#define ERRNO_OF(call)	__extension__ ({ errno = 0; (call) < 0 ? errno : 0; })

static enum feature_have probe_open_tree(void)
{
	return exists(ERRNO_OF(ul_open_tree(-1, "", ~0U)));
}

/*
 * fsopen(2) asks for a capability first; fsconfig(2) of the same release does
 * not, and tells where no filter may have answered for the kernel.
 */
static enum feature_have probe_fsopen(void)
{
	enum feature_have have = exists(ERRNO_OF(ul_fsopen("", ~0U)));

	if (have != FEATURE_UNKNOWN || prctl(PR_GET_SECCOMP) == 2)
		return have;
	return exists(ERRNO_OF(ul_fsconfig(-1, ~0U, NULL, NULL, 0)));
}

static enum feature_have probe_openat2(void)
{
	return exists(ERRNO_OF(ul_openat2(-1, "", 0, 0, ~0ULL)));
}

static enum feature_have probe_mount_setattr(void)
{
	return exists(ERRNO_OF(ul_mount_setattr(-1, "", ~0U, NULL)));
}

static enum feature_have probe_statmount(void)
{
	return exists(ERRNO_OF(ul_statmount(0, 0, 0, NULL, 0, ~0U)));
}

static enum feature_have probe_listmount(void)
{
	return exists(ERRNO_OF(ul_listmount(0, 0, 0, NULL, 0, ~0U)));
}

/* a request of the second size with an id that no namespace has */
static enum feature_have probe_mnt_ns_id(void)
{
	uint64_t id;

	return is_one_of(ERRNO_OF(ul_listmount(UL_LSMT_ROOT, BAD_NS_ID, 0, &id, 1, 0)),
			 ENOENT, EPERM);
}

static enum feature_have probe_mnt_ns_fd(void)
{
	uint64_t id;

	return is_one_of(ERRNO_OF(ul_listmount_nsfd(UL_LSMT_ROOT, BAD_FD, 0, &id, 1)),
			 EBADF, EPERM);
}

static enum feature_have probe_by_fd(void)
{
	struct ul_statmount sm;

	return is_one_of(ERRNO_OF(ul_statmount_fd(BAD_FD, 0, &sm, sizeof(sm))), EBADF, EPERM);
}

static uint64_t statmount_supported(void)
{
	struct ul_statmount sm = { .size = 0 };
	uint64_t id;

	if (mnt_unique_id(AT_FDCWD, "/", 0, &id) < 0 ||
	    ul_statmount(id, 0, UL_STATMOUNT_SUPPORTED_MASK, &sm, sizeof(sm), 0) < 0 ||
	    !(sm.mask & UL_STATMOUNT_SUPPORTED_MASK))
		return 0;
	return sm.supported_mask;
}

/*
 * The mask of what is supported came with Linux 6.15, the source with 6.13; every
 * mount has a source in between, but it can be empty: ask for that of "/".
 */
static enum feature_have probe_sb_source(void)
{
	union {
		struct ul_statmount sm;
		char buf[sizeof(struct ul_statmount) + 4096];
	} u;
	enum feature_have have = probe_statmount();
	uint64_t id;

	if (have != FEATURE_YES || statmount_supported() & UL_STATMOUNT_SB_SOURCE)
		return have;
	if (mnt_unique_id(AT_FDCWD, "/", 0, &id) < 0 ||
	    ul_statmount(id, 0, UL_STATMOUNT_SB_SOURCE, &u.sm, sizeof(u), 0) < 0)
		return FEATURE_NO;
	return u.sm.mask & UL_STATMOUNT_SB_SOURCE ? FEATURE_YES : FEATURE_NO;
}

static enum feature_have probe_idmap_fields(void)
{
	enum feature_have have = probe_statmount();

	if (have != FEATURE_YES || statmount_supported() & UL_STATMOUNT_MNT_UIDMAP)
		return have;
	return FEATURE_NO;
}

static enum feature_have ns_ioctl(unsigned long cmd, void *arg)
{
	int rc, err, fd = ns_open_pid(0);

	if (fd < 0)
		return FEATURE_UNKNOWN;
	rc = ioctl(fd, cmd, arg);
	err = errno;
	close(fd);
	if (cmd == UL_NS_MNT_GET_NEXT && rc >= 0)
		close(rc);
	return rc < 0 && err == ENOTTY ? FEATURE_NO : FEATURE_YES;
}

static enum feature_have probe_ns_id(void)
{
	uint64_t id;

	return ns_ioctl(UL_NS_GET_MNTNS_ID, &id);
}

static enum feature_have probe_ns_walk(void)
{
	struct ul_mnt_ns_info info = { .size = sizeof(info) };

	return ns_ioctl(UL_NS_MNT_GET_NEXT, &info);
}

/* its own namespace anybody may open by its id */
static enum feature_have probe_ns_by_id(void)
{
	enum feature_have have = FEATURE_NO;
	int fd, self = ns_open_pid(0);
	uint64_t id;

	if (self < 0)
		return FEATURE_UNKNOWN;
	if (ns_get_id(self, &id) == 0) {
		fd = ul_open_ns_by_id(id, 0, 0);
		if (fd >= 0) {
			have = FEATURE_YES;
			close(fd);
		} else if (errno == EPERM) {
			have = FEATURE_UNKNOWN;
		}
	}
	close(self);
	return have;
}

static enum feature_have probe_listns(void)
{
	return exists(ERRNO_OF(ul_listns(CLONE_NEWNS, 0, NULL, 0, ~0U)));
}

static enum feature_have probe_pidfd_mntns(void)
{
	enum feature_have have = FEATURE_NO;
	int fd, pidfd = ul_pidfd_open(getpid(), 0);

	if (pidfd < 0)
		return errno == ENOSYS ? FEATURE_NO : FEATURE_UNKNOWN;
	fd = ioctl(pidfd, UL_PIDFD_GET_MNT_NAMESPACE, 0);
	if (fd >= 0) {
		have = FEATURE_YES;
		close(fd);
	}
	close(pidfd);
	return have;
}

static enum feature_have probe_namespace(void)
{
	/* the probe takes EPERM for a privilege that is missing */
	if (probe_open_tree() == FEATURE_UNKNOWN)
		return FEATURE_UNKNOWN;
	return nsmake_has_open_tree() ? FEATURE_YES : FEATURE_NO;
}

static enum feature_have probe_open_tree_attr(void)
{
	return exists(ERRNO_OF(ul_open_tree_attr(-1, "", ~0U, NULL)));
}

static enum feature_have probe_empty(void)
{
	return nsmake_has_empty() ? FEATURE_YES : FEATURE_NO;
}

/*
 * Before Linux 7.1 privileges are asked for first; unshare(2) of that release
 * tells, too, where no filter may have answered for the kernel.
 */
static enum feature_have try_beneath(void)
{
	return is_one_of(ERRNO_OF(ul_move_mount(-1, "", -1, "", MOVE_MOUNT_BENEATH)),
			 ENOENT, EPERM);
}

/* Who lacks the capability that is asked for first may have it in namespaces of a child's own. */
static enum feature_have try_with_privileges(enum feature_have (*try)(void))
{
	enum feature_have have = try();
	int status = 0;
	pid_t pid;

	if (have != FEATURE_UNKNOWN || prctl(PR_GET_SECCOMP) == 2)
		return have;
	pid = fork();
	if (pid == 0)
		_exit(unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 ? try() : FEATURE_UNKNOWN);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return FEATURE_UNKNOWN;
	return WEXITSTATUS(status);
}

static enum feature_have probe_beneath(void)
{
	return try_with_privileges(try_beneath);
}

/* An empty filesystem is soon made; to copy a directory can be refused for other reasons. */
static int open_detached(void)
{
	int fd = -1, fsfd = ul_fsopen("tmpfs", FSOPEN_CLOEXEC);

	if (fsfd < 0)
		return -errno;
	if (ul_fsconfig(fsfd, UL_FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
		fd = ul_fsmount(fsfd, FSMOUNT_CLOEXEC, 0);
	if (fd < 0)
		fd = -errno;
	close(fsfd);
	return fd;
}

static enum feature_have try_clone_detached(void)
{
	int err, copy, fd = open_detached();

	if (fd < 0)
		return fd == -ENOSYS ? FEATURE_NO : FEATURE_UNKNOWN;
	copy = ul_open_tree(fd, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
	err = copy < 0 ? errno : 0;
	close(fd);
	if (!err)
		close(copy);
	return is_one_of(err, 0, EPERM);
}

static enum feature_have probe_clone_detached(void)
{
	return try_with_privileges(try_clone_detached);
}

static enum feature_have probe_fsmount_namespace(void)
{
	enum feature_have have = is_one_of(ERRNO_OF(ul_fsmount(-1, FSMOUNT_NAMESPACE, 0)),
					   EBADF, EPERM);

	return have != FEATURE_UNKNOWN || prctl(PR_GET_SECCOMP) == 2 ? have : probe_empty();
}

static int try_fanotify(unsigned int flags)
{
	int fd = fanotify_init(flags | FAN_CLOEXEC, 0);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

/*
 * This one can succeed, and without privileges. Where it is unknown they are
 * asked for first: but not for what a file is reported by (Linux 5.13).
 */
static enum feature_have probe_fanotify(void)
{
	int err = try_fanotify(UL_FAN_REPORT_MNT);

	if (err == EPERM)
		return try_fanotify(FAN_REPORT_FID) == 0 ? FEATURE_NO : FEATURE_UNKNOWN;
	return err == ENOSYS || err == EINVAL ? FEATURE_NO : FEATURE_YES;
}

#define MOUNTINFO	N_("reads mountinfo in the namespace")

static const struct feature features[] = {
	{ "open_tree",		"5.2", probe_open_tree,
	  N_("clone mounts while nobody sees them"),
	  N_("nothing: create, run and attach need it") },
	{ "fsopen",		"5.2", probe_fsopen,
	  N_("attach -t"), N_("no new filesystems") },
	{ "openat2",		"5.6", probe_openat2,
	  N_("confine paths to the root of a namespace"),
	  N_("nothing: attach, detach and enter -w need it") },
	{ "mount_setattr",	"5.12", probe_mount_setattr,
	  N_("attributes and propagation of a clone"),
	  N_("nothing: create, run and attach need it") },
	{ "MOVE_MOUNT_BENEATH",	"6.5", probe_beneath,
	  N_("replace, attach --beneath"), N_("replace --overmount only") },
	{ "statmount",		"6.8", probe_statmount,
	  N_("list, and who shares a mount"), MOUNTINFO },
	{ "listmount",		"6.8", probe_listmount,
	  N_("list, detach -R"), N_("reads mountinfo in the namespace") },
	{ "mnt_ns_id",		"6.11", probe_mnt_ns_id,
	  N_("list the mounts of other namespaces"), MOUNTINFO },
	{ "NS_GET_MNTNS_ID",	"6.11", probe_ns_id,
	  N_("64-bit ids, the operand :ID"), N_("inode numbers only") },
	{ "PIDFD_GET_MNT_NAMESPACE", "6.11", probe_pidfd_mntns,
	  N_("the namespace of a process"), N_("opens /proc/PID/ns/mnt") },
	{ "NS_MNT_GET_NEXT",	"6.12", probe_ns_walk,
	  N_("lsns: namespaces without a process"), N_("scans /proc and the pins") },
	{ "STATMOUNT_SB_SOURCE", "6.13", probe_sb_source,
	  N_("list: SOURCE"), MOUNTINFO },
	{ "open_tree_attr",	"6.15", probe_open_tree_attr,
	  N_("X-mount.idmap= of what is idmapped already"), N_("no second map") },
	{ "clone of a detached mount", "6.15", probe_clone_detached,
	  N_("X-mount.subdir= of a new filesystem"),
	  N_("a child process mounts it in a namespace of its own") },
	{ "STATMOUNT_MNT_UIDMAP", "6.15", probe_idmap_fields,
	  N_("list: UIDMAP, GIDMAP"), N_("the columns are empty") },
	{ "FAN_MARK_MNTNS",	"6.15", probe_fanotify,
	  N_("watch, wait: each event"), N_("polls mountinfo and compares lists") },
	{ "mnt_ns_fd",		"6.18", probe_mnt_ns_fd,
	  N_("list another namespace without privileges"), N_("asks by its id") },
	{ "namespace by id",	"6.19", probe_ns_by_id,
	  N_("open :ID at once"), N_("walks all mount namespaces") },
	{ "listns",		"6.19", probe_listns,
	  N_("lsns: all namespaces in one call"), N_("NS_MNT_GET_NEXT") },
	{ "STATMOUNT_BY_FD",	"7.0", probe_by_fd,
	  N_("stat, holders: the mount of an open file"),
	  N_("statx and fdinfo, which know less of a detached one") },
	{ "OPEN_TREE_NAMESPACE", "7.0", probe_namespace,
	  N_("create and run: a namespace from a tree"),
	  N_("copies the caller's namespace, drops the rest") },
	{ "FSMOUNT_NAMESPACE",	"7.1", probe_fsmount_namespace,
	  N_("create and run --fs"), N_("OPEN_TREE_NAMESPACE of the new filesystem") },
	{ "UNSHARE_EMPTY_MNTNS", "7.1", probe_empty,
	  N_("create and run --empty"), N_("an empty tmpfs that is read-only") }
};

/*
 * features_get:
 * @nr: result, how many
 *
 * Returns: the table; @use and @without are to be translated.
 */
const struct feature *features_get(size_t *nr)
{
	*nr = ARRAY_SIZE(features);
	return features;
}
