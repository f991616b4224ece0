/* SPDX-License-Identifier: Apache-2.0
 * Tag maps as data: what each member of each kind of record is. One table a kind of record and vendor; the code that
 * reads them (ts32298.c, tap.c) knows no tag. Numbers only: the modules themselves are their owners'. */
#pragma once

#include "octets.h"

#include "simsieve/record/cdr.h"

#include "ber.h"

/* What a member means. */
enum slot {
    SLOT_RECORD_TYPE,
    SLOT_TIME, /* of an SMS or a session's first message */
    SLOT_SEIZURE,
    SLOT_ANSWER,
    SLOT_RELEASE,
    SLOT_TIME_MS,   /* fraction of SLOT_TIME */
    SLOT_ANSWER_MS, /* and of the others */
    SLOT_RELEASE_MS,
    SLOT_OPENING, /* of the record, where nothing else says when */
    SLOT_DURATION,
    SLOT_SERVED, /* numbers: the subscriber whose record it is */
    SLOT_CALLING,
    SLOT_CALLED,
    SLOT_TRANSLATED,
    SLOT_CONNECTED,
    SLOT_DIVERTED_TO,
    SLOT_IMSI,
    SLOT_IMEI,
    SLOT_SUBSCRIPTIONS, /* a list of identities, the IMSI among them */
    SLOT_EQUIPMENT_TYPE,
    SLOT_PLMN, /* the serving cell, in whatever parts it comes */
    SLOT_AREA,
    SLOT_CELL,
    SLOT_GLOBAL_CELL,   /* PLMN, LAC and CI in 7 octets */
    SLOT_USER_LOCATION, /* TS 29.274 */
    SLOT_ACCESS_TEXT,   /* P-Access-Network-Info */
    SLOT_ENTITY,        /* the switch: an address */
    SLOT_NODE,          /* the switch: text */
    SLOT_TRUNK_IN,
    SLOT_TRUNK_IN_NAME,
    SLOT_TRUNK_OUT,
    SLOT_TRUNK_OUT_NAME,
    SLOT_SEQUENCE,
    SLOT_REFERENCE, /* what the records of one call share */
    SLOT_PART,      /* which of them it is */
    SLOT_PARTS,     /* segments of a concatenated SMS */
    SLOT_CLOSING,   /* why the record was closed: TS 32.250 causeForTerm, TS 32.260 causeForRecordClosing */
    SLOT_CAUSE,     /* why there was no answer: Q.850 */
    SLOT_CAUSE_MAP,
    SLOT_CAUSE_DIAMETER,
    SLOT_CAUSE_SIP,
    SLOT_CAUSE_OTHER, /* a failure that nobody else can read */
    SLOT_STATUS,      /* TP-Status */
    SLOT_SERVICES,    /* supplementary services used */
    SLOT_ROLE,
    SLOT_METHOD,
    SLOT_BODIES,
    SLOT_MESSAGE_TYPE,
    /* Ericsson: binary dates and times. */
    SLOT_DATE,
    SLOT_START_TIME,
    SLOT_SETUP_SECONDS,
    SLOT_CLOCK_DURATION,
    SLOT_CALL_POSITION,
    SLOT_END_OF_SELECTION,
    SLOT_LAST_PART,
    /* Roaming files: local time, and its offset or the code of that. */
    SLOT_OFFSET,
    SLOT_OFFSET_CODE,
    SLOT_TELESERVICE,
    SLOT_BEARER,
    SLOT_COUNT,
    SLOT_NONE = SLOT_COUNT
};
static_assert(SLOT_COUNT <= 64, "a bit of struct members each");

