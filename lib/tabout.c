/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * tabout - a table as raw lines, pairs or JSON, written as it comes
 *
 * Byte for byte what libsmartcols writes in these formats, which test_mntns_tabout
 * compares. None of them is aligned, so no row has to wait for another, and no
 * cell has to be kept.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "c.h"
#include "lazylibs.h"
#include "tabout.h"
#include "utf8.h"

#define BUFFER_SIZE	(64 * 1024)
#define SLICE		4096		/* input bytes between two looks at the room */
#define MAX_ESCAPE	6		/* "\u001f" */
#define JSON_INDENT	3

static void flush(struct tabout *o)
{
	if (!o->err && fwrite(o->buf, 1, o->used, o->out) != o->used)
		o->err = errno;
	o->used = 0;
}

static void reserve(struct tabout *o, size_t len)
{
	if (BUFFER_SIZE - o->used < len)
		flush(o);
}

/* as it is */
static void put(struct tabout *o, const char *str, size_t len)
{
	while (len) {
		size_t n = min(len, (size_t) SLICE);

		reserve(o, n);
		memcpy(o->buf + o->used, str, n);
		o->used += n;
		str += n;
		len -= n;
	}
}

static void put_str(struct tabout *o, const char *str)
{
	put(o, str, strlen(str));
}

static void put_indent(struct tabout *o, unsigned int level)
{
	for (; level; level--)
		put(o, "   ", JSON_INDENT);
}

static char *put_hex(char *p, unsigned char c)
{
	static const char digits[] = "0123456789abcdef";

	*p++ = digits[c >> 4];
	*p++ = digits[c & 15];
	return p;
}

/* \x20: raw and pairs */
static char *escape_byte(char *p, unsigned char c)
{
	p = stpcpy(p, "\\x");
	return put_hex(p, c);
}

/* Of a byte that is no plain one, and no part of a character in UTF-8. */
static char *escape_json(char *p, unsigned char c)
{
	static const char shorts[] = "\"\"\\\\\bb\tt\nn\ff\rr";
	const char *s;

	for (s = shorts; *s; s += 2) {
		if ((unsigned char) *s != c)
			continue;
		*p++ = '\\';
		*p++ = s[1];
		return p;
	}
	/* names of files are any bytes, JSON is not: as in the other formats */
	p = stpcpy(p, c < 0x80 ? "\\u00" : "\\\\x");
	return put_hex(p, c);
}

/* Copies the character or escape at *@str, and moves *@str behind it. */
static char *put_special(const struct tabout *o, char *p, const char **str)
{
	size_t len = 0;

	if (o->format != TABOUT_JSON)
		return escape_byte(p, *(*str)++);
	if (**str & 0x80)
		len = utf8_char_len(*str);
	if (!len)
		return escape_json(p, *(*str)++);
	p = mempcpy(p, *str, len);
	*str += len;
	return p;
}

/* Escapes the @len bytes of @str, no more; a slice at a time. */
static void put_escaped(struct tabout *o, const char *str, size_t len)
{
	const char *end = str + len;

	while (str < end) {
		const char *stop = str + min(len, (size_t) SLICE);
		char *p;

		reserve(o, (SLICE + 4) * MAX_ESCAPE);
		p = o->buf + o->used;
		while (str < stop) {
			if (o->plain[(unsigned char) *str])
				*p++ = *str++;
			else
				p = put_special(o, p, &str);
		}
		o->used = p - o->buf;
		len = end > str ? end - str : 0;
	}
}

static void put_quoted(struct tabout *o, const char *str, size_t len)
{
	put(o, "\"", 1);
	put_escaped(o, str, len);
	put(o, "\"", 1);
}

/* Which bytes need no escape, in the locale of the caller. */
static void choose_plain(struct tabout *o)
{
	int c;

	for (c = 1; c < 256; c++) {
		if (o->format == TABOUT_JSON)
			o->plain[c] = c >= 0x20 && c < 0x80 && !strchr("\"\\", c);
		else if (o->format == TABOUT_PAIRS)
			o->plain[c] = isprint(c) && !strchr("\"\\`$", c);
		else
			o->plain[c] = isprint(c) && !isblank(c) && c != '\\';
	}
}

/* The name, and what stands between it and the cell. */
static char *make_label(const struct tabout *o, const char *name)
{
	char *label, *p;

	label = malloc(strlen(name) + sizeof("\"\": "));
	if (!label)
		return NULL;
	p = label;
	if (o->format == TABOUT_JSON)
		*p++ = '"';
	for (; *name; name++) {
		char c = *name;

		if (o->shellvars && !isalnum((unsigned char) c))
			c = '_';
		if (o->format == TABOUT_JSON && c >= 'A' && c <= 'Z')
			c += 'a' - 'A';
		*p++ = c;
	}
	strcpy(p, o->format == TABOUT_JSON ? "\": " : o->format == TABOUT_PAIRS ? "=" : "");
	return label;
}

static void free_all(struct tabout *o)
{
	size_t i;

	for (i = 0; i < o->ncolumns; i++) {
		free(o->columns[i].label);
		o->columns[i].label = NULL;
	}
	free(o->buf);
	o->buf = NULL;
}

/*
 * tabout_begin:
 * @o: filled in but for what is tabout's own, which is zero. The names of the
 *	columns are of ASCII letters, digits and what needs no escape in any
 *	format.
 *
 * Nothing is written before the first row.
 *
 * Returns: 0 or -ENOMEM.
 */
