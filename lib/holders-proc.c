/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * holders-proc - the processes that hold a filesystem
 *
 * The links of /proc/PID are followed with statx(2), which tells the mount of
 * what is open there, also of one that was unmounted lazily. On a filesystem
 * whose server is dead that may hang, NFS looks a file up again for it. So all
 * is done in a child, which is given up when it makes no headway: the next one
 * takes the process where it hung by the names that /proc shows alone.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "all-io.h"
#include "c.h"
#include "cctype.h"
#include "holders.h"
#include "mountapi.h"
#include "pdeathsig.h"
#include "procwalk.h"

#define HEADWAY_TIMEOUT	5000		/* milliseconds without any */
#define MAPS_BUFSIZ	(32 * 1024)

/* Where the child is, shared with the parent. */
struct beat {
	uint64_t count;
	pid_t pid;			/* 0: not yet at the processes */
	unsigned int nhidden;
	unsigned int nrelative;
};

struct scan {
	struct holders *h;
	volatile struct beat *beat;
	struct procwalk walk;
	uint32_t ns;			/* of the process, or HOLDERS_NONE */
	int by_name;			/* the process is not to be touched */
	ino_t exe;			/* mapped as a rule, and known from the link */
	int out;
};

/* What statx(2), or the name alone, tells about something that is open. */
struct object {
	uint64_t mnt_id;
	dev_t dev;
	dev_t rdev;
	ino_t ino;
	mode_t mode;
	const struct mnt_entry *mnt;
	uint32_t ns;
	char path[PATH_MAX];
	char root[PATH_MAX];		/* of a detached mount, "" is unknown */
};

/*
 * One object
 */

/* 64-bit ids where the mounts have them, too */
static int stat_object(const struct scan *s, int dirfd, const char *path, struct object *o)
{
	unsigned int id = s->h->unique_ids ? STATX_MNT_ID_UNIQUE : STATX_MNT_ID;
	struct statx st;

	s->beat->count++;
	if (statx(dirfd, path, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT,
		  id | STATX_TYPE | STATX_INO, &st) < 0)
		return -errno;
	o->mnt_id = st.stx_mask & id ? st.stx_mnt_id : 0;
	o->dev = makedev(st.stx_dev_major, st.stx_dev_minor);
	o->rdev = makedev(st.stx_rdev_major, st.stx_rdev_minor);
	o->ino = st.stx_ino;
	o->mode = st.stx_mode;
	return 0;
}

static void find_mount(const struct scan *s, struct object *o)
{
	const struct holders_mount *m = o->mnt_id ? holders_find_id(s->h, o->mnt_id) : NULL;

	o->mnt = m ? &s->h->ns[m->ns].tab.mounts[m->mnt] : NULL;
	o->ns = m ? m->ns : s->ns;
}

static int is_file(const struct object *o)
{
	return !S_ISSOCK(o->mode) && !S_ISFIFO(o->mode) && (o->mode & S_IFMT);
}

/* What a mount that is in no namespace is one of; Linux 7.0 tells. */
static void ask_detached(int dirfd, const char *path, struct object *o)
{
	size_t size = sizeof(struct ul_statmount) + PATH_MAX;
	struct ul_statmount *sm;
	int fd = openat(dirfd, path, O_PATH | O_CLOEXEC);

	if (fd < 0)
		return;
	sm = malloc(size);
	if (sm && ul_statmount_fd(fd, UL_STATMOUNT_SB_BASIC | UL_STATMOUNT_MNT_ROOT,
				  sm, size) == 0) {
		if (sm->mask & UL_STATMOUNT_SB_BASIC)
			o->dev = makedev(sm->sb_dev_major, sm->sb_dev_minor);
		if (sm->mask & UL_STATMOUNT_MNT_ROOT)
			snprintf(o->root, sizeof(o->root), "%s", sm->str + sm->mnt_root);
	}
	free(sm);
	close(fd);
}

static int wants_detached(const struct holders *h)
{
	size_t i;

	for (i = 0; i < h->nsubjects; i++) {
		if (h->subjects[i].scope != HOLDERS_MOUNT)
			return 1;
	}
	return 0;
}

