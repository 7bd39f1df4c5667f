# SPDX-License-Identifier: GPL-2.0-or-later
#
# Copyright (C) 2026 The mntns authors
#
# mntns-functions.bash - what the tests of mntns share
#
# Sourced before functions.sh, because the first thing it does is to start
# the script again in a mount namespace of its own:
#
#	TS_TOPDIR="${0%/*}/../.."
#	TS_DESC="what this is about"
#
#	. "${0%/*}"/mntns-functions.bash
#	. "$TS_TOPDIR"/functions.sh
#	ts_init "$*"
#	mntns_init

# shellcheck shell=bash disable=SC2154

# Starts the script again under test_mntns_isolate; a build tree without that
# helper is reported by mntns_init later.
function mntns_isolate {
	local builddir="${0%/*}/../../.." isolate name

	[ -z "$MNTNS_TEST_ISOLATED" ] || return 0
	[[ ! "$*" =~ --builddir=([^ ]+) ]] || builddir=${BASH_REMATCH[1]}
	isolate="$builddir/test_mntns_isolate"
	[ -x "$isolate" ] || return 0
	name=${0%/*}
	name="${name##*/}/${0##*/}"
	exec "$isolate" -n "$name" bash "$0" "$@"
}

# All that a script needs before its first command: SCRATCH is an empty
# directory on a tmpfs of its own, private, which nobody has to clean up.
function mntns_init {
	ts_check_test_command "$TS_CMD_MNTNS"
	ts_check_test_command "$TS_HELPER_MNTNS"
	ts_check_test_command "$TS_HELPER_MNTNS_CAPS"
	ts_check_test_command "$TS_HELPER_MNTNS_ISOLATE"
	[ -n "$MNTNS_TEST_ISOLATED" ] || ts_skip "no mount namespace of its own"
	SCRATCH="$MNTNS_TEST_ISOLATED"
	MNTNS_LABELS=
	MNTNS_HELD=()
	cd "$SCRATCH" || ts_failed "no scratch directory"
	trap mntns_stop EXIT
}

# For a script that prints several namespaces in one go, which are in the order of
# their ids: each processor takes its ids from a block of its own.
function mntns_one_cpu {
	local cpus

	cpus=$(sed -n 's/^Cpus_allowed_list:[^0-9]*\([0-9]*\).*/\1/p' /proc/self/status)
	taskset -pc "$cpus" $$ > /dev/null || ts_failed "taskset"
}

# mntns_need CAPABILITY...: skips the script where the kernel, or the caller,
# lacks one of them (test_mntns_caps --list names them). Never in a sub-test:
# there use "if mntns_has CAPABILITY", and ts_skip_subtest.
function mntns_need {
	local lacks

	lacks=$("$TS_HELPER_MNTNS_CAPS" "$@") || ts_skip "kernel lacks ${lacks//$'\n'/, }"
}

function mntns_has {
	"$TS_HELPER_MNTNS_CAPS" "$@" > /dev/null
}

# mntns_need_debian_tree: skips the script where no tree of a Debian system could
# be had. Its name on a line of its own is what makes tests/run get one. Mounts it
# on ./debian, where it can be written to.
function mntns_need_debian_tree {
	[ -n "$MNTNS_TEST_DEBIAN_TREE" ] || ts_skip "no tree of a Debian system"
	mkdir debian upper
	if ! mount -t tmpfs none upper || ! mkdir upper/{data,work} ||
	   ! mount -t overlay -o "lowerdir=$MNTNS_TEST_DEBIAN_TREE,upperdir=upper/data,workdir=upper/work" none debian; then
		ts_failed "cannot mount the tree of a Debian system"
	fi
}

# mntns_need_init_userns: skips the script when root is only the root of a
# user namespace made for the test.
function mntns_need_init_userns {
	ts_skip_nonroot
	[ -z "$MNTNS_TEST_USERNS" ] || ts_skip "no root permissions outside of a user namespace"
}

# mntns_make MODE [KEY=VALUE...]: test_mntns in a mode that does not wait.
function mntns_make {
	"$TS_HELPER_MNTNS" "$@" || ts_failed "test_mntns $*"
}

# mntns_hold MODE [KEY=VALUE...]: test_mntns in a mode that holds what it made
# until mntns_stop or the end of the script. Sets HELD_PID, HELD_INO (of its
# pidfd) and, where the mode tells more, HELD_TID, HELD_FD and HELD_NSID.
function mntns_hold {
	local fd line word

	HELD_PID='' HELD_INO='' HELD_TID='' HELD_FD='' HELD_NSID=''
	exec {fd}< <(exec "$TS_HELPER_MNTNS" "$@")
	MNTNS_HELD+=($!)
	read -r -u "$fd" line || ts_failed "test_mntns $*"
	exec {fd}<&-
	for word in $line; do
		case "$word" in
		pid=*)	HELD_PID=${word#*=} ;;
		ino=*)	HELD_INO=${word#*=} ;;
		tid=*)	HELD_TID=${word#*=} ;;
		fd=*)	HELD_FD=${word#*=} ;;
		nsid=*)	HELD_NSID=${word#*=} ;;
		esac
	done
}

# mntns_hold_younger MODE...: a namespace that can be pinned in the caller's; ids
# come in batches for each CPU, so it takes more than one try to get one.
function mntns_hold_younger {
	local own i

	own=$("$TS_CMD_MNTNS" list -rn -o NSID | head -n 1)
	for ((i = 0; i < 100; i++)); do
		mntns_hold "$@"
		[ "${HELD_NSID:-1}" -le "${own:-0}" ] || return 0
		mntns_stop
	done
	ts_failed "no younger namespace"
}

# Ends all that mntns_hold has started.
function mntns_stop {
	local pid

	for pid in "${MNTNS_HELD[@]}"; do
		kill "$pid" 2> /dev/null
		wait "$pid" 2> /dev/null
	done
	MNTNS_HELD=()
}

# mntns_child_of PID [NAME]: the youngest child of a process, that is called so; fails
# when there is none. A small Debian has no pgrep(1).
function mntns_child_of {
	local dir line rest found=

	for dir in /proc/[0-9]*; do
		{ read -r line < "$dir/stat"; } 2> /dev/null || continue
		rest=${line##*) }
		[[ $rest == ?" $1 "* ]] || continue
		[ -z "$2" ] || [[ $line == *" ($2) "* ]] || continue
		[ "${dir##*/}" -lt "${found:-0}" ] || found=${dir##*/}
	done
	[ -n "$found" ] && echo "$found"
}

# mntns_copy_program TREE PROGRAM...: puts programs into TREE/bin, and beside it
# the libraries that they need, for use where there is nothing but the tree.
function mntns_copy_program {
	local tree=$1 program libs
	shift

	mkdir -p "$tree/bin"
	for program; do
		program=$(type -P "$program") || ts_failed "no program $program"
		libs=$(LD_TRACE_LOADED_OBJECTS=1 "$program" | grep -o '/[^ ]*')
		cp -L "$program" "$tree/bin"
		# shellcheck disable=SC2086
		[ -z "$libs" ] || cp -L --parents $libs "$tree"
	done
}

# mntns_label LABEL VALUE: from now on VALUE, where it stands as a word of its
# own, is written as LABEL in all that mntns_try and mntns_renumber print.
function mntns_label {
	[ -z "$2" ] || MNTNS_LABELS+="$2"$'\t'"$1"$'\n'
}

# mntns_try ARG...: runs mntns and writes the command, what it printed on
# stdout and stderr, and an exit status other than 0 to the test's output.
# Returns the exit status.
function mntns_try {
	mntns_try_as "mntns" "$TS_CMD_MNTNS" "$@"
}

# mntns_try_on FILTER ARG...: the same under test_mntns_enosys, which makes a
# kernel look older than it is: FILTER is "6.18", say, or a list of options.
function mntns_try_on {
	local filter=$1
	shift
	# shellcheck disable=SC2086
	mntns_try_as "[$filter] mntns" "$TS_HELPER_MNTNS_ENOSYS" $filter -- "$TS_CMD_MNTNS" "$@"
}

# mntns_try_as SHOWN COMMAND [ARG...]: SHOWN stands for the command up to the
# arguments of mntns.
function mntns_try_as {
	local shown=$1 rc out="$TS_OUTDIR/$TS_TESTNAME.raw" word seen=''
	shift

	for word; do
		[ -z "$seen" ] || shown+=" $(mntns_quote "$word")"
		[ "$word" != "$TS_CMD_MNTNS" ] || seen=yes
	done
	echo "\$ $shown" > "$out"
	ts_run "$@" >> "$out" 2>&1
	rc=$(< "$TS_EXIT_CODE")
	[ "$rc" = 0 ] || echo "[$rc]" >> "$out"
	mntns_renumber < "$out" >> "$TS_OUTPUT"
	return "$rc"
}

# mntns_inject "CALL:INJECTION..." ARG...: mntns_try, with system calls made to fail
# or to take long by strace(1): "move_mount:error=EINVAL:when=2". Needs
# ts_check_prog strace. In child processes as well with MNTNS_INJECT_FOLLOW=-f;
# it returns then when the last of them has ended.
function mntns_inject {
	local inject=$1 word calls='' opts=()
	shift
	for word in $inject; do
		calls+="${calls:+,}${word%%:*}"
		opts+=(-e "inject=$word")
	done
	# a leak cannot be looked for in a process that is traced
	mntns_try_as "[$inject] mntns" strace ${MNTNS_INJECT_FOLLOW:+"$MNTNS_INJECT_FOLLOW"} -qq -o /dev/null -E ASAN_OPTIONS=detect_leaks=0 \
		-e "trace=$calls" "${opts[@]}" "$TS_CMD_MNTNS" "$@"
}

# mntns_inject_open FILE ERRNO ARG...: mntns_try, with the open(2) of the first file
# whose name ends in FILE made to fail. mntns is run twice: the first time tells which
# call of its process that is.
function mntns_inject_open {
	local file=$1 error=$2 n
	shift 2

	strace -f -qq -o opened -E ASAN_OPTIONS=detect_leaks=0 -e trace=openat \
		"$TS_CMD_MNTNS" "$@" > /dev/null 2>&1
	n=$(awk -v name="$file\"" '{ nr[$1]++ } index($0, name) { print nr[$1]; exit }' opened)
	rm opened
	[ -n "$n" ] || ts_failed "$file is not opened"
	mntns_try_as "[open $file: $error] mntns" strace -f -qq -o /dev/null -E ASAN_OPTIONS=detect_leaks=0 \
		-e trace=openat -e "inject=openat:error=$error:when=$n" "$TS_CMD_MNTNS" "$@"
}

# mntns_mounts PID DIR: the mounts on and below DIR in the namespace of PID, as
# mountinfo tells them: mount point, root in the filesystem, flags, propagation,
# type.
function mntns_mounts {
	awk -v dir="${2%/}" '
		$5 == dir || index($5, dir "/") == 1 {
			tags = ""
			for (i = 7; $i != "-"; i++)
				tags = tags " " $i
			print $5, $4, $6 tags, $(i + 1)
		}' "/proc/$1/mountinfo" | mntns_renumber >> "$TS_OUTPUT"
}

# mntns_hold_programs DIR: a namespace with the root DIR, held by HELD_PID, in
# which the programs of the system can be executed. DIR may have more in it.
function mntns_hold_programs {
	local dir dirs=()

	for dir in bin lib lib64 usr; do
		if [ -L "/$dir" ]; then
			cp -P "/$dir" "$1/$dir"
		elif [ -d "/$dir" ]; then
			mkdir "$1/$dir"
			dirs+=("$dir")
		fi
	done
	mntns_hold root root="$1"
	for dir in "${dirs[@]}"; do
		"$TS_CMD_MNTNS" attach "$HELD_PID" "/$dir" "/$dir" || ts_failed "attach /$dir"
	done
}

function mntns_quote {
	case "$1" in
	'' | *[!A-Za-z0-9_./:=,+%@-]*) printf "'%s'" "$1" ;;
	*) printf '%s' "$1" ;;
	esac
}

# Reads mntns' output and replaces what differs from run to run: the numbers
# of mounts, namespaces, peer groups, processes and anonymous devices become
# 1, 2, 3 in order of appearance, each kind counted for itself; the build
# directory becomes BUILDDIR, and inode64, which the tmpfs of some kernels
# shows, goes. Numbers are known by their place: a JSON key, a
# KEY="value" pair, a column of a raw table with its heading, mnt:[N],
# shared:N, a device 0:N, and everything from 2^31 on. In other places use
# mntns_label.
function mntns_renumber {
	local own="$TS_CMD_MNTNS"$'\t'"mntns"$'\n'"$top_builddir"$'\t'"BUILDDIR"$'\n'

	MNTNS_LABELS="$MNTNS_LABELS$own" \
		awk -f "$TS_SELF/mntns-renumber.awk"
}

mntns_isolate "$@"
