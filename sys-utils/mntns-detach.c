/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-detach - unmount inside a mount namespace
 *
 * A child enters the namespace and looks at the targets; then it is found out
 * who is in the way; then a child unmounts. As long as nothing is unmounted
 * everything can be refused.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <sys/mman.h>
#include <unistd.h>

#include "all-io.h"
#include "mntrelease.h"
#include "mountapi.h"
#include "nsref.h"
#include "strutils.h"
#include "xalloc.h"

#include "mntns-busy.h"
#include "mntns.h"

struct detach_control {
	struct nsref		ref;
	char			**targets;
	int			ntargets;
	struct nsumount_set	uniq_ids;	/* of --uniq-id */
	struct mnttab	*info;		/* without listmount(2), before Linux 6.8 */
	unsigned int		all_holding:1;
	unsigned int		lazy:1;
	unsigned int		recursive:1;

	struct mntns_umount	*work;		/* what is to be unmounted where */
	size_t			nwork;
};

static void __attribute__((__noreturn__)) usage(void)
{
	FILE *out = stdout;

	fputs(USAGE_HEADER, out);
	fprintf(out, _(" %s detach [options] <namespace> <target>...\n"),
		program_invocation_short_name);

	fputs(USAGE_SEPARATOR, out);
	fputsln(_("Unmount inside a mount namespace."), out);

	fputs(USAGE_OPTIONS, out);
	fputsln(_("     --all-holding        in every namespace where it is mounted there"), out);
	fputsln(_(" -l, --lazy               unmount now, let those who use it finish"), out);
	fputsln(_(" -R, --recursive          with the mounts below the target"), out);
	fputsln(_("     --uniq-id <id>       the mount with this 64-bit id"), out);

	fputs(USAGE_SEPARATOR, out);
	fprintf(out, USAGE_HELP_OPTIONS(26));
	fprintf(out, USAGE_MAN_TAIL("mntns(8)"));
	exit(EXIT_SUCCESS);
}

/*
 * Look at the targets, in a child
 */
struct check_work {
	const struct detach_control *ctl;
	int out;			/* ids are written to it */
};

static int check_id(const struct mnttab *tab, uint64_t id, struct nsumount_set *set,
		    struct diag *d)
{
	char name[32];

	if (nsumount_find_id(tab, id))
		return nsumount_set_add(set, id) ? diag_fail(d, DIAG_MEMORY, ENOMEM, NULL) : 0;
	snprintf(name, sizeof(name), "%ju", (uintmax_t) id);
	return diag_fail_cause(d, DIAG_DETACH, ENOENT, name, NULL,
			       _("no mount of the namespace has this id"));
}

/* All of them, so that all that is wrong is said at once. */
static int check_targets(const struct detach_control *ctl, int rootfd, const struct mnttab *tab,
			 struct nsumount_set *set)
{
	unsigned int flags = ctl->lazy ? NSUMOUNT_LAZY : 0;
	struct diag d = { .step = DIAG_NONE };
	int i, rc = EXIT_SUCCESS;
	size_t n;

	for (i = 0; i < ctl->ntargets; i++) {
		if (nsumount_check(rootfd, tab, ctl->targets[i], flags, set, &d) != 0) {
			rc = diag_exit_status(&d);
			mntns_warn(&d);
		}
	}
	for (n = 0; n < ctl->uniq_ids.n; n++) {
		if (check_id(tab, ctl->uniq_ids.ids[n], set, &d) != 0) {
			rc = diag_exit_status(&d);
			mntns_warn(&d);
		}
	}
	return rc;
}

/*
 * What is in the way is looked for only when something else could be unmounted
 * before: the kernel refuses a single mount itself, and tells better why, if it
 * can tell at all.
 */
static int check_others(const struct detach_control *ctl, const struct mnttab *tab,
		       struct nsumount_set *set)
{
	struct diag d = { .step = DIAG_NONE };
	int rc;

