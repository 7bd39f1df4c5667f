/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nolibs.h - a statically linked program and the one with libraries behind it
 *
 * What a dynamically linked program spends before main() is a good part of all
 * that a short command takes. So mntns is linked statically where that can be
 * had, and is linked once more, from the same objects, with lazylibs.c for
 * nolibs.c. The first call of a load function of lazylibs.h or of usernames.h
 * executes the second program with the arguments of the first, which starts from
 * the beginning: so call these before anything that must not be done twice -
 * before output, before reading what cannot be read again, and before changes. A
 * command that cannot promise that calls load_any() first of all.
 */
#ifndef MNTNS_NOLIBS_H
#define MNTNS_NOLIBS_H

extern void nolibs_init(const char *program, char **argv);

#endif /* MNTNS_NOLIBS_H */