/* How a number lies in its member; the first are enum address_style. */
enum number_style {
    NUMBER_STYLE_3GPP = ADDRESS_3GPP,
    NUMBER_STYLE_TP = ADDRESS_TP,
    NUMBER_STYLE_HUAWEI = ADDRESS_HUAWEI,
    NUMBER_STYLE_ERICSSON = ADDRESS_ERICSSON,
    NUMBER_STYLE_PARTY,     /* TS 32.260 InvolvedParty: a choice of URIs */
    NUMBER_STYLE_PARTIES,   /* a list of them; the first that is a telephone's */
    NUMBER_STYLE_SMS_PARTY, /* TS 32.274 OriginatorInfo, RecipientInfo, or a list of them */
    NUMBER_STYLE_BCD,       /* roaming files: digits in international form, the upper half first */
    NUMBER_STYLE_DIGITS,    /* the same as text */
    NUMBER_STYLE_DIALLED,   /* text as it was dialled, or a name */
};

struct member_table;

/* One member of a record: its tag, and what it is or whose members are looked at in turn. */
struct member_row {
    uint32_t tag;
    uint8_t slot;
    uint8_t style;
    const struct member_table *inside;
};

/* Rows by the places of their tags; tag 0: none. */
struct member_table {
    const struct member_row *rows;
    size_t count;
};

/* The number of a tag (X.690 8.1.2). */
#define TAG_NUMBER(tag) \
    ((tag) <= 0xFF ? (tag)&0x1F : (tag) <= 0xFFFF ? (tag)&0x7F : ((tag) >> 1 & 0x3F80) | ((tag)&0x7F))

/* Where in its table a tag stands: one look finds it, or that there is none. Two tags of one place in one table are a
 * compiler warning (initialised twice), so an error. */
#define TAG_PLACE(tag) (TAG_NUMBER(tag) < 64 ? TAG_NUMBER(tag) : 64 + TAG_NUMBER(tag) % 71)

#define MEMBER(tag, slot)           [TAG_PLACE(tag)] = {tag, slot, 0, NULL}
#define MEMBER_NUMBER(tag, slot, s) [TAG_PLACE(tag)] = {tag, slot, s, NULL}
#define MEMBER_GROUP(tag, table)    [TAG_PLACE(tag)] = {tag, SLOT_NONE, 0, &(table)}
#define MEMBER_TABLE(array)       \
    {                             \
        array, ARRAY_COUNT(array) \
    }

enum form_kind {
    FORM_OTHER,      /* neither a call nor an SMS */
    FORM_OTHER_NODE, /* of a call that another node writes a better record of */
    FORM_CALL,
    FORM_SMS,
    FORM_SESSION,  /* TS 32.260: a call, or a message */
    FORM_CHARGING, /* TS 32.255: an SMS or a session, by what is in it */
};

#define RECORD_TYPE_ANY UINT16_MAX

/* One kind of record; in a table by the place of its tag. */
struct form {
    uint32_t tag;         /* of the whole record */
    uint16_t record_type; /* what its recordType must say */
    uint8_t kind;
    uint8_t type; /* enum cdr_type; of a session and a charging record not used */
    const struct member_table *members;
};

#define FORM(tag, record_type, kind, type, members) \
    [TAG_PLACE(tag)] = {tag, record_type, kind, type, &(members)}

struct form_table {
    const struct form *forms;
    size_t count;
};

extern const struct form_table forms_3gpp;
extern const struct form_table forms_huawei;
extern const struct form_table forms_ericsson;

/* What a walk over a record has found; the first of equal members counts. */
struct members {
    uint64_t present; /* bit 1 << enum slot */
    struct ber_element elements[SLOT_COUNT];
    uint8_t styles[SLOT_COUNT];
};

static inline bool members_has(const struct members *members, enum slot slot)
{
    return members->present >> slot & 1;
}

/* Any thread. NULL when the table has no such record. */
static inline const struct form *form_find(const struct form_table *table, uint32_t tag)
{
    const size_t place = TAG_PLACE(tag);
    return place < table->count && table->forms[place].tag == tag && tag != 0 ? &table->forms[place] : NULL;
}

/* Any thread. Looks at the members under `walk`, in any order, and at those of groups in turn; unknown ones are passed
 * over. BER_END when all were whole. Bound: linear in the bytes; groups nest as deep as the tables. */
enum ber_status members_collect(struct members *members, const struct member_table *table, struct ber walk);
