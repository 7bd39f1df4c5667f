# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Copyright (C) 2026 The mntns authors
#
# mntns-terminal-functions.bash - commands at a terminal, and what is typed there
#
# Sourced after mntns_init.

# shellcheck disable=SC2154

ts_check_prog script
# posix_openpt() wants a devpts, and the guests have none that is ours
[ -c /dev/ptmx ] || ts_skip "no /dev/ptmx"
mkfifo silence keys

# on_terminal COMMAND...: with a terminal of script(1)'s; what is printed there
function on_terminal {
	script -qec "$*" /dev/null 0<> "${INPUT:-silence}" | tr -d '\r' >> "$TS_OUTPUT"
	echo "[${PIPESTATUS[0]}]" >> "$TS_OUTPUT"
}

# on_terminal_type KEYS FILE COMMAND...: the same; when COMMAND has made FILE, KEYS
# are typed, in the spelling of printf(1)
function on_terminal_type {
	local keys=$1 file=$2
	shift 2

	rm -f "$file"
	# shellcheck disable=SC2059
	(until [ -e "$file" ]; do sleep 0.05; done; printf "$keys") > keys &
	INPUT=keys on_terminal "$@"
	wait $!
}
