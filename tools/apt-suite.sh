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

# "SITE SUITE" of each main component that this machine installs from: apt reads
# its own configuration for us, in whichever format that is. It can tell what it
# has lists of, and what it would read if it had none.
apt_sources()
{
	# shellcheck disable=SC2016 # the dollars are apt's
	apt-get indextargets --format '$(SITE) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
		sed -n 's/ main$//p'
	apt-get -q --print-uris update |
		sed -n "s,^'\\(.*\\)/dists/\\([^/]*\\)/main/binary-.*,\\1 \\2,p"
}

# The address of the archive, or nothing. Others name their suites after the
# system's, too, but hardly have such a component; where the configuration has
# no code names, what is left to go by is the customary path.
apt_archive_site()
{
	local codename

	# shellcheck source=/dev/null
	codename=$(. /etc/os-release; printf '%s' "${VERSION_CODENAME:-none}")
	apt_sources 2>/dev/null | awk -v codename="$codename" '
		!named && $2 == codename { named = $1 }
		!other && $1 ~ /\/debian\/?$/ && $2 ~ /^[a-z]+$/ { other = $1 }
		END { print named ? named : other }'
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
