/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * init - process 1 of a guest kernel: set up, run one command, power off
 *
 * The kernel gets guest_config=FILE on its command line and hands it on in
 * our environment. FILE is a sequence of NUL-terminated NAME=VALUE strings
 * that tests/guest/guest has written (see struct config). The host's tree is
 * the root filesystem, read-only.
 *
 * Mount propagation: everything is private. A kernel starts that way, and it
 * is an init system that makes "/" shared; we leave it alone, so that what a
 * test sees depends on the test only.
 *
 * The program is static and free of the project's headers: it runs before
 * anything is mounted and is built on its own.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* Same numbers on every architecture but alpha, and older than any guest. */
#ifndef SYS_open_tree
# define SYS_open_tree	428
#endif
#ifndef SYS_move_mount
# define SYS_move_mount	429
#endif
#ifndef OPEN_TREE_CLONE
# define OPEN_TREE_CLONE	1
#endif
#ifndef AT_RECURSIVE
# define AT_RECURSIVE		0x8000
#endif
#ifndef MOVE_MOUNT_F_EMPTY_PATH
# define MOVE_MOUNT_F_EMPTY_PATH	0x00000004
#endif

#define ARRAY_SIZE(_a)	(sizeof(_a) / sizeof((_a)[0]))

#define STATUS_BROKEN	125	/* the command could not be run by our fault */
#define STATUS_NOEXEC	126
#define STATUS_NOENT	127

#define DEVICE_TRIES	200	/* times 50 ms: how long to wait for a port */

struct strlist {
	char	**item;
	size_t	nitems;		/* item[nitems] is always NULL */
};

struct config {
	const char	*fstype;	/* what serves the host's tree: hostfs, virtiofs */
	const char	*cwd;
	const char	*hostname;
	const char	*out;		/* device for the standard output */
	const char	*err;		/* device for the standard error; NULL: same */
	const char	*status;	/* device for the exit status */

	struct strlist	args;		/* the command */
	struct strlist	env;		/* its environment, complete */
	struct strlist	modules;	/* module files in loading order */
	struct strlist	readonly;	/* directories to show again, read-only */
	struct strlist	writable;	/* directories to mount: PATH, or TAG:PATH */
};

/*
 * A pipe that the command writes to and the device that we copy it to. The
 * command does not get the device itself: on some kernels that is a terminal,
 * and programs behave differently on one.
 */
struct relay {
	int	pipefd[2];
	int	devfd;
};

/* What a plain system has mounted; in this order. */
static const struct sysmount {
	const char	*source;
	const char	*target;
	const char	*fstype;
	unsigned long	flags;
	const char	*data;
} sysmounts[] = {
	{ "proc",   "/proc",    "proc",     MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL },
	{ "sysfs",  "/sys",     "sysfs",    MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL },
	{ "cgroup2", "/sys/fs/cgroup", "cgroup2", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL },
	{ "devtmpfs", "/dev",   "devtmpfs", MS_NOSUID, "mode=755" },
	{ "devpts", "/dev/pts", "devpts",   MS_NOSUID | MS_NOEXEC, "gid=5,mode=620,ptmxmode=666" },
	{ "tmpfs",  "/dev/shm", "tmpfs",    MS_NOSUID | MS_NODEV, "mode=1777" },
	{ "tmpfs",  "/run",     "tmpfs",    MS_NOSUID | MS_NODEV, "mode=755" },
	{ "tmpfs",  "/tmp",     "tmpfs",    MS_NOSUID | MS_NODEV, "mode=1777" },
	{ "tmpfs",  "/var/tmp", "tmpfs",    MS_NOSUID | MS_NODEV, "mode=1777" },
};

static const char *const hidden_dirs[] = { "/tmp", "/run", "/var/tmp", "/dev/shm" };

