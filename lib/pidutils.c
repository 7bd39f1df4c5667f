/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * pidutils.c - processes named on the command line
 */
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>

#include "c.h"
#include "cctype.h"
#include "pidutils.h"
#include "strutils.h"

/* The digits from @str to @end as a number from 1 to @max; 0 or -errno. */
static int parse_digits(const char *str, const char *end, uint64_t max, uint64_t *num)
{
	uint64_t n = 0;

	if (str == end)
		return -EINVAL;

	for (; str < end; str++) {
		unsigned int digit = *str - '0';

		if (!c_isdigit(*str))
			return -EINVAL;
		if (n > (max - digit) / 10)
			return -ERANGE;
		n = n * 10 + digit;
	}
	if (n == 0)
		return -ERANGE;

	*num = n;
	return 0;
}

/*
 * ul_parse_pid_str - PID or PID:INO, as nsenter and waitpid take it
 * @pidstr: string; it is only read, although the type is util-linux's
 * @pid_num: returns the PID
 * @pfd_ino: returns the inode of the process's pidfd, 0 if none was given; if it
 *	is NULL, a string with an inode is refused
 *
 * The inode belongs to one process since boot, while a PID is used again.
 *
 * Returns: 0, or with errno set -EINVAL if @pidstr is not of this form or -ERANGE
 * if a number is 0 or too large; the results are untouched then.
 */
int ul_parse_pid_str(char *pidstr, pid_t *pid_num, uint64_t *pfd_ino)
{
	const char *colon, *end;
	uint64_t pid, ino = 0;
	int rc;

	if (!pidstr || !pid_num)
		return -(errno = EINVAL);

	end = pidstr + strlen(pidstr);
	colon = strchr(pidstr, ':');
	if (colon && !pfd_ino)
		return -(errno = EINVAL);

	rc = parse_digits(pidstr, colon ? colon : end, INT_MAX, &pid);
	if (rc == 0 && colon)
		rc = parse_digits(colon + 1, end, UINT64_MAX, &ino);
	if (rc)
		return -(errno = -rc);

	*pid_num = pid;
	if (pfd_ino)
		*pfd_ino = ino;
	return 0;
}
