/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mountinfo - what mountinfo says of one mount, where the kernel has no
 * statmount and libmount must not be used: in a namespace that one has entered
 */
#ifndef UTIL_LINUX_MOUNTINFO_H
#define UTIL_LINUX_MOUNTINFO_H

#include <stdint.h>

struct mountinfo_line {
	unsigned int id;
	unsigned int parent;
	unsigned int dev_major;
	unsigned int dev_minor;
	uint64_t attr;			/* MOUNT_ATTR_* */
	uint64_t propagation;		/* MS_* */
};

void mountinfo_keep_proc(void);
int mountinfo_find(uint64_t id, struct mountinfo_line *line);

#endif /* UTIL_LINUX_MOUNTINFO_H */
