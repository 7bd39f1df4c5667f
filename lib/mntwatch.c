/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntwatch - what is mounted and unmounted in a mount namespace, as it happens
 *
 * The order is what makes it free of races: first the kernel is asked to tell,
 * then the mounts are listed, then its events are read. An event that is older
 * than the list says what the list shows already, and is dropped. That can be
 * decided by the 64-bit id of the mount, which is never used again.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "c.h"
#include "diagnose.h"
#include "mnttab.h"
#include "mntwatch-known.h"
#include "mountapi.h"
#include "nsref.h"

#define EVENT_BUFSIZ	4096		/* about 100 events */
#define INTERVAL_NSEC	250000000	/* of MNTWATCH_INTERVAL */

/* what decides whether a mount was moved; the rest is the caller's affair */
#define NEEDED_MASK	(UL_STATMOUNT_MNT_BASIC | UL_STATMOUNT_MNT_POINT)

static int take_event(struct mntwatch *w, struct mntwatch_event *ev,
		      enum mntwatch_action action, struct mntwatch_node *node)
{
	ev->action = action;
	ev->mnt = node->mnt;
	if (action == MNTWATCH_DETACH)
		w->gone = node;
	return 1;
}

/* A mount that went away in the meantime, or is out of sight, has but an id. */
static int read_one(struct mntwatch *w, struct mnttab *tab, uint64_t id)
{
	struct diag d = { .step = DIAG_NONE };
	int rc = mnttab_read_mount(tab, w->ref, id, w->mask, &d);

	diag_reset(&d);
	return rc == -ENOMEM ? rc : 0;
}

static int take_attach(struct mntwatch *w, struct mntwatch_event *ev, uint64_t id)
{
	const struct mnt_entry unknown = { .id = id };
	struct mntwatch_node *node;
	struct mnttab tab;
	int rc;

	/* the list has shown it */
	if (mntwatch_find(w, id))
		return 0;

	rc = read_one(w, &tab, id);
	node = rc == 0 ? mntwatch_add(w, tab.nmounts ? &tab.mounts[0] : &unknown) : NULL;
	mnttab_free(&tab);

	return node ? take_event(w, ev, MNTWATCH_ATTACH, node) : -ENOMEM;
}

static int take_detach(struct mntwatch *w, struct mntwatch_event *ev, uint64_t id)
{
	struct mntwatch_node *node = mntwatch_find(w, id);

	/* it was gone when the mounts were listed */
	if (!node)
		return 0;
	mntwatch_forget(w, node);
	return take_event(w, ev, MNTWATCH_DETACH, node);
}

static int take_move(struct mntwatch *w, struct mntwatch_event *ev, uint64_t id)
{
	struct mntwatch_node *node = mntwatch_find(w, id);
	struct mnttab tab;
	int rc, same = 1;

	if (!node)
		return take_attach(w, ev, id);

	rc = read_one(w, &tab, id);
	if (rc == 0 && tab.nmounts) {
		same = mntwatch_is_there(node, &tab.mounts[0]);
		rc = mntwatch_update(node, &tab.mounts[0]);
	}
	mnttab_free(&tab);
	if (rc)
		return rc;

	/* the list has shown it there */
	if (w->fresh && same)
		return 0;
	w->moved = 1;
	return take_event(w, ev, MNTWATCH_MOVE, node);
}

static uint64_t event_mount(const struct fanotify_event_metadata *meta)
{
	const char *p = (const char *) meta + meta->metadata_len;
	const char *end = (const char *) meta + meta->event_len;
	struct ul_fanotify_event_info_mnt info;

	while (p + sizeof(info.hdr) <= end) {
		memcpy(&info.hdr, p, sizeof(info.hdr));
		if (info.hdr.len < sizeof(info.hdr))
			break;
		if (info.hdr.info_type == UL_FAN_EVENT_INFO_TYPE_MNT &&
		    p + sizeof(info) <= end) {
			memcpy(&info, p, sizeof(info));
			return info.mnt_id;
		}
		p += info.hdr.len;
	}
	return 0;
}

