/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * test_mntns - make exactly the mount namespace under test, and hold it
 *
 *	test_mntns MODE [KEY=VALUE...] [here]
 *
 * Prints one line, "pid=N" and perhaps "ino=N", "tid=N", "fd=N" and "nsid=N", then
 * waits until it is killed or its parent dies. The modes that only leave
 * something behind (pin, dead) end at once, and so do all modes with "here",
 * which work in the caller's namespace instead of a new one. It shares no
 * code with mntns but for the system calls.
 */
#include <err.h>
#include <errno.h>
#include <grp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "mountapi.h"

#define NS_GET_ID_OF_ANY	_IOR(0xb7, 13, uint64_t)	/* Linux 6.18 */

struct request {
	const char	*dir;		/* where to mount, or the root of the process */
	const char	*root;		/* the tree that becomes the namespace's root */
	const char	*file;		/* what is pinned on */
	const char	*type;		/* filesystem, or kind of namespace */
	unsigned int	n;
	unsigned int	uid;
	bool		here;
	int		nsfd;		/* the new namespace */
};

struct mode {
	const char	*name;
	void		(*make)(struct request *);
	const char	*help;
};

/*
 * Telling and waiting
 */
static int open_own_namespace(void)
{
	int fd = open("/proc/thread-self/ns/mnt", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		err(EXIT_FAILURE, "/proc/thread-self/ns/mnt");
	return fd;
}

static uint64_t namespace_id(int nsfd)
{
	uint64_t id;

	return nsfd >= 0 && ioctl(nsfd, UL_NS_GET_MNTNS_ID, &id) == 0 ? id : 0;
}

/* The inode of its pidfd, which is the process's alone since Linux 6.9. */
static uint64_t inode_of(pid_t pid)
{
	struct stat st = { .st_ino = 0 };
	int fd = ul_pidfd_open(pid, 0);

	if (fd >= 0) {
		if (fstat(fd, &st) < 0)
			st.st_ino = 0;
		close(fd);
	}
	return st.st_ino;
}

static void tell(pid_t pid, pid_t tid, int fd, int nsfd)
{
	printf("pid=%d", pid);
	if (inode_of(pid))
		printf(" ino=%ju", (uintmax_t) inode_of(pid));
	if (tid)
		printf(" tid=%d", tid);
	if (fd >= 0)
		printf(" fd=%d", fd);
	if (namespace_id(nsfd))
		printf(" nsid=%ju", (uintmax_t) namespace_id(nsfd));
	putchar('\n');
	fflush(stdout);
}

static void __attribute__((noreturn)) hold(void)
{
	for (;;)
		pause();
}

static void tell_and_hold(struct request *rq)
{
	if (rq->here)
		return;
	tell(getpid(), 0, -1, rq->nsfd);
	/* a process in it is enough: no fd of ours shall hold the namespace */
	close(rq->nsfd);
	hold();
}

/*
 * Namespaces and mounts
 */
static void make_private(void)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		err(EXIT_FAILURE, "failed to make / private");
}

static void new_namespace(struct request *rq)
{
	if (rq->here)
		return;
	if (unshare(CLONE_NEWNS) < 0)
		err(EXIT_FAILURE, "unshare");
	make_private();
	rq->nsfd = open_own_namespace();
}

static int clone_tree(const char *path)
{
	int fd = ul_open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);

	if (fd < 0)
		err(EXIT_FAILURE, "failed to clone %s", path);
	return fd;
}

static void attach(int fd, const char *target)
{
	if (ul_move_mount(fd, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		err(EXIT_FAILURE, "failed to mount on %s", target);
}

/* The tree becomes the one and only root: what mntns does on old kernels. */
static void become_root(const char *tree)
{
	int fd = clone_tree(tree);

	attach(fd, "/");
	if (fchdir(fd) < 0 || ul_pivot_root(".", ".") < 0 || umount2(".", MNT_DETACH) < 0)
		err(EXIT_FAILURE, "failed to make %s the root", tree);
	close(fd);
}

static void make_dir(const char *path)
{
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		err(EXIT_FAILURE, "failed to make %s", path);
}

static void make_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0)
		err(EXIT_FAILURE, "failed to make %s", path);
	close(fd);
}