static void read_name(int dirfd, const char *path, struct object *o)
{
	ssize_t n = readlinkat(dirfd, path, o->path, sizeof(o->path) - 1);

	o->path[n > 0 ? n : 0] = '\0';
}

static int find_by_name(const struct scan *s, struct object *o)
{
	if (s->ns == HOLDERS_NONE || *o->path != '/')
		return -ENOENT;
	o->mnt = holders_find_path(s->h, s->ns, o->path);
	o->ns = s->ns;
	o->mode = S_IFREG;
	return o->mnt ? 0 : -ENOENT;
}

static int add(struct scan *s, uint32_t subject, enum holder_kind kind, int fd,
	       const struct object *o, enum holder_why why, int maybe)
{
	struct holder found = {
		.subject = subject,
		.kind = kind,
		.why = why,
		.maybe = maybe,
		.stuck = s->by_name,
		.ns = o->ns,
		.mnt = o->mnt,
		.pid = s->walk.pid,
		.fd = fd,
		.path = strdup(o->path)
	};
	struct stat st;
	char name[16];

	if (!found.path)
		return -ENOMEM;
	snprintf(name, sizeof(name), "%d", (int) s->walk.pid);
	if (fstatat(dirfd(s->walk.dir), name, &st, 0) == 0)
		found.uid = st.st_uid;
	if (!holders_add(s->h, &found)) {
		free(found.path);
		return -ENOMEM;
	}
	return 0;
}

/* 1 or 2 as holders_match(); the device itself is another matter */
static int match(const struct holders_subject *subject, const struct object *o,
		 enum holder_why *why)
{
	struct holders_ref ref = {
		.mnt = o->mnt,
		.dev = o->dev,
		.root = *o->root ? o->root : NULL,
		.path = o->path
	};

	*why = o->mnt ? HOLDER_NO_REASON : HOLDER_DETACHED;
	if (subject->scope == HOLDERS_DEVICE && S_ISBLK(o->mode) &&
	    holders_has_dev(subject, o->rdev)) {
		*why = HOLDER_DEVICE;
		return 1;
	}
	return holders_match(subject, &ref);
}

/* The filesystem decides in most cases, and then the name is not needed. */
static int is_interesting(const struct scan *s, const struct object *o)
{
	size_t i;

	for (i = 0; i < s->h->nsubjects; i++) {
		const struct holders_subject *subject = &s->h->subjects[i];

		if (o->mnt ? holders_has_dev(subject, holders_mnt_dev(o->mnt)) ||
			     subject->source : holders_has_dev(subject, o->dev))
			return 1;
		if (S_ISBLK(o->mode) && holders_has_dev(subject, o->rdev))
			return 1;
	}
	return 0;
}

static int look(struct scan *s, int dirfd, const char *path, enum holder_kind kind, int fd,
		struct object *o)
{
	enum holder_why why;
	size_t i;
	int rc;

	*o->path = *o->root = '\0';
	o->dev = o->rdev = 0;
	o->ino = 0;
	if (s->by_name) {
		read_name(dirfd, path, o);
		rc = find_by_name(s, o);
	} else {
		rc = stat_object(s, dirfd, path, o);
		if (rc == 0)
			find_mount(s, o);
	}
	if (rc || !is_file(o))
		return 0;
	if (!s->by_name) {
		if (!o->mnt && o->mnt_id && wants_detached(s->h))
			ask_detached(dirfd, path, o);
		if (!is_interesting(s, o))
			return 0;
		read_name(dirfd, path, o);
	}

	for (i = 0; i < s->h->nsubjects; i++) {
		rc = match(&s->h->subjects[i], o, &why);
		if (rc && add(s, i, kind, fd, o, why, rc == 2 || s->by_name) != 0)
			return -ENOMEM;
	}
	return 0;
}

/*
 * One process
 */
static int look_at_links(struct scan *s, struct object *o)
{
	static const struct {
		const char *name;
		enum holder_kind kind;
	} links[] = {
		{ "cwd", HOLDER_CWD }, { "root", HOLDER_ROOT }, { "exe", HOLDER_EXE }
	};
	char path[32];
	size_t i;
	int rc = 0;

	s->exe = 0;
	for (i = 0; rc == 0 && i < ARRAY_SIZE(links); i++) {
		snprintf(path, sizeof(path), "%d/%s", (int) s->walk.pid, links[i].name);
		rc = look(s, dirfd(s->walk.dir), path, links[i].kind, -1, o);
		if (links[i].kind == HOLDER_EXE)
			s->exe = o->ino;
	}
	return rc;
}