static int take_record(struct mntwatch *w, struct mntwatch_event *ev,
		       const struct fanotify_event_metadata *meta, struct diag *d)
{
	uint64_t id;
	int rc;

	if (meta->mask & FAN_Q_OVERFLOW) {
		w->overflows++;
		return mntwatch_list_again(w, d);
	}
	id = event_mount(meta);
	if (!id)
		return 0;

	switch (meta->mask & (UL_FAN_MNT_ATTACH | UL_FAN_MNT_DETACH)) {
	case UL_FAN_MNT_ATTACH:
		rc = take_attach(w, ev, id);
		break;
	case UL_FAN_MNT_DETACH:
		rc = take_detach(w, ev, id);
		break;
	case UL_FAN_MNT_ATTACH | UL_FAN_MNT_DETACH:
		rc = take_move(w, ev, id);
		break;
	default:
		rc = 0;
		break;
	}
	return rc < 0 ? diag_fail(d, DIAG_MEMORY, -rc, NULL) : rc;
}

static int next_fanotify(struct mntwatch *w, struct mntwatch_event *ev, struct diag *d)
{
	struct fanotify_event_metadata *meta;
	ssize_t n;

	if (w->bufpos == w->buflen) {
		n = read(w->fd, w->buf, EVENT_BUFSIZ);
		if (n < 0 && errno == EINTR)
			return 0;
		if (n <= 0 && (n == 0 || errno == EAGAIN)) {
			w->ready = 0;
			w->fresh = 0;
			return w->moved ? mntwatch_refresh(w, d) : 0;
		}
		if (n < 0)
			return diag_fail(d, DIAG_NS_WATCH, errno, w->ref->name);
		w->buflen = n;
		w->bufpos = 0;
	}

	meta = (struct fanotify_event_metadata *) (w->buf + w->bufpos);
	if (!FAN_EVENT_OK(meta, (ssize_t) (w->buflen - w->bufpos)) ||
	    meta->vers != FANOTIFY_METADATA_VERSION)
		return diag_fail(d, DIAG_NS_WATCH, EPROTO, w->ref->name);
	w->bufpos += meta->event_len;
	return take_record(w, ev, meta, d);
}

static int next_list(struct mntwatch *w, struct diag *d)
{
	uint64_t expired;

	if (w->method == MNTWATCH_INTERVAL)
		ignore_result(read(w->fd, &expired, sizeof(expired)));
	w->ready = 0;
	return mntwatch_list_again(w, d);
}

/*
 * mntwatch_next:
 * @w: watch
 * @ev: result
 * @d: filled in on error
 *
 * Does not block. Events of fanotify(7) come in the order in which it happened.
 * When the kernel had to drop some, w->overflows is larger than before, and what
 * is then known from a new list comes as events: first what is gone, then what
 * came or changed.
 *
 * Returns: 1 with an event, 0 when there is none until mntwatch_wait() returns,
 * or -errno.
 */
int mntwatch_next(struct mntwatch *w, struct mntwatch_event *ev, struct diag *d)
{
	int rc = 0;

	mntwatch_free_node(w->gone);
	w->gone = NULL;

	while (rc == 0) {
		if (w->nextpending < w->npending) {
			struct mntwatch_pending *p = &w->pending[w->nextpending++];

			return take_event(w, ev, p->action, p->node);
		}
		w->npending = w->nextpending = 0;
		if (!w->ready)
			return 0;
		if (w->method == MNTWATCH_FANOTIFY)
			rc = next_fanotify(w, ev, d);
		else
			rc = next_list(w, d);
	}
	return rc;
}

/*
 * mntwatch_wait - wait until one of several watches may have an event
 * @watches: array
 * @n: its length
 * @outfd: also wait for its reader to go away; or -1
 * @timeout: in milliseconds, -1 is for ever
 *
 * Returns: 1, 0 when the time is over, or -errno: -EPIPE nobody reads @outfd any
 * more, -EINTR.
 */
int mntwatch_wait(struct mntwatch *watches, size_t n, int outfd, int timeout)
{
	struct pollfd *fds = calloc(n + 1, sizeof(*fds));
	int rc, busy = 0, err = 0;
	size_t i;

	if (!fds)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		const struct mntwatch *w = &watches[i];

		fds[i].fd = w->fd;
		fds[i].events = w->method == MNTWATCH_MOUNTINFO ? POLLPRI : POLLIN;
		if (w->ready || w->nextpending < w->npending)
			busy = 1;
	}
	fds[n].fd = outfd;

	rc = poll(fds, n + 1, busy ? 0 : timeout);
	if (rc < 0)
		err = -errno;
	for (i = 0; rc > 0 && i < n; i++) {
		if (fds[i].revents)
			watches[i].ready = 1;
	}
	/* of a pipe POLLERR, of a socket POLLHUP; nothing was asked for */
	if (rc > 0 && fds[n].revents)
		err = -EPIPE;
	free(fds);
	return err ? err : rc > 0 || busy;
}

