/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * cgroup - what the cgroup of a process says: its unit and its container
 *
 * Who makes which names:
 *
 *	systemd		/X.slice/X-Y.slice/NAME.service, .scope and other units; a
 *			name that could be taken for a file has a "_" before it
 *	Docker		/docker/ID, docker-ID.scope
 *	Podman		libpod-ID[.scope], libpod-payload-ID; libpod-conmon-ID is
 *			the process that watches it
 *	containerd	cri-containerd-ID.scope, nerdctl-ID.scope, SLICE:cri-containerd:ID,
 *			/NAMESPACE/ID with the namespaces default, k8s.io and moby
 *	CRI-O		crio-ID[.scope]; crio-conmon-ID watches it
 *	LXC, Incus	lxc.payload.NAME, /lxc.payload/NAME, /lxc/NAME; lxc.monitor.NAME
 *	nspawn		machine-NAME.scope, systemd-nspawn@NAME.service, in which
 *			systemd-nspawn itself is in the cgroup "supervisor"
 *	libvirt		machine-lxc\x2dN\x2dNAME.scope; with qemu it is no container
 *	crun, runc	crun-NAME.scope, runc-NAME.scope, called without an engine
 *	Kubernetes	kubepods[-QOS]-podUID.slice with "_" for "-", /kubepods/[QOS/]podUID
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "c.h"
#include "all-io.h"
#include "cctype.h"
#include "cgroup.h"
#include "pathnames.h"
#include "strutils.h"

#define ID_DIGITS	64

enum {
	NAME_HEX	= (1 << 0),	/* ID_DIGITS hexadecimal digits follow */
	NAME_SCOPE	= (1 << 1),	/* only a scope of systemd's */
	NAME_HELPER	= (1 << 2),	/* no container, but a process beside it */
	NAME_MACHINE	= (1 << 3)	/* registered with systemd-machined */
};

static const struct {
	const char *prefix;
	const char *engine;
	unsigned int flags;
} names[] = {
	{ "docker-",		"docker",	NAME_HEX },
	{ "libpod-conmon-",	NULL,		NAME_HELPER },
	{ "libpod-payload-",	"podman",	NAME_HEX },
	{ "libpod-",		"podman",	NAME_HEX },
	{ "cri-containerd-",	"containerd",	NAME_HEX },
	{ "nerdctl-",		"containerd",	NAME_HEX },
	{ "crio-conmon-",	NULL,		NAME_HELPER },
	{ "crio-",		"cri-o",	NAME_HEX },
	{ "lxc.monitor.",	NULL,		NAME_HELPER },
	{ "lxc.payload.",	"lxc",		0 },
	{ "machine-",		"nspawn",	NAME_SCOPE | NAME_MACHINE },
	{ "crun-",		"crun",		NAME_SCOPE },
	{ "runc-",		"runc",		NAME_SCOPE }
};

/* An id without any word before it: who made it is told by the cgroup above. */
static const struct {
	const char *parent;
	const char *engine;
} parents[] = {
	{ "docker",	"docker" },
	{ "default",	"containerd" },
	{ "k8s.io",	"containerd" },
	{ "moby",	"containerd" }
};

static const char *const unit_types[] = {
	".service", ".scope", ".socket", ".mount", ".swap", ".slice"
};

/* Where in a path the parser is with the unit. */
enum unit_state {
	UNIT_EXPECTED = 0,	/* nothing but slices yet */
	UNIT_OF_USER,		/* in the unit of a user's manager */
	UNIT_DONE
};

struct parser {
	struct cgroup_info *info;
	enum unit_state state;
	const char *above;	/* the component before, or "" */
	unsigned int in_machine:1;	/* that was nspawn's */
	unsigned int in_pod:1;		/* that was a pod's */
};

static const char *ends_with(const char *s, const char *suffix)
{
	size_t len = strlen(s), n = strlen(suffix);

	return len > n && strcmp(s + len - n, suffix) == 0 ? s + len - n : NULL;
}

/*
 * cgroup_id_is_hex:
 *
 * Returns: 1 when it is a number that an engine chose rather than a name, of
 * which no more than the beginning needs to be known.
 */
int cgroup_id_is_hex(const char *id)
{
	return strspn(id, "0123456789abcdef") == ID_DIGITS && !id[ID_DIGITS];
}

static int replace(char **to, const char *from, size_t len)
{
	char *copy = strndup(from, len);

	if (!copy)
		return -ENOMEM;
	free(*to);
	*to = copy;
	return 0;
}

static int set_container(struct cgroup_info *info, const char *engine, const char *id, size_t len)
{
	info->engine = engine;
	return replace(&info->id, id, len);
}

/* What is in it is beside the container, or the container is none. */
static void unset_container(struct cgroup_info *info)
{
	free(info->id);
	info->id = NULL;
	info->engine = NULL;
}

static int is_unit(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(unit_types); i++) {
		if (ends_with(name, unit_types[i]))
			return 1;
	}
	return 0;
}

