/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nsiter - every mount namespace on the system that the caller can find
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "c.h"
#include "diagnose.h"
#include "mnttab.h"
#include "mountapi.h"
#include "namespace.h"
#include "nsiter.h"
#include "nspin.h"
#include "nsref.h"
#include "pathnames.h"
#include "procwalk.h"

/* the first user and PID namespace, include/linux/nsfs.h */
#define USER_NS_INIT_INO	0xEFFFFFFDU
#define PID_NS_INIT_INO		0xEFFFFFFCU
#define CAP_SYS_ADMIN_BIT	21

#define LISTNS_NIDS		512
#define SPARE_FDS		64

#define PIN_MASK \
	(UL_STATMOUNT_MNT_POINT | UL_STATMOUNT_MNT_ROOT | UL_STATMOUNT_FS_TYPE)

/*
 * The open files keep the namespaces alive, and so their inode numbers, which
 * the kernel gives to the next namespace as soon as it can.
 */
static void raise_fd_limit(struct nsiter *it)
{
	struct rlimit lim;

	if (getrlimit(RLIMIT_NOFILE, &lim) < 0)
		return;
	lim.rlim_cur = lim.rlim_max;
	setrlimit(RLIMIT_NOFILE, &lim);
	if (getrlimit(RLIMIT_NOFILE, &lim) == 0 && lim.rlim_cur > SPARE_FDS)
		it->maxfds = min(lim.rlim_cur - SPARE_FDS, (rlim_t) INT32_MAX);
}

struct nsiter_ns *nsiter_find(const struct nsiter *it, ino_t ino)
{
	uint32_t idx = idhash_find(&it->by_ino, ino);

	return idx == IDHASH_NONE ? NULL : &it->ns[idx];
}

static int add_new(struct nsiter *it, int fd, ino_t ino, uint64_t id)
{
	struct nsiter_ns *ns;

	if (it->n == it->allocated) {
		size_t n = it->allocated ? it->allocated * 2 : 64;

		ns = reallocarray(it->ns, n, sizeof(*ns));
		if (!ns)
			return -ENOMEM;
		it->ns = ns;
		it->allocated = n;
	}
	if (idhash_add(&it->by_ino, ino, it->n) != 0)
		return -ENOMEM;

	it->ns[it->n++] = (struct nsiter_ns) { .id = id, .ino = ino, .fd = fd };
	return 0;
}

/* As nsiter_add_fd(), when the id is known; 0 before Linux 6.11. */
static int add_fd(struct nsiter *it, int fd, uint64_t id, struct nsiter_ns **ns)
{
	struct stat st;
	int rc;

	if (fstat(fd, &st) < 0) {
		rc = -errno;
		close(fd);
		return rc;
	}
	*ns = nsiter_find(it, st.st_ino);
	/* without its fd one can have gone, and its inode number to this one */
	if (*ns && (*ns)->id == id) {
		close(fd);
		return 0;
	}
	if (it->nfds < it->maxfds) {
		it->nfds++;
	} else {
		close(fd);
		fd = -1;
	}
	rc = add_new(it, fd, st.st_ino, id);
	*ns = &it->ns[it->n - 1];
	return rc;
}

/*
 * nsiter_add_fd:
 * @it: list
 * @fd: open mount namespace, taken over: it is closed when the namespace is
 *	known already, or when there are too many
 * @ns: result, the entry, valid until the next one is added
 *
 * Returns: 0 or -errno.
 */
int nsiter_add_fd(struct nsiter *it, int fd, struct nsiter_ns **ns)
{
	uint64_t id = 0;

	if (ns_get_id(fd, &id) < 0)
		id = 0;
	return add_fd(it, fd, id, ns);
}

static int scan_self(struct nsiter *it, struct diag *d)
{
	struct nsiter_ns *ns;
	int rc, fd = ns_open_pid(0);

	rc = fd < 0 ? fd : nsiter_add_fd(it, fd, &ns);
	return rc ? diag_fail(d, DIAG_NS_LIST, -rc, NULL) : 0;
}

/* One page of ids; a namespace that is gone meanwhile cannot be opened. */
static int open_ids(struct nsiter *it, const uint64_t *ids, size_t n)
{
	struct nsiter_ns *ns;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < n; i++) {
		int fd = ul_open_ns_by_id(ids[i], 0, 0);

		if (fd >= 0)
			rc = add_fd(it, fd, ids[i], &ns);
	}
	return rc;
}

/* Returns: 0, -ENOSYS (before Linux 6.19) or another -errno. */
static int scan_listns(struct nsiter *it)
{
	uint64_t ids[LISTNS_NIDS], last = 0;
	ssize_t n;
	int rc = 0;

	while (rc == 0) {
		n = ul_listns(CLONE_NEWNS, last, ids, ARRAY_SIZE(ids), 0);
		if (n == 0 || (n < 0 && errno == ENOENT && last))
			return 0;
		if (n < 0)
			return -errno;
		rc = open_ids(it, ids, n);
		last = ids[n - 1];
	}
	return rc;
}

