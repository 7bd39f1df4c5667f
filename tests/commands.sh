# SPDX-License-Identifier: GPL-2.0-or-later
#
# Copyright (C) 2026 The mntns authors
#
# commands.sh - which programs the tests use; sourced by ts_init
#
# In a util-linux tree these lines go into its own commands.sh. What is not
# ours comes from PATH.

# shellcheck shell=bash disable=SC2034,SC2154

# Misc settings
TS_TESTUSER=${TS_TESTUSER:-"nobody"}

# helpers
TS_HELPER_MNTNS="${ts_helpersdir}test_mntns"
TS_HELPER_MNTNS_CAPS="${ts_helpersdir}test_mntns_caps"
TS_HELPER_MNTNS_CGROUP="${ts_helpersdir}test_mntns_cgroup"
TS_HELPER_MNTNS_DIAGNOSE="${ts_helpersdir}test_mntns_diagnose"
TS_HELPER_MNTNS_MNTTAB="${ts_helpersdir}test_mntns_mnttab"
TS_HELPER_MNTNS_ENOSYS="${ts_helpersdir}test_mntns_enosys"
TS_HELPER_MNTNS_FD="${ts_helpersdir}test_mntns_fd"
TS_HELPER_MNTNS_FUSE="${ts_helpersdir}test_mntns_fuse"
TS_HELPER_MNTNS_ISOLATE="${ts_helpersdir}test_mntns_isolate"
TS_HELPER_MNTNS_REACH="${ts_helpersdir}test_mntns_reach"
TS_HELPER_MNTNS_TABOUT="${ts_helpersdir}test_mntns_tabout"

# paths to commands
TS_CMD_MNTNS=${TS_CMD_MNTNS-"${ts_commandsdir}mntns"}
# what mntns goes on as when it needs libraries; mntns itself in other builds
TS_CMD_MNTNS_FULL=${TS_CMD_MNTNS_FULL-"${ts_commandsdir}mntns-full"}
[ -x "$TS_CMD_MNTNS_FULL" ] || TS_CMD_MNTNS_FULL=$TS_CMD_MNTNS

TS_CMD_FINDMNT=${TS_CMD_FINDMNT-"findmnt"}
TS_CMD_LOSETUP=${TS_CMD_LOSETUP:-"losetup"}
TS_CMD_MOUNT=${TS_CMD_MOUNT:-"mount"}
TS_CMD_NSENTER=${TS_CMD_NSENTER-"nsenter"}
TS_CMD_SETPRIV=${TS_CMD_SETPRIV-"setpriv"}
TS_CMD_UMOUNT=${TS_CMD_UMOUNT:-"umount"}
TS_CMD_UNSHARE=${TS_CMD_UNSHARE:-"unshare"}