/* events of no file, but of a namespace: Linux 6.15, CAP_SYS_ADMIN over it */
static int open_fanotify(struct mntwatch *w)
{
	int fd, rc;

	fd = fanotify_init(UL_FAN_REPORT_MNT | FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (fanotify_mark(fd, FAN_MARK_ADD | UL_FAN_MARK_MNTNS,
			  UL_FAN_MNT_ATTACH | UL_FAN_MNT_DETACH, w->ref->fd, NULL) < 0) {
		rc = -errno;
		close(fd);
		return rc;
	}
	w->buf = malloc(EVENT_BUFSIZ);
	if (!w->buf) {
		close(fd);
		return -ENOMEM;
	}
	w->method = MNTWATCH_FANOTIFY;
	w->list_flags = MNTTAB_ALL;
	w->ready = 1;
	w->fresh = 1;
	w->fd = fd;
	return 0;
}

static int open_interval(void)
{
	const struct itimerspec its = {
		.it_interval.tv_nsec = INTERVAL_NSEC,
		.it_value.tv_nsec = INTERVAL_NSEC
	};
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd < 0)
		return -errno;
	if (timerfd_settime(fd, 0, &its, NULL) < 0) {
		int rc = -errno;

		close(fd);
		return rc;
	}
	return fd;
}

static int open_poll(struct mntwatch *w)
{
	w->list_flags = 0;
	w->ready = 0;
	w->method = MNTWATCH_MOUNTINFO;
	w->fd = mnttab_open_mountinfo(w->ref);
	if (w->fd >= 0)
		return 0;
	w->method = MNTWATCH_INTERVAL;
	w->fd = open_interval();
	return w->fd < 0 ? w->fd : 0;
}

static int first_list(struct mntwatch *w, struct diag *d)
{
	struct mnttab tab;
	uint32_t i;
	int rc;

	rc = mntwatch_read_table(w, &tab, d);

	/* the ids of mountinfo are not those of fanotify */
	if (rc == 0 && tab.fallback && w->method == MNTWATCH_FANOTIFY) {
		w->refused = tab.fallback;
		w->refused_call = "listmount(2)";
		close(w->fd);
		mnttab_free(&tab);
		rc = open_poll(w);
		if (rc)
			return diag_fail(d, DIAG_NS_WATCH, -rc, w->ref->name);
		rc = mntwatch_read_table(w, &tab, d);
	}
	for (i = 0; rc == 0 && i < tab.nmounts; i++) {
		if (!mntwatch_add(w, &tab.mounts[i]))
			rc = diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);
	}
	mnttab_free(&tab);
	return rc;
}

/*
 * mntwatch_open:
 * @w: filled in; the caller ends it with mntwatch_close(), also after an error
 * @ref: open namespace, which must outlive the watch
 * @mask: UL_STATMOUNT_*, the fields of mnt_entry that are wanted
 * @flags: MNTWATCH_NO_FANOTIFY or 0
 * @d: filled in on error
 *
 * What happens after the call is an event; what happens during the call is
 * either an event or known. w->method tells how it is done, w->refused why not
 * by fanotify(7), and w->refused_call for the lack of what.
 *
 * Returns: 0 or -errno. See fanotify_mark(2) and proc_pid_mountinfo(5).
 */
int mntwatch_open(struct mntwatch *w, const struct nsref *ref, uint64_t mask,
		  unsigned int flags, struct diag *d)
{
	int rc = -ENOSYS;

	*w = (struct mntwatch) {
		.ref = ref,
		.mask = mask | NEEDED_MASK,
		.fd = -1
	};

	if (!(flags & MNTWATCH_NO_FANOTIFY)) {
		rc = open_fanotify(w);
		w->refused = -rc;
		w->refused_call = "fanotify(7)";
	}
	if (rc != 0)
		rc = open_poll(w);
	if (rc != 0)
		return diag_fail(d, DIAG_NS_WATCH, -rc, ref->name);

	return first_list(w, d);
}

void mntwatch_close(struct mntwatch *w)
{
	mntwatch_free_known(w);
	free(w->buf);
	if (w->fd >= 0)
		close(w->fd);
	memset(w, 0, sizeof(*w));
	w->fd = -1;
}
