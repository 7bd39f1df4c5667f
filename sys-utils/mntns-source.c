/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-source - what attach and replace put in place: from the operand and the
 * options to a detached mount
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>

#include "detached.h"
#include "lazylibs.h"
#include "leftout.h"
#include "mountapi.h"
#include "nspath.h"

#include "mntns-attach.h"
#include "mntns.h"

/* LABEL=, UUID= and the like, as mount(8) takes them; result is allocated */
static int resolve_tag(const char *spec, char **device, struct diag *d)
{
	if (load_libmount() < 0)
		return diag_fail_cause(d, DIAG_LIBRARY, ELIBACC, "libmount", NULL,
				       "%s", lazylibs_errmsg());
	*device = mnt_resolve_spec(spec, NULL);
	/* what cannot be resolved comes back as it is */
	if (!*device || strcmp(*device, spec) == 0) {
		free(*device);
		*device = NULL;
		return diag_fail(d, DIAG_SOURCE_RESOLVE, ENOENT, spec);
	}
	return 0;
}

static int is_tag(const char *source)
{
	static const char *const tags[] = {
		"LABEL=", "UUID=", "PARTLABEL=", "PARTUUID=", "ID="
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tags); i++) {
		if (strncmp(source, tags[i], strlen(tags[i])) == 0)
			return 1;
	}
	return 0;
}

/*
 * source_resolve:
 * @source: what a filesystem is to be made of
 * @device: result, allocated: what LABEL= and the like stand for; else NULL
 * @d: failure
 *
 * Returns: 0, or -errno with @d set.
 */
int source_resolve(const char *source, char **device, struct diag *d)
{
	*device = NULL;
	return is_tag(source) ? resolve_tag(source, device, d) : 0;
}

static int make_filesystem(const struct source_options *o, const char *source, struct diag *d)
{
	char *device;
	int fd, rc = source_resolve(source, &device, d);

	if (rc)
		return rc;
	fd = detached_mkfs(o->fstype, device ? device : source, &o->mntopts, d);
	free(device);
	return fd;
}

static struct mnt_change change_of(const struct source_options *o)
{
	struct mnt_change change = o->mntopts.change;

	/* a peer of the source would show mounts made inside outside, and vice versa */
	if (!change.propagation)
		change.propagation = MS_PRIVATE;
	return change;
}

static void warn_left_out(const struct source_options *o, const char *source)
{
	struct diag d = { .step = DIAG_NONE };

	if (o->recursive && leftout_find(source, LEFTOUT_CLONE, &d))
		mntns_warn(&d);
}

/*
 * source_make:
 * @source: path in the caller's namespace; for a new filesystem what its type takes
 * @d: failure
 *
 * Returns: O_CLOEXEC fd of a detached mount, or -errno with @d set.
 */
int source_make(const struct source_options *o, const char *source, struct diag *d)
{
	struct mnt_change change = change_of(o);
	int tree;

	if (o->fstype)
		return make_filesystem(o, source, d);
	tree = detached_clone(AT_FDCWD, source, o->recursive, &change,
			      DIAG_SOURCE_OPEN, source, d);
	if (tree >= 0)
		warn_left_out(o, source);
	return tree;
}

/*
 * source_make_from - the same for a path in a namespace of others, which the
 * caller is in and @root is the root of; @fds is of leftout_open_fds(), before that
 */
int source_make_from(const struct source_options *o, int root, int fds,
		     const char *source, struct diag *d)
{
	struct mnt_change change = change_of(o);
	struct diag left_out = { .step = DIAG_NONE };
	int fd, tree;

	fd = nspath_open(root, source, O_PATH);
	if (fd < 0)
		return diag_fail(d, DIAG_SOURCE_FIND, -fd, source);
	tree = detached_clone(fd, "", o->recursive, &change, DIAG_SOURCE_OPEN, source, d);
	if (tree >= 0 && o->recursive &&
	    leftout_find_at(fds, fd, source, LEFTOUT_CLONE, &left_out))
		mntns_warn(&left_out);
	close(fd);
	return tree;
}

static int has_path(const struct source_options *o, const char *source)
{
	size_t i;

	if (strchr(source, '/') || is_tag(source))
		return 1;
	for (i = 0; i < o->mntopts.nr_fs; i++) {
		if (o->mntopts.fs[i].value && strchr(o->mntopts.fs[i].value, '/'))
			return 1;
	}
	return 0;
}

/*
 * Who may not mount here may in the user namespace that owns the other one. A
 * path, however, would be another one there. @d is why source_make() has failed.
 */
static int may_be_made_inside(const struct source_options *o, const char *source,
			      const struct diag *d)
{
	return o->fstype && d->step == DIAG_FS_OPEN && d->err == EPERM &&
	       !caller_has_sys_admin() && !has_path(o, source);
}

/*
 * source_make_early:
 * @treefd: result: as of source_make(), or -1 where that is to be called again by
 *	who has entered the namespace, with the rights that it has there
 * @d: failure
 *
 * Returns: 0, or -errno with @d set.
 */
int source_make_early(const struct source_options *o, const char *source, int *treefd,
		      struct diag *d)
{
	int fd = source_make(o, source, d);

	*treefd = fd < 0 ? -1 : fd;
	if (fd >= 0)
		return 0;
	if (!may_be_made_inside(o, source, d))
		return fd;
	diag_reset(d);
	return 0;
}

/*
 * source_options_take:
 * @c: what getopt_long() returned
 * @arg: its argument
 *
 * Exits when the argument is wrong.
 *
 * Returns: 1 when the option was one of these, else 0.
 */
int source_options_take(struct source_options *o, int c, const char *arg)
{
	struct diag d = { .step = DIAG_NONE };

	switch (c) {
	case 'o':
		if (mntopts_parse(&o->mntopts, arg, &d) != 0)
			mntns_err(&d);
		break;
	case 'R':
		o->recursive = 1;
		break;
	case 't':
		o->fstype = arg;
		break;
	default:
		return 0;
	}
	return 1;
}

/*
 * source_options_check - when all options are known; exits when they contradict
 */
void source_options_check(struct source_options *o)
{
	struct diag d = { .step = DIAG_NONE };

	if (o->mntopts.recursive)
		o->recursive = 1;
	if (o->mntopts.bind)
		o->fstype = NULL;

	if (o->fstype && o->recursive)
		errx(EXIT_FAILURE, _("--recursive is for a clone, not for a new filesystem"));
	if (!o->fstype && mntopts_only_attributes(&o->mntopts, &d) != 0)
		mntns_err(&d);
}

/*
 * source_options_no_mkdir - for a verb whose target is there
 */
void source_options_no_mkdir(const struct source_options *o)
{
	if (o->mntopts.mkdir)
		errx(EXIT_FAILURE,
		     _("X-mount.mkdir is for attach: here the target is a mount point"));
}

void source_options_usage(FILE *out)
{
	fputsln(_(" -R, --recursive          with the mounts below the source"), out);
	fputsln(_(" -o, --options <list>     mount options, as for mount(8)"), out);
	fputsln(_(" -t, --types <type>       make a new filesystem of this type"), out);
}
