/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mountapi - the mount and namespace system calls, flags and structs that
 * the C library or the installed kernel headers may lack
 *
 * Nothing else in the sources calls syscall(2). The wrappers keep the
 * convention of system calls (-1 and errno) and carry util-linux' ul_ prefix,
 * so that the C library may add wrappers of the plain names at any time.
 */
#ifndef UTIL_LINUX_MOUNTAPI_H
#define UTIL_LINUX_MOUNTAPI_H

#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/types.h>

/* fcntl.h */
#ifndef AT_RECURSIVE
# define AT_RECURSIVE			0x8000
#endif
#ifndef AT_EMPTY_PATH
# define AT_EMPTY_PATH			0x1000
#endif
#ifndef AT_STATX_DONT_SYNC
# define AT_STATX_DONT_SYNC		0x4000
#endif

/* open_tree(2) */
#ifndef OPEN_TREE_CLONE
# define OPEN_TREE_CLONE		1
#endif
#ifndef OPEN_TREE_NAMESPACE
# define OPEN_TREE_NAMESPACE		2		/* Linux 7.0 */
#endif
#ifndef OPEN_TREE_CLOEXEC
# define OPEN_TREE_CLOEXEC		O_CLOEXEC
#endif

/* move_mount(2) */
#ifndef MOVE_MOUNT_F_EMPTY_PATH
# define MOVE_MOUNT_F_EMPTY_PATH	0x00000004
#endif
#ifndef MOVE_MOUNT_T_SYMLINKS
# define MOVE_MOUNT_T_SYMLINKS		0x00000010
#endif
#ifndef MOVE_MOUNT_T_EMPTY_PATH
# define MOVE_MOUNT_T_EMPTY_PATH	0x00000040
#endif
#ifndef MOVE_MOUNT_SET_GROUP
# define MOVE_MOUNT_SET_GROUP		0x00000100	/* Linux 5.15 */
#endif
#ifndef MOVE_MOUNT_BENEATH
# define MOVE_MOUNT_BENEATH		0x00000200	/* Linux 6.5 */
#endif

/* fsopen(2), fsconfig(2), fsmount(2) */
#ifndef FSOPEN_CLOEXEC
# define FSOPEN_CLOEXEC			0x00000001
#endif
#ifndef FSMOUNT_CLOEXEC
# define FSMOUNT_CLOEXEC		0x00000001
#endif
#ifndef FSMOUNT_NAMESPACE
# define FSMOUNT_NAMESPACE		0x00000002	/* Linux 7.1 */
#endif

enum {
	UL_FSCONFIG_SET_FLAG	= 0,
	UL_FSCONFIG_SET_STRING	= 1,
	UL_FSCONFIG_CMD_CREATE	= 6
};

/* mount_setattr(2), fsmount(2), statmount(2) */
#ifndef MOUNT_ATTR_RDONLY
# define MOUNT_ATTR_RDONLY		0x00000001
#endif
#ifndef MOUNT_ATTR_NOSUID
# define MOUNT_ATTR_NOSUID		0x00000002
#endif
#ifndef MOUNT_ATTR_NODEV
# define MOUNT_ATTR_NODEV		0x00000004
#endif
#ifndef MOUNT_ATTR_NOEXEC
# define MOUNT_ATTR_NOEXEC		0x00000008
#endif
#ifndef MOUNT_ATTR__ATIME
# define MOUNT_ATTR__ATIME		0x00000070
#endif
#ifndef MOUNT_ATTR_RELATIME
# define MOUNT_ATTR_RELATIME		0x00000000
#endif
#ifndef MOUNT_ATTR_NOATIME
# define MOUNT_ATTR_NOATIME		0x00000010
#endif
#ifndef MOUNT_ATTR_STRICTATIME
# define MOUNT_ATTR_STRICTATIME		0x00000020
#endif
#ifndef MOUNT_ATTR_NODIRATIME
# define MOUNT_ATTR_NODIRATIME		0x00000080
#endif
#ifndef MOUNT_ATTR_IDMAP
# define MOUNT_ATTR_IDMAP		0x00100000
#endif
#ifndef MOUNT_ATTR_NOSYMFOLLOW
# define MOUNT_ATTR_NOSYMFOLLOW		0x00200000
#endif

struct ul_mount_attr {
	uint64_t attr_set;
	uint64_t attr_clr;
	uint64_t propagation;		/* 0 or one of MS_{SHARED,SLAVE,PRIVATE,UNBINDABLE} */
	uint64_t userns_fd;
};

/* statmount(2), listmount(2) */
struct ul_mnt_id_req {
	uint32_t size;
	uint32_t mnt_ns_fd;		/* an open fd with UL_STATMOUNT_BY_FD */
	uint64_t mnt_id;
	uint64_t param;			/* statmount: mask; listmount: last id seen */
	uint64_t mnt_ns_id;
};

#define UL_MNT_ID_REQ_SIZE_VER0		24	/* the caller's namespace only: Linux 6.8 */
#define UL_MNT_ID_REQ_SIZE_VER1		32	/* any namespace: Linux 6.11 */

