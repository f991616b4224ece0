/* SPDX-License-Identifier: Apache-2.0
 * Where things lie in the records of Nokia's DX 200, as data. */
#pragma once

#include "simsieve/record/cdr.h"

/* BCD, as they stand in the record. */
enum {
    RECORD_HEADER = 0x00,
    RECORD_MO_CALL = 0x01,
    RECORD_MT_CALL = 0x02,
    RECORD_FORWARDED = 0x03,
    RECORD_ROAMING = 0x04,
    RECORD_MO_SMS = 0x08,
    RECORD_MT_SMS = 0x09,
    RECORD_TRAILER = 0x10,
    RECORD_FROM_PSTN = 0x11,
    RECORD_TO_PSTN = 0x12,
    RECORD_UNSUCCESSFUL = 0x17,
    RECORD_LAST = 0x35,
};

/* Where a number lies; `bytes` 0: nowhere. Without a place for its type it is in international form. */
struct place {
    uint16_t at;
    uint8_t bytes;
    uint16_t type_at;
};

/* Where things lie in a kind of record; 0: nowhere. Releases differ: the one whose times are times is taken. */
struct layout {
    uint8_t record_type;
    uint8_t type;    /* enum cdr_type */
    bool needs_imsi; /* tells whose record it is */
    uint16_t record_bytes_min;
    struct place calling, called, dialled, forwarder;
    uint16_t imsi_at, imei_at, area_at; /* LAC, then CI */
    uint16_t seizure_at, answer_at, duration_at;
    uint16_t cause_at; /* of an SMS: not 0 is a failure */
    uint16_t trunk_at;
    uint16_t parts_at;
};

/* Row `index`, NULL past the end. */
const struct layout *dx200_layout(size_t index);
