/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * holders-subject - what is asked about, from what the user wrote
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
#include <unistd.h>

#include "diagnose.h"
#include "holders.h"
#include "nls.h"
#include "nscanon.h"
#include "pathnames.h"
#include "procwalk.h"
#include "reach.h"

#define LOCATE_TIMEOUT	5000		/* milliseconds, for a server that is alive */

static int fail_memory(struct diag *d)
{
	return diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);
}

static struct holders_subject *add_subject(struct holders *h, const char *name,
					   enum holders_scope scope)
{
	struct holders_subject *s;

	s = reallocarray(h->subjects, h->nsubjects + 1, sizeof(*s));
	if (!s)
		return NULL;
	h->subjects = s;
	s = &h->subjects[h->nsubjects++];
	*s = (struct holders_subject) { .name = name, .scope = scope, .ns = HOLDERS_NONE };
	return s;
}

static int add_dev(struct holders_subject *s, dev_t dev)
{
	dev_t *devs;

	if (holders_has_dev(s, dev))
		return 0;
	devs = reallocarray(s->devs, s->ndevs + 1, sizeof(*devs));
	if (!devs)
		return -ENOMEM;
	s->devs = devs;
	s->devs[s->ndevs++] = dev;
	return 0;
}

/*
 * A block device with its partitions
 */
static int read_dev(int dirfd, const char *path, dev_t *dev)
{
	unsigned int maj, min;
	char buf[32];

	if (procwalk_read_file(dirfd, path, buf, sizeof(buf)) <= 0 ||
	    sscanf(buf, "%u:%u", &maj, &min) != 2)
		return -EINVAL;
	*dev = makedev(maj, min);
	return 0;
}

static int add_partitions(struct holders_subject *s, const char *sysdir)
{
	DIR *dir = opendir(sysdir);
	struct dirent *de;
	int rc = 0;

	while (dir && rc == 0 && (de = readdir(dir))) {
		char path[NAME_MAX + sizeof("/partition")];
		dev_t dev;

		snprintf(path, sizeof(path), "%s/partition", de->d_name);
		if (faccessat(dirfd(dir), path, F_OK, 0) < 0)
			continue;
		snprintf(path, sizeof(path), "%s/dev", de->d_name);
		if (read_dev(dirfd(dir), path, &dev) == 0)
			rc = add_dev(s, dev);
	}
	if (dir)
		closedir(dir);
	return rc;
}

/* The name that the kernel gives to its node, allocated; NULL when it has none. */
static char *read_node(const char *sysdir)
{
	char path[96], buf[1024], *name, *node;

	snprintf(path, sizeof(path), "%s/uevent", sysdir);
	if (procwalk_read_file(AT_FDCWD, path, buf, sizeof(buf)) <= 0)
		return NULL;
	name = strstr(buf, "DEVNAME=");
	if (!name)
		return NULL;
	name += strlen("DEVNAME=");
	name[strcspn(name, "\n")] = '\0';
	return asprintf(&node, _PATH_DEV "%s", name) < 0 ? NULL : node;
}

/*
 * holders_add_device:
 * @name: as the user wrote it, must live as long as @h
 * @dev: number of the device, or of a filesystem without one
 * @node: path of the device; NULL for the one that the kernel names
 *
 * Returns: 0 or -errno.
 */
int holders_add_device(struct holders *h, const char *name, dev_t dev, const char *node,
		       struct diag *d)
{
	struct holders_subject *s = add_subject(h, name, HOLDERS_DEVICE);
	char sysdir[64];

	if (!s || add_dev(s, dev) != 0)
		return fail_memory(d);
	snprintf(sysdir, sizeof(sysdir), _PATH_SYS_DEV_BLOCK "/%u:%u", major(dev), minor(dev));
	if (add_partitions(s, sysdir) != 0)
		return fail_memory(d);
	s->source = node ? strdup(node) : read_node(sysdir);
	return node && !s->source ? fail_memory(d) : 0;
}

/*
 * holders_add_source:
 * @name: source of mounts, as their tables show it, must live as long as @h
 *
 * Returns: 0 or -errno: -ENOENT when nothing is mounted from it.
 */
int holders_add_source(struct holders *h, const char *name, struct diag *d)
{
	struct holders_subject *s = add_subject(h, name, HOLDERS_SOURCE);
	uint32_t i;
	int rc = 0;

	if (!s || !(s->source = strdup(name)))
		return fail_memory(d);
	for (i = 0; rc == 0 && i < h->nmounts; i++) {
		const struct mnt_entry *mnt = &h->ns[h->mounts[i].ns].tab.mounts[h->mounts[i].mnt];

		if (mnt->source && strcmp(mnt->source, name) == 0)
			rc = add_dev(s, holders_mnt_dev(mnt));
	}
	return rc ? fail_memory(d) : 0;
}

