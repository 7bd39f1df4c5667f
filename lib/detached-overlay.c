/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * detached-overlay - the layers of an overlay, one by one
 *
 * fsconfig(2) takes no value of more than 255 characters, which a handful of
 * layers exceeds. Since Linux 6.7 a layer can be an option of its own.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "detached.h"
#include "mountapi.h"

/*
 * Cuts *@p behind the next layer and undoes its escapes, which these options do
 * not have. Two colons, for which *@data is set, are before a layer without
 * names. See ovl_parse_param_lowerdir() in fs/overlayfs/params.c.
 */
static char *next_layer(char **p, int *data)
{
	char *layer = *p, *from, *to;

	*data = *layer == ':';
	if (*data)
		layer++;
	for (from = to = layer; *from && *from != ':'; from++) {
		if (*from == '\\' && from[1])
			from++;
		*to++ = *from;
	}
	*p = *from ? from + 1 : NULL;
	*to = '\0';
	return layer;
}

/*
 * detached_overlay_layers:
 * @fsfd: context of an overlay, from fsopen(2)
 * @lowerdir: value of the option of that name
 *
 * Returns: 0 or -errno; -EINVAL also on kernels before 6.7.
 */
int detached_overlay_layers(int fsfd, const char *lowerdir)
{
	char *copy = strdup(lowerdir), *p = copy;
	int rc = copy ? 0 : -ENOMEM, data;

	while (!rc && p) {
		char *layer = next_layer(&p, &data);

		if (ul_fsconfig(fsfd, UL_FSCONFIG_SET_STRING, data ? "datadir+" : "lowerdir+",
				layer, 0) < 0)
			rc = -errno;
	}
	free(copy);
	return rc;
}
