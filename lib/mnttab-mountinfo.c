/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mnttab-mountinfo - the mounts of a mount namespace from mountinfo, for
 * kernels without listmount and statmount, or without one of its fields; all
 * that mnttab needs libmount for
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <libmount.h>

#include "c.h"
#include "diagnose.h"
#include "lazylibs.h"
#include "mnttab.h"
#include "mountapi.h"
#include "namespace.h"
#include "nls.h"
#include "nsref.h"
#include "pathnames.h"

/* what mountinfo knows of statmount's fields */
#define MOUNTINFO_MASK \
	(UL_STATMOUNT_MNT_ROOT | UL_STATMOUNT_FS_TYPE | UL_STATMOUNT_FS_SUBTYPE | \
	 UL_STATMOUNT_SB_SOURCE | UL_STATMOUNT_MNT_OPTS)

static int send_fd(int sock, int fd)
{
	char byte = 0, control[CMSG_SPACE(sizeof(fd))] __attribute__((__aligned__(8))) = { 0 };
	struct iovec iov = { .iov_base = &byte, .iov_len = sizeof(byte) };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control)
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));

	return sendmsg(sock, &msg, MSG_NOSIGNAL) < 0 ? errno : 0;
}

/* Returns: O_CLOEXEC fd, or -errno; -EIO when the other side ended without one. */
static int receive_fd(int sock)
{
	char byte, control[CMSG_SPACE(sizeof(int))] __attribute__((__aligned__(8)));
	struct iovec iov = { .iov_base = &byte, .iov_len = sizeof(byte) };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control)
	};
	struct cmsghdr *cmsg;
	ssize_t n;
	int fd;

	do {
		n = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;

	cmsg = n ? CMSG_FIRSTHDR(&msg) : NULL;
	if (!cmsg || cmsg->cmsg_type != SCM_RIGHTS)
		return -EIO;
	memcpy(&fd, CMSG_DATA(cmsg), sizeof(fd));
	return fd;
}

/*
 * In a child: enters the namespace, opens mountinfo and hands it over. The
 * directory in /proc is opened before, the namespace may have no /proc at all;
 * the kernel looks for the namespace when the file is opened.
 */
static int send_mountinfo(int nsfd, int sock)
{
	int dir, fd;

	dir = open(_PATH_PROC "/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 || setns(nsfd, CLONE_NEWNS) < 0)
		return errno;
	fd = openat(dir, "mountinfo", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	return send_fd(sock, fd);
}

/* Returns: 0 or the errno that the child ended with. */
static int wait_child(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return errno;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
}

static int open_in_child(int nsfd)
{
	int socks[2], fd, err;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, socks) < 0)
		return -errno;
	pid = fork();
	if (pid == 0)
		_exit(send_mountinfo(nsfd, socks[1]));

	err = errno;
	close(socks[1]);
	fd = pid > 0 ? receive_fd(socks[0]) : -err;
	close(socks[0]);

	err = pid > 0 ? wait_child(pid) : 0;
	if (err && fd >= 0) {
		close(fd);
		fd = -err;
	}
	return err ? -err : fd;
}

/* Whether @path, a namespace file in /proc, is of @ref. */
static int is_namespace(const struct nsref *ref, const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && ref->ino && st.st_ino == ref->ino;
}

static int open_of_process(const struct nsref *ref)
{
	char path[sizeof(_PATH_PROC "//mountinfo") + 3 * sizeof(pid_t)];
	int fd;

	snprintf(path, sizeof(path), _PATH_PROC "/%d/mountinfo", (int) ref->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && !nsref_is_alive(ref)) {
		close(fd);
		return -ESRCH;
	}
	return fd < 0 ? -errno : fd;
}

/*
 * mnttab_open_mountinfo:
 * @ref: namespace; NULL is the caller's own
 *
 * A process inside shows what can be reached from its own root; after setns(2)
 * it is what can be reached from the namespace's. The first is all that an
 * unprivileged caller gets. The file holds on to the namespace.
 *
 * Returns: O_CLOEXEC fd of a mountinfo file, or -errno.
 */
