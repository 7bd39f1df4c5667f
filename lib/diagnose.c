/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * diagnose - from (step, errno) to the cause in words and what would help
 *
 * What the errnos mean was read in the kernel's fs/namespace.c, fs/nsfs.c,
 * fs/fsopen.c, kernel/nsproxy.c and kernel/user_namespace.c, and tried.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "c.h"
#include "mountapi.h"
#include "nls.h"
#include "diagnose.h"

/* What was attempted; %s is the object. */
static const char *const step_phrases[DIAG_NR_STEPS] = {
	[DIAG_NS_RESOLVE]	= N_("cannot find namespace %s"),
	[DIAG_NS_OPEN_PID]	= N_("cannot open the mount namespace of process %s"),
	[DIAG_NS_OPEN_ID]	= N_("cannot open namespace %s"),
	[DIAG_NS_OPEN_FILE]	= N_("cannot open namespace file %s"),
	[DIAG_NS_OPEN_NAME]	= N_("cannot open pinned namespace %s"),
	[DIAG_NS_OPEN_CGROUP]	= N_("cannot open the mount namespace of %s"),
	[DIAG_NS_LIST]		= N_("cannot list the mount namespaces"),

	[DIAG_TREE_OPEN]	= N_("cannot open tree %s"),
	[DIAG_TREE_LEFT_OUT]	= N_("warning: not all mounts below %s are copied"),
	[DIAG_TREE_CLONE]	= N_("failed to clone the mounts of %s"),
	[DIAG_TREE_SETATTR]	= N_("failed to set the mount attributes of the clone of %s"),
	[DIAG_TREE_NAMESPACE]	= N_("failed to make a mount namespace from %s"),
	[DIAG_NS_UNSHARE]	= N_("failed to make a mount namespace from %s: unshare"),
	[DIAG_NS_UNCHROOT]	= N_("failed to make a mount namespace from %s: leaving the chroot"),
	[DIAG_NS_MAKE_PRIVATE]	= N_("failed to make a mount namespace from %s: making its mounts private"),
	[DIAG_NS_POP_ROOT]	= N_("failed to make a mount namespace from %s: unmounting a stacked root"),
	[DIAG_NS_MOVE_ROOT]	= N_("failed to make a mount namespace from %s: mounting it on /"),
	[DIAG_NS_PIVOT]		= N_("failed to make a mount namespace from %s: pivot_root"),
	[DIAG_NS_DROP_OLD]	= N_("failed to make a mount namespace from %s: unmounting the old root"),
	[DIAG_NS_VERIFY]	= N_("refused to make a mount namespace from %s"),
	[DIAG_NS_CHILD]		= N_("failed to make a mount namespace from %s: child process"),
	[DIAG_NS_IDENTIFY]	= N_("cannot identify the mount namespace of %s"),

	[DIAG_USERNS_MAKE]	= N_("failed to make a user namespace"),
	[DIAG_USERNS_MAP]	= N_("failed to write %s of the user namespace"),
	[DIAG_USERNS_MAPPER]	= N_("%s failed"),
	[DIAG_USERNS_SUBIDS]	= N_("cannot take ids from %s"),
	[DIAG_USERNS_OPEN]	= N_("cannot open user namespace %s"),
	[DIAG_USERNS_JOIN]	= N_("failed to join user namespace %s"),

	[DIAG_PIN_DIR]		= N_("cannot prepare %s, the directory of pins"),
	[DIAG_PIN_NAME]		= N_("invalid name: %s"),
	[DIAG_PIN_FILE]		= N_("cannot pin on %s"),
	[DIAG_PIN_MOUNT]	= N_("failed to pin the namespace on %s"),
	[DIAG_PIN_REMOVE]	= N_("failed to remove the pin %s"),

	[DIAG_JOIN_USERNS]	= N_("failed to join the user namespace that owns %s"),
	[DIAG_JOIN_MNTNS]	= N_("failed to enter namespace %s"),
	[DIAG_JOIN_IDS]		= N_("failed to become root of the user namespace of %s"),
	[DIAG_JOIN_OTHER]	= N_("failed to join the %s namespace of the process"),
	[DIAG_SET_IDS]		= N_("failed to set %s"),
	[DIAG_MEMBER_FIND]	= N_("cannot find a process in namespace %s"),
	[DIAG_PTY]		= N_("failed to make a terminal for the program"),
	[DIAG_TOOLS]		= N_("failed to put %s into the copy of the namespace"),
	[DIAG_MEMBER]		= N_("cannot inspect process %s"),
	[DIAG_CHDIR_INSIDE]	= N_("cannot change directory to %s in the namespace"),

	[DIAG_RUN_UNSHARE]	= N_("failed to make a namespace of the type %s"),
	[DIAG_RUN_CLOCK]	= N_("failed to set the clock %s of the time namespace"),
	[DIAG_RUN_FORK]		= N_("failed to start a process"),
	[DIAG_RUN_SETGROUPS]	= N_("failed to drop the supplementary groups for group %s"),
	[DIAG_RUN_SETGID]	= N_("failed to become group %s"),
	[DIAG_RUN_SETUID]	= N_("failed to become user %s"),
	[DIAG_RUN_PRCTL]	= N_("failed to set %s of the process"),

	[DIAG_SOURCE_OPEN]	= N_("cannot clone source %s"),
	[DIAG_SOURCE_RESOLVE]	= N_("cannot find source %s"),
	[DIAG_SOURCE_FIND]	= N_("cannot open source %s in its namespace"),
	[DIAG_SOURCE_FD]	= N_("cannot attach file descriptor %s"),
	[DIAG_SOURCE_LOOP]	= N_("cannot set up a loop device for %s"),
	[DIAG_IDMAP_MOUNT]	= N_("cannot map the ids of %s"),
	[DIAG_IDMAP]		= N_("cannot map ids as %s"),
	[DIAG_IDMAP_USERNS]	= N_("cannot open a user namespace for the map %s"),
	[DIAG_FS_OPEN]		= N_("cannot make a filesystem of type %s"),
	[DIAG_FS_OPTION]	= N_("option %s refused by the filesystem"),
	[DIAG_FS_CREATE]	= N_("failed to make the filesystem of %s"),
	[DIAG_FS_MOUNT]		= N_("failed to mount the filesystem of %s"),
	[DIAG_FS_SUBDIR]	= N_("cannot mount directory %s of the filesystem"),
	[DIAG_TARGET_OPEN]	= N_("cannot open target %s in the namespace"),
	[DIAG_TARGET_MKDIR]	= N_("cannot create directory %s in the namespace"),
	[DIAG_TARGET_TOUCH]	= N_("cannot create file %s in the namespace"),
	[DIAG_ATTACH]		= N_("failed to attach to %s in the namespace"),
	[DIAG_ATTACH_BENEATH]	= N_("failed to attach beneath %s in the namespace"),
	[DIAG_DETACH]		= N_("failed to unmount %s in the namespace"),
	[DIAG_SETATTR]		= N_("failed to change the mount at %s in the namespace"),
	[DIAG_ROOT_MOUNT]	= N_("failed to exchange the root of %s: mounting the new one"),
	[DIAG_ROOT_PIVOT]	= N_("failed to exchange the root of %s: pivot_root"),
	[DIAG_ROOT_DROP]	= N_("failed to exchange the root of %s: unmounting the old one"),
	[DIAG_REPLACE]		= N_("cannot replace %s in the namespace"),
	[DIAG_REPLACE_DROP]	= N_("the new mount is beneath the old one on %s, which cannot be unmounted"),

	[DIAG_SYMLINK]		= N_("cannot create symbolic link %s in the namespace"),

	[DIAG_PLAN_READ]	= N_("cannot read %s"),
	[DIAG_PLAN_LINE]	= N_("invalid mount: %s"),
	[DIAG_NS_RETURN]	= N_("failed to return from the namespace of %s"),

	[DIAG_MNT_LIST]		= N_("cannot list the mounts of %s"),
	[DIAG_MNT_STAT]		= N_("cannot get information about mount %s"),
	[DIAG_MNT_OPEN]		= N_("cannot find the mount of %s"),
	[DIAG_MOUNTINFO]	= N_("cannot parse %s"),
	[DIAG_NS_WATCH]		= N_("cannot watch the mounts of %s"),
	[DIAG_HOLDERS]		= N_("cannot find out what holds %s"),

	[DIAG_OPTION_PARSE]	= N_("invalid option: %s"),
	[DIAG_LIBRARY]		= N_("cannot load %s"),
	[DIAG_OUTPUT]		= N_("failed to print %s"),
	[DIAG_MEMORY]		= N_("cannot allocate memory")
};

