/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * optutils.h - options that exclude each other
 */
#ifndef UTIL_LINUX_OPTUTILS_H
#define UTIL_LINUX_OPTUTILS_H

#include <getopt.h>
#include <limits.h>

#include "c.h"
#include "cctype.h"
#include "nls.h"

#ifndef OPTUTILS_EXIT_CODE
# define OPTUTILS_EXIT_CODE EXIT_FAILURE
#endif

#define UL_EXCL_STATUS_INIT	{ 0 }

/* A row holds the values of options of which one may be given; 0 ends it. */
typedef int ul_excl_t[16];

static inline const char *option_to_longopt(int c, const struct option *opts)
{
	for (; opts->name; opts++) {
		if (opts->val == c)
			return opts->name;
	}
	return NULL;
}

/* Appends " --name", or " -c" for an option that has no long name. */
static inline void ul_excl_print(FILE *out, int c, const struct option *opts)
{
	const char *name = option_to_longopt(c, opts);

	if (name)
		fprintf(out, " --%s", name);
	else if (c <= CHAR_MAX && c > 0)
		fprintf(out, " -%c", c);
}

/*
 * err_exclusive_options - exit if two options of one row were given
 * @c: option that getopt_long() returned now
 * @opts: long options, for the message
 * @excl: rows of exclusive options; both the rows (by their first element) and
 *	the elements of a row are in ascending order, and a row of zeros ends them
 * @status: what was seen, an element a row; starts as UL_EXCL_STATUS_INIT
 */
static inline void err_exclusive_options(int c, const struct option *opts,
					 const ul_excl_t *excl, int *status)
{
	size_t row;

	for (row = 0; excl[row][0] && excl[row][0] <= c; row++) {
		const int *op = excl[row];

		while (*op && *op < c)
			op++;
		if (*op != c)
			continue;

		if (status[row] == 0) {
			status[row] = c;
		} else if (status[row] != c) {
			fprintf(stderr, _("%s: mutually exclusive arguments:"),
				program_invocation_short_name);
			for (op = excl[row]; *op; op++)
				ul_excl_print(stderr, *op, opts);
			fputc('\n', stderr);
			exit(OPTUTILS_EXIT_CODE);
		}
	}
}

#endif /* UTIL_LINUX_OPTUTILS_H */
