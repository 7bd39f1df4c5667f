/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * nspin-change - give a pin another name, and clear away what pins have left
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "diagnose.h"
#include "nsfs.h"
#include "nspin.h"
#include "pathnames.h"

/* The first pin may be unmounted already, with its file still there. */
static void undo_rename(const struct nspin_dir *dir, const char *from, const char *to, int nsfd)
{
	struct diag d = { .step = DIAG_NONE };
	int fd = nspin_open(from, &d);

	if (fd >= 0)
		close(fd);
	else if (nspin_mount(nsfd, dir->fd, from, 0, &d) != 0)
		goto done;
	nspin_remove(dir, to, &d);
done:
	diag_reset(&d);
}

/*
 * nspin_rename:
 * @dir: open directory of pins
 * @from: name of a pin
 * @to: a valid name
 * @d: failure
 *
 * A file that something is mounted on cannot be renamed. So there is a second
 * pin, and then no longer the first: whoever looks for the namespace meanwhile
 * finds it under one name at least.
 *
 * Returns: 0, or -errno with @d set and the pin as it was.
 */
int nspin_rename(const struct nspin_dir *dir, const char *from, const char *to, struct diag *d)
{
	int fd, rc;

	fd = nspin_open(from, d);
	if (fd < 0)
		return fd;
	rc = nspin_check_free(dir, to, d);
	if (!rc)
		rc = nspin_add(dir, to, fd, d);
	if (!rc) {
		rc = nspin_remove(dir, from, d);
		if (rc)
			undo_rename(dir, from, to, fd);
	}
	close(fd);
	return rc;
}

/* Returns: 1 when the file was left behind, by a pin that nobody has any more. */
static int is_dead(int fd, const struct nspin_dead *dead)
{
	uint64_t own = ns_own_id(), home = ns_is_nsfs(fd) ? 0 : nspin_read_home(fd);

	if (!home || !own)
		return 0;
	return home == own || dead->is_gone(home, dead->data);
}

/*
 * nspin_remove_dead:
 * @dir: open directory of pins
 * @dead: what to ask about namespaces, and whom to tell about names
 * @d: failure
 *
 * Removes the files of pins that are mounted nowhere any more: their namespace,
 * the one in which they were mounted, is the caller's, which would show them, or
 * is gone. Files of which that is not known stay. While the directory is locked
 * no pin is made, in no namespace; so @is_gone has to judge by what it sees after
 * the directory was opened.
 *
 * Returns: 0, or -errno with @d set; what could be removed is.
 */
int nspin_remove_dead(const struct nspin_dir *dir, const struct nspin_dead *dead, struct diag *d)
{
	int copy = openat(dir->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = 0;
	DIR *walk = copy >= 0 ? fdopendir(copy) : NULL;
	struct dirent *de;

	if (!walk) {
		rc = diag_fail(d, DIAG_PIN_DIR, errno, _PATH_MNTNS);
		if (copy >= 0)
			close(copy);
		return rc;
	}
	while ((de = readdir(walk))) {
		int fd, left;

		if (!nspin_name_is_valid(de->d_name))
			continue;
		fd = openat(dir->fd, de->d_name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		left = fd >= 0 && is_dead(fd, dead);
		if (fd >= 0)
			close(fd);
		if (left && unlinkat(dir->fd, de->d_name, 0) < 0)
			rc = diag_fail(d, DIAG_PIN_REMOVE, errno, de->d_name);
		else if (left)
			dead->removed(de->d_name, dead->data);
	}
	closedir(walk);
	return rc;
}