struct diag_row {
	enum diag_step step;
	int err;
	const char *cause;
	const char *remedy;		/* or NULL */
};

#define NEEDS_ADMIN	N_("this needs CAP_SYS_ADMIN")
#define NEEDS_ADMIN_OWN	N_("this needs CAP_SYS_ADMIN in the caller's user namespace")
#define NEEDS_CHROOT	N_("this needs CAP_SYS_ADMIN and CAP_SYS_CHROOT")
#define FILTERED	N_("the caller has CAP_SYS_ADMIN, so a seccomp filter forbids it or another user namespace owns it")
#define OLD_KERNEL_API	N_("the kernel lacks the new mount API or a seccomp filter hides it")
#define NO_OPEN_TREE	N_("the kernel lacks open_tree(2) (Linux 5.2), or a seccomp filter hides it")
#define NO_MOVE_MOUNT	N_("the kernel lacks move_mount(2) (Linux 5.2), or a seccomp filter hides it")
#define NO_FSOPEN	N_("the kernel lacks fsopen(2) (Linux 5.2), or a seccomp filter hides it")
#define NO_OPENAT2	N_("the kernel lacks openat2(2) (Linux 5.6), or a seccomp filter hides it")
#define NO_SETATTR	N_("the kernel lacks mount_setattr(2) (Linux 5.12), or a seccomp filter hides it")
#define TOO_MANY_NS	N_("the limit on mount namespaces is reached")
#define TOO_MANY_MOUNTS	N_("the namespace holds as many mounts as it may")
#define RAISE_MOUNT_MAX	N_("raise the sysctl fs.mount-max")
#define RAISE_MAX_NS	N_("raise the sysctl user.max_mnt_namespaces or remove unused namespaces")

