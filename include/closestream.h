/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * closestream.h - notice that output was lost, on a full disk for one
 */
#ifndef UTIL_LINUX_CLOSESTREAM_H
#define UTIL_LINUX_CLOSESTREAM_H

#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <unistd.h>

#include "c.h"
#include "nls.h"

#ifndef CLOSE_EXIT_CODE
# define CLOSE_EXIT_CODE EXIT_FAILURE
#endif

/*
 * close_stream - fclose() that also reports earlier failures
 * @stream: stream
 *
 * A stream that was closed already by whoever started us, and that nothing was
 * written to, is no failure.
 *
 * Returns: 0, or EOF with errno set (0 if the cause is not known any more).
 */
static inline int close_stream(FILE *stream)
{
	const int pending = __fpending(stream) != 0;
	const int failed = ferror(stream) != 0;
	const int rc = fclose(stream);

	if (failed || (rc != 0 && (pending || errno != EBADF))) {
		if (rc == 0)
			errno = 0;
		return EOF;
	}
	return 0;
}

/*
 * close_stdout - what close_stdout_atexit() registers
 *
 * A reader that went away (EPIPE) is the reader's affair.
 */
static inline void close_stdout(void)
{
	if (close_stream(stdout) != 0 && errno != EPIPE) {
		if (errno)
			warn(_("write error"));
		else
			warnx(_("write error"));
		_exit(CLOSE_EXIT_CODE);
	}
	if (close_stream(stderr) != 0)
		_exit(CLOSE_EXIT_CODE);
}

static inline void close_stdout_atexit(void)
{
	/* LeakSanitizer writes its report to stderr after the handlers. */
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
	return;
#else
	atexit(close_stdout);
#endif
}

#endif /* UTIL_LINUX_CLOSESTREAM_H */
