/* SPDX-License-Identifier: Apache-2.0
 * The plug point of input formats. A decoder is one file in src/decode, one descriptor, one page beside it and
 * one fuzz target; registry.c lists it. It turns bytes into records and reasons, and knows nothing of files,
 * brokers or ports.
 *
 * Life cycle: detect (is this mine?), open, decode until the input ends, finish until nothing comes, close. One thread
 * at a time. */
#pragma once

#include "simsieve/base/text.h"
#include "simsieve/record/cdr.h"
#include "simsieve/record/numbering.h"

struct capture_ports; /* decode/capture.h */

enum reason {
#define REASON(id, word, meaning) REASON_##id,
#include "simsieve/decode/reasons.def"
#undef REASON
    REASON_COUNT
};

/* A text record above this is damage. Decoders make progress whenever they are given this much. */
#define DECODE_RECORD_BYTES_MAX 65536

/* What every decoder may read; owned by the caller, shared by all threads. */
struct decode_context {
    const struct numbering *numbering;
    struct names *names;
    const struct capture_ports *ports; /* of captures (capture.h); NULL: the registered ones */
    const struct column_map *map;      /* of the format map (column_map.h); NULL: none */
};

/* Where one decode call puts its results. */
struct decoded {
    struct cdr *records; /* caller's array */
    size_t capacity;
    size_t count; /* set by the decoder: records written */
    /* Called for each damaged record, in the order of the input: `bytes` are valid during the call only,
     * `line` counts from 1. */
    void (*reject)(void *owner, enum reason reason, uint64_t line, const char *bytes, size_t length);
    void *owner;
};

struct decoder {
    const char *name;    /* the word of --format */
    const char *summary; /* one line of --help */
    bool
        is_binary; /* has no lines: of an input that breaks off, the half record at the end is for it to tell */
    bool
        is_for_feeds; /* gives rows of lists (lists/change.h, lists/complaints.h), which only a run knows what to do with */

    /* Any thread. How sure it is, 0 to 100, that an input starting with `bytes` is of this format. */
    int (*detect)(const char *bytes, size_t length);

    /* State of one input, named `input` in messages. NULL with `error` when it cannot be made. */
    void *(*open)(const struct decode_context *context, const char *input, struct error *error);
    void (*close)(void *state);

    /* Decodes from the front of `bytes`; sets `consumed`. Stops at `decoded->capacity` records or where the
     * rest is no whole record (with `is_last`, the rest is all there is). Must consume something or give a
     * record when given DECODE_RECORD_BYTES_MAX bytes or `is_last`, unless the capacity is 0. ERROR_DATA when the whole input is
     * unusable (a CSV header without a required column). Bound: linear in `length`. */
    enum error_class (*decode)(void *state, const char *bytes, size_t length, bool is_last,
                               struct decoded *decoded, size_t *consumed, struct error *error);

    /* After the last byte: records that were held back for what might have followed. Called until it gives none.
     * NULL where nothing ever is. */
    void (*finish)(void *state, struct decoded *decoded);

    /* Makes a state as it was when it was opened, for another input, without its costs: a message is an input. NULL
     * where only close and open do that. */
    void (*reset)(void *state);

    /* As open, for inputs that have no header: each decodes as if this line stood before its first. ERROR_DATA when
     * it is no header. NULL where the format names its fields itself. */
    void *(*open_columns)(const struct decode_context *context, const char *input, const char *header,
                          struct error *error);
};

/* Any thread. The decoder of that name, NULL when there is none; the nearest name is then in `nearest`. */
const struct decoder *decoder_by_name(const char *name, const char **nearest);

/* Any thread. The decoder that is surest of these first bytes, NULL when none is. */
const struct decoder *decoder_detect(const char *bytes, size_t length);

/* Any thread. Row `index` of the registry, NULL past the end. */
const struct decoder *decoder_at(size_t index);

/* Any thread. The word and the meaning of a reason. */
const char *reason_word(enum reason reason);
const char *reason_meaning(enum reason reason);

/* Any thread. False for the reasons of records that are as they should be and are left out all the same. */
bool reason_is_damage(enum reason reason);

/* Any thread. One record from the texts of its fields (length 0: absent): every text decoder ends here.
 * REASON_NONE when `cdr` is filled (all but `source` and `line`). */
enum reason decode_fields(const struct decode_context *context,
                          const struct slice fields[static CDR_FIELD_COUNT], struct cdr *cdr);
