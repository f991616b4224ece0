/* SPDX-License-Identifier: Apache-2.0
 * A generated network read back from its files, for tests: it knows nothing of how the generator works. */
#pragma once

#include "simsieve/record/cdr.h"
#include "suite.h"
#include "workdir.h"

struct network_record {
    int64_t time_ms;
    uint64_t a, b,
        forwarded_by; /* the digits as a number; a brandname as a hash with the top bit set; 0: empty */
    uint64_t imsi, imei, cell; /* hashes of the text, 0: empty */
    uint64_t seq;
    uint32_t duration_s;
    uint32_t day;          /* file */
    uint8_t type, outcome; /* enum cdr_type, enum cdr_outcome */
    char switch_name[14];
    char trunk[16];
};

struct network_number {
    uint64_t number;
    char class[24];
    char campaign[32];
    bool is_junk;
    int64_t first_junk_ms; /* 0: empty */
    int64_t activated_ms;  /* 0: not in subscribers.csv */
    uint64_t imsi;         /* hash of the text */
    unsigned province;     /* code; 0: not in subscribers.csv */
};

struct small_network {
    char folder[WORKDIR_PATH_BYTES];
    struct network_record *records; /* in the order of the files */
    size_t record_count;
    struct network_number *numbers; /* sorted by number */
    size_t number_count;
    uint32_t days;
};

/* Generates into a new folder (workdir.h), with `scenario` as YAML text (NULL: the defaults), and reads it
 * back. Fails the test when anything goes wrong. */
void small_network_make(struct small_network *network, uint32_t subscribers, uint32_t days, uint64_t seed,
                        const char *scenario);

/* Removes the folder. */
void small_network_drop(struct small_network *network);

/* NULL when the number is not in truth.csv. */
const struct network_number *small_network_find(const struct small_network *network, uint64_t number);

/* The hash that records hold of a text. */
uint64_t small_network_hash(const char *text);