/*
 * holders_add_mount:
 * @id: 64-bit id of a mount in any namespace; before Linux 6.8 that of mountinfo
 *
 * Returns: 0 or -errno.
 */
int holders_add_mount(struct holders *h, const char *name, uint64_t id, struct diag *d)
{
	const struct holders_mount *m = holders_find_id(h, id);
	struct holders_subject *s;

	if (!m)
		return diag_fail_cause(d, DIAG_MNT_STAT, ENOENT, name, NULL,
				       _("no namespace in sight has it"));
	s = add_subject(h, name, HOLDERS_MOUNT);
	if (!s)
		return fail_memory(d);
	s->ns = m->ns;
	s->here = &h->ns[m->ns].tab.mounts[m->mnt];
	s->itself = 1;
	return add_dev(s, holders_mnt_dev(s->here)) ? fail_memory(d) : 0;
}

/*
 * A path
 */
static uint32_t find_ns(const struct holders *h, const struct nsref *ref)
{
	uint32_t i;

	for (i = 0; i < h->nns; i++) {
		if (h->ns[i].ref.ino == ref->ino && h->ns[i].ref.id == ref->id)
			return i;
	}
	return HOLDERS_NONE;
}

/* Where a server does not answer, the name of a mount point has to do. */
static int locate_by_name(const char *path, struct reach_spot *spot)
{
	char *cwd = NULL, *full = NULL;
	int rc;

	if (*path != '/') {
		cwd = getcwd(NULL, 0);
		if (!cwd)
			return -errno;
	}
	if (asprintf(&full, "%s/%s", cwd ? cwd : "", path) < 0)
		full = NULL;
	rc = full ? nscanon_text(full, &spot->path) : -ENOMEM;
	free(full);
	free(cwd);
	return rc;
}

static const struct mnt_entry *find_mount(const struct holders *h, uint32_t ns,
					  const struct reach_spot *spot)
{
	const struct holders_mount *m = NULL;

	if (!spot->id && !spot->id_old)
		return holders_find_path(h, ns, spot->path);
	if (spot->id)
		m = holders_find_id(h, spot->id);
	if (!m && spot->id_old && !h->unique_ids)
		m = holders_find_id(h, spot->id_old);
	return m && m->ns == ns ? &h->ns[ns].tab.mounts[m->mnt] : NULL;
}

static char *join(const char *root, const char *rest)
{
	char *path;

	if (asprintf(&path, "%s%s", strcmp(root, "/") == 0 && *rest ? "" : root, rest) < 0)
		return NULL;
	return path;
}

static int add_tree(struct holders *h, const char *name, uint32_t ns,
		    const struct reach_spot *spot, struct diag *d)
{
	const struct mnt_entry *mnt = find_mount(h, ns, spot);
	struct holders_subject *s;
	const char *rest;

	rest = mnt && mnt->target && mnt->root ? reach_below(spot->path, mnt->target) : NULL;
	if (!rest)
		return diag_fail_cause(d, DIAG_MNT_STAT, ENOENT, name, NULL,
				       _("the mount that it is on cannot be reached from the root, or is gone"));
	s = add_subject(h, name, HOLDERS_TREE);
	if (!s)
		return fail_memory(d);
	s->ns = ns;
	s->here = mnt;
	s->itself = !*rest;
	s->dir = join(mnt->root, rest);
	return !s->dir || add_dev(s, holders_mnt_dev(mnt)) ? fail_memory(d) : 0;
}

/*
 * holders_add_path:
 * @name: as the user wrote it, must live as long as @h
 * @ns: namespace that @path is in, NULL for the caller's
 * @path: file or directory; a block device stands for what is on it
 *
 * A server that does not answer makes it late by some seconds, and then the
 * mount is found by the name of its mount point.
 *
 * Returns: 0 or -errno.
 */
int holders_add_path(struct holders *h, const char *name, const struct nsref *ns,
		     const char *path, struct diag *d)
{
	uint32_t n = ns ? find_ns(h, ns) : h->own;
	struct reach_spot spot;
	int rc;

	if (n == HOLDERS_NONE)
		return diag_fail(d, DIAG_MNT_LIST, ENOENT, name);
	if (h->ns[n].err)
		return diag_fail(d, DIAG_MNT_LIST, h->ns[n].err, name);

	rc = reach_locate(&spot, &h->ns[n].ref, path, LOCATE_TIMEOUT, d);
	if (rc == -ETIMEDOUT && locate_by_name(path, &spot) == 0) {
		diag_reset(d);
		rc = 0;
	}
	if (rc == 0 && S_ISBLK(spot.mode))
		rc = holders_add_device(h, name, spot.rdev, spot.path, d);
	else if (rc == 0)
		rc = add_tree(h, name, n, &spot, d);
	free(spot.path);
	return rc;
}
