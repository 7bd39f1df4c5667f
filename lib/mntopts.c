/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntopts - mount options as mount(8) and fstab(5) spell them, sorted by who
 * takes them: the mount, the filesystem, or mntns itself
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "c.h"
#include "idmap.h"
#include "lazylibs.h"
#include "mntopts.h"
#include "mountapi.h"
#include "nls.h"
#include "strutils.h"

/* what mounts have; MS_SUPERBLOCK has ro as well */
#define MS_VFS		(MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NODIRATIME | \
			 MS_NOSYMFOLLOW | MS_ATIME)
#define MS_ATIME	(MS_NOATIME | MS_RELATIME | MS_STRICTATIME)
/* what a superblock takes; ro is for the mount and the superblock */
#define MS_SUPERBLOCK	(MS_RDONLY | MS_SYNCHRONOUS | MS_DIRSYNC | MS_MANDLOCK | \
			 MS_LAZYTIME | MS_I_VERSION)

static const struct {
	unsigned long ms;
	uint64_t attr;
} attrs[] = {
	{ MS_RDONLY,		MOUNT_ATTR_RDONLY },
	{ MS_NOSUID,		MOUNT_ATTR_NOSUID },
	{ MS_NODEV,		MOUNT_ATTR_NODEV },
	{ MS_NOEXEC,		MOUNT_ATTR_NOEXEC },
	{ MS_NODIRATIME,	MOUNT_ATTR_NODIRATIME },
	{ MS_NOSYMFOLLOW,	MOUNT_ATTR_NOSYMFOLLOW }
};

static const struct {
	const char *name;
	uint64_t propagation;
} propagations[] = {
	{ "private",	MS_PRIVATE },
	{ "slave",	MS_SLAVE },
	{ "shared",	MS_SHARED },
	{ "unchanged",	0 }
};

/*
 * mntopts_parse_propagation:
 * @name: "private", "slave", "shared" or "unchanged"
 * @propagation: result, MS_PRIVATE, MS_SLAVE, MS_SHARED or 0
 *
 * Returns: 0 or -EINVAL.
 */
int mntopts_parse_propagation(const char *name, uint64_t *propagation)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(propagations); i++) {
		if (strcmp(name, propagations[i].name) == 0) {
			*propagation = propagations[i].propagation;
			return 0;
		}
	}
	return -EINVAL;
}

/*
 * mntopts_parse_mode:
 * @str: permissions in octal, "0755"; of at least one bit
 * @mode: result
 *
 * Returns: 0 or -EINVAL.
 */
int mntopts_parse_mode(const char *str, mode_t *mode)
{
	char *end = NULL;
	unsigned long n;

	n = *str >= '0' && *str <= '7' ? strtoul(str, &end, 8) : 0;
	if (!n || *end || n > 07777)
		return -EINVAL;
	*mode = n;
	return 0;
}

/*
 * mntopts_add_fs:
 * @name: of an option for the filesystem
 * @value: or NULL for a flag
 *
 * Returns: 0 or -ENOMEM.
 */
int mntopts_add_fs(struct mntopts *opts, const char *name, const char *value)
{
	struct mntopts_fs *fs;

	fs = reallocarray(opts->fs, opts->nr_fs + 1, sizeof(*fs));
	if (!fs)
		return -ENOMEM;
	opts->fs = fs;
	fs += opts->nr_fs;
	fs->name = strdup(name);
	fs->value = value ? strdup(value) : NULL;
	opts->nr_fs++;

	return fs->name && (fs->value || !value) ? 0 : -ENOMEM;
}

static void change_attr(struct mnt_change *change, uint64_t attr, int set)
{
	if (set) {
		change->attr_set |= attr;
		change->attr_clr &= ~attr;
	} else {
		change->attr_clr |= attr;
		change->attr_set &= ~attr;
	}
}

/*
 * The three ways to keep access times exclude each other; relatime is none. A
 * way that is cleared (nostrictatime) changes nothing when another one is set.
 */
