#!/bin/sh
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Copyright (C) 2026 The mntns authors
#
# autogen.sh - make ./configure from configure.ac

set -e
cd "$(dirname "$0")"

# Where pkg.m4 is missing, configure would end with a syntax error.
missing=
for tool in autoreconf automake aclocal pkg-config; do
	command -v "$tool" >/dev/null 2>&1 || missing="$missing $tool"
done
if [ -n "$missing" ]; then
	echo "autogen.sh: missing:$missing" >&2
	echo "autogen.sh: on Debian: apt-get install autoconf automake pkg-config" >&2
	exit 1
fi

autoreconf --install --force --warnings=all "$@"

echo "Now type './configure' and 'make'."
