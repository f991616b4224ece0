/* SPDX-License-Identifier: Apache-2.0
 * CDR files of TS 32.297 (ts32297.md): a header, then records of TS 32.298 behind small headers of their own. */
#include "decoders.h"
#include "frames.h"
#include "intake.h"
#include "ts32298.h"

#include <stdlib.h>
#include <string.h>

/* The file header (6.1.1): what of it is used, and what tells it from other things. */
#define FILE_HEADER_BYTES_MIN 50
#define FILE_HEADER_BYTES_MAX 4096
#define AT_HEADER_LENGTH      4
#define AT_OPENED             10
#define AT_APPENDED           14
#define AT_CLOSURE            26
#define CLOSURE_NORMAL_LAST   5
#define CLOSURE_ERROR_FIRST   128
#define CLOSURE_ERROR_LAST    131
#define LENGTH_UNKNOWN        UINT32_MAX

/* A record's header (6.1.2): length, release and version, format and TS number, and for releases after 9 one octet. */
#define RECORD_HEADER_BYTES_MAX 5
#define AT_RELEASE              2
#define RELEASE_EXTENDED        7
#define FORMAT_BER              1
#define FORMAT_LAST             4

/* No record is that long; a file that was not closed in order may end in it. */
#define PADDING 0xFF

/* What is looked at to tell what stands somewhere; a record and a look at what follows fit into the window. */
#define LOOK_BYTES       64
#define RECORD_BYTES_MAX (DECODE_RECORD_BYTES_MAX - RECORD_HEADER_BYTES_MAX - LOOK_BYTES)
static_assert(LOOK_BYTES >= FILE_HEADER_BYTES_MIN &&
                  LOOK_BYTES >= RECORD_HEADER_BYTES_MAX + TS32298_START_BYTES,
              "a look tells");

struct ts32297 {
    struct intake intake;
    struct ts32298 records;
    uint64_t passing; /* octets of a file header that are still to come */
    bool is_lost;     /* looking for the next record */
};

/* What stands somewhere. */
enum part { PART_NOTHING, PART_FILE_HEADER, PART_RECORD };

struct record_header {
    size_t header_bytes;
    size_t record_bytes;
    unsigned format;
};

static uint32_t u32_at(const uint8_t *bytes)
{
    return (uint32_t)octets_u16(bytes) << 16 | octets_u16(bytes + 2);
}

/* Month, day, hour, minute, sign, hours and minutes of the offset, in 4, 5, 5, 6, 1, 5 and 6 bits; or not filled in. */
static bool is_time(const uint8_t *bytes)
{
    const uint32_t time = u32_at(bytes);
    const uint32_t month = time >> 28, day = time >> 23 & 31, hour = time >> 18 & 31,
                   minute = time >> 12 & 63;
    return time == 0 || (month >= 1 && month <= 12 && day >= 1 && hour <= 23 && minute <= 59 &&
                         (time >> 6 & 31) <= 14 && (time & 63) <= 59);
}

static bool is_file_header(const uint8_t *bytes, size_t length)
{
    if (length < FILE_HEADER_BYTES_MIN)
        return false;
    const uint32_t file_length = u32_at(bytes), header_length = u32_at(bytes + AT_HEADER_LENGTH);
    const uint8_t closure = bytes[AT_CLOSURE];
    return header_length >= FILE_HEADER_BYTES_MIN && header_length <= FILE_HEADER_BYTES_MAX &&
           (file_length == LENGTH_UNKNOWN || file_length >= header_length) && is_time(bytes + AT_OPENED) &&
           is_time(bytes + AT_APPENDED) &&
           (closure <= CLOSURE_NORMAL_LAST ||
            (closure >= CLOSURE_ERROR_FIRST && closure <= CLOSURE_ERROR_LAST));
}

static bool read_record_header(const uint8_t *bytes, size_t length, struct record_header *header)
{
    if (length < RECORD_HEADER_BYTES_MAX)
        return false;
    const bool is_extended = bytes[2] >> 5 == RELEASE_EXTENDED;
    *header = (struct record_header){4u + is_extended, octets_u16(bytes), bytes[3] >> 5};
    return true;
}

/* Whether a record of BER starts here that is as long as its header says, but for padding. One in another encoding is
 * believed when its release, version, format and TS number are those of the record before it, `like`. */
static bool is_record(const uint8_t *bytes, size_t length, const uint8_t *like)
{
    struct record_header header;
    struct ber_header ber;
    if (!read_record_header(bytes, length, &header) || header.format == 0 || header.format > FORMAT_LAST ||
        header.record_bytes == 0 || header.record_bytes > RECORD_BYTES_MAX)
        return false;
    if (header.format != FORMAT_BER)
        return like && memcmp(bytes + AT_RELEASE, like + AT_RELEASE, header.header_bytes - AT_RELEASE) == 0;
    bytes += header.header_bytes;
    length -= header.header_bytes;
    return ts32298_is_start(TS32298_STANDARD, bytes, length) &&
           ber_read_header(bytes, length, &ber) == BER_ELEMENT &&
           ber.header_bytes + ber.content_bytes <= header.record_bytes;
}

static enum part part_at(const uint8_t *bytes, size_t length, const uint8_t *like)
{
    if (is_record(bytes, u64_min(length, LOOK_BYTES), like))
        return PART_RECORD;
    return is_file_header(bytes, length) ? PART_FILE_HEADER : PART_NOTHING;
}

static void *ts32297_open(const struct decode_context *context, const char *input, struct error *error)
{
    struct ts32297 *file = calloc(1, sizeof(*file));
    if (file && intake_init(&file->intake, context, input)) {
        file->records = ts32298_start(context, TS32298_STANDARD);
        return file;
    }
    error_set(error, ERROR_INTERNAL, "%s: no memory to decode it", input);
    if (file)
        intake_fini(&file->intake);
    free(file);
    return NULL;
}

