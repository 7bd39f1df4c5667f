/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * utf8 - what is a character
 */
#ifndef MNTNS_UTF8_H
#define MNTNS_UTF8_H

#include <stddef.h>

/*
 * utf8_char_len:
 * @str: not at its end
 *
 * What is in no UTF-8 either: overlong forms, surrogates, beyond U+10FFFF.
 *
 * Returns: length in bytes of the character at @str, 0 when there is none.
 */
static inline size_t utf8_char_len(const char *str)
{
	const unsigned char *s = (const unsigned char *) str;
	size_t i, len;

	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	len = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	for (i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	}
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return len;
}

#endif /* MNTNS_UTF8_H */