static const struct diag_row rows[] = {
	{ DIAG_NS_RESOLVE, EINVAL,
	  N_("it is neither a PID, PID:INO, :ID, unit:NAME, ctr:ID, a path with a '/' nor a valid name"), NULL },

	{ DIAG_NS_OPEN_PID, ESRCH, N_("no such process"), NULL },
	{ DIAG_NS_OPEN_PID, ENOENT, N_("no such process"), NULL },
	{ DIAG_NS_OPEN_PID, EACCES,
	  N_("not allowed to inspect this process"), N_("this needs the rights of ptrace(2) over it") },
	{ DIAG_NS_OPEN_PID, EPERM,
	  N_("not allowed to inspect this process"), N_("this needs the rights of ptrace(2) over it") },

	{ DIAG_NS_OPEN_ID, ESTALE,
	  N_("no mount namespace has this id, or the caller may not see it"),
	  N_("seeing all namespaces needs CAP_SYS_ADMIN in the initial user and PID namespace") },

	{ DIAG_NS_OPEN_FILE, EINVAL, N_("not a mount namespace"), NULL },

	{ DIAG_NS_OPEN_NAME, ENOENT, N_("no namespace is pinned under this name"),
	  N_("a namespace is given as PID, PID:INO, :ID, unit:NAME, ctr:ID, a path with a '/', or a name that mntns lsns shows") },
	{ DIAG_NS_OPEN_NAME, EACCES, N_("the directory of pins is for root only"), NULL },

	{ DIAG_TREE_OPEN, ENOTDIR, N_("not a directory"),
	  N_("a device or an image is given as --fs TYPE,source=FILE") },
	{ DIAG_TREE_CLONE, EINVAL,
	  N_("the mount is unbindable, or another mount namespace's, or locked mounts lie below it"),
	  N_("make it private first, or use --recursive") },
	{ DIAG_TREE_CLONE, EPERM, NEEDS_ADMIN, NULL },
	{ DIAG_TREE_CLONE, ENOSPC, TOO_MANY_NS, RAISE_MAX_NS },
	{ DIAG_TREE_CLONE, ENOSYS, NO_OPEN_TREE, NULL },
	{ DIAG_TREE_SETATTR, EINVAL,
	  N_("a mount below it does not take the attribute or propagation"), NULL },
	{ DIAG_TREE_SETATTR, ENOSYS, NO_SETATTR, NULL },
	{ DIAG_TREE_SETATTR, EPERM,
	  N_("an attribute is locked by a more privileged namespace"), NULL },

	{ DIAG_TREE_NAMESPACE, EINVAL,
	  N_("the mount is unbindable, or another mount namespace's, or has locked mounts below"),
	  N_("make it private first, or use --recursive") },
	{ DIAG_TREE_NAMESPACE, EPERM, NEEDS_ADMIN_OWN, NULL },
	{ DIAG_TREE_NAMESPACE, ENOSPC, TOO_MANY_NS, RAISE_MAX_NS },

	{ DIAG_NS_UNSHARE, EPERM, NEEDS_ADMIN_OWN, NULL },
	{ DIAG_NS_UNSHARE, ENOSPC, TOO_MANY_NS, RAISE_MAX_NS },
	{ DIAG_NS_UNCHROOT, EPERM, NEEDS_CHROOT, NULL },
	{ DIAG_NS_UNCHROOT, EINVAL,
	  N_("the caller shares its root directory with another thread or process"), NULL },
	{ DIAG_NS_MAKE_PRIVATE, EINVAL, N_("its root is not the root of a mount"), NULL },
	{ DIAG_NS_POP_ROOT, EPERM, NEEDS_ADMIN, NULL },
	{ DIAG_NS_MOVE_ROOT, EPERM, NEEDS_ADMIN, NULL },
	{ DIAG_NS_MOVE_ROOT, EINVAL, N_("its root takes no mount"), NULL },
	{ DIAG_NS_MOVE_ROOT, ENOSPC, TOO_MANY_MOUNTS, RAISE_MOUNT_MAX },
	{ DIAG_NS_MOVE_ROOT, ENOENT, N_("the directory was removed"), NULL },
	{ DIAG_NS_MOVE_ROOT, ELOOP,
	  N_("the tree holds a pinned mount namespace"), N_("unmount the pin first") },
	{ DIAG_NS_CHILD, ECHILD, N_("it died"), NULL },
	{ DIAG_NS_PIVOT, EINVAL,
	  N_("the root of this system is its initramfs, which pivot_root(2) cannot leave"),
	  N_("a kernel with OPEN_TREE_NAMESPACE (Linux 7.0) is needed here") },

	{ DIAG_USERNS_MAKE, EPERM,
	  N_("not allowed: in a chroot, or without a mapping of the caller's own ids, nobody may; or a security module or a seccomp filter forbids it"),
	  NULL },
	{ DIAG_USERNS_MAKE, EACCES, N_("a security module forbids it"), NULL },
	{ DIAG_USERNS_MAKE, ENOSPC,
	  N_("the limit on user namespaces is reached, or they are nested too deep"),
	  N_("raise the sysctl user.max_user_namespaces") },
	{ DIAG_USERNS_MAKE, EUSERS, N_("the user namespaces are nested too deep"), NULL },
	{ DIAG_USERNS_MAKE, EINVAL, N_("the kernel is built without user namespaces"), NULL },
	{ DIAG_USERNS_MAKE, ECHILD, N_("the process that writes the maps died"), NULL },
	{ DIAG_USERNS_MAP, EPERM,
	  N_("an id is not mapped in the caller's user namespace, or the caller may not map it, or a security module forbids it"),
	  NULL },
	{ DIAG_USERNS_MAP, EINVAL, N_("the ranges overlap, or they are too many"), NULL },
	{ DIAG_USERNS_MAPPER, ENOENT,
	  N_("no such program can be executed, and only with it ordinary users get more than their own id mapped"),
	  N_("it comes with the package uidmap, or shadow-utils") },
	{ DIAG_USERNS_MAPPER, EPERM, N_("it does not say why"), NULL },
	{ DIAG_USERNS_OPEN, EINVAL, N_("not a user namespace"), NULL },
	{ DIAG_USERNS_OPEN, ESRCH, N_("no such process"), NULL },
	{ DIAG_USERNS_OPEN, EACCES,
	  N_("not allowed to inspect this process"), N_("this needs the rights of ptrace(2) over it") },
	{ DIAG_USERNS_JOIN, EPERM, N_("the caller is not privileged over it"),
	  N_("this needs CAP_SYS_ADMIN in it, which the user who made it has from outside") },

	{ DIAG_PIN_DIR, EACCES, N_("only root may pin by name"), N_("create --pin FILE needs no more than CAP_SYS_ADMIN") },
	{ DIAG_PIN_DIR, EPERM, NEEDS_ADMIN, NULL },
	{ DIAG_PIN_DIR, EINVAL,
	  N_("it lies on an unbindable mount"), N_("make that private first, see mount --make-private") },
	{ DIAG_PIN_FILE, EISDIR, N_("it is a directory, a pin needs a file"), NULL },
	{ DIAG_PIN_FILE, EEXIST, N_("a namespace is pinned there already"), NULL },
	{ DIAG_PIN_MOUNT, EEXIST, N_("the name is taken"), N_("see mntns lsns") },
	{ DIAG_PIN_MOUNT, ELOOP,
	  N_("the namespace is older than, or the same as, the one the pin would be in"), NULL },
	{ DIAG_PIN_MOUNT, EINVAL,
	  N_("the file lies on a shared mount, and the pin would propagate"),
	  N_("use a directory that is a private mount, or -n NAME") },
	{ DIAG_PIN_MOUNT, ENOENT, N_("the file was removed"), NULL },
	{ DIAG_PIN_MOUNT, EPERM, NEEDS_ADMIN, NULL },
	{ DIAG_PIN_MOUNT, ENOSPC, TOO_MANY_MOUNTS, RAISE_MOUNT_MAX },
	{ DIAG_PIN_REMOVE, EPERM, NEEDS_ADMIN, NULL },
	{ DIAG_PIN_REMOVE, ENOENT, N_("no namespace is pinned under this name"), N_("see mntns lsns") },

	{ DIAG_JOIN_USERNS, EPERM, N_("the caller is not privileged over it"), NULL },
	{ DIAG_JOIN_USERNS, EINVAL,
	  N_("the caller is in it already, or has several threads"), NULL },
	{ DIAG_JOIN_OTHER, EPERM, N_("the caller is not privileged over it"), NULL },
	{ DIAG_SET_IDS, EINVAL, N_("the user namespace does not map it"), NULL },
	{ DIAG_SET_IDS, EPERM, N_("the caller is not privileged in its user namespace"), NULL },
	{ DIAG_MEMBER, ESRCH, N_("it has exited or left the namespace"), NULL },
	{ DIAG_MEMBER, EACCES,
	  N_("not allowed to inspect this process"), N_("this needs the rights of ptrace(2) over it") },
	{ DIAG_MEMBER, EPERM,
	  N_("not allowed to inspect this process"), N_("this needs the rights of ptrace(2) over it") },
	{ DIAG_JOIN_MNTNS, EPERM,
	  N_("the caller is not privileged over it"),
	  N_("this needs CAP_SYS_ADMIN over the namespace, and CAP_SYS_CHROOT") },
	{ DIAG_JOIN_MNTNS, EINVAL,
	  N_("the caller shares its root directory with another thread or process"), NULL },
	{ DIAG_CHDIR_INSIDE, ENOSYS, NO_OPENAT2, NULL },
	{ DIAG_CHDIR_INSIDE, EXDEV, N_("the path leaves the namespace"), NULL },
	{ DIAG_CHDIR_INSIDE, ELOOP, N_("the path leads over a magic link or too many symbolic links"), NULL },

	{ DIAG_RUN_UNSHARE, EPERM, NEEDS_ADMIN_OWN,
	  N_("--user, or --map-root-user, makes a user namespace in which one has it") },
	{ DIAG_RUN_UNSHARE, EINVAL, N_("the kernel is built without them"), NULL },
	{ DIAG_RUN_CLOCK, ERANGE, N_("the time would be negative, or too late for the kernel"), NULL },
	{ DIAG_RUN_FORK, EAGAIN, N_("a limit on the number of processes is reached"), NULL },
	{ DIAG_RUN_SETGROUPS, EPERM,
	  N_("this needs CAP_SETGID, and a user namespace in which setgroups(2) is not denied"),
	  N_("see --map-groups and --setgroups") },
	{ DIAG_RUN_SETGID, EINVAL, N_("it is not mapped in the user namespace"), N_("see --map-groups") },
	{ DIAG_RUN_SETGID, EPERM, N_("this needs CAP_SETGID"), NULL },
	{ DIAG_RUN_SETUID, EINVAL, N_("it is not mapped in the user namespace"), N_("see --map-users") },
	{ DIAG_RUN_SETUID, EPERM, N_("this needs CAP_SETUID"), NULL },

	{ DIAG_SOURCE_OPEN, EINVAL,
	  N_("mounts lie below it that a more privileged namespace has locked"),
	  N_("use --recursive") },
	{ DIAG_SOURCE_OPEN, EPERM, NEEDS_ADMIN, NULL },
	{ DIAG_SOURCE_OPEN, ENOSPC, TOO_MANY_NS, RAISE_MAX_NS },
	{ DIAG_SOURCE_OPEN, ENOSYS, NO_OPEN_TREE, NULL },
	{ DIAG_SOURCE_RESOLVE, ENOENT, N_("no such device, label or UUID"), NULL },
	{ DIAG_SOURCE_FIND, ENOSYS, NO_OPENAT2, NULL },
	{ DIAG_SOURCE_FIND, EXDEV, N_("the path leaves the namespace"), NULL },
	{ DIAG_SOURCE_FIND, ELOOP,
	  N_("the path leads over a magic link or too many symbolic links"), NULL },
	{ DIAG_SOURCE_FD, EBADF, N_("it is not open"), NULL },
	{ DIAG_SOURCE_FD, EBUSY, N_("it is no detached mount, but one that is mounted somewhere"), NULL },
	{ DIAG_SOURCE_LOOP, ENOTTY, N_("the kernel is older than Linux 5.8"), NULL },
	{ DIAG_SOURCE_LOOP, EBUSY, N_("other programs take all free loop devices"), N_("try again") },
	{ DIAG_IDMAP_MOUNT, EINVAL,
	  N_("its filesystem cannot be idmapped by this kernel, or the map has no ids"), NULL },
	{ DIAG_IDMAP_MOUNT, EPERM,
	  N_("the caller is not privileged over its filesystem or over the user namespace of the map, or it is idmapped already"),
	  NULL },
	{ DIAG_IDMAP, EINVAL,
	  N_("ranges overlap, leave the range of ids, or are more than 340"), NULL },
	{ DIAG_IDMAP, EPERM,
	  N_("the caller may not map these ids, or they are not mapped in its user namespace"),
	  N_("this needs CAP_SETUID and CAP_SETGID") },
	{ DIAG_IDMAP, E2BIG, N_("more than the kernel takes"), NULL },
	{ DIAG_IDMAP_USERNS, ENOENT, N_("no such file or directory"), NULL },
	{ DIAG_IDMAP_USERNS, EACCES,
	  N_("not allowed to inspect this process"), N_("this needs the rights of ptrace(2) over it") },
	{ DIAG_IDMAP_USERNS, EPERM,
	  N_("user namespaces are not allowed here, or the caller is in a chroot"), NULL },
	{ DIAG_IDMAP_USERNS, ENOSPC,
	  N_("the limit on user namespaces is reached"),
	  N_("raise the sysctl user.max_user_namespaces") },
	{ DIAG_FS_OPEN, ENODEV, N_("unknown filesystem type"), N_("see /proc/filesystems") },
	{ DIAG_FS_OPEN, ENOSYS, NO_FSOPEN, NULL },
	{ DIAG_FS_OPEN, EPERM, NEEDS_ADMIN, NULL },
	{ DIAG_FS_OPTION, EINVAL, N_("unknown option or bad value"), NULL },
	{ DIAG_FS_CREATE, EPERM,
	  N_("the filesystem may not be mounted in this user namespace"), NULL },
	{ DIAG_FS_CREATE, EINVAL,
	  N_("no such filesystem on the source, or options that contradict"),
	  N_("the kernel's log may say more") },
	{ DIAG_FS_CREATE, EBUSY,
	  N_("the device is in use, perhaps mounted with other options"), NULL },
	{ DIAG_FS_CREATE, ENOTBLK, N_("neither a block device nor an image in a regular file"), NULL },
	{ DIAG_FS_CREATE, EACCES,
	  N_("it is write-protected, or not allowed to the caller"), N_("the option ro mounts it read-only") },
	{ DIAG_FS_MOUNT, ENOSPC, TOO_MANY_NS, RAISE_MAX_NS },
	{ DIAG_FS_MOUNT, EPERM,
	  N_("the filesystem would show more than the namespace lets see"), NULL },

	{ DIAG_FS_SUBDIR, ENOSYS, NO_OPENAT2, NULL },
	{ DIAG_FS_SUBDIR, ECHILD, N_("the child process died"), NULL },
	{ DIAG_FS_SUBDIR, EXDEV, N_("the path leaves the filesystem"), NULL },
	{ DIAG_FS_SUBDIR, ELOOP,
	  N_("the path leads over a magic link or too many symbolic links"), NULL },
	{ DIAG_FS_SUBDIR, ENOSPC, TOO_MANY_NS, RAISE_MAX_NS },

	{ DIAG_TARGET_OPEN, ENOSYS, NO_OPENAT2, NULL },
	{ DIAG_TARGET_OPEN, EAGAIN,
	  N_("directories on the way are renamed all the time"), N_("try again") },
	{ DIAG_TARGET_OPEN, EXDEV, N_("the path leaves the namespace"), NULL },
	{ DIAG_TARGET_OPEN, ELOOP,
	  N_("the path leads over a magic link or too many symbolic links"), NULL },
	{ DIAG_TARGET_OPEN, ENOENT,
	  N_("no such file or directory"), N_("--mkdir creates a missing directory") },
	{ DIAG_TARGET_MKDIR, ENOENT,
	  N_("the directory above it was removed, or no filesystem is mounted in the namespace"), NULL },
	{ DIAG_TARGET_MKDIR, EEXIST, N_("a symbolic link on the way points to nothing"), NULL },
	{ DIAG_TARGET_MKDIR, EXDEV, N_("the path leaves the namespace"), NULL },
	{ DIAG_TARGET_MKDIR, ELOOP,
	  N_("the path leads over a magic link or too many symbolic links"), NULL },
	{ DIAG_TARGET_TOUCH, EISDIR, N_("the path can only be a directory's"), NULL },
	{ DIAG_TARGET_TOUCH, EEXIST, N_("a symbolic link on the way points to nothing"), NULL },
	{ DIAG_TARGET_TOUCH, EXDEV, N_("the path leaves the namespace"), NULL },
	{ DIAG_TARGET_TOUCH, ELOOP,
	  N_("the path leads over a magic link or too many symbolic links"), NULL },
	{ DIAG_ATTACH, EINVAL,
	  N_("the target is below a shared mount and the source holds an unbindable one, or the target was taken out of the namespace"),
	  NULL },
	{ DIAG_ATTACH, ELOOP,
	  N_("the source holds a pin of this namespace, or of an older one"),
	  N_("unmount the pin first, or attach without --recursive") },
	{ DIAG_ATTACH, ENOENT, N_("the target directory was removed"), NULL },
	{ DIAG_ATTACH, ENOSYS, NO_MOVE_MOUNT, NULL },
	{ DIAG_ATTACH, EPERM, NEEDS_ADMIN, NULL },
	{ DIAG_ATTACH, ENOSPC,
	  TOO_MANY_MOUNTS, RAISE_MOUNT_MAX },
	{ DIAG_ATTACH_BENEATH, EINVAL,
	  N_("the mount there is locked by a more privileged namespace, or propagation would put the new one over another"),
	  NULL },
	{ DIAG_ATTACH_BENEATH, ELOOP,
	  N_("the source holds a pin of this namespace, or of an older one"),
	  N_("unmount the pin first") },
	{ DIAG_ATTACH_BENEATH, ENOENT, N_("the target was unmounted meanwhile"), NULL },
	{ DIAG_ATTACH_BENEATH, ENOSYS, NO_MOVE_MOUNT, NULL },
	{ DIAG_ATTACH_BENEATH, EPERM, NEEDS_ADMIN, NULL },
	{ DIAG_ATTACH_BENEATH, ENOSPC, TOO_MANY_MOUNTS, RAISE_MOUNT_MAX },
	{ DIAG_DETACH, EINVAL,
	  N_("not a mount point, or the mount is locked by a more privileged namespace"), NULL },
	{ DIAG_DETACH, EISDIR, N_("a path that ends in .. has no name to unmount"),
	  N_("give the mount point itself") },
	{ DIAG_DETACH, EBUSY,
	  N_("a process has a file, its root or its working directory on it"),
	  N_("--lazy unmounts it from the tree at once and lets its users finish") },

	{ DIAG_ROOT_MOUNT, EINVAL,
	  N_("no filesystem is mounted in the namespace, or its root takes no mount"), NULL },
	{ DIAG_ROOT_MOUNT, ELOOP,
	  N_("the tree holds a pin of this namespace, or of an older one"),
	  N_("unmount the pin first") },
	{ DIAG_ROOT_MOUNT, ENOSYS, NO_MOVE_MOUNT, NULL },
	{ DIAG_ROOT_MOUNT, EPERM, NEEDS_ADMIN, NULL },
	{ DIAG_ROOT_MOUNT, ENOSPC, TOO_MANY_MOUNTS, RAISE_MOUNT_MAX },
	{ DIAG_ROOT_PIVOT, EINVAL,
	  N_("the root is not the root of a mount, or the very first one, which pivot_root(2) cannot leave"),
	  NULL },
	{ DIAG_ROOT_PIVOT, EPERM, NEEDS_ADMIN, NULL },
	{ DIAG_REPLACE_DROP, EBUSY, N_("something was mounted over it meanwhile"),
	  N_("mntns detach --lazy unmounts them") },
	{ DIAG_REPLACE_DROP, EINVAL,
	  N_("it was unmounted meanwhile, or is locked by a more privileged namespace"), NULL },

	{ DIAG_SETATTR, ENOSYS, NO_SETATTR, NULL },
	{ DIAG_SETATTR, EPERM, NEEDS_ADMIN, NULL },
	{ DIAG_SETATTR, EBUSY,
	  N_("a file on it is open for writing"), N_("mntns holders shows who uses it") },
	{ DIAG_SETATTR, EINVAL,
	  N_("it was unmounted meanwhile, or the kernel lacks the attribute"), NULL },

	{ DIAG_MNT_OPEN, EBADF, N_("no such file is open"), NULL },
	{ DIAG_MNT_OPEN, ESRCH, N_("no such process"), NULL },
	{ DIAG_MNT_OPEN, EACCES,
	  N_("not allowed to look there"), N_("for files of a process this needs the rights of ptrace(2) over it") },
	{ DIAG_MNT_OPEN, EPERM,
	  N_("not allowed to look there"), N_("for files of a process this needs the rights of ptrace(2) over it") },
	{ DIAG_MNT_LIST, EPERM, N_("the caller is not privileged over the namespace"), NULL },
	{ DIAG_MNT_LIST, ENOENT,
	  N_("the namespace is gone, or the caller is not privileged over it"), NULL }
};

