/* SPDX-License-Identifier: Apache-2.0
 * The decoders there are; registry.c lists them. */
#pragma once

#include "simsieve/decode/decoder.h"

extern const struct decoder decoder_csv;
extern const struct decoder decoder_ndjson;
