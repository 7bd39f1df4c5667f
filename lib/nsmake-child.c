/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nsmake-child - a mount namespace that a child process makes, where the caller
 * itself must stay where it is
 */
#include "c.h"
#include "diagreport.h"
#include "nsmake.h"

static int make_here(const void *data, struct diag *d)
{
	const struct nsmake *req = data;
	struct nsmake copy = *req;

	copy.method = req->used;
	return nsmake_enter_fd(&copy, d);
}

/*
 * nsmake_open_in_child:
 *
 * As nsmake_open(): a child process makes the namespace, hands over its fd and
 * is gone when this returns.
 */
int nsmake_open_in_child(const struct nsmake *req, struct diag *d)
{
	return diagreport_fd_of_child(make_here, req, DIAG_NS_CHILD, req->tree, d);
}
