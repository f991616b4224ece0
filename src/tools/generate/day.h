/* SPDX-License-Identifier: Apache-2.0
 * One local day of the network: what happens is pushed in any order and taken out in piles of five minutes,
 * each sorted by time. What belongs to a later day (a reply next morning) waits here for that day. */
#pragma once

#include "network.h"

#include "simsieve/record/cdr.h"

#define PILE_MS    (5 * MINUTE_MS)
#define PILE_COUNT (DAY_MS / PILE_MS)

/* A record to be written. Time is ms since the day's midnight: 49 days fit. */
struct leg {
    uint32_t time_ms;
    uint32_t a, b;  /* parties */
    uint32_t third; /* forward_call: who forwards; gateway records: carrier x trunk groups + trunk group */
    uint16_t duration_s;
    uint16_t text;   /* SMS: which text of its sender or campaign; 0: one of its own */
    uint8_t type;    /* enum cdr_type */
    uint8_t outcome; /* enum cdr_outcome */
    uint8_t parts;
    uint8_t unused;
};

static_assert(sizeof(struct leg) == 24, "a day of ten million SIMs is about 2 GB");

struct chunk; /* a piece of a pile */

struct pile {
    struct chunk *first, *last;
    uint32_t count;
};

struct day {
    struct network *network;
    uint32_t index;
    int64_t midnight_ms; /* since 1970 */
    bool is_weekend;
    struct chance chance; /* of the SIM that lives now */
    struct pile piles[PILE_COUNT];
    struct pile later;
    struct chunk *spare;
    struct leg *sorted, *scratch; /* the pile taken last */
    uint32_t capacity;
    bool is_out_of_memory; /* something was dropped: the network is not whole */
};

/* Start-up only. Before the first day. */
void day_init(struct day *day, struct network *network);
void day_fini(struct day *day);

/* One thread. The day with this index begins, empty but for what earlier days left for it. */
void day_begin(struct day *day, uint32_t index);

/* One thread. Adds a record; sets is_out_of_memory when there is none left. */
void day_push(struct day *day, const struct leg *leg);

/* One thread. The records of pile `index` by time, equal times in the order they were pushed; empties the
 * pile. Valid until the next call. NULL with *count 0 when the pile is empty or memory is out. */
struct leg *day_take(struct day *day, uint32_t index, uint32_t *count);
