/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * userns - make a user namespace, or join one
 *
 * Who may write which map is told in user_namespaces(7), and decided by
 * new_idmap_permitted() in kernel/user_namespace.c.
 */
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "c.h"
#include "diagnose.h"
#include "diagreport.h"
#include "mountapi.h"
#include "namespace.h"
#include "nls.h"
#include "nsfs.h"
#include "pathnames.h"
#include "pdeathsig.h"
#include "pidutils.h"
#include "strutils.h"
#include "userns.h"

/* One of the two maps of a new namespace. */
struct mapper {
	const struct idranges *map;
	uint32_t own;			/* the caller's id, before the namespace */
	const char *file;		/* in /proc/PID */
	const char *program;		/* with the privilege to write more than that */
	unsigned int cap;		/* capability to do it oneself */
};

/* What a child in the parent namespace is for: more than the caller's own id. */
static int needs_writer(const struct userns *u)
{
	return u->users.nr || u->groups.nr;
}

/* A setting in /proc/sys; -1 where there is none. */
static int read_sysctl(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), value = -1;
	char buf[16];
	ssize_t n;

	if (fd < 0)
		return -1;
	n = read(fd, buf, sizeof(buf) - 1);
	close(fd);
	if (n > 0) {
		buf[n] = '\0';
		value = atoi(buf);
	}
	return value;
}

/* What distributions have added to keep users without privileges away from it. */
static const struct restriction {
	const char *path;
	const char *remedy;
	int value;
} restrictions[] = {
	{ "/proc/sys/kernel/unprivileged_userns_clone",
	  N_("root may set the sysctl kernel.unprivileged_userns_clone to 1"), 0 },
	{ "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
	  N_("root may set the sysctl kernel.apparmor_restrict_unprivileged_userns to 0, or give mntns an AppArmor profile"), 1 }
};

static int fail_restricted(enum diag_step step, int err, const char *object, struct diag *d)
{
	size_t i;

	for (i = 0; (err == EPERM || err == EACCES) && i < ARRAY_SIZE(restrictions); i++) {
		if (read_sysctl(restrictions[i].path) == restrictions[i].value)
			return diag_fail_cause(d, step, err, object, _(restrictions[i].remedy),
				_("this system does not let ordinary users have user namespaces"));
	}
	return diag_fail(d, step, err, object);
}

static int write_file(const char *path, const char *text)
{
	int rc = 0, fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	/* such files take it at once or not at all */
	if (write(fd, text, strlen(text)) < 0)
		rc = -errno;
	close(fd);
	return rc;
}

static int write_map(const char *path, const struct mapper *m, const struct idranges *map,
		     struct diag *d)
{
	char *text = idranges_format(map);
	int rc;

	if (!text)
		return diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);
	rc = write_file(path, text);
	free(text);
	return rc ? fail_restricted(DIAG_USERNS_MAP, -rc, m->file, d) : 0;
}

/* The first line of what the program said, if anything. */
static int fail_program(int out, const struct mapper *m, struct diag *d)
{
	char said[256] = "";
	const char *text;
	size_t len = 0;
	ssize_t n;

	while (len < sizeof(said) - 1 &&
	       (n = read(out, said + len, sizeof(said) - 1 - len)) > 0)
		len += n;
	said[len] = '\0';
	said[strcspn(said, "\n")] = '\0';
	text = startswith(said, m->program);
	if (text && startswith(text, ": "))
		text += 2;
	if (!*said)
		return diag_fail(d, DIAG_USERNS_MAPPER, EPERM, m->program);
	return diag_fail_cause(d, DIAG_USERNS_MAPPER, EPERM, m->program, NULL, "%s",
			       text ? text : said);
}

/* PROGRAM PID INNER OUTER COUNT..., all in one allocation. Returns NULL without memory. */
static char **program_argv(const char *program, pid_t pid, const struct idranges *map)
{
	const size_t digits = 12, nr = 2 + 3 * map->nr;
	char **argv = malloc((nr + 1) * sizeof(*argv) + nr * digits);
	char *text;
	size_t i;

	if (!argv)
		return NULL;
	text = (char *) (argv + nr + 1);
	for (i = 1; i < nr; i++) {
		const struct idrange *r = &map->ranges[i < 2 ? 0 : (i - 2) / 3];
		uint32_t id = i < 2 ? (uint32_t) pid :
			      (i - 2) % 3 == 0 ? r->inner :
			      (i - 2) % 3 == 1 ? r->outer : r->count;

		argv[i] = text + i * digits;
		snprintf(argv[i], digits, "%u", id);
	}
	argv[0] = (char *) program;
	argv[nr] = NULL;
	return argv;
}

