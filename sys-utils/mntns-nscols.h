/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-nscols.h - the columns of lsns
 */
#ifndef MNTNS_NSCOLS_H
#define MNTNS_NSCOLS_H

#include "nsiter.h"

#include "mntns-table.h"

enum {
	NSCOL_NSID,
	NSCOL_NS,
	NSCOL_TYPE,
	NSCOL_NAME,
	NSCOL_MOUNTS,
	NSCOL_PROCS,
	NSCOL_PID,
	NSCOL_COMMAND,
	NSCOL_ROOT,
	NSCOL_PINS,
	NSCOL_FDS,
	NSCOL_USER,
	NSCOL_OWNERNS,
	NSCOL_PARENTNS,
	NSCOL_CREATED,
	NSCOL_CGROUP,
	NSCOL_UNIT,
	NSCOL_CONTAINER,
	NSCOL_POD,
	NR_NSCOLS
};

extern const struct mntns_column nscols[NR_NSCOLS];

extern unsigned int nscols_scan_flags(uint64_t needs);
extern char *nscols_text(const struct nsiter *it, const struct nsiter_ns *ns, int id);
extern char *nscols_user_text(int fd, int id);

#endif /* MNTNS_NSCOLS_H */
