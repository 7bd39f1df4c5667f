/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-static - what is particular to the program that is linked statically
 */
#include <errno.h>
#include <stdlib.h>

#include "lazylibs.h"
#include "nolibs.h"

#include "mntns-static.h"
#include "mntns.h"

/* mntns-entry.c has executed the other program already, where it can. */
void mntns_begin(char **argv)
{
	nolibs_init(FULL_PROGRAM, argv);
	if (!mntns_stays(argv) && load_any() != 0)
		errx(EXIT_FAILURE, _("failed to execute %s"), lazylibs_errmsg());
}
