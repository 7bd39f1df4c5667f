/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * strutils.c - strings and numbers from the command line
 */
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "c.h"
#include "cctype.h"
#include "nls.h"
#include "strutils.h"

/*
 * ul_strtos64 - the whole of a string as a signed number
 * @str: string
 * @num: result
 * @base: as for strtol()
 *
 * Returns: 0, -EINVAL if @str is empty or more than a number, -ERANGE if it does
 * not fit; errno is set, too.
 */
int ul_strtos64(const char *str, int64_t *num, int base)
{
	char *end = NULL;

	if (!str || !*str)
		return -(errno = EINVAL);

	errno = 0;
	*num = strtoimax(str, &end, base);
	if (errno)
		return -errno;
	if (end == str || *end)
		return -(errno = EINVAL);
	return 0;
}

/*
 * ul_strtou64 - the whole of a string as an unsigned number
 * @str: string
 * @num: result
 * @base: as for strtol()
 *
 * A negative number is out of range here; strtoul() would wrap it around.
 *
 * Returns: 0, -EINVAL if @str is empty or more than a number, -ERANGE if it does
 * not fit; errno is set, too.
 */
int ul_strtou64(const char *str, uint64_t *num, int base)
{
	const char *p = str;
	char *end = NULL;

	if (!str || !*str)
		return -(errno = EINVAL);

	while (c_isspace(*p))
		p++;
	if (*p == '-')
		return -(errno = ERANGE);

	errno = 0;
	*num = strtoumax(str, &end, base);
	if (errno)
		return -errno;
	if (end == str || *end)
		return -(errno = EINVAL);
	return 0;
}

/*
 * strtou64_or_err - a decimal number, or exit
 * @str: string
 * @errmesg: what it is, "failed to parse identifier" for example
 */
uint64_t strtou64_or_err(const char *str, const char *errmesg)
{
	uint64_t num;
	int rc = ul_strtou64(str, &num, 10);

	if (rc == -ERANGE)
		err(EXIT_FAILURE, "%s: '%s'", errmesg, str);
	if (rc)
		errx(EXIT_FAILURE, "%s: '%s'", errmesg, str);
	return num;
}

/* strtou32_or_err - the same for 32 bits */
uint32_t strtou32_or_err(const char *str, const char *errmesg)
{
	uint64_t num = strtou64_or_err(str, errmesg);

	if (num > UINT32_MAX) {
		errno = ERANGE;
		err(EXIT_FAILURE, "%s: '%s'", errmesg, str);
	}
	return num;
}

/*
 * strtotimeval_or_err - seconds, with or without a fraction
 * @str: decimal digits, and a point among or before them
 * @tv: result; what is finer than a microsecond is cut off
 * @errmesg: begins the message when @str is something else
 */
void strtotimeval_or_err(const char *str, struct timeval *tv, const char *errmesg)
{
	const char *p = str;
	uint64_t sec = 0;
	long scale = 100000;

	tv->tv_usec = 0;
	for (; c_isdigit(*p); p++) {
		if (__builtin_mul_overflow(sec, 10, &sec) ||
		    __builtin_add_overflow(sec, *p - '0', &sec) || sec > INT32_MAX)
			errx(EXIT_FAILURE, "%s: '%s': %s", errmesg, str, strerror(ERANGE));
	}
	tv->tv_sec = sec;
	if (*p == '.' && (p > str || c_isdigit(p[1]))) {
		for (p++; c_isdigit(*p); p++, scale /= 10)
			tv->tv_usec += (*p - '0') * scale;
	}
	if (p == str || *p)
		errx(EXIT_FAILURE, "%s: '%s'", errmesg, str);
}

/*
 * isdigit_strend - whether a string is decimal digits and nothing else
 * @str: string or NULL
 * @end: NULL, or returns the first character that is no digit
 *
 * Returns: 1 if all of @str, and at least one character, are digits; else 0.
 */
int isdigit_strend(const char *str, const char **end)
{
	const char *p = str;

	while (p && c_isdigit(*p))
		p++;
	if (end)
		*end = p;
	return p && p > str && !*p;
}

/*
 * string_to_idarray - a list of names as an array of ids
 * @list: names, separated by commas
 * @ary: result
 * @arysz: its size
 * @name2id: returns the id of a name that is not zero-terminated, negative if it
 *	has none (after a message of its own)
 *
 * Returns: the number of ids, 0 for no list, -1 if @name2id refused a name or if
 * @list is not one, -2 if @ary is too small.
 */
int string_to_idarray(const char *list, int ary[], size_t arysz,
		      int (name2id)(const char *, size_t))
{
	size_t n = 0;

	if (!list || !*list || !ary || !arysz || !name2id)
		return -1;

	for (;;) {
		size_t len = strcspn(list, ",");
		int id;

		if (!len)
			return -1;
		if (n >= arysz)
			return -2;
		id = name2id(list, len);
		if (id < 0)
			return -1;
		ary[n++] = id;

		if (!list[len])
			return n;
		list += len + 1;
	}
}

/*
 * string_add_to_idarray - an array of ids made, or with "+" extended, from a list
 * @list: as for string_to_idarray(), or with a '+' before it
 * @ary: array; without the '+' it is filled anew
 * @arysz: its size
 * @ary_pos: how much of it is used
 * @name2id: as for string_to_idarray()
 *
 * Returns: 0, or as string_to_idarray() on error.
 */
int string_add_to_idarray(const char *list, int ary[], size_t arysz, size_t *ary_pos,
			  int (name2id)(const char *, size_t))
{
	int n;

	if (!list || !*list || !ary_pos || *ary_pos > arysz)
		return -1;

	if (*list == '+')
		list++;
	else
		*ary_pos = 0;

	n = string_to_idarray(list, ary + *ary_pos, arysz - *ary_pos, name2id);
	if (n < 0)
		return n;
	*ary_pos += n;
	return 0;
}
