/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * test_mntns_isolate - run a test in a mount namespace of its own, with a
 * time-out, and report what it left behind; with -l, list all mount namespaces
 *
 * The test finds everything private, an empty /run and an empty directory
 * /run/test on a filesystem of its own. It fails, whatever it says itself,
 * when after its end there is still a process of its, a mount outside of
 * /run/test, a pinned namespace anywhere, a file in /run or /run/mntns, or
 * a mount namespace that shows one of its filesystems.
 *
 * Three processes: the outer one stays in the caller's namespace and counts
 * namespaces, the inner one makes the new namespace and is the subreaper of
 * the third, the test.
 */
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include "mountapi.h"

#define SCRATCH		"/run/test"
#define REGISTRY	"/run/mntns"
#define EXIT_TIMEOUT	124
#define EXIT_NOISOLATE	125

/* what the inner process tells the outer one */
struct footprint {
	dev_t		run_dev;
	dev_t		scratch_dev;
};

struct isolate {
	const char	*name;
	bool		script;		/* of the suite, under run.sh */
	unsigned int	timeout;	/* seconds, 0: none */
	bool		strict;		/* nobody else makes namespaces here */
	int		leftovers;
	char		**argv;
};

static void __attribute__((format(printf, 2, 3)))
complain(struct isolate *is, const char *fmt, ...)
{
	va_list ap;

	printf("%s: left behind: ", is->name);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
	is->leftovers++;
}

static void nap(long ms)
{
	struct timespec ts = { .tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000000 };

	nanosleep(&ts, NULL);
}

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), rc = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		rc = -errno;
	close(fd);
	return rc;
}

/* An unprivileged caller becomes root of a user namespace, as unshare -Ur. */
static int become_userns_root(void)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	char map[64];

	if (unshare(CLONE_NEWUSER) < 0)
		return -errno;
	snprintf(map, sizeof(map), "0 %u 1", uid);
	if (write_file("/proc/self/uid_map", map) < 0)
		return -EPERM;
	write_file("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "0 %u 1", gid);
	if (write_file("/proc/self/gid_map", map) < 0)
		return -EPERM;
	return setenv("MNTNS_TEST_USERNS", "1", 1);
}

static int mount_tmpfs(const char *dir, dev_t *dev)
{
	struct stat st;

	if (mkdir(dir, 0755) < 0 && errno != EEXIST)
		return -errno;
	if (mount("mntns-test", dir, "tmpfs", 0, "mode=0755") < 0)
		return -errno;
	if (stat(dir, &st) < 0)
		return -errno;
	*dev = st.st_dev;
	return 0;
}

/*
 * In a chroot, "/" need not be a mount and cannot be made private. There the
 * tree of the chroot becomes the root of the namespace.
 */
