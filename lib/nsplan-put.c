/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nsplan-put - attach the mounts of a plan in a namespace, all of them or none
 */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "c.h"
#include "detached.h"
#include "mountapi.h"
#include "nls.h"
#include "nsplan.h"
#include "nsref.h"
#include "nsumount.h"

#define UL_TMPFS_MAGIC	0x01021994

/*
 * nspath_mkdirs() has met a read-only mount. Where the root was made read-only
 * for the caller only, on the way into the namespace, the directory is made
 * through a clone of that mount which is not, and which nobody else sees.
 */
static int reopen_writable(int dirfd, void *data)
{
	struct ul_mount_attr attr = { .attr_clr = MOUNT_ATTR_RDONLY };
	const struct nsplan *plan = data;
	int fd, err;

	if (!plan->lift_ro || !mnt_is_same(dirfd, plan->rootfd))
		return -EROFS;
	fd = ul_open_tree(dirfd, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
	if (fd < 0)
		return -errno;
	if (ul_mount_setattr(fd, "", AT_EMPTY_PATH, &attr) == 0)
		return fd;
	err = errno;
	close(fd);
	return -err;
}

/* The O_PATH fd of the directory that @path is in, and the name there in *@name. */
static int open_parent(const struct nsplan *plan, const char *path, const char **name)
{
	const char *base = strrchr(path, '/');
	char *dir = base && base > path ? strndup(path, base - path) : strdup("/");
	int fd = dir ? nspath_open(plan->rootfd, dir, O_PATH | O_DIRECTORY) : -ENOMEM;

	*name = base ? base + 1 : path;
	free(dir);
	return fd;
}

static void announce_change(const struct nsplan *plan)
{
	if (plan->before_change)
		plan->before_change();
}

static int put_symlink(const struct nsplan *plan, const struct nsplan_step *step, struct diag *d)
{
	const char *name;
	int rc = 0, dirfd = open_parent(plan, step->target, &name);

	if (dirfd < 0)
		return diag_fail(d, DIAG_SYMLINK, -dirfd, step->target);
	announce_change(plan);
	if (symlinkat(step->source, dirfd, name) < 0)
		rc = diag_fail(d, DIAG_SYMLINK, errno, step->target);
	close(dirfd);
	return rc;
}

/* What is mounted on the root covers it, and what follows goes there. */
static int follow_root(struct nsplan *plan, struct nsplan_step *step, struct diag *d)
{
	struct stat root, st;
	int fd;

	if (fstat(plan->rootfd, &root) < 0 || fstat(step->place.targetfd, &st) < 0 ||
	    root.st_dev != st.st_dev || root.st_ino != st.st_ino ||
	    !mnt_is_same(plan->rootfd, step->place.targetfd))
		return 0;
	fd = fcntl(step->place.treefd, F_DUPFD_CLOEXEC, 3);
	if (fd < 0)
		return diag_fail(d, DIAG_ATTACH, errno, step->target);
	step->covered = plan->rootfd;
	plan->rootfd = fd;
	plan->lift_ro = 0;
	return 0;
}

/* Where nobody knows whether the target is shared it is refused, too. */
static int refuse_shared(const struct nsplan *plan, const struct nsplan_step *step,
			 int targetfd, struct diag *d)
{
	int propagation = detached_propagation(targetfd);

	if (propagation && !(propagation & MS_SHARED))
		return 0;
	return diag_fail_cause(d, DIAG_ATTACH, EINVAL, step->target,
			plan->keep_off_shared ? _("use --propagation private or slave") :
				_("mount it without the option shared, or with rbind what is below its source"),
			_("the mount there is shared, or may be, and what is mounted on it would show in its peers"));
}

/* Clones are private and the tree is not shared, unless that was asked for. */
static int may_meet_shared(const struct nsplan *plan)
{
	size_t i;

	for (i = 0; i < plan->nr_steps; i++) {
		if (plan->steps[i].opts.change.propagation == MS_SHARED)
			return 1;
	}
	return plan->keep_off_shared;
}

static int find_target(struct nsplan *plan, struct nsplan_step *step, struct diag *d)
{
	int rc;

	step->place.made.reopen = reopen_writable;
	step->place.made.data = plan;
	rc = placement_find(&step->place, plan->rootfd, d);
	if (!rc) {
		announce_change(plan);
		rc = placement_make(&step->place, plan->rootfd, d);
	}
	if (rc == -ENOENT && d->step == DIAG_TARGET_OPEN) {
		free(d->remedy);
		d->remedy = strdup(_("the option X-mount.mkdir creates what is missing"));
	}
	return rc;
}

static int put_mount(struct nsplan *plan, struct nsplan_step *step, struct diag *d)
{
	int rc = find_target(plan, step, d);

	if (!rc && plan->look)
		rc = plan->look(&step->place, plan->look_data, d);
	else if (!rc && may_meet_shared(plan))
		rc = refuse_shared(plan, step, step->place.targetfd, d);
	if (!rc)
		rc = placement_put(&step->place, d);
	if (!rc)
		rc = follow_root(plan, step, d);
	return rc;
}

static int put_step(struct nsplan *plan, struct nsplan_step *step, struct diag *d)
{
	if (step->skipped)
		return 0;
	return step->kind == NSPLAN_SYMLINK ? put_symlink(plan, step, d) :
					      put_mount(plan, step, d);
}

static int is_on_new_tmpfs(const struct nsplan *plan, int dirfd)
{
	struct stat dir, st;
	struct statfs fs;
	size_t i;

	if (fstatfs(dirfd, &fs) < 0 || fs.f_type != UL_TMPFS_MAGIC || fstat(dirfd, &dir) < 0)
		return 0;
	for (i = 0; i < plan->nr_steps; i++) {
		const struct nsplan_step *step = &plan->steps[i];

		if (step->kind == NSPLAN_MKFS && step->place.treefd >= 0 &&
		    fstat(step->place.treefd, &st) == 0 && st.st_dev == dir.st_dev)
			return 1;
	}
	return 0;
}

/* Removes from the notes what was made in a tmpfs of the plan, and goes with it. */
static void forget_temporary(struct nsplan *plan)
{
	size_t i, kept = 0;

	for (i = 0; i < plan->made.count; i++) {
		struct nspath_dir *made = &plan->made.dirs[i];

		if (is_on_new_tmpfs(plan, made->dirfd)) {
			close(made->dirfd);
			free(made->name);
		} else {
			plan->made.dirs[kept++] = *made;
		}
	}
	plan->made.count = kept;
}

/* The notes of all steps become those of the plan. */
static int keep_notes(struct nsplan *plan, struct diag *d)
{
	size_t i;

	for (i = 0; i < plan->nr_steps; i++) {
		if (nspath_move_made(&plan->made, &plan->steps[i].place.made) != 0)
			return diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);
	}
	forget_temporary(plan);
	return 0;
}

