/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntstat - the mount behind an open file, attached to a namespace or not
 *
 * Since Linux 7.0 statmount(2) takes an fd, and says all about mounts that are
 * attached somewhere, that were unmounted while in use, and that are the root
 * of a detached tree; but nothing about a detached mount that is alone. Before,
 * the id of the mount is looked for in the namespaces. What is in none of them
 * is described as far as statx(2) and fstatfs(2) go, and its filesystem like
 * that of another mount of the same.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "c.h"
#include "diagnose.h"
#include "mntstat.h"
#include "mountapi.h"
#include "nls.h"
#include "nsiter.h"
#include "nsref.h"
#include "pathnames.h"

#define BUFSIZ_FIRST	4096
#define BUFSIZ_LAST	(16 * 1024 * 1024)

#ifndef ST_NOSYMFOLLOW
# define ST_NOSYMFOLLOW	0x2000
#endif

/* what describes the filesystem, and is the same for all its mounts */
#define SB_MASK \
	(UL_STATMOUNT_SB_BASIC | UL_STATMOUNT_FS_TYPE | UL_STATMOUNT_FS_SUBTYPE | \
	 UL_STATMOUNT_SB_SOURCE | UL_STATMOUNT_MNT_OPTS | UL_STATMOUNT_OPT_ARRAY | \
	 UL_STATMOUNT_OPT_SEC_ARRAY)

void mntstat_free(struct mntstat *st)
{
	mnttab_free(&st->tab);
	memset(st, 0, sizeof(*st));
}

static int alloc_one(struct mnttab *tab)
{
	tab->mounts = calloc(1, sizeof(*tab->mounts));
	if (!tab->mounts)
		return -ENOMEM;
	tab->nmounts = 1;
	return 0;
}

/*
 * Pipes, sockets and the like: the kernel mounts their filesystems for itself.
 * Their names are no paths, and to read them asks no filesystem.
 */
static int fail_if_internal(int fd, const char *name, struct diag *d)
{
	char path[sizeof(_PATH_PROC "/self/fd/") + 3 * sizeof(int)], link[256];
	ssize_t n;

	snprintf(path, sizeof(path), _PATH_PROC "/self/fd/%d", fd);
	n = readlink(path, link, sizeof(link) - 1);
	if (n <= 0)
		return 0;
	link[n] = '\0';
	if (*link == '/' && strncmp(link, "/memfd:", strlen("/memfd:")) != 0)
		return 0;
	return diag_fail_cause(d, DIAG_MNT_OPEN, EINVAL, name, NULL,
			_("%s is on a filesystem that the kernel keeps for itself"), link);
}

static int fail_internal(int fd, const char *name, struct diag *d)
{
	int rc = fail_if_internal(fd, name, d);

	return rc ? rc : diag_fail_cause(d, DIAG_MNT_OPEN, EINVAL, name, NULL,
			_("it is on a filesystem that the kernel keeps for itself"));
}

/*
 * By file descriptor
 */

/* The fd is far beyond what is open: a kernel that knows the flag says so. */
static int kernel_takes_fd(void)
{
	struct ul_statmount sm;

	return ul_statmount_fd(0x7fffffff, 0, &sm, sizeof(sm)) < 0 && errno == EBADF;
}

/* The answer in *@ret, allocated; -errno. */
static int ask_by_fd(int fd, uint64_t mask, struct ul_statmount **ret)
{
	size_t size = BUFSIZ_FIRST;
	int rc;

	for (*ret = NULL; ; size *= 2) {
		struct ul_statmount *sm = realloc(*ret, size);

		if (!sm) {
			rc = -ENOMEM;
			break;
		}
		*ret = sm;
		rc = ul_statmount_fd(fd, mask, sm, size) < 0 ? -errno : 0;
		if (rc != -EOVERFLOW || size >= BUFSIZ_LAST)
			break;
	}
	if (rc) {
		free(*ret);
		*ret = NULL;
	}
	return rc;
}

/*
 * A detached tree lies in a namespace that is in no list: its id is told, and
 * then there is no namespace of this id. What may not be looked at exists.
 */
static int is_in_namespace(uint64_t mnt_id, uint64_t ns_id)
{
	struct ul_statmount sm;

	return ul_statmount(mnt_id, ns_id, 0, &sm, sizeof(sm), 0) == 0 || errno == EPERM;
}