/* Writes one line to the kernel's log, which is the console that the host keeps. */
static void __attribute__((__format__(printf, 1, 2)))
report(const char *fmt, ...)
{
	char buf[512];
	va_list ap;
	ssize_t rc;
	int fd, len;

	len = snprintf(buf, sizeof(buf), "<3>guest init: ");
	va_start(ap, fmt);
	vsnprintf(buf + len, sizeof(buf) - len, fmt, ap);
	va_end(ap);

	fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		fd = dup(STDERR_FILENO);
	if (fd < 0)
		return;
	/* one write is one record; dprintf() fails here */
	rc = write(fd, buf, strlen(buf));
	(void) rc;		/* there is nobody else to tell */
	close(fd);
}

/* A power-off without a status tells the host that the guest failed. */
static void __attribute__((__noreturn__)) power_off(void)
{
	sync();
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

static void __attribute__((__noreturn__)) die(const char *what, const char *object)
{
	report("failed to %s %s: %s", what, object, strerror(errno));
	power_off();
}

static void add_item(struct strlist *list, char *str)
{
	char **item;

	item = reallocarray(list->item, list->nitems + 2, sizeof(*item));
	if (!item)
		die("allocate", "memory");
	item[list->nitems++] = str;
	item[list->nitems] = NULL;
	list->item = item;
}

/*
 * Reads the whole of @path, adding a NUL.
 *
 * Returns: the data, which is never freed, its length without the NUL in @ret_len.
 */
static char *read_whole(const char *path, size_t *ret_len)
{
	size_t len = 0, size = 0;
	char *buf = NULL;
	ssize_t rc;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die("open", path);
	do {
		if (size - len < BUFSIZ) {
			size += 16 * BUFSIZ;
			buf = realloc(buf, size);
			if (!buf)
				die("allocate memory for", path);
		}
		rc = read(fd, buf + len, size - len - 1);
		if (rc < 0)
			die("read", path);
		len += rc;
	} while (rc > 0);

	close(fd);
	buf[len] = '\0';
	*ret_len = len;
	return buf;
}

static void set_config(struct config *cf, const char *name, char *value)
{
	const struct {
		const char	*name;
		const char	**str;
		struct strlist	*list;
	} fields[] = {
		{ "arg",	NULL,		&cf->args },
		{ "cwd",	&cf->cwd,	NULL },
		{ "env",	NULL,		&cf->env },
		{ "err",	&cf->err,	NULL },
		{ "fstype",	&cf->fstype,	NULL },
		{ "hostname",	&cf->hostname,	NULL },
		{ "module",	NULL,		&cf->modules },
		{ "out",	&cf->out,	NULL },
		{ "readonly",	NULL,		&cf->readonly },
		{ "status",	&cf->status,	NULL },
		{ "writable",	NULL,		&cf->writable },
	};

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		if (strcmp(fields[i].name, name) != 0)
			continue;
		if (fields[i].list)
			add_item(fields[i].list, value);
		else
			*fields[i].str = value;
		return;
	}
	errno = EINVAL;
	die("understand", name);
}

static void read_config(struct config *cf)
{
	const char *path = getenv("guest_config");
	char *p, *end, *value;
	size_t len;

	errno = ENOENT;
	if (!path)
		die("find", "guest_config= on the kernel's command line");

	p = read_whole(path, &len);
	for (end = p + len; p < end; p += len) {
		len = strlen(p) + 1;
		value = strchr(p, '=');
		errno = EINVAL;
		if (!value)
			die("understand", p);
		*value++ = '\0';
		set_config(cf, p, value);
	}
	errno = EINVAL;
	if (!cf->args.nitems || !cf->out || !cf->status || !cf->cwd || !cf->fstype)
		die("find everything in", path);
}

/* A guest does without a module that it cannot have. */
static void load_modules(const struct config *cf)
{
	for (size_t i = 0; i < cf->modules.nitems; i++) {
		const char *path = cf->modules.item[i];
		int fd = open(path, O_RDONLY | O_CLOEXEC);

		if (fd < 0 || syscall(SYS_finit_module, fd, "", 0) < 0) {
			if (errno != EEXIST)
				report("cannot load %s: %s", path, strerror(errno));
		}
		if (fd >= 0)
			close(fd);
	}
}

