/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nls.h - messages in the user's language, or as they are without NLS
 */
#ifndef UTIL_LINUX_NLS_H
#define UTIL_LINUX_NLS_H

#include <locale.h>

#ifdef ENABLE_NLS
# include <libintl.h>
# define _(text)	gettext(text)
# define P_(one, many, n) ngettext(one, many, n)
#else
# define bindtextdomain(domain, dirname)	/* nothing */
# define textdomain(domain)			/* nothing */
# define _(text)	(text)
# define P_(one, many, n) ((n) == 1 ? (one) : (many))
#endif

/* Marks a string of a static table for the catalogue; _() translates it later. */
#define N_(text)	(text)

#endif /* UTIL_LINUX_NLS_H */