static void mount_tmpfs(const char *source, const char *dir)
{
	make_dir(dir);
	if (mount(source, dir, "tmpfs", 0, "mode=0755") < 0)
		err(EXIT_FAILURE, "failed to mount a tmpfs on %s", dir);
}

static void bind(const char *from, const char *to)
{
	make_dir(to);
	if (mount(from, to, NULL, MS_BIND, NULL) < 0)
		err(EXIT_FAILURE, "failed to bind %s on %s", from, to);
}

static void propagate(const char *dir, unsigned long how)
{
	if (mount(NULL, dir, NULL, how, NULL) < 0)
		err(EXIT_FAILURE, "failed to change the propagation of %s", dir);
}

static const char *needed(const char *value, const char *key)
{
	if (!value)
		errx(EXIT_FAILURE, "%s= is missing", key);
	return value;
}

static void write_self(const char *name, const char *text)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/%s", name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		err(EXIT_FAILURE, "failed to write %s", path);
	close(fd);
}

/* Makes a user and a mount namespace whose root is UID outside. */
static void new_user_namespace(unsigned int uid)
{
	char map[32];

	if (uid && (setgroups(0, NULL) < 0 || setgid(uid) < 0 || setuid(uid) < 0))
		err(EXIT_FAILURE, "failed to become %u", uid);
	/* after setuid, /proc/self belongs to root otherwise */
	prctl(PR_SET_DUMPABLE, 1);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		err(EXIT_FAILURE, "failed to make a user namespace");
	snprintf(map, sizeof(map), "0 %u 1", uid);
	write_self("uid_map", map);
	write_self("setgroups", "deny");
	write_self("gid_map", map);
}

/*
 * A child that makes a namespace while the parent stays where it is
 */
struct maker {
	pid_t	pid;
	int	go;		/* closed: the child may end */
};

static void make_in_child(struct request *rq, int ready, int go)
{
	char c;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	new_namespace(rq);
	if (rq->root)
		become_root(rq->root);
	if (write(ready, "", 1) != 1)
		_exit(EXIT_FAILURE);
	while (read(go, &c, 1) < 0 && errno == EINTR)
		;
	_exit(EXIT_SUCCESS);
}

static struct maker start_maker(struct request *rq)
{
	int ready[2], go[2];
	struct maker m;
	char c;

	if (pipe2(ready, O_CLOEXEC) < 0 || pipe2(go, O_CLOEXEC) < 0)
		err(EXIT_FAILURE, "pipe");
	m.pid = fork();
	if (m.pid < 0)
		err(EXIT_FAILURE, "fork");
	if (m.pid == 0) {
		close(ready[0]);
		close(go[1]);
		make_in_child(rq, ready[1], go[0]);
	}
	close(ready[1]);
	close(go[0]);
	m.go = go[1];
	if (read(ready[0], &c, 1) != 1)
		exit(EXIT_FAILURE);		/* the child has said why */
	close(ready[0]);
	return m;
}

static int open_namespace_of(pid_t pid)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		err(EXIT_FAILURE, "%s", path);
	return fd;
}

static void end_maker(struct maker *m)
{
	close(m->go);
	waitpid(m->pid, NULL, 0);
}

/*
 * A namespace that is younger than the caller's, as pinning wants it. The
 * kernel hands out the ids in batches for each CPU, so another CPU may help.
 */