static void ts32297_close(void *state)
{
    struct ts32297 *file = state;
    if (!file)
        return;
    intake_fini(&file->intake);
    free(file);
}

/* Whether a record ends within the bytes that are left. */
static bool is_whole(const uint8_t *bytes, size_t length)
{
    struct record_header header;
    return read_record_header(bytes, length, &header) && header.header_bytes + header.record_bytes <= length;
}

/* Octets that hold nothing: up to the next record after damage. At the very end it must be a whole one. */
static size_t find_part(struct ts32297 *file, const uint8_t *bytes, size_t length, bool is_last)
{
    size_t at = 0;
    for (; length - at >= LOOK_BYTES || (is_last && at < length); at++) {
        const size_t look = u64_min(length - at, LOOK_BYTES);
        const enum part part = part_at(bytes + at, look, NULL);
        file->is_lost = part == PART_NOTHING || (look < LOOK_BYTES && !is_whole(bytes + at, look));
        if (!file->is_lost)
            break;
    }
    return at;
}

/* A record that is damaged: passed over whole when something sensible follows it, else the search begins. Octets to be
 * consumed, 0 when more are needed to tell. */
static size_t give_up(struct ts32297 *file, size_t total, const uint8_t *bytes, size_t length, bool is_last)
{
    if (total > 0 && length - total < LOOK_BYTES && !is_last)
        return 0;
    if (total > 0 && (length == total || part_at(bytes + total, length - total, bytes) != PART_NOTHING))
        return total;
    file->is_lost = true;
    return 1;
}

/* A record, or the damage that stands in its place; octets to be consumed, 0 when more are needed. */
static size_t take_record(struct ts32297 *file, const uint8_t *bytes, size_t length, bool is_last,
                          struct decoded *decoded)
{
    struct record_header header;
    enum reason reason = REASON_RECORD_TRUNCATED;
    size_t total = 0, step = 0;
    if (read_record_header(bytes, length, &header)) {
        total = header.header_bytes + header.record_bytes;
        reason = header.record_bytes > RECORD_BYTES_MAX ? REASON_RECORD_TOO_LONG : REASON_NONE;
    }
    if (reason == REASON_NONE && total > length) {
        if (!is_last)
            return 0;
        reason = REASON_RECORD_TRUNCATED;
    }
    if (reason != REASON_NONE)
        total = 0;
    else if (header.format != FORMAT_BER)
        reason = REASON_RECORD_UNKNOWN;
    else
        reason = ts32298_next(&file->records, bytes + header.header_bytes, header.record_bytes,
                              &decoded->records[decoded->count]);
    const bool is_damaged = total == 0 || header.format == 0 || header.format > FORMAT_LAST ||
                            (reason >= REASON_BER && reason <= REASON_RECORD_UNKNOWN);
    step = is_damaged ? give_up(file, total, bytes, length, is_last) : total;
    if (step > 0)
        intake_take(&file->intake, decoded, reason, bytes, step > 1 ? step : u64_min(length, LOOK_BYTES));
    return step;
}

/* One step at the front; octets to be consumed, 0 when more are needed. */
static size_t step_on(struct ts32297 *file, const uint8_t *bytes, size_t length, bool is_last,
                      struct decoded *decoded)
{
    struct record_header header;
    if (file->passing > 0) {
        const size_t step = u64_min(file->passing, length);
        file->passing -= step;
        return step;
    }
    if (file->is_lost) {
        const size_t step = find_part(file, bytes, length, is_last);
        if (file->is_lost || step > 0)
            return step;
    }
    if (length < LOOK_BYTES && !is_last)
        return 0;
    if (part_at(bytes, length, NULL) == PART_FILE_HEADER) {
        file->passing = u32_at(bytes + AT_HEADER_LENGTH);
        return step_on(file, bytes, length, is_last, decoded);
    }
    if (bytes[0] == PADDING)
        return 1;
    if (read_record_header(bytes, length, &header) && header.record_bytes == 0)
        return header.header_bytes;
    return take_record(file, bytes, length, is_last, decoded);
}

static enum error_class ts32297_decode(void *state, const char *bytes, size_t length, bool is_last,
                                       struct decoded *decoded, size_t *consumed, struct error *error)
{
    struct ts32297 *file = state;
    size_t at = 0, step = 1;
    (void)error;
    decoded->count = 0;
    while (step > 0 && at < length && decoded->count < decoded->capacity) {
        step = step_on(file, (const uint8_t *)bytes + at, length - at, is_last, decoded);
        at += step;
    }
    *consumed = at;
    return ERROR_OK;
}

static void ts32297_finish(void *state, struct decoded *decoded)
{
    struct ts32297 *file = state;
    intake_finish(&file->intake, decoded);
}

/* A header that fits is seldom chance; with a record behind it, it is none. */
static int ts32297_detect(const char *bytes, size_t length)
{
    const uint8_t *octets = (const uint8_t *)bytes;
    if (!is_file_header(octets, length))
        return 0;
    const size_t header_length = u32_at(octets + AT_HEADER_LENGTH);
    if (header_length >= length)
        return 80;
    return part_at(octets + header_length, length - header_length, NULL) == PART_NOTHING ? 40 : 99;
}

const struct decoder decoder_ts32297 = {
    .name = "ts32297",
    .summary = "CDR files of TS 32.297 with TS 32.298 records in BER",
    .is_binary = true,
    .detect = ts32297_detect,
    .open = ts32297_open,
    .close = ts32297_close,
    .decode = ts32297_decode,
    .finish = ts32297_finish,
};
