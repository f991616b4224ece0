/* SPDX-License-Identifier: Apache-2.0
 * Files of BER records as switches write them (ber_file.md): one after another, padded or not, or in the file
 * wrapper of TS 32.205. */
#include "decoders.h"
#include "framed.h"
#include "ts32298.h"

#include <stdlib.h>

/* The wrapper: a header, the list of records, a trailer, extensions. */
enum {
    WRAPPER = 0x30,
    WRAPPER_HEADER = 0xA0,
    WRAPPER_RECORDS = 0xA1,
    WRAPPER_TRAILER = 0xA2,
    WRAPPER_REST = 0xA3
};
#define WRAPPER_DEPTH 1

/* Ericsson: a choice of one call data record, or a list of them, around each. */
enum { ERICSSON_SINGLE = 0xA0, ERICSSON_LIST = 0xA1 };
#define ERICSSON_DEPTH_MAX 2

#define DETECT_RECORDS_MAX 4

struct ber_file {
    struct framed framed;
    struct ts32298 records;
};

/* The header of the first member of an element; false when it does not show. */
static bool first_member(const uint8_t *bytes, size_t length, struct ber_header *member)
{
    struct ber_header header;
    return ber_read_header(bytes, length, &header) == BER_ELEMENT &&
           ber_read_header(bytes + header.header_bytes, length - header.header_bytes, member) == BER_ELEMENT;
}

static enum frame_role role_in_wrapper(uint32_t tag)
{
    if (tag == WRAPPER_RECORDS)
        return FRAME_IS_CONTAINER;
    return tag == WRAPPER_HEADER || tag == WRAPPER_TRAILER || tag == WRAPPER_REST ? FRAME_IS_PASSED
                                                                                  : FRAME_IS_UNKNOWN;
}

static enum frame_role role_of_tag(enum ts32298_variant variant, const struct ber_header *header)
{
    return ts32298_knows(variant, header->tag) ? FRAME_IS_RECORD : FRAME_IS_UNKNOWN;
}

static enum frame_role role_wrapped(enum ts32298_variant variant, const struct ber_header *header,
                                    unsigned depth)
{
    if (depth == WRAPPER_DEPTH)
        return role_in_wrapper(header->tag);
    return depth == 0 && header->tag == WRAPPER ? FRAME_IS_CONTAINER : role_of_tag(variant, header);
}

static enum frame_role role_standard(const struct ber_header *header, const uint8_t *bytes, size_t length,
                                     unsigned depth)
{
    (void)bytes;
    (void)length;
    return role_wrapped(TS32298_STANDARD, header, depth);
}

static enum frame_role role_huawei(const struct ber_header *header, const uint8_t *bytes, size_t length,
                                   unsigned depth)
{
    (void)bytes;
    (void)length;
    return role_wrapped(TS32298_HUAWEI, header, depth);
}

/* The members of a record's start are primitive; what starts with a constructed one is around records. */
static enum frame_role role_ericsson(const struct ber_header *header, const uint8_t *bytes, size_t length,
                                     unsigned depth)
{
    struct ber_header member;
    if ((header->tag == ERICSSON_SINGLE || header->tag == ERICSSON_LIST) && depth < ERICSSON_DEPTH_MAX &&
        first_member(bytes, length, &member) && member.is_constructed)
        return FRAME_IS_CONTAINER;
    return role_of_tag(TS32298_ERICSSON, header);
}

static bool is_start_standard(const uint8_t *bytes, size_t length)
{
    return ts32298_is_start(TS32298_STANDARD, bytes, length);
}

static bool is_start_huawei(const uint8_t *bytes, size_t length)
{
    return ts32298_is_start(TS32298_HUAWEI, bytes, length);
}

static bool is_start_ericsson(const uint8_t *bytes, size_t length)
{
    struct ber_header header;
    for (unsigned depth = 0; ber_read_header(bytes, length, &header) == BER_ELEMENT &&
                             role_ericsson(&header, bytes, length, depth) == FRAME_IS_CONTAINER;
         depth++) {
        bytes += header.header_bytes;
        length -= header.header_bytes;
    }
    return ts32298_is_start(TS32298_ERICSSON, bytes, length);
}

static const struct frames_format formats[] = {
    [TS32298_STANDARD] = {role_standard, is_start_standard},
    [TS32298_HUAWEI] = {role_huawei, is_start_huawei},
    [TS32298_ERICSSON] = {role_ericsson, is_start_ericsson},
};