static void read_stack(struct mntstat *st)
{
	struct nsref ref = { .kind = NSREF_ID, .fd = -1, .id = st->ns_id };
	struct mnt_entry *mnt = st->tab.mounts;
	struct diag d = { .step = DIAG_NONE };
	struct mnttab tab;

	if (mnttab_read_mount(&tab, &ref, mnt->id, MNTTAB_STACK, &d) == 0 && tab.nmounts) {
		mnt->above = tab.mounts->above;
		mnt->below = tab.mounts->below;
	} else {
		st->tab.missing |= MNTTAB_STACK;
	}
	diag_reset(&d);
	mnttab_free(&tab);
}

static int take_answer(struct mntstat *st, struct ul_statmount *sm, uint64_t mask)
{
	static const struct mnt_entry none;
	struct mnt_entry *mnt;
	int rc = alloc_one(&st->tab);

	if (rc)
		return rc;
	mnt = st->tab.mounts;
	rc = mnttab_fill_entry(&st->tab, mnt, sm, &none);
	if (rc == 0 && mnt->source && strcmp(mnt->source, MNTTAB_ROOT_DEVICE) == 0)
		rc = mnttab_name_root_device(&st->tab);
	if (rc)
		return rc;

	if (!(sm->mask & UL_STATMOUNT_MNT_NS_ID))
		st->state = MNTSTAT_UNMOUNTED;
	else if (is_in_namespace(mnt->id, sm->mnt_ns_id))
		st->state = MNTSTAT_ATTACHED;
	else
		st->state = MNTSTAT_DETACHED;

	if (st->state == MNTSTAT_ATTACHED) {
		st->ns_id = sm->mnt_ns_id;
		if (mask & MNTTAB_STACK)
			read_stack(st);
		return 0;
	}
	/* what the path is relative to is nowhere */
	mnt->target = NULL;
	if (mnt->parent == mnt->id)
		mnt->parent = mnt->parent_old = 0;
	return 0;
}

/* Returns: 1 when that was all, 0 when it is to be found out otherwise; -errno. */
static int read_by_fd(struct mntstat *st, int fd, uint64_t mask, const char *name,
		      struct diag *d)
{
	const uint64_t always = UL_STATMOUNT_MNT_BASIC | UL_STATMOUNT_SB_BASIC |
				UL_STATMOUNT_MNT_NS_ID;
	struct ul_statmount *sm;
	int rc = ask_by_fd(fd, (mask & ~MNTTAB_STACK) | always, &sm);

	if (rc == 0) {
		rc = take_answer(st, sm, mask);
		free(sm);
		return rc ? diag_fail(d, DIAG_MEMORY, -rc, NULL) : 1;
	}
	if (rc == -ENOMEM)
		return diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);
	if (rc == -EINVAL && kernel_takes_fd())
		return fail_internal(fd, name, d);
	if (rc == -ENOENT)
		st->state = MNTSTAT_DETACHED;
	return 0;
}

/*
 * By id
 */
struct lookup {
	uint64_t id;		/* 0 before Linux 6.8 */
	uint64_t id_old;
	uint64_t mask;
	int unseen;		/* a namespace could not be looked at */
};

/* All of a table but the mount with the id goes. */
static int keep_old_id(struct mnttab *tab, uint64_t id_old)
{
	uint32_t i;

	for (i = 0; i < tab->nmounts && tab->mounts[i].id_old != id_old; i++)
		;
	if (i == tab->nmounts)
		return 0;
	tab->mounts[0] = tab->mounts[i];
	tab->nmounts = 1;
	return 1;
}

/*
 * Returns: 1 when the mount is in the namespace and @tab holds it; 2 when it is
 * there and cannot be reached from the caller's root; 0 when it is not there.
 */
static int look_into(struct mnttab *tab, const struct nsref *ref, struct lookup *l)
{
	struct diag d = { .step = DIAG_NONE };
	int rc = -ENOSYS;

	if (l->id)
		rc = mnttab_read_mount(tab, ref, l->id, l->mask, &d);
	if (rc == 0 && tab->nmounts)
		return 1;
	if (l->id)
		mnttab_free(tab);
	if (rc == 0 || (rc == -EPERM && !ref)) {
		diag_reset(&d);
		return rc ? 2 : 0;
	}

	rc = mnttab_read(tab, ref, l->mask, 0, &d);
	if (rc == 0 && l->id_old && keep_old_id(tab, l->id_old)) {
		tab->mounts->id = l->id;
		return 1;
	}
	mnttab_free(tab);
	diag_reset(&d);
	if (rc)
		l->unseen = 1;
	return 0;
}

