dnl SPDX-License-Identifier: GPL-2.0-or-later
dnl
dnl Copyright (C) 2026 The mntns authors
dnl
dnl ul.m4 - small checks that configure.ac uses more than once

dnl UL_CFLAG_ADD(VARIABLE, FLAG...)
dnl
dnl Appends each FLAG that the compiler takes without a word to VARIABLE.
dnl -Werror makes clang refuse an option that it does not know.
AC_DEFUN([UL_CFLAG_ADD], [
  for ul_flag in m4_normalize([$2]); do
    AC_MSG_CHECKING([whether $CC accepts $ul_flag])
    ul_save_cflags=$CFLAGS
    CFLAGS="$CFLAGS -Werror $ul_flag"
    AC_COMPILE_IFELSE([AC_LANG_PROGRAM()], [ul_ok=yes], [ul_ok=no])
    CFLAGS=$ul_save_cflags
    AC_MSG_RESULT([$ul_ok])
    AS_IF([test $ul_ok = yes], [AS_VAR_APPEND([$1], [" $ul_flag"])])
  done
])

dnl UL_LDFLAG_ADD(VARIABLE, FLAG...)
dnl
dnl The same for the linker; $HARDEN_CFLAGS is in force, for -pie needs -fPIE.
AC_DEFUN([UL_LDFLAG_ADD], [
  for ul_flag in m4_normalize([$2]); do
    AC_MSG_CHECKING([whether the linker accepts $ul_flag])
    ul_save_cflags=$CFLAGS
    ul_save_ldflags=$LDFLAGS
    CFLAGS="$CFLAGS -Werror $HARDEN_CFLAGS"
    LDFLAGS="$LDFLAGS $ul_flag"
    AC_LINK_IFELSE([AC_LANG_PROGRAM()], [ul_ok=yes], [ul_ok=no])
    CFLAGS=$ul_save_cflags
    LDFLAGS=$ul_save_ldflags
    AC_MSG_RESULT([$ul_ok])
    AS_IF([test $ul_ok = yes], [AS_VAR_APPEND([$1], [" $ul_flag"])])
  done
])

dnl UL_SANITIZER(NAME, FLAGS)
dnl
dnl Adds --enable-NAME, which fails where the compiler cannot link FLAGS.
AC_DEFUN([UL_SANITIZER], [
  AC_ARG_ENABLE([$1],
    [AS_HELP_STRING([--enable-$1], [compile with $2])],
    [], [enable_$1=no])
  AS_IF([test "x$enable_$1" = xyes], [
    ul_save_cflags=$CFLAGS
    CFLAGS="$CFLAGS $2"
    AC_MSG_CHECKING([whether $CC can link with $2])
    AC_LINK_IFELSE([AC_LANG_PROGRAM()],
      [AC_MSG_RESULT([yes])],
      [AC_MSG_RESULT([no])
       AC_MSG_ERROR([--enable-$1: the compiler or its runtime library is missing])])
    CFLAGS=$ul_save_cflags
    AS_VAR_APPEND([SANITIZE_FLAGS], [" $2"])
  ])
])
