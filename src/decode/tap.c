/* SPDX-License-Identifier: Apache-2.0
 * Roaming files (tap.md): TAP 3.12 (GSMA TD.57) and NRTRDE 2.1 (TD.35), what our subscribers did abroad. */
#include "columns.h"
#include "decoders.h"
#include "framed.h"
#include "tap_forms.h"

#include "simsieve/base/hash.h"

#include <stdlib.h>
#include <string.h>

/* What is not a record (tap_forms.c); unique in a file but for what each file type calls its parts. */
enum {
    TAG_BATCH = 0x61,      /* either file */
    TAG_BATCH_INFO = 0x64, /* TAP */
    TAG_NETWORK_INFO = 0x66,
    TAG_CALLS = 0x63,
    TAG_EVENTS = 0x62, /* NRTRDE */
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

#define CLOSED_PARTIAL 1 /* causeForTermination: the call goes on in another record */

#define ENTITY_BYTES_MAX 32 /* longer ones are looked up each time */

struct tap {
    struct framed framed;
    char sender[16]; /* of the batch: a TADIG code */
    /* The switch of the last record, whose name is not looked up again for the next. */
    char entity[ENTITY_BYTES_MAX];
    size_t entity_length;
    uint64_t entity_name; /* 0: none yet */
    char offsets[OFFSET_CODE_MAX + 1][OFFSET_BYTES + 1];
};

static enum frame_role role(const struct ber_header *header, const uint8_t *bytes, size_t length,
                            unsigned depth)
{
    (void)header;
    switch (depth) {
    case 0:
        if (bytes[0] == TAG_BATCH)
            return FRAME_IS_CONTAINER;
        return tap_form_of(bytes, length) ? FRAME_IS_RECORD : FRAME_IS_UNKNOWN; /* after damage */
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
           header.header_bytes + header.content_bytes <= FRAMES_RECORD_BYTES_MAX &&
           tap_form_of(bytes, length);
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
    struct signalled number = {.count = (uint32_t)digits.length};
    const bool is_international =
        !is_dialled && digits.length > SHORT_DIGITS_MAX && digits.bytes[0] != '0' && digits.bytes[0] != '+';
    if (likely(digits.length <= DIGITS_COUNT_MAX &&
               text_parse_u64(digits.bytes, digits.length, UINT64_MAX, &number.value))) {
        number.form = is_international ? DIGITS_INTERNATIONAL : DIGITS_AS_DIALLED;
        columns_set_digits(columns, field, number);
        return;
    }
    struct text text = columns_text(columns, field);
    text_add_bytes(&text, "+", is_international);
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

/* Two decimal digits of text; sets bits in `wrong` when one is none. */
static inline int pair_of(const uint8_t *text, unsigned *wrong)
{
    const unsigned tens = text[0] - '0', ones = text[1] - '0';
    *wrong |= (tens > 9) | (ones > 9);
    return (int)(tens * 10 + ones);
}

/* "YYYYMMDDhhmmss" at an offset; false when no calendar or clock shows it. */
static bool read_time(const struct ber_element *time, int64_t offset_ms, int64_t *time_ms)
{
    unsigned wrong = 0;
    const uint8_t *text = time->content;
    if (time->length != TIME_BYTES)
        return false;
    const struct calendar_date date = {pair_of(text, &wrong) * 100 + pair_of(text + 2, &wrong),
                                       pair_of(text + 4, &wrong), pair_of(text + 6, &wrong)};
    const int hour = pair_of(text + 8, &wrong), minute = pair_of(text + 10, &wrong),
              second = pair_of(text + 12, &wrong);
    return calendar_instant(date, hour, minute, second, offset_ms, time_ms) && !wrong;
}

/* "+hhmm"; false when it is none. */
static bool read_offset(struct slice zone, int64_t *offset_ms)
{
    const uint8_t *text = (const uint8_t *)zone.bytes;
    unsigned wrong = text[0] != '+' && text[0] != '-';
    const int hour = pair_of(text + 1, &wrong), minute = pair_of(text + 3, &wrong);
    *offset_ms = (hour * HOUR_MS + minute * MINUTE_MS) * (text[0] == '-' ? -1 : 1);
    return !wrong && hour <= 23 && minute <= 59;
}

static struct slice zone_of(const struct tap *tap, const struct members *members)
{
    const struct ber_element *offset = &members->elements[SLOT_OFFSET];
    uint64_t code;
    if (members_has(members, SLOT_OFFSET))
        return (struct slice){(const char *)offset->content, offset->length};
    if (members_has(members, SLOT_OFFSET_CODE) && ber_unsigned(&members->elements[SLOT_OFFSET_CODE], &code) &&
        code <= OFFSET_CODE_MAX)
        return (struct slice){tap->offsets[code], strlen(tap->offsets[code])};
    return (struct slice){NULL, 0};
}

/* Local time and its offset; without an offset the instant is not known, and so it is said. */
static void put_time(struct columns *columns, const struct tap *tap, const struct members *members)
{
    static const char without_offset[] = "2000-01-01T00:00:00";
    const struct ber_element *time = &members->elements[SLOT_TIME];
    const struct slice zone = zone_of(tap, members);
    int64_t offset_ms = 0, time_ms;
    if (!members_has(members, SLOT_TIME))
        return;
    if (zone.length == OFFSET_BYTES && !read_offset(zone, &offset_ms))
        columns_set_damaged(columns, CDR_TIME);
    else if (!read_time(time, offset_ms, &time_ms))
        columns_set_damaged(columns, CDR_TIME);
    else if (zone.length != OFFSET_BYTES)
        columns_borrow(columns, CDR_TIME, without_offset, strlen(without_offset));
    else
        columns_value(columns, CDR_TIME)->time_ms = time_ms;
}

static enum cdr_type type_of(const struct members *members, bool is_originated)
{
    if (is_originated)
        return is_service(members, SERVICE_MO_SMS) ? CDR_MO_SMS : CDR_MO_CALL;
    return is_service(members, SERVICE_MT_SMS) ? CDR_MT_SMS : CDR_MT_CALL;
}

static struct slice entity_of(const struct tap *tap, const struct members *members)
{
    const struct ber_element *node = &members->elements[SLOT_NODE];
    if (members_has(members, SLOT_NODE))
        return (struct slice){(const char *)node->content, node->length};
    return (struct slice){tap->sender, strlen(tap->sender)};
}

static void put_switch(struct columns *columns, const struct tap *tap, struct slice entity)
{
    if (tap->entity_name && tap->entity_length == entity.length &&
        memcmp(tap->entity, entity.bytes, entity.length) == 0)
        columns_set_integer(columns, CDR_SWITCH, tap->entity_name);
    else
        columns_set_name(columns, CDR_SWITCH, entity.bytes, entity.length);
}

static void remember_switch(struct tap *tap, struct slice entity, const struct cdr *cdr)
{
    if (cdr->switch_name == tap->entity_name || entity.length > sizeof(tap->entity))
        return;
    memcpy(tap->entity, entity.bytes, entity.length);
    tap->entity_length = entity.length;
    tap->entity_name = cdr->switch_name;
}

/* The records of one call share a reference, which is unique only among those of a switch: its subscriber is a part of
 * it here. A last part is marked by nothing but that. */
static void put_part(struct cdr *cdr, const struct members *members)
{
    const struct ber_element *reference = &members->elements[SLOT_REFERENCE];
    uint64_t closing = 0;
    if (!members_has(members, SLOT_REFERENCE) || reference->length == 0)
        return;
    if (members_has(members, SLOT_CLOSING) && !ber_unsigned(&members->elements[SLOT_CLOSING], &closing))
        return;
    cdr->call_reference = hash_fixed(hash_bytes(reference->content, reference->length) ^ cdr->imsi);
    cdr->partial = closing == CLOSED_PARTIAL ? CDR_PARTIAL_MORE : CDR_PARTIAL_LAST;
}

static enum reason decode_call(struct tap *tap, const struct tap_form *form, const struct members *members,
                               struct cdr *cdr)
{
    static const uint8_t served[] = {SLOT_SERVED};
    static const uint8_t called[] = {SLOT_CALLED, SLOT_TRANSLATED, SLOT_CONNECTED};
    static const uint8_t other_of_sms[] = {SLOT_CONNECTED, SLOT_CALLED, SLOT_TRANSLATED, SLOT_CALLING};
    static const uint8_t calling[] = {SLOT_CALLING};
    const enum cdr_type type = type_of(members, form->is_originated);
    const bool is_sms = type == CDR_MO_SMS || type == CDR_MT_SMS;
    const enum cdr_field own = form->is_originated ? CDR_A : CDR_B,
                         other = form->is_originated ? CDR_B : CDR_A;
    const struct slice entity = entity_of(tap, members);
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
    else if (form->is_originated)
        put_first_number(&columns, other, members, called, ARRAY_COUNT(called));
    else
        put_first_number(&columns, other, members, calling, ARRAY_COUNT(calling));
    put_bcd(&columns, CDR_IMSI, members, SLOT_IMSI);
    put_bcd(&columns, CDR_IMEI, members, SLOT_IMEI);
    if (!is_sms && members_has(members, SLOT_DURATION) &&
        ber_unsigned(&members->elements[SLOT_DURATION], &duration_s))
        columns_set_integer(&columns, CDR_DURATION, duration_s);
    put_switch(&columns, tap, entity);
    const enum reason reason = decode_columns(tap->framed.intake.context, &columns, cdr);
    if (reason != REASON_NONE)
        return reason;
    remember_switch(tap, entity, cdr);
    if (!is_sms)
        put_part(cdr, members);
    return REASON_NONE;
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
    const struct tap_form *form = tap_form_of(bytes, length);
    const enum ber_status outer = ber_next(&walk, &record);
    if (outer != BER_ELEMENT)
        return outer == BER_TOO_DEEP ? REASON_BER_DEPTH : REASON_BER;
    if (tap->framed.frames.depth == DEPTH_FILE) {
        read_info(tap, &record);
        return FRAMED_NO_RECORD;
    }
    if (!form)
        return REASON_NOT_CALL_OR_SMS;
    const enum ber_status inner = members_collect(&members, form->members, ber_inside(&record));
    if (inner != BER_END)
        return inner == BER_TOO_DEEP ? REASON_BER_DEPTH : REASON_BER;
    return decode_call(tap, form, &members, cdr);
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
