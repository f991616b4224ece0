/* SPDX-License-Identifier: Apache-2.0
 * The compressions that streams know, each a const descriptor. */
#pragma once

#include "simsieve/base/check.h"

#define CODEC_MAGIC_BYTES 4

/* What is to be unpacked and where it goes; codecs move both along. */
struct codec_io {
    const unsigned char *in;
    size_t in_length;
    unsigned char *out;
    size_t out_length;
};

enum codec_status {
    CODEC_INSIDE,   /* in the middle of a member or frame: the input must not end here */
    CODEC_BOUNDARY, /* all members so far are complete */
    CODEC_DAMAGED   /* `why` says how; bytes written to `out` before it are good */
};

struct codec {
    const char *name;
    /* Any thread. Whether data that starts with these CODEC_MAGIC_BYTES is packed by it. */
    bool (*is_mine)(const unsigned char magic[static CODEC_MAGIC_BYTES]);
    /* NULL when there is no memory. */
    void *(*open)(void);
    void (*close)(void *state);
    /* Unpacks until the input or the room is used up. */
    enum codec_status (*unpack)(void *state, struct codec_io *io, const char **why);
};

/* The codec of data that starts so, NULL for plain data. */
const struct codec *codec_detect(const unsigned char magic[static CODEC_MAGIC_BYTES]);