	if (ctl->recursive && nsumount_set_add_below(set, tab) != 0)
		err_oom();
	if (ctl->lazy || (set->n < 2 && !ctl->all_holding && !ctl->info) ||
	    nsumount_check_others(tab, set, &d) == 0)
		return EXIT_SUCCESS;
	rc = diag_exit_status(&d);
	mntns_warn(&d);
	return rc;
}

/* Returns the mounts of the namespace that the caller is in; none if they cannot be read. */
static const struct mnttab *read_mounts(const struct detach_control *ctl, struct mnttab *tab)
{
	struct diag d = { .step = DIAG_NONE };

	if (ctl->info)
		return ctl->info;
	if (mnttab_read(tab, NULL, UL_STATMOUNT_MNT_BASIC | UL_STATMOUNT_MNT_POINT, 0, &d) != 0 ||
	    tab->fallback || mnttab_build_tree(tab) != 0)
		mnttab_free(tab);
	diag_reset(&d);
	return tab;
}

static int check_work(int rootfd, void *data)
{
	const struct check_work *w = data;
	struct nsumount_set set = { .info = w->ctl->info };
	struct mnttab own = { .nmounts = 0 };
	const struct mnttab *tab = read_mounts(w->ctl, &own);
	int rc;

	rc = check_targets(w->ctl, rootfd, tab, &set);
	if (rc == EXIT_SUCCESS && tab->nmounts)
		rc = check_others(w->ctl, tab, &set);
	if (rc == EXIT_SUCCESS && set.n &&
	    write_all(w->out, set.ids, set.n * sizeof(*set.ids)) != 0)
		rc = EXIT_FAILURE;
	return rc;
}

static void read_ids(int fd, struct nsumount_set *set)
{
	uint64_t id;

	if (lseek(fd, 0, SEEK_SET) != 0)
		err(EXIT_FAILURE, _("cannot read what a child has found"));
	while (read_all(fd, (char *) &id, sizeof(id)) == sizeof(id)) {
		set->ids = xreallocarray(set->ids, set->n + 1, sizeof(*set->ids));
		set->ids[set->n++] = id;
	}
}

/* Before Linux 6.8 the mounts are looked up here; without them it stays at the names. */
static void read_info(struct detach_control *ctl)
{
	struct diag d = { .step = DIAG_NONE };

	if (nsumount_info_open(&ctl->ref, &ctl->info, &d) != 0 && ctl->recursive && !ctl->lazy)
		mntns_err(&d);
	diag_reset(&d);
	errno = ENOSYS;
	if (ctl->info && ctl->uniq_ids.n)
		err_nosys(EXIT_NOTSUPP, _("--uniq-id needs statmount(2) (Linux 6.8)"));
}

/* The ids come in a file, a pipe could be full. */
static int check(struct detach_control *ctl)
{
	struct check_work w = { .ctl = ctl };
	int rc;

	read_info(ctl);
	w.out = memfd_create("ids", MFD_CLOEXEC);
	if (w.out < 0)
		err(EXIT_FAILURE, "memfd_create");
	rc = mntns_in_namespace(&ctl->ref, check_work, &w);
	if (rc == EXIT_SUCCESS) {
		ctl->work = xcalloc(1, sizeof(*ctl->work));
		ctl->nwork = 1;
		ctl->work[0].ref = &ctl->ref;
		ctl->work[0].set.info = ctl->info;
		read_ids(w.out, &ctl->work[0].set);
	}
	close(w.out);
	return rc;
}

/*
 * --all-holding
 */
static const struct mnt_entry *find_mount(const struct holders *h, uint64_t id)
{
	const struct holders_mount *m = holders_find_id(h, id);

	return m ? &h->ns[m->ns].tab.mounts[m->mnt] : NULL;
}

static int is_same_there(const struct mnt_entry *mnt, const struct mnt_entry *here)
{
	return mnt->target && here->target && strcmp(mnt->target, here->target) == 0 &&
	       holders_mnt_dev(mnt) == holders_mnt_dev(here);
}

static void add_same(const struct mnttab *tab, const struct mnt_entry *here,
		     struct nsumount_set *set)
{
	uint32_t i;

