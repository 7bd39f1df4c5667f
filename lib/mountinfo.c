/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mountinfo - what mountinfo says of one mount, where the kernel has no
 * statmount and libmount must not be used: in a namespace that one has entered
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "c.h"
#include "mountapi.h"
#include "mountinfo.h"
#include "mnttab.h"
#include "pathnames.h"

static int procfd = -1;			/* of this process, as long as it lives */

/*
 * mountinfo_keep_proc - takes hold of the caller's /proc
 *
 * To be called before another namespace is entered, which may have none, or one
 * that is not to be trusted. Nothing is done on kernels with statmount(2).
 */
void mountinfo_keep_proc(void)
{
	if (procfd < 0 && !mnt_has_statmount())
		procfd = open(_PATH_PROC, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* The optional fields end with a hyphen; those after it may look like them. */
static uint64_t parse_propagation(char *fields)
{
	uint64_t propagation = 0;
	char *save = NULL, *word;

	for (word = strtok_r(fields, " ", &save); word && strcmp(word, "-") != 0;
	     word = strtok_r(NULL, " ", &save)) {
		if (strncmp(word, "shared:", 7) == 0)
			propagation |= MS_SHARED;
		else if (strncmp(word, "master:", 7) == 0)
			propagation |= MS_SLAVE;
		else if (strcmp(word, "unbindable") == 0)
			propagation |= MS_UNBINDABLE;
	}
	return propagation ? propagation : MS_PRIVATE;
}

/* The paths have no blanks in them, these are written as \040. */
static int parse_line(char *text, struct mountinfo_line *line)
{
	int options = 0, end = 0, optional = 0;

	if (sscanf(text, "%u %u %u:%u %*s %*s %n%*s%n %n", &line->id, &line->parent,
		   &line->dev_major, &line->dev_minor, &options, &end, &optional) != 4 || !optional)
		return -EINVAL;
	text[end] = '\0';
	line->attr = mnt_parse_attributes(text + options);
	line->propagation = parse_propagation(text + optional);
	return 0;
}

static int find_line(FILE *f, uint64_t id, struct mountinfo_line *line)
{
	char *text = NULL;
	size_t size = 0;
	int rc = -ENOENT;

	while (rc == -ENOENT && getline(&text, &size, f) >= 0) {
		if (strtoull(text, NULL, 10) == id)
			rc = parse_line(text, line);
	}
	if (rc == -ENOENT && ferror(f))
		rc = -EIO;
	free(text);
	return rc;
}

/*
 * mountinfo_find:
 * @id: as mnt_old_id() has it, of a mount of the namespace that the caller is in
 * @line: result
 *
 * Only mounts that can be reached from the caller's root are found. Needs
 * mountinfo_keep_proc().
 *
 * Returns: 0, -ENOENT when there is no such mount, or another -errno when that
 * cannot be known. See proc_pid_mountinfo(5).
 */
int mountinfo_find(uint64_t id, struct mountinfo_line *line)
{
	int fd, rc;
	FILE *f;

	if (procfd < 0)
		return -ENOSYS;
	fd = openat(procfd, "self/mountinfo", O_RDONLY | O_CLOEXEC);
	/* there is no "self" in the /proc of another PID namespace */
	if (fd < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	f = fdopen(fd, "r");
	if (!f) {
		close(fd);
		return -ENOMEM;
	}
	rc = find_line(f, id, line);
	fclose(f);
	return rc;
}
