/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * test_mntns_fd - execute a command that inherits detached mounts
 *
 *	test_mntns_fd [-c DIR | -t TYPE | -o PATH]... -- COMMAND [ARG...]
 *
 * The first file descriptor is 10, the next 11, and so on: a clone of DIR with
 * what is mounted below it, a new filesystem of TYPE, or PATH as O_PATH opens it.
 */
#include <err.h>
#include <stdlib.h>
#include <unistd.h>

#include "mountapi.h"

#define FIRST	10

static int new_filesystem(const char *type)
{
	int fs = ul_fsopen(type, FSOPEN_CLOEXEC);

	if (fs < 0 || ul_fsconfig(fs, UL_FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -1;
	return ul_fsmount(fs, FSMOUNT_CLOEXEC, 0);
}

static int open_it(int how, const char *arg)
{
	if (how == 't')
		return new_filesystem(arg);
	if (how == 'o')
		return open(arg, O_PATH | O_CLOEXEC);
	return ul_open_tree(AT_FDCWD, arg, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
}

int main(int argc, char **argv)
{
	int c, fd, next = FIRST;

	while ((c = getopt(argc, argv, "+c:o:t:")) != -1) {
		if (c == '?')
			return EXIT_FAILURE;
		fd = open_it(c, optarg);
		/* the copy is not close-on-exec */
		if (fd < 0 || dup2(fd, next++) < 0)
			err(EXIT_FAILURE, "-%c %s", c, optarg);
	}
	if (optind == argc)
		errx(EXIT_FAILURE, "no command");
	execvp(argv[optind], argv + optind);
	err(EXIT_FAILURE, "%s", argv[optind]);
}
