# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Copyright (C) 2026 The mntns authors
#
# apt-suite.sh - read a suite of the distribution's archive with apt, without
# changing the system's apt; sourced by scripts that fetch things for tests
#
# The archive is the one that this machine installs from, with what the
# machine says about proxies, time-outs and dates. Lists and cache are our own.

readonly APT_SUITE_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# The address of the archive, or nothing. apt reads its own configuration for
# us, in whichever format that is.
apt_archive_site()
{
	local codename

	# shellcheck source=/dev/null
	codename=$(. /etc/os-release; printf '%s' "${VERSION_CODENAME:-}")
	# shellcheck disable=SC2016 # the dollars are apt's
	apt-get indextargets --format '$(SITE)|$(RELEASE)|$(COMPONENT)|$(ORIGIN)' \
		'Created-By: Packages' 2>/dev/null |
	awk -F'|' -v codename="$codename" '
		$3 != "main"				{ next }
		$2 == codename && !by_name		{ by_name = $1 }
		$2 ~ /^(stable|testing|unstable|sid)$/ && $4 ~ /^(Debian|\$.*)?$/ && !by_suite { by_suite = $1 }
		END { print by_name ? by_name : by_suite }'
}

# apt_suite_conf DIR SITE TYPE SUITE: writes apt's configuration for one suite
# below DIR and prints its path. TYPE is deb or deb-src.
apt_suite_conf()
{
	local dir=$1/$3-$4 signed=

	mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial" "$dir/none" || return 1
	if [ -r "$APT_SUITE_KEYRING" ]; then
		signed="[signed-by=$APT_SUITE_KEYRING] "
	fi
	printf '%s %s%s %s main\n' "$3" "$signed" "$2" "$4" > "$dir/sources.list"
	: > "$dir/status"
	cat > "$dir/apt.conf" <<-CONF || return 1
	#clear APT::Update::Pre-Invoke;
	#clear APT::Update::Post-Invoke;
	#clear APT::Update::Post-Invoke-Success;
	Dir::Etc::sourcelist "$dir/sources.list";
	Dir::Etc::sourceparts "-";
	Dir::Etc::preferences "-";
	Dir::Etc::preferencesparts "$dir/none";
	Dir::State::Lists "$dir/lists";
	Dir::State::status "$dir/status";
	Dir::Cache "$dir/cache";
	APT::Sandbox::User "root";
	APT::Update::Error-Mode "any";
	APT::Get::List-Cleanup "false";
	Acquire::Languages "none";
	Acquire::Retries "3";
	CONF
	printf '%s\n' "$dir/apt.conf"
}
