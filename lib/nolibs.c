/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nolibs.c - in place of lazylibs.c and usernames.c in a program that is linked
 * statically: it goes on as another program, which has the libraries
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "c.h"
#include "lazylibs.h"
#include "nls.h"
#include "nolibs.h"
#include "usernames.h"

/* Nobody calls by these pointers: what would set them does not return. */
struct lazy_smartcols lazy_smartcols;
struct lazy_libmount lazy_libmount;

static const char *other_program;
static char **other_argv;
static pid_t other_pid;		/* a child must not start all over again */
static bool closed;
static char errmsg[256];

/*
 * nolibs_init:
 * @program: path of the program with the libraries, not copied
 * @argv: arguments for it; the array is copied, for getopt(3) changes its order
 *
 * Without memory nothing is set, and what needs a library fails.
 */
void nolibs_init(const char *program, char **argv)
{
	size_t n = 0;

	while (argv[n])
		n++;
	other_argv = malloc((n + 1) * sizeof(*argv));
	if (!other_argv)
		return;
	memcpy(other_argv, argv, (n + 1) * sizeof(*argv));
	other_pid = getpid();
	other_program = program;
}

/* Returns only when the other program cannot be executed, -ELIBACC. */
static int go_on_there(void)
{
	if (!other_program) {
		snprintf(errmsg, sizeof(errmsg), "%s", strerror(ENOMEM));
	} else if (closed || getpid() != other_pid) {
		snprintf(errmsg, sizeof(errmsg), _("too late to execute %s"), other_program);
	} else {
		execv(other_program, other_argv);
		snprintf(errmsg, sizeof(errmsg), "%s: %s", other_program, strerror(errno));
	}
	return -ELIBACC;
}

int load_smartcols(void)
{
	return go_on_there();
}

int load_libmount(void)
{
	return go_on_there();
}

int load_any(void)
{
	return go_on_there();
}

void lazylibs_close(void)
{
	closed = true;
}

const char *lazylibs_errmsg(void)
{
	return errmsg;
}

bool smartcols_has_filters(void)
{
	return false;
}

int username_to_uid(const char *name __attribute__((__unused__)),
		    uid_t *uid __attribute__((__unused__)))
{
	return go_on_there();
}

int groupname_to_gid(const char *name __attribute__((__unused__)),
		     gid_t *gid __attribute__((__unused__)))
{
	return go_on_there();
}

const char *uid_to_username(uid_t uid __attribute__((__unused__)))
{
	go_on_there();
	return NULL;
}
