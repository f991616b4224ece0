/* SPDX-License-Identifier: Apache-2.0
 * Roaming files (tap.md): TAP 3.12 (GSMA TD.57) and NRTRDE 2.1 (TD.35), what our subscribers did abroad. */
#include "columns.h"
#include "decoders.h"
#include "forms.h"
#include "framed.h"

#include <stdlib.h>
#include <string.h>

/* Tags are of the application class, unique in a file but for what each file type calls its parts. */
enum {
    TAG_BATCH = 0x61,      /* either file */
    TAG_BATCH_INFO = 0x64, /* TAP */
    TAG_NETWORK_INFO = 0x66,
    TAG_CALLS = 0x63,
    TAG_MOBILE_ORIGINATED = 0x69,
    TAG_MOBILE_TERMINATED = 0x6A,
    TAG_EVENTS = 0x62, /* NRTRDE */
    TAG_EVENT_ORIGINATED = 0x63,
    TAG_EVENT_TERMINATED = 0x64,
    TAG_VERSION = 0x5F29,
    /* What the records of a file share. */
    TAG_SENDER = 0x5F8144,
    TAG_OFFSETS = 0x7F816A,
    TAG_OFFSET_CODE = 0x5F8168,
    TAG_OFFSET = 0x5F8167,
};

#define DEPTH_FILE 1 /* inside the batch */

/* Teleservices (TD.57 TeleServiceCode, as in TS 22.003). */
#define SERVICE_MT_SMS "21"
#define SERVICE_MO_SMS "22"

/* Codes are of one octet's worth; more than a file has time zones. */
#define OFFSET_CODE_MAX 99
#define OFFSET_BYTES    5 /* "+0200" */
#define TIME_BYTES      14

struct tap {
    struct framed framed;
    char sender[16]; /* of the batch: a TADIG code */
    char offsets[OFFSET_CODE_MAX + 1][OFFSET_BYTES + 1];
};

static const struct member_row subscriber_rows[] = {MEMBER(0x5F8101, SLOT_IMSI),
                                                    MEMBER(0x5F8118, SLOT_SERVED)};
static const struct member_table subscriber = MEMBER_TABLE(subscriber_rows);
static const struct member_row chargeable_rows[] = {MEMBER_GROUP(0x7F8147, subscriber)};
static const struct member_table chargeable = MEMBER_TABLE(chargeable_rows);

static const struct member_row destination_rows[] = {
    MEMBER_NUMBER(0x5F8317, SLOT_CALLED, NUMBER_STYLE_BCD),
    MEMBER_NUMBER(0x5F8217, SLOT_TRANSLATED, NUMBER_STYLE_DIALLED),
    MEMBER_NUMBER(0x5F8323, SLOT_CONNECTED, NUMBER_STYLE_DIALLED), /* of an SMS */
};
static const struct member_table destination = MEMBER_TABLE(destination_rows);

static const struct member_row originator_rows[] = {
    MEMBER_NUMBER(0x5F8315, SLOT_CALLING, NUMBER_STYLE_BCD),
    MEMBER_NUMBER(0x5F8329, SLOT_CONNECTED, NUMBER_STYLE_DIALLED), /* of an SMS */
};
static const struct member_table originator = MEMBER_TABLE(originator_rows);

static const struct member_row start_rows[] = {MEMBER(0x50, SLOT_TIME), MEMBER(0x5F8168, SLOT_OFFSET_CODE)};
static const struct member_table start = MEMBER_TABLE(start_rows);

static const struct member_row mo_basic_rows[] = {
    MEMBER_GROUP(0x7F832B, chargeable),
    MEMBER_GROUP(0x7F59, destination),
    MEMBER_GROUP(0x7F2C, start),
    MEMBER(0x5F815F, SLOT_DURATION),
};
static const struct member_table mo_basic = MEMBER_TABLE(mo_basic_rows);

static const struct member_row mt_basic_rows[] = {
    MEMBER_GROUP(0x7F832B, chargeable),
    MEMBER_GROUP(0x7F29, originator),
    MEMBER_GROUP(0x7F2C, start),
    MEMBER(0x5F815F, SLOT_DURATION),
};
static const struct member_table mt_basic = MEMBER_TABLE(mt_basic_rows);

