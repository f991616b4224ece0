/* SPDX-License-Identifier: Apache-2.0
 * The decoders there are; registry.c lists them. */
#pragma once

#include "simsieve/decode/decoder.h"

extern const struct decoder decoder_csv;
extern const struct decoder decoder_ndjson;
extern const struct decoder decoder_ber;
extern const struct decoder decoder_ber_huawei;
extern const struct decoder decoder_ber_ericsson;
extern const struct decoder decoder_ts32297;
extern const struct decoder decoder_tap;
extern const struct decoder decoder_nrtrde;
extern const struct decoder decoder_dx200;
extern const struct decoder decoder_pcap;
extern const struct decoder decoder_map;
extern const struct decoder decoder_subscribers;
extern const struct decoder decoder_complaints;
