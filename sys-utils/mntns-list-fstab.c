/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-list-fstab - list --fstab: the mounts of a namespace as lines of fstab(5)
 */
#include "mntfstab.h"
#include "nsref.h"

#include "mntns-list.h"
#include "mntns.h"

/* What is lost is told twice: to who reads the lines, and to who asked for them. */
static void print_line(const struct mntfstab_line *line, void *data)
{
	int *incomplete = data;

	if (!line->lost) {
		puts(line->text);
		return;
	}
	*incomplete = 1;
	if (line->left_out) {
		warnx(_("%s: left out: %s"), line->target, line->lost);
		printf(_("# left out: %s: %s"), line->lost, line->text);
		putchar('\n');
	} else {
		warnx(_("%s: cannot be written: %s"), line->target, line->lost);
		printf(_("# cannot be written: %s"), line->lost);
		printf("\n%s\n", line->text);
	}
}

/*
 * mntns_list_fstab:
 * @operand: the namespace, or NULL for the caller's
 *
 * Exits when its mounts cannot be read.
 *
 * Returns: whether lines are left out, or do not say all.
 */
int mntns_list_fstab(const char *operand)
{
	struct nsref ref = { .kind = NSREF_SELF, .fd = -1 };
	struct diag d = { .step = DIAG_NONE };
	int incomplete = 0;
	struct mnttab tab;

	if (operand && nsref_open(&ref, operand, &d) != 0)
		mntns_err(&d);
	if (mnttab_read(&tab, &ref, mntfstab_mask(), 0, &d) != 0 ||
	    mntfstab_write(&tab, print_line, &incomplete, &d) != 0)
		mntns_err(&d);
	mnttab_free(&tab);
	nsref_close(&ref);
	return incomplete;
}
