/* SPDX-License-Identifier: Apache-2.0 */
#include "framed.h"

/* One element, or the damage that stands in its place; octets to be consumed, 0 when more are needed to tell. */
static size_t take_element(struct framed *framed, struct frame frame, enum reason reason,
                           const uint8_t *bytes, size_t length, bool is_last, struct decoded *decoded)
{
    size_t step = frame.length;
    if (frame.status == FRAME_DAMAGED || reason == REASON_BER || reason == REASON_BER_DEPTH)
        step = frames_refused(&framed->frames, &frame, bytes, length, is_last);
    else
        frames_took(&framed->frames, &frame);
    if (step > 0 && reason != FRAMED_NO_RECORD)
        intake_take(&framed->intake, decoded, reason, bytes, frame.length);
    return step;
}

size_t framed_decode(struct framed *framed, framed_record *record, void *owner, const char *bytes,
                     size_t length, bool is_last, struct decoded *decoded)
{
    const uint8_t *octets = (const uint8_t *)bytes;
    size_t at = 0, step = 1;
    decoded->count = 0;
    while (step > 0 && at < length && decoded->count < decoded->capacity) {
        const struct frame frame = frames_next(&framed->frames, octets + at, length - at, is_last);
        enum reason reason = frame.reason;
        if (frame.status == FRAME_MORE)
            break;
        if (frame.status == FRAME_RECORD)
            reason = record(owner, octets + at, frame.length, &decoded->records[decoded->count]);
        step = frame.status == FRAME_PASSED
                   ? frame.length
                   : take_element(framed, frame, reason, octets + at, length - at, is_last, decoded);
        at += step;
    }
    return at;
}