/*
 * Goes over to the host's tree, which virtiofs serves under the tag that the
 * kernel's command line gives; without that we are there. What switch_root(8)
 * does: an initramfs can be left by moving a mount over it only. The initramfs
 * has modules/list, files below modules/ in loading order, and root/.
 */
static void leave_initramfs(void)
{
	const char *tag = getenv("guest_root");
	struct config cf = { .cwd = NULL };
	size_t len;
	int tries = DEVICE_TRIES;

	if (!tag)
		return;
	if (chdir("/modules") < 0)
		die("change to", "/modules");
	for (char *p = strtok(read_whole("list", &len), "\n"); p; p = strtok(NULL, "\n"))
		add_item(&cf.modules, p);
	load_modules(&cf);

	/* the device is there when its host has announced it */
	while (mount(tag, "/root", "virtiofs", MS_RDONLY, NULL) < 0) {
		if (--tries == 0)
			die("mount", tag);
		usleep(50 * 1000);
	}
	if (chdir("/root") < 0 || mount(".", "/", NULL, MS_MOVE, NULL) < 0 ||
	    chroot(".") < 0 || chdir("/") < 0)
		die("go over to", tag);
}

static bool is_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return strncmp(path, dir, len) == 0 && path[len] == '/' && path[len + 1];
}

static bool is_hidden(const char *path)
{
	for (size_t i = 0; i < ARRAY_SIZE(hidden_dirs); i++) {
		if (is_below(path, hidden_dirs[i]))
			return true;
	}
	return false;
}

/* Makes directory @path and those above it, as far as they are missing. */
static void make_dirs(const char *path)
{
	char buf[PATH_MAX];

	if (strlen(path) >= sizeof(buf)) {
		errno = ENAMETOOLONG;
		die("create", path);
	}
	strcpy(buf, path);
	for (char *p = strchr(buf + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		mkdir(buf, 0755);
		*p = '/';
	}
	mkdir(buf, 0755);
}

/*
 * Takes hold of the directories that the filesystems of mount_system() are
 * going to cover: by a detached clone, which needs no path later.
 *
 * Returns: one fd for each, -1 where there is nothing to do.
 */
static int *grab_hidden(const struct strlist *dirs)
{
	int *fds = calloc(dirs->nitems + 1, sizeof(*fds));

	if (!fds)
		die("allocate", "memory");
	for (size_t i = 0; i < dirs->nitems; i++) {
		fds[i] = -1;
		if (!is_hidden(dirs->item[i]))
			continue;
		fds[i] = syscall(SYS_open_tree, AT_FDCWD, dirs->item[i],
				 OPEN_TREE_CLONE | AT_RECURSIVE | O_CLOEXEC);
		if (fds[i] < 0)
			die("clone", dirs->item[i]);
	}
	return fds;
}

static void show_hidden(const struct strlist *dirs, int *fds)
{
	for (size_t i = 0; i < dirs->nitems; i++) {
		if (fds[i] < 0)
			continue;
		make_dirs(dirs->item[i]);
		if (syscall(SYS_move_mount, fds[i], "", AT_FDCWD, dirs->item[i],
			    MOVE_MOUNT_F_EMPTY_PATH) < 0)
			die("show", dirs->item[i]);
		close(fds[i]);
	}
	free(fds);
}

static void mount_system(void)
{
	static const char *const links[][2] = {
		{ "/proc/self/fd",	"/dev/fd" },
		{ "/proc/self/fd/0",	"/dev/stdin" },
		{ "/proc/self/fd/1",	"/dev/stdout" },
		{ "/proc/self/fd/2",	"/dev/stderr" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(sysmounts); i++) {
		const struct sysmount *m = &sysmounts[i];

		/* only below /dev is there a directory to be made */
		mkdir(m->target, 0755);
		if (mount(m->source, m->target, m->fstype, m->flags, m->data) < 0 &&
		    errno != EBUSY)	/* the kernel may have mounted /dev */
			report("cannot mount %s: %s", m->target, strerror(errno));
	}
	for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
		if (symlink(links[i][0], links[i][1]) < 0)
			report("cannot make %s: %s", links[i][1], strerror(errno));
	}
}

/*
 * The host's tree is read-only as a filesystem, not only as a mount. What may
 * be written is hence another filesystem: hostfs of that directory, or one
 * served by a virtiofs daemon of its own, with TAG.
 */
static void mount_writable(const struct config *cf)
{
	bool is_hostfs = strcmp(cf->fstype, "hostfs") == 0;

	for (size_t i = 0; i < cf->writable.nitems; i++) {
		char *path = cf->writable.item[i];
		const char *tag = "none";

		if (!is_hostfs) {
			tag = path;
			path = strchr(path, ':');
			errno = EINVAL;
			if (!path)
				die("understand", tag);
			*path++ = '\0';
		}
		if (is_hidden(path))
			make_dirs(path);
		if (mount(tag, path, cf->fstype, 0, is_hostfs ? path : NULL) < 0)
			die("mount", path);
	}
}

static void set_up_system(const struct config *cf)
{
	const struct rlimit nofile = { .rlim_cur = 1024, .rlim_max = 1024 * 1024 };
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd;

	if (cf->hostname && sethostname(cf->hostname, strlen(cf->hostname)) < 0)
		report("cannot set the host name: %s", strerror(errno));
	setrlimit(RLIMIT_NOFILE, &nofile);

	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &ifr) < 0)
		report("cannot bring up the loopback device: %s", strerror(errno));
	if (fd >= 0)
		close(fd);
}

