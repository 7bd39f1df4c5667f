/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nsmembers - the processes of a mount namespace, and where in it they are
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "diagnose.h"
#include "mnttab.h"
#include "mountapi.h"
#include "nsmembers.h"
#include "nsref.h"
#include "procwalk.h"

static int is_member(const struct procwalk *w, const struct nsref *ref)
{
	char link[64];
	unsigned long ino;

	return procwalk_readlink(w, "ns/mnt", link, sizeof(link)) > 0 &&
	       sscanf(link, "mnt:[%lu]", &ino) == 1 && ino == (unsigned long) ref->ino;
}

/* Whether a link of the process leads to the very root of the mount @id. */
static int is_at_root(const struct procwalk *w, const char *link, uint64_t id)
{
	uint64_t mnt_id;
	dev_t dev;
	int rc, fd = procwalk_open_file(w, link, O_PATH | O_CLOEXEC);

	if (fd < 0)
		return 0;
	rc = mnt_identify(fd, &mnt_id, &dev) == 0 && mnt_id == id &&
	     mnt_is_root_of_mount(fd, "", AT_EMPTY_PATH) == 1;
	close(fd);
	return rc;
}

static int add(struct nsmembers *m, const struct procwalk *w, uint64_t root)
{
	struct nsmember *list = reallocarray(m->list, m->n + 1, sizeof(*list));

	if (!list)
		return -ENOMEM;
	m->list = list;
	list[m->n++] = (struct nsmember) {
		.pid = w->pid,
		.other_root = !is_at_root(w, "root", root),
		.other_cwd = !is_at_root(w, "cwd", root)
	};
	return 0;
}

/* 0: there is none, or it is not to be seen */
static uint64_t root_id(const struct nsref *ref)
{
	struct diag d = { .step = DIAG_NONE };
	struct mnttab tab;
	uint64_t id = 0;

	if (mnttab_read_root(&tab, ref, UL_STATMOUNT_MNT_BASIC, &d) == 0) {
		id = tab.nmounts ? tab.mounts[0].id_old : 0;
		mnttab_free(&tab);
	}
	diag_reset(&d);
	return id;
}

/*
 * nsmembers_scan:
 * @m: filled in; the caller calls nsmembers_free(), also after a failure
 * @ref: namespace
 * @d: failure
 *
 * Finds the processes that are in the namespace now, but for the caller, as far
 * as /proc shows them.
 *
 * Returns: 0, or -errno with @d set.
 */
int nsmembers_scan(struct nsmembers *m, const struct nsref *ref, struct diag *d)
{
	uint64_t root = root_id(ref);
	struct procwalk w;
	int rc;

	*m = (struct nsmembers) { .n = 0 };
	rc = procwalk_open(&w);
	while (!rc && procwalk_next(&w) == 0) {
		if (w.pid != getpid() && is_member(&w, ref))
			rc = add(m, &w, root);
	}
	procwalk_close(&w);
	return rc ? diag_fail(d, DIAG_NS_LIST, -rc, ref->name) : 0;
}

void nsmembers_free(struct nsmembers *m)
{
	free(m->list);
	*m = (struct nsmembers) { .n = 0 };
}
