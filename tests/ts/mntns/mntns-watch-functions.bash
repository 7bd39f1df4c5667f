# SPDX-License-Identifier: GPL-2.0-or-later
#
# Copyright (C) 2026 The mntns authors
#
# mntns-watch-functions.bash - what the tests of mntns watch and mntns wait
# share; sourced after ts_init

# shellcheck shell=bash disable=SC2154

# until_lines FILE NUMBER: waits until the file has so many lines.
function until_lines {
	local lines

	until mapfile -t lines < "$1"; [ "${#lines[@]}" -ge "$2" ]; do
		sleep 0.05
	done
}

# watch_start NUMBER ARG...: mntns watch in the background, WATCH_PID; returns when
# it listens to all its namespaces, which are so many.
function watch_start {
	local number=$1
	shift

	: > watch.out
	: > watch.err
	"$TS_CMD_MNTNS" watch -v "$@" > watch.out 2> watch.err &
	WATCH_PID=$!
	MNTNS_HELD+=("$WATCH_PID")
	until_lines watch.err "$number"
}

# watch_until NUMBER: waits until so many lines are printed.
function watch_until {
	until_lines watch.out "$1"
}

# watch_end: waits for it, and writes what it has said.
function watch_end {
	local rc

	wait "$WATCH_PID" 2> /dev/null
	rc=$?
	cat watch.err watch.out | mntns_renumber >> "$TS_OUTPUT"
	[ "$rc" = 0 ] || ts_log "[$rc]"
}

# watch_kill SIGNAL
function watch_kill {
	kill "-$1" "$WATCH_PID"
	watch_end
}

# wait_start ARG...: mntns wait in the background, as watch_start.
function wait_start {
	: > watch.out
	: > watch.err
	"$TS_CMD_MNTNS" wait -v "$@" > watch.out 2> watch.err &
	WATCH_PID=$!
	MNTNS_HELD+=("$WATCH_PID")
	until_lines watch.err 1
}
