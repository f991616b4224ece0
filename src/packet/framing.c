/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/packet/framing.h"

static size_t length_at(const struct framing *framing, struct octets bytes, size_t at)
{
    const size_t length = framing->message_length(bytes.bytes + at, bytes.length - at);
    return length > framing->message_bytes_max ? SIZE_MAX : length;
}

/* Whether a message begins here, for all that can be seen: it is there whole, and behind it is the end or another.
 * At the beginning of a segment its header is enough. */
static bool is_beginning(const struct framing *framing, struct octets bytes, size_t at)
{
    const size_t length = length_at(framing, bytes, at);
    if (length == SIZE_MAX || length == 0)
        return false;
    if (length > bytes.length - at)
        return at == 0;
    return at + length == bytes.length || length_at(framing, bytes, at + length) != SIZE_MAX;
}

/* Looks for the beginning of a message. Bytes without one are stepped over, but not those that may begin one. */
static size_t find_step(const struct framing *framing, const struct stream_data *data)
{
    size_t at = 0;
    while (at < data->bytes.length) {
        if (length_at(framing, data->bytes, at) == 0)
            return at; /* the header is not all there */
        if (is_beginning(framing, data->bytes, at)) {
            *data->is_synced = true;
            return at;
        }
        at++;
    }
    return at;
}

size_t framing_take(const struct framing *framing, void *owner, const struct stream_data *data)
{
    size_t at = 0;
    if (!*data->is_synced)
        at = find_step(framing, data);
    while (*data->is_synced && at < data->bytes.length) {
        const size_t length = length_at(framing, data->bytes, at);
        if (length == SIZE_MAX) {
            framing->out_of_step(owner, data);
            *data->is_synced = false;
            return at ? at : 1;
        }
        if (length == 0 || length > data->bytes.length - at)
            break;
        framing->message(owner, data, (struct octets){data->bytes.bytes + at, length});
        at += length;
    }
    return at;
}