static void take_back_step(struct nsplan *plan, struct nsplan_step *step)
{
	int root = step->covered >= 0 ? step->covered : plan->rootfd;

	placement_undo(&step->place, root);
	if (step->covered >= 0) {
		close(plan->rootfd);
		plan->rootfd = step->covered;
		step->covered = -1;
	}
}

/*
 * nsplan_take_back:
 * @plan: after nsplan_put()
 *
 * In the namespace where it was done: unmounts what was attached, the last
 * first, and removes the directories made for it.
 */
void nsplan_take_back(struct nsplan *plan)
{
	size_t i;

	for (i = plan->nr_steps; i > 0; i--)
		take_back_step(plan, &plan->steps[i - 1]);
	nspath_undo_made(&plan->made);
}

/* Where the root was covered the caller follows; else it stays where it is. */
static int move_to_root(const struct nsplan *plan, struct diag *d)
{
	size_t i;

	for (i = 0; i < plan->nr_steps && plan->steps[i].covered < 0; i++)
		;
	if (i == plan->nr_steps || (fchdir(plan->rootfd) == 0 && chroot(".") == 0))
		return 0;
	return diag_fail(d, DIAG_TARGET_OPEN, errno, "/");
}

/*
 * nsplan_put:
 * @plan: opened with nsplan_open(); the caller has entered the namespace
 * @d: failure, of the step @plan->failed
 *
 * Attaches all mounts in order. Targets are looked up confined to the root of
 * the namespace, in what the steps before have mounted. The root of the caller
 * is then what was mounted on it last.
 *
 * Returns: 0, or -errno with @d set and everything taken back.
 */