static int leave_chroot(void)
{
	int self = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	int tree = ul_open_tree(AT_FDCWD, "/", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
	char *cwd = getcwd(NULL, 0);
	int rc = 0;

	if (self < 0 || tree < 0 || setns(self, CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    ul_move_mount(tree, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) < 0 ||
	    fchdir(tree) < 0 || ul_pivot_root(".", ".") < 0 || umount2(".", MNT_DETACH) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    chdir(cwd ? cwd : "/") < 0)
		rc = -errno;
	free(cwd);
	close(self);
	close(tree);
	return rc;
}

/* Returns 0, or -errno when the caller may not have a namespace of its own. */
static int make_private_namespace(struct footprint *fp)
{
	int rc;

	if (unshare(CLONE_NEWNS) < 0) {
		if (errno != EPERM)
			return -errno;
		rc = become_userns_root();
		if (rc)
			return rc;
		if (unshare(CLONE_NEWNS) < 0)
			return -errno;
	}
	rc = mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ? -errno : 0;
	if (rc == -EINVAL)
		rc = leave_chroot();
	if (!rc)
		rc = mount_tmpfs("/run", &fp->run_dev);
	if (!rc)
		rc = mount_tmpfs(SCRATCH, &fp->scratch_dev);
	return rc;
}

/*
 * The mount table
 */
static char *read_mountinfo(void)
{
	FILE *f = fopen("/proc/self/mountinfo", "re");
	char *text = NULL, *line = NULL;
	size_t size = 0, line_size = 0;
	FILE *copy = open_memstream(&text, &size);

	while (f && copy && getline(&line, &line_size, f) > 0)
		fputs(line, copy);
	free(line);
	if (f)
		fclose(f);
	if (copy)
		fclose(copy);
	return text;
}

struct mount_line {
	unsigned int	id;
	char		root[1024];
	char		target[1024];
};

static bool parse_mount_line(const char *line, struct mount_line *m)
{
	return sscanf(line, "%u %*u %*s %1023s %1023s", &m->id, m->root, m->target) == 3;
}

static bool is_mount_in(const char *table, unsigned int id)
{
	char key[32];
	size_t len = snprintf(key, sizeof(key), "%u ", id);

	for (const char *p = table; p && *p; p = strchr(p, '\n'), p = p ? p + 1 : NULL) {
		if (strncmp(p, key, len) == 0)
			return true;
	}
	return false;
}

static bool is_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return strncmp(path, dir, len) == 0 && (path[len] == '/' || path[len] == '\0');
}

static bool is_expected_mount(const struct mount_line *m)
{
	if (strncmp(m->root, "mnt:[", 5) == 0)
		return false;			/* a pin is never expected */
	return is_below(m->target, SCRATCH) || strcmp(m->target, REGISTRY) == 0;
}

static void check_mounts(struct isolate *is, const char *before)
{
	char *after = read_mountinfo(), *save = NULL;
	struct mount_line m;

	for (char *line = strtok_r(after, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (!parse_mount_line(line, &m))
			continue;
		if (!is_mount_in(before, m.id) && !is_expected_mount(&m))
			complain(is, "a mount: %s (%s)", m.target, m.root);
	}
	free(after);
}

/*
 * Files
 */
static void check_dir(struct isolate *is, const char *dir, const char *const *expected)
{
	DIR *d = opendir(dir);
	struct dirent *de;

	while (d && (de = readdir(d))) {
		const char *const *e = expected;

		if (strcmp(de->d_name, ".") == 0 || strcmp(de->d_name, "..") == 0)
			continue;
		while (*e && strcmp(*e, de->d_name) != 0)
			e++;
		if (!*e)
			complain(is, "a file: %s/%s", dir, de->d_name);
	}
	if (d)
		closedir(d);
}

static void check_files(struct isolate *is)
{
	static const char *const in_run[] = { "test", "mntns", "mntns.lock", "mount", NULL };
	static const char *const in_registry[] = { ".lock", NULL };

	check_dir(is, "/run", in_run);
	check_dir(is, REGISTRY, in_registry);
}

/*
 * Processes
 */
static pid_t parent_of(pid_t pid, char *comm, size_t size)
{
	char path[64], text[512], *p;
	int ppid = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "re");
	if (!f)
		return -1;
	if (fgets(text, sizeof(text), f) && (p = strrchr(text, ')'))) {
		*p = '\0';
		sscanf(p + 1, " %*c %d", &ppid);
		p = strchr(text, '(');
		snprintf(comm, size, "%s", p ? p + 1 : "?");
	}
	fclose(f);
	return ppid;
}

/* Kills whatever has become our child by losing its parent. */
static int kill_children(struct isolate *is, bool tell)
{
	DIR *d = opendir("/proc");
	struct dirent *de;
	char comm[64];
	int n = 0;

	while (d && (de = readdir(d))) {
		pid_t pid = strtol(de->d_name, NULL, 10);

		if (pid <= 0 || parent_of(pid, comm, sizeof(comm)) != getpid())
			continue;
		if (tell)
			complain(is, "process %d (%s)", pid, comm);
		kill(pid, SIGKILL);
		n++;
	}
	if (d)
		closedir(d);
	return n;
}

/* Returns true when no child is left; those that have ended are reaped. */
static bool reap(void)
{
	pid_t pid;

	do {
		pid = waitpid(-1, NULL, WNOHANG);
	} while (pid > 0);
	return pid < 0;
}

static void check_processes(struct isolate *is)
{
	/* what was killed a moment ago may take a moment to go */
	for (int i = 0; i < 50; i++) {
		if (reap())
			return;
		nap(i < 10 ? 2 : 20);
	}
	for (int i = 0; i < 100 && !reap(); i++) {
		kill_children(is, i == 0);
		nap(20);
	}
}

/*
 * Under nohup(1), in the background of a script and in many a CI signals come
 * ignored or blocked, and a shell cannot undo that. Tests are about both.
 */
static void reset_signals(void)
{
	sigset_t none;
	int sig;

	for (sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/*
 * The test itself
 */
static pid_t start_test(struct isolate *is)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	reset_signals();
	setsid();
	execvp(is->argv[0], is->argv);
	fprintf(stderr, "%s: failed to execute: %m\n", is->argv[0]);
	_exit(127);
}

static int status_of(int wstatus)
{
	return WIFSIGNALED(wstatus) ? 128 + WTERMSIG(wstatus) : WEXITSTATUS(wstatus);
}

/* Waits for PID; returns its exit status, EXIT_TIMEOUT, or 128 + the signal. */
static int wait_for_test(struct isolate *is, pid_t pid, const sigset_t *set)
{
	struct timespec end, now, left = { 0 };
	int sig, wstatus;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += is->timeout;

	for (;;) {
		if (waitpid(pid, &wstatus, WNOHANG) == pid)
			return status_of(wstatus);
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (is->timeout && now.tv_sec >= end.tv_sec)
			return EXIT_TIMEOUT;
		/* at most a second, so that no lost signal matters */
		left.tv_sec = 1;
		sig = sigtimedwait(set, NULL, &left);
		if (sig > 0 && sig != SIGCHLD)
			return 128 + sig;
	}
}

static void kill_test(struct isolate *is, pid_t pid)
{
	kill(pid, SIGKILL);
	for (int i = 0; i < 100 && !reap(); i++) {
		kill_children(is, false);
		nap(10);
	}
}

/*
 * The other end opens the filesystems of the test by way of this process, which
 * a short test must not end before.
 */
static int report(int fd, const struct footprint *fp)
{
	char done;
	int rc = write(fd, fp, sizeof(*fp)) == sizeof(*fp) && read(fd, &done, 1) == 1 ? 0 : -1;

	close(fd);
	return rc;
}

static int inner(struct isolate *is, int report_fd)
{
	struct footprint fp = { 0 };
	sigset_t set;
	char *before;
	pid_t pid;
	int rc = make_private_namespace(&fp);

	if (rc) {
		printf("%13s: %-30s ... SKIPPED (no mount namespace of its own: %s)\n",
		       "mntns", is->name, strerror(-rc));
		return EXIT_NOISOLATE;
	}
	if (report(report_fd, &fp) < 0)
		return EXIT_FAILURE;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	setenv("MNTNS_TEST_ISOLATED", SCRATCH, 1);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);

	before = read_mountinfo();
	pid = start_test(is);
	if (pid < 0)
		return EXIT_FAILURE;
	rc = wait_for_test(is, pid, &set);
	if (rc == EXIT_TIMEOUT)
		printf(" FAILED (%s: timed out after %u seconds)\n", is->name, is->timeout);
	if (rc == EXIT_TIMEOUT || rc > 128)
		kill_test(is, pid);

	check_processes(is);
	check_mounts(is, before);
	check_files(is);
	free(before);
	fflush(stdout);
	return is->leftovers && rc == 0 ? EXIT_FAILURE : rc;
}

/*
 * Namespaces, seen from outside. A namespace without any process is found
 * through listns(2) or, before Linux 6.19, by walking them with an ioctl.
 */
#define MAX_NS	8192

static size_t walk_namespaces(uint64_t *ids, size_t max)
{
	struct ul_mnt_ns_info info = { .size = sizeof(info) };
	int fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC), next;
	size_t n = 0;

	/* back to the oldest one, then forward */
	while (fd >= 0 && (next = ioctl(fd, UL_NS_MNT_GET_PREV, &info)) >= 0) {
		close(fd);
		fd = next;
	}
	if (fd < 0 || ioctl(fd, UL_NS_MNT_GET_INFO, &info) < 0)
		goto done;
	do {
		ids[n++] = info.mnt_ns_id;
		next = ioctl(fd, UL_NS_MNT_GET_NEXT, &info);
		close(fd);
		fd = next;
	} while (fd >= 0 && n < max);
done:
	if (fd >= 0)
		close(fd);
	return n;
}

