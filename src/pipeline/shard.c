/* SPDX-License-Identifier: Apache-2.0
 * What a shard is made of; apply.c is what it does with each record, look.c what it does when rules hold. */
#include "shard.h"

#include "simsieve/lists/overlay.h"

#include <stdlib.h>
#include <string.h>

struct shard *shard_create(uint32_t index, const struct pipeline_options *options, const struct order *order,
                           struct error *error)
{
    struct shard *shard = calloc(1, sizeof(*shard));
    CHECK(shard);
    shard->index = index;
    shard->options = options;
    shard->order = order;
    shard->generation = (struct generation){options->program, options->lists};
    shard->examination =
        examination_create(options->program->rule_count ? options->limits.events_max + 1 : 1);
    shard->episodes = episodes_create();
    shard->near = episodes_create();
    shard->overlay = overlay_create(error);
    shard->complaints = complaint_book_create(PARTITION_COUNT, error);
    const bool has_books = shard->overlay && shard->complaints;
    shard->state = has_books ? state_create(&options->limits, options->shard_count, error) : NULL;
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
    complaint_book_destroy(shard->complaints);
    state_destroy(shard->state);
    free(shard);
}

void shard_show_counters(struct shard *shard)
{
    struct shard_counters *counters = &shard->counters;
    uint64_t words[SHARD_COUNTER_WORDS];
    counters->state = shard->state->counters;
    counters->lines = state_line_count(shard->state);
    counters->bytes_used = state_bytes_used(shard->state);
    counters->episodes_forgotten = episodes_forgotten(shard->episodes);
    memcpy(words, counters, sizeof(words));
    for (size_t i = 0; i < SHARD_COUNTER_WORDS; i++)
        atomic_store_explicit(&shard->shown[i], words[i], memory_order_relaxed);
}

static bool look_soon(void *owner, struct line *line)
{
    (void)owner;
    line->countdown = 1;
    return true;
}

void shard_adopt(struct shard *shard, const struct generation *generation)
{
    if (generation->lists != shard->generation.lists) {
        overlay_settle(shard->overlay, generation->lists);
        complaint_book_settle(shard->complaints, generation->lists);
    }
    shard->generation = *generation;
    if (generation->program->rule_count &&
        shard->examination->capacity <= shard->options->limits.events_max) {
        examination_destroy(shard->examination);
        shard->examination = examination_create(shard->options->limits.events_max + 1);
    }
    for (uint32_t partition = 0; partition < PARTITION_COUNT; partition++)
        state_each_line(shard->state, partition, look_soon, NULL);
}

const struct subscriber *shard_subscriber(const struct shard *shard, uint64_t number)
{
    const struct subscriber *changed = overlay_get(shard->overlay, number);
    const struct subscriber *listed = lists_subscriber(shard->generation.lists, number);
    /* Lists that were swapped in may know of a later owner than a change that came before. */
    return changed && (!listed || listed->activated_ms <= changed->activated_ms) ? changed : listed;
}
