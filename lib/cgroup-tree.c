/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * cgroup-tree - find the processes of a unit or a container
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "c.h"
#include "cgroup.h"
#include "diagnose.h"
#include "mnttab.h"
#include "mountapi.h"
#include "procwalk.h"
#include "strutils.h"

/* linux/magic.h */
#define CGROUP_MAGIC		0x27e0eb
#define CGROUP2_MAGIC		0x63677270

/* Where the trees are mounted as a rule; what is not there is looked up. */
static const struct {
	const char *dir;
	unsigned long magic;
} usual_roots[] = {
	{ "/sys/fs/cgroup",		CGROUP2_MAGIC },
	{ "/sys/fs/cgroup/unified",	CGROUP2_MAGIC },
	{ "/sys/fs/cgroup/systemd",	CGROUP_MAGIC }
};

struct walk {
	struct cgroup_search *s;
	/* 0, 1 with the name in @key and @exact set, or -ENOMEM */
	int (*match)(const struct cgroup_info *info, const char *wanted, char **key, int *exact);
	const char *wanted;
	struct procwalk proc;
	char path[PATH_MAX];	/* of the cgroup that the walk is at */
	size_t rootlen;
};

static struct cgroup_match *find_match(struct cgroup_search *s, const char *name)
{
	size_t i;

	for (i = 0; i < s->n; i++) {
		if (strcmp(s->matches[i].name, name) == 0)
			return &s->matches[i];
	}
	return NULL;
}

/* Takes @name over. */
static struct cgroup_match *add_match(struct cgroup_search *s, char *name,
				      const struct cgroup_info *info, int exact)
{
	struct cgroup_match *m = find_match(s, name);

	if (m) {
		free(name);
		return m;
	}
	m = reallocarray(s->matches, s->n + 1, sizeof(*m));
	if (!m) {
		free(name);
		return NULL;
	}
	s->matches = m;
	m += s->n++;
	*m = (struct cgroup_match) { .name = name, .exact = exact };
	m->pod = info->pod ? strdup(info->pod) : NULL;
	return m;
}

/* Does it start earlier than what is known? PIDs only decide between equals. */
static int take_process(struct walk *w, struct cgroup_match *m, pid_t pid)
{
	uint64_t start = procwalk_starttime(&w->proc, pid);
	char *dir;

	if (!start)
		return 0;
	if (m->pid && (start > m->starttime || (start == m->starttime && pid >= m->pid)))
		return 0;
	if (!m->dir || strcmp(m->dir, w->path) != 0) {
		dir = strdup(w->path);
		if (!dir)
			return -ENOMEM;
		free(m->dir);
		m->dir = dir;
	}
	m->pid = pid;
	m->starttime = start;
	return 0;
}

/*
 * Calls @fn for all processes of a cgroup until it returns something else than
 * 0, which is then returned. A PID of 0 is a process of a PID namespace that is
 * not below the caller's. A threaded cgroup refuses to be read, its processes
 * are listed above it.
 */
static int for_each_process(const char *dir, int (*fn)(void *data, pid_t pid), void *data)
{
	char path[PATH_MAX + sizeof("/cgroup.procs")];
	int rc = 0;
	FILE *f;
	int pid;

	snprintf(path, sizeof(path), "%s/cgroup.procs", dir);
	f = fopen(path, "re");
	if (!f)
		return 0;
	while (!rc && fscanf(f, "%d", &pid) == 1)
		rc = fn(data, pid);
	fclose(f);
	return rc;
}

struct taker {
	struct walk *w;
	struct cgroup_match *m;
};

static int take_pid(void *data, pid_t pid)
{
	struct taker *t = data;

	if (!pid)
		t->m->foreign = 1;
	return pid ? take_process(t->w, t->m, pid) : 0;
}

