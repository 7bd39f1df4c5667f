/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * lazylibs.h - libsmartcols and libmount, loaded by the verb that needs them
 *
 * Linking both libraries doubles the start-up of a program that calls neither.
 * Here each is loaded with dlopen(3) by load_smartcols() or load_libmount(),
 * which a source calls once before its first scols_ or mnt_ function; apart from
 * that it is written as if it were linked. After lazylibs_close() they load nothing
 * more: nsjoin calls it before setns(2), for the library would come out of a tree
 * that others control.
 *
 * To add a function, add its name to a list X and to the #defines below it. What
 * is in the list alone does not compile; what is called and not in the #defines
 * does not link.
 *
 * With ./configure --disable-lazy-libs both libraries are linked, the loaders do
 * nothing, and there are no #defines. In a statically linked program lib/nolibs.c
 * takes the place of lib/lazylibs.c.
 */
#ifndef MNTNS_LAZYLIBS_H
#define MNTNS_LAZYLIBS_H

#include <stdbool.h>

#include <libmount.h>
#include <libsmartcols.h>

#ifndef USE_LAZY_LIBS

static inline int load_smartcols(void)
{
	return 0;
}

static inline int load_libmount(void)
{
	return 0;
}

static inline int load_any(void)
{
	return 0;
}

static inline void lazylibs_close(void)
{
}

static inline const char *lazylibs_errmsg(void)
{
	return "";
}

static inline bool smartcols_has_filters(void)
{
#ifdef HAVE_SCOLS_FILTERS
	return true;
#else
	return false;
#endif
}

#else /* USE_LAZY_LIBS */

extern int load_smartcols(void);
extern int load_libmount(void);
extern int load_any(void);
extern void lazylibs_close(void);
extern const char *lazylibs_errmsg(void);
extern bool smartcols_has_filters(void);

#define LAZYLIBS_POINTER(name)	__typeof__(name) *p_##name;

/* libsmartcols: the functions that 2.38 has */
#define LAZY_SMARTCOLS(X) \
	X(scols_init_debug) \
	X(scols_new_table) \
	X(scols_unref_table) \
	X(scols_table_set_name) \
	X(scols_table_set_stream) \
	X(scols_table_set_termforce) \
	X(scols_table_set_termwidth) \
	X(scols_table_set_column_separator) \
	X(scols_table_enable_json) \
	X(scols_table_enable_raw) \
	X(scols_table_enable_export) \
	X(scols_table_enable_noheadings) \
	X(scols_table_enable_noencoding) \
	X(scols_table_enable_shellvar) \
	X(scols_table_enable_nolinesep) \
	X(scols_table_enable_nowrap) \
	X(scols_table_new_column) \
	X(scols_table_get_column) \
	X(scols_table_new_line) \
	X(scols_sort_table) \
	X(scols_column_set_flags) \
	X(scols_column_set_json_type) \
	X(scols_column_set_safechars) \
	X(scols_column_set_wrapfunc) \
	X(scols_column_set_cmpfunc) \
	X(scols_line_set_data) \
	X(scols_line_refer_data) \
	X(scols_line_get_cell) \
	X(scols_line_set_userdata) \
	X(scols_line_get_userdata) \
	X(scols_cell_get_data) \
	X(scols_wrapnl_chunksize) \
	X(scols_wrapnl_nextchunk) \
	X(scols_new_iter) \
	X(scols_free_iter) \
	X(scols_print_table)

/* 2.40: scols_new_filter first; all NULL where the library is older than the header */
#ifdef HAVE_SCOLS_FILTERS
# define LAZY_SMARTCOLS_NEWER(X) \
	X(scols_new_filter) \
	X(scols_unref_filter) \
	X(scols_filter_parse_string) \
	X(scols_filter_get_errmsg) \
	X(scols_filter_next_holder) \
	X(scols_filter_assign_column) \
	X(scols_line_apply_filter) \
	X(scols_column_set_data_type) \
	X(scols_filter_set_filler_cb) \
	X(scols_table_get_column_by_name)
#else
# define LAZY_SMARTCOLS_NEWER(X)
#endif

extern struct lazy_smartcols {
	LAZY_SMARTCOLS(LAZYLIBS_POINTER)
	LAZY_SMARTCOLS_NEWER(LAZYLIBS_POINTER)
} lazy_smartcols;

