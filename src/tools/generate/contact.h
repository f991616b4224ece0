/* SPDX-License-Identifier: Apache-2.0
 * The one door through which behaviours make calls and send messages: it knows which records a contact leaves
 * (generate.md has the table), keeps both legs in one day, keeps everybody silent before activation and notes
 * the first contact of a junk SIM. Times are ms since the day's midnight and may lie in later days. */
#pragma once

#include "day.h"

/* How calls of one sort go. Permille of attempts; the rest of the outcomes is failed. */
struct call_style {
    uint16_t answered, no_answer, busy, rejected, unreachable;
    uint16_t median_s, spread; /* of the conversation: curve_lognormal */
    uint16_t few_words;        /* permille of the answered that end within two to six seconds */
    uint16_t callback;         /* permille of the unanswered: B calls back */
    uint16_t callback_after_s; /* median; never in the night */
    uint16_t retry;            /* permille of the unanswered not called back: A tries again */
    uint16_t retry_after_s;    /* median */
};

struct sms_style {
    uint16_t reply;         /* permille that B writes back */
    uint16_t reply_after_s; /* median; never in the night */
    uint16_t failed;        /* permille */
    uint16_t text;          /* 0: each its own text */
    uint8_t parts_max;
};

/* One thread. One attempt with a given end; returns how long A's line was held, ringing included, in ms; 0
 * when nothing happened because one of them is not activated yet. */
int64_t contact_call(struct day *day, uint32_t a, uint32_t b, int64_t time_ms, enum cdr_outcome outcome,
                     uint32_t duration_s);

/* How an attempt ended for A. */
enum contact_end {
    CONTACT_ANSWERED, /* or could not be made at all */
    CONTACT_CALLED_BACK,
    CONTACT_MISSED,
};

/* One thread. One attempt in a style, with B's call back; returns like contact_call. */
int64_t contact_ring(struct day *day, uint32_t a, uint32_t b, int64_t time_ms, const struct call_style *style,
                     enum contact_end *end);

/* One thread. The same, and A's second try when nobody answers or calls back. */
int64_t contact_try(struct day *day, uint32_t a, uint32_t b, int64_t time_ms, const struct call_style *style);

/* One thread. A calls B, whose calls go to `target`, who answers. */
void contact_forward(struct day *day, uint32_t a, uint32_t b, uint32_t target, int64_t time_ms,
                     uint32_t duration_s);

/* One thread. One message; true when it was delivered. `text` as in struct leg. */
bool contact_send(struct day *day, uint32_t a, uint32_t b, int64_t time_ms, unsigned parts, unsigned text,
                  bool is_delivered);

/* One thread. One message in a style, with B's reply. */
void contact_write(struct day *day, uint32_t a, uint32_t b, int64_t time_ms, const struct sms_style *style);