static const struct member_row equipment_rows[] = {MEMBER(0x5F8100, SLOT_IMEI)};
static const struct member_table equipment = MEMBER_TABLE(equipment_rows);

static const struct member_row service_code_rows[] = {MEMBER(0x5F815A, SLOT_TELESERVICE),
                                                      MEMBER(0x5F28, SLOT_BEARER)};
static const struct member_table service_code = MEMBER_TABLE(service_code_rows);
static const struct member_row service_rows[] = {MEMBER_GROUP(0x7F832A, service_code)};
static const struct member_table service = MEMBER_TABLE(service_rows);
static const struct member_row service_used_rows[] = {MEMBER_GROUP(0x7F24, service)};
static const struct member_table service_used = MEMBER_TABLE(service_used_rows);
static const struct member_row services_rows[] = {MEMBER_GROUP(0x7F27, service_used)};
static const struct member_table services = MEMBER_TABLE(services_rows);

static const struct member_row originated_rows[] = {
    MEMBER_GROUP(0x7F8113, mo_basic),
    MEMBER_GROUP(0x7F832D, equipment),
    MEMBER_GROUP(0x7F26, services),
};
static const struct member_table originated = MEMBER_TABLE(originated_rows);

static const struct member_row terminated_rows[] = {
    MEMBER_GROUP(0x7F8119, mt_basic),
    MEMBER_GROUP(0x7F832D, equipment),
    MEMBER_GROUP(0x7F26, services),
};
static const struct member_table terminated = MEMBER_TABLE(terminated_rows);

/* NRTRDE: one level. */
static const struct member_row event_service_rows[] = {MEMBER(0x5F2B, SLOT_TELESERVICE),
                                                       MEMBER(0x52, SLOT_BEARER)};
static const struct member_table event_service = MEMBER_TABLE(event_service_rows);

static const struct member_row event_rows[] = {
    MEMBER(0x5F22, SLOT_IMSI),
    MEMBER(0x5F21, SLOT_IMEI),
    MEMBER(0x55, SLOT_TIME),
    MEMBER(0x5F2D, SLOT_OFFSET),
    MEMBER(0x53, SLOT_DURATION),
    MEMBER_GROUP(0x7F2E, event_service),
    MEMBER_NUMBER(0x5E, SLOT_TRANSLATED, NUMBER_STYLE_DIALLED),
    MEMBER_NUMBER(0x5B, SLOT_CALLED, NUMBER_STYLE_DIGITS),
    MEMBER_NUMBER(0x56, SLOT_CALLING, NUMBER_STYLE_DIGITS),
    MEMBER(0x5F23, SLOT_NODE),
    MEMBER(0x5F31, SLOT_SERVED),
};
static const struct member_table event = MEMBER_TABLE(event_rows);

struct kind {
    uint32_t tag;
    uint32_t first_member; /* what its records begin with */
    bool is_originated;
    const struct member_table *members;
};

static const struct kind kinds[] = {
    {TAG_MOBILE_ORIGINATED, 0x7F8113, true, &originated},
    {TAG_MOBILE_TERMINATED, 0x7F8119, false, &terminated},
    {TAG_EVENT_ORIGINATED, 0x5F22, true, &event},
    {TAG_EVENT_TERMINATED, 0x5F22, false, &event},
};

/* The kind of a record, by its tag and what it begins with. */
static const struct kind *kind_of(const uint8_t *bytes, size_t length)
{
    struct ber_header record, member;
    if (ber_read_header(bytes, length, &record) != BER_ELEMENT ||
        ber_read_header(bytes + record.header_bytes, length - record.header_bytes, &member) != BER_ELEMENT)
        return NULL;
    for (size_t i = 0; i < ARRAY_COUNT(kinds); i++)
        if (kinds[i].tag == record.tag && kinds[i].first_member == member.tag)
            return &kinds[i];
    return NULL;
}

static enum frame_role role(const struct ber_header *header, const uint8_t *bytes, size_t length,
                            unsigned depth)
{
    (void)header;
    switch (depth) {
    case 0:
        if (bytes[0] == TAG_BATCH)
            return FRAME_IS_CONTAINER;
        return kind_of(bytes, length) ? FRAME_IS_RECORD : FRAME_IS_UNKNOWN; /* after damage */
    case DEPTH_FILE:
        if (bytes[0] == TAG_CALLS || bytes[0] == TAG_EVENTS)
            return FRAME_IS_CONTAINER;
        return bytes[0] == TAG_BATCH_INFO || bytes[0] == TAG_NETWORK_INFO ? FRAME_IS_RECORD : FRAME_IS_PASSED;
    default:
        return FRAME_IS_RECORD;
    }
}