int mnttab_open_mountinfo(const struct nsref *ref)
{
	int fd;

	if (ref && ref->kind != NSREF_SELF) {
		fd = open_in_child(ref->fd);
		if (fd != -EPERM)
			return fd;
		if (ref->pid > 0)
			return open_of_process(ref);
		if (!is_namespace(ref, _PATH_PROC "/self/ns/mnt"))
			return -EPERM;
	}
	fd = open(_PATH_PROC_MOUNTINFO, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int stop_at_error(struct libmnt_table *tb __attribute__((__unused__)),
			 const char *filename __attribute__((__unused__)),
			 int line __attribute__((__unused__)))
{
	return -EINVAL;
}

static int parse_stream(struct libmnt_table *tb, FILE *f, const char *path)
{
	int rc;

	mnt_table_set_parser_errcb(tb, stop_at_error);
	rc = mnt_table_parse_stream(tb, f, path);
	return rc > 0 ? -EINVAL : rc;
}

static int parse_namespace(struct libmnt_table *tb, const struct nsref *ref)
{
	int rc, fd = mnttab_open_mountinfo(ref);
	FILE *f;

	if (fd < 0)
		return fd;
	f = fdopen(fd, "r");
	if (!f) {
		rc = -errno;
		close(fd);
		return rc;
	}
	rc = parse_stream(tb, f, _PATH_PROC_MOUNTINFO);
	fclose(f);
	return rc;
}

static int add_text(struct mnttab *tab, const char **field, const char *str, const char *same)
{
	if (!str)
		return 0;
	*field = mnttab_add_string(tab, str, strlen(str), same);
	return *field ? 0 : -ENOMEM;
}

static uint32_t get_tag(const char *fields, const char *tag)
{
	const char *p = strstr(fields, tag);

	return p ? strtoul(p + strlen(tag), NULL, 10) : 0;
}

static void fill_propagation(struct mnt_entry *mnt, struct libmnt_fs *fs)
{
	const char *fields = mnt_fs_get_optional_fields(fs);
	unsigned long flags = 0;

	/* libmount has no flag for what mountinfo has no word for */
	if (mnt_fs_get_propagation(fs, &flags) == 0)
		mnt->propagation = flags ? flags : MS_PRIVATE;
	if (!fields)
		return;
	mnt->peer_group = get_tag(fields, "shared:");
	mnt->master = get_tag(fields, "master:");
	mnt->propagate_from = get_tag(fields, "propagate_from:");
}

static int fill_entry(struct mnttab *tab, struct mnt_entry *mnt, struct libmnt_fs *fs,
		      const struct mnt_entry *prev)
{
	const char *vfs = mnt_fs_get_vfs_options(fs);
	const char *opts = mnt_fs_get_fs_options(fs);
	dev_t dev = mnt_fs_get_devno(fs);

	mnt->id_old = mnt_fs_get_id(fs);
	mnt->parent_old = mnt_fs_get_parent_id(fs);
	mnt->dev_major = major(dev);
	mnt->dev_minor = minor(dev);
	fill_propagation(mnt, fs);
	if (vfs)
		mnt->attr = mnt_parse_attributes(vfs);
	if (opts)
		opts = mnt_parse_sb_flags(opts, &mnt->sb_flags);
	if (opts && !*opts)
		opts = NULL;

	if (add_text(tab, &mnt->target, mnt_fs_get_target(fs), NULL) ||
	    add_text(tab, &mnt->root, mnt_fs_get_root(fs), prev->root) ||
	    add_text(tab, &mnt->source, mnt_fs_get_source(fs), prev->source) ||
	    add_text(tab, &mnt->fstype, mnt_fs_get_fstype(fs), prev->fstype) ||
	    add_text(tab, &mnt->fs_opts, opts, prev->fs_opts))
		return -ENOMEM;
	return 0;
}

static int convert_table(struct mnttab *tab, struct libmnt_table *tb)
{
	static const struct mnt_entry none;
	const struct mnt_entry *prev = &none;
	struct libmnt_iter *itr;
	struct libmnt_fs *fs;
	int rc = 0, n = mnt_table_get_nents(tb);

	if (n <= 0)
		return 0;
	tab->mounts = calloc(n, sizeof(*tab->mounts));
	itr = mnt_new_iter(MNT_ITER_FORWARD);
	if (!itr || !tab->mounts) {
		mnt_free_iter(itr);
		return -ENOMEM;
	}

	while (rc == 0 && mnt_table_next_fs(tb, itr, &fs) == 0) {
		struct mnt_entry *mnt = &tab->mounts[tab->nmounts++];

		rc = fill_entry(tab, mnt, fs, prev);
		prev = mnt;
	}
	mnt_free_iter(itr);
	return rc;
}

/*
 * mnttab_read_mountinfo:
 * @tab: empty table, filled in
 * @ref: namespace; NULL is the caller's own
 * @d: filled in on error
 *
 * Returns: 0 or -errno. See proc_pid_mountinfo(5).
 */
int mnttab_read_mountinfo(struct mnttab *tab, const struct nsref *ref, struct diag *d)
{
	struct libmnt_table *tb;
	int rc;

	rc = load_libmount();
	if (rc)
		return diag_fail_cause(d, DIAG_LIBRARY, -rc, "libmount", NULL, "%s",
				       lazylibs_errmsg());
	tb = mnt_new_table();
	if (!tb)
		return diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);

	rc = parse_namespace(tb, ref);
	if (rc == 0)
		rc = convert_table(tab, tb);
	mnt_unref_table(tb);

	if (rc == -EPERM)
		return diag_fail(d, DIAG_MNT_LIST, EPERM, ref ? ref->name : NULL);
	return rc ? diag_fail(d, DIAG_MOUNTINFO, -rc, _PATH_PROC_MOUNTINFO) : 0;
}

static int cmp_by_id(const void *a, const void *b)
{
	const struct mnt_entry *x = a, *y = b;

	return cmp_numbers(x->id_old, y->id_old);
}

static int patch_entry(struct mnttab *tab, struct mnt_entry *mnt, const struct mnt_entry *from,
		       const struct mnt_entry *prev, uint64_t mask)
{
	if (((mask & UL_STATMOUNT_MNT_ROOT) &&
	     add_text(tab, &mnt->root, from->root, prev->root)) ||
	    ((mask & UL_STATMOUNT_SB_SOURCE) &&
	     add_text(tab, &mnt->source, from->source, prev->source)) ||
	    ((mask & (UL_STATMOUNT_FS_TYPE | UL_STATMOUNT_FS_SUBTYPE)) &&
	     add_text(tab, &mnt->fstype, from->fstype, prev->fstype)) ||
	    ((mask & UL_STATMOUNT_MNT_OPTS) &&
	     add_text(tab, &mnt->fs_opts, from->fs_opts, prev->fs_opts)))
		return -ENOMEM;
	return 0;
}

static int patch_all(struct mnttab *tab, struct mnttab *from, uint64_t mask)
{
	static const struct mnt_entry none;
	const struct mnt_entry *prev = &none;
	uint32_t i;
	int rc;

	if (from->nmounts)
		qsort(from->mounts, from->nmounts, sizeof(*from->mounts), cmp_by_id);

	for (i = 0; from->nmounts && i < tab->nmounts; i++) {
		struct mnt_entry *mnt = &tab->mounts[i], *found;

		found = bsearch(mnt, from->mounts, from->nmounts, sizeof(*mnt), cmp_by_id);
		if (!found)
			continue;
		rc = patch_entry(tab, mnt, found, prev, mask);
		if (rc)
			return rc;
		prev = mnt;
	}
	return 0;
}

/*
 * mnttab_patch_mountinfo:
 * @tab: table that was read with UL_STATMOUNT_MNT_BASIC
 * @ref: its namespace; NULL is the caller's own
 * @mask: UL_STATMOUNT_*, the fields that statmount(2) of this kernel lacks
 * @d: filled in on error
 *
 * Takes what mountinfo has of these fields, and moves them from tab->missing to
 * tab->patched. Mounts that mountinfo does not show stay without them.
 *
 * Returns: 0 or -errno.
 */
int mnttab_patch_mountinfo(struct mnttab *tab, const struct nsref *ref, uint64_t mask,
			   struct diag *d)
{
	struct mnttab from = { .nmounts = 0 };
	int rc = 0;

	mask &= MOUNTINFO_MASK;
	if (!mask)
		return 0;

	rc = mnttab_read_mountinfo(&from, ref, d);
	if (rc == 0) {
		rc = patch_all(tab, &from, mask);
		if (rc)
			diag_fail(d, DIAG_MEMORY, -rc, NULL);
	}
	mnttab_free(&from);
	if (rc == 0) {
		tab->missing &= ~mask;
		tab->patched |= mask;
	}
	return rc;
}

/*
 * mnttab_name_root_device:
 * @tab: table that was read with UL_STATMOUNT_SB_SOURCE and UL_STATMOUNT_SB_BASIC
 *
 * The kernel calls the device that it mounted itself at boot /dev/root, a name
 * that is in no /dev. libmount, which finds the name by the device number, does
 * the same to what it reads from mountinfo. A name that is not found stays.
 *
 * Returns: 0 or -ENOMEM.
 */
int mnttab_name_root_device(struct mnttab *tab)
{
	uint32_t i;
	int rc = 0;

	if (load_libmount() != 0)
		return 0;

	for (i = 0; rc == 0 && i < tab->nmounts; i++) {
		struct mnt_entry *mnt = &tab->mounts[i];
		char *path = NULL;

		if (!mnt->source || strcmp(mnt->source, MNTTAB_ROOT_DEVICE) != 0)
			continue;
		if (mnt_guess_system_root(makedev(mnt->dev_major, mnt->dev_minor),
					  NULL, &path) == 0 && path)
			rc = add_text(tab, &mnt->source, path, NULL);
		free(path);
	}
	return rc;
}