static const struct diag_row *find_row(enum diag_step step, int err)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].step == step && rows[i].err == err)
			return &rows[i];
	}
	return NULL;
}

/*
 * A seccomp filter, as container engines use, answers EPERM like a kernel that
 * misses a privilege; here the caller has it, and a filter.
 */
static int is_filtered(void)
{
	return prctl(PR_GET_SECCOMP) == 2 && caller_has_sys_admin();
}

static int is_about_privileges(const struct diag_row *row)
{
	static const char *const needs[] = { NEEDS_ADMIN, NEEDS_ADMIN_OWN, NEEDS_CHROOT };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(needs); i++) {
		if (strcmp(row->cause, needs[i]) == 0)
			return 1;
	}
	return 0;
}

/*
 * diag_cause:
 * @step: what failed
 * @err: errno, positive
 *
 * Returns: the usual cause in words; strerror(3) where the errno speaks for
 * itself.
 */
const char *diag_cause(enum diag_step step, int err)
{
	const struct diag_row *row = find_row(step, err);

	if (err == EPERM && (!row || is_about_privileges(row)) && is_filtered())
		return _(FILTERED);
	if (row)
		return _(row->cause);
	if (err == ENOSYS)
		return _(OLD_KERNEL_API);

	return strerror(err);
}

