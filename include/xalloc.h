/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * xalloc.h - allocate memory or exit, for programs
 *
 * Nothing that could be a library includes this.
 */
#ifndef UTIL_LINUX_XALLOC_H
#define UTIL_LINUX_XALLOC_H

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "c.h"

#ifndef XALLOC_EXIT_CODE
# define XALLOC_EXIT_CODE EXIT_FAILURE
#endif

static inline __ul_alloc_size(1) __ul_returns_nonnull
void *xmalloc(const size_t size)
{
	void *ret = malloc(size);

	if (!ret && size)
		err(XALLOC_EXIT_CODE, "cannot allocate %zu bytes", size);
	return ret;
}

static inline __ul_calloc_size(2, 3) __ul_returns_nonnull
void *xreallocarray(void *ptr, const size_t nelems, const size_t size)
{
	void *ret = reallocarray(ptr, nelems, size);

	if (!ret && size && nelems)
		err(XALLOC_EXIT_CODE, "cannot allocate %zu times %zu bytes", nelems, size);
	return ret;
}

static inline __ul_calloc_size(1, 2) __ul_returns_nonnull
void *xcalloc(const size_t nelems, const size_t size)
{
	void *ret = calloc(nelems, size);

	if (!ret && size && nelems)
		err(XALLOC_EXIT_CODE, "cannot allocate %zu times %zu bytes", nelems, size);
	return ret;
}

/* NULL for NULL, as util-linux has it. */
static inline char *xstrdup(const char *str)
{
	char *ret;

	if (!str)
		return NULL;

	ret = strdup(str);
	if (!ret)
		err(XALLOC_EXIT_CODE, "cannot duplicate string");
	return ret;
}

static inline char *xstrndup(const char *str, size_t size)
{
	char *ret;

	if (!str)
		return NULL;

	ret = strndup(str, size);
	if (!ret)
		err(XALLOC_EXIT_CODE, "cannot duplicate string");
	return ret;
}

static inline __attribute__((__format__(printf, 2, 0)))
int xvasprintf(char **strp, const char *fmt, va_list ap)
{
	int ret = vasprintf(strp, fmt, ap);

	if (ret < 0)
		err(XALLOC_EXIT_CODE, "cannot allocate string");
	return ret;
}

static inline __attribute__((__format__(printf, 2, 3)))
int xasprintf(char **strp, const char *fmt, ...)
{
	va_list ap;
	int ret;

	va_start(ap, fmt);
	ret = xvasprintf(strp, fmt, ap);
	va_end(ap);
	return ret;
}

#endif /* UTIL_LINUX_XALLOC_H */
