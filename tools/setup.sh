# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Copyright (C) 2026 The mntns authors
#
# setup.sh - what quickstart and check share: install what is missing, build;
# sourced, with TOP set to the source directory
#
# Packages are asked for by what they are needed for, not by whether dpkg
# knows them, so that a machine with its own builds is left alone.

# shellcheck disable=SC2034 # for those who source this
BUILD=${MNTNS_BUILD:-$TOP/build}

say()
{
	printf '\n==> %s\n' "$*"
}

die()
{
	printf '\n%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

has_program()
{
	command -v "$1" > /dev/null 2>&1
}

has_library()
{
	has_program pkg-config && pkg-config --exists "$1" 2> /dev/null
}

has_static_libc()
{
	local out rc

	out=$(mktemp) || return 1
	echo 'int main(void) { return 0; }' |
		${CC:-cc} -static -x c - -o "$out" 2> /dev/null
	rc=$?
	rm -f "$out"
	return $rc
}

# needs WORD PACKAGE COMMAND...: adds PACKAGE to the array WORD_missing when
# COMMAND fails.
needs()
{
	local -n missing=$1_missing
	local package=$2

	shift 2
	"$@" || missing+=("$package")
}

find_missing_for_build()
{
	build_missing=()
	needs build gcc has_program "${CC:-cc}"
	needs build libc6-dev has_static_libc
	needs build make has_program make
	needs build autoconf has_program autoreconf
	needs build automake has_program automake
	needs build pkg-config has_program pkg-config
	needs build libmount-dev has_library mount
	needs build libsmartcols-dev has_library smartcols
}

# What adds to a build, and what tests and guests need.
find_missing_for_tests()
{
	tests_missing=()
	needs tests asciidoctor has_program asciidoctor
	needs tests gettext has_program msgfmt
	needs tests e2fsprogs has_program mkfs.ext4
	needs tests squashfs-tools has_program mksquashfs
	needs tests erofs-utils has_program mkfs.erofs
	needs tests util-linux has_program setpriv
	needs tests mount has_program mount
	needs tests xz-utils has_program xz
	needs tests patchelf has_program patchelf
	needs tests strace has_program strace
	needs tests iproute2 has_program ip
	needs tests uidmap has_program newuidmap
	needs tests jq has_program jq
	needs tests debootstrap has_program debootstrap
	needs tests bubblewrap has_program bwrap
	needs tests locales test -e /usr/share/i18n/charmaps/ISO-8859-1.gz
	needs tests valgrind has_program valgrind
	# valgrind looks for functions in ld.so that only this names
	needs tests libc6-dbg test -e /usr/lib/debug/.build-id
}

# What a guest needs where UML cannot be had.
find_missing_for_qemu()
{
	qemu_missing=()
	needs qemu qemu-system-x86 has_program qemu-system-x86_64
	needs qemu qemu-system-common test -x /usr/lib/qemu/virtiofsd
	needs qemu cpio has_program cpio
}

# What only the long way of tools/check uses.
find_missing_for_all()
{
	all_missing=()
	needs all shellcheck has_program shellcheck
	needs all cppcheck has_program cppcheck
}

install_packages()
{
	local opts=(-y --no-install-recommends)

	export DEBIAN_FRONTEND=noninteractive
	# the lists may be old, or there may be none
	apt-get -q install "${opts[@]}" "$@" < /dev/null && return
	apt-get -q update < /dev/null && apt-get -q install "${opts[@]}" "$@" < /dev/null
}

may_install()
{
	[ "$(id -u)" -eq 0 ] && has_program apt-get
}

# install_missing all|qemu|tests: each with those after it. Ends the script
# where a package is missing without which nothing can be built.
install_missing()
{
	local wanted

	find_missing_for_build
	find_missing_for_tests
	qemu_missing=()
	all_missing=()
	[ "$1" = tests ] || find_missing_for_qemu
	[ "$1" != all ] || find_missing_for_all
	wanted=("${build_missing[@]}" "${tests_missing[@]}" "${qemu_missing[@]}" "${all_missing[@]}")
	[ ${#wanted[@]} -gt 0 ] || return 0

	if may_install; then
		say "installing: ${wanted[*]}"
		install_packages "${wanted[@]}" || die "apt-get failed to install them"
		return
	fi
	say "missing here, and only root with apt may install it:"
	echo "    apt-get install ${wanted[*]}"
	[ ${#build_missing[@]} -eq 0 ] || die "cannot build without: ${build_missing[*]}"
	echo "Going on without."
}

# build DIR [CONFIGURE-OPTION...]
build()
{
	local dir=$1

	shift
	if [ ! -x "$TOP/configure" ] || [ "$TOP/configure.ac" -nt "$TOP/configure" ]; then
		say "autogen.sh"
		"$TOP/autogen.sh" > /dev/null || die "autogen.sh failed"
	fi
	mkdir -p "$dir" || exit 1
	if [ ! -e "$dir/config.status" ]; then
		say "configure $* (in $dir)"
		(cd "$dir" && "$TOP/configure" -q "$@") || die "configure failed"
	fi
	say "make (in $dir)"
	# one after the other: each of them builds the library
	make -s -C "$dir" -j"$(nproc)" all || die "make failed"
	make -s -C "$dir" -j"$(nproc)" check-programs || die "make failed"
}