static int younger_namespace(struct request *rq)
{
	int self = open_own_namespace(), fd = -1;
	int n_cpus = sysconf(_SC_NPROCESSORS_CONF);
	cpu_set_t before;

	sched_getaffinity(0, sizeof(before), &before);
	for (int cpu = 0; cpu <= n_cpus * 64; cpu++) {
		cpu_set_t one;
		struct maker m;

		CPU_ZERO(&one);
		CPU_SET(cpu % n_cpus, &one);
		sched_setaffinity(0, sizeof(one), &one);
		m = start_maker(rq);
		fd = open_namespace_of(m.pid);
		end_maker(&m);
		if (namespace_id(fd) > namespace_id(self) || !namespace_id(fd))
			break;
		close(fd);
	}
	sched_setaffinity(0, sizeof(before), &before);
	close(self);
	return fd;
}

/*
 * The modes
 */
static void make_process(struct request *rq)
{
	new_namespace(rq);
	tell_and_hold(rq);
}

static void make_root(struct request *rq)
{
	new_namespace(rq);
	become_root(needed(rq->root, "root"));
	tell_and_hold(rq);
}

static void make_chroot(struct request *rq)
{
	new_namespace(rq);
	if (chroot(needed(rq->dir, "dir")) < 0 || chdir("/") < 0)
		err(EXIT_FAILURE, "failed to chroot to %s", rq->dir);
	tell_and_hold(rq);
}

static void make_fd(struct request *rq)
{
	struct maker m = start_maker(rq);
	int fd = open_namespace_of(m.pid);

	end_maker(&m);
	tell(getpid(), 0, fd, fd);
	hold();
}

static void make_pin(struct request *rq)
{
	int nsfd = younger_namespace(rq), fd;
	char path[64];

	make_file(needed(rq->file, "file"));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", nsfd);
	fd = ul_open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (fd < 0)
		err(EXIT_FAILURE, "failed to clone the namespace's file");
	attach(fd, rq->file);
}

static void make_stacked(struct request *rq)
{
	new_namespace(rq);
	for (unsigned int i = 0; i < rq->n; i++) {
		int self = open_own_namespace();

		if (mount("stacked", "/", "tmpfs", 0, "mode=0755") < 0)
			err(EXIT_FAILURE, "failed to mount on /");
		/* joining the own namespace is what moves the root up */
		if (setns(self, CLONE_NEWNS) < 0)
			err(EXIT_FAILURE, "setns");
		close(self);
		make_dir("/proc");
		if (mount("proc", "/proc", "proc", 0, NULL) < 0)
			err(EXIT_FAILURE, "failed to mount proc");
	}
	tell_and_hold(rq);
}

static void make_propagation(struct request *rq)
{
	new_namespace(rq);
	if (chdir(needed(rq->dir, "dir")) < 0)
		err(EXIT_FAILURE, "%s", rq->dir);
	mount_tmpfs("shared", "shared");
	propagate("shared", MS_SHARED);
	bind("shared", "slave");
	propagate("slave", MS_SLAVE);
	bind("shared", "slave-shared");
	propagate("slave-shared", MS_SLAVE);
	propagate("slave-shared", MS_SHARED);
	mount_tmpfs("private", "private");
	mount_tmpfs("unbindable", "unbindable");
	propagate("unbindable", MS_UNBINDABLE);
	tell_and_hold(rq);
}

/* Mounts that came from a more privileged namespace and cannot be undone. */
static void make_locked(struct request *rq)
{
	new_namespace(rq);
	if (chdir(needed(rq->dir, "dir")) < 0)
		err(EXIT_FAILURE, "%s", rq->dir);
	mount_tmpfs("locked", "locked");
	mount_tmpfs("child", "locked/child");
	close(rq->nsfd);
	new_user_namespace(rq->uid);
	rq->nsfd = open_own_namespace();
	tell_and_hold(rq);
}

static void make_userns(struct request *rq)
{
	new_user_namespace(rq->uid);
	make_private();
	rq->nsfd = open_own_namespace();
	if (rq->root)
		become_root(rq->root);
	tell_and_hold(rq);
}

