/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * c.h - what every source of a program needs
 *
 * The names and signatures are util-linux's, so that sources move between the
 * trees; only what mntns uses is here.
 */
#ifndef UTIL_LINUX_C_H
#define UTIL_LINUX_C_H

#include <err.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "exitcodes.h"

#ifndef __has_attribute
# define __has_attribute(x) 0
#endif
#ifndef __has_feature
# define __has_feature(x) 0
#endif

#define __ul_alloc_size(s)	__attribute__((alloc_size(s), warn_unused_result))
#define __ul_calloc_size(n, s)	__attribute__((alloc_size(n, s), warn_unused_result))
#define __ul_returns_nonnull	__attribute__((returns_nonnull))

/* 0 of type size_t, or no compilation if @e is true. */
#define UL_BUILD_BUG_ON_ZERO(e)	(sizeof(char[1 - 2 * !!(e)]) - 1)

/* An array is of another type than a pointer to its first element. */
#define __must_be_array(a) \
	UL_BUILD_BUG_ON_ZERO(__builtin_types_compatible_p(__typeof__(a), __typeof__(&(a)[0])))

#define ARRAY_SIZE(arr)	(sizeof(arr) / sizeof((arr)[0]) + __must_be_array(arr))

/* Each argument is evaluated once; comparing unlike types is a warning. */
#define min(x, y) __extension__ ({ \
	__typeof__(x) _min_x = (x); \
	__typeof__(y) _min_y = (y); \
	(void) (&_min_x == &_min_y); \
	_min_x < _min_y ? _min_x : _min_y; \
})

#define max(x, y) __extension__ ({ \
	__typeof__(x) _max_x = (x); \
	__typeof__(y) _max_y = (y); \
	(void) (&_max_x == &_max_y); \
	_max_x > _max_y ? _max_x : _max_y; \
})

/* -1, 0 or 1, as qsort() and bsearch() want it. */
#define cmp_numbers(x, y) __extension__ ({ \
	__typeof__(x) _cmp_x = (x); \
	__typeof__(y) _cmp_y = (y); \
	(void) (&_cmp_x == &_cmp_y); \
	(_cmp_x > _cmp_y) - (_cmp_x < _cmp_y); \
})

/* A result that the compiler wants used and that cannot help any more. */
#define ignore_result(x) __extension__ ({ \
	__typeof__(x) _ignored __attribute__((__unused__)) = (x); \
	(void) _ignored; \
})

/* For fopen(): close on exec. */
#define UL_CLOEXECSTR	"e"

static inline __attribute__((__noreturn__))
void __err_oom(const char *file, unsigned int line)
{
	err(EXIT_FAILURE, "%s: %u: cannot allocate memory", file, line);
}
#define err_oom()	__err_oom(__FILE__, __LINE__)

/* err(), with the exit status that says "this kernel cannot" after ENOSYS. */
#define err_nosys(exitcode, ...) \
	err(errno == ENOSYS ? EXIT_NOTSUPP : (exitcode), __VA_ARGS__)

/* A macro, so that c.h need not include nls.h; the same for the next ones. */
#define errtryhelp(eval) __extension__ ({ \
	fprintf(stderr, _("Try '%s --help' for more information.\n"), \
		program_invocation_short_name); \
	exit(eval); \
})

/* What env(1) and the shells return for a program that could not be started. */
#define EX_EXEC_FAILED	126	/* found, but it cannot be executed */
#define EX_EXEC_ENOENT	127	/* not found */
#define errexec(name) \
	err(errno == ENOENT ? EX_EXEC_ENOENT : EX_EXEC_FAILED, \
	    _("failed to execute %s"), name)

/*
 * fputsln - fputs() and an end of line
 * @s: string
 * @stream: where to
 *
 * One option of a usage() is one gettext string, without its end of line.
 */
static inline void fputsln(const char *s, FILE *stream)
{
	fputs(s, stream);
	fputc('\n', stream);
}

#define USAGE_HEADER		_("\nUsage:\n")
#define USAGE_OPTIONS		_("\nOptions:\n")
#define USAGE_COMMANDS		_("\nCommands:\n")
#define USAGE_SEPARATOR		"\n"

#define USAGE_OPTSTR_HELP	_("display this help")
#define USAGE_OPTSTR_VERSION	_("display version")
#define USAGE_OPTSTR_LISTCOLUMNS _("list the available columns")

/* Arguments of fprintf(); @marg_dsc is the column where descriptions start. */
#define USAGE_HELP_OPTIONS(marg_dsc) \
	"%-" #marg_dsc "s%s\n" \
	"%-" #marg_dsc "s%s\n", \
	" -h, --help", USAGE_OPTSTR_HELP, \
	" -V, --version", USAGE_OPTSTR_VERSION

#define USAGE_LIST_COLUMNS_OPTION(marg_dsc) \
	"%-" #marg_dsc "s%s\n", \
	" -H, --list-columns", USAGE_OPTSTR_LISTCOLUMNS

#define USAGE_MAN_TAIL(_man)	_("\nFor more details see %s.\n"), _man

#define UTIL_LINUX_VERSION \
	_("%s from %s\n"), program_invocation_short_name, PACKAGE_STRING

#define print_version(eval) __extension__ ({ \
	printf(UTIL_LINUX_VERSION); \
	exit(eval); \
})

#endif /* UTIL_LINUX_C_H */