int tabout_begin(struct tabout *o)
{
	size_t i;

	choose_plain(o);
	o->buf = malloc(BUFFER_SIZE);
	for (i = 0; o->buf && i < o->ncolumns; i++) {
		struct tabout_column *c = &o->columns[i];

		c->label = make_label(o, c->name);
		if (!c->label)
			break;
		c->label_len = strlen(c->label);
	}
	if (o->buf && i == o->ncolumns)
		return 0;
	free_all(o);
	return -ENOMEM;
}

/* JSON has the rows two levels deep, and children another two below each. */
static unsigned int json_level(unsigned int depth)
{
	return 2 + 2 * depth;
}

static void close_object(struct tabout *o, unsigned int depth)
{
	put(o, "\n", 1);
	put_indent(o, json_level(depth));
	put(o, "}", 1);
}

/* Closes the rows below @depth, which are the last ones of their parents. */
static void close_children(struct tabout *o, unsigned int depth)
{
	for (; o->depth > depth; o->depth--) {
		close_object(o, o->depth);
		put(o, "\n", 1);
		put_indent(o, json_level(o->depth) - 1);
		put(o, "]", 1);
	}
}

static void open_document(struct tabout *o)
{
	put_str(o, "{\n");
	put_indent(o, 1);
	put(o, "\"", 1);
	put_str(o, o->name);
	put_str(o, "\": [\n");
}

static void json_row(struct tabout *o, unsigned int depth)
{
	if (!o->nrows) {
		open_document(o);
		put_indent(o, json_level(depth));
	} else if (depth > o->depth) {
		put_str(o, ",\n");
		put_indent(o, json_level(depth) - 1);
		put_str(o, "\"children\": [\n");
		put_indent(o, json_level(depth));
	} else {
		close_children(o, depth);
		close_object(o, depth);
		put(o, ",", 1);
	}
	put_str(o, "{\n");
}

static void put_headings(struct tabout *o)
{
	size_t i;

	for (i = 0; i < o->ncolumns; i++) {
		if (i)
			put(o, " ", 1);
		put(o, o->columns[i].label, o->columns[i].label_len);
	}
	put(o, "\n", 1);
}

/*
 * tabout_row - begin a row
 * @depth: 0, or one more than its parent's for JSON that is nested. The rows come
 *	in the order of the tree: each is at most one deeper than the one before.
 */
void tabout_row(struct tabout *o, unsigned int depth)
{
	if (o->format == TABOUT_JSON)
		json_row(o, depth);
	else if (o->nrows)
		put(o, "\n", 1);
	else if (o->format == TABOUT_RAW && !o->noheadings)
		put_headings(o);
	o->depth = depth;
	o->nrows++;
	o->column = 0;
}

static int is_true(const char *data)
{
	return *data && !strchr("0Nn", *data);
}

static void put_item(struct tabout *o, int json_type, const char *str, size_t len)
{
	if (json_type == SCOLS_JSON_ARRAY_STRING)
		put_quoted(o, str, len);
	else
		put(o, str, len);
}

/* Empty lines are no items. */
static void put_array(struct tabout *o, const struct tabout_column *c, const char *data)
{
	unsigned int items = 0;

	put(o, "[", 1);
	while (*data) {
		size_t len = c->lines ? strcspn(data, "\n") : strlen(data);

		if (len) {
			put(o, items++ ? ",": "\n", 1);
			if (items == 1)
				put_indent(o, json_level(o->depth) + 2);
			put(o, " ", 1);
			put_item(o, c->json_type, data, len);
		}
		data += len + (data[len] == '\n');
	}
	if (items) {
		put(o, "\n", 1);
		put_indent(o, json_level(o->depth) + 1);
	}
	put(o, "]", 1);
}

static void put_json_value(struct tabout *o, const struct tabout_column *c, const char *data)
{
	switch (c->json_type) {
	case SCOLS_JSON_BOOLEAN:
		put_str(o, is_true(data) ? "true" : "false");
		break;
	case SCOLS_JSON_ARRAY_STRING:
	case SCOLS_JSON_ARRAY_NUMBER:
		put_array(o, c, data);
		break;
	case SCOLS_JSON_STRING:
		if (*data)
			put_quoted(o, data, strlen(data));
		else
			put_str(o, "null");
		break;
	default:
		put_str(o, *data ? data : "null");
		break;
	}
}

/*
 * tabout_cell - the next cell of the row; a row has as many as there are columns
 * @data: text, or NULL for an empty cell
 */
void tabout_cell(struct tabout *o, const char *data)
{
	const struct tabout_column *c = &o->columns[o->column++];

	if (!data)
		data = "";

	switch (o->format) {
	case TABOUT_RAW:
		if (c != o->columns)
			put(o, " ", 1);
		put_escaped(o, data, strlen(data));
		break;
	case TABOUT_PAIRS:
		if (c != o->columns)
			put(o, " ", 1);
		put(o, c->label, c->label_len);
		put_quoted(o, data, strlen(data));
		break;
	case TABOUT_JSON:
		if (c != o->columns)
			put_str(o, ",\n");
		put_indent(o, json_level(o->depth) + 1);
		put(o, c->label, c->label_len);
		put_json_value(o, c, data);
		break;
	}
}

static void json_end(struct tabout *o)
{
	if (o->nrows) {
		close_children(o, 0);
		close_object(o, 0);
	} else {
		open_document(o);
	}
	put(o, "\n", 1);
	put_indent(o, 1);
	put_str(o, "]\n}\n");
}

/*
 * tabout_end - write what is left, and free all that is tabout's own
 *
 * Returns: 0, or the -errno of the first part that could not be written.
 */
int tabout_end(struct tabout *o)
{
	if (o->format == TABOUT_JSON)
		json_end(o);
	else if (o->nrows)
		put(o, "\n", 1);
	flush(o);
	if (!o->err && fflush(o->out) != 0)
		o->err = errno;
	free_all(o);
	return -o->err;
}