/*
 * diag_remedy:
 *
 * Arguments as for diag_cause().
 *
 * Returns: what would help, or NULL.
 */
const char *diag_remedy(enum diag_step step, int err)
{
	const struct diag_row *row = find_row(step, err);

	return row && row->remedy ? _(row->remedy) : NULL;
}

void diag_reset(struct diag *d)
{
	free(d->object);
	free(d->cause);
	free(d->remedy);
	memset(d, 0, sizeof(*d));
}

static char *strdup_or_null(const char *s)
{
	return s ? strdup(s) : NULL;
}

/*
 * diag_fail:
 * @d: filled in; what it said before is forgotten
 * @step: what failed
 * @err: errno, positive
 * @object: what the step was done to, copied; or NULL
 *
 * Returns: -@err, so that a caller can return it.
 */
int diag_fail(struct diag *d, enum diag_step step, int err, const char *object)
{
	diag_reset(d);
	d->step = step;
	d->err = err;
	d->nosys = err == ENOSYS;
	d->object = strdup_or_null(object);

	return -err;
}

/*
 * diag_fail_cause:
 * @remedy: what would help, or NULL
 * @cause: printf-like, the cause as found out or as the kernel told it; it
 *	stands in place of the table's
 *
 * Other arguments and return value as for diag_fail().
 */
