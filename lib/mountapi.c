/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mountapi - the mount and namespace system calls, see mountapi.h
 */
#include <errno.h>
#include <string.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "mountapi.h"

/*
 * Since Linux 5.0 a new system call gets one number on every architecture,
 * but for Alpha, which counts from 110 on, and MIPS, whose numbers start at
 * the base of the ABI.
 */
#if defined(__alpha__)
# define UL_NR(n)	((n) + 110)
#elif defined(__mips__) && _MIPS_SIM == _ABIO32
# define UL_NR(n)	((n) + 4000)
#elif defined(__mips__) && _MIPS_SIM == _ABI64
# define UL_NR(n)	((n) + 5000)
#elif defined(__mips__)
# define UL_NR(n)	((n) + 6000)
#else
# define UL_NR(n)	(n)
#endif

#ifndef SYS_open_tree
# define SYS_open_tree		UL_NR(428)
#endif
#ifndef SYS_move_mount
# define SYS_move_mount		UL_NR(429)
#endif
#ifndef SYS_fsopen
# define SYS_fsopen		UL_NR(430)
#endif
#ifndef SYS_fsconfig
# define SYS_fsconfig		UL_NR(431)
#endif
#ifndef SYS_fsmount
# define SYS_fsmount		UL_NR(432)
#endif
#ifndef SYS_pidfd_open
# define SYS_pidfd_open		UL_NR(434)
#endif
#ifndef SYS_close_range
# define SYS_close_range	UL_NR(436)
#endif
#ifndef SYS_openat2
# define SYS_openat2		UL_NR(437)
#endif
#ifndef SYS_mount_setattr
# define SYS_mount_setattr	UL_NR(442)
#endif
#ifndef SYS_statmount
# define SYS_statmount		UL_NR(457)
#endif
#ifndef SYS_listmount
# define SYS_listmount		UL_NR(458)
#endif
#ifndef SYS_open_tree_attr
# define SYS_open_tree_attr	UL_NR(467)
#endif
#ifndef SYS_listns
# define SYS_listns		UL_NR(470)
#endif

/* the kernel reads these by size and offset */
_Static_assert(sizeof(struct ul_statmount) == 512, "struct statmount");
_Static_assert(offsetof(struct ul_statmount, supported_mask) == 144, "struct statmount");
_Static_assert(sizeof(struct ul_mnt_id_req) == UL_MNT_ID_REQ_SIZE_VER1, "struct mnt_id_req");
_Static_assert(sizeof(struct ul_ns_id_req) == 32, "struct ns_id_req");
_Static_assert(sizeof(struct ul_mount_attr) == 32, "struct mount_attr");

int ul_open_tree(int dirfd, const char *path, unsigned int flags)
{
	return syscall(SYS_open_tree, dirfd, path, flags);
}

int ul_open_tree_attr(int dirfd, const char *path, unsigned int flags,
		      struct ul_mount_attr *attr)
{
	return syscall(SYS_open_tree_attr, dirfd, path, flags, attr,
		       attr ? sizeof(*attr) : 0);
}

int ul_move_mount(int from_dirfd, const char *from, int to_dirfd,
		  const char *to, unsigned int flags)
{
	return syscall(SYS_move_mount, from_dirfd, from, to_dirfd, to, flags);
}

int ul_mount_setattr(int dirfd, const char *path, unsigned int flags,
		     struct ul_mount_attr *attr)
{
	return syscall(SYS_mount_setattr, dirfd, path, flags, attr,
		       attr ? sizeof(*attr) : 0);
}

int ul_fsopen(const char *fstype, unsigned int flags)
{
	return syscall(SYS_fsopen, fstype, flags);
}

int ul_fsconfig(int fd, unsigned int cmd, const char *key, const char *value, int aux)
{
	return syscall(SYS_fsconfig, fd, cmd, key, value, aux);
}

int ul_fsmount(int fd, unsigned int flags, unsigned int attrs)
{
	return syscall(SYS_fsmount, fd, flags, attrs);
}

int ul_pivot_root(const char *new_root, const char *put_old)
{
	return syscall(SYS_pivot_root, new_root, put_old);
}

/*
 * A request without a namespace is sent in its first size, which every kernel
 * with statmount(2) takes.
 */
static uint32_t req_size(uint64_t ns_id, int nsfd)
{
	return ns_id || nsfd > 0 ? UL_MNT_ID_REQ_SIZE_VER1 : UL_MNT_ID_REQ_SIZE_VER0;
}

