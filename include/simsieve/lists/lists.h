/* SPDX-License-Identifier: Apache-2.0
 * What the carrier and the Department tell about numbers: subscribers, protected officials, allow-list, cells and
 * the rest (contract section 2). A snapshot is read-only; a reload builds a new one and swaps it whole. */
#pragma once

#include "simsieve/base/text.h"
#include "simsieve/record/cdr.h"
#include "simsieve/record/numbering.h"

enum age_band { AGE_UNKNOWN, AGE_UNDER_18, AGE_18_39, AGE_40_59, AGE_60_UP };
enum subscriber_class { CLASS_UNKNOWN, CLASS_PERSON, CLASS_BUSINESS, CLASS_M2M, CLASS_PROBE };

/* One row of subscribers.csv. Names are ids of the name table, 0 when empty. */
struct subscriber {
    uint64_t number;
    int64_t activated_ms; /* 0: not given */
    uint64_t identity;    /* fixed hash of the opaque owner key */
    uint64_t dealer;
    uint64_t batch;
    uint64_t carrier;
    uint8_t province; /* code of the 34, 0: not given */
    uint8_t age_band; /* enum age_band */
    uint8_t class;    /* enum subscriber_class */
    uint8_t unused[5];
};

/* The columns of subscribers.csv, and of a stream of changes to it. */
enum subscriber_field {
    SUBSCRIBER_NUMBER,
    SUBSCRIBER_IMSI, /* known, not kept */
    SUBSCRIBER_ACTIVATED,
    SUBSCRIBER_CARRIER,
    SUBSCRIBER_DEALER,
    SUBSCRIBER_BATCH,
    SUBSCRIBER_PROVINCE,
    SUBSCRIBER_IDENTITY,
    SUBSCRIBER_AGE_BAND,
    SUBSCRIBER_CLASS,
    SUBSCRIBER_FIELD_COUNT
};

/* Any thread. The name of a column; only "number" is required. */
const char *subscriber_column(enum subscriber_field field);

/* Any thread. One row from the texts of its columns (length 0: empty, or no such column). ERROR_DATA with
 * "column: what is wrong" in `error`, and that column in *wrong; numbers and owner keys are never in it. */
enum error_class subscriber_parse(const struct slice fields[static SUBSCRIBER_FIELD_COUNT],
                                  const struct numbering *numbering, struct names *names,
                                  struct subscriber *subscriber, enum subscriber_field *wrong,
                                  struct error *error);

/* What is kept of a row of protected.csv: never the number. */
struct protected_number {
    uint64_t pseudonym; /* keyed hash; the same in every run over the same list */
    uint32_t agency;    /* a fixed hash of its name, the same in every list; 0: not given */
    uint8_t province;   /* code of the 34, 0: not given */
};

enum allow_kind { ALLOW_HOTLINE, ALLOW_AGENCY, ALLOW_BRANDNAME, ALLOW_CALL_CENTRE, ALLOW_PROBE, ALLOW_OTHER };

struct allow_entry {
    uint64_t number;
    int64_t expires_ms; /* event time, the last millisecond; INT64_MAX: never */
    enum allow_kind kind;
    uint64_t owner; /* name id, 0 when empty */
};

enum trunk_kind { TRUNK_UNKNOWN, TRUNK_INTERNATIONAL, TRUNK_NATIONAL, TRUNK_ENTERPRISE };
enum sender_kind { SENDER_UNKNOWN, SENDER_BANK, SENDER_OTP, SENDER_BRAND };

/* A report to 156 or 5656; the same number, time and kind twice is one. */
struct complaint {
    uint64_t number; /* who is complained of */
    int64_t time_ms;
    char kind; /* 'S' spam SMS, 'V' spam call, 'L' scam call */
    char unused[7];
};

/* The columns of complaints.csv, and of a stream of complaints; all are required. */
enum complaint_field { COMPLAINT_TIME, COMPLAINT_NUMBER, COMPLAINT_KIND, COMPLAINT_FIELD_COUNT };

/* Any thread. The name of a column. */
const char *complaint_column(unsigned field);

/* Any thread. One row from the texts of its columns (length 0: empty). ERROR_DATA with "column: what is wrong" in `error`,
 * and that column in *wrong (COMPLAINT_FIELD_COUNT: a sender's name found no room); the number is never in it. */
enum error_class complaint_parse(const struct slice fields[static COMPLAINT_FIELD_COUNT],
                                 const struct numbering *numbering, struct names *names,
                                 struct complaint *complaint, unsigned *wrong, struct error *error);

struct lists;

/* Start-up, and the control thread on a reload. May block. Reads every list that exists in `folder` (NULL: none).
 * A bad row is named on the log (the first 20 of a file, then counted) and left out. NULL and ERROR_CONFIG with
 * file and line (no required column, a quote that never closes), ERROR_NO_INPUT (no such folder, a file that is
 * there and cannot be read). Provinces are checked if provinces_load came first. */
struct lists *lists_load(const char *folder, const struct numbering *numbering, struct names *names,
                         struct error *error);
void lists_destroy(struct lists *lists);

/* Any thread. Rows that were left out, over all files. */
uint64_t lists_bad_rows(const struct lists *lists);

/* Any thread. One probe each; an allow entry only until it has expired at `time_ms`; NULL, 0 or false when the number is not listed. */
const struct subscriber *lists_subscriber(const struct lists *lists, uint64_t number);
const struct protected_number *lists_protected(const struct lists *lists, uint64_t number);
const struct allow_entry *lists_allow(const struct lists *lists, uint64_t number, int64_t time_ms);
bool lists_do_not_originate(const struct lists *lists, uint64_t number);
bool lists_do_not_call(const struct lists *lists, uint64_t number, bool is_sms);
enum trunk_kind lists_trunk(const struct lists *lists, uint64_t trunk_name);
enum sender_kind lists_sender(const struct lists *lists, uint64_t number);

/* Any thread. Province code (of the 34) of a cell key (cdr_cell_key), 0 when unknown. */
unsigned lists_cell_province(const struct lists *lists, uint64_t cell_key);

/* Any thread. How many complaints of a number the list has in from_ms < time <= to_ms. Bound: two binary searches. */
size_t lists_complaint_count(const struct lists *lists, uint64_t number, int64_t from_ms, int64_t to_ms);

/* Any thread. Rows of a list, for walks at start (on-net marks) and for reports. */
size_t lists_subscriber_count(const struct lists *lists);
const struct subscriber *lists_subscriber_at(const struct lists *lists, size_t index);
size_t lists_protected_count(const struct lists *lists);