static bool is_start(const uint8_t *bytes, size_t length)
{
    struct ber_header header;
    return ber_read_header(bytes, length, &header) == BER_ELEMENT &&
           header.header_bytes + header.content_bytes <= FRAMES_RECORD_BYTES_MAX && kind_of(bytes, length);
}

static const struct frames_format format = {role, is_start};

static void *tap_open(const struct decode_context *context, const char *input, struct error *error)
{
    struct tap *tap = calloc(1, sizeof(*tap));
    if (tap && intake_init(&tap->framed.intake, context, input)) {
        tap->framed.frames = frames_start(&format);
        return tap;
    }
    error_set(error, ERROR_INTERNAL, "%s: no memory to decode it", input);
    if (tap)
        intake_fini(&tap->framed.intake);
    free(tap);
    return NULL;
}

static void tap_close(void *state)
{
    struct tap *tap = state;
    if (!tap)
        return;
    intake_fini(&tap->framed.intake);
    free(tap);
}

static void put_bcd(struct columns *columns, enum cdr_field field, const struct members *members,
                    enum slot slot)
{
    if (members_has(members, slot))
        columns_set_digits(columns, field,
                           octets_bcd(members->elements[slot].content, members->elements[slot].length));
}

/* A number in international form, but for short ones and what somebody wrote otherwise. */
static void put_bcd_number(struct columns *columns, enum cdr_field field, const struct ber_element *element)
{
    const struct signalled digits = octets_bcd(element->content, element->length);
    const bool has_trunk = element->length > 0 && element->content[0] >> 4 == 0;
    columns_set_digits(columns, field, has_trunk ? digits : octets_number(digits, 1));
}

static void put_text_number(struct columns *columns, enum cdr_field field, const struct ber_element *element,
                            bool is_dialled)
{
    const struct slice digits = {(const char *)element->content, u64_min(element->length, COLUMN_BYTES - 1)};
    struct text text = columns_text(columns, field);
    if (!is_dialled && digits.length > SHORT_DIGITS_MAX && digits.bytes[0] != '0' && digits.bytes[0] != '+')
        text_add_bytes(&text, "+", 1);
    text_add_bytes(&text, digits.bytes, digits.length);
    columns_set(columns, field, &text);
}

static void put_first_number(struct columns *columns, enum cdr_field field, const struct members *members,
                             const uint8_t *slots, size_t count)
{
    for (size_t i = 0; i < count && !columns_has(columns, field); i++) {
        const enum slot slot = (enum slot)slots[i];
        const struct ber_element *element = &members->elements[slot];
        if (!members_has(members, slot))
            continue;
        if (members->styles[slot] == NUMBER_STYLE_BCD || slot == SLOT_SERVED)
            put_bcd_number(columns, field, element);
        else
            put_text_number(columns, field, element, members->styles[slot] == NUMBER_STYLE_DIALLED);
    }
}

static bool is_service(const struct members *members, const char *code)
{
    const struct ber_element *used = &members->elements[SLOT_TELESERVICE];
    return members_has(members, SLOT_TELESERVICE) && used->length == strlen(code) &&
           memcmp(used->content, code, used->length) == 0;
}

/* "YYYYMMDDhhmmss" and an offset to RFC 3339; without an offset the instant is not known, and so it is said. */
static void put_time(struct columns *columns, const struct tap *tap, const struct members *members)
{
    static const uint8_t places[] = {4, 2, 2, 2, 2, 2};
    static const char separators[] = "--T::";
    const struct ber_element *time = &members->elements[SLOT_TIME], *offset = &members->elements[SLOT_OFFSET];
    uint64_t code;
    struct slice zone = {NULL, 0};
    struct text text = columns_text(columns, CDR_TIME);
    if (!members_has(members, SLOT_TIME))
        return;
    if (members_has(members, SLOT_OFFSET))
        zone = (struct slice){(const char *)offset->content, offset->length};
    else if (members_has(members, SLOT_OFFSET_CODE) &&
             ber_unsigned(&members->elements[SLOT_OFFSET_CODE], &code) && code <= OFFSET_CODE_MAX)
        zone = (struct slice){tap->offsets[code], strlen(tap->offsets[code])};
    const char *at = (const char *)time->content;
    for (size_t i = 0; i < ARRAY_COUNT(places) && time->length == TIME_BYTES; at += places[i++]) {
        text_add_bytes(&text, at, places[i]);
        text_add_bytes(&text, &separators[i], i + 1 < ARRAY_COUNT(places));
    }
    if (text.length > 0 && zone.length == OFFSET_BYTES) {
        text_add_bytes(&text, zone.bytes, 3);
        text_add_bytes(&text, ":", 1);
        text_add_bytes(&text, zone.bytes + 3, 2);
    }
    if (text.length == 0)
        text_add_bytes(&text, "?", 1);
    columns_set(columns, CDR_TIME, &text);
}

