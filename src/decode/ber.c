/* SPDX-License-Identifier: Apache-2.0 */
#include "ber.h"

#define TAG_OCTETS_MAX    4
#define LENGTH_OCTETS_MAX 4

/* X.690 8.1.2: one octet, or 0x1F in the low five bits and then base 128. */
static enum ber_status read_tag(struct ber *ber, struct ber_header *header)
{
    if (ber->at == ber->end)
        return BER_MORE;
    const uint8_t first = *ber->at++;
    header->tag = first;
    header->is_constructed = first & 0x20;
    if ((first & 0x1F) != 0x1F)
        return BER_ELEMENT;
    for (unsigned octets = 2; octets <= TAG_OCTETS_MAX; octets++) {
        if (ber->at == ber->end)
            return BER_MORE;
        const uint8_t octet = *ber->at++;
        if (octets == 2 && octet == 0x80)
            return BER_MALFORMED; /* a leading zero */
        header->tag = header->tag << 8 | octet;
        if (!(octet & 0x80))
            return BER_ELEMENT;
    }
    return BER_MALFORMED;
}

/* X.690 8.1.3. */
static enum ber_status read_length(struct ber *ber, struct ber_header *header)
{
    if (ber->at == ber->end)
        return BER_MORE;
    const uint8_t first = *ber->at++;
    header->is_indefinite = first == 0x80;
    header->content_bytes = first;
    if (first < 0x80)
        return BER_ELEMENT;
    header->content_bytes = 0;
    if (header->is_indefinite)
        return header->is_constructed ? BER_ELEMENT : BER_MALFORMED;
    const size_t octets = first & 0x7F;
    if (octets > LENGTH_OCTETS_MAX)
        return BER_MALFORMED;
    if ((size_t)(ber->end - ber->at) < octets)
        return BER_MORE;
    for (size_t i = 0; i < octets; i++)
        header->content_bytes = header->content_bytes << 8 | *ber->at++;
    return BER_ELEMENT;
}

enum ber_status ber_read_any_header(const uint8_t *bytes, size_t length, struct ber_header *header)
{
    struct ber ber = ber_over(bytes, length);
    enum ber_status status = read_tag(&ber, header);
    if (status == BER_ELEMENT)
        status = read_length(&ber, header);
    header->header_bytes = (size_t)(ber.at - bytes);
    return status;
}

/* Finds the two zero octets that end an indefinite length (X.690 8.1.5); `walk` stands on its content and is left
 * behind them. */
static enum ber_status find_end(struct ber *walk, const uint8_t **content_end)
{
    for (unsigned depth = 1; depth > 0;) {
        struct ber_header header;
        const size_t left = (size_t)(walk->end - walk->at);
        const enum ber_status status = ber_read_header(walk->at, left, &header);
        if (status != BER_ELEMENT)
            return status;
        if (left - header.header_bytes < header.content_bytes)
            return BER_MORE;
        *content_end = walk->at;
        walk->at += header.header_bytes + header.content_bytes;
        if (header.is_indefinite && ++depth > BER_DEPTH_MAX)
            return BER_TOO_DEEP;
        if (header.tag == 0 && header.content_bytes == 0)
            depth--;
    }
    return BER_ELEMENT;
}

enum ber_status ber_next_any(struct ber *ber, struct ber_element *element)
{
    struct ber_header header;
    const size_t left = (size_t)(ber->end - ber->at);
    if (left == 0)
        return BER_END;
    enum ber_status status = ber_read_header(ber->at, left, &header);
    if (status != BER_ELEMENT)
        return status;
    if (left - header.header_bytes < header.content_bytes)
        return BER_MORE;
    struct ber walk = {ber->at + header.header_bytes, ber->end};
    *element = (struct ber_element){walk.at, (uint32_t)header.content_bytes, header.tag};
    if (header.is_indefinite) {
        const uint8_t *content_end;
        status = find_end(&walk, &content_end);
        if (status != BER_ELEMENT)
            return status;
        element->length = (uint32_t)(content_end - element->content);
        ber->at = walk.at;
    } else {
        ber->at = walk.at + header.content_bytes;
    }
    return BER_ELEMENT;
}

bool ber_long_unsigned(const struct ber_element *element, uint64_t *value)
{
    const uint8_t *octets = element->content;
    size_t length = element->length;
    for (; length > 1 && *octets == 0; octets++)
        length--;
    if (length == 0 || length > sizeof(*value))
        return false;
    *value = 0;
    for (size_t i = 0; i < length; i++)
        *value = *value << 8 | octets[i];
    return true;
}
