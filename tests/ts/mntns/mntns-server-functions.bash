# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Copyright (C) 2026 The mntns authors
#
# mntns-server-functions.bash - filesystems whose server is stopped or gone
#
# Sourced after mntns-functions.bash.

# shellcheck disable=SC2154

# Prints the process and its children.
function family {
	echo "$1"
	cat /proc/"$1"/task/*/children 2> /dev/null
}

# Of FUSE or NFS.
function is_waiting {
	local pid

	for pid in $(family "$1"); do
		grep -q "request_wait_answer\|rpc_wait_bit_killable" "/proc/$pid/stack" 2> /dev/null && return 0
	done
	return 1
}

# What nobody has waited for has no program any more.
function are_gone {
	local pid

	for pid; do
		[ ! -e "/proc/$pid/exe" ] || return 1
	done
}

# soon CONDITION ARG...: whether it comes to hold
function soon {
	local i

	for ((i = 0; i < 250; i++)); do
		! "$@" || return 0
		sleep 0.02
	done
	return 1
}

# ended_by SIGNAL ARG...: mntns comes to wait for the server, and SIGNAL, which it
# alone gets, ends it and its children.
function ended_by {
	local signal=$1 pid pids rc
	shift

	# the shell lets what runs in the background ignore SIGINT
	env --default-signal=INT "$TS_CMD_MNTNS" "$@" >> "$TS_OUTPUT" 2>> "$TS_ERRLOG" &
	pid=$!
	soon is_waiting "$pid" || echo "mntns $1: does not wait for the server" >> "$TS_OUTPUT"
	read -r -d '' -a pids < <(family "$pid")
	kill -"$signal" "$pid" 2> /dev/null
	soon are_gone "$pid" || kill -KILL "$pid"
	wait "$pid" 2> /dev/null
	rc=$?
	echo "SIG$signal: mntns $*: $rc" | mntns_renumber >> "$TS_OUTPUT"
	soon are_gone "${pids[@]}" || {
		echo "mntns $1: a process is left" >> "$TS_OUTPUT"
		kill -KILL "${pids[@]}" 2> /dev/null
	}
}