static enum cdr_type type_of(const struct members *members, bool is_originated)
{
    if (is_originated)
        return is_service(members, SERVICE_MO_SMS) ? CDR_MO_SMS : CDR_MO_CALL;
    return is_service(members, SERVICE_MT_SMS) ? CDR_MT_SMS : CDR_MT_CALL;
}

static enum reason decode_call(const struct tap *tap, const struct kind *kind, const struct members *members,
                               struct cdr *cdr)
{
    static const uint8_t served[] = {SLOT_SERVED};
    static const uint8_t called[] = {SLOT_CALLED, SLOT_TRANSLATED, SLOT_CONNECTED};
    static const uint8_t other_of_sms[] = {SLOT_CONNECTED, SLOT_CALLED, SLOT_TRANSLATED, SLOT_CALLING};
    static const uint8_t calling[] = {SLOT_CALLING};
    const enum cdr_type type = type_of(members, kind->is_originated);
    const bool is_sms = type == CDR_MO_SMS || type == CDR_MT_SMS;
    const enum cdr_field own = kind->is_originated ? CDR_A : CDR_B,
                         other = kind->is_originated ? CDR_B : CDR_A;
    struct columns columns;
    uint64_t duration_s;
    if (members_has(members, SLOT_BEARER) && !members_has(members, SLOT_TELESERVICE))
        return REASON_NOT_CALL_OR_SMS;
    columns_init(&columns);
    columns_set_integer(&columns, CDR_TYPE, type);
    put_time(&columns, tap, members);
    put_first_number(&columns, own, members, served, ARRAY_COUNT(served));
    if (is_sms)
        put_first_number(&columns, other, members, other_of_sms, ARRAY_COUNT(other_of_sms));
    else if (kind->is_originated)
        put_first_number(&columns, other, members, called, ARRAY_COUNT(called));
    else
        put_first_number(&columns, other, members, calling, ARRAY_COUNT(calling));
    put_bcd(&columns, CDR_IMSI, members, SLOT_IMSI);
    put_bcd(&columns, CDR_IMEI, members, SLOT_IMEI);
    if (!is_sms && members_has(members, SLOT_DURATION) &&
        ber_unsigned(&members->elements[SLOT_DURATION], &duration_s))
        columns_set_integer(&columns, CDR_DURATION, duration_s);
    if (members_has(members, SLOT_NODE))
        columns_set_name(&columns, CDR_SWITCH, (const char *)members->elements[SLOT_NODE].content,
                         members->elements[SLOT_NODE].length);
    else
        columns_set_name(&columns, CDR_SWITCH, tap->sender, strlen(tap->sender));
    return decode_columns(tap->framed.intake.context, &columns, cdr);
}

/* UtcTimeOffsetInfo: a code, and the offset that it stands for. */
static void read_zone(struct tap *tap, const struct ber_element *zone)
{
    struct ber walk = ber_inside(zone);
    struct ber_element member, offset = {0};
    uint64_t code = OFFSET_CODE_MAX + 1;
    while (ber_next(&walk, &member) == BER_ELEMENT) {
        if (member.tag == TAG_OFFSET_CODE && !ber_unsigned(&member, &code))
            return;
        if (member.tag == TAG_OFFSET)
            offset = member;
    }
    if (offset.length == OFFSET_BYTES && code <= OFFSET_CODE_MAX)
        memcpy(tap->offsets[code], offset.content, OFFSET_BYTES);
}

