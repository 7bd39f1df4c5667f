/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * ptyproxy - a terminal for a program that is not trusted with the caller's
 *
 * Who has a terminal open may type into it (TIOCSTI), which the shell reads when
 * the program is gone. So the program gets the one end of a pseudoterminal, see
 * pty(7), and the other end is passed on.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "all-io.h"
#include "diagnose.h"
#include "ptyproxy.h"
#include "runproc.h"

static int fail(struct diag *d, int err)
{
	return diag_fail(d, DIAG_PTY, err, NULL);
}

static void copy_size(const struct ptyproxy *p)
{
	struct winsize size;

	if (p->is_tty && ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0)
		ioctl(p->master, TIOCSWINSZ, &size);
}

/*
 * ptyproxy_open:
 * @p: set up with PTYPROXY_INIT; the caller ends with ptyproxy_close()
 * @d: failure
 *
 * Makes the pseudoterminal, where the caller's /dev/ptmx is. It is like the terminal
 * that the caller has as its standard input, if it has one. All that can fail in
 * the parent is done here, when there is no child yet that would be left.
 *
 * Returns: 0, or -errno with @d set.
 */
int ptyproxy_open(struct ptyproxy *p, struct diag *d)
{
	p->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (p->master < 0 || grantpt(p->master) < 0 || unlockpt(p->master) < 0)
		return fail(d, errno);
	/* by path it would be the one of another devpts */
	p->slave = ioctl(p->master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (p->slave < 0)
		return fail(d, errno);
	p->sigfd = runproc_signalfd();
	if (p->sigfd < 0)
		return fail(d, -p->sigfd);

	fcntl(p->master, F_SETFL, O_RDWR | O_NONBLOCK);
	if (tcgetattr(STDIN_FILENO, &p->saved) == 0) {
		p->is_tty = 1;
		tcsetattr(p->slave, TCSANOW, &p->saved);
		copy_size(p);
	}
	return 0;
}

/*
 * ptyproxy_take - in the child: a session of its own, whose terminal it is
 *
 * Returns: 0, or -errno with @d set.
 */
int ptyproxy_take(struct ptyproxy *p, struct diag *d)
{
	int fd;

	if (setsid() < 0 || ioctl(p->slave, TIOCSCTTY, 0) < 0)
		return fail(d, errno);
	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (dup2(p->slave, fd) < 0)
			return fail(d, errno);
	}
	ptyproxy_close(p);
	return 0;
}

/* ^C and the like are the program's; what it prints comes formatted already. */
static void set_raw(struct ptyproxy *p)
{
	struct termios raw = p->saved;

	if (!p->is_tty)
		return;
	cfmakeraw(&raw);
	p->is_raw = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
}

/* the end of what the caller has to say, as one types it */
static void add_eof(struct ptyproxy *p)
{
	struct termios t;

	p->input[0] = tcgetattr(p->master, &t) == 0 ? t.c_cc[VEOF] : '\004';
	p->ninput = 1;
	p->at_eof = 1;
}

static void read_input(struct ptyproxy *p)
{
	ssize_t n = read(STDIN_FILENO, p->input, sizeof(p->input));

	p->input_pos = 0;
	p->ninput = n > 0 ? n : 0;
	if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
		add_eof(p);
}

/*
 * The program may not read before somebody reads what it has printed, so that
 * nobody must wait here.
 */
static void pass_input(struct ptyproxy *p)
{
	ssize_t n = write(p->master, p->input + p->input_pos, p->ninput - p->input_pos);

	if (n > 0)
		p->input_pos += n;
	if (p->input_pos == p->ninput || (n < 0 && errno != EAGAIN && errno != EINTR))
		p->ninput = p->input_pos = 0;
}

/* Returns 0 when nobody has the other end open any more, EIO. */
static int pass_output(const struct ptyproxy *p)
{
	char buf[4096];
	ssize_t n = read(p->master, buf, sizeof(buf));

	if (n > 0)
		write_all(STDOUT_FILENO, buf, n);
	return n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN));
}

/* What the program has written before its end; others may still write. */
static void drain(const struct ptyproxy *p)
{
	struct pollfd pfd = { .fd = p->master, .events = POLLIN };

	while (poll(&pfd, 1, 0) == 1 && pass_output(p))
		;
}

/* Returns 1 when the child has ended. */
static int take_signal(const struct ptyproxy *p, pid_t pid, int *status)
{
	struct signalfd_siginfo info;

	if (read(p->sigfd, &info, sizeof(info)) != sizeof(info))
		return 0;
	if (info.ssi_signo == SIGWINCH) {
		copy_size(p);
		return 0;
	}
	return runproc_handle(pid, info.ssi_signo, info.ssi_code, status);
}

static int pass_on(struct ptyproxy *p, pid_t pid)
{
	enum { SIG, PTY, IN };
	struct pollfd pfds[] = {
		[SIG] = { .fd = p->sigfd, .events = POLLIN },
		[PTY] = { .fd = p->master },
		[IN] = { .events = POLLIN }
	};
	int status;

	for (;;) {
		pfds[PTY].events = POLLIN | (p->ninput ? POLLOUT : 0);
		pfds[IN].fd = p->ninput || p->at_eof ? -1 : STDIN_FILENO;
		if (poll(pfds, 3, -1) < 0)
			continue;
		if (pfds[PTY].revents & POLLOUT)
			pass_input(p);
		if (pfds[PTY].revents & ~POLLOUT && !pass_output(p))
			pfds[PTY].fd = -1;
		if (pfds[IN].fd >= 0 && pfds[IN].revents)
			read_input(p);
		if (pfds[SIG].revents && take_signal(p, pid, &status))
			break;
	}
	drain(p);
	return status;
}

/*
 * ptyproxy_run:
 * @p: open; the caller's terminal is as before when this returns
 * @pid: child, of runproc_fork()
 *
 * Passes on what the one side types and the other prints, and signals, until the
 * child ends.
 *
 * Returns: its status, as of waitpid(2).
 */
int ptyproxy_run(struct ptyproxy *p, pid_t pid)
{
	int status;

	close(p->slave);
	p->slave = -1;

	set_raw(p);
	status = pass_on(p, pid);
	ptyproxy_close(p);
	return status;
}

void ptyproxy_close(struct ptyproxy *p)
{
	if (p->is_raw)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &p->saved);
	if (p->slave > STDERR_FILENO)
		close(p->slave);
	if (p->master >= 0)
		close(p->master);
	if (p->sigfd >= 0)
		close(p->sigfd);
	p->is_raw = 0;
	p->master = p->slave = p->sigfd = -1;
}
