/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-busy - unmount in namespaces, and say who is in the way
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mntrelease.h"
#include "nsjoin.h"
#include "pdeathsig.h"
#include "xalloc.h"

#include "mntns-busy.h"
#include "mntns-proctext.h"
#include "mntns.h"

#define MAX_NAMED	10		/* holders of one mount that are named */

/* JSON and scripts take them as they are: not to be translated */
const char *mntns_holder_kind(enum holder_kind kind)
{
	static const char *const names[] = {
		[HOLDER_MOUNT]	 = "mount",
		[HOLDER_PIN]	 = "pin",
		[HOLDER_CWD]	 = "cwd",
		[HOLDER_ROOT]	 = "root",
		[HOLDER_EXE]	 = "exe",
		[HOLDER_MAP]	 = "map",
		[HOLDER_FD]	 = "fd",
		[HOLDER_SWAP]	 = "swap",
		[HOLDER_LOOP]	 = "loop",
		[HOLDER_BLOCK]	 = "block",
		[HOLDER_OVERLAY] = "overlay"
	};

	return names[kind];
}

static int join(const struct nsref *ref)
{
	struct diag d = { .step = DIAG_NONE };
	int root = nsjoin_enter_root(ref, &d);

	if (root < 0)
		mntns_err(&d);
	return root;
}

/*
 * mntns_in_namespace - does something in a child that has entered a namespace
 * @ref: open namespace
 * @work: returns an exit status, and prints what failed
 *
 * The caller stays where /proc is.
 *
 * Returns: the exit status.
 */
int mntns_in_namespace(const struct nsref *ref, int (*work)(int rootfd, void *data), void *data)
{
	pid_t parent = getpid(), pid;
	int status;

	mntns_preload_messages();
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		err(EXIT_FAILURE, _("fork failed"));
	if (pid == 0) {
		pdeathsig_set(parent);
		_exit(work(join(ref), data));
	}

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			err(EXIT_FAILURE, _("waitpid failed"));
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
}

static void warn_in_namespace(const char *ns, struct diag *d)
{
	char *text = diag_text(d);

	warnx(_("namespace %s: %s"), ns, text ? text : strerror(ENOMEM));
	free(text);
	diag_reset(d);
}

#define RELEASE_TIMEOUT	3000		/* ms */

/*
 * mntns_release - closes mounts that were unmounted, with mntrelease_close(), and
 * says where a dead server keeps it from ending
 */
void mntns_release(const int *fds, size_t n)
{
	pid_t pid = mntrelease_close(fds, n, RELEASE_TIMEOUT);

	if (pid)
		warnx(_("process %d waits for the server of a filesystem that is unmounted"),
		      (int) pid);
}

struct umount_work {
	const struct mntns_umount *um;
	int lazy;
};

static int umount_work(int rootfd, void *data)
{
	const struct umount_work *w = data;
	struct diag d = { .step = DIAG_NONE };
	int held[MNTRELEASE_MAX], rc;
	size_t n = w->lazy ? nsumount_hold(rootfd, &w->um->set, held, MNTRELEASE_MAX) : 0;

	rc = nsumount_ids(rootfd, &w->um->set, w->lazy, &d);
	mntns_release(held, n);
	if (!rc)
		return EXIT_SUCCESS;
	rc = d.err == EBUSY ? MNTNS_EXIT_BUSY : diag_exit_status(&d);
	if (w->um->say_ns)
		warn_in_namespace(w->um->ref->name, &d);
	else
		mntns_warn(&d);
	return rc;
}

/*
 * mntns_warn_no_ids - before Linux 6.11 only mounts of the own namespace have them
 */
void mntns_warn_no_ids(const struct nsref *ref)
{
	warnx(_("namespace %s: the 64-bit ids of its mounts are not known"), ref->name);
}

/*
 * mntns_umount_set - unmounts in a namespace what @um says, and prints what
 * cannot be
 *
 * Returns: exit status, MNTNS_EXIT_BUSY for a mount that is in use.
 */
int mntns_umount_set(const struct mntns_umount *um, int lazy)
{
	struct umount_work w = { .um = um, .lazy = lazy };

	return mntns_in_namespace(um->ref, umount_work, &w);
}

/* A mount on it is another matter, and was looked for. */
static int is_user(const struct holder *found)
{
	return found->kind != HOLDER_MOUNT && found->kind != HOLDER_PIN;
}