static int new_detached_tmpfs(const char *type)
{
	int fs = ul_fsopen(type, FSOPEN_CLOEXEC), fd;

	if (fs < 0 || ul_fsconfig(fs, UL_FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		err(EXIT_FAILURE, "failed to make a %s", type);
	fd = ul_fsmount(fs, FSMOUNT_CLOEXEC, 0);
	if (fd < 0)
		err(EXIT_FAILURE, "fsmount");
	close(fs);
	return fd;
}

/*
 * In the caller's namespace a FUSE filesystem whose server never answers: who
 * asks it anything waits until this process is killed.
 */
static void make_fuse(struct request *rq)
{
	char opts[100];
	int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		err(EXIT_FAILURE, "/dev/fuse");
	snprintf(opts, sizeof(opts), "fd=%d,rootmode=40000,user_id=0,group_id=0", fd);
	if (mount("silent", needed(rq->dir, "dir"), rq->type ? rq->type : "fuse",
		  MS_NOSUID | MS_NODEV, opts) < 0)
		err(EXIT_FAILURE, "mount %s", rq->dir);
	tell(getpid(), 0, fd, -1);
	hold();
}

static void make_detached(struct request *rq)
{
	int fd;

	fd = rq->dir ? clone_tree(rq->dir) : new_detached_tmpfs(rq->type ? rq->type : "tmpfs");
	tell(getpid(), 0, fd, -1);
	hold();
}

static void make_many(struct request *rq)
{
	char name[32];

	new_namespace(rq);
	mount_tmpfs("many", needed(rq->dir, "dir"));
	if (chdir(rq->dir) < 0)
		err(EXIT_FAILURE, "%s", rq->dir);
	make_dir("source");
	for (unsigned int i = 0; i < rq->n; i++) {
		int fd = ul_open_tree(AT_FDCWD, "source", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

		snprintf(name, sizeof(name), "m%05u", i);
		make_dir(name);
		attach(fd, name);
		close(fd);
	}
	tell_and_hold(rq);
}

static void make_names(struct request *rq)
{
	static const char *const names[] = {
		"with space", "tab\tstop", "new\nline", "back\\slash", "looks\\040escaped",
		"red\033[31m", "quote\"and'", "comma,colon:equals=", "percent%s", "hash#",
		"-dash", "$HOME", "t\xc5\xafn-\xe2\x82\xac", "bad\377utf8", "del\x7f", " lead"
	};

	new_namespace(rq);
	mount_tmpfs("names", needed(rq->dir, "dir"));
	if (chdir(rq->dir) < 0)
		err(EXIT_FAILURE, "%s", rq->dir);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		mount_tmpfs(names[i], names[i]);
	tell_and_hold(rq);
}

static int namespace_flag(const char *type)
{
	if (strcmp(type, "net") == 0)
		return CLONE_NEWNET;
	if (strcmp(type, "uts") == 0)
		return CLONE_NEWUTS;
	if (strcmp(type, "ipc") == 0)
		return CLONE_NEWIPC;
	errx(EXIT_FAILURE, "unknown kind of namespace: %s", type);
}

/* A namespace with the file of another kind of namespace mounted inside. */
static void make_nsfs(struct request *rq)
{
	const char *type = rq->type ? rq->type : "uts";
	char path[64];

	new_namespace(rq);
	make_file(needed(rq->file, "file"));
	if (unshare(namespace_flag(type)) < 0)
		err(EXIT_FAILURE, "failed to make a %s namespace", type);
	snprintf(path, sizeof(path), "/proc/self/ns/%s", type);
	if (mount(path, rq->file, NULL, MS_BIND, NULL) < 0)
		err(EXIT_FAILURE, "failed to pin on %s", rq->file);
	tell_and_hold(rq);
}

/* The id of a new namespace made on CPU; 0 where the kernel does not tell. */
static uint64_t next_id_on(int cpu)
{
	uint64_t id = 0;
	cpu_set_t one;
	int fd;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	if (sched_setaffinity(0, sizeof(one), &one) < 0)
		err(EXIT_FAILURE, "failed to move to CPU %d", cpu);
	/* of the kind that costs least; all kinds share the ids */
	if (unshare(CLONE_NEWUTS) < 0)
		err(EXIT_FAILURE, "unshare");
	fd = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, NS_GET_ID_OF_ANY, &id) < 0)
		id = 0;
	close(fd);
	return id;
}

/*
 * Ids come in batches of 4096 for each CPU. Uses up CPU 0's until it has got a
 * later batch than CPU 1, whose next namespaces will look older than this one.
 */
static void make_ahead(struct request *rq)
{
	uint64_t other = next_id_on(1);
	cpu_set_t before;

	sched_getaffinity(getppid(), sizeof(before), &before);
	while (other && next_id_on(0) < other)
		;
	new_namespace(rq);
	sched_setaffinity(0, sizeof(before), &before);
	tell_and_hold(rq);
}

static void *thread_main(void *arg)
{
	struct request *rq = arg;

	new_namespace(rq);
	tell(getpid(), syscall(SYS_gettid), -1, rq->nsfd);
	close(rq->nsfd);
	hold();
	return NULL;
}

/* One thread has a namespace of its own; the others stay in the caller's. */
static void make_threads(struct request *rq)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, thread_main, rq) != 0)
		errx(EXIT_FAILURE, "failed to start a thread");
	hold();
}