static void *open_variant(enum ts32298_variant variant, const struct decode_context *context,
                          const char *input, struct error *error)
{
    struct ber_file *file = calloc(1, sizeof(*file));
    if (file && intake_init(&file->framed.intake, context, input)) {
        file->records = ts32298_start(context, variant);
        file->framed.frames = frames_start(&formats[variant]);
        return file;
    }
    error_set(error, ERROR_INTERNAL, "%s: no memory to decode it", input);
    if (file)
        intake_fini(&file->framed.intake);
    free(file);
    return NULL;
}

static void *open_standard(const struct decode_context *context, const char *input, struct error *error)
{
    return open_variant(TS32298_STANDARD, context, input, error);
}

static void *open_huawei(const struct decode_context *context, const char *input, struct error *error)
{
    return open_variant(TS32298_HUAWEI, context, input, error);
}

static void *open_ericsson(const struct decode_context *context, const char *input, struct error *error)
{
    return open_variant(TS32298_ERICSSON, context, input, error);
}

static void ber_file_close(void *state)
{
    struct ber_file *file = state;
    if (!file)
        return;
    intake_fini(&file->framed.intake);
    free(file);
}

static enum reason decode_record(void *owner, const uint8_t *bytes, size_t length, struct cdr *cdr)
{
    struct ber_file *file = owner;
    return ts32298_next(&file->records, bytes, length, cdr);
}

static enum error_class ber_file_decode(void *state, const char *bytes, size_t length, bool is_last,
                                        struct decoded *decoded, size_t *consumed, struct error *error)
{
    struct ber_file *file = state;
    (void)error;
    *consumed = framed_decode(&file->framed, decode_record, file, bytes, length, is_last, decoded);
    return ERROR_OK;
}

static void ber_file_finish(void *state, struct decoded *decoded)
{
    struct ber_file *file = state;
    intake_finish(&file->framed.intake, decoded);
}

/* How many records in a row the bytes begin with, a last one cut off by the end of what is given counting too; 0 when
 * something else follows. */
static unsigned count_records(enum ts32298_variant variant, const char *bytes, size_t length)
{
    const uint8_t *octets = (const uint8_t *)bytes;
    struct frames frames = frames_start(&formats[variant]);
    unsigned count = 0;
    if (length < FRAMES_LOOK_BYTES)
        return 0;
    for (size_t at = 0; at < length && count < DETECT_RECORDS_MAX;) {
        const struct frame frame = frames_next(&frames, octets + at, length - at, true);
        const bool is_cut = frame.status == FRAME_DAMAGED && frame.reason == REASON_RECORD_TRUNCATED;
        if (frame.status != FRAME_PASSED && !formats[variant].is_start(octets + at, length - at))
            return 0;
        count += frame.status != FRAME_PASSED;
        if (is_cut)
            break;
        if (frame.status == FRAME_DAMAGED)
            return 0;
        if (frame.status == FRAME_RECORD)
            frames_took(&frames, &frame);
        at += frame.length;
    }
    return count;
}

/* Four records in a row that say what they are cannot be chance. */
static int certainty_of(unsigned count)
{
    return count == 0 ? 0 : (int)(50 + 10 * count);
}

static int detect_standard(const char *bytes, size_t length)
{
    const bool is_wrapped = length > 0 && bytes[0] == WRAPPER;
    return is_wrapped ? 0 : certainty_of(count_records(TS32298_STANDARD, bytes, length));
}

/* Bare records of this vendor look like the standard's; those in the wrapper are taken for its. */
static int detect_huawei(const char *bytes, size_t length)
{
    const bool is_wrapped = length > 0 && bytes[0] == WRAPPER;
    return is_wrapped ? certainty_of(count_records(TS32298_HUAWEI, bytes, length)) : 0;
}

static int detect_ericsson(const char *bytes, size_t length)
{
    return certainty_of(count_records(TS32298_ERICSSON, bytes, length));
}

const struct decoder decoder_ber = {
    .name = "ber",
    .summary = "TS 32.298 records in BER, all domains: CS, SGSN and MME SMS, SMSC, IMS, MMTel, 5G",
    .is_binary = true,
    .detect = detect_standard,
    .open = open_standard,
    .close = ber_file_close,
    .decode = ber_file_decode,
    .finish = ber_file_finish,
};

const struct decoder decoder_ber_huawei = {
    .name = "ber-huawei",
    .summary = "Huawei MSOFTX records in BER, in their file wrapper or bare",
    .is_binary = true,
    .detect = detect_huawei,
    .open = open_huawei,
    .close = ber_file_close,
    .decode = ber_file_decode,
    .finish = ber_file_finish,
};

const struct decoder decoder_ber_ericsson = {
    .name = "ber-ericsson",
    .summary = "Ericsson MSC server records in BER (CME 20)",
    .is_binary = true,
    .detect = detect_ericsson,
    .open = open_ericsson,
    .close = ber_file_close,
    .decode = ber_file_decode,
    .finish = ber_file_finish,
};
