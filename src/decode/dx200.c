/* SPDX-License-Identifier: Apache-2.0
 * Nokia DX 200 charging records (dx200.md): fixed binary blocks, everything little-endian and BCD. Facts of other
 * people's decoders and of one record, not of the vendor. */
#include "columns.h"
#include "decoders.h"
#include "dx200_layouts.h"
#include "intake.h"
#include "octets.h"

#include "simsieve/base/hash.h"

#include <stdlib.h>
#include <string.h>

/* The header of every record. */
#define HEADER_BYTES        25
#define AT_RECORD_TYPE      2
#define AT_RECORD_NUMBER    3
#define RECORD_NUMBER_BYTES 4
#define AT_CALL_REFERENCE   10
#define REFERENCE_BYTES     5
#define AT_EXCHANGE         15
#define EXCHANGE_BYTES      10
/* Calls only. */
#define AT_PART_NUMBER 25
#define AT_PART_KIND   26

enum { PART_WHOLE = 0, PART_INTERMEDIATE = 1, PART_LAST = 2 };

#define IMSI_BYTES     8
#define DURATION_BYTES 3
#define FILLER         0xFF

#define LOOK_BYTES HEADER_BYTES

/* Real ones have hundreds; and no two characters of text are as little. */
#define RECORD_BYTES_MAX 4096

/* Type of number, and what it is in octets_number's terms. */
enum { TON_INTERNATIONAL_DX = 5, TON_NATIONAL_DX = 6, TON_ASCII_DX = 0x18 };

struct dx200 {
    struct intake intake;
    bool is_lost;
};

static unsigned word_at(const uint8_t *bytes)
{
    return bytes[0] | (unsigned)bytes[1] << 8;
}

static bool is_bcd(uint8_t octet)
{
    return octet >> 4 <= 9 && (octet & 0x0F) <= 9;
}

/* BCD digits, a filler, and nothing but filler from there on; at least one digit. */
static bool is_exchange(const uint8_t *bytes)
{
    bool has_ended = false;
    for (size_t i = 0; i < EXCHANGE_BYTES; i++) {
        const bool is_last = (bytes[i] & 0x0F) <= 9 && bytes[i] >> 4 == 0x0F;
        if (has_ended ? bytes[i] != FILLER : !is_bcd(bytes[i]) && !is_last && bytes[i] != FILLER)
            return false;
        has_ended |= !is_bcd(bytes[i]);
    }
    return bytes[0] != FILLER;
}

/* Whether a record seems to start here. Header and trailer of a block have fields of their own behind their type. */
static bool is_start(const uint8_t *bytes, size_t length)
{
    if (length < HEADER_BYTES)
        return false;
    const unsigned record_bytes = word_at(bytes);
    const uint8_t type = bytes[AT_RECORD_TYPE];
    if (record_bytes < HEADER_BYTES - 1 || record_bytes > RECORD_BYTES_MAX || !is_bcd(type) ||
        type > RECORD_LAST)
        return false;
    if (type == RECORD_HEADER || type == RECORD_TRAILER)
        return is_exchange(bytes + AT_RECORD_NUMBER) && record_bytes < 128;
    for (size_t i = 0; i < RECORD_NUMBER_BYTES; i++)
        if (!is_bcd(bytes[AT_RECORD_NUMBER + i]))
            return false;
    return is_exchange(bytes + AT_EXCHANGE);
}

static bool is_within(uint8_t bcd, unsigned least, unsigned most)
{
    const unsigned value = (bcd >> 4) * 10u + (bcd & 0x0F);
    return is_bcd(bcd) && value >= least && value <= most;
}

/* Second, minute, hour, day, month, year of the century, century. */
static bool is_time(const uint8_t *bytes)
{
    return is_within(bytes[0], 0, 59) && is_within(bytes[1], 0, 59) && is_within(bytes[2], 0, 23) &&
           is_within(bytes[3], 1, 31) && is_within(bytes[4], 1, 12) && is_within(bytes[5], 0, 99) &&
           is_within(bytes[6], 19, 20);
}

static const struct layout *find_layout(const uint8_t *bytes, size_t length, bool *is_kind_known)
{
    *is_kind_known = false;
    const struct layout *layout;
    for (size_t i = 0; (layout = dx200_layout(i)); i++) {
        if (layout->record_type != bytes[AT_RECORD_TYPE])
            continue;
        *is_kind_known = true;
        if (length >= layout->record_bytes_min && is_time(bytes + layout->seizure_at) &&
            (!layout->needs_imsi || bytes[layout->imsi_at] != FILLER))
            return layout;
    }
    return NULL;
}

