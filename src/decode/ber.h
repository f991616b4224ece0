/* SPDX-License-Identifier: Apache-2.0
 * A bounded walk over BER (ITU-T X.690): nothing is copied, nothing allocated, no byte outside of what was given
 * is read. Lengths may be short, long (not minimal too) or indefinite; tags have up to four octets. */
#pragma once

#include "simsieve/base/check.h"

/* Indefinite lengths within each other; definite ones are stepped over whole and need no limit. */
#define BER_DEPTH_MAX 16

/* Where a walk stands; over less than 4 GiB. */
struct ber {
    const uint8_t *at, *end;
};

/* The identifier octets as one number, as tables of formats write them: 0xA0, 0x9F20, 0xBF8148. */
struct ber_header {
    uint32_t tag;
    bool is_constructed;
    bool is_indefinite;
    size_t header_bytes;
    size_t content_bytes; /* of a definite length */
};

struct ber_element {
    const uint8_t *content;
    uint32_t length;
    uint32_t tag;
};

/* The bit of the first octet of a tag (X.690 8.1.2.5). */
static inline bool ber_is_constructed(uint32_t tag)
{
    while (tag > 0xFF)
        tag >>= 8;
    return tag & 0x20;
}

enum ber_status {
    BER_ELEMENT,   /* filled */
    BER_END,       /* no bytes left */
    BER_MORE,      /* the bytes end before the element does */
    BER_MALFORMED, /* a tag or length that X.690 does not have, or more than 2^32 - 1 bytes */
    BER_TOO_DEEP
};

static inline struct ber ber_over(const uint8_t *bytes, size_t length)
{
    return (struct ber){bytes, bytes + length};
}

/* Whether tag and length are one octet each, as nearly all are. */
static inline bool ber_is_short(const uint8_t *bytes, size_t length)
{
    return length >= 2 && (bytes[0] & 0x1F) != 0x1F && bytes[1] < 0x80;
}

/* The element at the front when it is short and all there; false for others. */
static inline bool ber_read_short(const uint8_t *bytes, const uint8_t *end, struct ber_element *element)
{
    const size_t left = (size_t)(end - bytes);
    if (unlikely(left < 2))
        return false;
    const uint32_t tag = bytes[0], length = bytes[1];
    *element = (struct ber_element){bytes + 2, length, tag};
    return likely((tag & 0x1F) != 0x1F && length < 0x80 && length <= left - 2);
}

enum ber_status ber_read_any_header(const uint8_t *bytes, size_t length, struct ber_header *header);
enum ber_status ber_next_any(struct ber *ber, struct ber_element *element);

/* Any thread. Reads tag and length at the front of `length` bytes; the content need not be there. */
static inline enum ber_status ber_read_header(const uint8_t *bytes, size_t length, struct ber_header *header)
{
    if (unlikely(!ber_is_short(bytes, length)))
        return ber_read_any_header(bytes, length, header);
    *header = (struct ber_header){bytes[0], bytes[0] & 0x20, false, 2, bytes[1]};
    return BER_ELEMENT;
}

/* Any thread. The next element; the walk steps behind it. Bound: one step for a definite length, linear in the
 * content for an indefinite one. */
static inline enum ber_status ber_next(struct ber *ber, struct ber_element *element)
{
    if (unlikely(!ber_read_short(ber->at, ber->end, element)))
        return ber_next_any(ber, element);
    ber->at = element->content + element->length;
    return BER_ELEMENT;
}

/* Any thread. A walk over the members of a constructed element. */
static inline struct ber ber_inside(const struct ber_element *element)
{
    return ber_over(element->content, element->length);
}

bool ber_long_unsigned(const struct ber_element *element, uint64_t *value);

/* Any thread. An INTEGER or ENUMERATED that cannot be negative: switches leave the leading zero octet away, so the
 * highest bit is no sign. False when it is empty or above 64 bits. */
static inline bool ber_unsigned(const struct ber_element *element, uint64_t *value)
{
    const uint8_t *octets = element->content;
    if (element->length != 1 && element->length != 2)
        return ber_long_unsigned(element, value);
    *value = element->length == 1 ? octets[0] : (uint64_t)octets[0] << 8 | octets[1];
    return true;
}