static int look_at_fds(struct scan *s, struct object *o)
{
	DIR *dir = procwalk_opendir(&s->walk, "fd");
	struct dirent *de;
	int rc = 0;

	while (dir && rc == 0 && (de = readdir(dir))) {
		if (c_isdigit(*de->d_name))
			rc = look(s, dirfd(dir), de->d_name, HOLDER_FD, atoi(de->d_name), o);
	}
	if (dir)
		closedir(dir);
	return rc;
}

static int is_dev_of_subject(const struct holders *h, dev_t dev)
{
	size_t i;

	for (i = 0; i < h->nsubjects; i++) {
		if (h->subjects[i].source || holders_has_dev(&h->subjects[i], dev))
			return 1;
	}
	return 0;
}

/* A mapping of a file. */
struct mapping {
	unsigned long start;
	unsigned long end;
	dev_t dev;			/* of the filesystem */
	ino_t ino;
	const char *name;		/* or NULL */
};

/* To follow the link of a mapping needs privileges; else there is its name. */
static int look_at_mapping(struct scan *s, const struct mapping *m, struct object *o)
{
	size_t i, before = s->h->nfound;
	enum holder_why why;
	char path[64];

	snprintf(path, sizeof(path), "%d/map_files/%lx-%lx", (int) s->walk.pid, m->start, m->end);
	if (look(s, dirfd(s->walk.dir), path, HOLDER_MAP, -1, o) != 0)
		return -ENOMEM;
	if (o->ino || before != s->h->nfound || !m->name)
		return 0;

	snprintf(o->path, sizeof(o->path), "%s", m->name);
	if (find_by_name(s, o) != 0 || holders_mnt_dev(o->mnt) != m->dev)
		return 0;
	for (i = 0; i < s->h->nsubjects; i++) {
		if (match(&s->h->subjects[i], o, &why) &&
		    add(s, i, HOLDER_MAP, -1, o, why, 0) != 0)
			return -ENOMEM;
	}
	return 0;
}

/* Each file once, its parts are mapped in a row; the program is not listed again. */
static int is_new_mapping(const struct scan *s, const struct mapping *m, ino_t last)
{
	return m->ino && m->ino != last && m->ino != s->exe && is_dev_of_subject(s->h, m->dev);
}

/* A line of proc_pid_maps(5). */
static int parse_line(char *line, struct mapping *m)
{
	unsigned int maj, min;
	uintmax_t ino;
	int n = 0;

	if (sscanf(line, "%lx-%lx %*s %*s %x:%x %ju %n", &m->start, &m->end, &maj, &min,
		   &ino, &n) < 5 || !n)
		return -EINVAL;
	line[strcspn(line, "\n")] = '\0';
	m->dev = makedev(maj, min);
	m->ino = ino;
	m->name = line + n;
	return 0;
}

static int read_maps(struct scan *s, int fd, struct object *o)
{
	char *line = NULL, buf[MAPS_BUFSIZ];
	FILE *f = fdopen(fd, "r");
	struct mapping m;
	size_t size = 0;
	ino_t last = 0;
	int rc = 0;

	if (!f) {
		close(fd);
		return 0;
	}
	setvbuf(f, buf, _IOFBF, sizeof(buf));
	while (rc == 0 && getline(&line, &size, f) >= 0) {
		if (parse_line(line, &m) != 0 || !is_new_mapping(s, &m, last))
			continue;
		last = m.ino;
		rc = look_at_mapping(s, &m, o);
	}
	free(line);
	fclose(f);
	return rc;
}

