/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nsproc - a process that is in a mount namespace, and what it has besides
 *
 * Its directory in /proc is held open: that names the process for good, and what
 * is looked up in it fails with ESRCH when the process is gone, whoever has its
 * PID then. It also works from inside a namespace that has no /proc.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "c.h"
#include "diagnose.h"
#include "nls.h"
#include "nsiter.h"
#include "nsproc.h"
#include "nsref.h"
#include "pathnames.h"

/* the oldest process in the namespace, 0 when there is none */
static int find_oldest(const struct nsref *ref, pid_t *pid, struct diag *d)
{
	struct nsiter it;
	size_t i;
	int rc = nsiter_scan(&it, 0, d);

	if (rc)
		return rc;
	*pid = 0;
	for (i = 0; i < it.n && !*pid; i++) {
		if (it.ns[i].ino == ref->ino)
			*pid = it.ns[i].pid;
	}
	nsiter_free(&it);
	return 0;
}

static int fail(const struct nsproc *m, int err, struct diag *d)
{
	char object[32];

	snprintf(object, sizeof(object), "%d", (int) m->pid);
	return diag_fail(d, DIAG_MEMBER, err == ENOENT ? ESRCH : err, object);
}

/*
 * nsproc_open:
 * @m: filled in
 * @ref: open namespace; the process that the operand names, or else the oldest one
 *	in the namespace
 * @d: failure
 *
 * Returns: 0, or -errno with @d set: -ESRCH there is no process in it.
 */
int nsproc_open(struct nsproc *m, const struct nsref *ref, struct diag *d)
{
	char path[sizeof(_PATH_PROC) + 16];
	struct stat st;
	int rc = 0;

	*m = (struct nsproc) { .pid = ref->pid, .procfd = -1 };
	if (ref->kind == NSREF_SELF)
		m->pid = getpid();
	if (!m->pid)
		rc = find_oldest(ref, &m->pid, d);
	if (rc)
		return rc;
	if (!m->pid)
		return diag_fail_cause(d, DIAG_MEMBER_FIND, ESRCH, ref->name, NULL,
				       _("no process that the caller can see is in it"));

	snprintf(path, sizeof(path), _PATH_PROC "/%d", (int) m->pid);
	m->procfd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (m->procfd < 0)
		return fail(m, errno, d);

	/* between the two the PID may have gone to another process */
	if (fstatat(m->procfd, "ns/mnt", &st, 0) < 0)
		rc = fail(m, errno, d);
	else if (st.st_ino != ref->ino)
		rc = fail(m, ESRCH, d);
	if (rc)
		nsproc_close(m);
	return rc;
}

void nsproc_close(struct nsproc *m)
{
	if (m->procfd >= 0)
		close(m->procfd);
	m->procfd = -1;
}

/*
 * nsproc_open_ns:
 * @type: name of the file in /proc/PID/ns, "net"
 *
 * Returns: O_CLOEXEC fd, -ENOENT with @d unset when this kernel has no such type,
 * or -errno with @d set.
 */
int nsproc_open_ns(const struct nsproc *m, const char *type, struct diag *d)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "ns/%s", type);
	fd = openat(m->procfd, path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	/* of a process that is gone the whole directory is */
	if (errno == ENOENT && faccessat(m->procfd, "ns/mnt", F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return -ENOENT;
	return fail(m, errno, d);
}

static int read_whole(const struct nsproc *m, const char *file, char **text, size_t *len,
		      struct diag *d)
{
	size_t allocated = 0;
	ssize_t n = 1;
	int fd, rc = 0;

	*text = NULL;
	*len = 0;
	fd = openat(m->procfd, file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail(m, errno, d);

	while (n > 0) {
		if (*len + 1 >= allocated) {
			char *p = realloc(*text, allocated = allocated ? 2 * allocated : 4096);

			if (!p) {
				rc = diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);
				break;
			}
			*text = p;
		}
		n = read(fd, *text + *len, allocated - *len - 1);
		if (n < 0)
			rc = fail(m, errno, d);
		else
			*len += n;
	}
	close(fd);
	if (rc) {
		free(*text);
		return rc;
	}
	(*text)[*len] = '\0';
	return 0;
}

/*
 * nsproc_environ:
 * @m: process
 * @envp: result, in the form of environ(7); lives as long as the caller
 * @d: failure
 *
 * The environment with which its program was started, see proc_pid_environ(5).
 *
 * Returns: 0, or -errno with @d set: -EACCES or -EPERM the caller may not inspect it.
 */
int nsproc_environ(const struct nsproc *m, char ***envp, struct diag *d)
{
	char *text, *p;
	size_t len, n = 0;
	int rc = read_whole(m, "environ", &text, &len, d);

	if (rc)
		return rc;
	for (p = text; p < text + len; p += strlen(p) + 1)
		n++;
	*envp = calloc(n + 1, sizeof(char *));
	if (!*envp) {
		free(text);
		return diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);
	}
	/* a program may write over it: what is no variable is left out */
	for (p = text, n = 0; p < text + len; p += strlen(p) + 1) {
		if (strchr(p, '='))
			(*envp)[n++] = p;
	}
	return 0;
}

static const char *field(const char *status, const char *name)
{
	const char *p = strstr(status, name);

	return p ? p + strlen(name) : "";
}

static int parse_groups(const char *p, struct nsproc_ids *ids)
{
	size_t n = 0, max = strcspn(p, "\n") / 2 + 1;
	char *end;

	ids->groups = calloc(max, sizeof(*ids->groups));
	if (!ids->groups)
		return -ENOMEM;
	for (; *p && *p != '\n'; p = end) {
		gid_t gid = strtoul(p, &end, 10);

		if (end == p)
			break;
		ids->groups[n++] = gid;
		end += strspn(end, " \t");
	}
	ids->nr_groups = n;
	return 0;
}

/*
 * nsproc_get_ids:
 * @m: process
 * @ids: result; its ids are those that the process has in the user namespace which
 *	the caller is in now (seq_user_ns() in fs/proc/array.c)
 * @d: failure
 *
 * Returns: 0, or -errno with @d set.
 */
int nsproc_get_ids(const struct nsproc *m, struct nsproc_ids *ids, struct diag *d)
{
	char *status;
	size_t len;
	int rc = read_whole(m, "status", &status, &len, d);

	if (rc)
		return rc;
	/* the second of four is the effective id */
	if (sscanf(field(status, "\nUid:"), "%*u %u", &ids->uid) != 1 ||
	    sscanf(field(status, "\nGid:"), "%*u %u", &ids->gid) != 1)
		rc = fail(m, EPROTO, d);
	else if (parse_groups(field(status, "\nGroups:") , ids) != 0)
		rc = diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);
	free(status);
	return rc;
}
