/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * tabout - a table as raw lines, pairs or JSON, written as it comes
 */
#ifndef MNTNS_TABOUT_H
#define MNTNS_TABOUT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum tabout_format {
	TABOUT_RAW,
	TABOUT_PAIRS,
	TABOUT_JSON
};

struct tabout_column {
	const char	*name;
	int		json_type;	/* SCOLS_JSON_* */
	unsigned int	lines:1;	/* a cell may have several, the items of an array */

	char		*label;		/* what stands before a cell, with ... */
	size_t		label_len;
};

struct tabout {
	FILE			*out;
	enum tabout_format	format;
	const char		*name;		/* of the whole, for JSON */
	unsigned int		noheadings:1;	/* raw */
	unsigned int		shellvars:1;	/* names that fit for variables of a shell */

	struct tabout_column	*columns;
	size_t			ncolumns;

	/* of tabout itself */
	size_t			column;		/* the next one */
	unsigned int		depth;		/* of the row */
	uint64_t		nrows;
	char			*buf;
	size_t			used;
	int			err;		/* errno of a write */
	unsigned char		plain[256];	/* bytes that stand for themselves */
};

int tabout_begin(struct tabout *o);
void tabout_row(struct tabout *o, unsigned int depth);
void tabout_cell(struct tabout *o, const char *data);
int tabout_end(struct tabout *o);

#endif /* MNTNS_TABOUT_H */
