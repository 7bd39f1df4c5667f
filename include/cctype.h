/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * cctype.h - character classes of the C locale, whatever the user's is
 */
#ifndef UTIL_LINUX_CCTYPE_H
#define UTIL_LINUX_CCTYPE_H

#include <stdbool.h>

static inline bool c_isdigit(int c)
{
	return c >= '0' && c <= '9';
}

static inline bool c_isspace(int c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

#endif /* UTIL_LINUX_CCTYPE_H */
