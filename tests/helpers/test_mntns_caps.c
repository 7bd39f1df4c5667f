/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * test_mntns_caps - what this kernel lets this caller do, measured by doing it
 *
 *	test_mntns_caps			every capability, "name yes" or "name no"
 *	test_mntns_caps NAME...		exit 0 when all are there; else 1, and
 *					the names of those that are not
 *
 * Each is tried in a child in a mount namespace of its own, so that nothing
 * remains. It shares no code with mntns' own probes, which it is there to
 * check.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/fanotify.h>
#include <sys/wait.h>

#include "mountapi.h"

struct capability {
	const char	*name;
	bool		(*works)(void);
};

static union {
	struct ul_statmount	sm;
	char			room[8192];
} buf;

static bool open_tree_works(unsigned int flags)
{
	int fd = ul_open_tree(AT_FDCWD, "/proc", flags | OPEN_TREE_CLOEXEC);

	return fd >= 0 && close(fd) == 0;
}

static bool can_open_tree(void)
{
	return open_tree_works(OPEN_TREE_CLONE);
}

static bool can_open_tree_namespace(void)
{
	return open_tree_works(OPEN_TREE_NAMESPACE);
}

static bool can_open_tree_attr(void)
{
	struct ul_mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY };

	return ul_open_tree_attr(AT_FDCWD, "/proc", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC, &attr) >= 0;
}

/* A new filesystem, not mounted anywhere, or -1. */
static int new_filesystem(const char *type, unsigned int flags)
{
	int fs = ul_fsopen(type, FSOPEN_CLOEXEC);

	if (fs < 0 || ul_fsconfig(fs, UL_FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -1;
	return ul_fsmount(fs, FSMOUNT_CLOEXEC | flags, 0);
}

static bool can_fsmount(void)
{
	return new_filesystem("tmpfs", 0) >= 0;
}

static bool can_fanotify_mnt(void)
{
	int ns = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	int fd = fanotify_init(UL_FAN_REPORT_MNT, 0);

	return fd >= 0 && fanotify_mark(fd, FAN_MARK_ADD | UL_FAN_MARK_MNTNS,
					UL_FAN_MNT_ATTACH, ns, NULL) == 0;
}

static bool can_fsmount_namespace(void)
{
	return new_filesystem("tmpfs", FSMOUNT_NAMESPACE) >= 0;
}

static bool can_empty_mntns(void)
{
	return unshare(UNSHARE_EMPTY_MNTNS) == 0;
}

static bool can_mount_setattr(void)
{
	struct ul_mount_attr attr = { .attr_set = MOUNT_ATTR_NOSUID };
	int fd = new_filesystem("tmpfs", 0);

	return fd >= 0 && ul_mount_setattr(fd, "", AT_EMPTY_PATH, &attr) == 0;
}

static bool can_listmount(void)
{
	uint64_t id;

	return ul_listmount(UL_LSMT_ROOT, 0, 0, &id, 1, 0) == 1;
}

static bool can_statmount(void)
{
	uint64_t id;

	return ul_listmount(UL_LSMT_ROOT, 0, 0, &id, 1, 0) == 1 &&
	       ul_statmount(id, 0, UL_STATMOUNT_MNT_BASIC, &buf.sm, sizeof(buf), 0) == 0;
}

/* Leaves the child in a new namespace; returns an fd of the one before. */
static int leave_namespace(void)
{
	int fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);

	return fd >= 0 && unshare(CLONE_NEWNS) == 0 ? fd : -1;
}

static bool can_statmount_foreign(void)
{
	int fd = leave_namespace();
	uint64_t ns_id, id;

	return fd >= 0 && ioctl(fd, UL_NS_GET_MNTNS_ID, &ns_id) == 0 &&
	       ul_listmount(UL_LSMT_ROOT, ns_id, 0, &id, 1, 0) == 1;
}

static bool can_statmount_nsfd(void)
{
	int fd = leave_namespace();
	uint64_t id;

	return fd >= 0 && ul_listmount_nsfd(UL_LSMT_ROOT, fd, 0, &id, 1) == 1;
}

static bool can_statmount_by_fd(void)
{
	int fd = open("/", O_PATH | O_CLOEXEC);

	return fd >= 0 && ul_statmount_fd(fd, UL_STATMOUNT_MNT_BASIC, &buf.sm, sizeof(buf)) == 0;
}

static bool supports_statmount(uint64_t mask)
{
	uint64_t id;

	return ul_listmount(UL_LSMT_ROOT, 0, 0, &id, 1, 0) == 1 &&
	       ul_statmount(id, 0, UL_STATMOUNT_SUPPORTED_MASK, &buf.sm, sizeof(buf), 0) == 0 &&
	       (buf.sm.mask & UL_STATMOUNT_SUPPORTED_MASK) &&
	       (buf.sm.supported_mask & mask) == mask;
}

static bool can_statmount_opt_array(void)
{
	return supports_statmount(UL_STATMOUNT_OPT_ARRAY);
}

static bool can_statmount_idmap(void)
{
	return supports_statmount(UL_STATMOUNT_MNT_UIDMAP | UL_STATMOUNT_MNT_GIDMAP);
}

static bool can_ns_get_id(void)
{
	int fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	uint64_t id;

	return fd >= 0 && ioctl(fd, UL_NS_GET_MNTNS_ID, &id) == 0;
}

static bool can_ns_walk(void)
{
	struct ul_mnt_ns_info info = { .size = sizeof(info) };
	int fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);

	/* from a new namespace there is always an older one to go to */
	if (fd < 0 || unshare(CLONE_NEWNS) < 0)
		return false;
	fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	return fd >= 0 && ioctl(fd, UL_NS_MNT_GET_PREV, &info) >= 0;
}

