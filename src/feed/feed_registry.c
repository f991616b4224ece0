/* SPDX-License-Identifier: Apache-2.0
 * Every kind of feed, one line each. */
#include "feeds.h"

#include <string.h>

static const struct feed_kind *const kinds[] = {
    &feed_kafka,
    &feed_spool,
    &feed_dpdk,
};

const struct feed_kind *feed_kind_at(size_t index)
{
    return index < ARRAY_COUNT(kinds) ? kinds[index] : NULL;
}

const struct feed_kind *feed_kind_by_name(const char *name)
{
    const struct feed_kind *kind;
    for (size_t i = 0; (kind = feed_kind_at(i)); i++)
        if (strcmp(kind->name, name) == 0)
            return kind;
    return NULL;
}
