/* SPDX-License-Identifier: Apache-2.0
 * One event of one SIM, as its exact ring keeps it: who was on the other side, when, how it went, and which
 * record says so. 160 bits, three to a cache line with the link to the next.
 *
 *   bits  0-53  the other side (record/number.h)          54-59  flags     60-63  time, bits 32-35
 *   bits 64-110 identity of the record (below)           111-127 conversation, seconds, saturating
 *   bits 128-159 time, low 32 bits of milliseconds
 *
 * Times wrap after 795 days; they are read relative to the SIM's newest time, which is never further away. */
#pragma once

#include "simsieve/record/cdr.h"
#include "simsieve/record/identity.h"

enum event_flags {
    EVENT_OUT = 1,        /* this SIM is A */
    EVENT_SMS = 2,        /* else a call */
    EVENT_ANSWERED = 4,   /* or delivered */
    EVENT_TIMED = 8,      /* a call whose conversation seconds are known (0 if unanswered) */
    EVENT_PROTECTED = 16, /* the other side was a protected number when the record was applied */
    EVENT_SERVICE = 32,   /* the other side is a service or a brandname */
};

#define EVENT_DURATION_S_MAX ((1u << 17) - 1)
#define EVENT_IDENTITY_BITS  IDENTITY_BITS

struct event {
    uint32_t words[5];
};
static_assert(sizeof(struct event) == 20, "three events and a link are one cache line");

static inline struct event event_make(uint64_t number, unsigned flags, int64_t time_ms, uint32_t duration_s,
                                      uint64_t identity)
{
    const uint32_t duration = duration_s < EVENT_DURATION_S_MAX ? duration_s : EVENT_DURATION_S_MAX;
    const uint64_t low = number | (uint64_t)flags << 54 | (uint64_t)time_ms >> 32 << 60;
    const uint64_t high = identity | (uint64_t)duration << EVENT_IDENTITY_BITS;
    return (struct event){
        {(uint32_t)low, (uint32_t)(low >> 32), (uint32_t)high, (uint32_t)(high >> 32), (uint32_t)time_ms}};
}

static inline uint64_t event_number(const struct event *event)
{
    return (event->words[0] | (uint64_t)event->words[1] << 32) & (((uint64_t)1 << 54) - 1);
}

static inline unsigned event_flags(const struct event *event)
{
    return event->words[1] >> 22 & 63;
}

static inline uint64_t event_identity(const struct event *event)
{
    return (event->words[2] | (uint64_t)event->words[3] << 32) & (((uint64_t)1 << EVENT_IDENTITY_BITS) - 1);
}

static inline uint32_t event_duration_s(const struct event *event)
{
    return event->words[3] >> 15;
}

static inline bool event_is_empty(const struct event *event)
{
    return (event->words[0] | event->words[1]) == 0;
}

/* The full time, given the newest time of the same SIM (not before the event). */
static inline int64_t event_time_ms(const struct event *event, int64_t newest_ms)
{
    const uint64_t mask = ((uint64_t)1 << 36) - 1;
    const uint64_t low = (uint64_t)(event->words[1] >> 28) << 32 | event->words[4];
    return newest_ms - (int64_t)(((uint64_t)newest_ms - low) & mask);
}
