/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * test_mntns_mnttab - what lib/mnttab does with tables that no kernel gives on
 * demand
 *
 *	test_mntns_mnttab trees		generated parents, rings among them: each
 *					mount comes once, after its parent
 *	test_mntns_mnttab options	options of superblocks, taken apart and put
 *					together again
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "c.h"
#include "diagnose.h"
#include "mntopts.h"
#include "mnttab.h"

#define MAX_MOUNTS	12

/* The same numbers in every run, on every C library. */
static uint32_t random_number(uint32_t limit)
{
	static uint32_t state = 1;

	state = state * 1664525 + 1013904223;
	return (state >> 16) % limit;
}

static void make_table(struct mnttab *tab, struct mnt_entry *mounts)
{
	uint32_t i;

	memset(mounts, 0, MAX_MOUNTS * sizeof(*mounts));
	tab->mounts = mounts;
	tab->nmounts = 1 + random_number(MAX_MOUNTS);

	/* parents that are there, that are not, the mount itself, and rings */
	for (i = 0; i < tab->nmounts; i++) {
		mounts[i].id = 100 + i;
		mounts[i].parent = 99 + random_number(tab->nmounts + 2);
		mounts[i].id_old = 1 + random_number(50);
	}
}

/* Returns: what is wrong, or NULL. */
static const char *check_tree(const struct mnttab *tab)
{
	int seen[MAX_MOUNTS] = { 0 };
	const struct mnt_entry *mnt, *prev = NULL;
	uint32_t n = 0;

	for (mnt = mnttab_next_tree(tab, NULL); mnt; mnt = mnttab_next_tree(tab, mnt)) {
		if (seen[mnt - tab->mounts]++)
			return "a mount comes twice";
		if (mnt->up != MNTTAB_NONE && !seen[mnt->up])
			return "a child comes before its parent";
		if (prev && prev->up == mnt->up && prev->child == MNTTAB_NONE &&
		    prev->id_old > mnt->id_old)
			return "siblings are not in the order of their ids";
		prev = mnt;
		n++;
	}
	return n == tab->nmounts ? NULL : "a mount is lost";
}

static int test_trees(void)
{
	struct mnt_entry mounts[MAX_MOUNTS];
	struct mnttab tab = { .nmounts = 0 };
	unsigned int i;

	for (i = 0; i < 20000; i++) {
		const char *wrong;

		make_table(&tab, mounts);
		if (mnttab_build_tree(&tab) != 0)
			err(EXIT_FAILURE, "mnttab_build_tree");
		wrong = check_tree(&tab);
		if (wrong)
			errx(EXIT_FAILURE, "tree %u: %s", i, wrong);
	}
	puts("trees: ok");
	return EXIT_SUCCESS;
}

static int test_options(void)
{
	static const char *const options[] = {
		"rw", "ro", "rw,size=1", "rw,sync", "ro,dirsync,lazytime", "rw,synctest=1",
		"rw,lazytime,mode=755", "rw,mand", "ro,errors=ro", "", "rw,"
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(options); i++) {
		struct mnt_entry mnt = { .id = 1 };
		char *text;

		mnt.fs_opts = mnt_parse_sb_flags(options[i], &mnt.sb_flags);
		text = mnt_entry_fs_options(&mnt);
		printf("'%s': '%s' + '%s'\n", options[i], text, mnt.fs_opts);
		free(text);
	}
	return EXIT_SUCCESS;
}

/* With an option that is ignored the list is not a plain one, and libmount parses it. */
static void check_plain(const char *first, const char *second)
{
	struct mntopts own = { .nr_fs = 0 }, libs = { .nr_fs = 0 };
	struct diag d = { .step = DIAG_NONE };
	char plain[64], mixed[80];

	snprintf(plain, sizeof(plain), "%s,%s", first, second);
	snprintf(mixed, sizeof(mixed), "%s,x-ignored", plain);
	if (mntopts_parse(&own, plain, &d) != 0 || mntopts_parse(&libs, mixed, &d) != 0)
		errx(EXIT_FAILURE, "%s: %s", plain, diag_text(&d));
	if (own.change.attr_set != libs.change.attr_set ||
	    own.change.attr_clr != libs.change.attr_clr ||
	    own.change.propagation != libs.change.propagation ||
	    own.nr_fs != libs.nr_fs || own.fs_only != libs.fs_only)
		errx(EXIT_FAILURE, "%s: set %jx, clear %jx, but libmount: set %jx, clear %jx", plain,
		     (uintmax_t) own.change.attr_set, (uintmax_t) own.change.attr_clr,
		     (uintmax_t) libs.change.attr_set, (uintmax_t) libs.change.attr_clr);
	mntopts_free(&own);
	mntopts_free(&libs);
}

static int test_plain_options(void)
{
	static const char *const names[] = {
		"ro", "rw", "nosuid", "suid", "nodev", "dev", "noexec", "exec", "noatime",
		"atime", "relatime", "norelatime", "strictatime", "nostrictatime",
		"nodiratime", "diratime", "nosymfollow", "symfollow"
	};
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		for (j = 0; j < ARRAY_SIZE(names); j++)
			check_plain(names[i], names[j]);
	puts("plain options: as libmount has them");
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "trees") == 0)
		return test_trees();
	if (argc == 2 && strcmp(argv[1], "options") == 0)
		return test_options();
	if (argc == 2 && strcmp(argv[1], "plain-options") == 0)
		return test_plain_options();
	errx(EXIT_FAILURE, "trees, options or plain-options");
}
