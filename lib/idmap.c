/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * idmap - user namespaces that say how an idmapped mount maps its ids
 *
 * The kernel takes the maps of an idmapped mount from a user namespace. Where
 * they are given as numbers, one is made that no process stays in.
 */
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "all-io.h"
#include "c.h"
#include "idmap.h"
#include "mountapi.h"
#include "namespace.h"
#include "nls.h"
#include "nsfs.h"
#include "pathnames.h"
#include "pdeathsig.h"
#include "strutils.h"

#define BLANKS		" \t"

enum { UIDS, GIDS };

/* What is written to uid_map and gid_map, see user_namespaces(7). */
struct maps {
	char *text[2];
};

static void free_maps(struct maps *maps)
{
	free(maps->text[UIDS]);
	free(maps->text[GIDS]);
}

/* Appends a line; the kernel wants numbers between blanks. */
static int add_line(char **text, const uint64_t num[3])
{
	char *joined;

	if (asprintf(&joined, "%s%ju %ju %ju\n", *text ? *text : "",
		     (uintmax_t) num[0], (uintmax_t) num[1], (uintmax_t) num[2]) < 0)
		return -ENOMEM;
	free(*text);
	*text = joined;
	return 0;
}

/*
 * [u:|g:|b:]FS:MOUNT:COUNT, @piece is written to. That is the order in which
 * mount(8) hands the numbers on to the kernel: the id on the filesystem, then
 * the one that the mount shows.
 */
static int add_piece(struct maps *maps, char *piece)
{
	char *number, *rest = piece, which = 'b';
	uint64_t num[3];
	size_t i;
	int rc = 0;

	if (piece[0] && piece[1] == ':' && strchr("ugb", piece[0])) {
		which = piece[0];
		rest += 2;
	}
	for (i = 0; i < ARRAY_SIZE(num); i++) {
		number = strsep(&rest, ":");
		if (!number || !isdigit_string(number) ||
		    ul_strtou64(number, &num[i], 10) != 0 || num[i] >= UINT32_MAX)
			return -EINVAL;
	}
	if (rest || !num[2])
		return -EINVAL;

	if (which != 'g')
		rc = add_line(&maps->text[UIDS], num);
	if (!rc && which != 'u')
		rc = add_line(&maps->text[GIDS], num);
	return rc;
}

static int parse_maps(struct maps *maps, const char *spec, struct diag *d)
{
	char *copy = strdup(spec), *rest = copy, *piece;
	int rc = copy ? 0 : -ENOMEM, found = 0;

	while (!rc && (piece = strsep(&rest, BLANKS))) {
		if (!*piece)
			continue;
		found = 1;
		rc = add_piece(maps, piece);
	}
	free(copy);
	if (rc == -ENOMEM)
		return diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);
	if (rc || !found)
		return diag_fail_cause(d, DIAG_IDMAP, EINVAL, spec,
				_("maps are [u:|g:|b:]FIRST:MAPPED:COUNT, with blanks between them"),
				_("neither maps, nor a PID, nor the path of a user namespace"));
	/* newer kernels refuse it, older ones show everything as nobody's */
	if (!maps->text[UIDS] || !maps->text[GIDS])
		return diag_fail_cause(d, DIAG_IDMAP, EINVAL, spec, NULL,
				maps->text[UIDS] ? _("it maps no group ids") :
						   _("it maps no user ids"));
	return 0;
}

/*
 * The end of the pipe tells that the user namespace is made, an errno before it
 * why it could not be.
 */
static void __attribute__((__noreturn__)) child(pid_t parent, int fd)
{
	int err;

	pdeathsig_set(parent);
	if (unshare(CLONE_NEWUSER) < 0) {
		err = errno;
		_exit(write_all(fd, &err, sizeof(err)) == 0 ? 0 : EXIT_FAILURE);
	}
	close(fd);
	for (;;)
		pause();
}