/*
 * Adds the namespace that the kernel came to. @cur is where it goes on: an fd of
 * the list, or, when that holds no more, one of its own, with @own set.
 */
static int add_walked(struct nsiter *it, int fd, const struct ul_mnt_ns_info *info,
		      int *cur, int *own)
{
	struct nsiter_ns *ns;
	int rc;

	*own = it->nfds >= it->maxfds;
	if (*own) {
		*cur = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
		if (*cur < 0) {
			rc = -errno;
			close(fd);
			return rc;
		}
	}
	rc = add_fd(it, fd, info->mnt_ns_id, &ns);
	if (rc) {
		if (*own)
			close(*cur);
		return rc;
	}
	if (!*own)
		*cur = ns->fd;
	ns->nr_mounts = info->nr_mounts;
	ns->has_nr_mounts = 1;
	return 0;
}

/*
 * From namespace to namespace in the order of their ids, beginning at @cur.
 * Returns: 0 at the end, -ENOTTY (before Linux 6.12), -EPERM or another -errno.
 */
static int scan_direction(struct nsiter *it, int cur, unsigned long cmd)
{
	struct ul_mnt_ns_info info = { .size = sizeof(info) };
	int own = 0, rc = 0;

	while (!rc) {
		int next = ioctl(cur, cmd, &info);

		rc = next < 0 ? -errno : 0;
		if (own)
			close(cur);
		if (!rc)
			rc = add_walked(it, next, &info, &cur, &own);
	}
	return rc == -ENOENT ? 0 : rc;
}

static int scan_kernel(struct nsiter *it)
{
	int self = it->ns[0].fd;
	int rc;

	rc = scan_listns(it);
	if (rc == 0 || rc == -ENOMEM)
		return rc;

	rc = scan_direction(it, self, UL_NS_MNT_GET_PREV);
	if (rc == 0)
		rc = scan_direction(it, self, UL_NS_MNT_GET_NEXT);
	return rc;
}

/*
 * nsiter_add_text:
 * @text: allocated text or NULL, made longer by @item
 * @sep: between the items
 *
 * Returns: 0 or -ENOMEM.
 */
int nsiter_add_text(char **text, char sep, const char *item)
{
	char *longer;

	if (!*text)
		return (*text = strdup(item)) ? 0 : -ENOMEM;
	if (asprintf(&longer, "%s%c%s", *text, sep, item) < 0)
		return -ENOMEM;
	free(*text);
	*text = longer;
	return 0;
}

static int scan_pins(struct nsiter *it)
{
	DIR *dir = nspin_opendir();
	struct nsiter_ns *ns;
	const char *name;
	int fd, rc = 0;

	while (dir && rc == 0 && nspin_next(dir, &name, &fd) == 0) {
		rc = nsiter_add_fd(it, fd, &ns);
		if (rc == 0)
			rc = nsiter_add_text(&ns->names, ',', name);
	}
	if (dir)
		closedir(dir);
	return rc;
}

static int is_mntns_mount(const struct mnt_entry *mnt)
{
	return mnt->target && mnt->fstype && mnt->root &&
	       strcmp(mnt->fstype, "nsfs") == 0 && strncmp(mnt->root, "mnt:", 4) == 0;
}

/* One mount point a line, so its own newlines have to go. */
static int add_pin(struct nsiter_ns *ns, const char *target)
{
	char *p, *copy = strdup(target);
	int rc;

	if (!copy)
		return -ENOMEM;
	for (p = copy; *p; p++) {
		if (*p == '\n')
			*p = '?';
	}
	rc = nsiter_add_text(&ns->pins, '\n', copy);
	free(copy);
	return rc;
}

/* Namespace files that are mounted in the caller's namespace, the pins with them. */
static int scan_mounts(struct nsiter *it)
{
	struct diag d = { .step = DIAG_NONE };
	struct mnttab tab;
	uint32_t i;
	int rc;

	rc = mnttab_read(&tab, NULL, PIN_MASK, 0, &d);
	for (i = 0; rc == 0 && i < tab.nmounts; i++) {
		const struct mnt_entry *mnt = &tab.mounts[i];
		struct nsiter_ns *ns;
		struct nsref ref;

		if (!is_mntns_mount(mnt) || nsref_open(&ref, mnt->target, &d) != 0)
			continue;
		rc = nsiter_add_fd(it, ref.fd, &ns);
		if (rc == 0)
			rc = add_pin(ns, mnt->target);
	}
	mnttab_free(&tab);
	diag_reset(&d);
	return rc == -ENOMEM ? rc : 0;
}

/* One that is not in the list cannot be opened from here. */
static int add_foreign_pin(struct nsiter *it, const struct nsiter_ns *home,
			   const struct mnt_entry *mnt)
{
	struct nsiter_ns *ns;
	uintmax_t ino;
	char *text;
	int rc;

	if (!is_mntns_mount(mnt) || sscanf(mnt->root, "mnt:[%ju]", &ino) != 1)
		return 0;
	ns = nsiter_find(it, ino);
	if (!ns)
		return 0;
	if (asprintf(&text, ":%ju:%s", (uintmax_t) home->id, mnt->target) < 0)
		return -ENOMEM;
	rc = add_pin(ns, text);
	free(text);
	return rc;
}