static int look_at_own(struct mntstat *st, struct lookup *l)
{
	struct diag d = { .step = DIAG_NONE };
	int rc = look_into(&st->tab, NULL, l);
	struct nsref self;

	if (!rc)
		return 0;
	st->state = MNTSTAT_ATTACHED;
	if (nsref_open_self(&self, &d) == 0) {
		st->ns_id = self.id;
		st->ns_ino = self.ino;
		nsref_close(&self);
	}
	diag_reset(&d);
	return rc;
}

static int look_at_process(struct mntstat *st, pid_t pid, struct lookup *l)
{
	struct nsref ref = { .name = "", .kind = NSREF_PID, .fd = ns_open_pid(pid), .pid = pid };
	int rc = 0;

	if (ref.fd < 0)
		return 0;
	if (ns_get_id(ref.fd, &ref.id) < 0)
		ref.id = 0;
	rc = look_into(&st->tab, &ref, l);
	if (rc) {
		struct stat sb;

		st->state = MNTSTAT_ATTACHED;
		st->ns_id = ref.id;
		st->ns_ino = fstat(ref.fd, &sb) == 0 ? sb.st_ino : 0;
	}
	close(ref.fd);
	return rc;
}

static int look_at_all(struct mntstat *st, struct lookup *l)
{
	struct diag d = { .step = DIAG_NONE };
	struct nsiter it;
	int found = 0;
	size_t i;

	if (nsiter_scan(&it, 0, &d) != 0) {
		diag_reset(&d);
		l->unseen = 1;
		return 0;
	}
	for (i = 0; !found && i < it.n; i++) {
		struct nsref ref = {
			.name = "", .kind = NSREF_ID, .fd = it.ns[i].fd, .pid = it.ns[i].pid,
			.id = it.ns[i].id, .ino = it.ns[i].ino
		};

		found = look_into(&st->tab, &ref, l);
		if (found) {
			st->state = MNTSTAT_ATTACHED;
			st->ns_id = ref.id;
			st->ns_ino = ref.ino;
		}
	}
	if (it.view != NSITER_ALL || it.nhidden)
		l->unseen = 1;
	nsiter_free(&it);
	return found;
}

/*
 * Mounts that are in no namespace
 */
static uint32_t attr_of(unsigned long f_flags)
{
	static const struct {
		unsigned long flag;
		uint32_t attr;
	} map[] = {
		{ ST_RDONLY,	  MOUNT_ATTR_RDONLY },
		{ ST_NOSUID,	  MOUNT_ATTR_NOSUID },
		{ ST_NODEV,	  MOUNT_ATTR_NODEV },
		{ ST_NOEXEC,	  MOUNT_ATTR_NOEXEC },
		{ ST_NODIRATIME,  MOUNT_ATTR_NODIRATIME },
		{ ST_NOSYMFOLLOW, MOUNT_ATTR_NOSYMFOLLOW }
	};
	uint32_t attr = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(map); i++) {
		if (f_flags & map[i].flag)
			attr |= map[i].attr;
	}
	if (f_flags & ST_NOATIME)
		attr |= MOUNT_ATTR_NOATIME;
	else if (!(f_flags & ST_RELATIME))
		attr |= MOUNT_ATTR_STRICTATIME;
	return attr;
}