	for (i = 0; i < tab->nmounts; i++) {
		if (is_same_there(&tab->mounts[i], here) &&
		    nsumount_set_add(set, tab->mounts[i].id) != 0)
			err_oom();
	}
}

/* The same in one more namespace, where it is mounted there. */
static int add_namespace(struct detach_control *ctl, const struct holders *h, uint32_t n)
{
	struct mntns_umount um = { .ref = &h->ns[n].ref, .say_ns = 1 };
	size_t i;

	if (um.ref->ino == ctl->ref.ino && um.ref->id == ctl->ref.id)
		return EXIT_SUCCESS;
	for (i = 0; i < ctl->work[0].set.n; i++) {
		const struct mnt_entry *here = find_mount(h, ctl->work[0].set.ids[i]);

		if (here)
			add_same(&h->ns[n].tab, here, &um.set);
	}
	if (!um.set.n)
		return EXIT_SUCCESS;
	if (nsumount_set_has(&um.set, 0)) {
		mntns_warn_no_ids(um.ref);
		free(um.set.ids);
		return EXIT_FAILURE;
	}
	if (um.ref->fd < 0) {
		warnx(_("namespace %ju is not open, there are too many"), (uintmax_t) um.ref->id);
		free(um.set.ids);
		return EXIT_FAILURE;
	}
	ctl->work = xreallocarray(ctl->work, ctl->nwork + 1, sizeof(*ctl->work));
	ctl->work[ctl->nwork++] = um;
	return check_others(ctl, &h->ns[n].tab, &ctl->work[ctl->nwork - 1].set);
}

static int add_all_holding(struct detach_control *ctl, struct holders *h)
{
	int rc = EXIT_SUCCESS;
	uint32_t i;

	for (i = 0; i < h->nns; i++)
		rc |= add_namespace(ctl, h, i);
	mntns_warn_view(h->iter.view);
	if (h->nunread)
		warnx(P_("the mounts of %u namespace cannot be read",
			 "the mounts of %u namespaces cannot be read", h->nunread), h->nunread);
	return rc ? EXIT_FAILURE : EXIT_SUCCESS;
}

/*
 * Unmount
 */
static int umount_targets(int rootfd, void *data)
{
	const struct detach_control *ctl = data;
	struct diag d = { .step = DIAG_NONE };
	int held[MNTRELEASE_MAX], i, rc = EXIT_SUCCESS;
	size_t n = 0;

	if (ctl->lazy)
		n = nsumount_hold(rootfd, &ctl->work[0].set, held, MNTRELEASE_MAX);
	for (i = 0; i < ctl->ntargets; i++) {
		const char *target = ctl->targets[i];

		if ((ctl->recursive ? nsumount_recursive(rootfd, target, ctl->lazy, &d) :
				      nsumount(rootfd, target, ctl->lazy, &d)) != 0) {
			rc = d.err == EBUSY ? MNTNS_EXIT_BUSY : diag_exit_status(&d);
			mntns_warn(&d);
		}
	}
	mntns_release(held, n);
	return rc;
}

static int is_multiple(const struct detach_control *ctl)
{
	return ctl->nwork > 1 || ctl->work[0].set.n > 1;
}

/* Before anything is unmounted where the kernel would refuse a part only. */
static int is_busy(const struct detach_control *ctl)
{
	struct diag d = { .step = DIAG_NONE };
	char name[32];

	if (ctl->lazy || !is_multiple(ctl) || !mntns_find_busy(ctl->work, ctl->nwork))
		return 0;
	if (!ctl->ntargets)
		snprintf(name, sizeof(name), "%ju", (uintmax_t) ctl->uniq_ids.ids[0]);
	diag_fail_cause(&d, DIAG_DETACH, EBUSY, ctl->ntargets ? ctl->targets[0] : name,
			diag_remedy(DIAG_DETACH, EBUSY), _("in use; nothing was unmounted"));
	mntns_warn(&d);
	return 1;
}

/* By their ids the order does not matter; a single one is told about best. */
static int is_by_ids(const struct detach_control *ctl)
{
	if (!ctl->work[0].set.n)
		return ctl->all_holding;
	return ctl->all_holding || ctl->uniq_ids.n || ctl->ntargets > 1 ||
	       (ctl->info && ctl->recursive && !ctl->lazy);
}

