/* SPDX-License-Identifier: Apache-2.0
 * Call data records of Ericsson's MSC server (CME 20, R14 and R16). Dates and times are binary and local, an address
 * has its type in the whole upper half of its first octet. Facts of other people's decoders, not of the vendor:
 * see ts32298.md. */
#include "forms.h"

#define NUMBER(tag, slot) MEMBER_NUMBER(tag, slot, NUMBER_STYLE_ERICSSON)

/* [0] tells these records from those of TS 32.298: it has three octets or four, a record type one or two. */

static const struct member_row transit_rows[] = {
    MEMBER(0x81, SLOT_REFERENCE),     NUMBER(0x84, SLOT_CALLING),       NUMBER(0x85, SLOT_CALLED),
    MEMBER(0x88, SLOT_DATE),          MEMBER(0x89, SLOT_START_TIME),    MEMBER(0x8B, SLOT_CLOCK_DURATION),
    MEMBER(0x8D, SLOT_SETUP_SECONDS), MEMBER(0x93, SLOT_NODE),          MEMBER(0x95, SLOT_TRUNK_OUT_NAME),
    MEMBER(0x96, SLOT_TRUNK_IN_NAME), MEMBER(0x9A, SLOT_CALL_POSITION), MEMBER(0x9B, SLOT_END_OF_SELECTION),
    MEMBER(0x9F26, SLOT_LAST_PART),   MEMBER(0x9F27, SLOT_PART),
};
static const struct member_table transit = MEMBER_TABLE(transit_rows);

static const struct member_row originating_rows[] = {
    MEMBER(0x81, SLOT_REFERENCE),
    NUMBER(0x84, SLOT_CALLING),
    MEMBER(0x85, SLOT_IMSI),
    MEMBER(0x86, SLOT_IMEI),
    NUMBER(0x87, SLOT_CALLED),
    MEMBER(0x89, SLOT_DATE),
    MEMBER(0x8A, SLOT_START_TIME),
    MEMBER(0x8C, SLOT_CLOCK_DURATION),
    MEMBER(0x8E, SLOT_SETUP_SECONDS),
    MEMBER(0x94, SLOT_NODE),
    MEMBER(0x9B, SLOT_GLOBAL_CELL),
    MEMBER(0x9F21, SLOT_CALL_POSITION),
    MEMBER(0x9F22, SLOT_END_OF_SELECTION),
    MEMBER(0x9F30, SLOT_LAST_PART),
    MEMBER(0x9F31, SLOT_PART),
    NUMBER(0x9F4A, SLOT_TRANSLATED),
};
static const struct member_table originating = MEMBER_TABLE(originating_rows);

/* A call to a subscriber elsewhere: the leg of the gateway. */
static const struct member_row roaming_rows[] = {
    MEMBER(0x81, SLOT_REFERENCE),     NUMBER(0x84, SLOT_CALLING),       NUMBER(0x85, SLOT_CALLED),
    MEMBER(0x89, SLOT_DATE),          MEMBER(0x8A, SLOT_START_TIME),    MEMBER(0x8C, SLOT_CLOCK_DURATION),
    MEMBER(0x8E, SLOT_SETUP_SECONDS), MEMBER(0x93, SLOT_NODE),          MEMBER(0x95, SLOT_TRUNK_OUT_NAME),
    MEMBER(0x96, SLOT_TRUNK_IN_NAME), MEMBER(0x99, SLOT_CALL_POSITION), MEMBER(0x9A, SLOT_END_OF_SELECTION),
    MEMBER(0x9F27, SLOT_LAST_PART),   MEMBER(0x9F28, SLOT_PART),
};
static const struct member_table roaming = MEMBER_TABLE(roaming_rows);

static const struct member_row forwarding_rows[] = {
    MEMBER(0x81, SLOT_REFERENCE),   NUMBER(0x84, SLOT_CALLING),        NUMBER(0x85, SLOT_CALLED),
    NUMBER(0x87, SLOT_SERVED),      NUMBER(0x89, SLOT_SERVED),         MEMBER(0x8D, SLOT_DATE),
    MEMBER(0x8E, SLOT_START_TIME),  MEMBER(0x90, SLOT_CLOCK_DURATION), MEMBER(0x92, SLOT_SETUP_SECONDS),
    MEMBER(0x97, SLOT_NODE),        MEMBER(0x9D, SLOT_CALL_POSITION),  MEMBER(0x9E, SLOT_END_OF_SELECTION),
    MEMBER(0x9F29, SLOT_LAST_PART), MEMBER(0x9F2A, SLOT_PART),
};
static const struct member_table forwarding = MEMBER_TABLE(forwarding_rows);