/* newuidmap(1) or newgidmap(1), which look at /etc/subuid and /etc/subgid. */
static int run_program(const struct mapper *m, pid_t pid, const struct idranges *map,
		       struct diag *d)
{
	char **argv = program_argv(m->program, pid, map);
	int out[2], status = 0, rc = 0;
	pid_t child;

	if (!argv)
		return diag_fail(d, DIAG_MEMORY, ENOMEM, NULL);
	if (pipe2(out, O_CLOEXEC) < 0) {
		rc = diag_fail(d, DIAG_USERNS_MAPPER, errno, m->program);
		free(argv);
		return rc;
	}
	child = fork();
	if (child == 0) {
		dup2(out[1], STDERR_FILENO);
		execvp(m->program, argv);
		/* EACCES may be that of another directory in PATH */
		_exit(errno == ENOENT || errno == EACCES ? 127 : 126);
	}
	if (child < 0)
		rc = diag_fail(d, DIAG_USERNS_MAPPER, errno, m->program);
	close(out[1]);
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (child > 0 && status != 0)
		rc = WIFEXITED(status) && WEXITSTATUS(status) == 127 ?
			diag_fail(d, DIAG_USERNS_MAPPER, ENOENT, m->program) :
			fail_program(out[0], m, d);
	close(out[0]);
	free(argv);
	return rc;
}

/* Writes a map that has more than the caller's own id, from outside. */
static int map_process(const struct mapper *m, pid_t pid, struct diag *d)
{
	char path[sizeof(_PATH_PROC) + 32];
	struct idranges map;
	int rc;

	if (!m->map->nr)
		return 0;
	rc = idranges_insert_own(m->map, m->own, &map, d);
	if (!rc && caller_has_cap(m->cap)) {
		snprintf(path, sizeof(path), _PATH_PROC "/%d/%s", (int) pid, m->file);
		rc = write_map(path, m, &map, d);
	} else if (!rc) {
		rc = run_program(m, pid, &map, d);
	}
	idranges_free(&map);
	return rc;
}

/* Writes a map of the caller's own id, which nobody needs a privilege for. */
static int map_self(const struct mapper *m, struct diag *d)
{
	char path[sizeof(_PATH_PROC) + 32];
	struct idranges map;
	int rc;

	if (m->map->nr || m->map->own == IDRANGES_NO_ID)
		return 0;
	rc = idranges_insert_own(m->map, m->own, &map, d);
	snprintf(path, sizeof(path), _PATH_PROC "/self/%s", m->file);
	if (!rc)
		rc = write_map(path, m, &map, d);
	idranges_free(&map);
	return rc;
}

/*
 * setgroups(2) lets a process give up a group that a file denies something to, so
 * the kernel wants it forbidden before one without privileges may map its group;
 * it cannot be forbidden later.
 */
static int deny_setgroups(const struct userns *u, struct diag *d)
{
	int rc;

	if (u->setgroups != USERNS_SETGROUPS_DENY &&
	    (u->groups.nr || u->groups.own == IDRANGES_NO_ID))
		return 0;
	rc = write_file(_PATH_PROC "/self/setgroups", "deny");
	return rc ? fail_restricted(DIAG_USERNS_MAP, -rc, "setgroups", d) : 0;
}

/* The child that stays in the parent namespace, until it is told to begin. */
static void __attribute__((__noreturn__))
writer(const struct mapper *users, const struct mapper *groups, pid_t pid, int sock)
{
	struct diag d = { .step = DIAG_NONE };
	char go;

	signal(SIGCHLD, SIG_DFL);
	if (recv(sock, &go, 1, 0) != 1)
		_exit(EXIT_FAILURE);
	if (map_process(users, pid, &d) == 0)
		map_process(groups, pid, &d);
	_exit(diagreport_send(sock, &d, -1) == 0 ? 0 : EXIT_FAILURE);
}

static int start_writer(const struct mapper *users, const struct mapper *groups, pid_t *pid,
			struct diag *d)
{
	int sock[2], rc;
	pid_t caller = getpid();

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sock) < 0)
		return diag_fail(d, DIAG_USERNS_MAKE, errno, NULL);
	*pid = fork();
	if (*pid == 0) {
		close(sock[0]);
		writer(users, groups, caller, sock[1]);
	}
	rc = *pid < 0 ? diag_fail(d, DIAG_USERNS_MAKE, errno, NULL) : sock[0];
	close(sock[1]);
	if (rc < 0)
		close(sock[0]);
	return rc;
}

static int await_writer(int sock, struct diag *d)
{
	int rc;

	/* the writer may have died already; we are not to die of SIGPIPE then */
	if (send(sock, "", 1, MSG_NOSIGNAL) != 1)
		return diag_fail(d, DIAG_USERNS_MAKE, errno == EPIPE ? ECHILD : errno, NULL);
	rc = diagreport_receive(sock, NULL, d);
	if (rc && d->step == DIAG_NONE)
		diag_fail(d, DIAG_USERNS_MAKE, -rc, NULL);
	return rc;
}

