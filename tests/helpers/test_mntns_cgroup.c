/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * test_mntns_cgroup - what lib/cgroup reads out of paths
 *
 *	test_mntns_cgroup parse		paths on stdin, one a line: unit, container
 *					and pod of each
 *	test_mntns_cgroup choose	a /proc/PID/cgroup on stdin: the path that
 *					is taken from it
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "all-io.h"
#include "cgroup.h"

static const char *or_dash(const char *s)
{
	return s ? s : "-";
}

static void parse_lines(void)
{
	struct cgroup_info info;
	char line[1024];

	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		if (!*line || *line == '#') {
			puts(line);
			continue;
		}
		if (cgroup_parse(line, &info) != 0)
			errx(EXIT_FAILURE, "failed to parse %s", line);
		printf("%s\n\tunit %s, container %s:%s, pod %s\n", line, or_dash(info.unit),
		       or_dash(info.engine), or_dash(info.id), or_dash(info.pod));
		cgroup_info_free(&info);
	}
}

static void choose_path(void)
{
	char buf[4096], *path;
	ssize_t n = read_all(STDIN_FILENO, buf, sizeof(buf) - 1);

	if (n < 0)
		err(EXIT_FAILURE, "read");
	buf[n] = '\0';
	if (cgroup_choose_path(buf, &path) != 0) {
		puts("none");
		return;
	}
	puts(path);
	free(path);
}

int main(int argc, char *argv[])
{
	if (argc == 2 && strcmp(argv[1], "parse") == 0)
		parse_lines();
	else if (argc == 2 && strcmp(argv[1], "choose") == 0)
		choose_path();
	else
		errx(EXIT_FAILURE, "usage: test_mntns_cgroup parse|choose");
	return EXIT_SUCCESS;
}