static const struct member_row terminating_rows[] = {
    MEMBER(0x81, SLOT_REFERENCE),
    NUMBER(0x84, SLOT_CALLING),
    NUMBER(0x85, SLOT_SERVED),
    MEMBER(0x86, SLOT_IMSI),
    MEMBER(0x87, SLOT_IMEI),
    MEMBER(0x8A, SLOT_DATE),
    MEMBER(0x8B, SLOT_START_TIME),
    MEMBER(0x8D, SLOT_CLOCK_DURATION),
    MEMBER(0x8F, SLOT_SETUP_SECONDS),
    MEMBER(0x94, SLOT_NODE),
    MEMBER(0x9B, SLOT_GLOBAL_CELL),
    MEMBER(0x9F21, SLOT_CALL_POSITION),
    MEMBER(0x9F22, SLOT_END_OF_SELECTION),
    MEMBER(0x9F2E, SLOT_LAST_PART),
    MEMBER(0x9F2F, SLOT_PART),
};
static const struct member_table terminating = MEMBER_TABLE(terminating_rows);

static const struct member_row mo_sms_rows[] = {
    NUMBER(0x84, SLOT_CALLING),     MEMBER(0x85, SLOT_IMSI),       MEMBER(0x86, SLOT_IMEI),
    MEMBER(0x87, SLOT_DATE),        MEMBER(0x88, SLOT_START_TIME), MEMBER(0x8B, SLOT_NODE),
    MEMBER(0x8E, SLOT_GLOBAL_CELL), NUMBER(0x9F20, SLOT_CALLED),   MEMBER(0x9F2A, SLOT_CAUSE_OTHER),
};
static const struct member_table mo_sms = MEMBER_TABLE(mo_sms_rows);

static const struct member_row mt_sms_rows[] = {
    NUMBER(0x83, SLOT_SERVED),      MEMBER(0x84, SLOT_IMSI),       MEMBER(0x85, SLOT_IMEI),
    MEMBER(0x86, SLOT_DATE),        MEMBER(0x87, SLOT_START_TIME), MEMBER(0x8A, SLOT_NODE),
    MEMBER(0x8D, SLOT_GLOBAL_CELL), NUMBER(0x9F21, SLOT_CALLING),  MEMBER(0x9F27, SLOT_CAUSE_OTHER),
};
static const struct member_table mt_sms = MEMBER_TABLE(mt_sms_rows);

static const struct member_row mt_sms_gateway_rows[] = {
    NUMBER(0x83, SLOT_SERVED),     MEMBER(0x84, SLOT_IMSI), MEMBER(0x86, SLOT_DATE),
    MEMBER(0x87, SLOT_START_TIME), MEMBER(0x89, SLOT_NODE),
};
static const struct member_table mt_sms_gateway = MEMBER_TABLE(mt_sms_gateway_rows);

static const struct member_table other = {NULL, 0};

#define OTHER(tag) FORM(tag, RECORD_TYPE_ANY, FORM_OTHER, 0, other)

static const struct form records[] = {
    FORM(0xA0, RECORD_TYPE_ANY, FORM_CALL, CDR_TRANSIT, transit),
    FORM(0xA1, RECORD_TYPE_ANY, FORM_CALL, CDR_MO_CALL, originating),
    FORM(0xA2, RECORD_TYPE_ANY, FORM_CALL, CDR_TRANSIT, roaming),
    FORM(0xA3, RECORD_TYPE_ANY, FORM_CALL, CDR_FORWARD_CALL, forwarding),
    FORM(0xA4, RECORD_TYPE_ANY, FORM_CALL, CDR_MT_CALL, terminating),
    FORM(0xA5, RECORD_TYPE_ANY, FORM_SMS, CDR_MO_SMS, mo_sms),
    FORM(0xA6, RECORD_TYPE_ANY, FORM_OTHER_NODE, 0, other),
    FORM(0xA7, RECORD_TYPE_ANY, FORM_SMS, CDR_MT_SMS, mt_sms),
    FORM(0xA8, RECORD_TYPE_ANY, FORM_SMS, CDR_MT_SMS, mt_sms_gateway),
    OTHER(0xA9), /* supplementary services, advice of charge, service switching, ... */
    OTHER(0xAA),
    OTHER(0xAB),
    OTHER(0xAC),
    OTHER(0xAD),
    OTHER(0xAE),
    OTHER(0xAF),
    OTHER(0xB0),
    OTHER(0xB3),
    OTHER(0xB4),
    OTHER(0xB5),
    OTHER(0xB7),
    OTHER(0xB8),
    OTHER(0xB9),
};
const struct form_table forms_ericsson = {records, ARRAY_COUNT(records)};
