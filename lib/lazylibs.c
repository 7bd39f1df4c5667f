/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * lazylibs.c - load libsmartcols and libmount on first use
 */
#ifdef USE_LAZY_LIBS

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "c.h"
#include "lazylibs.h"
#include "nls.h"

#define SMARTCOLS_SONAME	"libsmartcols.so.1"
#define LIBMOUNT_SONAME		"libmount.so.1"

struct lazy_smartcols lazy_smartcols;
struct lazy_libmount lazy_libmount;

/*
 * The names in the order of the members, each ended by a zero byte and the list
 * by an empty name: unlike an array of pointers they need no relocation at start-up.
 */
#define NAME(name)	#name "\0"
static const char smartcols_names[] = LAZY_SMARTCOLS(NAME);
#ifdef HAVE_SCOLS_FILTERS
static const char smartcols_newer_names[] = LAZY_SMARTCOLS_NEWER(NAME);
#endif
static const char libmount_names[] = LAZY_LIBMOUNT(NAME);

/*
 * ELF metadata for who packages this: nothing else shows that the program loads
 * a library. https://uapi-group.org/specifications/specs/elf_dlopen_metadata/
 */
#define DLOPEN_NOTE_TYPE	0x407c0c0aU
#define DLOPEN_NOTE(var, feature, description, priority, soname) \
	static const struct { \
		struct { \
			uint32_t n_namesz, n_descsz, n_type; \
		} nhdr; \
		char name[sizeof("FDO")]; \
		__attribute__((aligned(sizeof(uint32_t)))) \
		char desc[sizeof(DLOPEN_JSON(feature, description, priority, soname))]; \
	} var __attribute__((used, section(".note.dlopen"), aligned(sizeof(uint32_t)))) = { \
		.nhdr = { \
			.n_namesz = sizeof("FDO"), \
			.n_descsz = sizeof(DLOPEN_JSON(feature, description, priority, soname)), \
			.n_type = DLOPEN_NOTE_TYPE, \
		}, \
		.name = "FDO", \
		.desc = DLOPEN_JSON(feature, description, priority, soname), \
	}
#define DLOPEN_JSON(feature, description, priority, soname) \
	"[{\"feature\":\"" feature "\",\"description\":\"" description "\"," \
	"\"priority\":\"" priority "\",\"soname\":[\"" soname "\"]}]"

/* cppcheck-suppress unusedStructMember */
DLOPEN_NOTE(smartcols_note, "smartcols", "Tables and JSON", "required", SMARTCOLS_SONAME);
/* cppcheck-suppress unusedStructMember */
DLOPEN_NOTE(libmount_note, "mount", "Mount options, tags and mountinfo", "required",
	    LIBMOUNT_SONAME);

/* From dlerror(), which keeps it until the next dl function. */
static const char *errmsg;
static bool closed;

/*
 * resolve - look up functions of a library
 * @handle: from dlopen()
 * @names: their names, as above
 * @where: array of function pointers in the order of the names
 *
 * Returns: the number of functions found before the first unknown one, or before
 * the end of the list.
 */
static size_t resolve(void *handle, const char *names, void *where)
{
	size_t n;

	for (n = 0; *names; n++, names += strlen(names) + 1) {
		void *sym = dlsym(handle, names);

		if (!sym)
			break;
		/* Not an assignment: the members are of as many types as functions. */
		memcpy((char *) where + n * sizeof(sym), &sym, sizeof(sym));
	}
	return n;
}

static size_t count_names(const char *names)
{
	size_t n;

	for (n = 0; *names; n++)
		names += strlen(names) + 1;
	return n;
}

/*
 * load - load a library for the rest of the program's life
 * @soname: name for the dynamic linker
 * @names: functions that it must have
 * @where: array of function pointers in the order of the names
 * @handle: returns the library, for more functions
 *
 * Returns: 0, or -ELIBACC with lazylibs_errmsg() set.
 */
static int load(const char *soname, const char *names, void *where, void **handle)
{
	if (closed) {
		errmsg = _("not while in the mount namespace of others");
		return -ELIBACC;
	}
	*handle = dlopen(soname, RTLD_LAZY | RTLD_LOCAL);

	if (!*handle || resolve(*handle, names, where) < count_names(names)) {
		errmsg = dlerror();
		return -ELIBACC;
	}
	return 0;
}

/*
 * load_smartcols - make the scols_ functions of lazylibs.h callable
 *
 * Free to be called again. Returns: 0, or -ELIBACC with lazylibs_errmsg() set.
 */
int load_smartcols(void)
{
	static bool loaded;
	void *handle;
	int rc;

	if (loaded)
		return 0;

	rc = load(SMARTCOLS_SONAME, smartcols_names, &lazy_smartcols, &handle);
	if (rc)
		return rc;
#ifdef HAVE_SCOLS_FILTERS
	resolve(handle, smartcols_newer_names, &lazy_smartcols.p_scols_new_filter);
#endif
	loaded = true;
	return 0;
}

/*
 * load_libmount - make the mnt_ functions of lazylibs.h callable
 *
 * Free to be called again. Returns: 0, or -ELIBACC with lazylibs_errmsg() set.
 */
int load_libmount(void)
{
	static bool loaded;
	void *handle;
	int rc;

	if (loaded)
		return 0;

	rc = load(LIBMOUNT_SONAME, libmount_names, &lazy_libmount, &handle);
	loaded = rc == 0;
	return rc;
}

/*
 * load_any - for a command that will need a library, or nolibs.c's functions
 *
 * Returns: 0, for there is nothing to do here.
 */
int load_any(void)
{
	return 0;
}

/*
 * lazylibs_close - load nothing from now on
 */
void lazylibs_close(void)
{
	closed = true;
}

/*
 * lazylibs_errmsg - why a library could not be loaded
 *
 * Returns: the dynamic linker's words, which name the library or the function.
 */
const char *lazylibs_errmsg(void)
{
	return errmsg ? errmsg : "";
}

/*
 * smartcols_has_filters - whether the loaded library can filter (2.40)
 *
 * The header may be newer than the library. Call load_smartcols() first.
 */
bool smartcols_has_filters(void)
{
#ifdef HAVE_SCOLS_FILTERS
	return lazy_smartcols.p_scols_new_filter != NULL;
#else
	return false;
#endif
}

#else /* USE_LAZY_LIBS */

/* ISO C forbids an empty source. */
typedef int lazylibs_are_linked;

#endif /* USE_LAZY_LIBS */
