/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-attach.h - what the verbs that put mounts in place share
 */
#ifndef MNTNS_ATTACH_H
#define MNTNS_ATTACH_H

struct diag;
struct nsref;

extern int attach_warn_shared(const struct nsref *ref, const struct nsref *self,
			      const char *target, struct diag *d);

#endif /* MNTNS_ATTACH_H */