static size_t all_namespaces(uint64_t *ids, size_t max)
{
	ssize_t n = ul_listns(CLONE_NEWNS, 0, ids, max, 0);

	return n > 0 ? (size_t) n : walk_namespaces(ids, max);
}

static bool is_in(uint64_t id, const uint64_t *ids, size_t n)
{
	while (n)
		if (ids[--n] == id)
			return true;
	return false;
}

static bool has_mount_of(uint64_t ns_id, const struct footprint *fp)
{
	union {
		struct ul_statmount	sm;
		char			room[sizeof(struct ul_statmount) + 64];
	} buf;
	uint64_t mounts[512];
	ssize_t n = ul_listmount(UL_LSMT_ROOT, ns_id, 0, mounts, 512, 0);

	while (n-- > 0) {
		dev_t dev;

		if (ul_statmount(mounts[n], ns_id, UL_STATMOUNT_SB_BASIC, &buf.sm,
				 sizeof(buf), 0) < 0)
			continue;
		dev = makedev(buf.sm.sb_dev_major, buf.sm.sb_dev_minor);
		if (dev == fp->run_dev || dev == fp->scratch_dev)
			return true;
	}
	return false;
}

static size_t find_new_namespaces(struct isolate *is, const struct footprint *fp,
				  const uint64_t *before, size_t nbefore,
				  uint64_t *after)
{
	size_t n = all_namespaces(after, MAX_NS), left = 0;

	for (size_t i = 0; i < n; i++) {
		if (is_in(after[i], before, nbefore))
			continue;
		if (is->strict || has_mount_of(after[i], fp))
			after[left++] = after[i];
	}
	return left;
}