/* A port of a virtual console appears when its host has announced it. */
static int open_device(const char *path)
{
	struct termios tio;
	int fd = -1;

	for (int i = 0; i < DEVICE_TRIES; i++) {
		fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
		if (fd >= 0 || (errno != ENOENT && errno != ENXIO && errno != ENODEV))
			break;
		usleep(50 * 1000);
	}
	if (fd < 0)
		die("open", path);

	/* a terminal would write \r\n for \n */
	if (tcgetattr(fd, &tio) == 0) {
		cfmakeraw(&tio);
		if (tcsetattr(fd, TCSANOW, &tio) < 0)
			die("set up", path);
	}
	return fd;
}

static void open_relay(struct relay *re, const char *device)
{
	re->devfd = open_device(device);
	if (pipe2(re->pipefd, O_CLOEXEC) < 0)
		die("make", "a pipe");
}

static void write_all(int fd, const char *buf, size_t len)
{
	while (len > 0) {
		ssize_t rc = write(fd, buf, len);

		if (rc < 0 && errno == EINTR)
			continue;
		if (rc < 0)
			return;		/* the reader went away: its choice */
		buf += rc;
		len -= rc;
	}
}

/*
 * Copies what one read gets from the pipe to the device.
 *
 * Returns: false at the end of the data.
 */
static bool copy_some(struct relay *re)
{
	char buf[16 * 1024];
	ssize_t rc = read(re->pipefd[0], buf, sizeof(buf));

	if (rc < 0 && errno == EINTR)
		return true;
	if (rc <= 0)
		return false;
	write_all(re->devfd, buf, rc);
	return true;
}

static void __attribute__((__noreturn__))
exec_command(const struct config *cf, int outfd, int errfd)
{
	int nullfd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	sigset_t set;

	sigemptyset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
	setsid();

	if (dup2(nullfd, STDIN_FILENO) < 0 || dup2(outfd, STDOUT_FILENO) < 0 ||
	    dup2(errfd, STDERR_FILENO) < 0)
		_exit(STATUS_BROKEN);
	if (chdir(cf->cwd) < 0) {
		fprintf(stderr, "guest: failed to change to %s: %s\n", cf->cwd, strerror(errno));
		_exit(STATUS_BROKEN);
	}
	environ = cf->env.item;
	execvp(cf->args.item[0], cf->args.item);
	fprintf(stderr, "guest: failed to execute %s: %s\n", cf->args.item[0], strerror(errno));
	_exit(errno == ENOENT ? STATUS_NOENT : STATUS_NOEXEC);
}