int nsplan_put(struct nsplan *plan, struct diag *d)
{
	size_t i;
	int rc = 0;

	if (!plan->nr_steps)
		return 0;
	if (plan->rootfd >= 0)
		close(plan->rootfd);
	plan->rootfd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (plan->rootfd < 0)
		return diag_fail(d, DIAG_TARGET_OPEN, errno, "/");

	for (i = 0; !rc && i < plan->nr_steps; i++) {
		rc = put_step(plan, &plan->steps[i], d);
		if (rc)
			plan->failed = &plan->steps[i];
	}
	if (!rc)
		rc = move_to_root(plan, d);
	if (!rc)
		rc = keep_notes(plan, d);
	if (rc)
		nsplan_take_back(plan);
	return rc;
}

/* The namespace, root and working directory of the caller, to come back to. */
struct place {
	int nsfd, rootfd, cwdfd;
};

static void close_place(struct place *here)
{
	if (here->nsfd >= 0)
		close(here->nsfd);
	if (here->rootfd >= 0)
		close(here->rootfd);
	if (here->cwdfd >= 0)
		close(here->cwdfd);
}

static int note_place(struct place *here, const char *object, struct diag *d)
{
	here->rootfd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	here->cwdfd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (here->rootfd < 0 || here->cwdfd < 0)
		return diag_fail(d, DIAG_NS_RETURN, errno, object);
	here->nsfd = ns_open_pid(0);
	return here->nsfd < 0 ? diag_fail(d, DIAG_NS_IDENTIFY, -here->nsfd, object) : 0;
}

static int go_back(const struct place *here)
{
	if (fchdir(here->rootfd) < 0 || chroot(".") < 0 || fchdir(here->cwdfd) < 0)
		return -errno;
	return 0;
}

/*
 * As long as the caller is in the namespace the mounts are in the way of what
 * was made for them; later they are not, and must not be looked for by a path.
 */
static int put_and_leave(struct nsplan *plan, const struct place *here, const char *object,
			 struct diag *d)
{
	int err, rc = nsplan_put(plan, d);

	if (setns(here->nsfd, CLONE_NEWNS) < 0) {
		err = errno;
		if (rc)
			return rc;
		nsplan_take_back(plan);
		return diag_fail(d, DIAG_NS_RETURN, err, object);
	}
	err = go_back(here);
	if (!err || rc)
		return rc;
	nspath_undo_made(&plan->made);
	return diag_fail(d, DIAG_NS_RETURN, -err, object);
}

/*
 * nsplan_assemble:
 * @plan: opened with nsplan_open()
 * @nsfd: a mount namespace that nobody is in yet
 * @object: what it is called in a failure
 * @d: failure, of the step @plan->failed if that is not NULL
 *
 * As nsplan_put(), for a single-threaded caller who enters the namespace for
 * that and comes back, to its root and working directory as well.
 *
 * Returns: 0, or -errno with @d set, and the namespace is of no use any more.
 */
int nsplan_assemble(struct nsplan *plan, int nsfd, const char *object, struct diag *d)
{
	struct place here = { .nsfd = -1, .rootfd = -1, .cwdfd = -1 };
	int rc = note_place(&here, object, d);

	if (!rc && setns(nsfd, CLONE_NEWNS) < 0)
		rc = diag_fail(d, DIAG_JOIN_MNTNS, errno, object);
	else if (!rc)
		rc = put_and_leave(plan, &here, object, d);
	close_place(&here);
	return rc;
}
