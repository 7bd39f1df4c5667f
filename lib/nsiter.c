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
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "c.h"
#include "cctype.h"
#include "diagnose.h"
#include "mnttab.h"
#include "mountapi.h"
#include "namespace.h"
#include "nsiter.h"
#include "nspin.h"
#include "nsref.h"
#include "pathnames.h"

/* the first user and PID namespace, include/linux/nsfs.h */
#define USER_NS_INIT_INO	0xEFFFFFFDU
#define PID_NS_INIT_INO		0xEFFFFFFCU
#define CAP_SYS_ADMIN_BIT	21

/* PIDs below are not handed out again: kernel/pid.c, alloc_pid() */
#define RESERVED_PIDS		300

#define LISTNS_NIDS		512
#define SPARE_FDS		64

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

static struct nsiter_ns *find_ns(const struct nsiter *it, ino_t ino)
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

/*
 * Takes over @fd, an open mount namespace, which is closed when it is known
 * already or when there are too many. @ns is its entry.
 */
static int add_fd(struct nsiter *it, int fd, struct nsiter_ns **ns)
{
	uint64_t id = 0;
	struct stat st;
	int rc = 0;

	if (fstat(fd, &st) < 0) {
		rc = -errno;
		close(fd);
		return rc;
	}
	if (ns_get_id(fd, &id) < 0)
		id = 0;

	*ns = find_ns(it, st.st_ino);
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

static int scan_self(struct nsiter *it, struct diag *d)
{
	struct nsiter_ns *ns;
	int rc, fd = ns_open_pid(0);

	rc = fd < 0 ? fd : add_fd(it, fd, &ns);
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
			rc = add_fd(it, fd, &ns);
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
 * From namespace to namespace in the order of their ids, beginning at @start.
 * Returns: 0 at the end, -ENOTTY (before Linux 6.12), -EPERM or another -errno.
 */
static int scan_direction(struct nsiter *it, int start, unsigned long cmd)
{
	struct ul_mnt_ns_info info = { .size = sizeof(info) };
	int cur = fcntl(start, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

	while (cur >= 0) {
		int next = ioctl(cur, cmd, &info);
		int rc = next < 0 ? -errno : 0;
		struct nsiter_ns *ns;

		close(cur);
		if (rc)
			return rc == -ENOENT ? 0 : rc;

		cur = fcntl(next, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
		rc = add_fd(it, next, &ns);
		if (rc) {
			if (cur >= 0)
				close(cur);
			return rc;
		}
	}
	return -errno;
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

/* The whole of a small file. Returns: length or -errno. */
static ssize_t read_file(int dirfd, const char *path, char *buf, size_t size)
{
	int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, buf, size - 1);
	if (n < 0)
		n = -errno;
	close(fd);
	buf[n < 0 ? 0 : n] = '\0';
	return n;
}

/* Field 22 of proc_pid_stat(5); 0 when the process is gone. */
static uint64_t get_starttime(int procfd, pid_t pid)
{
	char path[32], buf[1024], *p;
	int field;

	snprintf(path, sizeof(path), "%d/stat", (int) pid);
	if (read_file(procfd, path, buf, sizeof(buf)) <= 0)
		return 0;

	/* the name of the command may hold spaces and parentheses */
	p = strrchr(buf, ')');
	for (field = 2; p && field < 22; field++)
		p = strchr(p + 1, ' ');
	return p ? strtoull(p, NULL, 10) : 0;
}

/* @pid ascends from call to call, but a higher PID need not be younger. */
static void count_process(struct nsiter_ns *ns, int procfd, pid_t pid)
{
	uint64_t start;

	if (ns->nprocs++ == 0) {
		ns->pid = pid;
		return;
	}
	if (ns->pid < RESERVED_PIDS)
		return;

	if (!ns->starttime)
		ns->starttime = get_starttime(procfd, ns->pid);
	start = get_starttime(procfd, pid);
	if (start && (!ns->starttime || start < ns->starttime)) {
		ns->pid = pid;
		ns->starttime = start;
	}
}

/* Processes come and go; one that cannot be looked at any more is no error. */
static int scan_process(struct nsiter *it, int procfd, const char *pid)
{
	struct nsiter_ns *ns = NULL;
	char path[NAME_MAX + sizeof("/ns/mnt")], link[64];
	uintmax_t ino;
	ssize_t n;
	int fd, rc;

	snprintf(path, sizeof(path), "%s/ns/mnt", pid);
	n = readlinkat(procfd, path, link, sizeof(link) - 1);
	if (n < 0) {
		it->nhidden += errno == EACCES || errno == EPERM;
		return 0;
	}
	link[n] = '\0';
	if (sscanf(link, "mnt:[%ju]", &ino) == 1)
		ns = find_ns(it, ino);

	if (!ns || ns->fd < 0) {
		fd = openat(procfd, path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			return 0;
		rc = add_fd(it, fd, &ns);
		if (rc)
			return rc;
	}
	count_process(ns, procfd, atoi(pid));
	return 0;
}

static int scan_proc(struct nsiter *it)
{
	DIR *dir = opendir(_PATH_PROC);
	struct dirent *de;
	int rc = 0;

	while (dir && rc == 0 && (de = readdir(dir))) {
		if (c_isdigit(*de->d_name))
			rc = scan_process(it, dirfd(dir), de->d_name);
	}
	if (dir)
		closedir(dir);
	return rc;
}

static int add_name(struct nsiter_ns *ns, const char *name)
{
	char *names;

	if (asprintf(&names, "%s%s%s", ns->names ? ns->names : "",
		     ns->names ? "," : "", name) < 0)
		return -ENOMEM;
	free(ns->names);
	ns->names = names;
	return 0;
}

static int scan_pins(struct nsiter *it)
{
	DIR *dir = nspin_opendir();
	struct nsiter_ns *ns;
	const char *name;
	int fd, rc = 0;

	while (dir && rc == 0 && nspin_next(dir, &name, &fd) == 0) {
		rc = add_fd(it, fd, &ns);
		if (rc == 0)
			rc = add_name(ns, name);
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

/* Namespace files that are mounted elsewhere than among the pins. */
static int scan_mounts(struct nsiter *it)
{
	struct diag d = { .step = DIAG_NONE };
	struct mnttab tab;
	uint32_t i;
	int rc;

	rc = mnttab_read(&tab, NULL, UL_STATMOUNT_MNT_POINT | UL_STATMOUNT_MNT_ROOT |
				     UL_STATMOUNT_FS_TYPE, 0, &d);
	for (i = 0; rc == 0 && i < tab.nmounts; i++) {
		const struct mnt_entry *mnt = &tab.mounts[i];
		struct nsiter_ns *ns;
		struct nsref ref;

		if (is_mntns_mount(mnt) && nsref_open(&ref, mnt->target, &d) == 0)
			rc = add_fd(it, ref.fd, &ns);
	}
	mnttab_free(&tab);
	diag_reset(&d);
	return rc == -ENOMEM ? rc : 0;
}

static int has_inode(const char *path, ino_t ino)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_ino == ino;
}

static int is_sys_admin(void)
{
	char buf[4096], *p;

	if (read_file(AT_FDCWD, _PATH_PROC "/self/status", buf, sizeof(buf)) <= 0)
		return 0;
	p = strstr(buf, "\nCapEff:");
	return p && strtoull(p + strlen("\nCapEff:"), NULL, 16) >> CAP_SYS_ADMIN_BIT & 1;
}

/* What the kernel asks for: kernel/nscommon.c, may_see_all_namespaces() */
static int may_see_all(void)
{
	return has_inode(_PATH_PROC "/self/ns/user", USER_NS_INIT_INO) &&
	       has_inode(_PATH_PROC "/self/ns/pid", PID_NS_INIT_INO) && is_sys_admin();
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
 * @d: filled in on error
 *
 * Finds the namespaces, each once, and what /proc and the pins say about them.
 * Namespaces and processes that come or go meanwhile may or may not be there.
 * The limit on open files is raised to what the caller may have.
 *
 * Returns: 0 or -errno. See listns(2), ioctl_nsfs(2), fs/nsfs.c.
 */
int nsiter_scan(struct nsiter *it, struct diag *d)
{
	int rc;

	memset(it, 0, sizeof(*it));
	raise_fd_limit(it);

	rc = scan_self(it, d);
	if (rc)
		return rc;

	rc = scan_kernel(it);
	if (rc == -ENOTTY)
		it->view = NSITER_NOLIST;
	else if (rc < 0 || !may_see_all())
		it->view = NSITER_UNPRIVILEGED;

	if (rc != -ENOMEM)
		rc = scan_proc(it);
	if (rc == 0)
		rc = scan_pins(it);
	if (rc == 0 && it->view != NSITER_ALL)
		rc = scan_mounts(it);
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
	}
	free(it->ns);
	idhash_free(&it->by_ino);
	memset(it, 0, sizeof(*it));
}