/* Takes what any other mount of the same filesystem says about the filesystem. */
static int copy_superblock(struct mntstat *st, uint64_t mask)
{
	struct mnt_entry *mnt = st->tab.mounts, *from = NULL;
	struct diag d = { .step = DIAG_NONE };
	struct mnttab own;
	uint32_t i;

	if (mnttab_read(&own, NULL, (mask & SB_MASK) | UL_STATMOUNT_SB_BASIC, 0, &d) != 0)
		own.nmounts = 0;
	for (i = 0; !from && i < own.nmounts; i++) {
		if (own.mounts[i].dev_major == mnt->dev_major &&
		    own.mounts[i].dev_minor == mnt->dev_minor)
			from = &own.mounts[i];
	}
	if (from) {
		mnt->sb_flags = from->sb_flags;
		mnt->source = from->source;
		mnt->fstype = from->fstype;
		mnt->fs_opts = from->fs_opts;
		mnt->opts = from->opts;
		mnt->opt_num = from->opt_num;
		mnt->sec_opts = from->sec_opts;
		mnt->sec_opt_num = from->sec_opt_num;
		/* the strings go with the mount */
		st->tab.chunks = own.chunks;
		st->tab.missing |= own.missing;
		own.chunks = NULL;
	}
	diag_reset(&d);
	mnttab_free(&own);
	return from != NULL;
}

/*
 * Read-only is what the mount or the filesystem is; which of them can be told
 * when the filesystem is known to be writable.
 */
static void take_statfs(struct mntstat *st, int fd)
{
	struct mnt_entry *mnt = st->tab.mounts;
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0)
		return;
	mnt->magic = (uint32_t) fs.f_type;
	mnt->attr = attr_of(fs.f_flags);
	st->partial |= MNTSTAT_HAS_MAGIC;
	if (!(fs.f_flags & ST_RDONLY) ||
	    ((st->partial & MNTSTAT_HAS_SB) && !(mnt->sb_flags & MS_RDONLY)))
		st->partial |= MNTSTAT_HAS_ATTR;
}

static int describe(struct mntstat *st, int fd, const struct lookup *l)
{
	struct mnt_entry *mnt;
	struct statx sx;

	if (alloc_one(&st->tab) < 0)
		return -ENOMEM;
	mnt = st->tab.mounts;
	mnt->id = l->id;
	mnt->id_old = l->id_old;
	if (statx(fd, "", AT_EMPTY_PATH | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, 0, &sx) < 0)
		return -errno;
	mnt->dev_major = sx.stx_dev_major;
	mnt->dev_minor = sx.stx_dev_minor;
	st->partial = MNTSTAT_HAS_IDS;
	if (copy_superblock(st, l->mask))
		st->partial |= MNTSTAT_HAS_SB;
	take_statfs(st, fd);
	return 0;
}

/*
 * mntstat_read:
 * @st: filled in; the caller frees it with mntstat_free(), also after an error
 * @fd: from mntstat_open_path() and the like
 * @pid: process whose namespace is a good guess, or 0
 * @mask: UL_STATMOUNT_* and MNTTAB_STACK, the fields that are wanted
 * @name: of the file, for a failure
 * @d: failure
 *
 * Returns: 0, or -errno with @d set; -EINVAL for a file on a mount that belongs
 * to no namespace ever, as pipes and sockets are.
 */
int mntstat_read(struct mntstat *st, int fd, pid_t pid, uint64_t mask, const char *name,
		 struct diag *d)
{
	struct lookup l = { .mask = mask };
	int rc;

	memset(st, 0, sizeof(*st));
	rc = read_by_fd(st, fd, mask, name, d);
	if (rc)
		return rc < 0 ? rc : 0;

	rc = mnt_unique_id(fd, "", AT_EMPTY_PATH, &l.id);
	if (rc && rc != -ENOSYS)
		return diag_fail(d, DIAG_MNT_OPEN, -rc, name);
	mnt_old_id(fd, "", AT_EMPTY_PATH, &l.id_old);

	/* the kernel has said that it is detached, but for nullfs, which hides */
	rc = look_at_own(st, &l);
	if (!rc && st->state == MNTSTAT_UNKNOWN && pid > 0)
		rc = look_at_process(st, pid, &l);
	if (!rc && st->state == MNTSTAT_UNKNOWN)
		rc = look_at_all(st, &l);
	if (rc == 1)
		return 0;

	if (!rc && st->state == MNTSTAT_UNKNOWN) {
		rc = fail_if_internal(fd, name, d);
		if (rc)
			return rc;
		if (!l.unseen)
			st->state = MNTSTAT_LOOSE;
	}
	rc = describe(st, fd, &l);
	return rc ? diag_fail(d, rc == -ENOMEM ? DIAG_MEMORY : DIAG_MNT_OPEN, -rc, name) : 0;
}
