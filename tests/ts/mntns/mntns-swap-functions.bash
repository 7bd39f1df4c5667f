# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Copyright (C) 2026 The mntns authors
#
# mntns-swap-functions.bash - a namespace with processes, whose root is exchanged
#
# Sourced after mntns_init.

# shellcheck disable=SC2034,SC2154

# The trees "old" and "new", with the programs that are executed in them.
function swap_trees {
	mkdir -p old/dir old/sub old/mnt new/mnt
	echo old > old/name
	echo old-dir > old/dir/name
	echo sub > old/sub/name
	echo new > new/name
	mntns_copy_program "$SCRATCH/old" sleep chroot
	mntns_copy_program "$SCRATCH/old/sub" sleep
}

# swap_member ARG...: a process in the namespace of HELD_PID; sets MEMBER_PID when
# it executes sleep(1).
function swap_member {
	local i

	"$TS_CMD_MNTNS" enter "$@" &
	MEMBER_PID=$!
	MNTNS_HELD+=("$MEMBER_PID")
	for ((i = 0; i < 600; i++)); do
		[ "$(< "/proc/$MEMBER_PID/comm")" != sleep ] || return 0
		sleep 0.1
	done
	ts_failed "enter $*"
}

# A namespace with the root "old", and three processes: one at its root, one in
# a directory, one in a chroot.
function swap_hold {
	mntns_hold root root="$SCRATCH/old"
	held=$HELD_PID
	mntns_label PID "$held"
	"$TS_CMD_MNTNS" attach -t tmpfs "$held" below /mnt || ts_failed "attach"
	swap_member "$held" /bin/sleep 600
	at_root=$MEMBER_PID
	mntns_label AT_ROOT "$at_root"
	swap_member -w /dir "$held" /bin/sleep 601
	in_dir=$MEMBER_PID
	mntns_label IN_DIR "$in_dir"
	swap_member "$held" /bin/chroot /sub /bin/sleep 602
	in_chroot=$MEMBER_PID
	mntns_label IN_CHROOT "$in_chroot"
}

# Where the processes are, and what is mounted for who enters.
function swap_look {
	local pid

	for pid in "$at_root" "$in_dir" "$in_chroot"; do
		cat "/proc/$pid/root/name" "/proc/$pid/cwd/name" 2>&1 | tr '\n' ' ' >> "$TS_OUTPUT"
	done
	echo >> "$TS_OUTPUT"
	mntns_try list -r -n -o TARGET,FSROOT,PROPAGATION "/proc/$held/ns/mnt"
}
