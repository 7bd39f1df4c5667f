/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * all-io.h - read and write without short counts
 */
#ifndef UTIL_LINUX_ALL_IO_H
#define UTIL_LINUX_ALL_IO_H

#include <errno.h>
#include <stddef.h>
#include <sys/types.h>
#include <unistd.h>

/*
 * write_all - write a whole buffer
 * @fd: blocking file descriptor
 * @buf: what to write
 * @count: bytes
 *
 * Returns: 0, or -1 with errno set.
 */
static inline int write_all(int fd, const void *buf, size_t count)
{
	const char *p = buf;

	while (count) {
		ssize_t n = write(fd, p, count);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		p += n;
		count -= n;
	}
	return 0;
}

/*
 * read_all - read until the buffer is full or the file ends
 * @fd: blocking file descriptor
 * @buf: where to
 * @count: bytes
 *
 * Returns: the number of bytes read, or -1 with errno set.
 */
static inline ssize_t read_all(int fd, char *buf, size_t count)
{
	size_t done = 0;

	while (done < count) {
		ssize_t n = read(fd, buf + done, count - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		done += n;
	}
	return done;
}

#endif /* UTIL_LINUX_ALL_IO_H */