#define scols_init_debug		(*lazy_smartcols.p_scols_init_debug)
#define scols_new_table			(*lazy_smartcols.p_scols_new_table)
#define scols_unref_table		(*lazy_smartcols.p_scols_unref_table)
#define scols_table_set_name		(*lazy_smartcols.p_scols_table_set_name)
#define scols_table_set_stream		(*lazy_smartcols.p_scols_table_set_stream)
#define scols_table_set_termforce	(*lazy_smartcols.p_scols_table_set_termforce)
#define scols_table_set_termwidth	(*lazy_smartcols.p_scols_table_set_termwidth)
#define scols_table_set_column_separator	(*lazy_smartcols.p_scols_table_set_column_separator)
#define scols_table_enable_json		(*lazy_smartcols.p_scols_table_enable_json)
#define scols_table_enable_raw		(*lazy_smartcols.p_scols_table_enable_raw)
#define scols_table_enable_export	(*lazy_smartcols.p_scols_table_enable_export)
#define scols_table_enable_shellvar	(*lazy_smartcols.p_scols_table_enable_shellvar)
#define scols_table_enable_noheadings	(*lazy_smartcols.p_scols_table_enable_noheadings)
#define scols_table_enable_noencoding	(*lazy_smartcols.p_scols_table_enable_noencoding)
#define scols_table_enable_nolinesep	(*lazy_smartcols.p_scols_table_enable_nolinesep)
#define scols_table_enable_nowrap	(*lazy_smartcols.p_scols_table_enable_nowrap)
#define scols_table_new_column		(*lazy_smartcols.p_scols_table_new_column)
#define scols_table_get_column		(*lazy_smartcols.p_scols_table_get_column)
#define scols_table_new_line		(*lazy_smartcols.p_scols_table_new_line)
#define scols_sort_table		(*lazy_smartcols.p_scols_sort_table)
#define scols_column_set_flags		(*lazy_smartcols.p_scols_column_set_flags)
#define scols_column_set_json_type	(*lazy_smartcols.p_scols_column_set_json_type)
#define scols_column_set_safechars	(*lazy_smartcols.p_scols_column_set_safechars)
#define scols_column_set_wrapfunc	(*lazy_smartcols.p_scols_column_set_wrapfunc)
#define scols_column_set_cmpfunc	(*lazy_smartcols.p_scols_column_set_cmpfunc)
#define scols_line_set_data		(*lazy_smartcols.p_scols_line_set_data)
#define scols_line_refer_data		(*lazy_smartcols.p_scols_line_refer_data)
#define scols_line_get_cell		(*lazy_smartcols.p_scols_line_get_cell)
#define scols_line_set_userdata		(*lazy_smartcols.p_scols_line_set_userdata)
#define scols_line_get_userdata		(*lazy_smartcols.p_scols_line_get_userdata)
#define scols_cell_get_data		(*lazy_smartcols.p_scols_cell_get_data)
#define scols_wrapnl_chunksize		(*lazy_smartcols.p_scols_wrapnl_chunksize)
#define scols_wrapnl_nextchunk		(*lazy_smartcols.p_scols_wrapnl_nextchunk)
#define scols_new_iter			(*lazy_smartcols.p_scols_new_iter)
#define scols_free_iter			(*lazy_smartcols.p_scols_free_iter)
#define scols_print_table		(*lazy_smartcols.p_scols_print_table)

/* Only after smartcols_has_filters(). */
#ifdef HAVE_SCOLS_FILTERS
# define scols_new_filter		(*lazy_smartcols.p_scols_new_filter)
# define scols_unref_filter		(*lazy_smartcols.p_scols_unref_filter)
# define scols_filter_parse_string	(*lazy_smartcols.p_scols_filter_parse_string)
# define scols_filter_get_errmsg	(*lazy_smartcols.p_scols_filter_get_errmsg)
# define scols_filter_next_holder	(*lazy_smartcols.p_scols_filter_next_holder)
# define scols_filter_assign_column	(*lazy_smartcols.p_scols_filter_assign_column)
# define scols_line_apply_filter	(*lazy_smartcols.p_scols_line_apply_filter)
# define scols_column_set_data_type	(*lazy_smartcols.p_scols_column_set_data_type)
# define scols_filter_set_filler_cb	(*lazy_smartcols.p_scols_filter_set_filler_cb)
# define scols_table_get_column_by_name	(*lazy_smartcols.p_scols_table_get_column_by_name)
#endif