/* Returns the process, whose user namespace has no maps yet, or -errno. */
static pid_t start_child(void)
{
	int fds[2], err = 0;
	ssize_t n;
	pid_t parent = getpid(), pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	pid = fork();
	if (pid == 0) {
		close(fds[0]);
		child(parent, fds[1]);
	}
	if (pid < 0)
		err = errno;
	close(fds[1]);
	if (pid > 0) {
		n = read_all(fds[0], (char *) &err, sizeof(err));
		if (n < 0)
			err = errno;
	}
	close(fds[0]);
	if (err && pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	return err ? -err : pid;
}

static int write_file(pid_t pid, const char *name, const char *text)
{
	char path[sizeof(_PATH_PROC) + 64];
	int fd, rc;

	snprintf(path, sizeof(path), _PATH_PROC "/%d/%s", (int) pid, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* the kernel takes a map in one piece */
	rc = write(fd, text, strlen(text)) < 0 ? -errno : 0;
	close(fd);
	return rc;
}

static int open_userns_of(pid_t pid)
{
	char path[sizeof(_PATH_PROC) + 64];
	int fd;

	snprintf(path, sizeof(path), _PATH_PROC "/%d/ns/user", (int) pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int write_maps(pid_t pid, const struct maps *maps)
{
	int rc;

	/* nobody will be in there, and without privileges it is asked for */
	write_file(pid, "setgroups", "deny");
	rc = write_file(pid, "uid_map", maps->text[UIDS]);
	if (!rc)
		rc = write_file(pid, "gid_map", maps->text[GIDS]);
	return rc;
}

static int make_userns(const struct maps *maps, const char *spec, struct diag *d)
{
	pid_t pid = start_child();
	int rc;

	if (pid < 0)
		return diag_fail(d, DIAG_IDMAP_USERNS, -pid, spec);
	rc = write_maps(pid, maps);
	if (rc)
		diag_fail(d, DIAG_IDMAP, -rc, spec);
	else {
		rc = open_userns_of(pid);
		if (rc < 0)
			diag_fail(d, DIAG_IDMAP_USERNS, -rc, spec);
	}
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return rc;
}

static int open_file(const char *spec, struct diag *d)
{
	/* a FIFO that nobody writes to would block */
	int fd = open(spec, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		return diag_fail(d, DIAG_IDMAP_USERNS, errno, spec);
	if (!ns_is_nsfs(fd) || ioctl(fd, UL_NS_GET_NSTYPE) != CLONE_NEWUSER) {
		close(fd);
		return diag_fail_cause(d, DIAG_IDMAP_USERNS, EINVAL, spec, NULL,
				       _("not a user namespace"));
	}
	return fd;
}

static int open_pid(const char *spec, struct diag *d)
{
	uint64_t pid;
	int fd;

	if (ul_strtou64(spec, &pid, 10) != 0 || !pid || pid > INT_MAX)
		return diag_fail_cause(d, DIAG_IDMAP_USERNS, EINVAL, spec, NULL, _("not a PID"));
	fd = open_userns_of(pid);
	if (fd == -ENOENT)
		return diag_fail_cause(d, DIAG_IDMAP_USERNS, ESRCH, spec, NULL,
				       _("no such process"));
	return fd < 0 ? diag_fail(d, DIAG_IDMAP_USERNS, -fd, spec) : fd;
}

/*
 * idmap_open:
 * @spec: maps as of mount(8)'s X-mount.idmap=, "[u:|g:|b:]FIRST:MAPPED:COUNT"
 *	with blanks between them; or a PID; or, with a slash, the path of a user
 *	namespace
 * @d: failure
 *
 * Returns: open O_CLOEXEC user namespace for MOUNT_ATTR_IDMAP of
 * mount_setattr(2), or -errno with @d set. Of the process that it was made with
 * nothing is left.
 */
int idmap_open(const char *spec, struct diag *d)
{
	struct maps maps = { .text = { NULL } };
	int rc;

	if (strchr(spec, '/'))
		return open_file(spec, d);
	if (isdigit_string(spec))
		return open_pid(spec, d);

	rc = parse_maps(&maps, spec, d);
	if (!rc)
		rc = make_userns(&maps, spec, d);
	free_maps(&maps);
	return rc;
}
