/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-enter - execute a program in an existing mount namespace
 *
 * All that comes from the caller's side, and all that /proc says of the process
 * whose namespace it is, is opened and read first; then the namespaces are joined.
 */
#include <getopt.h>
#include <unistd.h>

#include "namespace.h"
#include "nsjoin.h"
#include "nsproc.h"
#include "nsref.h"
#include "nstools.h"
#include "ptyproxy.h"
#include "runproc.h"
#include "strutils.h"
#include "xalloc.h"

#include "mntns.h"

enum enter_env {
	ENV_CALLER = 0,
	ENV_CLEAN,
	ENV_TARGET
};

/* an id to take, if any */
struct enter_id {
	unsigned int given:1;
	unsigned int follow:1;		/* that of the process */
	uint32_t id;
};

struct enter {
	const char *ns;
	const char *dir;		/* of -w */
	enum enter_env env;
	struct enter_id uid;
	struct enter_id gid;
	int types;			/* CLONE_NEW* to join besides */
	unsigned int all_types:1;
	unsigned int no_fork:1;
	unsigned int pty:1;
	unsigned int with_tools:1;
	const char *tools_dir;		/* NULL: the system's */

	struct nsref ref;
	struct nsproc member;
	struct nsjoin_others others;
	struct nstools tools;
	struct ptyproxy terminal;	/* with pty */
	char **envp;			/* NULL: the caller's */
};

static void __attribute__((__noreturn__)) usage(void)
{
	FILE *out = stdout;

	fputs(USAGE_HEADER, out);
	fprintf(out, _(" %s enter [options] <namespace> [--] [<command> [<argument>...]]\n"),
		program_invocation_short_name);

	fputs(USAGE_SEPARATOR, out);
	fputsln(_("Execute a program in an existing mount namespace."), out);

	fputs(USAGE_OPTIONS, out);
	fputsln(_(" -a, --all                join all namespaces of the process that is in it"), out);
	fputsln(_(" -C, --cgroup             join its cgroup namespace"), out);
	fputsln(_(" -i, --ipc                join its IPC namespace"), out);
	fputsln(_(" -n, --net                join its network namespace"), out);
	fputsln(_(" -p, --pid                join its PID namespace"), out);
	fputsln(_(" -T, --time               join its time namespace"), out);
	fputsln(_(" -U, --user               join its user namespace"), out);
	fputsln(_(" -u, --uts                join its UTS namespace"), out);
	fputsln(_(" -F, --no-fork            do not fork for the PID namespace"), out);
	fputsln(_(" -S, --setuid <uid>|follow  become this user, or that of the process"), out);
	fputsln(_(" -G, --setgid <gid>|follow  become this group, or those of the process"), out);
	fputsln(_("     --env caller|clean|target\n"
		  "                          whose environment (default: caller)"), out);
	fputsln(_("     --pty                give the program a terminal of its own"), out);
	fputsln(_("     --tools[=<dir>]      in a private copy of the namespace, with the programs\n"
		  "                          of the caller's system, or of <dir>, in it"), out);
	fputsln(_(" -w, --wd <dir>           change to this directory in the namespace"), out);

	fputs(USAGE_SEPARATOR, out);
	fprintf(out, USAGE_HELP_OPTIONS(26));
	fprintf(out, USAGE_MAN_TAIL("mntns(8)"));
	exit(EXIT_SUCCESS);
}

static enum enter_env parse_env(const char *name)
{
	static const char *const names[] = {
		[ENV_CALLER] = "caller",
		[ENV_CLEAN]  = "clean",
		[ENV_TARGET] = "target"
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(name, names[i]) == 0)
			return i;
	}
	errx(EXIT_FAILURE, _("unsupported environment: %s"), name);
}

static struct enter_id parse_id(const char *arg, const char *errmesg)
{
	struct enter_id id = { .given = 1 };

	if (strcmp(arg, "follow") == 0)
		id.follow = 1;
	else
		id.id = strtou32_or_err(arg, errmesg);
	return id;
}

/* A name is looked up with the caller's eyes; what is left of it is the terminal. */
static char **clean_environment(void)
{
	static char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	const char *term = getenv("TERM");
	char **envp = xcalloc(3, sizeof(*envp));

	envp[0] = path;
	if (term)
		xasprintf(&envp[1], "TERM=%s", term);
	return envp;
}

/* What is asked about the process that is in the namespace, while there is a /proc. */
static int look_at_member(struct enter *e, struct diag *d)
{
	int rc;

	if (!e->types && !e->all_types && e->env != ENV_TARGET && !e->uid.follow && !e->gid.follow)
		return 0;

	rc = nsproc_open(&e->member, &e->ref, d);
	if (!rc && e->all_types)
		rc = nsjoin_open_others_all(&e->others, &e->member, d);
	if (!rc)
		rc = nsjoin_open_others(&e->others, e->types, &e->member, d);
	if (!rc && e->env == ENV_TARGET)
		rc = nsproc_environ(&e->member, &e->envp, d);
	return rc;
}

static int set_ids(struct enter *e, struct diag *d)
{
	struct nsproc_ids ids = { .groups = NULL };
	int rc = 0;

	/* as the user namespace calls them that is joined by now */
	if (e->uid.follow || e->gid.follow)
		rc = nsproc_get_ids(&e->member, &ids, d);
	if (!rc && e->gid.given)
		rc = e->gid.follow ? nsjoin_set_gid(ids.gid, ids.groups, ids.nr_groups, d) :
				     nsjoin_set_gid(e->gid.id, NULL, 0, d);
	if (!rc && e->uid.given)
		rc = nsjoin_set_uid(e->uid.follow ? ids.uid : e->uid.id, d);
	free(ids.groups);
	return rc;
}

