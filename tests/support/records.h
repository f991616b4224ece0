/* SPDX-License-Identifier: Apache-2.0
 * Records and numbers for tests, in one line each. */
#pragma once

#include "simsieve/record/cdr.h"

#include <stddef.h>

/* Numbers by a small index; constants where the index is one. */
#define NUMBER_OF(kind, first, index) \
    ((uint64_t)(kind) << NUMBER_VALUE_BITS | (UINT64_C(first) + (uint64_t)(index)))
#define MOBILE(index)  NUMBER_OF(NUMBER_MOBILE, 84910000000, index)
#define FOREIGN(index) NUMBER_OF(NUMBER_INTERNATIONAL, 85512000000, index)

/* 2024-12-02T08:00:00+07:00, a Monday. */
#define START_MS INT64_C(1733101200000)

/* A record with type, time, a (0: none) and b. */
struct cdr record_make(enum cdr_type type, int64_t time_ms, uint64_t a, uint64_t b);

/* The same, answered after so many seconds of conversation; 0: not answered. */
struct cdr call_make(enum cdr_type type, int64_t time_ms, uint64_t a, uint64_t b, uint32_t duration_s);

/* Gives a record its identity. */
void record_set_seq(struct cdr *record, uint64_t switch_name, uint64_t seq);

/* Gives a record a cell (the CI) and a device (its 14 digits). */
void record_set_place(struct cdr *record, uint64_t cell, uint64_t device);

/* Mobile numbers that all belong to partition 0 of the state. */
void numbers_of_one_partition(uint64_t *numbers, size_t count);