/*
 * Reaps whatever ended.
 *
 * Returns: true when @pid was among it, its wait status in @ret_status.
 */
static bool reap(pid_t pid, int *ret_status)
{
	bool found = false;
	int status;
	pid_t p;

	while ((p = waitpid(-1, &status, WNOHANG)) > 0) {
		if (p != pid)
			continue;
		*ret_status = status;
		found = true;
	}
	return found;
}

static void block_sigchld(int *ret_sigfd)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_SETMASK, &set, NULL);
	*ret_sigfd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (*ret_sigfd < 0)
		die("make", "a signalfd");
}

/* Relays until @pid has ended; returns its wait status. */
static int relay_until_exit(pid_t pid, int sigfd, struct relay *re, size_t nrelays)
{
	struct pollfd pfd[3] = { { .fd = sigfd, .events = POLLIN } };
	struct signalfd_siginfo info;
	int status;

	for (size_t i = 0; i < nrelays; i++) {
		pfd[i + 1].fd = re[i].pipefd[0];
		pfd[i + 1].events = POLLIN;
	}
	for (;;) {
		if (poll(pfd, nrelays + 1, -1) < 0 && errno != EINTR)
			die("wait for", "the command");
		for (size_t i = 0; i < nrelays; i++) {
			/* at the end of the data ignore the pipe from now on */
			if (pfd[i + 1].revents && !copy_some(&re[i]))
				pfd[i + 1].fd = -1;
		}
		if (!pfd[0].revents)
			continue;
		while (read(sigfd, &info, sizeof(info)) == sizeof(info))
			;
		if (reap(pid, &status))
			return status;
	}
}

/* Tells the host how far we are. */
static void tell(int statusfd, const char *line)
{
	write_all(statusfd, line, strlen(line));
	tcdrain(statusfd);
}

/*
 * Runs the command and passes its output on, to the last byte: what it left
 * running is killed, so that the pipes end.
 *
 * Returns: exit status as a shell has it.
 */
static int run_command(const struct config *cf, int statusfd)
{
	struct relay re[2];
	size_t nrelays = cf->err ? 2 : 1;
	int sigfd, status;
	pid_t pid;

	open_relay(&re[0], cf->out);
	if (cf->err)
		open_relay(&re[1], cf->err);
	block_sigchld(&sigfd);

	tell(statusfd, "started\n");	/* from here on the host does not try again */
	pid = fork();
	if (pid < 0)
		die("fork", "for the command");
	if (pid == 0)
		exec_command(cf, re[0].pipefd[1], re[nrelays - 1].pipefd[1]);
	for (size_t i = 0; i < nrelays; i++)
		close(re[i].pipefd[1]);

	status = relay_until_exit(pid, sigfd, re, nrelays);

	kill(-1, SIGKILL);
	for (size_t i = 0; i < nrelays; i++) {
		while (copy_some(&re[i]))
			;
		tcdrain(re[i].devfd);
		close(re[i].devfd);
	}
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int main(void)
{
	struct config cf = { .cwd = NULL };
	char buf[16];
	int *hidden, statusfd, status;

	if (getpid() != 1) {
		fprintf(stderr, "init: this is the first process of a test guest, not a command\n");
		return EXIT_FAILURE;
	}
	leave_initramfs();
	/* the kernel may have given us no console at all */
	while ((status = open("/dev/null", O_RDWR)) >= 0 && status <= STDERR_FILENO)
		;
	if (status > STDERR_FILENO)
		close(status);

	umask(0);
	read_config(&cf);
	load_modules(&cf);
	hidden = grab_hidden(&cf.readonly);
	mount_system();
	show_hidden(&cf.readonly, hidden);
	mount_writable(&cf);
	set_up_system(&cf);
	umask(022);

	statusfd = open_device(cf.status);
	status = run_command(&cf, statusfd);
	snprintf(buf, sizeof(buf), "%d\n", status);
	tell(statusfd, buf);
	power_off();
}
