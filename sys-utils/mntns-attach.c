/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-attach - attach a detached mount inside a mount namespace
 *
 * The detached mount is made first, in the caller's namespace; then the caller
 * moves to the other one, and from there on no path of the caller's means
 * anything any more.
 */
#include <fcntl.h>
#include <getopt.h>
#include <sys/mount.h>

#include "detached.h"
#include "lazylibs.h"
#include "nsjoin.h"
#include "nspath.h"
#include "nsref.h"

#include "mntns.h"

struct attach {
	struct nsref ref;
	struct mntopts opts;
	const char *ns;
	const char *source;
	const char *target;
	const char *fstype;		/* of -t, NULL for a clone */
	unsigned int recursive:1;
	unsigned int verbose:1;
};

static void __attribute__((__noreturn__)) usage(void)
{
	FILE *out = stdout;

	fputs(USAGE_HEADER, out);
	fprintf(out, _(" %s attach [options] <namespace> <source> <target>\n"),
		program_invocation_short_name);
	fprintf(out, _(" %s attach [options] -t <type> <namespace> <source> <target>\n"),
		program_invocation_short_name);

	fputs(USAGE_SEPARATOR, out);
	fputsln(_("Attach a clone of a directory or file, or a new filesystem, in a namespace."), out);

	fputs(USAGE_OPTIONS, out);
	fputsln(_(" -R, --recursive          with the mounts below the source"), out);
	fputsln(_(" -o, --options <list>     mount options, as for mount(8)"), out);
	fputsln(_(" -t, --types <type>       make a new filesystem of this type"), out);
	fputsln(_("     --mkdir              create the target directory if it is missing"), out);
	fputsln(_(" -v, --verbose            say what was attached where"), out);

	fputs(USAGE_SEPARATOR, out);
	fprintf(out, USAGE_HELP_OPTIONS(26));
	fprintf(out, USAGE_MAN_TAIL("mntns(8)"));
	exit(EXIT_SUCCESS);
}

/* LABEL=, UUID= and the like, as mount(8) takes them; result is allocated */
static int resolve_tag(const char *spec, char **device, struct diag *d)
{
	if (load_libmount() < 0)
		return diag_fail_cause(d, DIAG_LIBRARY, ELIBACC, "libmount", NULL,
				       "%s", lazylibs_errmsg());
	*device = mnt_resolve_spec(spec, NULL);
	/* what cannot be resolved comes back as it is */
	if (!*device || strcmp(*device, spec) == 0) {
		free(*device);
		*device = NULL;
		return diag_fail(d, DIAG_SOURCE_RESOLVE, ENOENT, spec);
	}
	return 0;
}

static int is_tag(const char *source)
{
	static const char *const tags[] = {
		"LABEL=", "UUID=", "PARTLABEL=", "PARTUUID=", "ID="
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tags); i++) {
		if (strncmp(source, tags[i], strlen(tags[i])) == 0)
			return 1;
	}
	return 0;
}

static int make_filesystem(const struct attach *at, struct diag *d)
{
	char *device = NULL;
	int fd, rc;

	if (is_tag(at->source)) {
		rc = resolve_tag(at->source, &device, d);
		if (rc)
			return rc;
	}
	fd = detached_mkfs(at->fstype, device ? device : at->source, &at->opts, d);
	free(device);
	return fd;
}

static int make_clone(const struct attach *at, struct diag *d)
{
	struct mnt_change change = at->opts.change;

	/* a peer of the source would show mounts made inside outside, and vice versa */
	if (!change.propagation)
		change.propagation = MS_PRIVATE;
	return detached_clone(AT_FDCWD, at->source, at->recursive, &change,
			      DIAG_SOURCE_OPEN, at->source, d);
}

/* Returns the O_PATH fd of the target in the namespace, or -errno. */
static int open_target(const struct attach *at, struct nspath_made *made, struct diag *d)
{
	int root, fd;

	root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return diag_fail(d, DIAG_TARGET_OPEN, errno, at->target);

	fd = nspath_open(root, at->target, O_PATH);
	if (fd == -ENOENT && at->opts.mkdir) {
		fd = nspath_mkdirs(root, at->target, 0755, made);
		if (fd < 0)
			diag_fail(d, DIAG_TARGET_MKDIR, -fd, at->target);
	} else if (fd < 0) {
		diag_fail(d, DIAG_TARGET_OPEN, -fd, at->target);
	}
	close(root);
	return fd;
}