static bool can_listns(void)
{
	uint64_t id;

	return ul_listns(CLONE_NEWNS, 0, &id, 1, 0) == 1;
}

static bool can_open_by_id(void)
{
	int fd = leave_namespace();
	uint64_t ns_id;

	return fd >= 0 && ioctl(fd, UL_NS_GET_MNTNS_ID, &ns_id) == 0 &&
	       ul_open_ns_by_id(ns_id, 0, 0) >= 0;
}

static bool write_self(const char *name, const char *text)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/%s", name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	return fd >= 0 && write(fd, text, strlen(text)) > 0;
}

static bool can_userns(void)
{
	char map[32];

	snprintf(map, sizeof(map), "0 %u 1", geteuid());
	return unshare(CLONE_NEWUSER) == 0 && write_self("uid_map", map);
}

/* Root of the machine, not of a user namespace. */
static bool is_init_userns(void)
{
	FILE *f = fopen("/proc/self/uid_map", "re");
	unsigned int first, lower, count;
	bool ok;

	ok = f && fscanf(f, "%u %u %u", &first, &lower, &count) == 3 &&
	     first == 0 && lower == 0 && count == 4294967295u && geteuid() == 0;
	if (f)
		fclose(f);
	return ok;
}

static bool knows_filesystem(const char *type)
{
	int fs = ul_fsopen(type, FSOPEN_CLOEXEC);

	return fs >= 0 && close(fs) == 0;
}

static bool can_ext4(void)	{ return knows_filesystem("ext4"); }
static bool can_proc(void)	{ return new_filesystem("proc", 0) >= 0; }
static bool can_fuse(void)	{ return knows_filesystem("fuse") && access("/dev/fuse", R_OK | W_OK) == 0; }
static bool can_nfs(void)	{ return knows_filesystem("nfs4") && knows_filesystem("nfsd"); }
static bool can_loop(void)	{ return access("/dev/loop-control", R_OK | W_OK) == 0; }