static int visit(struct walk *w)
{
	struct taker t = { .w = w };
	struct cgroup_info info;
	char *key = NULL;
	int exact = 0, rc;

	rc = cgroup_parse(w->path + w->rootlen, &info);
	if (!rc)
		rc = w->match(&info, w->wanted, &key, &exact);
	if (rc == 1) {
		t.m = add_match(w->s, key, &info, exact);
		rc = t.m ? for_each_process(w->path, take_pid, &t) : -ENOMEM;
	}
	cgroup_info_free(&info);
	return rc;
}

/* Cgroups come and go: one that cannot be opened any more is passed over. */
static int walk_dir(struct walk *w, int parent, const char *name)
{
	size_t len = strlen(w->path);
	struct dirent *de;
	int fd, rc;
	DIR *dir;

	rc = visit(w);
	if (rc)
		return rc;
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	dir = fd >= 0 ? fdopendir(fd) : NULL;
	if (!dir) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	while (!rc && (de = readdir(dir))) {
		if (de->d_type != DT_DIR || *de->d_name == '.')
			continue;
		if (snprintf(w->path + len, sizeof(w->path) - len, "/%s", de->d_name) <
		    (int) (sizeof(w->path) - len))
			rc = walk_dir(w, dirfd(dir), de->d_name);
		w->path[len] = '\0';
	}
	closedir(dir);
	return rc;
}

static int has_magic(const char *dir, unsigned long magic)
{
	struct statfs st;

	return statfs(dir, &st) == 0 && (unsigned long) st.f_type == magic;
}

static int add_root(struct cgroup_search *s, const char *dir)
{
	char *both;

	if (!s->roots)
		return (s->roots = strdup(dir)) ? 0 : -ENOMEM;
	if (asprintf(&both, "%s, %s", s->roots, dir) < 0)
		return -ENOMEM;
	free(s->roots);
	s->roots = both;
	return 0;
}

static int walk_root(struct walk *w, const char *dir)
{
	int rc = add_root(w->s, dir);

	if (rc || snprintf(w->path, sizeof(w->path), "%s", dir) >= (int) sizeof(w->path))
		return rc;
	w->rootlen = strlen(dir);
	return walk_dir(w, AT_FDCWD, dir);
}

/* What is mounted there may be covered by something else. */
static int is_on_top(const struct mnt_entry *mnt)
{
	struct stat st;

	return stat(mnt->target, &st) == 0 &&
	       st.st_dev == makedev(mnt->dev_major, mnt->dev_minor);
}

static int has_option(const char *opts, const char *option)
{
	const char *p = opts ? strstr(opts, option) : NULL;

	return p && (p == opts || p[-1] == ',') &&
	       (!p[strlen(option)] || p[strlen(option)] == ',');
}

/*
 * Best of the mounts: version 2, else systemd's own of version 1, else any; the
 * first one of a kind, a second one shows the same.
 */
static const struct mnt_entry *choose_mount(const struct mnttab *tab)
{
	const struct mnt_entry *best = NULL;
	int best_rank = 0;
	uint32_t i;

	for (i = 0; i < tab->nmounts; i++) {
		const struct mnt_entry *mnt = &tab->mounts[i];
		int rank = 0;

		if (!mnt->target || !mnt->fstype)
			continue;
		if (strcmp(mnt->fstype, "cgroup2") == 0)
			rank = 3;
		else if (strcmp(mnt->fstype, "cgroup") == 0)
			rank = has_option(mnt->fs_opts, "name=systemd") ? 2 : 1;
		if (rank > best_rank && is_on_top(mnt)) {
			best_rank = rank;
			best = mnt;
		}
	}
	return best;
}

static int walk_mounted(struct walk *w)
{
	struct diag d = { .step = DIAG_NONE };
	const struct mnt_entry *mnt;
	struct mnttab tab;
	int rc;

	rc = mnttab_read(&tab, NULL, UL_STATMOUNT_SB_BASIC | UL_STATMOUNT_MNT_POINT |
				     UL_STATMOUNT_FS_TYPE | UL_STATMOUNT_MNT_OPTS, 0, &d);
	mnt = rc ? NULL : choose_mount(&tab);
	if (mnt)
		rc = walk_root(w, mnt->target);
	mnttab_free(&tab);
	diag_reset(&d);
	return rc == -ENOMEM ? rc : 0;
}