int diag_fail_cause(struct diag *d, enum diag_step step, int err, const char *object,
		    const char *remedy, const char *cause, ...)
{
	va_list ap;
	int rc = diag_fail(d, step, err, object);

	d->remedy = strdup_or_null(remedy);
	va_start(ap, cause);
	if (vasprintf(&d->cause, cause, ap) < 0)
		d->cause = NULL;
	va_end(ap);

	return rc;
}

/*
 * diag_fail_nosys:
 * @lacks: the feature that the running kernel does not have
 *
 * Other arguments and return value as for diag_fail(). The exit status of the
 * program becomes EXIT_NOTSUPP.
 */
int diag_fail_nosys(struct diag *d, enum diag_step step, int err, const char *object,
		    const char *lacks)
{
	int rc = diag_fail_cause(d, step, err, object, NULL,
				 _("this kernel lacks %s"), lacks);

	d->nosys = 1;
	return rc;
}

/* C1 of UTF-8, which begins with 0xc2: terminals obey them like those of ASCII. */
static int is_c1(const unsigned char *s)
{
	return s[0] == 0xc2 && s[1] >= 0x80 && s[1] < 0xa0;
}

/* Names of files, options and kernel messages may hold what a terminal obeys. */
static void put_escaped(FILE *f, const char *str)
{
	const unsigned char *s = (const unsigned char *) str;

	for (; *s; s++) {
		if (is_c1(s)) {
			fprintf(f, "\\%03o\\%03o", s[0], s[1]);
			s++;
		} else if (*s < 0x20 || *s == 0x7f) {
			fprintf(f, "\\%03o", *s);
		} else {
			fputc(*s, f);
		}
	}
}

