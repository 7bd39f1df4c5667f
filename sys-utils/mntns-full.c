/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-full - what is particular to the program with all libraries
 */
#include <sys/prctl.h>

#include "mntns.h"

/* ps(1) shows the name of the file, which is mntns-full behind the static program. */
void mntns_begin(char **argv __attribute__((__unused__)))
{
	prctl(PR_SET_NAME, "mntns");
}
