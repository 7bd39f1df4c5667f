# SPDX-License-Identifier: GPL-2.0-or-later
#
# Copyright (C) 2026 The mntns authors
#
# mntns-holders-functions.bash - what the tests of holders share

# shellcheck shell=bash disable=SC2034,SC2154

# try_holders ARG...: mntns_try holders, without what it says about processes
# and overlays of the system that have nothing to do with the test.
function try_holders {
	local rc

	mntns_try holders "$@"
	rc=$?
	without_others "$TS_OUTPUT"
	return "$rc"
}

function without_others {
	sed -i '/^mntns: .* process\(es\)\? may not be looked at$/d
		/^mntns: .* of \(an overlay\|overlays\) .* relative name/d' "$1"
}

# hold_with LABEL COMMAND...: starts COMMAND, a shell command line that ends
# with an exec, and waits until it is there. The PID is in USER_PID, and is
# shown as LABEL.
function hold_with {
	local fd label=$1
	shift

	exec {fd}< <(exec sh -c "echo; $*")
	USER_PID=$!
	MNTNS_HELD+=("$USER_PID")
	mntns_label "$label" "$USER_PID"
	read -r -u "$fd"
	exec {fd}<&-
	wait_for_exec "$USER_PID"
}

# What the shell has open until it has become the program is gone then.
function wait_for_exec {
	while [ "$(tr '\0' ' ' 2> /dev/null < "/proc/$1/comm")" = sh ] ||
	      [ "$(tr '\0' ' ' 2> /dev/null < "/proc/$1/comm")" = bash ]; do
		sleep 0.1
	done
}

# hold_namespace LABEL PROPAGATION: a copy of the namespace, of a process
function hold_namespace {
	hold_with "$1" "exec $TS_CMD_UNSHARE -m --propagation $2 sleep 600"
	while [ "$(readlink "/proc/$USER_PID/ns/mnt")" = "$(readlink /proc/self/ns/mnt)" ]; do
		sleep 0.1
	done
	while [ "$(< "/proc/$USER_PID/comm")" != sleep ]; do
		sleep 0.1
	done
}
