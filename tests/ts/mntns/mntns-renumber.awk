# SPDX-License-Identifier: GPL-2.0-or-later
#
# Copyright (C) 2026 The mntns authors
#
# mntns-renumber.awk - makes the output of mntns the same in every run; see
# mntns_renumber in mntns-functions.bash

BEGIN {
	kind["id"] = "id";			kind["parent"] = "id"
	kind["uniq-id"] = "uniq";		kind["uniq-parent"] = "uniq"
	kind["above"] = "uniq";			kind["below"] = "uniq"
	kind["nsid"] = "ns";			kind["ns"] = "inode"
	kind["mnt-ns-id"] = "ns"
	kind["peer-group"] = "group";		kind["master"] = "group"
	kind["propagate-from"] = "group"
	kind["pid"] = "pid";			kind["tid"] = "pid"
	kind["maj:min"] = "dev"

	n_labels = split(ENVIRON["MNTNS_LABELS"], line_of, "\n")
	for (i = 1; i <= n_labels; i++) {
		tab = index(line_of[i], "\t")
		if (!tab)
			continue
		# a new process may have the number of what a former part was about
		v = substr(line_of[i], 1, tab - 1)
		if (!(v in place)) {
			place[v] = ++n_values
			value[n_values] = v
		}
		label[place[v]] = substr(line_of[i], tab + 1)
	}
}

# The number that stands for NUMBER among those of its kind. It is marked, so
# that no other rule takes it for a number of the kernel's.
function number_of(knd, number,    dev)
{
	if (number !~ /^[0-9]+(:[0-9]+)?$/ || number == 0)
		return number
	if (knd == "dev") {
		if (number !~ /^0:/)
			return number
		return "0:" number_of("minor", substr(number, 3))
	}
	if (!((knd, number) in seen))
		seen[knd, number] = ++count[knd]
	return "\001" seen[knd, number]
}

function is_word_char(c)
{
	return c ~ /[A-Za-z0-9_]/
}

# replaces the words that the script has registered
function replace_labels(s,    i, out, at, before, after)
{
	for (i = 1; i <= n_values; i++) {
		out = ""
		while ((at = index(s, value[i])) > 0) {
			before = at > 1 ? substr(s, at - 1, 1) : substr(out, length(out))
			after = substr(s, at + length(value[i]), 1)
			out = out substr(s, 1, at - 1)
			if (is_word_char(before) || is_word_char(after))
				out = out value[i]
			else
				out = out label[i]
			s = substr(s, at + length(value[i]))
		}
		s = out s
	}
	return s
}

# "key": 12 and KEY="12"
function replace_keyed(s, re, sep,    out, hit, at, key, number)
{
	out = ""
	while (match(s, re)) {
		hit = substr(s, RSTART, RLENGTH)
		out = out substr(s, 1, RSTART - 1)
		s = substr(s, RSTART + RLENGTH)
		at = index(hit, sep)
		key = tolower(substr(hit, 1, at - 1))
		gsub(/"/, "", key)
		number = hit
		sub(/^[^=]*[=:][^0-9]*/, "", number)
		if (key ~ /^maj[:_]min$/) {
			key = "maj:min"
			match(hit, /[0-9]+:[0-9]+/)
			number = substr(hit, RSTART, RLENGTH)
		}
		if (key in kind)
			sub(number, number_of(kind[key], number), hit)
		out = out hit
	}
	return out s
}

# PREFIX, then a number
function replace_after(s, re, knd,    out, hit, number)
{
	out = ""
	while (match(s, re)) {
		hit = substr(s, RSTART, RLENGTH)
		number = hit
		sub(/^[^0-9]*/, "", number)
		sub(number, number_of(knd, number), hit)
		out = out substr(s, 1, RSTART - 1) hit
		s = substr(s, RSTART + RLENGTH)
	}
	return out s
}

# numbers that only a 64-bit id can be
function replace_big(s,    out, hit)
{
	out = ""
	while (match(s, /[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]+/)) {
		hit = substr(s, RSTART, RLENGTH)
		out = out substr(s, 1, RSTART - 1)
		s = substr(s, RSTART + RLENGTH)
		if (length(hit) > 10 || hit > "2147483647")
			hit = number_of("uniq", hit)
		out = out hit
	}
	return out s
}

function replace_devices(s,    out, hit, lead)
{
	out = ""
	while (match(s, /(^|[ "])0:[0-9]+([ "]|$)/)) {
		hit = substr(s, RSTART, RLENGTH - (substr(s, RSTART + RLENGTH - 1, 1) ~ /[0-9]/ ? 0 : 1))
		lead = hit ~ /^0/ ? "" : substr(hit, 1, 1)
		out = out substr(s, 1, RSTART - 1) lead number_of("dev", substr(hit, length(lead) + 1))
		s = substr(s, RSTART + length(hit))
	}
	return out s
}

# A raw table: a heading of upper case words with one space between them, and
# lines with as many cells. Sets column[] and columns.
function is_heading(s,    i)
{
	if (s !~ /^[A-Z][A-Z:%-]*( [A-Z][A-Z:%-]*)*$/)
		return 0
	columns = split(s, column, "[ ]")
	for (i = 1; i <= columns; i++)
		if (tolower(column[i]) in kind)
			return 1
	columns = 0
	return 0
}

function replace_columns(s,    cell, n, i, out)
{
	n = split(s, cell, "[ ]")
	if (n != columns)
		return s
	out = ""
	for (i = 1; i <= n; i++) {
		if (tolower(column[i]) in kind)
			cell[i] = number_of(kind[tolower(column[i])], cell[i])
		out = out (i > 1 ? " " : "") cell[i]
	}
	return out
}

/^\$ / {
	columns = 0
	print replace_labels($0)
	next
}

is_heading($0) {
	print
	next
}

{
	s = replace_labels($0)
	if (columns)
		s = replace_columns(s)
	s = replace_keyed(s, "\"[A-Za-z:-]+\": ?\"?[0-9]+(:[0-9]+)?", "\":")
	s = replace_keyed(s, "[A-Z][A-Z:_-]*=\"[0-9]+(:[0-9]+)?", "=")
	s = replace_after(s, "mnt:\\[[0-9]+", "inode")
	s = replace_after(s, "(shared|master|propagate_from):[0-9]+", "group")
	s = replace_devices(s)
	s = replace_big(s)
	gsub(/\001/, "", s)
	# of tmpfs, as the kernel is configured
	if (s ~ /^ *inode64$/)
		next
	gsub(/,inode64/, "", s)
	print s
}