/* 0, or -errno: -ENOENT at the end, -ENOTTY before Linux 6.11 */
static int query_mapping(int fd, uint64_t addr, char *name, size_t size, struct mapping *m)
{
	struct ul_procmap_query q = {
		.size = sizeof(q),
		.query_flags = UL_PROCMAP_QUERY_COVERING_OR_NEXT | UL_PROCMAP_QUERY_FILE_BACKED,
		.query_addr = addr,
		.vma_name_size = size,
		.vma_name_addr = (uintptr_t) name
	};

	if (ioctl(fd, UL_PROCMAP_QUERY, &q) < 0)
		return -errno;
	*m = (struct mapping) {
		.start = q.vma_start,
		.end = q.vma_end,
		.dev = makedev(q.dev_major, q.dev_minor),
		.ino = q.inode,
		.name = size && q.vma_name_size ? name : NULL
	};
	return 0;
}

/*
 * To have all names written costs most of the time of a search: they are asked
 * for where the filesystem is the right one.
 */
static int query_maps(struct scan *s, int fd, struct object *o)
{
	struct mapping m = { .end = 0 };
	char name[PATH_MAX];
	ino_t last = 0;
	int rc;

	for (;;) {
		rc = query_mapping(fd, m.end, NULL, 0, &m);
		if (rc)
			return rc == -ENOTTY ? rc : 0;
		if (!is_new_mapping(s, &m, last))
			continue;
		last = m.ino;
		if (query_mapping(fd, m.start, name, sizeof(name), &m) != 0)
			return 0;
		if (look_at_mapping(s, &m, o) != 0)
			return -ENOMEM;
	}
}

static int look_at_maps(struct scan *s, struct object *o)
{
	int rc, fd = procwalk_open_file(&s->walk, "maps", O_RDONLY);

	if (fd < 0)
		return 0;
	rc = query_maps(s, fd, o);
	if (rc == -ENOTTY)
		return read_maps(s, fd, o);
	close(fd);
	return rc;
}

/* The namespace of the process; -EACCES when the process is hidden. */
static int find_namespace(struct scan *s)
{
	char link[64];
	ssize_t n = procwalk_readlink(&s->walk, "ns/mnt", link, sizeof(link));
	uintmax_t ino;
	uint32_t i;

	s->ns = HOLDERS_NONE;
	if (n < 0)
		return n;
	if (sscanf(link, "mnt:[%ju]", &ino) != 1)
		return 0;
	for (i = 0; i < s->h->nns; i++) {
		if (s->h->ns[i].ref.ino == ino)
			s->ns = i;
	}
	return 0;
}

static int look_at_process(struct scan *s, struct object *o)
{
	int rc = find_namespace(s);

	if (rc < 0) {
		s->beat->nhidden += rc == -EACCES || rc == -EPERM;
		return 0;
	}
	rc = look_at_links(s, o);
	if (rc == 0)
		rc = look_at_fds(s, o);
	/* maps wait for a process that waits for the server */
	return rc || s->by_name ? rc : look_at_maps(s, o);
}

/*
 * The child. The tables are the parent's, at the same addresses, so that what
 * was found can be sent as it is, with the path behind it.
 */
static int send_found(struct scan *s)
{
	struct holders *h = s->h;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < h->nfound; i++) {
		size_t len = strlen(h->found[i].path) + 1;

		if (write_all(s->out, &h->found[i], sizeof(h->found[i])) != 0 ||
		    write_all(s->out, &len, sizeof(len)) != 0 ||
		    write_all(s->out, h->found[i].path, len) != 0)
			rc = -EIO;
		free(h->found[i].path);
	}
	h->nfound = 0;
	return rc;
}

static int is_stuck(const struct holders *h, pid_t pid)
{
	size_t i;

	for (i = 0; i < h->nstuck; i++) {
		if (h->stuck[i] == pid)
			return 1;
	}
	return 0;
}

static int scan_processes(struct scan *s, pid_t first, pid_t parent)
{
	struct object *o = malloc(sizeof(*o));
	int rc = o ? procwalk_open(&s->walk) : -ENOMEM;

	while (rc == 0 && procwalk_next(&s->walk) == 0) {
		if (s->walk.pid < first || s->walk.pid == parent || s->walk.pid == getpid())
			continue;
		s->beat->pid = s->walk.pid;
		s->beat->count++;
		s->by_name = is_stuck(s->h, s->walk.pid);
		rc = look_at_process(s, o);
		if (rc == 0)
			rc = send_found(s);
	}
	procwalk_close(&s->walk);
	free(o);
	return rc;
}

