# SPDX-License-Identifier: GPL-2.0-or-later
#
# Copyright (C) 2026 The mntns authors
#
# mntns-agree.awk - compares what mntns list says with mountinfo, column by column
#
#	awk -v columns=ID,PARENT,... -f mntns-agree.awk MOUNTINFO LIST
#
# LIST is "mntns list -r -n -o COLUMNS", with ID among them. Prints each
# difference, mounts that only one of the two has, and how many were compared.

BEGIN {
	FS = "[ ]"		# fields can be empty
	ncolumns = split(columns, column, ",")
	for (i = 1; i < 256; i++)
		ord[sprintf("%c", i)] = i
}

# What mountinfo writes as \040, and what a raw table writes as \x20, is one byte.
function raw(s,    i, c, n, out)
{
	for (i = 1; i <= length(s); i++) {
		c = substr(s, i, 1)
		n = ord[c]
		if (c == "\\" && substr(s, i + 1, 3) ~ /^[0-7][0-7][0-7]$/) {
			n = substr(s, i + 1, 1) * 64 + substr(s, i + 2, 1) * 8 + substr(s, i + 3, 1)
			i += 3
		}
		if (n <= 32 || n >= 127 || n == 92)
			out = out sprintf("\\x%02x", n)
		else
			out = out sprintf("%c", n)
	}
	return out
}

function propagation(tags,    out)
{
	out = tags ~ / shared:/ ? "shared" : "private"
	if (tags ~ / master:/)
		out = out ",slave"
	if (tags ~ / unbindable/)
		out = out ",unbindable"
	return out
}

function number_in(tags, name)
{
	if (!match(tags, " " name ":[0-9]+"))
		return ""
	return substr(tags, RSTART + length(name) + 2, RLENGTH - length(name) - 2)
}

function join(ro, vfs, fs)
{
	sub(/^r[ow]/, "", vfs)
	sub(/^r[ow]/, "", fs)
	return ro vfs fs
}

FNR == NR {
	tags = ""
	for (i = 7; $i != "-"; i++)
		tags = tags " " $i
	id = $1
	ids[id] = 1
	want[id, "ID"] = id
	want[id, "PARENT"] = $2
	want[id, "MAJ:MIN"] = $3
	want[id, "FSROOT"] = raw($4)
	want[id, "TARGET"] = raw($5)
	want[id, "VFS-OPTIONS"] = raw($6)
	want[id, "PROPAGATION"] = propagation(tags)
	want[id, "PEER-GROUP"] = number_in(tags, "shared")
	want[id, "MASTER"] = number_in(tags, "master")
	want[id, "PROPAGATE-FROM"] = number_in(tags, "propagate_from")
	want[id, "FSTYPE"] = raw($(i + 1))
	want[id, "SUBTYPE"] = $(i + 1) ~ /[.]/ ? raw(substr($(i + 1), index($(i + 1), ".") + 1)) : ""
	want[id, "SOURCE"] = raw($(i + 2)) ($4 == "/" ? "" : "[" raw($4) "]")
	# libmount and mntns look for the name that the device has
	rootdev[id] = $(i + 2) == "/dev/root"
	want[id, "FS-OPTIONS"] = raw($(i + 3))
	ro = $6 ~ /^ro/ || $(i + 3) ~ /^ro/ ? "ro" : "rw"
	want[id, "OPTIONS"] = join(ro, raw($6), raw($(i + 3)))
	want[id, "DELETED"] = $4 ~ /\/\/deleted$/ ? 1 : 0
	# one after the other these are FS-OPTIONS
	want[id, "SB-FLAGS"] = raw($(i + 3))
	next
}

{
	for (i = 1; i <= ncolumns; i++)
		got[column[i]] = $i
	id = got["ID"]
	if (!(id in ids)) {
		print "only in list: " got["TARGET"] " " got["SOURCE"]
		next
	}
	delete ids[id]
	compared++
	if ("OPT-ARRAY" in got) {
		gsub(/\\x0a/, ",", got["OPT-ARRAY"])
		if (got["OPT-ARRAY"] != "")
			got["SB-FLAGS"] = got["SB-FLAGS"] "," got["OPT-ARRAY"]
	}
	for (i = 1; i <= ncolumns; i++) {
		name = column[i]
		if (name == "OPT-ARRAY" || (name == "SOURCE" && rootdev[id]))
			continue
		if (!((id, name) in want))
			print "unknown column: " name
		else if (got[name] != want[id, name])
			print want[id, "TARGET"] ": " name ": list '" got[name] \
			      "', mountinfo '" want[id, name] "'"
	}
}

END {
	for (id in ids)
		print "only in mountinfo: " want[id, "TARGET"] " " want[id, "SOURCE"]
	print (compared ? "compared" : "nothing compared")
}