static void put_number(struct columns *columns, enum cdr_field field, const struct place *place,
                       const uint8_t *bytes)
{
    const uint8_t *octets = bytes + place->at;
    const unsigned type = place->type_at ? bytes[place->type_at] : TON_INTERNATIONAL_DX;
    if (place->bytes == 0)
        return;
    if (type == TON_ASCII_DX) {
        size_t length = 0;
        while (length < place->bytes && octets[length] != FILLER && octets[length] != 0)
            length++;
        columns_borrow(columns, field, (const char *)octets, u64_min(length, COLUMN_BYTES - 1));
    } else {
        columns_set_digits(columns, field,
                           octets_number(octets_tbcd(octets, place->bytes), type == TON_INTERNATIONAL_DX ? 1
                                                                            : type == TON_NATIONAL_DX    ? 2
                                                                                                      : 0));
    }
}

static void put_time(struct columns *columns, const uint8_t *time)
{
    const uint8_t stamp[6] = {time[5], time[4], time[3], time[2], time[1], time[0]};
    columns_set_time(columns, stamp, sizeof(stamp), 0);
}

static void put_cell(struct columns *columns, const uint8_t *area)
{
    if (word_at(area) != UINT16_MAX)
        columns_set_home_cell(columns, word_at(area), word_at(area + 2));
}

/* How a call ended, or an SMS. Why it was not answered is told in codes that nobody publishes. */
static void put_outcome(struct columns *columns, const struct layout *layout, const uint8_t *bytes)
{
    if (layout->cause_at) {
        const bool is_failed = word_at(bytes + layout->cause_at) || word_at(bytes + layout->cause_at + 2);
        columns_set_outcome(columns, is_failed ? CDR_FAILED : CDR_DELIVERED);
        return;
    }
    const uint8_t *duration = bytes + layout->duration_at;
    const bool is_answered = layout->answer_at && is_time(bytes + layout->answer_at);
    columns_set_outcome(columns, is_answered ? CDR_ANSWERED : CDR_OUTCOME_NONE);
    if (!is_answered) {
        columns_set_integer(columns, CDR_DURATION, 0);
    } else if (is_bcd(duration[0]) && is_bcd(duration[1]) && is_bcd(duration[2])) {
        uint64_t seconds = 0;
        for (size_t i = DURATION_BYTES; i-- > 0;)
            seconds = seconds * 100 + (duration[i] >> 4) * 10u + (duration[i] & 0x0F);
        columns_set_integer(columns, CDR_DURATION, seconds);
    }
}

static void put_columns(struct columns *columns, const struct layout *layout, const uint8_t *bytes)
{
    struct text exchange = columns_text(columns, CDR_SWITCH);
    columns_init(columns);
    columns_set_integer(columns, CDR_TYPE, layout->type);
    put_time(columns, bytes + layout->seizure_at);
    put_number(columns, CDR_A, &layout->calling, bytes);
    put_number(columns, CDR_FORWARDED_BY, &layout->forwarder, bytes);
    if (layout->imsi_at)
        columns_set_digits(columns, CDR_IMSI, octets_tbcd(bytes + layout->imsi_at, IMSI_BYTES));
    if (layout->imei_at)
        columns_set_digits(columns, CDR_IMEI, octets_tbcd(bytes + layout->imei_at, IMSI_BYTES));
    if (layout->area_at)
        put_cell(columns, bytes + layout->area_at);
    if (layout->trunk_at && is_bcd(bytes[layout->trunk_at]) && is_bcd(bytes[layout->trunk_at + 1]))
        columns_set_number_name(columns, CDR_TRUNK,
                                (bytes[layout->trunk_at + 1] >> 4) * 1000u +
                                    (bytes[layout->trunk_at + 1] & 0x0F) * 100u +
                                    (bytes[layout->trunk_at] >> 4) * 10u + (bytes[layout->trunk_at] & 0x0F));
    octets_add_tbcd(&exchange, bytes + AT_EXCHANGE, EXCHANGE_BYTES);
    columns_set(columns, CDR_SWITCH, &exchange);
    put_outcome(columns, layout, bytes);
}

static enum reason decode_record(const struct decode_context *context, const uint8_t *bytes, size_t length,
                                 struct cdr *cdr)
{
    struct columns columns;
    bool is_kind_known;
    const struct layout *layout = find_layout(bytes, length, &is_kind_known);
    if (!layout)
        return is_kind_known ? REASON_TIME_MALFORMED : REASON_NOT_CALL_OR_SMS;
    put_columns(&columns, layout, bytes);
    if (layout->parts_at && layout->parts_at < length && bytes[layout->parts_at] > 0 &&
        bytes[layout->parts_at] != FILLER)
        columns_set_integer(&columns, CDR_SMS_PARTS, bytes[layout->parts_at]);
    put_number(&columns, CDR_B, &layout->called, bytes);
    enum reason reason = decode_columns(context, &columns, cdr);
    if (reason >= REASON_B_MISSING && reason <= REASON_B_AMBIGUOUS && layout->dialled.bytes) {
        columns_clear(&columns, CDR_B);
        put_number(&columns, CDR_B, &layout->dialled, bytes);
        if (decode_columns(context, &columns, cdr) == REASON_NONE)
            reason = REASON_NONE;
    }
    if (layout->duration_at == 0 || bytes[AT_PART_KIND] == PART_WHOLE || bytes[AT_PART_KIND] > PART_LAST)
        return reason;
    cdr->call_reference = hash_bytes(bytes + AT_CALL_REFERENCE, REFERENCE_BYTES);
    cdr->partial = bytes[AT_PART_KIND] == PART_LAST ? CDR_PARTIAL_LAST : CDR_PARTIAL_MORE;
    cdr->partial_number = bytes[AT_PART_NUMBER];
    return reason;
}