static int run_child(struct scan *s, pid_t first, pid_t parent)
{
	int rc = 0;

	s->h->nfound = 0;
	if (!first) {
		rc = holders_find_layers(s->h);
		s->beat->nrelative = s->h->nrelative;
		if (rc == 0)
			rc = send_found(s);
	}
	return rc ? rc : scan_processes(s, first, parent);
}

/*
 * The parent
 */
static int read_record(struct holders *h, int fd)
{
	struct holder found;
	size_t len;

	if (read_all(fd, (char *) &found, sizeof(found)) != sizeof(found) ||
	    read_all(fd, (char *) &len, sizeof(len)) != sizeof(len))
		return -EIO;
	found.path = malloc(len);
	if (!found.path)
		return -ENOMEM;
	if (read_all(fd, found.path, len) != (ssize_t) len || !holders_add(h, &found)) {
		free(found.path);
		return -EIO;
	}
	return 0;
}

/* 0 at the end, -ETIMEDOUT when there was no headway, or another -errno */
static int read_records(struct holders *h, int fd, const volatile struct beat *beat)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	uint64_t count = beat->count;
	int rc;

	for (;;) {
		rc = poll(&pfd, 1, HEADWAY_TIMEOUT);
		if (rc < 0 && errno == EINTR)
			continue;
		if (rc < 0)
			return -errno;
		if (rc == 0) {
			if (beat->count == count)
				return -ETIMEDOUT;
			count = beat->count;
			continue;
		}
		if (!(pfd.revents & POLLIN))
			return 0;
		rc = read_record(h, fd);
		if (rc)
			return rc;
	}
}

static int run_scan(struct holders *h, volatile struct beat *beat, pid_t first)
{
	struct scan s = { .h = h, .beat = beat };
	pid_t parent = getpid(), pid;
	int p[2], rc, status = 0;

	if (pipe2(p, O_CLOEXEC) < 0)
		return -errno;
	pid = fork();
	if (pid == 0) {
		pdeathsig_set(parent);
		s.out = p[1];
		close(p[0]);
		_exit(-run_child(&s, first, parent));
	}
	rc = pid < 0 ? -errno : 0;
	close(p[1]);
	if (rc == 0)
		rc = read_records(h, p[0], beat);
	close(p[0]);
	if (pid < 0)
		return rc;
	if (rc) {
		/* it may hang where no signal reaches it */
		kill(pid, SIGKILL);
		if (rc == -ETIMEDOUT)
			return rc;
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (rc == 0 && (!WIFEXITED(status) || WEXITSTATUS(status)))
		rc = WIFEXITED(status) ? -WEXITSTATUS(status) : -ECHILD;
	return rc;
}

/* What was found before it hung is found again. */
static int forget_process(struct holders *h, pid_t pid)
{
	size_t i, n = 0;
	pid_t *stuck;

	for (i = 0; i < h->nfound; i++) {
		if (pid && h->found[i].pid == pid)
			free(h->found[i].path);
		else
			h->found[n++] = h->found[i];
	}
	h->nfound = n;

	stuck = reallocarray(h->stuck, h->nstuck + 1, sizeof(*stuck));
	if (!stuck)
		return -ENOMEM;
	h->stuck = stuck;
	h->stuck[h->nstuck++] = pid;
	return 0;
}

/*
 * holders_find_processes:
 *
 * The layers on top as well, whose names may lead to a dead server, too.
 *
 * Returns: 0 or -errno.
 */
int holders_find_processes(struct holders *h)
{
	volatile struct beat *beat;
	pid_t first = 0;
	int rc;

	beat = mmap(NULL, sizeof(*beat), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (beat == MAP_FAILED)
		return -errno;
	do {
		rc = run_scan(h, beat, first);
		if (rc == -ETIMEDOUT) {
			first = beat->pid ? beat->pid : 1;
			/* this one is looked at twice */
			if (is_stuck(h, first))
				first++;
			else
				rc = forget_process(h, beat->pid) ? -ENOMEM : rc;
		}
	} while (rc == -ETIMEDOUT);

	h->nhidden = beat->nhidden;
	h->nrelative = beat->nrelative;
	munmap((void *) beat, sizeof(*beat));
	return rc;
}
