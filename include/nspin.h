/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nspin - pins: files that keep a mount namespace alive, by name or by path
 *
 * A pin is a mount of the namespace's nsfs file on a regular file. Pins with a
 * name lie in _PATH_MNTNS, a private unbindable mount of its own: on a mount
 * shared with other namespaces the kernel refuses a pin that would propagate,
 * and a recursive clone with a pin in it cannot be attached anywhere.
 *
 * In another mount namespace that shows the same directory a pin is not
 * mounted, its file is bare there, and removing that file would remove the
 * pin. So each file holds the id of the mount namespace that the pin is
 * mounted in: only there a bare file is known to be left over.
 */
#ifndef UTIL_LINUX_NSPIN_H
#define UTIL_LINUX_NSPIN_H

#include <dirent.h>
#include <stdint.h>

struct diag;

/* The directory of pins, locked while it is open. */
struct nspin_dir {
	int fd;			/* the private mount */
	int lockfd;		/* holds the lock, on the same directory */
	unsigned int made_dir:1;	/* by this nspin_dir_open() */
	unsigned int made_mount:1;
};

#define NSPIN_DIR_INIT	{ .fd = -1, .lockfd = -1 }

const char *nspin_name_problem(const char *name);
int nspin_name_is_valid(const char *name);

int nspin_dir_open(struct nspin_dir *dir, int create, struct diag *d);
void nspin_dir_close(struct nspin_dir *dir);
void nspin_dir_abandon(struct nspin_dir *dir);

int nspin_check_free(const struct nspin_dir *dir, const char *name, struct diag *d);
int nspin_add(const struct nspin_dir *dir, const char *name, int nsfd, struct diag *d);
int nspin_remove(const struct nspin_dir *dir, const char *name, struct diag *d);

int nspin_rename(const struct nspin_dir *dir, const char *from, const char *to, struct diag *d);

struct nspin_dead {
	/* 1 when there is no mount namespace with this id any more */
	int (*is_gone)(uint64_t id, void *data);
	void (*removed)(const char *name, void *data);
	void *data;
};

int nspin_remove_dead(const struct nspin_dir *dir, const struct nspin_dead *dead,
		      struct diag *d);

int nspin_check_file(const char *path, struct diag *d);
int nspin_add_file(const char *path, int nsfd, int *created, struct diag *d);
void nspin_remove_file(const char *path, int created);

int nspin_open(const char *name, struct diag *d);

/* walk over all names, without the lock */
DIR *nspin_opendir(void);
int nspin_next(DIR *dir, const char **name, int *nsfd);

/* between the sources of nspin */
uint64_t nspin_read_home(int fd);
int nspin_mount(int nsfd, int dirfd, const char *name, unsigned int flags, struct diag *d);

#endif /* UTIL_LINUX_NSPIN_H */