static void prepend_path(const char *dirs)
{
	const char *old = getenv("PATH");
	char *path;

	xasprintf(&path, "%s%s%s", dirs, old && *old ? ":" : "", old ? old : "");
	if (setenv("PATH", path, 1) < 0)
		err(EXIT_FAILURE, _("cannot set PATH"));
	free(path);
}

/*
 * The PID namespace is that of children, and the terminal that of another session:
 * one process executes the program, the other stands for it.
 */
static void stay_behind(struct enter *e)
{
	struct diag d = { .step = DIAG_NONE };
	struct runproc proc = RUNPROC_INIT;
	pid_t pid = runproc_fork(&proc, &d);

	if (pid == 0 && e->pty && ptyproxy_take(&e->terminal, &d) != 0)
		mntns_err(&d);
	if (pid == 0)
		return;
	if (pid < 0)
		mntns_err(&d);

	mntns_exit_as(e->pty ? ptyproxy_run(&e->terminal, pid) : runproc_wait(pid));
}

static void enter(struct enter *e)
{
	struct diag d = { .step = DIAG_NONE };
	int types;

	mntns_preload_messages();
	if (e->env == ENV_CLEAN)
		e->envp = clean_environment();
	if (nsref_open(&e->ref, e->ns, &d) != 0 || look_at_member(e, &d) != 0)
		mntns_err(&d);

	if (e->pty && ptyproxy_open(&e->terminal, &d) != 0)
		mntns_err(&d);
	if (e->with_tools && nstools_open(&e->tools, e->tools_dir, &d) != 0)
		mntns_err(&d);
	types = nsjoin_others_types(&e->others);
	if (nsjoin_enter_with(&e->ref, &e->others, &d) != 0 ||
	    (e->with_tools && nstools_enter(&e->tools, &d) != 0) || set_ids(e, &d) != 0)
		mntns_err(&d);
	nsproc_close(&e->member);
	nsref_close(&e->ref);
	if (e->dir && nsjoin_chdir(e->dir, &d) != 0)
		mntns_err(&d);
	if (e->envp)
		environ = e->envp;
	if (e->with_tools)
		prepend_path(e->tools.path);
	nstools_free(&e->tools);
	if (e->pty || (types & CLONE_NEWPID && !e->no_fork))
		stay_behind(e);
}

int mntns_enter(int argc, char **argv)
{
	enum {
		OPT_ENV = CHAR_MAX + 1,
		OPT_PTY,
		OPT_TOOLS
	};
	static const struct option longopts[] = {
		{ "all",     no_argument,	NULL, 'a' },
		{ "cgroup",  no_argument,	NULL, 'C' },
		{ "env",     required_argument, NULL, OPT_ENV },
		{ "help",    no_argument,	NULL, 'h' },
		{ "ipc",     no_argument,	NULL, 'i' },
		{ "net",     no_argument,	NULL, 'n' },
		{ "no-fork", no_argument,	NULL, 'F' },
		{ "pid",     no_argument,	NULL, 'p' },
		{ "pty",     no_argument,	NULL, OPT_PTY },
		{ "setgid",  required_argument, NULL, 'G' },
		{ "setuid",  required_argument, NULL, 'S' },
		{ "time",    no_argument,	NULL, 'T' },
		{ "tools",   optional_argument, NULL, OPT_TOOLS },
		{ "user",    no_argument,	NULL, 'U' },
		{ "uts",     no_argument,	NULL, 'u' },
		{ "version", no_argument,	NULL, 'V' },
		{ "wd",	     required_argument, NULL, 'w' },
		{ NULL }
	};
	struct enter e = { .member = NSPROC_INIT, .others = NSJOIN_OTHERS_INIT,
			    .tools = NSTOOLS_INIT, .terminal = PTYPROXY_INIT };
	int c;

	while ((c = getopt_long(argc, argv, "+aCFG:hinpS:TuUVw:", longopts, NULL)) != -1) {
		switch (c) {
		case 'a':
			e.all_types = 1;
			break;
		case 'C':
			e.types |= CLONE_NEWCGROUP;
			break;
		case 'G':
			e.gid = parse_id(optarg, _("invalid group id"));
			break;
		case 'i':
			e.types |= CLONE_NEWIPC;
			break;
		case 'n':
			e.types |= CLONE_NEWNET;
			break;
		case 'F':
			e.no_fork = 1;
			break;
		case 'p':
			e.types |= CLONE_NEWPID;
			break;
		case 'S':
			e.uid = parse_id(optarg, _("invalid user id"));
			break;
		case 'T':
			e.types |= CLONE_NEWTIME;
			break;
		case 'u':
			e.types |= CLONE_NEWUTS;
			break;
		case 'U':
			e.types |= CLONE_NEWUSER;
			break;
		case 'w':
			e.dir = optarg;
			break;
		case OPT_ENV:
			e.env = parse_env(optarg);
			break;
		case OPT_PTY:
			e.pty = 1;
			break;
		case OPT_TOOLS:
			e.with_tools = 1;
			e.tools_dir = optarg;
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
	e.ns = argv[optind++];
	if (optind < argc && strcmp(argv[optind], "--") == 0)
		optind++;

	enter(&e);
	mntns_exec(argv + optind);
}
