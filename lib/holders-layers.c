/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * holders-layers - swap, loop and other block devices, and overlays on top
 *
 * None of them is a mount that anybody sees, or a process. Loop devices, swap
 * and device mappers are named by the kernel. An overlay names its layers as
 * the one who mounted it did, at the time: the names are looked up in the
 * namespace of its oldest mount, and are not certain in another one.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/loop.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "c.h"
#include "cctype.h"
#include "holders.h"
#include "nscanon.h"
#include "pathnames.h"
#include "procwalk.h"
#include "strutils.h"

static int add(struct holders *h, uint32_t subject, enum holder_kind kind,
	       enum holder_why why, int maybe, const struct holders_mount *m, const char *path)
{
	struct holder found = {
		.subject = subject,
		.kind = kind,
		.why = why,
		.maybe = maybe,
		.ns = m ? m->ns : HOLDERS_NONE,
		.mnt = m ? &h->ns[m->ns].tab.mounts[m->mnt] : NULL,
		.fd = -1,
		.path = strdup(path)
	};

	if (!found.path || !holders_add(h, &found)) {
		free(found.path);
		return -ENOMEM;
	}
	return 0;
}

/* Their files have other device numbers than their mounts. */
static int has_numbers_of_its_own(const struct mnt_entry *mnt)
{
	return mnt->fstype && (strcmp(mnt->fstype, "btrfs") == 0 ||
			       strcmp(mnt->fstype, "overlay") == 0);
}

/* A file that the kernel has open, by its name in the caller's namespace. */
static int match_file(const struct holders *h, const struct holders_subject *s,
		      const char *path, dev_t dev)
{
	struct holders_ref ref = {
		.mnt = holders_find_path(h, h->own, path),
		.dev = dev,
		.path = path
	};

	if (ref.mnt && dev && holders_mnt_dev(ref.mnt) != dev &&
	    !has_numbers_of_its_own(ref.mnt)) {
		/* the name is one of another namespace, or out of date */
		if (!holders_has_dev(s, dev))
			return 0;
		ref.mnt = NULL;
	}
	return holders_match(s, &ref);
}

/*
 * Swap
 */
static int is_device(const struct holders_subject *s, const char *path)
{
	struct stat st;

	return s->scope == HOLDERS_DEVICE && stat(path, &st) == 0 && S_ISBLK(st.st_mode) &&
	       holders_has_dev(s, st.st_rdev);
}

/* In tables of /proc \040 is a space, and so on. */
static void unescape(char *str)
{
	char *out = str;

	for (; *str; str++) {
		unsigned int c;

		if (*str == '\\' && sscanf(str + 1, "%3o", &c) == 1 && strlen(str) > 3) {
			*out++ = c;
			str += 3;
		} else {
			*out++ = *str;
		}
	}
	*out = '\0';
}

static int find_swap(struct holders *h, char *line)
{
	char *type = strpbrk(line, " \t");
	int is_file, rc = 0;
	size_t i;

	if (!type || *line != '/')
		return 0;
	*type++ = '\0';
	type += strspn(type, " \t");
	is_file = strncmp(type, "file", 4) == 0;
	unescape(line);

	for (i = 0; rc == 0 && i < h->nsubjects; i++) {
		int match = is_file ? match_file(h, &h->subjects[i], line, 0) :
				      is_device(&h->subjects[i], line);

		if (match)
			rc = add(h, i, HOLDER_SWAP, HOLDER_NO_REASON, match == 2, NULL, line);
	}
	return rc;
}

static int find_swaps(struct holders *h)
{
	FILE *f = fopen(_PATH_PROC_SWAPS, "re");
	char *line = NULL;
	size_t size = 0;
	int rc = 0;

	while (f && rc == 0 && getline(&line, &size, f) >= 0)
		rc = find_swap(h, line);
	free(line);
	if (f)
		fclose(f);
	return rc;
}

/*
 * Loop devices
 */