struct ul_statmount {
	uint32_t size;			/* of all that was written, strings included */
	uint32_t mnt_opts;		/* [str] */
	uint64_t mask;			/* what was written, UL_STATMOUNT_* */
	uint32_t sb_dev_major;
	uint32_t sb_dev_minor;
	uint64_t sb_magic;
	uint32_t sb_flags;		/* MS_{RDONLY,SYNCHRONOUS,DIRSYNC,LAZYTIME} */
	uint32_t fs_type;		/* [str] */
	uint64_t mnt_id;
	uint64_t mnt_parent_id;
	uint32_t mnt_id_old;
	uint32_t mnt_parent_id_old;
	uint64_t mnt_attr;		/* MOUNT_ATTR_* */
	uint64_t mnt_propagation;	/* MS_{SHARED,SLAVE,PRIVATE,UNBINDABLE} */
	uint64_t mnt_peer_group;
	uint64_t mnt_master;
	uint64_t propagate_from;
	uint32_t mnt_root;		/* [str] */
	uint32_t mnt_point;		/* [str] */
	uint64_t mnt_ns_id;
	uint32_t fs_subtype;		/* [str] */
	uint32_t sb_source;		/* [str] */
	uint32_t opt_num;
	uint32_t opt_array;		/* [str] opt_num strings, each ended by NUL */
	uint32_t opt_sec_num;
	uint32_t opt_sec_array;		/* [str] */
	uint64_t supported_mask;
	uint32_t mnt_uidmap_num;
	uint32_t mnt_uidmap;		/* [str] */
	uint32_t mnt_gidmap_num;
	uint32_t mnt_gidmap;		/* [str] */
	uint64_t spare[43];
	char str[];			/* [str] fields are offsets into it */
};

#define UL_STATMOUNT_SB_BASIC		0x00000001U
#define UL_STATMOUNT_MNT_BASIC		0x00000002U
#define UL_STATMOUNT_PROPAGATE_FROM	0x00000004U
#define UL_STATMOUNT_MNT_ROOT		0x00000008U
#define UL_STATMOUNT_MNT_POINT		0x00000010U
#define UL_STATMOUNT_FS_TYPE		0x00000020U
#define UL_STATMOUNT_MNT_NS_ID		0x00000040U	/* Linux 6.11 */
#define UL_STATMOUNT_MNT_OPTS		0x00000080U
#define UL_STATMOUNT_FS_SUBTYPE		0x00000100U	/* Linux 6.13 */
#define UL_STATMOUNT_SB_SOURCE		0x00000200U
#define UL_STATMOUNT_OPT_ARRAY		0x00000400U
#define UL_STATMOUNT_OPT_SEC_ARRAY	0x00000800U
#define UL_STATMOUNT_SUPPORTED_MASK	0x00001000U	/* Linux 6.15 */
#define UL_STATMOUNT_MNT_UIDMAP		0x00002000U
#define UL_STATMOUNT_MNT_GIDMAP		0x00004000U

#define UL_STATMOUNT_BY_FD		0x00000001U	/* flag, Linux 7.0 */
#define UL_LSMT_ROOT			0xffffffffffffffffULL
#define UL_LISTMOUNT_REVERSE		0x00000001U

/* statx(2) */
#ifndef STATX_MNT_ID
# define STATX_MNT_ID			0x00001000U
#endif
#ifndef STATX_MNT_ID_UNIQUE
# define STATX_MNT_ID_UNIQUE		0x00004000U	/* Linux 6.8 */
#endif
#ifndef STATX_ATTR_MOUNT_ROOT
# define STATX_ATTR_MOUNT_ROOT		0x00002000
#endif

/* listns(2), Linux 6.19 */
struct ul_ns_id_req {
	uint32_t size;
	uint32_t spare;
	uint64_t ns_id;			/* the last id seen */
	uint32_t ns_type;		/* CLONE_NEW*, 0 is all */
	uint32_t spare2;
	uint64_t user_ns_id;		/* 0 is all owners */
};

/* unshare(2), Linux 7.1 */
#ifndef UNSHARE_EMPTY_MNTNS
# define UNSHARE_EMPTY_MNTNS		0x00100000
#endif

/* ioctl_nsfs(2) */
struct ul_mnt_ns_info {
	uint32_t size;
	uint32_t nr_mounts;
	uint64_t mnt_ns_id;
};

#define UL_NS_GET_USERNS	_IO(0xb7, 0x1)
#define UL_NS_GET_PARENT	_IO(0xb7, 0x2)
#define UL_NS_GET_NSTYPE	_IO(0xb7, 0x3)
#define UL_NS_GET_OWNER_UID	_IO(0xb7, 0x4)
#define UL_NS_GET_MNTNS_ID	_IOR(0xb7, 5, uint64_t)			/* Linux 6.11 */
#define UL_NS_MNT_GET_INFO	_IOR(0xb7, 10, struct ul_mnt_ns_info)	/* Linux 6.12 */
#define UL_NS_MNT_GET_NEXT	_IOR(0xb7, 11, struct ul_mnt_ns_info)
#define UL_NS_MNT_GET_PREV	_IOR(0xb7, 12, struct ul_mnt_ns_info)