static void change_atime(struct mnt_change *change, unsigned long set, unsigned long clr)
{
	uint64_t now = change->attr_set & MOUNT_ATTR__ATIME;

	if (!set && now && now != (clr & MS_NOATIME ? MOUNT_ATTR_NOATIME :
				   clr & MS_STRICTATIME ? MOUNT_ATTR_STRICTATIME : 0))
		return;

	change->attr_clr |= MOUNT_ATTR__ATIME;
	change->attr_set &= ~(uint64_t) MOUNT_ATTR__ATIME;
	if (set & MS_NOATIME)
		change->attr_set |= MOUNT_ATTR_NOATIME;
	if (set & MS_STRICTATIME)
		change->attr_set |= MOUNT_ATTR_STRICTATIME;
}

/* What an attribute is for: ro and rw are for both unless told otherwise. */
struct scope {
	unsigned int vfs:1;		/* the mount */
	unsigned int fs:1;		/* the superblock */
};

/*
 * The optional value of an attribute, as mount(8) has it since 2.39: "vfs", "fs"
 * and "recursive", which here is what --recursive does to all attributes.
 */
static int parse_scope(const char *value, unsigned long flags, struct scope *scope)
{
	unsigned int vfs = 0, fs = 0;
	size_t len;

	if (flags & ~(MS_VFS | MS_RDONLY))
		return -EINVAL;
	for (; value; value = value[len] ? value + len + 1 : NULL) {
		len = strcspn(value, ",");
		if (len == 3 && strncmp(value, "vfs", len) == 0)
			vfs = 1;
		else if (len == 2 && strncmp(value, "fs", len) == 0 && flags & MS_RDONLY)
			fs = 1;
		else if (len != 9 || strncmp(value, "recursive", len) != 0)
			return -EINVAL;
	}
	if (vfs || fs)
		*scope = (struct scope) { .vfs = vfs, .fs = fs };
	return 0;
}

/* @set and @clr are what one option does to the MS_* flags. */
static int apply_flags(struct mntopts *opts, const char *name,
		       unsigned long set, unsigned long clr, struct scope scope)
{
	size_t i;

	if (set & MS_PROPAGATION) {
		opts->change.propagation = set & MS_PROPAGATION;
		return 0;
	}
	if (set & MS_BIND) {
		opts->bind = 1;
		opts->recursive = !!(set & MS_REC);
		return 0;
	}
	/* silent and loud are for mount(2) alone, fsconfig(2) is never loud */
	if ((set | clr) & MS_SILENT)
		return 0;
	if ((set | clr) & MS_SUPERBLOCK && scope.fs) {
		if (mntopts_add_fs(opts, name, NULL))
			return -ENOMEM;
	}
	if (!scope.vfs) {
		opts->fs_only = 1;
		return 0;
	}
	for (i = 0; i < ARRAY_SIZE(attrs); i++) {
		if ((set | clr) & attrs[i].ms)
			change_attr(&opts->change, attrs[i].attr, !!(set & attrs[i].ms));
	}
	if ((set | clr) & MS_ATIME)
		change_atime(&opts->change, set & MS_ATIME, clr & MS_ATIME);

	return 0;
}

/* What only decides when and by whom mount -a mounts an fstab line. */
static int is_for_fstab(const char *name)
{
	static const char *const names[] = {
		"defaults", "auto", "noauto", "_netdev", "nofail", "comment"
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(name, names[i]) == 0)
			return 1;
	}
	return startswith(name, "x-") != NULL;
}

static int parse_subdir(struct mntopts *opts, const char *value, struct diag *d)
{
	if (!value || !*value)
		return diag_fail_cause(d, DIAG_OPTION_PARSE, EINVAL, "X-mount.subdir", NULL,
				       _("it takes a directory"));
	free(opts->subdir);
	opts->subdir = strdup(value);
	return opts->subdir ? 0 : diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);
}

static int fail_unsupported(const char *name, struct diag *d)
{
	return diag_fail_cause(d, DIAG_OPTION_PARSE, EINVAL, name, NULL, _("unsupported here"));
}

static int parse_mkdir(struct mntopts *opts, const char *name, const char *value,
		       struct diag *d)
{
	opts->mkdir = 1;
	if (value && mntopts_parse_mode(value, &opts->mkdir_mode) != 0)
		return diag_fail_cause(d, DIAG_OPTION_PARSE, EINVAL, name, NULL,
				       _("%s is no mode, as chmod(1) has it, in octal"), value);
	return 0;
}