/*
 * ul_statmount:
 * @mnt_id: 64-bit id of the mount
 * @ns_id: 64-bit id of its mount namespace, 0 is the caller's
 * @mask: UL_STATMOUNT_*, what is asked for
 * @buf: the answer, strings behind the struct
 * @bufsize: size of @buf in bytes; one of exactly sizeof(*buf) is too small
 *	for any string
 * @flags: 0
 *
 * Returns: 0, or -1 and errno: ENOENT no such mount (any more), EPERM not
 * reachable from the caller's root or namespace not the caller's, EOVERFLOW
 * @buf too small. See statmount(2).
 */
int ul_statmount(uint64_t mnt_id, uint64_t ns_id, uint64_t mask,
		 struct ul_statmount *buf, size_t bufsize, unsigned int flags)
{
	struct ul_mnt_id_req req = {
		.size = req_size(ns_id, 0),
		.mnt_id = mnt_id,
		.param = mask,
		.mnt_ns_id = ns_id
	};

	return syscall(SYS_statmount, &req, buf, bufsize, flags);
}

/*
 * ul_statmount_nsfd:
 * @nsfd: open mount namespace file; the fd is the right to ask, no capability
 *	is needed. It cannot be 0, which the kernel reads as "none".
 *
 * As ul_statmount(), on kernels that take a namespace by fd.
 */
int ul_statmount_nsfd(uint64_t mnt_id, int nsfd, uint64_t mask,
		      struct ul_statmount *buf, size_t bufsize)
{
	struct ul_mnt_id_req req = {
		.size = req_size(0, nsfd),
		.mnt_ns_fd = nsfd,
		.mnt_id = mnt_id,
		.param = mask
	};

	return syscall(SYS_statmount, &req, buf, bufsize, 0);
}

/*
 * ul_statmount_fd:
 * @fd: any open fd, the mount it was opened on is asked for
 *
 * As ul_statmount(), on kernels that have STATMOUNT_BY_FD (EINVAL elsewhere).
 */
int ul_statmount_fd(int fd, uint64_t mask, struct ul_statmount *buf, size_t bufsize)
{
	struct ul_mnt_id_req req = {
		.size = UL_MNT_ID_REQ_SIZE_VER1,
		.mnt_ns_fd = fd,
		.param = mask
	};

	return syscall(SYS_statmount, &req, buf, bufsize, UL_STATMOUNT_BY_FD);
}

/*
 * ul_listmount:
 * @mnt_id: 64-bit id of a mount, or UL_LSMT_ROOT
 * @ns_id: 64-bit id of a mount namespace, 0 is the caller's
 * @last_mnt_id: the last id of the page before, 0 for the first page
 * @list: result
 * @num: elements of @list
 * @flags: 0 or UL_LISTMOUNT_REVERSE
 *
 * Returns: number of ids written, 0 at the end, or -1 and errno: ENOENT no
 * such mount or namespace, or no right to see it. See listmount(2).
 */
ssize_t ul_listmount(uint64_t mnt_id, uint64_t ns_id, uint64_t last_mnt_id,
		     uint64_t *list, size_t num, unsigned int flags)
{
	struct ul_mnt_id_req req = {
		.size = req_size(ns_id, 0),
		.mnt_id = mnt_id,
		.param = last_mnt_id,
		.mnt_ns_id = ns_id
	};

	return syscall(SYS_listmount, &req, list, num, flags);
}

/* As ul_listmount(), the namespace by an open fd; see ul_statmount_nsfd(). */
ssize_t ul_listmount_nsfd(uint64_t mnt_id, int nsfd, uint64_t last_mnt_id,
			  uint64_t *list, size_t num)
{
	struct ul_mnt_id_req req = {
		.size = req_size(0, nsfd),
		.mnt_ns_fd = nsfd,
		.mnt_id = mnt_id,
		.param = last_mnt_id
	};

	return syscall(SYS_listmount, &req, list, num, 0);
}

/*
 * ul_listns:
 * @ns_type: CLONE_NEW* of the namespaces wanted, 0 is all
 * @last_ns_id: the last id of the page before, 0 for the first page
 * @list: result, 64-bit ids in ascending order
 * @num: elements of @list
 * @flags: 0
 *
 * Returns: number of ids written, or -1 and errno; past the last namespace
 * the kernel answers ENOENT, not 0 (kernel/nstree.c).
 */
ssize_t ul_listns(uint32_t ns_type, uint64_t last_ns_id, uint64_t *list, size_t num,
		  unsigned int flags)
{
	struct ul_ns_id_req req = {
		.size = sizeof(req),
		.ns_id = last_ns_id,
		.ns_type = ns_type
	};

	return syscall(SYS_listns, &req, list, num, flags);
}

/*
 * ul_openat2:
 * @resolve: UL_RESOLVE_*, see openat2(2)
 *
 * Returns: open file descriptor, or -1 and errno. The kernel answers EAGAIN
 * when a rename elsewhere got in the way of a confined lookup; that is tried
 * again here, a bounded number of times.
 */