/* pidfd_open(2) and its ioctls */
#define UL_PIDFD_GET_MNT_NAMESPACE	_IO(0xff, 3)			/* Linux 6.11 */

/* ioctl of /proc/PID/maps, Linux 6.11 */
struct ul_procmap_query {
	uint64_t size;
	uint64_t query_flags;
	uint64_t query_addr;
	uint64_t vma_start;
	uint64_t vma_end;
	uint64_t vma_flags;
	uint64_t vma_page_size;
	uint64_t vma_offset;
	uint64_t inode;
	uint32_t dev_major;
	uint32_t dev_minor;
	uint32_t vma_name_size;		/* of the buffer; out: with the NUL */
	uint32_t build_id_size;
	uint64_t vma_name_addr;
	uint64_t build_id_addr;
};

#define UL_PROCMAP_QUERY			_IOWR('f', 17, struct ul_procmap_query)
#define UL_PROCMAP_QUERY_COVERING_OR_NEXT	0x10
#define UL_PROCMAP_QUERY_FILE_BACKED		0x20

/* file handles of namespaces, Linux 6.18 */
#define UL_FD_NSFS_ROOT		(-10003)
#define UL_FILEID_NSFS		0xf1

/* fanotify(7) of mount namespaces, Linux 6.15 */
#define UL_FAN_REPORT_MNT		0x00004000
#define UL_FAN_MARK_MNTNS		0x00000110
#define UL_FAN_MNT_ATTACH		0x01000000U	/* both together: moved */
#define UL_FAN_MNT_DETACH		0x02000000U
#define UL_FAN_EVENT_INFO_TYPE_MNT	7

struct ul_fanotify_event_info_mnt {
	struct {
		uint8_t info_type;
		uint8_t pad;
		uint16_t len;
	} hdr;
	uint64_t mnt_id;			/* 64-bit id */
};

/* statfs(2) */
#define UL_NSFS_MAGIC		0x6e736673
#define UL_PROC_SUPER_MAGIC	0x9fa0

/* openat2(2), Linux 5.6 */
struct ul_open_how {
	uint64_t flags;
	uint64_t mode;
	uint64_t resolve;
};

#define UL_RESOLVE_NO_MAGICLINKS	0x02
#define UL_RESOLVE_NO_SYMLINKS		0x04
#define UL_RESOLVE_BENEATH		0x08
#define UL_RESOLVE_IN_ROOT		0x10

int ul_open_tree(int dirfd, const char *path, unsigned int flags);
int ul_open_tree_attr(int dirfd, const char *path, unsigned int flags,
		      struct ul_mount_attr *attr);
int ul_move_mount(int from_dirfd, const char *from, int to_dirfd,
		  const char *to, unsigned int flags);
int ul_mount_setattr(int dirfd, const char *path, unsigned int flags,
		     struct ul_mount_attr *attr);
int ul_fsopen(const char *fstype, unsigned int flags);
int ul_fsconfig(int fd, unsigned int cmd, const char *key, const char *value, int aux);
int ul_fsmount(int fd, unsigned int flags, unsigned int attrs);
int ul_pivot_root(const char *new_root, const char *put_old);

int ul_statmount(uint64_t mnt_id, uint64_t ns_id, uint64_t mask,
		 struct ul_statmount *buf, size_t bufsize, unsigned int flags);
int ul_statmount_nsfd(uint64_t mnt_id, int nsfd, uint64_t mask,
		      struct ul_statmount *buf, size_t bufsize);
int ul_statmount_fd(int fd, uint64_t mask, struct ul_statmount *buf, size_t bufsize);
ssize_t ul_listmount(uint64_t mnt_id, uint64_t ns_id, uint64_t last_mnt_id,
		     uint64_t *list, size_t num, unsigned int flags);
ssize_t ul_listmount_nsfd(uint64_t mnt_id, int nsfd, uint64_t last_mnt_id,
			  uint64_t *list, size_t num);
ssize_t ul_listns(uint32_t ns_type, uint64_t last_ns_id, uint64_t *list, size_t num,
		  unsigned int flags);

int ul_openat2(int dirfd, const char *path, uint64_t flags, uint64_t mode,
	       uint64_t resolve);
int caller_has_cap(unsigned int cap);
int caller_has_sys_admin(void);
int caller_raise_caps(void);
int caller_pass_on_caps(void);
int ul_close_range(unsigned int first, unsigned int last, unsigned int flags);
int ul_pidfd_open(pid_t pid, unsigned int flags);
int ul_open_ns_by_id(uint64_t ns_id, uint32_t ns_type, uint32_t ns_inum);

int mnt_has_statmount(void);
int mnt_unique_id(int dirfd, const char *path, int atflags, uint64_t *id);
int mnt_is_same(int fd1, int fd2);
int mnt_old_id(int dirfd, const char *path, int atflags, uint64_t *id);
int mnt_is_root_of_mount(int dirfd, const char *path, int atflags);
int mnt_is_directory(int fd);
int mnt_identify(int fd, uint64_t *id, dev_t *dev);
int mnt_has_beneath(void);

#endif /* UTIL_LINUX_MOUNTAPI_H */