static void put_phrase(FILE *f, const struct diag *d)
{
	const char *phrase = _(step_phrases[d->step]);
	const char *mark = strstr(phrase, "%s");

	if (!mark) {
		fputs(phrase, f);
		return;
	}
	fprintf(f, "%.*s", (int) (mark - phrase), phrase);
	put_escaped(f, !d->object ? "?" : *d->object ? d->object : "''");
	fputs(mark + 2, f);
}

/*
 * diag_text:
 * @d: a failure
 *
 * Returns: "what was attempted on what: the cause; what would help" in one
 * line, allocated; NULL without memory.
 */
char *diag_text(const struct diag *d)
{
	const char *cause, *remedy;
	char *text = NULL;
	size_t len = 0;
	FILE *f;

	if (d->step <= DIAG_NONE || d->step >= DIAG_NR_STEPS)
		return NULL;
	f = open_memstream(&text, &len);
	if (!f)
		return NULL;

	/* DIAG_MEMORY has said it all */
	cause = d->cause ? d->cause : d->err && d->step != DIAG_MEMORY ?
		diag_cause(d->step, d->err) : NULL;
	remedy = d->remedy ? d->remedy :
		 d->cause ? NULL : diag_remedy(d->step, d->err);

	put_phrase(f, d);
	if (cause) {
		fputs(": ", f);
		put_escaped(f, cause);
	}
	if (remedy) {
		fputs("; ", f);
		put_escaped(f, remedy);
	}
	if (fclose(f) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

/*
 * diag_exit_status:
 *
 * Returns: EXIT_NOTSUPP where the running kernel cannot do it, else
 * EXIT_FAILURE.
 */
int diag_exit_status(const struct diag *d)
{
	return d->nosys ? EXIT_NOTSUPP : EXIT_FAILURE;
}