static int cmp_name(const void *a, const void *b)
{
	const struct cgroup_match *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* The mount table is long on some systems, and looked at only if it must be. */
static int search(struct walk *w)
{
	int rc = 0;
	size_t i;

	memset(w->s, 0, sizeof(*w->s));
	rc = procwalk_open(&w->proc);
	for (i = 0; !rc && i < ARRAY_SIZE(usual_roots); i++) {
		if (has_magic(usual_roots[i].dir, usual_roots[i].magic))
			rc = walk_root(w, usual_roots[i].dir);
	}
	if (!rc && !w->s->roots)
		rc = walk_mounted(w);
	procwalk_close(&w->proc);
	if (w->s->n)
		qsort(w->s->matches, w->s->n, sizeof(*w->s->matches), cmp_name);
	return rc;
}

/* The system's unit with all that is in it, or any user's unit of this name. */
static int match_unit(const struct cgroup_info *info, const char *wanted, char **key, int *exact)
{
	const char *rest = info->unit ? startswith(info->unit, wanted) : NULL;
	const char *slash = info->unit ? strchr(info->unit, '/') : NULL;

	if (rest && (!*rest || *rest == '/')) {
		*exact = 1;
		*key = strdup(wanted);
	} else if (slash && strcmp(slash + 1, wanted) == 0) {
		*key = strdup(info->unit);
	} else {
		return 0;
	}
	return *key ? 1 : -ENOMEM;
}

/* "ID", or "ENGINE:ID"; a name has to be given in full */
static int match_container(const struct cgroup_info *info, const char *wanted, char **key,
			   int *exact)
{
	const char *id = wanted, *p;

	if (!info->engine)
		return 0;
	p = startswith(wanted, info->engine);
	if (p && *p == ':')
		id = p + 1;
	*exact = strcmp(id, info->id) == 0;
	if (!*exact && !(*id && cgroup_id_is_hex(info->id) && startswith(info->id, id)))
		return 0;
	return asprintf(key, "%s:%s", info->engine, info->id) < 0 ? -ENOMEM : 1;
}

/*
 * cgroup_find_unit:
 * @s: result, to be freed with cgroup_search_free(), also after an error
 * @name: full name of a unit, "ssh.service"; with the manager before it if it is
 *	a user's, "user@1000.service/app.service", or without
 *
 * Looks for the unit in all cgroup trees of systemd that are mounted. It is
 * exact when it is the system's, or was given with its manager.
 *
 * Returns: 0, also when there is none, or -errno.
 */
int cgroup_find_unit(struct cgroup_search *s, const char *name)
{
	struct walk w = { .s = s, .match = match_unit, .wanted = name };

	return search(&w);
}

/*
 * cgroup_find_container:
 * @prefix: beginning of an id or a full name, with "ENGINE:" before it or without
 *
 * The same for containers. It is exact when the id or name was given in full.
 *
 * Returns: 0, also when there is none, or -errno.
 */
int cgroup_find_container(struct cgroup_search *s, const char *prefix)
{
	struct walk w = { .s = s, .match = match_container, .wanted = prefix };

	return search(&w);
}

void cgroup_search_free(struct cgroup_search *s)
{
	size_t i;

	for (i = 0; i < s->n; i++) {
		free(s->matches[i].name);
		free(s->matches[i].pod);
		free(s->matches[i].dir);
	}
	free(s->matches);
	free(s->roots);
	memset(s, 0, sizeof(*s));
}

static int is_pid(void *data, pid_t pid)
{
	return pid == *(pid_t *) data;
}

/*
 * cgroup_has_member:
 * @dir: path of a cgroup in its tree
 * @pid: process
 *
 * Returns: 1 when the process is in this cgroup itself just now, else 0.
 */
int cgroup_has_member(const char *dir, pid_t pid)
{
	return for_each_process(dir, is_pid, &pid);
}
