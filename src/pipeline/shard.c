/* SPDX-License-Identifier: Apache-2.0
 * What a shard is made of; apply.c is what it does with each record, look.c what it does when rules hold. */
#include "shard.h"

#include "simsieve/lists/overlay.h"

#include <stdlib.h>

struct shard *shard_create(uint32_t index, const struct pipeline_options *options, const struct order *order,
                           struct error *error)
{
    struct shard *shard = calloc(1, sizeof(*shard));
    CHECK(shard);
    shard->index = index;
    shard->options = options;
    shard->order = order;
    shard->examination =
        examination_create(options->program->rule_count ? options->limits.events_max + 1 : 1);
    shard->episodes = episodes_create();
    shard->near = episodes_create();
    shard->overlay = overlay_create(error);
    shard->state = shard->overlay ? state_create(&options->limits, options->shard_count, error) : NULL;
    if (!shard->state) {
        shard_destroy(shard);
        return NULL;
    }
    return shard;
}

void shard_destroy(struct shard *shard)
{
    if (!shard)
        return;
    examination_destroy(shard->examination);
    episodes_destroy(shard->episodes);
    episodes_destroy(shard->near);
    overlay_destroy(shard->overlay);
    state_destroy(shard->state);
    free(shard);
}

const struct subscriber *shard_subscriber(const struct shard *shard, uint64_t number)
{
    const struct subscriber *changed = overlay_get(shard->overlay, number);
    return changed ? changed : lists_subscriber(shard->options->lists, number);
}
