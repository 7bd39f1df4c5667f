/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * loopdev - a block device for an image in a file
 *
 * The device is of the kind that the kernel releases when nobody has it open any
 * more: a filesystem on it, or the caller. See loop(4).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "c.h"
#include "loopdev.h"
#include "nls.h"

#define PATH_CONTROL	"/dev/loop-control"

/* between asking for a free device and taking it, another may take it */
#define MAX_TRIES	64

/* What cannot be written to is for a filesystem that is read-only anyway. */
static int open_image(const char *image, int is_ro, int *flags)
{
	int fd = -1;

	if (!is_ro)
		fd = open(image, O_RDWR | O_CLOEXEC);
	if (is_ro || (fd < 0 && (errno == EACCES || errno == EROFS || errno == ETXTBSY))) {
		*flags |= LO_FLAGS_READ_ONLY;
		fd = open(image, O_RDONLY | O_CLOEXEC);
	}
	return fd < 0 ? -errno : fd;
}

/* Returns the fd of the device @nr with the image, or -errno: -EBUSY it is taken. */
static int configure(int nr, int image_fd, const char *image, int flags,
		     char *device, size_t size)
{
	struct loop_config config = { .fd = image_fd, .info.lo_flags = flags };
	int fd, rc;

	snprintf(device, size, "/dev/loop%d", nr);
	fd = open(device, (flags & LO_FLAGS_READ_ONLY ? O_RDONLY : O_RDWR) | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* what losetup(8) shows; cut off where it is longer */
	snprintf((char *) config.info.lo_file_name, LO_NAME_SIZE, "%s", image);
	if (ioctl(fd, LOOP_CONFIGURE, &config) == 0)
		return fd;
	rc = -errno;
	close(fd);
	return rc;
}

static int take_free(int control, int image_fd, const char *image, int flags,
		     char *device, size_t size)
{
	int nr, tries, fd = -EBUSY;

	for (tries = 0; fd == -EBUSY && tries < MAX_TRIES; tries++) {
		nr = ioctl(control, LOOP_CTL_GET_FREE);
		if (nr < 0)
			return -errno;
		fd = configure(nr, image_fd, image, flags, device, size);
	}
	return fd;
}

/*
 * loopdev_open:
 * @image: path of a regular file
 * @is_ro: nothing will be written; else what the permissions of the file allow
 * @device: result, the path of the device
 * @size: bytes of @device
 * @d: failure
 *
 * Returns: O_CLOEXEC fd of the device, to be closed when the filesystem on it is
 * made, or -errno with @d set; -ENOTTY before Linux 5.8.
 */
int loopdev_open(const char *image, int is_ro, char *device, size_t size, struct diag *d)
{
	int flags = LO_FLAGS_AUTOCLEAR, control, fd, image_fd;

	image_fd = open_image(image, is_ro, &flags);
	if (image_fd < 0)
		return diag_fail(d, DIAG_SOURCE_LOOP, -image_fd, image);
	control = open(PATH_CONTROL, O_RDWR | O_CLOEXEC);
	if (control < 0) {
		fd = -errno;
		diag_fail_cause(d, DIAG_SOURCE_LOOP, -fd, image, NULL, "%s: %s",
				PATH_CONTROL, strerror(-fd));
	} else {
		fd = take_free(control, image_fd, image, flags, device, size);
		close(control);
		if (fd < 0)
			diag_fail(d, DIAG_SOURCE_LOOP, -fd, image);
	}
	close(image_fd);
	return fd;
}
