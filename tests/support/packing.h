/* SPDX-License-Identifier: Apache-2.0
 * The packed forms in which inputs come. */
#pragma once

#include <stddef.h>

/* `length` bytes as one gzip member or zstd frame (with a checksum), allocated; `packed_length` bytes. */
typedef void *pack_fn(const void *bytes, size_t length, size_t *packed_length);

pack_fn pack_gzip;
pack_fn pack_zstd;