static void drop_idmap(struct mnt_change *change)
{
	if (mnt_change_maps_ids(change))
		close(change->userns_fd);
	change->attr_set &= ~(uint64_t) MOUNT_ATTR_IDMAP;
}

static int set_idmap(struct mnt_change *change, const char *value, struct diag *d)
{
	int fd = idmap_open(value, d);

	if (fd < 0)
		return fd;
	drop_idmap(change);
	change->userns_fd = fd;
	change->attr_set |= MOUNT_ATTR_IDMAP;
	return 0;
}

static int parse_one(struct mntopts *opts, const char *name, const char *value, struct diag *d)
{
	const struct libmnt_optmap *linux_map = mnt_get_builtin_optmap(MNT_LINUX_MAP);
	const struct libmnt_optmap *user_map = mnt_get_builtin_optmap(MNT_USERSPACE_MAP);
	unsigned long set = 0, keep = ~0UL, user = 0;
	struct scope scope = { .vfs = 1, .fs = 1 };
	int rc = 0;

	if (strcmp(name, "nofail") == 0)
		opts->nofail = 1;
	if (is_for_fstab(name))
		return 0;
	if (strcmp(name, "X-mount.mkdir") == 0)
		return parse_mkdir(opts, name, value, d);
	if (strcmp(name, "X-mount.idmap") == 0 && value)
		return set_idmap(&opts->change, value, d);
	if (strcmp(name, "X-mount.subdir") == 0)
		return parse_subdir(opts, value, d);

	/* once on no flags and once on all of them: what is set, what is cleared */
	mnt_optstr_get_flags(name, &set, linux_map);
	mnt_optstr_get_flags(name, &keep, linux_map);
	mnt_optstr_get_flags(name, &user, user_map);

	if (startswith(name, "X-") || user ||
	    ((set | ~keep) & (MS_REMOUNT | MS_MOVE)))
		return fail_unsupported(name, d);

	if ((set || ~keep) && value && parse_scope(value, set | ~keep, &scope) != 0)
		return diag_fail_cause(d, DIAG_OPTION_PARSE, EINVAL, name, NULL,
				       _("it does not take the value '%s'"), value);
	if (set || ~keep)
		rc = apply_flags(opts, name, set, ~keep, scope);
	else
		rc = mntopts_add_fs(opts, name, value);
	return rc ? diag_fail(d, DIAG_MEMORY, -rc, NULL) : 0;
}

/*
 * The attributes without a value, which are most of what is ever asked for: to
 * load libmount takes longer than all else that is to be done then.
 */
static const struct plain {
	const char *name;
	unsigned long set, clr;
} plains[] = {
	{ "ro",		   .set = MS_RDONLY },
	{ "rw",		   .clr = MS_RDONLY },
	{ "nosuid",	   .set = MS_NOSUID },
	{ "suid",	   .clr = MS_NOSUID },
	{ "nodev",	   .set = MS_NODEV },
	{ "dev",	   .clr = MS_NODEV },
	{ "noexec",	   .set = MS_NOEXEC },
	{ "exec",	   .clr = MS_NOEXEC },
	{ "noatime",	   .set = MS_NOATIME },
	{ "atime",	   .clr = MS_NOATIME },
	{ "relatime",	   .set = MS_RELATIME },
	{ "norelatime",	   .clr = MS_RELATIME },
	{ "strictatime",   .set = MS_STRICTATIME },
	{ "nostrictatime", .clr = MS_STRICTATIME },
	{ "nodiratime",	   .set = MS_NODIRATIME },
	{ "diratime",	   .clr = MS_NODIRATIME },
	{ "nosymfollow",   .set = MS_NOSYMFOLLOW },
	{ "symfollow",	   .clr = MS_NOSYMFOLLOW }
};

static const struct plain *find_plain(const char *str, size_t len)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(plains); i++) {
		if (strncmp(plains[i].name, str, len) == 0 && !plains[i].name[len])
			return &plains[i];
	}
	return NULL;
}

static int is_plain_list(const char *optstr)
{
	size_t len;

	for (; *optstr; optstr += len + !!optstr[len]) {
		len = strcspn(optstr, ",");
		if (!find_plain(optstr, len))
			return 0;
	}
	return 1;
}