static void make_zombie(struct request *rq)
{
	struct maker m = start_maker(rq);
	siginfo_t info;

	close(m.go);
	waitid(P_PID, m.pid, &info, WEXITED | WNOWAIT);
	tell(m.pid, 0, -1, -1);
	hold();
}

static void make_dead(struct request *rq)
{
	struct maker m = start_maker(rq);

	end_maker(&m);
	tell(m.pid, 0, -1, -1);
}

/* The last visible mount is gone; what is left nobody can unmount. */
static void make_empty(struct request *rq)
{
	new_namespace(rq);
	become_root(needed(rq->root, "root"));
	if (umount2("/", MNT_DETACH) < 0)
		err(EXIT_FAILURE, "failed to unmount /");
	tell_and_hold(rq);
}

/* A process in a user namespace; it waits for a map until its end of @fd closes. */
static pid_t fork_user_namespace(int *fd)
{
	int p[2];
	pid_t pid;

	if (pipe2(p, O_CLOEXEC) < 0)
		err(EXIT_FAILURE, "pipe");
	pid = fork();
	if (pid < 0)
		err(EXIT_FAILURE, "fork");
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (unshare(CLONE_NEWUSER) < 0)
			err(EXIT_FAILURE, "failed to make a user namespace");
		close(p[1]);
		pause();
	}
	close(p[1]);
	/* the end of the file is the sign that unshare() was called */
	if (read(p[0], &(char) { 0 }, 1) < 0)
		err(EXIT_FAILURE, "read");
	*fd = p[0];
	return pid;
}

static int open_mapped_user_namespace(const char *map)
{
	static const char *const names[] = { "uid_map", "gid_map" };
	char path[64];
	int fd, pipefd;
	pid_t pid = fork_user_namespace(&pipefd);

	for (size_t i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "/proc/%d/%s", pid, names[i]);
		fd = open(path, O_WRONLY | O_CLOEXEC);
		if (fd < 0 || write(fd, map, strlen(map)) < 0)
			err(EXIT_FAILURE, "failed to write %s", path);
		close(fd);
	}
	snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		err(EXIT_FAILURE, "%s", path);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(pipefd);
	return fd;
}

static void make_idmapped(struct request *rq)
{
	struct ul_mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP };
	int fd;

	attr.userns_fd = open_mapped_user_namespace("0 100000 1000\n1000 5 1\n");
	new_namespace(rq);
	if (chdir(needed(rq->dir, "dir")) < 0)
		err(EXIT_FAILURE, "%s", rq->dir);
	mount_tmpfs("plain", "plain");
	fd = clone_tree("plain");
	if (ul_mount_setattr(fd, "", AT_EMPTY_PATH, &attr) < 0)
		err(EXIT_FAILURE, "failed to map the ids");
	make_dir("idmapped");
	attach(fd, "idmapped");
	tell_and_hold(rq);
}

