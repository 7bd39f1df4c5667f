# SPDX-License-Identifier: GPL-2.0-or-later
#
# Copyright (C) 2026 The mntns authors
#
# mntns-cgroup-functions.bash - cgroups for tests, sourced behind
# mntns-functions.bash

# shellcheck shell=bash disable=SC2154

# What the number of a container looks like: its first digits, and zeros.
function mntns_container_id {
	printf '%-64s' "$1" | tr ' ' 0
}

# mntns_cgroup_init [DIR [OPTION...]]: a part of the tree for this test alone. It is
# all that is to be seen below CGROUPS, by default /sys/fs/cgroup, where it covers
# what is there. CGROUP_ROOT is its own path, which stands before those in
# /proc/PID/cgroup. The options are mount's, by default for version 2, which needs
# the capability cgroup2.
function mntns_cgroup_init {
	CGROUPS=${1:-/sys/fs/cgroup}
	shift
	[ $# -gt 0 ] || set -- -t cgroup2
	CGROUP_TREE="$SCRATCH/cgroup-tree"
	CGROUP_ROOT="mntns-test-$BASHPID.slice"
	mkdir "$CGROUP_TREE"
	"$TS_CMD_MOUNT" "$@" none "$CGROUP_TREE" || ts_failed "cgroup"
	mkdir "$CGROUP_TREE/$CGROUP_ROOT"
	trap mntns_cgroup_end EXIT
	# the kernel refuses the same filesystem on its own root
	"$TS_CMD_MOUNT" -t tmpfs none "$CGROUPS" || ts_failed "$CGROUPS"
	# a cgroup namespace has the cgroup of who makes it for its root, and so has
	# the mount that is made in it
	# shellcheck disable=SC2016
	sh -c 'echo $$ > "$1/cgroup.procs" && shift && exec "$@"' sh \
		"$CGROUP_TREE/$CGROUP_ROOT" "$TS_CMD_UNSHARE" --cgroup \
		"$TS_CMD_MOUNT" "$@" none "$CGROUPS" || ts_failed "no cgroup namespace"
	mntns_label CGROUP-ROOT "$CGROUP_ROOT"
}

# mntns_cgroup_move PID CGROUP: CGROUP is made if it is missing
function mntns_cgroup_move {
	mkdir -p "$CGROUPS/$2"
	echo "$1" > "$CGROUPS/$2/cgroup.procs" || ts_failed "cgroup of $1"
}

# Ends what mntns_hold has started, and removes all cgroups.
function mntns_cgroup_clear {
	local i

	mntns_stop
	for i in 1 2 3 4 5 6 7 8 9 10; do
		find "$CGROUP_TREE/$CGROUP_ROOT" -mindepth 1 -depth -type d -exec rmdir {} + && return
		sleep 0.1
	done 2> /dev/null
}

function mntns_cgroup_end {
	mntns_cgroup_clear
	"$TS_CMD_UMOUNT" "$CGROUPS"
	"$TS_CMD_UMOUNT" "$CGROUPS"
	rmdir "$CGROUP_TREE/$CGROUP_ROOT"
}
