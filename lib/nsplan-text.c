/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nsplan-text - what a step of a plan does, in words
 */
#include <stdlib.h>
#include <string.h>

#include "c.h"
#include "mountapi.h"
#include "nls.h"
#include "nsplan.h"

static const struct {
	uint64_t mask, value;
	const char *set, *clr;
} attrs[] = {
	{ MOUNT_ATTR_RDONLY,	  MOUNT_ATTR_RDONLY,	  "ro",		 "rw" },
	{ MOUNT_ATTR_NOSUID,	  MOUNT_ATTR_NOSUID,	  "nosuid",	 "suid" },
	{ MOUNT_ATTR_NODEV,	  MOUNT_ATTR_NODEV,	  "nodev",	 "dev" },
	{ MOUNT_ATTR_NOEXEC,	  MOUNT_ATTR_NOEXEC,	  "noexec",	 "exec" },
	{ MOUNT_ATTR__ATIME,	  MOUNT_ATTR_NOATIME,	  "noatime",	 NULL },
	{ MOUNT_ATTR__ATIME,	  MOUNT_ATTR_STRICTATIME, "strictatime", NULL },
	{ MOUNT_ATTR_NODIRATIME,  MOUNT_ATTR_NODIRATIME,  "nodiratime",	 "diratime" },
	{ MOUNT_ATTR_NOSYMFOLLOW, MOUNT_ATTR_NOSYMFOLLOW, "nosymfollow", "symfollow" }
};

static const struct {
	uint64_t value;
	const char *name;
} propagations[] = {
	{ MS_PRIVATE,	 "private" },
	{ MS_SLAVE,	 "slave" },
	{ MS_SHARED,	 "shared" },
	{ MS_UNBINDABLE, "unbindable" }
};

static void put_word(FILE *f, const char *word)
{
	fprintf(f, "%s%s", ftell(f) ? "," : "", word);
}

static void put_change(FILE *f, const struct mnt_change *change)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(attrs); i++) {
		if ((change->attr_set & attrs[i].mask) == attrs[i].value)
			put_word(f, attrs[i].set);
		else if (attrs[i].clr && change->attr_clr & attrs[i].value)
			put_word(f, attrs[i].clr);
	}
	if (mnt_change_maps_ids(change))
		put_word(f, "X-mount.idmap");
	for (i = 0; i < ARRAY_SIZE(propagations); i++) {
		if (change->propagation == propagations[i].value)
			put_word(f, propagations[i].name);
	}
}

static void put_fs_options(FILE *f, const struct mntopts *opts)
{
	size_t i;

	for (i = 0; i < opts->nr_fs; i++) {
		const struct mntopts_fs *o = &opts->fs[i];

		/* ro and rw are attributes as well */
		if (!o->value && (strcmp(o->name, "ro") == 0 || strcmp(o->name, "rw") == 0))
			continue;
		put_word(f, o->name);
		if (o->value)
			fprintf(f, "=%s", o->value);
	}
}

static void put_own_options(FILE *f, const struct mntopts *opts)
{
	if (opts->mkdir) {
		put_word(f, "X-mount.mkdir");
		if (opts->mkdir_mode)
			fprintf(f, "=%04o", opts->mkdir_mode);
	}
	if (opts->subdir) {
		put_word(f, "X-mount.subdir");
		fprintf(f, "=%s", opts->subdir);
	}
	if (opts->nofail)
		put_word(f, "nofail");
}

/*
 * nsplan_options_text:
 *
 * Returns: what @opts ask for as a comma separated list, allocated and perhaps
 * empty; NULL without memory.
 */
char *nsplan_options_text(const struct mntopts *opts)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return NULL;
	put_change(f, &opts->change);
	put_fs_options(f, opts);
	put_own_options(f, opts);
	if (fclose(f) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

static char *mount_text(const struct nsplan_step *step)
{
	char *text = NULL;
	int rc;

	if (step->kind == NSPLAN_MKFS)
		rc = asprintf(&text, _("mount a new filesystem of type %s, source %s, on %s"),
			      step->fstype, step->source, step->target);
	else if (step->opts.recursive)
		rc = asprintf(&text, _("mount a clone of %s, with the mounts below, on %s"),
			      step->source, step->target);
	else
		rc = asprintf(&text, _("mount a clone of %s on %s"), step->source, step->target);
	return rc < 0 ? NULL : text;
}

/*
 * nsplan_step_text:
 *
 * Returns: what @step does in one line, allocated; NULL without memory. What
 * others chose is not escaped.
 */
char *nsplan_step_text(const struct nsplan_step *step)
{
	char *what, *options, *text = NULL;

	if (step->kind == NSPLAN_SYMLINK) {
		if (asprintf(&text, _("create the symbolic link %s to %s"),
			     step->target, step->source) < 0)
			return NULL;
		return text;
	}
	what = mount_text(step);
	options = nsplan_options_text(&step->opts);
	if (!what || !options ||
	    asprintf(&text, "%s%s%s%s", what, *options ? " (" : "", options,
		     *options ? ")" : "") < 0)
		text = NULL;
	free(what);
	free(options);
	return text;
}