int ul_openat2(int dirfd, const char *path, uint64_t flags, uint64_t mode,
	       uint64_t resolve)
{
	struct ul_open_how how = {
		.flags = flags,
		.mode = mode,
		.resolve = resolve
	};
	int fd, tries = 64;

	do {
		fd = syscall(SYS_openat2, dirfd, path, &how, sizeof(how));
	} while (fd < 0 && errno == EAGAIN && --tries);

	return fd;
}

/*
 * caller_has_cap:
 * @cap: CAP_*
 *
 * Returns: 1 when the capability is effective, in whatever user namespace the
 * caller is, else 0. See capget(2).
 */
int caller_has_cap(unsigned int cap)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	return syscall(SYS_capget, &head, data) == 0 &&
	       (data[CAP_TO_INDEX(cap)].effective & CAP_TO_MASK(cap));
}

int caller_has_sys_admin(void)
{
	return caller_has_cap(CAP_SYS_ADMIN);
}

static int raise_caps(struct __user_cap_data_struct *data, int inheritable)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	size_t i;

	if (syscall(SYS_capget, &head, data) < 0)
		return -1;
	for (i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		data[i].effective = data[i].permitted;
		if (inheritable)
			data[i].inheritable = data[i].permitted;
	}
	return syscall(SYS_capset, &head, data);
}

/*
 * caller_raise_caps - makes the capabilities effective that are permitted, which
 * they are not after setuid(2)
 *
 * Returns: 0, or -1 and errno.
 */
int caller_raise_caps(void)
{
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	return raise_caps(data, 0);
}

/*
 * caller_pass_on_caps - makes the capabilities that are permitted survive the
 * execution of a program, whoever the user is; see capabilities(7)
 *
 * Returns: 0, or -1 and errno.
 */
int caller_pass_on_caps(void)
{
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	unsigned int cap;

	if (raise_caps(data, 1) < 0)
		return -1;
	for (cap = 0; cap < 32 * _LINUX_CAPABILITY_U32S_3; cap++) {
		if (data[CAP_TO_INDEX(cap)].permitted & CAP_TO_MASK(cap) &&
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) < 0)
			return -1;
	}
	return 0;
}

int ul_close_range(unsigned int first, unsigned int last, unsigned int flags)
{
	return syscall(SYS_close_range, first, last, flags);
}

int ul_pidfd_open(pid_t pid, unsigned int flags)
{
	return syscall(SYS_pidfd_open, pid, flags);
}

/*
 * ul_open_ns_by_id:
 * @ns_id: 64-bit id of a namespace
 * @ns_type: its CLONE_NEW* type, or 0
 * @ns_inum: its inode number on nsfs, or 0; Linux 6.18 insists on type and
 *	inode, later kernels take both or neither
 *
 * Returns: open O_CLOEXEC nsfs file, or -1 and errno: ESTALE no such namespace,
 * or the caller may not see it (the kernel does not tell which), EBADF or
 * EOPNOTSUPP where namespaces have no file handles. See open_by_handle_at(2)
 * and fs/nsfs.c.
 */
int ul_open_ns_by_id(uint64_t ns_id, uint32_t ns_type, uint32_t ns_inum)
{
	struct {
		struct file_handle h;
		struct {
			uint64_t ns_id;
			uint32_t ns_type;
			uint32_t ns_inum;
		} __attribute__((packed)) id;
	} fh = {
		.h = {
			.handle_bytes = sizeof(fh.id),
			.handle_type = UL_FILEID_NSFS
		},
		.id = {
			.ns_id = ns_id,
			.ns_type = ns_type,
			.ns_inum = ns_inum
		}
	};

	_Static_assert(sizeof(fh.id) == 16, "struct nsfs_file_handle");
	_Static_assert(offsetof(__typeof__(fh), id) == sizeof(struct file_handle),
		       "struct file_handle");

	return open_by_handle_at(UL_FD_NSFS_ROOT, &fh.h, O_RDONLY | O_CLOEXEC);
}

/* asks nothing of a server or FUSE daemon that may be dead, mounts nothing */
#define STATX_NO_TALK	(AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC)

static int get_mount_id(int dirfd, const char *path, int atflags, unsigned int what,
			uint64_t *id)
{
	struct statx st;

	if (statx(dirfd, path, atflags | STATX_NO_TALK, what, &st) < 0)
		return -errno;
	if (!(st.stx_mask & what))
		return -ENOSYS;

	/* the C library's struct need not have the field by name */
	memcpy(id, (const char *) &st + 0x90, sizeof(*id));
	return 0;
}