static int parse_unit(struct parser *p, const char *name)
{
	struct cgroup_info *info = p->info;
	char *both;

	if (p->state == UNIT_DONE || ends_with(name, ".slice"))
		return 0;
	if (!is_unit(name)) {
		p->state = UNIT_DONE;
		return 0;
	}
	if (p->state == UNIT_EXPECTED) {
		p->state = startswith(name, "user@") ? UNIT_OF_USER : UNIT_DONE;
		return replace(&info->unit, name, strlen(name));
	}

	p->state = UNIT_DONE;
	if (asprintf(&both, "%s/%s", info->unit, name) < 0)
		return -ENOMEM;
	free(info->unit);
	info->unit = both;
	return 0;
}

/* "kubepods-burstable-pod1_2.slice", "pod1-2" below kubepods, with @len bytes */
static int parse_pod(struct parser *p, const char *name, size_t len)
{
	static const char *const above[] = { "kubepods", "besteffort", "burstable", "guaranteed" };
	const char *uid = NULL;
	char *c;
	size_t i;
	int rc;

	p->in_pod = 0;
	if (startswith(name, "kubepods-")) {
		uid = strstr(name, "-pod");
		uid = uid ? uid + strlen("-pod") : NULL;
		if (len > strlen(".slice") &&
		    strncmp(name + len - strlen(".slice"), ".slice", strlen(".slice")) == 0)
			len -= strlen(".slice");
	}
	for (i = 0; !uid && i < ARRAY_SIZE(above); i++) {
		if (strcmp(p->above, above[i]) == 0)
			uid = startswith(name, "pod");
	}
	if (!uid || uid >= name + len ||
	    strspn(uid, "0123456789abcdef-_") < (size_t) (name + len - uid))
		return 0;

	rc = replace(&p->info->pod, uid, name + len - uid);
	for (c = p->info->pod; !rc && *c; c++) {
		if (*c == '_')
			*c = '-';
	}
	p->in_pod = !rc;
	return rc;
}

static int hex_digit(char c)
{
	const char *digits = "0123456789abcdef", *p = c ? strchr(digits, c) : NULL;

	return p ? (int) (p - digits) : -1;
}

/* systemd.unit(5): a "\xNN" is a byte. */
static void unescape(char *name)
{
	char *out = name;

	while (*name) {
		if (name[0] == '\\' && name[1] == 'x' && hex_digit(name[2]) >= 0 &&
		    hex_digit(name[3]) >= 0) {
			*out++ = hex_digit(name[2]) << 4 | hex_digit(name[3]);
			name += 4;
		} else {
			*out++ = *name++;
		}
	}
	*out = '\0';
}

/* "KIND-NUMBER-NAME", as libvirt calls its machines: NAME, or NULL */
static const char *libvirt_name(const char *machine, const char *kind)
{
	const char *p = startswith(machine, kind);
	size_t digits = p ? strspn(p, "0123456789") : 0;

	return digits && p[digits] == '-' && p[digits + 1] ? p + digits + 1 : NULL;
}

/* The name has been stored escaped. */
static int take_machine(struct parser *p)
{
	struct cgroup_info *info = p->info;
	const char *name;

	unescape(info->id);
	p->in_machine = 1;
	if (libvirt_name(info->id, "qemu-")) {
		unset_container(info);
		return 0;
	}
	name = libvirt_name(info->id, "lxc-");
	return name ? set_container(info, "libvirt-lxc", name, strlen(name)) : 0;
}

/* One of names[]; @len bytes of @name are without a ".scope" behind it. */
static int parse_name(struct parser *p, const char *name, size_t len, int is_scope)
{
	size_t i;
	int rc;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		const char *id = startswith(name, names[i].prefix);
		size_t idlen = id ? len - (id - name) : 0;
		unsigned int flags = names[i].flags;

		if (!id || id >= name + len || ((flags & NAME_SCOPE) && !is_scope))
			continue;
		if (flags & NAME_HELPER) {
			unset_container(p->info);
			return 0;
		}
		if ((flags & NAME_HEX) &&
		    (idlen != ID_DIGITS || strspn(id, "0123456789abcdef") != ID_DIGITS))
			continue;
		rc = set_container(p->info, names[i].engine, id, idlen);
		return !rc && (flags & NAME_MACHINE) ? take_machine(p) : rc;
	}
	return 0;
}

/* "SLICE:PREFIX:ID": not systemd's form, though a name of it was meant to be */
static int parse_colons(struct parser *p, const char *name)
{
	const char *first = strchr(name, ':');
	const char *second = first ? strchr(first + 1, ':') : NULL;
	char *scope;
	int rc;

	if (!second)
		return 0;
	rc = parse_pod(p, name, first - name);
	if (rc)
		return rc;
	if (asprintf(&scope, "%.*s-%s", (int) (second - first - 1), first + 1, second + 1) < 0)
		return -ENOMEM;
	rc = parse_name(p, scope, strlen(scope), 0);
	free(scope);
	return rc;
}

