/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * exitcodes.h - exit statuses beyond EXIT_SUCCESS and EXIT_FAILURE
 */
#ifndef UTIL_LINUX_EXITCODES_H
#define UTIL_LINUX_EXITCODES_H

#define EXIT_NOTSUPP	2	/* the kernel lacks what was asked for */

#endif /* UTIL_LINUX_EXITCODES_H */