static int unshare_user(struct diag *d)
{
	if (unshare(CLONE_NEWUSER) < 0)
		return fail_restricted(DIAG_USERNS_MAKE, errno, NULL, d);
	return 0;
}

static int make(const struct userns *u, struct diag *d)
{
	struct mapper users = {
		.map = &u->users, .own = geteuid(), .file = "uid_map",
		.program = "newuidmap", .cap = CAP_SETUID
	};
	struct mapper groups = {
		.map = &u->groups, .own = getegid(), .file = "gid_map",
		.program = "newgidmap", .cap = CAP_SETGID
	};
	pid_t pid = 0;
	int rc, sock = -1;

	if (needs_writer(u)) {
		sock = start_writer(&users, &groups, &pid, d);
		if (sock < 0)
			return sock;
	}
	rc = unshare_user(d);
	if (!rc)
		rc = deny_setgroups(u, d);
	if (!rc && sock >= 0)
		rc = await_writer(sock, d);
	if (!rc)
		rc = map_self(&users, d);
	if (!rc)
		rc = map_self(&groups, d);

	/* a writer that was not told to begin ends now */
	if (sock >= 0)
		close(sock);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return rc;
}

static int open_operand(const char *ns, struct diag *d)
{
	char path[sizeof(_PATH_PROC) + 32];
	pid_t pid;
	int fd;

	if (strchr(ns, '/')) {
		fd = open(ns, O_RDONLY | O_CLOEXEC);
	} else if (isdigit_string(ns) && ul_parse_pid_str((char *) ns, &pid, &(uint64_t) { 0 }) == 0) {
		snprintf(path, sizeof(path), _PATH_PROC "/%d/ns/user", (int) pid);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 && errno == ENOENT)
			return diag_fail(d, DIAG_USERNS_OPEN, ESRCH, ns);
	} else {
		return diag_fail_cause(d, DIAG_USERNS_OPEN, EINVAL, ns, NULL,
				       _("it is neither a PID nor a path with a '/'"));
	}
	if (fd < 0)
		return diag_fail(d, DIAG_USERNS_OPEN, errno, ns);
	if (!ns_is_nsfs(fd) || ioctl(fd, UL_NS_GET_NSTYPE) != CLONE_NEWUSER) {
		close(fd);
		return diag_fail(d, DIAG_USERNS_OPEN, EINVAL, ns);
	}
	return fd;
}

static int is_own(int fd)
{
	struct stat it, own;

	return fstat(fd, &it) == 0 && stat(_PATH_PROC "/self/ns/user", &own) == 0 &&
	       it.st_ino == own.st_ino && it.st_dev == own.st_dev;
}

static int join(const char *ns, struct diag *d)
{
	int rc = 0, fd = open_operand(ns, d);

	if (fd < 0)
		return fd;
	/* its members may trace whoever joins, unless it cannot be dumped */
	if (!is_own(fd)) {
		prctl(PR_SET_DUMPABLE, 0);
		if (pdeathsig_setns_user(fd) < 0)
			rc = diag_fail(d, DIAG_USERNS_JOIN, errno, ns);
	}
	close(fd);
	return rc;
}

/*
 * userns_enter:
 * @u: what to make, or to join
 * @d: failure
 *
 * Moves the caller, a single-threaded process, into a user namespace, in which it
 * has all capabilities until it executes a program. It keeps its ids. To have
 * the ids mapped no other process stays. On failure the caller may be in the new
 * namespace and is expected to exit.
 *
 * Returns: 0, or -errno with @d set.
 */
int userns_enter(const struct userns *u, struct diag *d)
{
	return u->join ? join(u->join, d) : make(u, d);
}

/*
 * userns_become_root:
 * @ns: what the namespace is called in a failure
 * @d: failure
 *
 * All capabilities come with a user namespace that was joined, the ids do not: 0
 * is taken where it is mapped (EINVAL where not), so that the files of the
 * namespace are the caller's. setgroups() is denied in user namespaces made
 * without privileges, which is as well.
 *
 * Returns: 0, or -errno with @d set.
 */
int userns_become_root(const char *ns, struct diag *d)
{
	if (setgroups(0, NULL) < 0 && errno != EPERM)
		return diag_fail(d, DIAG_JOIN_IDS, errno, ns);
	if (setresgid(0, 0, 0) < 0 && errno != EINVAL)
		return diag_fail(d, DIAG_JOIN_IDS, errno, ns);
	if (setresuid(0, 0, 0) < 0 && errno != EINVAL)
		return diag_fail(d, DIAG_JOIN_IDS, errno, ns);
	return 0;
}