static void check_namespaces(struct isolate *is, const struct footprint *fp,
			     const uint64_t *before, size_t nbefore)
{
	uint64_t *after = calloc(MAX_NS, sizeof(*after));
	size_t n = 0;

	/* the kernel frees a namespace some time after its last user went */
	for (int i = 0; after && i < 40; i++) {
		n = find_new_namespaces(is, fp, before, nbefore, after);
		if (n == 0)
			break;
		nap(i < 10 ? 5 : 50);
	}
	for (size_t i = 0; i < n; i++)
		complain(is, "mount namespace %ju", (uintmax_t) after[i]);
	free(after);
}

static int list_namespaces(void)
{
	uint64_t *ids = calloc(MAX_NS, sizeof(*ids));
	size_t n = ids ? all_namespaces(ids, MAX_NS) : 0;

	for (size_t i = 0; i < n; i++)
		printf("mount namespace %ju\n", (uintmax_t) ids[i]);
	free(ids);
	return EXIT_SUCCESS;
}

static pid_t inner_pid;

static void pass_on(int sig)
{
	if (inner_pid > 0)
		kill(inner_pid, sig);
}

/*
 * Keeps the filesystems of the test, by which its namespaces are known: their
 * device numbers would be given to somebody else's, of another test perhaps.
 */
static void keep_filesystem(const char *dir)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/root%s", inner_pid, dir);
	if (open(path, O_PATH | O_CLOEXEC) < 0)
		fprintf(stderr, "%s: failed to open: %m\n", path);
}

static int outer(struct isolate *is)
{
	uint64_t *before = calloc(MAX_NS, sizeof(*before));
	size_t nbefore = before ? all_namespaces(before, MAX_NS) : 0;
	struct footprint fp = { 0 };
	struct sigaction sa = { .sa_handler = pass_on, .sa_flags = SA_RESTART };
	int ends[2], wstatus = 0, rc;

	if (!before || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return EXIT_FAILURE;
	fflush(stdout);
	inner_pid = fork();
	if (inner_pid < 0)
		return EXIT_FAILURE;
	if (inner_pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		close(ends[0]);
		rc = inner(is, ends[1]);
		fflush(stdout);
		_exit(rc);
	}
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	close(ends[1]);
	rc = read(ends[0], &fp, sizeof(fp)) == sizeof(fp) ? 0 : EXIT_NOISOLATE;
	if (!rc) {
		keep_filesystem("/run");
		keep_filesystem(SCRATCH);
		send(ends[0], "", 1, MSG_NOSIGNAL);	/* if it is gone, its status tells */
	}
	close(ends[0]);
	while (waitpid(inner_pid, &wstatus, 0) < 0 && errno == EINTR)
		;
	if (rc == EXIT_NOISOLATE)
		rc = is->script ? 0 : rc;	/* a script has said that it skips */
	else {
		rc = status_of(wstatus);
		check_namespaces(is, &fp, before, nbefore);
	}
	free(before);
	return is->leftovers && rc == 0 ? EXIT_FAILURE : rc;
}

static unsigned int env_number(const char *name, unsigned int otherwise)
{
	const char *s = getenv(name);

	return s && *s ? strtoul(s, NULL, 10) : otherwise;
}

static void mark(const struct isolate *is, const char *what, int status, time_t seconds)
{
	if (!getenv("MNTNS_TEST_MARKERS"))
		return;
	if (status < 0)
		printf("#mntns-test %s %s\n", what, is->name);
	else
		printf("\n#mntns-test %s %s %d %jd\n", what, is->name, status, (intmax_t) seconds);
	fflush(stdout);
}

int main(int argc, char *argv[])
{
	struct isolate is = {
		.name = "test",
		.timeout = env_number("MNTNS_TEST_TIMEOUT", 60) * env_number("MNTNS_TEST_SLOW", 1),
		.strict = env_number("MNTNS_TEST_STRICT", 0) != 0,
	};
	time_t start = time(NULL);
	int c, rc;

	while ((c = getopt(argc, argv, "+ln:t:")) != -1) {
		switch (c) {
		case 'l':
			return list_namespaces();
		case 'n':
			is.name = optarg;
			is.script = true;
			break;
		case 't':
			is.timeout = strtoul(optarg, NULL, 10) * env_number("MNTNS_TEST_SLOW", 1);
			break;
		default:
			return EXIT_FAILURE;
		}
	}
	is.argv = argv + optind;
	if (!*is.argv) {
		fprintf(stderr, "usage: %s -l | [-n NAME] [-t SECONDS] COMMAND [ARG...]\n", argv[0]);
		return EXIT_FAILURE;
	}
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	mark(&is, "begin", -1, 0);
	rc = outer(&is);
	mark(&is, "end", rc, time(NULL) - start);
	return rc;
}