static int parse_plain_list(struct mntopts *opts, const char *optstr, struct diag *d)
{
	static const struct scope scope = { .vfs = 1, .fs = 1 };
	const struct plain *plain;
	size_t len;

	for (; *optstr; optstr += len + !!optstr[len]) {
		len = strcspn(optstr, ",");
		plain = find_plain(optstr, len);
		if (apply_flags(opts, plain->name, plain->set, plain->clr, scope) != 0)
			return diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);
	}
	return 0;
}

/* quotes keep a comma in a value (context="a,b"); the kernel does not want them */
static char *copy_value(const char *value, size_t len)
{
	if (len >= 2 && value[0] == '"' && value[len - 1] == '"')
		return strndup(value + 1, len - 2);
	return strndup(value, len);
}

static int parse_piece(struct mntopts *opts, const char *name, size_t namesz,
		       const char *value, size_t valsz, struct diag *d)
{
	char *n = strndup(name, namesz);
	char *v = value ? copy_value(value, valsz) : NULL;
	int rc;

	if (!n || (value && !v))
		rc = diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);
	else
		rc = parse_one(opts, n, v, d);
	free(n);
	free(v);
	return rc;
}

/*
 * mntopts_parse:
 * @opts: what was parsed before, or zeros; @optstr is added to it and wins
 * @optstr: comma separated list
 * @d: failure
 *
 * Returns: 0, or -errno with @d set; @opts is to be freed in either case.
 */
int mntopts_parse(struct mntopts *opts, const char *optstr, struct diag *d)
{
	char *p = (char *) optstr, *name, *value;
	size_t namesz, valsz;
	int rc;

	if (is_plain_list(optstr))
		return parse_plain_list(opts, optstr, d);
	if (load_libmount() < 0)
		return diag_fail_cause(d, DIAG_LIBRARY, ELIBACC, "libmount", NULL,
				       "%s", lazylibs_errmsg());

	while ((rc = mnt_optstr_next_option(&p, &name, &namesz, &value, &valsz)) == 0) {
		rc = parse_piece(opts, name, namesz, value, valsz, d);
		if (rc)
			return rc;
	}
	/* libmount takes a quote that nothing ends for the end of the list */
	if (rc < 0 || p[strspn(p, ",")])
		return diag_fail_cause(d, DIAG_OPTION_PARSE, EINVAL, optstr, NULL,
				       _("not a list of mount options"));
	return 0;
}

/*
 * mntopts_only_attributes:
 *
 * Returns: 0 when all options are for the mount; else -EINVAL, with the first
 * option in @d that only a new filesystem takes.
 */
int mntopts_only_attributes(const struct mntopts *opts, struct diag *d)
{
	size_t i;

	if (opts->subdir)
		return diag_fail_cause(d, DIAG_OPTION_PARSE, EINVAL, "X-mount.subdir",
				_("give the directory itself as the source"),
				_("it is for a filesystem, not an attribute of a mount"));
	if (opts->fs_only)
		return diag_fail_cause(d, DIAG_OPTION_PARSE, EINVAL, "ro=fs", NULL,
				_("it is for a filesystem, not an attribute of a mount"));
	for (i = 0; i < opts->nr_fs; i++) {
		const char *name = opts->fs[i].name;

		if (strcmp(name, "ro") == 0 || strcmp(name, "rw") == 0)
			continue;
		return diag_fail_cause(d, DIAG_OPTION_PARSE, EINVAL, name, NULL,
				_("it is for a filesystem, not an attribute of a mount"));
	}
	return 0;
}

/*
 * mntopts_mkdir_mode:
 *
 * Returns: the permissions of directories that X-mount.mkdir makes.
 */
mode_t mntopts_mkdir_mode(const struct mntopts *opts)
{
	return opts->mkdir_mode ? opts->mkdir_mode : 0755;
}

void mntopts_free(struct mntopts *opts)
{
	size_t i;

	for (i = 0; i < opts->nr_fs; i++) {
		free(opts->fs[i].name);
		free(opts->fs[i].value);
	}
	free(opts->fs);
	free(opts->subdir);
	drop_idmap(&opts->change);
	memset(opts, 0, sizeof(*opts));
}
