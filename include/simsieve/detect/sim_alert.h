/* SPDX-License-Identifier: Apache-2.0
 * From a rule that holds to an alert that can be defended: every value beside its threshold, the records that count,
 * whom it touches and where. */
#pragma once

#include "simsieve/alert/content.h"
#include "simsieve/detect/evaluate.h"

/* What an alert needs from the run besides the examination; the caller owns all of it. */
struct alert_context {
    const struct names *names;
    const char *(*switch_name)(void *owner, uint32_t switch_index);
    void *owner;
    uint64_t position;
    const struct cdr *record;            /* that fired */
    uint64_t identity;                   /* of that record */
    const struct subscriber *subscriber; /* what is known of the SIM at that record; NULL: it is in no list */
};

/* Shard thread. Allocates: an alert is rare. Makes the alert of a SIM rule; the caller owns it. */
struct alert *sim_alert(struct examination *examination, const struct match *match,
                        const struct alert_context *context);

/* Any thread. Writes a summary: each {name} of the template is replaced by what `value` appends for it. */
struct text;
void summary_write(struct text *text, const char *template,
                   bool (*value)(void *owner, const char *name, size_t length, struct text *text),
                   void *owner);

/* Any thread. The firing record in words, the same in every run: "switch/seq", or "hash/<64 bits>". */
void firing_text(const struct alert_context *context, char *buffer, size_t bytes);
