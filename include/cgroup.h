/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * cgroup - what the cgroup of a process says: its unit and its container
 *
 * systemd and the engines that run containers name the cgroups that they make,
 * and nothing but these names is looked at: no daemon is asked. The names are
 * conventions, see lib/cgroup.c.
 */
#ifndef UTIL_LINUX_CGROUP_H
#define UTIL_LINUX_CGROUP_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What a path tells; NULL where it does not. */
struct cgroup_info {
	char *unit;		/* "ssh.service", of a user "user@1000.service/app.service" */
	const char *engine;	/* "docker", "podman", ...; not allocated */
	char *id;		/* of the container: 64 hexadecimal digits, or a name */
	char *pod;		/* uid of the Kubernetes pod */
};

int cgroup_parse(const char *path, struct cgroup_info *info);
void cgroup_info_free(struct cgroup_info *info);
int cgroup_id_is_hex(const char *id);

int cgroup_choose_path(const char *text, char **path);
int cgroup_read_path(pid_t pid, char **path);

/* lib/cgroup-tree.c: processes by unit or container */
struct cgroup_match {
	char *name;		/* the unit, or ENGINE:ID */
	char *pod;
	char *dir;		/* where the process below is in */
	pid_t pid;		/* the oldest process; 0: there is none */
	uint64_t starttime;
	unsigned int exact:1;	/* not just the beginning of an id */
	unsigned int foreign:1;	/* has processes of another PID namespace */
};

struct cgroup_search {
	struct cgroup_match *matches;	/* in the order of their names */
	size_t n;
	char *roots;		/* the trees that were looked at, "a, b"; NULL: there is none */
};

int cgroup_find_unit(struct cgroup_search *s, const char *name);
int cgroup_find_container(struct cgroup_search *s, const char *prefix);
void cgroup_search_free(struct cgroup_search *s);
int cgroup_has_member(const char *dir, pid_t pid);

#endif /* UTIL_LINUX_CGROUP_H */
