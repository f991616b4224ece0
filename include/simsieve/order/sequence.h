/* SPDX-License-Identifier: Apache-2.0
 * Sequence numbers of recording entities: a second copy of a record is recognised, a hole is reported. A switch
 * counts up and wraps at a modulus that nobody tells us (2^16, 2^24, 2^32, powers of ten are recognised), its
 * records arrive a little out of order, and it may be restarted. One thread.
 *
 * For each switch the last SEQUENCE_WINDOW numbers are one bit each, and each 256 of them keep the range of their
 * event times: a number met again within that range is the same record, after it the counter has come round or was
 * restarted, before it the record is of an earlier turn. A record that is late by more than half a turn cannot be
 * placed. A missing 0 is told only of a counter that has been seen at 0. */
#pragma once

#include "simsieve/base/error.h"

#define SEQUENCE_WINDOW   (UINT64_C(1) << 24)
#define SEQUENCE_GAPS_MAX 1000 /* ranges listed; all missing numbers are counted */
#define SWITCHES_MAX      4096

struct sequences;

/* Start-up only. */
struct sequences *sequences_create(void);
void sequences_destroy(struct sequences *sequences);

/* Feed thread. The small index of a switch name id, given out in the order of first sight; SWITCHES_MAX when the
 * table is full (its records then have no identity but their content). */
uint32_t sequences_switch(struct sequences *sequences, uint64_t switch_name);

/* Any thread that has synchronised with the feed thread since. The name id of a switch index. */
uint64_t sequences_switch_name(const struct sequences *sequences, uint32_t switch_index);

/* Feed thread. Notes a record; true when it is a second copy. */
bool sequences_note(struct sequences *sequences, uint32_t switch_index, uint64_t seq, int64_t time_ms);

struct sequence_gap {
    uint32_t switch_index;
    uint64_t from, to; /* first and last missing number, as the switch counts */
    uint64_t missing;
};

struct sequence_report {
    struct sequence_gap
        *gaps; /* caller's room for SEQUENCE_GAPS_MAX, by switch, then in the order of counting */
    size_t gap_count;
    uint64_t missing;          /* over all switches, unlisted ones too */
    uint64_t restarts;         /* counters that jumped; what lies between is no gap */
    uint64_t switches_refused; /* records of switches beyond SWITCHES_MAX */
};

/* Feed thread. Holes between the first and the highest number seen until now. Looks at every window. */
void sequences_report(const struct sequences *sequences, struct sequence_report *report);
