/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-proctext - processes and users in the cells of a table
 */
#include <fcntl.h>
#include <unistd.h>

#include "pathnames.h"
#include "usernames.h"
#include "xalloc.h"

#include "mntns-proctext.h"
#include "mntns-table.h"
#include "mntns.h"

/* Reads at most what fits; the strings of /proc/PID/cmdline become one. */
static char *read_words(pid_t pid, const char *file)
{
	char path[64], buf[4096];
	ssize_t i, n;
	int fd;

	snprintf(path, sizeof(path), _PATH_PROC "/%d/%s", (int) pid, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	n = read(fd, buf, sizeof(buf));
	close(fd);

	while (n > 0 && (!buf[n - 1] || buf[n - 1] == '\n'))
		n--;
	for (i = 0; i < n; i++) {
		if (!buf[i])
			buf[i] = ' ';
	}
	return n > 0 ? xstrndup(buf, n) : NULL;
}

/* The name of a process alone, in brackets; allocated, or NULL. */
char *mntns_comm_text(pid_t pid)
{
	char *name = pid ? read_words(pid, "comm") : NULL, *str = NULL;

	if (name)
		xasprintf(&str, "[%s]", name);
	free(name);
	return str;
}

/*
 * mntns_command_text:
 * @pid: process, or 0
 *
 * A kernel thread, and a process that hides it, has no command line: then it is
 * the name in brackets.
 *
 * Returns: allocated text, NULL when there is no such process.
 */
char *mntns_command_text(pid_t pid)
{
	char *str = pid ? read_words(pid, "cmdline") : NULL;

	return str ? str : mntns_comm_text(pid);
}

/* The name of a user, or the number where it has none; allocated. */
char *mntns_user_text(uid_t uid)
{
	const char *name = uid_to_username(uid);

	return name ? xstrdup(name) : mntns_number_text(uid, 1);
}
