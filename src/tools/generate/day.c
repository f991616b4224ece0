/* SPDX-License-Identifier: Apache-2.0 */
#include "day.h"

#include "rhythm.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK_LEGS 500

struct chunk {
    struct chunk *next;
    uint32_t count;
    struct leg legs[CHUNK_LEGS];
};

void day_init(struct day *day, struct network *network)
{
    *day = (struct day){.network = network};
}

static void free_chunks(struct chunk *chunk)
{
    while (chunk) {
        struct chunk *next = chunk->next;
        free(chunk);
        chunk = next;
    }
}

void day_fini(struct day *day)
{
    for (uint32_t i = 0; i < PILE_COUNT; i++)
        free_chunks(day->piles[i].first);
    free_chunks(day->later.first);
    free_chunks(day->spare);
    free(day->sorted);
    free(day->scratch);
    *day = (struct day){0};
}

static struct chunk *take_chunk(struct day *day)
{
    struct chunk *chunk = day->spare;
    if (chunk)
        day->spare = chunk->next;
    else
        chunk = malloc(sizeof(*chunk));
    if (chunk) {
        chunk->next = NULL;
        chunk->count = 0;
    }
    return chunk;
}

static void give_chunk(struct day *day, struct chunk *chunk)
{
    chunk->next = day->spare;
    day->spare = chunk;
}

void day_push(struct day *day, const struct leg *leg)
{
    struct pile *pile = leg->time_ms < DAY_MS ? &day->piles[leg->time_ms / PILE_MS] : &day->later;
    if (!pile->last || pile->last->count == CHUNK_LEGS) {
        struct chunk *chunk = take_chunk(day);
        if (!chunk) {
            day->is_out_of_memory = true;
            return;
        }
        if (pile->last)
            pile->last->next = chunk;
        else
            pile->first = chunk;
        pile->last = chunk;
    }
    pile->last->legs[pile->last->count++] = *leg;
    pile->count++;
}

void day_begin(struct day *day, uint32_t index)
{
    const int64_t passed_ms = ((int64_t)index - day->index) * DAY_MS;
    struct chunk *chunk = day->later.first;
    day->index = index;
    day->midnight_ms = day->network->scenario.start_ms + index * DAY_MS;
    day->is_weekend = rhythm_is_weekend(day->midnight_ms);
    day->later = (struct pile){0};
    while (chunk) {
        struct chunk *next = chunk->next;
        for (uint32_t i = 0; i < chunk->count; i++) {
            chunk->legs[i].time_ms -= (uint32_t)passed_ms;
            day_push(day, &chunk->legs[i]);
        }
        give_chunk(day, chunk);
        chunk = next;
    }
}

static bool make_room(struct day *day, uint32_t count)
{
    if (count <= day->capacity)
        return true;
    free(day->sorted);
    free(day->scratch);
    day->capacity = count + count / 2;
    day->sorted = malloc(day->capacity * sizeof(*day->sorted));
    day->scratch = malloc(day->capacity * sizeof(*day->scratch));
    if (day->sorted && day->scratch)
        return true;
    day->capacity = 0;
    day->is_out_of_memory = true;
    return false;
}

/* One stable counting pass over ten bits of the time in the pile. */
static void sort_pass(const struct leg *from, struct leg *to, uint32_t count, unsigned shift)
{
    enum { BUCKETS = 1024 };
    uint32_t starts[BUCKETS] = {0};
    uint32_t sum = 0;
    for (uint32_t i = 0; i < count; i++)
        starts[from[i].time_ms % PILE_MS >> shift & (BUCKETS - 1)]++;
    for (uint32_t i = 0; i < BUCKETS; i++) {
        const uint32_t here = starts[i];
        starts[i] = sum;
        sum += here;
    }
    for (uint32_t i = 0; i < count; i++)
        to[starts[from[i].time_ms % PILE_MS >> shift & (BUCKETS - 1)]++] = from[i];
}

struct leg *day_take(struct day *day, uint32_t index, uint32_t *count)
{
    struct pile *pile = &day->piles[index];
    uint32_t filled = 0;
    *count = 0;
    if (pile->count == 0 || !make_room(day, pile->count))
        return NULL;
    for (struct chunk *chunk = pile->first; chunk;) {
        struct chunk *next = chunk->next;
        memcpy(day->sorted + filled, chunk->legs, chunk->count * sizeof(*chunk->legs));
        filled += chunk->count;
        give_chunk(day, chunk);
        chunk = next;
    }
    CHECK(filled == pile->count);
    *pile = (struct pile){0};
    static_assert(PILE_MS < 1 << 20, "two passes of ten bits sort a pile");
    sort_pass(day->sorted, day->scratch, filled, 0);
    sort_pass(day->scratch, day->sorted, filled, 10);
    *count = filled;
    return day->sorted;
}
