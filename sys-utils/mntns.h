/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns.h - what the verbs share
 */
#ifndef MNTNS_H
#define MNTNS_H

#include "c.h"
#include "nls.h"

/*
 * A verb is an ordinary main() in a file of its own, sys-utils/mntns-<verb>.c. Its
 * argv[0] is the name of the program, for getopt_long() starts its messages with
 * it; the arguments of the verb start at argv[1], and optind is as at start-up.
 */

/* Exits; "Try 'mntns <verb> --help'" in a verb. */
extern void mntns_errtryhelp(int status) __attribute__((__noreturn__));
#undef errtryhelp
#define errtryhelp(status)	mntns_errtryhelp(status)

/* The loaders of lazylibs.h, for a verb that cannot go on without the library. */
extern void load_smartcols_or_err(void);
extern void load_libmount_or_err(void);

#endif /* MNTNS_H */
