/* SPDX-License-Identifier: Apache-2.0
 * Where the BER records of an endless input begin and end: containers, padding, and the way back after damage
 * (frames.md). What is a record and what a container is the format's to say. */
#pragma once

#include "simsieve/decode/decoder.h"

#include "ber.h"

#define FRAMES_DEPTH_MAX 4

/* Octets that a format may want to see of an element. */
#define FRAMES_LOOK_BYTES 16

/* A record and a look at what follows it fit into the window that a decoder is given. */
#define FRAMES_RECORD_BYTES_MAX (DECODE_RECORD_BYTES_MAX - FRAMES_LOOK_BYTES)

enum frame_role {
    FRAME_IS_RECORD,
    FRAME_IS_CONTAINER, /* its members are records or containers */
    FRAME_IS_PASSED,    /* neither, and as long as it likes */
    FRAME_IS_UNKNOWN
};

struct frames_format {
    /* What the element is that starts with this header, and these octets (FRAMES_LOOK_BYTES, or all there are), inside
     * `depth` containers. */
    enum frame_role (*role)(const struct ber_header *header, const uint8_t *bytes, size_t length,
                            unsigned depth);
    /* Whether a record seems to start here: for the way back after damage. */
    bool (*is_start)(const uint8_t *bytes, size_t length);
};

struct frames {
    const struct frames_format *format;
    uint64_t at;                     /* in the input */
    uint64_t ends[FRAMES_DEPTH_MAX]; /* of containers; UINT64_MAX: two zero octets end it */
    unsigned depth;
    uint64_t passing; /* octets of an element that is passed over */
    bool is_lost;     /* looking for the next record */
};

enum frame_status {
    FRAME_MORE,   /* no whole element yet */
    FRAME_PASSED, /* `length` octets with nothing in them: to be consumed */
    FRAME_RECORD, /* a whole record; frames_took or frames_refused says how it went */
    FRAME_DAMAGED /* a reject for `reason`; frames_refused must follow */
};

struct frame {
    enum frame_status status;
    enum reason reason;
    size_t length;   /* octets of the record, or to show in the reject */
    bool has_length; /* of damage: it is the element's, as far as can be believed */
};

static inline struct frames frames_start(const struct frames_format *format)
{
    return (struct frames){.format = format};
}

/* Feed thread. What is at the front of `length` (at least 1) octets. What comes out depends on the octets alone, not on
 * how the input was cut. */
struct frame frames_next(struct frames *frames, const uint8_t *bytes, size_t length, bool is_last);

/* Feed thread. Steps behind a record. */
static inline void frames_took(struct frames *frames, const struct frame *frame)
{
    frames->at += frame->length;
}

/* Feed thread. Steps behind damage and returns the octets to be consumed: the whole element when what follows it makes
 * sense, else one, and the search for the next record begins. 0: more octets are needed to tell. */
size_t frames_refused(struct frames *frames, const struct frame *frame, const uint8_t *bytes, size_t length,
                      bool is_last);
