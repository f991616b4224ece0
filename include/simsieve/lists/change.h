/* SPDX-License-Identifier: Apache-2.0
 * Subscriber rows that change while records are read (a SIM activated a minute ago): the columns of subscribers.csv and
 * `time`, when the change became known. On their way from a feed to the pipeline they travel among records. */
#pragma once

#include "simsieve/lists/lists.h"

#include <string.h>

/* The columns: those of enum subscriber_field, then `time`. */
#define CHANGE_TIME        SUBSCRIBER_FIELD_COUNT
#define CHANGE_FIELD_COUNT (SUBSCRIBER_FIELD_COUNT + 1)

/* cdr.type of what is no record but carries a subscriber row. */
#define CHANGE_RECORD_TYPE UINT8_MAX

static_assert(CHANGE_RECORD_TYPE >= CDR_TYPE_COUNT, "no type of a record");
static_assert(offsetof(struct cdr, sms_parts) + sizeof(struct subscriber) <= offsetof(struct cdr, source),
              "between what every record has, there is room for a row");

/* Any thread. The name of a column, for `field` below CHANGE_FIELD_COUNT; only "number" is required. */
const char *change_column(unsigned field);

/* Any thread. One row from the texts of its columns (length 0: empty, or no such column); *time_ms is `time`, else
 * `activated`, else 0. ERROR_DATA with "column: what is wrong" in `error`, and that column in *wrong; numbers and owner
 * keys are never in it. */
enum error_class change_parse(const struct slice fields[static CHANGE_FIELD_COUNT],
                              const struct numbering *numbering, struct names *names,
                              struct subscriber *subscriber, int64_t *time_ms, unsigned *wrong,
                              struct error *error);

/* Any thread. Makes `record` carry a row that became known at `time_ms`. */
static inline void change_pack(struct cdr *record, const struct subscriber *subscriber, int64_t time_ms)
{
    *record = (struct cdr){.time_ms = time_ms, .type = CHANGE_RECORD_TYPE};
    memcpy((char *)record + offsetof(struct cdr, sms_parts), subscriber, sizeof(*subscriber));
}

/* Any thread. The row that `record`, of CHANGE_RECORD_TYPE, carries. */
static inline struct subscriber change_unpack(const struct cdr *record)
{
    struct subscriber subscriber;
    memcpy(&subscriber, (const char *)record + offsetof(struct cdr, sms_parts), sizeof(subscriber));
    return subscriber;
}
