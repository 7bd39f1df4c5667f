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

static inline bool c_isxdigit(int c)
{
	return c_isdigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static inline bool c_islower(int c)
{
	return c >= 'a' && c <= 'z';
}

static inline bool c_isupper(int c)
{
	return c >= 'A' && c <= 'Z';
}

static inline bool c_isalpha(int c)
{
	return c_islower(c) || c_isupper(c);
}

static inline bool c_isalnum(int c)
{
	return c_isalpha(c) || c_isdigit(c);
}

static inline bool c_isspace(int c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline bool c_iscntrl(int c)
{
	return (c >= 0 && c < ' ') || c == 0x7f;
}

static inline int c_tolower(int c)
{
	return c_isupper(c) ? c - 'A' + 'a' : c;
}

static inline int c_toupper(int c)
{
	return c_islower(c) ? c - 'a' + 'A' : c;
}

/* As strcasecmp(), but "I" is "i" in Turkish, too. */
static inline int c_strcasecmp(const char *a, const char *b)
{
	for (; *a && c_tolower((unsigned char) *a) == c_tolower((unsigned char) *b); a++)
		b++;

	return c_tolower((unsigned char) *a) - c_tolower((unsigned char) *b);
}

#endif /* UTIL_LINUX_CCTYPE_H */
