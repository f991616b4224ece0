/* SPDX-License-Identifier: Apache-2.0
 * One alert: what sinks route by, and the object itself as JSON text (contract section 3, conf/alert.schema.json).
 * The text holds nothing that depends on when or where it was written, so that two runs can be compared. */
#pragma once

#include "simsieve/record/province.h"

enum severity { SEVERITY_NONE, SEVERITY_MINOR, SEVERITY_MAJOR, SEVERITY_CRITICAL, SEVERITY_COUNT };
enum alert_mode { MODE_OFF, MODE_SHADOW, MODE_ALERT, MODE_PROPOSE, MODE_ENFORCE, MODE_COUNT };

enum subject_type {
    SUBJECT_SIM,
    SUBJECT_CAMPAIGN,
    SUBJECT_DEVICE,
    SUBJECT_CELL,
    SUBJECT_DEALER,
    SUBJECT_VICTIM,
    SUBJECT_TRUNK,
    SUBJECT_NUMBER,
    SUBJECT_COUNT
};

#define ALERT_ID_BYTES      33 /* 128 bits in hex and a zero */
#define ALERT_RULE_BYTES    64
#define ALERT_SUBJECT_BYTES 64

/* Provinces as a bit set over their codes, 1 to 99. */
struct province_set {
    uint64_t bits[2];
};

static inline void province_set_add(struct province_set *set, unsigned code)
{
    if (code >= 1 && code <= PROVINCE_CODE_MAX)
        set->bits[code / 64] |= (uint64_t)1 << code % 64;
}

static inline bool province_set_has(const struct province_set *set, unsigned code)
{
    return code <= PROVINCE_CODE_MAX && (set->bits[code / 64] >> code % 64 & 1);
}

struct alert {
    uint64_t position; /* of the record that fired it, in the order of the run */
    uint32_t rule_index;
    int64_t time_ms;
    char id[ALERT_ID_BYTES];
    char rule[ALERT_RULE_BYTES];
    uint32_t rev;
    enum severity severity;
    enum alert_mode mode;
    enum subject_type subject_type;
    char subject_key[ALERT_SUBJECT_BYTES];
    struct province_set active, registered, victims;
    bool is_known; /* a sink has said that it has this id already */
    bool is_near;  /* no alert: a SIM that met all conditions of a rule but one, for those who ask why */
    uint32_t sim_count;
    char *sims; /* accused numbers, E.164 without "+", zero-terminated one after another; owned */
    char *json; /* the object, one line without newline; owned */
    size_t json_length;
    struct alert *next; /* in the list that holds it */
};

/* Any thread. A zeroed alert; alert_destroy frees it and what it owns. */
struct alert *alert_create(void);
void alert_destroy(struct alert *alert);

/* Any thread. The words of the contract. */
const char *severity_name(enum severity severity);
const char *alert_mode_name(enum alert_mode mode);
const char *subject_type_name(enum subject_type type);