/* libmount */
#define LAZY_LIBMOUNT(X) \
	X(mnt_optstr_next_option) \
	X(mnt_optstr_get_flags) \
	X(mnt_get_builtin_optmap) \
	X(mnt_guess_system_root) \
	X(mnt_match_fstype) \
	X(mnt_match_options) \
	X(mnt_fstype_is_pseudofs) \
	X(mnt_resolve_spec) \
	X(mnt_new_table) \
	X(mnt_unref_table) \
	X(mnt_table_parse_stream) \
	X(mnt_table_set_parser_errcb) \
	X(mnt_table_get_nents) \
	X(mnt_table_next_fs) \
	X(mnt_new_iter) \
	X(mnt_free_iter) \
	X(mnt_fs_get_id) \
	X(mnt_fs_get_parent_id) \
	X(mnt_fs_get_devno) \
	X(mnt_fs_get_target) \
	X(mnt_fs_get_source) \
	X(mnt_fs_get_root) \
	X(mnt_fs_get_fstype) \
	X(mnt_fs_get_vfs_options) \
	X(mnt_fs_get_fs_options) \
	X(mnt_fs_get_optional_fields) \
	X(mnt_fs_get_propagation) \
	X(mnt_fs_get_options) \
	X(mnt_fs_is_swaparea) \
	X(mnt_table_set_userdata) \
	X(mnt_table_get_userdata) \
	X(mnt_get_fstype)

extern struct lazy_libmount {
	LAZY_LIBMOUNT(LAZYLIBS_POINTER)
} lazy_libmount;

#define mnt_optstr_next_option		(*lazy_libmount.p_mnt_optstr_next_option)
#define mnt_optstr_get_flags		(*lazy_libmount.p_mnt_optstr_get_flags)
#define mnt_get_builtin_optmap		(*lazy_libmount.p_mnt_get_builtin_optmap)
#define mnt_guess_system_root		(*lazy_libmount.p_mnt_guess_system_root)
#define mnt_match_fstype		(*lazy_libmount.p_mnt_match_fstype)
#define mnt_match_options		(*lazy_libmount.p_mnt_match_options)
#define mnt_fstype_is_pseudofs		(*lazy_libmount.p_mnt_fstype_is_pseudofs)
#define mnt_resolve_spec		(*lazy_libmount.p_mnt_resolve_spec)
#define mnt_new_table			(*lazy_libmount.p_mnt_new_table)
#define mnt_unref_table			(*lazy_libmount.p_mnt_unref_table)
#define mnt_table_parse_stream		(*lazy_libmount.p_mnt_table_parse_stream)
#define mnt_table_set_parser_errcb	(*lazy_libmount.p_mnt_table_set_parser_errcb)
#define mnt_table_get_nents		(*lazy_libmount.p_mnt_table_get_nents)
#define mnt_table_next_fs		(*lazy_libmount.p_mnt_table_next_fs)
#define mnt_new_iter			(*lazy_libmount.p_mnt_new_iter)
#define mnt_free_iter			(*lazy_libmount.p_mnt_free_iter)
#define mnt_fs_get_id			(*lazy_libmount.p_mnt_fs_get_id)
#define mnt_fs_get_parent_id		(*lazy_libmount.p_mnt_fs_get_parent_id)
#define mnt_fs_get_devno		(*lazy_libmount.p_mnt_fs_get_devno)
#define mnt_fs_get_target		(*lazy_libmount.p_mnt_fs_get_target)
#define mnt_fs_get_source		(*lazy_libmount.p_mnt_fs_get_source)
#define mnt_fs_get_root			(*lazy_libmount.p_mnt_fs_get_root)
#define mnt_fs_get_fstype		(*lazy_libmount.p_mnt_fs_get_fstype)
#define mnt_fs_get_vfs_options		(*lazy_libmount.p_mnt_fs_get_vfs_options)
#define mnt_fs_get_fs_options		(*lazy_libmount.p_mnt_fs_get_fs_options)
#define mnt_fs_get_optional_fields	(*lazy_libmount.p_mnt_fs_get_optional_fields)
#define mnt_fs_get_propagation		(*lazy_libmount.p_mnt_fs_get_propagation)
#define mnt_fs_get_options		(*lazy_libmount.p_mnt_fs_get_options)
#define mnt_fs_is_swaparea		(*lazy_libmount.p_mnt_fs_is_swaparea)
#define mnt_table_set_userdata		(*lazy_libmount.p_mnt_table_set_userdata)
#define mnt_table_get_userdata		(*lazy_libmount.p_mnt_table_get_userdata)
#define mnt_get_fstype			(*lazy_libmount.p_mnt_get_fstype)

#endif /* USE_LAZY_LIBS */

#endif /* MNTNS_LAZYLIBS_H */