static bool set_private(void)
{
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

/* Two lower directories on a tmpfs: a filesystem may be stacked too high. */
static bool can_overlay(void)
{
	int fs = ul_fsopen("overlay", FSOPEN_CLOEXEC);

	return fs >= 0 && unshare(CLONE_NEWNS) == 0 && set_private() &&
	       mount("none", "/proc", "tmpfs", 0, NULL) == 0 &&
	       mkdir("/proc/a", 0755) == 0 && mkdir("/proc/b", 0755) == 0 &&
	       ul_fsconfig(fs, UL_FSCONFIG_SET_STRING, "lowerdir", "/proc/a:/proc/b", 0) == 0 &&
	       ul_fsconfig(fs, UL_FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0;
}

/* In a new namespace: a mount on /proc, and one put below it. */
static bool can_move_beneath(void)
{
	int top, below;

	if (unshare(CLONE_NEWNS) < 0 || !set_private())
		return false;
	top = new_filesystem("tmpfs", 0);
	below = new_filesystem("tmpfs", 0);
	return top >= 0 && below >= 0 &&
	       ul_move_mount(top, "", AT_FDCWD, "/proc", MOVE_MOUNT_F_EMPTY_PATH) == 0 &&
	       ul_move_mount(below, "", AT_FDCWD, "/proc",
			     MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_BENEATH) == 0;
}

static bool can_move_beneath_root(void)
{
	int fd;

	if (unshare(CLONE_NEWNS) < 0 || !set_private())
		return false;
	fd = new_filesystem("tmpfs", 0);
	return fd >= 0 && ul_move_mount(fd, "", AT_FDCWD, "/",
				MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_BENEATH) == 0;
}

static bool can_mount_on_detached(void)
{
	int a = new_filesystem("tmpfs", 0), b = new_filesystem("tmpfs", 0);

	return a >= 0 && b >= 0 &&
	       ul_move_mount(b, "", a, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) == 0;
}

/* A user namespace with a map, as an idmapped mount wants it. */
static int mapped_userns(void)
{
	char path[64];
	int fd, pipefd[2];
	pid_t pid;
	FILE *f;

	if (pipe2(pipefd, O_CLOEXEC) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		close(pipefd[0]);
		if (unshare(CLONE_NEWUSER) < 0)
			_exit(1);
		close(pipefd[1]);
		pause();
	}
	close(pipefd[1]);
	if (read(pipefd[0], path, 1) < 0)
		return -1;
	snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
	f = fopen(path, "we");
	if (f) {
		fputs("0 100000 1000", f);
		fclose(f);
	}
	snprintf(path, sizeof(path), "/proc/%d/gid_map", pid);
	f = fopen(path, "we");
	if (f) {
		fputs("0 100000 1000", f);
		fclose(f);
	}
	snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return fd;
}

static bool can_idmap(void)
{
	struct ul_mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP };
	int mnt = new_filesystem("tmpfs", 0), userns = mapped_userns();

	if (mnt < 0 || userns < 0)
		return false;
	attr.userns_fd = userns;
	return ul_mount_setattr(mnt, "", AT_EMPTY_PATH, &attr) == 0;
}

/* Pins a new namespace, made on CPU, on a file of the caller's. */
static bool pin_works(int cpu)
{
	cpu_set_t one;
	char path[64];
	pid_t pid;
	int fd;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	sched_setaffinity(0, sizeof(one), &one);
	pid = fork();
	if (pid == 0) {
		if (unshare(CLONE_NEWNS) < 0)
			_exit(1);
		raise(SIGSTOP);
		_exit(0);
	}
	waitpid(pid, NULL, WUNTRACED);
	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", pid);
	fd = ul_open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return fd >= 0 && ul_move_mount(fd, "", AT_FDCWD, "/proc/sys/kernel/ostype",
					MOVE_MOUNT_F_EMPTY_PATH) == 0;
}

/*
 * Only a younger namespace can be pinned, and the ids that tell the age come
 * in batches for each CPU: one of the CPUs has a larger id to give than ours.
 */
static bool can_pin(void)
{
	int n_cpus = sysconf(_SC_NPROCESSORS_CONF);

	if (unshare(CLONE_NEWNS) < 0 || !set_private())
		return false;
	for (int cpu = 0; cpu < n_cpus; cpu++) {
		if (pin_works(cpu))
			return true;
	}
	return false;
}

/* The tree is the same in all mounts, so what is made has to go again. */
static bool can_cgroup2(void)
{
	char dir[64];

	snprintf(dir, sizeof(dir), "/proc/mntns-caps-%d", getpid());
	return unshare(CLONE_NEWNS) == 0 && set_private() &&
	       mount("none", "/proc", "cgroup2", 0, NULL) == 0 &&
	       mkdir(dir, 0755) == 0 && rmdir(dir) == 0;
}

static const struct capability capabilities[] = {
	{ "open-tree",			can_open_tree },
	{ "open-tree-attr",		can_open_tree_attr },
	{ "open-tree-namespace",	can_open_tree_namespace },
	{ "fsmount",			can_fsmount },
	{ "fsmount-namespace",		can_fsmount_namespace },
	{ "empty-mntns",		can_empty_mntns },
	{ "mount-setattr",		can_mount_setattr },
	{ "listmount",			can_listmount },
	{ "statmount",			can_statmount },
	{ "statmount-foreign",		can_statmount_foreign },
	{ "statmount-nsfd",		can_statmount_nsfd },
	{ "statmount-by-fd",		can_statmount_by_fd },
	{ "statmount-opt-array",	can_statmount_opt_array },
	{ "statmount-idmap",		can_statmount_idmap },
	{ "ns-get-id",			can_ns_get_id },
	{ "ns-walk",			can_ns_walk },
	{ "listns",			can_listns },
	{ "open-by-id",			can_open_by_id },
	{ "fanotify-mnt",		can_fanotify_mnt },
	{ "beneath",			can_move_beneath },
	{ "beneath-root",		can_move_beneath_root },
	{ "mount-on-detached",		can_mount_on_detached },
	{ "idmap",			can_idmap },
	{ "pin",			can_pin },
	{ "userns",			can_userns },
	{ "init-userns",		is_init_userns },
	{ "proc",			can_proc },
	{ "overlay",			can_overlay },
	{ "fuse",			can_fuse },
	{ "nfs",			can_nfs },
	{ "ext4",			can_ext4 },
	{ "loop",			can_loop },
	{ "cgroup2",			can_cgroup2 },
};

#define N_CAPABILITIES	(sizeof(capabilities) / sizeof(capabilities[0]))

static const struct capability *find_capability(const char *name)
{
	for (size_t i = 0; i < N_CAPABILITIES; i++) {
		if (strcmp(capabilities[i].name, name) == 0)
			return &capabilities[i];
	}
	fprintf(stderr, "test_mntns_caps: unknown capability: %s\n", name);
	exit(2);
}

static bool try_it(const struct capability *cap)
{
	pid_t pid;
	int status;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(cap->works() ? 0 : 1);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int main(int argc, char *argv[])
{
	int rc = EXIT_SUCCESS;

	for (size_t i = 0; argc == 1 && i < N_CAPABILITIES; i++)
		printf("%s %s\n", capabilities[i].name, try_it(&capabilities[i]) ? "yes" : "no");

	for (int i = 1; i < argc; i++) {
		if (try_it(find_capability(argv[i])))
			continue;
		printf("%s\n", argv[i]);
		rc = EXIT_FAILURE;
	}
	return rc;
}
