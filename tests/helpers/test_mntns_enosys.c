/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * test_mntns_enosys - make the kernel look older to a command
 *
 *	test_mntns_enosys [6.18|6.12|6.6|5.15] [-s CALL[:ERRNO]]... [--] COMMAND [ARG...]
 *
 * A seccomp filter answers ENOSYS, or ERRNO, for the system calls that are
 * named, and EINVAL for the flags that a release does not know. A release
 * stands for all that came after it. CALL may also be open_tree_namespace,
 * fsmount_namespace, empty_mntns, beneath or fanotify_mnt, which stand for those
 * flags.
 *
 * What a filter cannot do is look into memory: STATMOUNT_BY_FD and the masks
 * of statmount stay as the kernel has them.
 */
#include <err.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "mountapi.h"

/* the numbers since Linux 5.0 are the same on all that Debian runs on */
#define NR_OPEN_TREE		428
#define NR_MOVE_MOUNT		429
#define NR_FSOPEN		430
#define NR_FSCONFIG		431
#define NR_FSMOUNT		432
#define NR_PIDFD_OPEN		434
#define NR_OPENAT2		437
#define NR_MOUNT_SETATTR	442
#define NR_STATMOUNT		457
#define NR_LISTMOUNT		458
#define NR_OPEN_TREE_ATTR	467
#define NR_LISTNS		470

struct call {
	const char	*name;
	int		nr;
	int		arg;		/* the argument that holds flags, or -1 */
	unsigned int	flag;
	unsigned int	since;		/* release, MAJOR * 100 + MINOR */
};

static const struct call calls[] = {
	{ "open_tree_namespace", NR_OPEN_TREE,	2, OPEN_TREE_NAMESPACE, 700 },
	{ "fsmount_namespace",	NR_FSMOUNT,	1, FSMOUNT_NAMESPACE,	701 },
	{ "empty_mntns",	SYS_unshare,	0, UNSHARE_EMPTY_MNTNS,	701 },
	{ "statmount_by_fd",	NR_STATMOUNT,	3, UL_STATMOUNT_BY_FD,	700 },
	{ "beneath",		NR_MOVE_MOUNT,	4, MOVE_MOUNT_BENEATH,	605 },
	{ "fanotify_mnt",	SYS_fanotify_init, 0, UL_FAN_REPORT_MNT, 615 },
	{ "fanotify_init",	SYS_fanotify_init,	-1, 0, 0 },
	{ "fanotify_mark",	SYS_fanotify_mark,	-1, 0, 0 },
	{ "listns",		NR_LISTNS,		-1, 0, 619 },
	{ "open_by_handle_at",	SYS_open_by_handle_at,	-1, 0, 0 },
	{ "open_tree_attr",	NR_OPEN_TREE_ATTR,	-1, 0, 615 },
	{ "statmount",		NR_STATMOUNT,		-1, 0, 608 },
	{ "listmount",		NR_LISTMOUNT,		-1, 0, 608 },
	{ "mount_setattr",	NR_MOUNT_SETATTR,	-1, 0, 512 },
	{ "open_tree",		NR_OPEN_TREE,		-1, 0, 502 },
	{ "move_mount",		NR_MOVE_MOUNT,		-1, 0, 502 },
	{ "fsopen",		NR_FSOPEN,		-1, 0, 502 },
	{ "fsconfig",		NR_FSCONFIG,		-1, 0, 502 },
	{ "fsmount",		NR_FSMOUNT,		-1, 0, 502 },
	{ "openat2",		NR_OPENAT2,		-1, 0, 506 },
	{ "pidfd_open",		NR_PIDFD_OPEN,		-1, 0, 503 },
	{ "pivot_root",		SYS_pivot_root,		-1, 0, 0 },
	{ "setns",		SYS_setns,		-1, 0, 0 },
	{ "unshare",		SYS_unshare,		-1, 0, 0 },
	{ "mount",		SYS_mount,		-1, 0, 0 },
};

#define N_CALLS		(sizeof(calls) / sizeof(calls[0]))