/* The same in all other namespaces: what is pinned there is only named. */
static int scan_foreign_mounts(struct nsiter *it, const struct nsiter_ns *home)
{
	struct diag d = { .step = DIAG_NONE };
	struct nsref ref = {
		.kind = NSREF_ID, .fd = home->fd, .pid = home->pid, .ino = home->ino,
		.id = home->id, .name = ""
	};
	struct mnttab tab;
	uint32_t i;
	int rc;

	rc = home->fd < 0 ? -EMFILE : mnttab_read(&tab, &ref, PIN_MASK, 0, &d);
	if (rc)
		it->nunread++;
	for (i = 0; rc == 0 && i < tab.nmounts; i++)
		rc = add_foreign_pin(it, home, &tab.mounts[i]);
	if (home->fd >= 0)
		mnttab_free(&tab);
	diag_reset(&d);
	return rc == -ENOMEM ? rc : 0;
}

static int scan_all_mounts(struct nsiter *it)
{
	ino_t own = it->ns[0].ino;
	size_t i;
	int rc = 0;

	for (i = 0; !rc && i < it->n; i++) {
		if (it->ns[i].ino != own)
			rc = scan_foreign_mounts(it, &it->ns[i]);
	}
	return rc;
}

static int has_inode(const char *path, ino_t ino)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_ino == ino;
}

static int is_sys_admin(void)
{
	char buf[4096], *p;

	if (procwalk_read_file(AT_FDCWD, _PATH_PROC "/self/status", buf, sizeof(buf)) <= 0)
		return 0;
	p = strstr(buf, "\nCapEff:");
	return p && strtoull(p + strlen("\nCapEff:"), NULL, 16) >> CAP_SYS_ADMIN_BIT & 1;
}

/*
 * What the kernel asks for: kernel/nscommon.c, may_see_all_namespaces(). @rc is
 * what it answered.
 */
static enum nsiter_view get_view(int rc)
{
	if (rc == -ENOTTY)
		return NSITER_NOLIST;
	if (!has_inode(_PATH_PROC "/self/ns/pid", PID_NS_INIT_INO))
		return NSITER_PIDNS;
	if (rc < 0 || !has_inode(_PATH_PROC "/self/ns/user", USER_NS_INIT_INO) ||
	    !is_sys_admin())
		return NSITER_UNPRIVILEGED;
	return NSITER_ALL;
}

static int cmp_age(const void *a, const void *b)
{
	const struct nsiter_ns *x = a, *y = b;
	int rc = cmp_numbers(x->id, y->id);

	return rc ? rc : cmp_numbers(x->ino, y->ino);
}

/*
 * nsiter_scan:
 * @it: filled in; the caller frees it with nsiter_free(), also after an error
 * @flags: NSITER_*
 * @d: filled in on error
 *
 * Finds the namespaces, each once, and what /proc and the pins say about them.
 * Namespaces and processes that come or go meanwhile may or may not be there.
 * The limit on open files is raised to what the caller may have.
 *
 * Returns: 0 or -errno. See listns(2), ioctl_nsfs(2), fs/nsfs.c.
 */
int nsiter_scan(struct nsiter *it, unsigned int flags, struct diag *d)
{
	unsigned int wanted;
	int rc;

	memset(it, 0, sizeof(*it));
	raise_fd_limit(it);

	rc = scan_self(it, d);
	if (rc)
		return rc;

	rc = scan_kernel(it);
	it->view = get_view(rc);
	wanted = flags;
	/* where the kernel does not tell, all that can keep one is looked at */
	if (it->view != NSITER_ALL)
		wanted = (flags & ~NSITER_NOPROCS) | NSITER_PINS | NSITER_FDS;

	if (rc != -ENOMEM)
		rc = wanted & NSITER_NOPROCS ? 0 : nsiter_scan_proc(it, wanted);
	if (rc == 0)
		rc = scan_pins(it);
	if (rc == 0 && (wanted & NSITER_PINS))
		rc = scan_mounts(it);
	if (rc == 0 && (flags & NSITER_PINS))
		rc = scan_all_mounts(it);
	if (rc)
		return diag_fail(d, DIAG_NS_LIST, -rc, NULL);

	qsort(it->ns, it->n, sizeof(*it->ns), cmp_age);
	return 0;
}

void nsiter_free(struct nsiter *it)
{
	size_t i;

	for (i = 0; i < it->n; i++) {
		if (it->ns[i].fd >= 0)
			close(it->ns[i].fd);
		free(it->ns[i].names);
		free(it->ns[i].pins);
		free(it->ns[i].holders);
	}
	free(it->ns);
	idhash_free(&it->by_ino);
	memset(it, 0, sizeof(*it));
}