/* What the records of a file share: its sender, and its time zones by their codes. */
static void read_info(struct tap *tap, const struct ber_element *info)
{
    struct ber walk = ber_inside(info);
    struct ber_element member, zone;
    while (ber_next(&walk, &member) == BER_ELEMENT) {
        if (member.tag == TAG_SENDER && member.length < sizeof(tap->sender)) {
            memcpy(tap->sender, member.content, member.length);
            tap->sender[member.length] = 0;
        }
        if (member.tag != TAG_OFFSETS)
            continue;
        struct ber zones = ber_inside(&member);
        while (ber_next(&zones, &zone) == BER_ELEMENT)
            read_zone(tap, &zone);
    }
}

static enum reason decode_record(void *owner, const uint8_t *bytes, size_t length, struct cdr *cdr)
{
    struct tap *tap = owner;
    struct ber walk = ber_over(bytes, length);
    struct ber_element record;
    struct members members = {.present = 0};
    const struct kind *kind = kind_of(bytes, length);
    const enum ber_status outer = ber_next(&walk, &record);
    if (outer != BER_ELEMENT)
        return outer == BER_TOO_DEEP ? REASON_BER_DEPTH : REASON_BER;
    if (tap->framed.frames.depth == DEPTH_FILE) {
        read_info(tap, &record);
        return FRAMED_NO_RECORD;
    }
    if (!kind)
        return REASON_NOT_CALL_OR_SMS;
    const enum ber_status inner = members_collect(&members, kind->members, ber_inside(&record));
    if (inner != BER_END)
        return inner == BER_TOO_DEEP ? REASON_BER_DEPTH : REASON_BER;
    return decode_call(tap, kind, &members, cdr);
}

static enum error_class tap_decode(void *state, const char *bytes, size_t length, bool is_last,
                                   struct decoded *decoded, size_t *consumed, struct error *error)
{
    struct tap *tap = state;
    (void)error;
    *consumed = framed_decode(&tap->framed, decode_record, tap, bytes, length, is_last, decoded);
    return ERROR_OK;
}

static void tap_finish(void *state, struct decoded *decoded)
{
    struct tap *tap = state;
    intake_finish(&tap->framed.intake, decoded);
}

/* The first member of the file tells which it is. */
static bool begins_with(const char *bytes, size_t length, uint32_t tag)
{
    const uint8_t *octets = (const uint8_t *)bytes;
    struct ber_header batch, member;
    return length >= FRAMES_LOOK_BYTES && ber_read_header(octets, length, &batch) == BER_ELEMENT &&
           batch.tag == TAG_BATCH &&
           ber_read_header(octets + batch.header_bytes, length - batch.header_bytes, &member) ==
               BER_ELEMENT &&
           member.tag == tag;
}

/* Text may begin with these octets ("a", "d"), but not with a sender within the lengths that they give. */
static int tap_detect(const char *bytes, size_t length)
{
    struct ber walk;
    struct ber_header batch;
    struct ber_element info, member;
    if (!begins_with(bytes, length, TAG_BATCH_INFO))
        return 0;
    ber_read_header((const uint8_t *)bytes, length, &batch);
    walk = ber_over((const uint8_t *)bytes + batch.header_bytes, length - batch.header_bytes);
    if (ber_next(&walk, &info) != BER_ELEMENT)
        return 0;
    walk = ber_inside(&info);
    while (ber_next(&walk, &member) == BER_ELEMENT)
        if (member.tag == TAG_SENDER)
            return 95;
    return 0;
}

static int nrtrde_detect(const char *bytes, size_t length)
{
    return begins_with(bytes, length, TAG_VERSION) ? 95 : 0;
}

const struct decoder decoder_tap = {
    .name = "tap",
    .summary = "TAP 3 roaming files (GSMA TD.57): calls and SMS of our subscribers abroad",
    .is_binary = true,
    .detect = tap_detect,
    .open = tap_open,
    .close = tap_close,
    .decode = tap_decode,
    .finish = tap_finish,
};

const struct decoder decoder_nrtrde = {
    .name = "nrtrde",
    .summary = "NRTRDE 2 near-real-time roaming files (GSMA TD.35)",
    .is_binary = true,
    .detect = nrtrde_detect,
    .open = tap_open,
    .close = tap_close,
    .decode = tap_decode,
    .finish = tap_finish,
};
