/* SPDX-License-Identifier: Apache-2.0 */
#include "frames.h"

static struct frame more(void)
{
    return (struct frame){.status = FRAME_MORE};
}

static struct frame passed(struct frames *frames, size_t length)
{
    frames->at += length;
    return (struct frame){.status = FRAME_PASSED, .length = length};
}

/* Damage of which not even the length is known. */
static struct frame damaged(enum reason reason, size_t length)
{
    return (struct frame){FRAME_DAMAGED, reason, u64_min(length, FRAMES_LOOK_BYTES), false};
}

static struct frame pass_on(struct frames *frames, size_t length)
{
    const size_t step = u64_min(frames->passing, length);
    frames->passing -= step;
    return passed(frames, step);
}

static bool is_padding(uint8_t octet)
{
    return octet == 0x00 || octet == 0xFF;
}

/* The way back after damage. A start that is shorter than a look, at the very end, is none. */
static struct frame find_start(struct frames *frames, const uint8_t *bytes, size_t length, bool is_last)
{
    size_t at = 0;
    while (length - at >= FRAMES_LOOK_BYTES && !frames->format->is_start(bytes + at, FRAMES_LOOK_BYTES))
        at++;
    if (length - at >= FRAMES_LOOK_BYTES)
        frames->is_lost = false;
    else if (is_last)
        at = length;
    return at > 0 ? passed(frames, at) : more();
}

/* Leaves containers that end here; true when two zero octets have to be consumed for that. */
static bool leave_containers(struct frames *frames, const uint8_t *bytes, size_t length)
{
    while (frames->depth > 0 && frames->ends[frames->depth - 1] == frames->at)
        frames->depth--;
    if (frames->depth == 0 || frames->ends[frames->depth - 1] != UINT64_MAX || length < 2 || bytes[0] ||
        bytes[1])
        return false;
    frames->depth--;
    return true;
}

/* Octets until the innermost container of definite length ends. */
static uint64_t room_left(const struct frames *frames)
{
    uint64_t room = UINT64_MAX;
    for (unsigned i = 0; i < frames->depth; i++)
        if (frames->ends[i] != UINT64_MAX)
            room = frames->ends[i] - frames->at;
    return room;
}

static struct frame enter(struct frames *frames, const struct ber_header *header, size_t length)
{
    if (frames->depth == FRAMES_DEPTH_MAX)
        return damaged(REASON_BER_DEPTH, length);
    const struct frame frame = passed(frames, header->header_bytes);
    frames->ends[frames->depth++] = header->is_indefinite ? UINT64_MAX : frames->at + header->content_bytes;
    return frame;
}

/* The octets of an element of indefinite length. */
static struct frame measure(const uint8_t *bytes, size_t length, bool is_last)
{
    struct ber walk = ber_over(bytes, u64_min(length, FRAMES_RECORD_BYTES_MAX));
    struct ber_element element;
    switch (ber_next(&walk, &element)) {
    case BER_ELEMENT:
        return (struct frame){
            .status = FRAME_RECORD, .length = (size_t)(walk.at - bytes), .has_length = true};
    case BER_TOO_DEEP:
        return damaged(REASON_BER_DEPTH, length);
    case BER_MALFORMED:
        return damaged(REASON_BER, length);
    default:
        if (length >= FRAMES_RECORD_BYTES_MAX)
            return damaged(REASON_RECORD_TOO_LONG, length);
        return is_last ? damaged(REASON_RECORD_TRUNCATED, length) : more();
    }
}

static struct frame whole(const struct ber_header *header, const uint8_t *bytes, size_t length, bool is_last)
{
    const size_t total = header->header_bytes + header->content_bytes;
    if (header->is_indefinite)
        return measure(bytes, length, is_last);
    if (total > FRAMES_RECORD_BYTES_MAX)
        return damaged(REASON_RECORD_TOO_LONG, length);
    if (total > length)
        return is_last ? damaged(REASON_RECORD_TRUNCATED, length) : more();
    return (struct frame){.status = FRAME_RECORD, .length = total, .has_length = true};
}

static struct frame next_element(struct frames *frames, const uint8_t *bytes, size_t length, bool is_last)
{
    struct ber_header header;
    const enum ber_status status = ber_read_header(bytes, length, &header);
    if (status != BER_ELEMENT)
        return damaged(status == BER_MORE ? REASON_RECORD_TRUNCATED : REASON_BER, length);
    if (header.header_bytes + header.content_bytes > room_left(frames))
        return damaged(REASON_BER, length);
    const enum frame_role role =
        frames->format->role(&header, bytes, u64_min(length, FRAMES_LOOK_BYTES), frames->depth);
    if (role == FRAME_IS_CONTAINER)
        return enter(frames, &header, length);
    if (role == FRAME_IS_PASSED && !header.is_indefinite) {
        frames->passing = header.header_bytes + header.content_bytes;
        return pass_on(frames, length);
    }
    struct frame frame = whole(&header, bytes, length, is_last);
    if (frame.status != FRAME_RECORD || role == FRAME_IS_RECORD)
        return frame;
    if (role == FRAME_IS_PASSED)
        return passed(frames, frame.length);
    frame.status = FRAME_DAMAGED;
    frame.reason = REASON_RECORD_UNKNOWN;
    return frame;
}

struct frame frames_next(struct frames *frames, const uint8_t *bytes, size_t length, bool is_last)
{
    if (frames->passing > 0)
        return pass_on(frames, length);
    if (frames->is_lost) {
        const struct frame frame = find_start(frames, bytes, length, is_last);
        if (frames->is_lost || frame.length > 0)
            return frame;
    }
    if (length < 2 && !is_last)
        return more();
    if (leave_containers(frames, bytes, length))
        return passed(frames, 2);
    if (frames->depth == 0 && is_padding(bytes[0])) {
        size_t padding = 1;
        while (padding < length && is_padding(bytes[padding]))
            padding++;
        return passed(frames, padding);
    }
    if (length < FRAMES_LOOK_BYTES && !is_last)
        return more();
    return next_element(frames, bytes, length, is_last);
}

/* Whether what stands behind a damaged element makes sense, so that its length can be believed: the end, padding and
 * nothing else as far as a look goes, or a record, with or without padding before it. */
static bool is_sound_behind(const struct frames *frames, const uint8_t *bytes, size_t length)
{
    const size_t look = u64_min(length, FRAMES_LOOK_BYTES);
    size_t at = 0;
    if (frames->depth > 0 && look > 0 && bytes[0] == 0 && frames->ends[frames->depth - 1] == UINT64_MAX)
        return true;
    while (frames->depth == 0 && at < look && is_padding(bytes[at]))
        at++;
    return at == look || frames->format->is_start(bytes + at, look - at);
}

size_t frames_refused(struct frames *frames, const struct frame *frame, const uint8_t *bytes, size_t length,
                      bool is_last)
{
    size_t step = 1;
    if (frame->has_length) {
        const size_t rest = length - frame->length;
        const bool is_container_end = frame->length == room_left(frames);
        if (!is_container_end && rest < FRAMES_LOOK_BYTES && !is_last)
            return 0;
        if (is_container_end || is_sound_behind(frames, bytes + frame->length, rest))
            step = frame->length;
    }
    if (!frame->has_length || step == 1) {
        frames->is_lost = true;
        frames->depth = 0;
    }
    frames->at += step;
    return step;
}