/* The filesystem of the backing file, where the caller may ask; else 0. */
static dev_t loop_backing_dev(const char *node, dev_t *rdev)
{
	struct loop_info64 info;
	unsigned int maj, min;
	dev_t dev = 0;
	int fd = open(node, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	*rdev = 0;
	if (fd < 0)
		return 0;
	if (ioctl(fd, LOOP_GET_STATUS64, &info) == 0) {
		/* the kernel's encoding of 32 bits */
		maj = (info.lo_device & 0xfff00) >> 8;
		min = (info.lo_device & 0xff) | ((info.lo_device >> 12) & 0xfff00);
		dev = makedev(maj, min);
		*rdev = makedev((info.lo_rdevice & 0xfff00) >> 8,
				(info.lo_rdevice & 0xff) | ((info.lo_rdevice >> 12) & 0xfff00));
	}
	close(fd);
	return dev;
}

static int find_loop(struct holders *h, int dirfd, const char *name)
{
	char path[NAME_MAX + sizeof("/loop/backing_file")], node[NAME_MAX + sizeof(_PATH_DEV)];
	char file[PATH_MAX];
	dev_t dev, rdev;
	size_t i;
	int rc = 0;

	snprintf(path, sizeof(path), "%s/loop/backing_file", name);
	if (procwalk_read_file(dirfd, path, file, sizeof(file)) <= 0)
		return 0;
	file[strcspn(file, "\n")] = '\0';
	snprintf(node, sizeof(node), _PATH_DEV "%s", name);
	dev = loop_backing_dev(node, &rdev);

	for (i = 0; rc == 0 && i < h->nsubjects; i++) {
		const struct holders_subject *s = &h->subjects[i];
		int match = match_file(h, s, file, dev);

		if (s->scope == HOLDERS_DEVICE && rdev && holders_has_dev(s, rdev))
			match = 1;
		if (match)
			rc = add(h, i, HOLDER_LOOP, HOLDER_BACKING, match == 2 || !dev, NULL, node);
	}
	return rc;
}

static int find_loops(struct holders *h)
{
	DIR *dir = opendir(_PATH_SYS_BLOCK);
	struct dirent *de;
	int rc = 0;

	while (dir && rc == 0 && (de = readdir(dir))) {
		if (startswith(de->d_name, "loop"))
			rc = find_loop(h, dirfd(dir), de->d_name);
	}
	if (dir)
		closedir(dir);
	return rc;
}

/*
 * Device mappers, RAID and so on
 */
static int find_on_device(struct holders *h, uint32_t subject, dev_t dev)
{
	char path[64], node[NAME_MAX + sizeof(_PATH_DEV)];
	struct dirent *de;
	int rc = 0;
	DIR *dir;

	snprintf(path, sizeof(path), _PATH_SYS_DEV_BLOCK "/%u:%u/holders", major(dev), minor(dev));
	dir = opendir(path);
	while (dir && rc == 0 && (de = readdir(dir))) {
		if (*de->d_name == '.')
			continue;
		snprintf(node, sizeof(node), _PATH_DEV "%s", de->d_name);
		rc = add(h, subject, HOLDER_BLOCK, HOLDER_NO_REASON, 0, NULL, node);
	}
	if (dir)
		closedir(dir);
	return rc;
}

static int find_on_devices(struct holders *h)
{
	size_t i, n;
	int rc = 0;

	for (i = 0; i < h->nsubjects; i++) {
		if (h->subjects[i].scope != HOLDERS_DEVICE)
			continue;
		for (n = 0; rc == 0 && n < h->subjects[i].ndevs; n++)
			rc = find_on_device(h, i, h->subjects[i].devs[n]);
	}
	return rc;
}

/*
 * Overlays
 */
struct layer {
	const struct holders_mount *overlay;
	enum holder_why why;
	char *path;
};

static const struct mnt_entry *overlay_mnt(const struct holders *h, const struct holders_mount *m)
{
	return &h->ns[m->ns].tab.mounts[m->mnt];
}

/* Where the name leads in the caller's namespace, or what it is in another one. */
static const struct mnt_entry *find_layer(const struct holders *h, uint32_t ns,
					  const char *path, dev_t overlay, char *name)
{
	const struct mnt_entry *mnt;

	if (ns != h->own)
		snprintf(name, PATH_MAX, "%s", path);
	else if (nscanon_follow(path, name) != 0)
		return NULL;
	mnt = holders_find_path(h, ns, name);
	/* the root of a container is the overlay, and its layers are elsewhere */
	return mnt && holders_mnt_dev(mnt) != overlay ? mnt : NULL;
}

static int match_layer(const struct holders *h, const struct holders_subject *s,
		       const struct layer *l)
{
	dev_t overlay = holders_mnt_dev(overlay_mnt(h, l->overlay));
	char name[PATH_MAX];
	struct holders_ref ref = { .path = name };
	int sure = 1;

	ref.mnt = find_layer(h, l->overlay->ns, l->path, overlay, name);
	if (!ref.mnt && l->overlay->ns != h->own) {
		ref.mnt = find_layer(h, h->own, l->path, overlay, name);
		sure = 0;
	}
	/* it has mounts of its own of the layers: those that others see stay free */
	if (!ref.mnt || s->scope == HOLDERS_MOUNT || !holders_match(s, &ref))
		return 0;
	return sure ? 1 : 2;
}

static int find_for_layer(struct holders *h, const struct layer *l)
{
	const char *target = overlay_mnt(h, l->overlay)->target;
	size_t i;
	int rc = 0;

	if (*l->path != '/') {
		h->nrelative += l->why == HOLDER_LOWER;
		return 0;
	}
	for (i = 0; rc == 0 && i < h->nsubjects; i++) {
		int match = match_layer(h, &h->subjects[i], l);

		if (match)
			rc = add(h, i, HOLDER_OVERLAY, l->why, match == 2, l->overlay,
				 target ? target : "");
	}
	return rc;
}

/* The next of the directories "a:b\:c::d", unescaped in place; NULL at the end. */
static char *next_layer(char **list)
{
	char *start = *list, *in = start, *out = start;

	while (*in && *in != ':') {
		if (*in == '\\' && in[1])
			in++;
		*out++ = *in++;
	}
	if (!*in && in == start)
		return NULL;
	*list = *in ? in + 1 : in;
	*out = '\0';
	return start;
}

static int find_for_layers(struct holders *h, const struct holders_mount *m,
			   enum holder_why why, char *list)
{
	struct layer l = { .overlay = m, .why = why };
	int rc = 0;

	while (rc == 0 && (l.path = next_layer(&list))) {
		if (*l.path)
			rc = find_for_layer(h, &l);
	}
	return rc;
}

static enum holder_why layer_option(const char *opt, const char **value)
{
	static const struct {
		const char *name;
		enum holder_why why;
	} names[] = {
		{ "lowerdir=", HOLDER_LOWER }, { "lowerdir+=", HOLDER_LOWER },
		{ "datadir+=", HOLDER_LOWER }, { "upperdir=", HOLDER_UPPER },
		{ "workdir=", HOLDER_WORK }
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		*value = startswith(opt, names[i].name);
		if (*value)
			return names[i].why;
	}
	return HOLDER_NO_REASON;
}

static int find_overlay(struct holders *h, const struct holders_mount *m)
{
	const char *opts = overlay_mnt(h, m)->fs_opts, *value;
	char *copy, *opt, *save = NULL;
	int rc = 0;

	if (!opts)
		return 0;
	copy = strdup(opts);
	if (!copy)
		return -ENOMEM;
	for (opt = strtok_r(copy, ",", &save); rc == 0 && opt; opt = strtok_r(NULL, ",", &save)) {
		enum holder_why why = layer_option(opt, &value);

		if (why != HOLDER_NO_REASON)
			rc = find_for_layers(h, m, why, (char *) value);
	}
	free(copy);
	return rc;
}

static int is_overlay(const struct mnt_entry *mnt)
{
	return mnt->fstype && strcmp(mnt->fstype, "overlay") == 0;
}

static uint64_t age(const struct mnt_entry *mnt)
{
	return mnt->id ? mnt->id : mnt->id_old;
}

/* Each overlay once, by its oldest mount. */
static int find_overlays(struct holders *h)
{
	struct idhash oldest = { .nslots = 0 };
	uint32_t i, n;
	int rc = 0;

	for (i = 0; rc == 0 && i < h->nmounts; i++) {
		const struct mnt_entry *mnt = overlay_mnt(h, &h->mounts[i]);

		if (!is_overlay(mnt))
			continue;
		n = idhash_find(&oldest, holders_mnt_dev(mnt));
		if (n == IDHASH_NONE || age(mnt) < age(overlay_mnt(h, &h->mounts[n])))
			rc = idhash_add(&oldest, holders_mnt_dev(mnt), i);
	}
	for (i = 0; rc == 0 && i < h->nmounts; i++) {
		const struct mnt_entry *mnt = overlay_mnt(h, &h->mounts[i]);

		if (is_overlay(mnt) && idhash_find(&oldest, holders_mnt_dev(mnt)) == i)
			rc = find_overlay(h, &h->mounts[i]);
	}
	idhash_free(&oldest);
	return rc;
}

/*
 * holders_find_layers:
 *
 * Reads symbolic links in the names of layers, which may hang.
 *
 * Returns: 0 or -ENOMEM.
 */
int holders_find_layers(struct holders *h)
{
	int rc = find_swaps(h);

	if (rc == 0)
		rc = find_loops(h);
	if (rc == 0)
		rc = find_on_devices(h);
	return rc ? rc : find_overlays(h);
}