static void warn_if_shared(const struct attach *at, int targetfd, ino_t own_ino)
{
	if (at->ref.ino != own_ino && detached_target_is_shared(targetfd))
		warnx(_("warning: %s is on a shared mount: what is attached there shows in its peers, too"),
		      at->target);
}

static int attach_inside(const struct attach *at, int treefd, ino_t own_ino, struct diag *d)
{
	struct nspath_made made = NSPATH_MADE_INIT;
	int fd, rc;

	rc = nsjoin_enter(&at->ref, d);
	if (rc)
		return rc;

	fd = open_target(at, &made, d);
	rc = fd < 0 ? fd : 0;
	if (!rc && mntns_is_interrupted())
		rc = -EINTR;
	if (!rc)
		rc = detached_attach(treefd, fd, at->target, d);
	if (!rc)
		warn_if_shared(at, fd, own_ino);
	else
		nspath_undo_mkdirs(&made);
	nspath_free_made(&made);
	if (fd >= 0)
		close(fd);
	return rc;
}

static ino_t own_namespace_ino(void)
{
	struct diag d = { .step = DIAG_NONE };
	struct nsref self;
	ino_t ino = 0;

	if (nsref_open_self(&self, &d) == 0) {
		ino = self.ino;
		nsref_close(&self);
	}
	diag_reset(&d);
	return ino;
}

static void attach(struct attach *at)
{
	struct diag d = { .step = DIAG_NONE };
	ino_t own_ino;
	int fd, rc;

	mntns_preload_messages();
	if (nsref_open(&at->ref, at->ns, &d) != 0)
		mntns_err(&d);
	own_ino = own_namespace_ino();

	mntns_catch_signals();
	fd = at->fstype ? make_filesystem(at, &d) : make_clone(at, &d);
	if (fd < 0)
		mntns_err(&d);
	rc = attach_inside(at, fd, own_ino, &d);
	if (rc)
		mntns_die_if_interrupted();
	if (rc)
		mntns_err(&d);

	close(fd);
	nsref_close(&at->ref);
	if (at->verbose)
		warnx(_("%s attached to %s in namespace %s"), at->source, at->target, at->ns);
}

int mntns_attach(int argc, char **argv)
{
	enum {
		OPT_MKDIR = CHAR_MAX + 1
	};
	static const struct option longopts[] = {
		{ "help",      no_argument,	  NULL, 'h' },
		{ "mkdir",     no_argument,	  NULL, OPT_MKDIR },
		{ "options",   required_argument, NULL, 'o' },
		{ "recursive", no_argument,	  NULL, 'R' },
		{ "types",     required_argument, NULL, 't' },
		{ "verbose",   no_argument,	  NULL, 'v' },
		{ "version",   no_argument,	  NULL, 'V' },
		{ NULL }
	};
	struct diag d = { .step = DIAG_NONE };
	struct attach at = { .ns = NULL };
	int c, mkdir = 0;

	while ((c = getopt_long(argc, argv, "ho:Rt:vV", longopts, NULL)) != -1) {
		switch (c) {
		case OPT_MKDIR:
			mkdir = 1;
			break;
		case 'o':
			if (mntopts_parse(&at.opts, optarg, &d) != 0)
				mntns_err(&d);
			break;
		case 'R':
			at.recursive = 1;
			break;
		case 't':
			at.fstype = optarg;
			break;
		case 'v':
			at.verbose = 1;
			break;
		case 'h':
			usage();
		case 'V':
			print_version(EXIT_SUCCESS);
		default:
			errtryhelp(EXIT_FAILURE);
		}
	}
	if (argc - optind != 3) {
		warnx(argc - optind < 3 ? _("namespace, source and target are needed") :
					  _("too many arguments"));
		errtryhelp(EXIT_FAILURE);
	}
	at.ns = argv[optind];
	at.source = argv[optind + 1];
	at.target = argv[optind + 2];

	if (!*at.target)
		errx(EXIT_FAILURE, _("the target is empty"));
	if (mkdir)
		at.opts.mkdir = 1;
	if (at.opts.recursive)
		at.recursive = 1;
	if (at.opts.bind)
		at.fstype = NULL;
	if (at.fstype && at.recursive)
		errx(EXIT_FAILURE, _("--recursive is for a clone, not for a new filesystem"));
	if (!at.fstype && mntopts_only_attributes(&at.opts, &d) != 0)
		mntns_err(&d);

	attach(&at);
	mntopts_free(&at.opts);
	return EXIT_SUCCESS;
}