static const struct mode modes[] = {
	{ "process",	make_process,	  "a copy of the caller's, private, held by a process" },
	{ "root",	make_root,	  "root=DIR is the root; held by a process" },
	{ "chroot",	make_chroot,	  "a process whose root is dir=DIR in a copy" },
	{ "fd",		make_fd,	  "held by an open fd alone [root=DIR]" },
	{ "pin",	make_pin,	  "pinned on file=FILE [root=DIR]; does not wait" },
	{ "stacked",	make_stacked,	  "n=N filesystems stacked on /" },
	{ "empty",	make_empty,	  "root=DIR was the root and is unmounted" },
	{ "propagation", make_propagation, "dir=DIR/{shared,slave,slave-shared,private,unbindable}" },
	{ "locked",	make_locked,	  "dir=DIR/locked and a child, locked [uid=UID]" },
	{ "userns",	make_userns,	  "owned by a user namespace of uid=UID [root=DIR]" },
	{ "detached",	make_detached,	  "a clone of dir=DIR, or a new type=TYPE, held as fd=" },
	{ "fuse",	make_fuse,	  "on dir=DIR here, and it answers nothing [type=fuse.SUBTYPE]" },
	{ "many",	make_many,	  "n=N mounts below dir=DIR" },
	{ "idmapped",	make_idmapped,	  "dir=DIR/plain and, with mapped ids, DIR/idmapped" },
	{ "names",	make_names,	  "hostile names below dir=DIR" },
	{ "nsfs",	make_nsfs,	  "type=net|uts|ipc pinned on file=FILE inside" },
	{ "ahead",	make_ahead,	  "younger than what CPU 1 makes next" },
	{ "threads",	make_threads,	  "one thread, tid=, has a namespace of its own" },
	{ "zombie",	make_zombie,	  "pid= has ended and nobody has waited for it" },
	{ "dead",	make_dead,	  "pid= is gone; does not wait" },
};

#define N_MODES		(sizeof(modes) / sizeof(modes[0]))

static void __attribute__((noreturn)) usage(void)
{
	printf("usage: test_mntns MODE [KEY=VALUE...] [here]\n\n");
	for (size_t i = 0; i < N_MODES; i++)
		printf("  %-12s %s\n", modes[i].name, modes[i].help);
	exit(EXIT_SUCCESS);
}

static const char *value_of(const char *arg, const char *key)
{
	size_t len = strlen(key);

	return strncmp(arg, key, len) == 0 && arg[len] == '=' ? arg + len + 1 : NULL;
}

static void parse_argument(struct request *rq, const char *arg)
{
	const char *v;

	if ((v = value_of(arg, "dir")))
		rq->dir = v;
	else if ((v = value_of(arg, "root")))
		rq->root = v;
	else if ((v = value_of(arg, "file")))
		rq->file = v;
	else if ((v = value_of(arg, "type")))
		rq->type = v;
	else if ((v = value_of(arg, "n")))
		rq->n = strtoul(v, NULL, 10);
	else if ((v = value_of(arg, "uid")))
		rq->uid = strtoul(v, NULL, 10);
	else if (strcmp(arg, "here") == 0)
		rq->here = true;
	else
		errx(EXIT_FAILURE, "unknown argument: %s", arg);
}

int main(int argc, char *argv[])
{
	struct request rq = { .n = 1, .nsfd = -1 };

	if (argc < 2 || strcmp(argv[1], "--help") == 0)
		usage();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int i = 2; i < argc; i++)
		parse_argument(&rq, argv[i]);
	for (size_t i = 0; i < N_MODES; i++) {
		if (strcmp(argv[1], modes[i].name) != 0)
			continue;
		modes[i].make(&rq);
		return EXIT_SUCCESS;
	}
	errx(EXIT_FAILURE, "unknown mode: %s", argv[1]);
}