/*
 * mnt_has_statmount:
 *
 * Asks for a mount that cannot be: that is refused at once.
 *
 * Returns: 1 when there are listmount(2) and statmount(2), 0 before Linux 6.8, or
 * where a seccomp filter forbids one.
 */
int mnt_has_statmount(void)
{
	struct ul_statmount sm;
	uint64_t id;

	if (ul_statmount(0, 0, UL_STATMOUNT_MNT_BASIC, &sm, sizeof(sm), 0) < 0 &&
	    (errno == ENOSYS || errno == EPERM))
		return 0;
	return ul_listmount(0, 0, 0, &id, 1, 0) >= 0 || (errno != ENOSYS && errno != EPERM);
}

/*
 * mnt_unique_id:
 * @dirfd: as for statx(2)
 * @path: as for statx(2)
 * @atflags: AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW, ...
 * @id: result, 64-bit id of the mount that @path is on
 *
 * Returns: 0, -ENOSYS before Linux 6.8, or another -errno of statx(2).
 */
int mnt_unique_id(int dirfd, const char *path, int atflags, uint64_t *id)
{
	return get_mount_id(dirfd, path, atflags, STATX_MNT_ID_UNIQUE, id);
}

/*
 * mnt_old_id:
 *
 * As mnt_unique_id(), for the id that mountinfo shows, which is used again; on
 * kernels since Linux 5.8.
 */
int mnt_old_id(int dirfd, const char *path, int atflags, uint64_t *id)
{
	return get_mount_id(dirfd, path, atflags, STATX_MNT_ID, id);
}

/*
 * mnt_is_same:
 *
 * The ids are compared that mounts have while they exist; those of Linux 6.8 are
 * not needed for that.
 *
 * Returns: 1 when both fds were opened on one mount, 0 when not, or before Linux
 * 5.8, which does not tell.
 */
int mnt_is_same(int fd1, int fd2)
{
	struct statx a, b;

	if (statx(fd1, "", AT_EMPTY_PATH | STATX_NO_TALK, STATX_MNT_ID, &a) < 0 ||
	    statx(fd2, "", AT_EMPTY_PATH | STATX_NO_TALK, STATX_MNT_ID, &b) < 0 ||
	    !(a.stx_mask & b.stx_mask & STATX_MNT_ID))
		return 0;
	return memcmp((const char *) &a + 0x90, (const char *) &b + 0x90, sizeof(uint64_t)) == 0;
}

/*
 * mnt_is_root_of_mount:
 *
 * Arguments as for mnt_unique_id().
 *
 * Returns: 1 when @path is the root of a mount, 0 when it is not, or -errno;
 * -ENOSYS before Linux 5.8, which does not tell.
 */
int mnt_is_root_of_mount(int dirfd, const char *path, int atflags)
{
	struct statx st;

	if (statx(dirfd, path, atflags | STATX_NO_TALK, 0, &st) < 0)
		return -errno;
	if (!(st.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT))
		return -ENOSYS;

	return !!(st.stx_attributes & STATX_ATTR_MOUNT_ROOT);
}

/*
 * mnt_is_directory:
 * @fd: any fd, also an O_PATH one
 *
 * Returns: 1 for a directory, 0 for something else, or -errno.
 */
int mnt_is_directory(int fd)
{
	struct statx st;

	if (statx(fd, "", AT_EMPTY_PATH | STATX_NO_TALK, STATX_TYPE, &st) < 0)
		return -errno;
	return S_ISDIR(st.stx_mode);
}

/*
 * mnt_identify:
 * @fd: any fd, also an O_PATH one
 * @id: result, id of the mount as in mountinfo
 * @dev: result, device number of the filesystem
 *
 * Asks for nothing that the filesystem would have to be asked for: FUSE refuses
 * even the unique id to others than the one who mounted.
 *
 * Returns: 0, -ENOSYS before Linux 5.8, or another -errno.
 */
int mnt_identify(int fd, uint64_t *id, dev_t *dev)
{
	struct statx st;

	if (statx(fd, "", AT_EMPTY_PATH | STATX_NO_TALK, 0, &st) < 0)
		return -errno;
	if (!(st.stx_mask & STATX_MNT_ID))
		return -ENOSYS;

	memcpy(id, (const char *) &st + 0x90, sizeof(*id));
	*dev = makedev(st.stx_dev_major, st.stx_dev_minor);
	return 0;
}

/*
 * mnt_has_beneath:
 *
 * Returns: 0 when move_mount(2) does not know MOVE_MOUNT_BENEATH, else 1. The
 * kernel looks at the flags before it looks at paths that are none, though not
 * for callers without privileges, for which it is 1.
 */
int mnt_has_beneath(void)
{
	return ul_move_mount(-1, "", -1, "", MOVE_MOUNT_BENEATH) == 0 || errno != EINVAL;
}