static int parse_bare_id(struct parser *p, const char *name, int in_pod)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(parents); i++) {
		if (strcmp(p->above, parents[i].parent) == 0)
			return set_container(p->info, parents[i].engine, name, ID_DIGITS);
	}
	return set_container(p->info, in_pod ? "cri" : "oci", name, ID_DIGITS);
}

static int parse_container(struct parser *p, const char *name)
{
	const char *scope = ends_with(name, ".scope"), *machine, *end;
	int in_pod = p->in_pod, in_machine = p->in_machine, rc;

	p->in_machine = 0;
	rc = parse_pod(p, name, strlen(name));
	if (rc)
		return rc;
	if (strchr(name, ':'))
		return parse_colons(p, name);
	if (cgroup_id_is_hex(name))
		return parse_bare_id(p, name, in_pod);
	if (strcmp(p->above, "lxc") == 0 || strcmp(p->above, "lxc.payload") == 0)
		return set_container(p->info, "lxc", name, strlen(name));
	if (in_machine && strcmp(name, "supervisor") == 0) {
		unset_container(p->info);
		return 0;
	}

	machine = startswith(name, "systemd-nspawn@");
	end = ends_with(name, ".service");
	if (machine && end > machine) {
		rc = set_container(p->info, "nspawn", machine, end - machine);
		return rc ? rc : take_machine(p);
	}
	return parse_name(p, name, scope ? (size_t) (scope - name) : strlen(name), scope != NULL);
}

/*
 * cgroup_parse:
 * @path: of a cgroup, from the root of its tree, as in /proc/PID/cgroup
 * @info: result, to be freed with cgroup_info_free(), also after an error
 *
 * The unit is that of the system's systemd, not one inside of a container; the
 * container is the innermost one. A process that an engine runs beside a
 * container, to watch it, is not in it.
 *
 * Returns: 0 or -ENOMEM.
 */
int cgroup_parse(const char *path, struct cgroup_info *info)
{
	struct parser p = { .info = info, .above = "" };
	char *copy = strdup(path), *save, *name;
	int rc = copy ? 0 : -ENOMEM;

	memset(info, 0, sizeof(*info));
	name = copy ? strtok_r(copy, "/", &save) : NULL;
	for (; name && !rc; name = strtok_r(NULL, "/", &save)) {
		/* seen from a cgroup namespace */
		if (strcmp(name, "..") == 0)
			continue;
		if (*name == '_')
			name++;
		rc = parse_unit(&p, name);
		if (!rc)
			rc = parse_container(&p, name);
		p.above = name;
	}
	free(copy);
	return rc;
}

void cgroup_info_free(struct cgroup_info *info)
{
	free(info->unit);
	free(info->id);
	free(info->pod);
	memset(info, 0, sizeof(*info));
}

/* Of a line "NUMBER:CONTROLLERS:PATH": 0 for the root, which says nothing. */
static int rank_line(const char *line, const char **path)
{
	const char *controllers = strchr(line, ':');
	const char *p = controllers ? strchr(++controllers, ':') : NULL;

	if (!p)
		return -1;
	*path = p + 1;
	if (strcmp(*path, "/") == 0)
		return 0;
	if (startswith(controllers, "name=systemd:"))
		return 3;
	return p == controllers ? 2 : 1;
}

/*
 * cgroup_choose_path:
 * @text: what is in /proc/PID/cgroup
 * @path: result, allocated
 *
 * A process is in one cgroup of each hierarchy. Where systemd has a hierarchy of
 * version 1 for itself the engines know that one best; otherwise it is the one
 * of version 2; else any that tells something. See cgroups(7).
 *
 * Returns: 0, -ENOMEM, or -ENOENT: there is none.
 */
int cgroup_choose_path(const char *text, char **path)
{
	char *copy = strdup(text), *save, *line;
	const char *p, *best = NULL, *end;
	int rank, best_rank = -1, rc;

	if (!copy)
		return -ENOMEM;
	for (line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		rank = rank_line(line, &p);
		if (rank > best_rank) {
			best_rank = rank;
			best = p;
		}
	}
	*path = NULL;
	end = best ? ends_with(best, " (deleted)") : NULL;
	rc = best ? replace(path, best, end ? (size_t) (end - best) : strlen(best)) : -ENOENT;
	free(copy);
	return rc;
}

/*
 * cgroup_read_path:
 * @pid: process
 * @path: result, allocated
 *
 * Returns: 0 or -errno.
 */
int cgroup_read_path(pid_t pid, char **path)
{
	char file[64], buf[16384];
	ssize_t n;
	int fd;

	snprintf(file, sizeof(file), _PATH_PROC "/%d/cgroup", (int) pid);
	fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read_all(fd, buf, sizeof(buf) - 1);
	close(fd);
	if (n < 0)
		return -EIO;
	buf[n] = '\0';
	return cgroup_choose_path(buf, path);
}
