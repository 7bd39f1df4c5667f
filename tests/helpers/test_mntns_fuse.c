/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * test_mntns_fuse - mount a FUSE filesystem whose server can be stopped or killed
 *
 *	test_mntns_fuse DIR
 *
 * Prints "pid=N" when it is mounted. The filesystem is an empty directory. A
 * server that gets SIGSTOP answers nothing, and who asks it waits; one that is
 * killed leaves a mount where everything is ENOTCONN. Without a library: the few
 * messages are those of linux/fuse.h.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/fuse.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>

static void answer(int fd, const struct fuse_in_header *in, int error, const void *data,
		   size_t size)
{
	struct {
		struct fuse_out_header head;
		char data[512];
	} out = {
		.head = {
			.len = sizeof(out.head) + size,
			.error = error,
			.unique = in->unique
		}
	};

	if (size)
		memcpy(out.data, data, size);
	/* whoever asked may have been killed */
	if (write(fd, &out, out.head.len) < 0 && errno != ENOENT)
		err(EXIT_FAILURE, "write");
}

static void answer_init(int fd, const struct fuse_in_header *in, const struct fuse_init_in *arg)
{
	struct fuse_init_out out = {
		.major = FUSE_KERNEL_VERSION,
		.minor = arg->minor < FUSE_KERNEL_MINOR_VERSION ? arg->minor :
								 FUSE_KERNEL_MINOR_VERSION,
		.max_write = 4096
	};

	answer(fd, in, 0, &out, sizeof(out));
}

/* Nothing is kept: everybody who looks asks. */
static void answer_getattr(int fd, const struct fuse_in_header *in)
{
	struct fuse_attr_out out = {
		.attr = {
			.ino = FUSE_ROOT_ID,
			.mode = S_IFDIR | 0755,
			.nlink = 2
		}
	};

	answer(fd, in, 0, &out, sizeof(out));
}

static void serve_one(int fd, const void *buf)
{
	const struct fuse_in_header *in = buf;
	struct fuse_open_out open = { .fh = 1 };

	switch (in->opcode) {
	case FUSE_INIT:
		answer_init(fd, in, (const void *) (in + 1));
		break;
	case FUSE_GETATTR:
		answer_getattr(fd, in);
		break;
	case FUSE_OPENDIR:
		answer(fd, in, 0, &open, sizeof(open));
		break;
	case FUSE_READDIR:
	case FUSE_RELEASEDIR:
		answer(fd, in, 0, NULL, 0);
		break;
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:
		break;
	case FUSE_LOOKUP:
		answer(fd, in, -ENOENT, NULL, 0);
		break;
	default:
		answer(fd, in, -ENOSYS, NULL, 0);
		break;
	}
}

int main(int argc, char **argv)
{
	static char buf[FUSE_MIN_READ_BUFFER + 65536];
	char options[64];
	bool ready = false;
	int fd;

	if (argc != 2)
		errx(EXIT_FAILURE, "usage: test_mntns_fuse DIR");
	/* a stopped one gets the signal, too */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		err(EXIT_FAILURE, "/dev/fuse");
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0", fd);
	if (mount("test", argv[1], "fuse", MS_NOSUID | MS_NODEV, options) < 0)
		err(EXIT_FAILURE, "mount %s", argv[1]);

	for (;;) {
		ssize_t n = read(fd, buf, sizeof(buf));

		if (n < 0 && (errno == EINTR || errno == ENOENT))
			continue;
		/* ENODEV: it was unmounted */
		if (n < 0)
			return errno == ENODEV ? EXIT_SUCCESS : EXIT_FAILURE;
		serve_one(fd, buf);
		if (ready)
			continue;
		/* before the answer to the kernel's first request nobody asks anything */
		printf("pid=%d\n", (int) getpid());
		fflush(stdout);
		ready = true;
	}
}