static void *dx200_open(const struct decode_context *context, const char *input, struct error *error)
{
    struct dx200 *dx200 = calloc(1, sizeof(*dx200));
    if (dx200 && intake_init(&dx200->intake, context, input))
        return dx200;
    error_set(error, ERROR_INTERNAL, "%s: no memory to decode it", input);
    if (dx200)
        intake_fini(&dx200->intake);
    free(dx200);
    return NULL;
}

static void dx200_close(void *state)
{
    struct dx200 *dx200 = state;
    if (!dx200)
        return;
    intake_fini(&dx200->intake);
    free(dx200);
}

enum fit { FIT_NO, FIT_YES, FIT_MORE };

/* Whether a record that starts here ends where something sensible stands: another, filler or the end. */
static enum fit fit_of(const uint8_t *bytes, size_t length, bool is_last)
{
    if (!is_start(bytes, length))
        return FIT_NO;
    const size_t end = word_at(bytes);
    if (length < end + LOOK_BYTES && !is_last)
        return FIT_MORE;
    if (length <= end)
        return length == end ? FIT_YES : FIT_NO;
    return bytes[end] == FILLER || is_start(bytes + end, length - end) ? FIT_YES : FIT_NO;
}

/* Octets up to the next record after damage. */
static size_t find_start(struct dx200 *dx200, const uint8_t *bytes, size_t length, bool is_last)
{
    size_t at = 0;
    enum fit fit = FIT_NO;
    while (length - at >= LOOK_BYTES && (fit = fit_of(bytes + at, length - at, is_last)) == FIT_NO)
        at++;
    dx200->is_lost = fit != FIT_YES;
    return is_last && fit == FIT_NO ? length : at;
}

/* One step at the front; octets to be consumed, 0 when more are needed. */
static size_t step_on(struct dx200 *dx200, const uint8_t *bytes, size_t length, bool is_last,
                      struct decoded *decoded)
{
    if (dx200->is_lost) {
        const size_t step = find_start(dx200, bytes, length, is_last);
        if (dx200->is_lost || step > 0)
            return step;
    }
    if (bytes[0] == FILLER)
        return 1; /* the rest of a block: no record is that long */
    if (length < LOOK_BYTES && !is_last)
        return 0;
    const size_t record_bytes = length < HEADER_BYTES ? 0 : word_at(bytes);
    if (!is_start(bytes, length) || (is_last && record_bytes > length)) {
        dx200->is_lost = true;
        intake_take(&dx200->intake, decoded,
                    is_start(bytes, length) || length < HEADER_BYTES ? REASON_RECORD_TRUNCATED
                                                                     : REASON_RECORD_UNKNOWN,
                    bytes, u64_min(length, LOOK_BYTES));
        return 1;
    }
    if (record_bytes > length)
        return 0;
    if (bytes[AT_RECORD_TYPE] != RECORD_HEADER && bytes[AT_RECORD_TYPE] != RECORD_TRAILER)
        intake_take(
            &dx200->intake, decoded,
            decode_record(dx200->intake.context, bytes, record_bytes, &decoded->records[decoded->count]),
            bytes, record_bytes);
    return record_bytes;
}

static enum error_class dx200_decode(void *state, const char *bytes, size_t length, bool is_last,
                                     struct decoded *decoded, size_t *consumed, struct error *error)
{
    struct dx200 *dx200 = state;
    size_t at = 0, step = 1;
    (void)error;
    decoded->count = 0;
    while (step > 0 && at < length && decoded->count < decoded->capacity) {
        step = step_on(dx200, (const uint8_t *)bytes + at, length - at, is_last, decoded);
        at += step;
    }
    *consumed = at;
    return ERROR_OK;
}

static void dx200_finish(void *state, struct decoded *decoded)
{
    struct dx200 *dx200 = state;
    intake_finish(&dx200->intake, decoded);
}

static int dx200_detect(const char *bytes, size_t length)
{
    const uint8_t *octets = (const uint8_t *)bytes;
    size_t at = 0;
    while (at < length && octets[at] == FILLER)
        at++;
    if (!is_start(octets + at, length - at))
        return 0;
    at += word_at(octets + at);
    if (at + LOOK_BYTES > length)
        return 75;
    return octets[at] == FILLER || is_start(octets + at, length - at) ? 85 : 0;
}

const struct decoder decoder_dx200 = {
    .name = "dx200",
    .summary = "Nokia DX 200 charging records (MSS)",
    .is_binary = true,
    .detect = dx200_detect,
    .open = dx200_open,
    .close = dx200_close,
    .decode = dx200_decode,
    .finish = dx200_finish,
};