static int detach(struct detach_control *ctl)
{
	int rc = EXIT_SUCCESS;
	size_t i;

	if (is_busy(ctl))
		return EXIT_FAILURE;
	if (is_by_ids(ctl)) {
		for (i = 0; i < ctl->nwork; i++) {
			int one = mntns_umount_set(&ctl->work[i], ctl->lazy);

			rc = one ? one : rc;
		}
	} else {
		rc = mntns_in_namespace(&ctl->ref, umount_targets, ctl);
	}
	if (rc == MNTNS_EXIT_BUSY) {
		mntns_find_busy(ctl->work, ctl->nwork);
		rc = EXIT_FAILURE;
	}
	return rc;
}

static int check_and_detach(struct detach_control *ctl)
{
	struct diag d = { .step = DIAG_NONE };
	struct holders h;
	int rc = check(ctl);

	if (rc != EXIT_SUCCESS)
		return rc;
	if (!ctl->all_holding)
		return detach(ctl);

	if (holders_open(&h, 0, &d) != 0)
		mntns_err(&d);
	errno = ENOSYS;
	if (!h.some_ids)
		err_nosys(EXIT_NOTSUPP, _("--all-holding needs statmount(2) (Linux 6.8)"));
	rc = add_all_holding(ctl, &h);
	if (rc == EXIT_SUCCESS)
		rc = detach(ctl);
	holders_free(&h);
	return rc;
}

static void parse_options(struct detach_control *ctl, int argc, char **argv)
{
	enum {
		OPT_ALL_HOLDING = CHAR_MAX + 1,
		OPT_UNIQ_ID
	};
	static const struct option longopts[] = {
		{ "all-holding", no_argument,	    NULL, OPT_ALL_HOLDING },
		{ "help",	 no_argument,	    NULL, 'h' },
		{ "lazy",	 no_argument,	    NULL, 'l' },
		{ "recursive",	 no_argument,	    NULL, 'R' },
		{ "uniq-id",	 required_argument, NULL, OPT_UNIQ_ID },
		{ "version",	 no_argument,	    NULL, 'V' },
		{ NULL }
	};
	int c;

	while ((c = getopt_long(argc, argv, "hlRV", longopts, NULL)) != -1) {
		switch (c) {
		case 'l':
			ctl->lazy = 1;
			break;
		case 'R':
			ctl->recursive = 1;
			break;
		case OPT_ALL_HOLDING:
			ctl->all_holding = 1;
			break;
		case OPT_UNIQ_ID:
			if (nsumount_set_add(&ctl->uniq_ids,
					     strtou64_or_err(optarg, _("invalid mount id"))) != 0)
				err_oom();
			break;
		case 'h':
			usage();
		case 'V':
			print_version(EXIT_SUCCESS);
		default:
			errtryhelp(EXIT_FAILURE);
		}
	}
	if (optind == argc) {
		warnx(_("no namespace specified"));
		errtryhelp(EXIT_FAILURE);
	}
	ctl->targets = argv + optind + 1;
	ctl->ntargets = argc - optind - 1;
	if (!ctl->ntargets && !ctl->uniq_ids.n) {
		warnx(_("no target specified"));
		errtryhelp(EXIT_FAILURE);
	}
}

int mntns_detach(int argc, char **argv)
{
	struct detach_control ctl = { .ntargets = 0 };
	struct diag d = { .step = DIAG_NONE };
	size_t i;
	int rc;

	parse_options(&ctl, argc, argv);
	if (nsref_open(&ctl.ref, argv[optind], &d) != 0)
		mntns_err(&d);
	rc = check_and_detach(&ctl);

	nsref_close(&ctl.ref);
	nsumount_info_close(ctl.info);
	for (i = 0; i < ctl.nwork; i++)
		free(ctl.work[i].set.ids);
	free(ctl.work);
	free(ctl.uniq_ids.ids);
	return rc;
}