static void name_holder(const char *mount, const struct holder *found)
{
	char *name = mntns_comm_text(found->pid);

	if (found->pid)
		warnx(_("%s is in use by process %d %s: %s %s"), mount, (int) found->pid,
		      name ? name : "[?]", mntns_holder_kind(found->kind), found->path);
	else
		warnx(_("%s is in use by %s: %s"), mount, mntns_holder_kind(found->kind),
		      found->path);
	free(name);
}

static size_t name_holders(const struct holders *h)
{
	size_t i, total = 0, named = 0;
	uint32_t subject = HOLDERS_NONE;

	for (i = 0; i < h->nfound; i++) {
		const struct holder *found = &h->found[i];

		if (!is_user(found))
			continue;
		if (found->subject != subject) {
			subject = found->subject;
			named = 0;
		}
		if (named++ < MAX_NAMED)
			name_holder(h->subjects[subject].name, found);
		else if (named == MAX_NAMED + 1)
			warnx(_("... and more; mntns holders --uniq-id %ju shows all"),
			      (uintmax_t) h->subjects[subject].here->id);
		total++;
	}
	return total;
}

/*
 * mntns_find_busy - names who uses some mounts
 *
 * Returns: how many do.
 */
int mntns_find_busy(const struct mntns_umount *um, size_t n)
{
	struct diag d = { .step = DIAG_NONE };
	struct holders h;
	size_t i, j, users = 0;
	int rc;

	rc = holders_open(&h, 0, &d);
	for (i = 0; rc == 0 && i < n; i++) {
		for (j = 0; j < um[i].set.n; j++) {
			const struct holders_mount *m = holders_find_id(&h, um[i].set.ids[j]);
			const char *name = m ? h.ns[m->ns].tab.mounts[m->mnt].target : NULL;

			/* it may be gone by now */
			if (name && holders_add_mount(&h, name, um[i].set.ids[j], &d) != 0)
				mntns_warn(&d);
		}
	}
	if (rc == 0 && h.nsubjects)
		rc = holders_scan(&h, &d);
	if (rc == 0)
		users = name_holders(&h);
	else
		mntns_warn(&d);
	holders_free(&h);
	return users;
}

/* What shows it and what is mounted on it, in one namespace, and all below. */
static void add_mounts(const struct holders *h, uint32_t ns, struct nsumount_set *set)
{
	int rc = 0;
	size_t i;

	for (i = 0; rc == 0 && i < h->nsubjects; i++) {
		const struct holders_subject *s = &h->subjects[i];

		if (s->itself && s->ns == ns)
			rc = nsumount_set_add(set, s->here->id);
	}
	for (i = 0; rc == 0 && i < h->nfound; i++) {
		const struct holder *found = &h->found[i];

		if (found->ns == ns && (found->kind == HOLDER_MOUNT || found->kind == HOLDER_PIN))
			rc = nsumount_set_add(set, found->mnt->id);
	}
	if (rc == 0 && set->n)
		rc = nsumount_set_add_below(set, &h->ns[ns].tab);
	if (rc)
		err_oom();
}

/*
 * mntns_umount_holders - unmounts in all namespaces the mounts that hold, and
 * those that were asked about themselves
 * @h: after holders_scan()
 *
 * Each for itself: what cannot be unmounted does not keep the others.
 *
 * Returns: exit status.
 */
int mntns_umount_holders(const struct holders *h, int lazy)
{
	int rc = EXIT_SUCCESS;
	uint32_t i;

	errno = ENOSYS;
	if (!h->some_ids)
		err_nosys(EXIT_NOTSUPP, _("--detach needs statmount(2) (Linux 6.8)"));
	for (i = 0; i < h->nns; i++) {
		struct mntns_umount um = { .ref = &h->ns[i].ref, .say_ns = !h->ns[i].own };

		add_mounts(h, i, &um.set);
		if (nsumount_set_has(&um.set, 0)) {
			mntns_warn_no_ids(um.ref);
			rc = EXIT_FAILURE;
		} else if (um.set.n && um.ref->fd < 0) {
			warnx(_("namespace %s is not open, there are too many"), um.ref->name);
			rc = EXIT_FAILURE;
		} else if (um.set.n && mntns_umount_set(&um, lazy) != EXIT_SUCCESS) {
			rc = EXIT_FAILURE;
		}
		free(um.set.ids);
	}
	return rc;
}
