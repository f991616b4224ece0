/* SPDX-License-Identifier: Apache-2.0
 * What a GTP' sender writes (version 2), for tests of the receiving end, and capture files of frames. */
#pragma once

#include "simsieve/packet/gtpp.h"

#include <stdio.h>

/* An answered call whose seconds are its number: 1 to 32,767. */
#define GTPP_SAMPLE_BYTES 41
void gtpp_sample(uint8_t record[static GTPP_SAMPLE_BYTES], unsigned number);

/* A Data Record Transfer Request of `count` samples from number `first` on; 0: the empty packet. Returns its length. */
size_t gtpp_write_data(uint8_t *bytes, uint8_t command, uint16_t sequence, unsigned first, unsigned count);

/* Release or cancel of `count` numbers. */
size_t gtpp_write_decision(uint8_t *bytes, uint8_t command, uint16_t sequence, const uint16_t *numbers,
                           size_t count);

/* A message without elements. */
size_t gtpp_write_bare(uint8_t *bytes, uint8_t type, uint16_t sequence);

/* The gateway's answer to one request, as a mirror port sees it. */
size_t gtpp_write_answer(uint8_t *bytes, uint8_t cause, uint16_t sequence);

/* A pcap file of Ethernet frames; NULL behind the last frame of one that is read. */
FILE *capture_create(const char *path);
void capture_add(FILE *file, const uint8_t *bytes, size_t length);
FILE *capture_open(const char *path);
bool capture_read(FILE *file, uint8_t *bytes, size_t room, size_t *length);