static const struct {
	const char	*name;
	int		number;
} errnos[] = {
	{ "EPERM", EPERM }, { "EINVAL", EINVAL }, { "ENOSYS", ENOSYS }, { "EACCES", EACCES },
	{ "ENOSPC", ENOSPC }, { "EBUSY", EBUSY }, { "ENOMEM", ENOMEM }, { "EMFILE", EMFILE },
	{ "ELOOP", ELOOP }, { "EIO", EIO }, { "ENOENT", ENOENT }, { "ESTALE", ESTALE },
};

struct filter {
	struct sock_filter	insn[256];
	unsigned short		len;
};

static void add(struct filter *f, struct sock_filter insn)
{
	if (f->len == sizeof(f->insn) / sizeof(f->insn[0]))
		errx(EXIT_FAILURE, "too many system calls");
	f->insn[f->len++] = insn;
}

static unsigned int low_word_of(int arg)
{
	unsigned int offset = offsetof(struct seccomp_data, args) + arg * sizeof(uint64_t);

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	offset += sizeof(uint32_t);
#endif
	return offset;
}

static void refuse(struct filter *f, const struct call *c, int error)
{
	struct sock_filter fail = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error);
	struct sock_filter load_nr = BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
					      offsetof(struct seccomp_data, nr));

	add(f, load_nr);
	if (c->arg < 0) {
		add(f, (struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, c->nr, 0, 1));
		add(f, fail);
		return;
	}
	add(f, (struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, c->nr, 0, 3));
	add(f, (struct sock_filter) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, low_word_of(c->arg)));
	add(f, (struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, c->flag, 0, 1));
	add(f, fail);
}

static int default_error(const struct call *c)
{
	return c->arg < 0 ? ENOSYS : EINVAL;
}

/* A program that looks like running on RELEASE, "6.12" say. */
static void refuse_newer_than(struct filter *f, const char *release)
{
	unsigned int major, minor;

	if (sscanf(release, "%u.%u", &major, &minor) != 2)
		errx(EXIT_FAILURE, "not a release: %s", release);
	for (size_t i = 0; i < N_CALLS; i++) {
		if (calls[i].since > major * 100 + minor)
			refuse(f, &calls[i], default_error(&calls[i]));
	}
}

static int errno_of(const char *name)
{
	for (size_t i = 0; i < sizeof(errnos) / sizeof(errnos[0]); i++) {
		if (strcmp(errnos[i].name, name) == 0)
			return errnos[i].number;
	}
	errx(EXIT_FAILURE, "unknown error: %s", name);
}

static void refuse_by_name(struct filter *f, const char *spec)
{
	const char *colon = strchr(spec, ':');
	size_t len = colon ? (size_t) (colon - spec) : strlen(spec);

	for (size_t i = 0; i < N_CALLS; i++) {
		if (strlen(calls[i].name) != len || strncmp(calls[i].name, spec, len) != 0)
			continue;
		refuse(f, &calls[i], colon ? errno_of(colon + 1) : default_error(&calls[i]));
		return;
	}
	errx(EXIT_FAILURE, "unknown system call: %s", spec);
}

static void install(struct filter *f)
{
	struct sock_fprog prog = { .filter = f->insn };

	add(f, (struct sock_filter) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
	prog.len = f->len;

	/* root needs no no_new_privs, which would change what is tested */
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) == 0)
		return;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) < 0)
		err(EXIT_FAILURE, "seccomp");
}

int main(int argc, char *argv[])
{
	struct filter f = { .len = 0 };
	int i;

	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--") == 0) {
			i++;
			break;
		}
		if (strcmp(argv[i], "-s") == 0 && i + 1 < argc)
			refuse_by_name(&f, argv[++i]);
		else if (argv[i][0] >= '0' && argv[i][0] <= '9')
			refuse_newer_than(&f, argv[i]);
		else
			break;
	}
	if (!argv[i])
		errx(EXIT_FAILURE, "usage: [RELEASE] [-s CALL[:ERRNO]]... [--] COMMAND [ARG...]");
	install(&f);
	execvp(argv[i], argv + i);
	err(EXIT_FAILURE, "failed to execute %s", argv[i]);
}
