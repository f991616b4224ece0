/* SPDX-License-Identifier: Apache-2.0
 * Messages cut from the bytes of a TCP direction, and the way back in step after a hole. */
#pragma once

#include "simsieve/packet/stream.h"

struct framing {
    /* The length of the message at the front, its header included: 0 when more bytes are needed, SIZE_MAX when
     * these are no message. */
    size_t (*message_length)(const uint8_t *bytes, size_t length);
    size_t message_bytes_max;
    void (*message)(void *owner, const struct stream_data *data, struct octets message);
    /* The bytes that should be a message are none; told once until it is in step again. */
    void (*out_of_step)(void *owner, const struct stream_data *data);
};

/* Feed thread. What struct stream_options calls `take`. Bound: linear in the bytes. */
size_t framing_take(const struct framing *framing, void *owner, const struct stream_data *data);
