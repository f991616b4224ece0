/* SPDX-License-Identifier: Apache-2.0
 * What holds for the decoders on any bytes at all: the body of their fuzz targets and of the replay tests. Of the ways
 * to cut an input, and of variants and maps, a fuzzer (SIMSIEVE_FUZZING) tries one that the input's hash chooses. */
#pragma once

#include "simsieve/decode/decoder.h"

/* Aborts when it does not hold that
 *   - records and rejects are the same however the bytes are cut and however many records a call may give;
 *   - every line that is not blank, no header and no further line of a quoted record is one record or one reject;
 *   - the same record written the long way (every cell quoted; JSON that only jansson takes) decodes the same. */
void decoder_property_csv(const char *bytes, size_t length);
void decoder_property_ndjson(const char *bytes, size_t length);

/* Aborts when it does not hold of a binary decoder that records and rejects are the same however the bytes are cut, and
 * that each record of the input is given on or rejected, once: their numbers are 1 to the count of both. */
void decoder_property_ber(const char *bytes, size_t length);
void decoder_property_ts32297(const char *bytes, size_t length);
void decoder_property_tap(const char *bytes, size_t length);
void decoder_property_dx200(const char *bytes, size_t length);

/* The same of captures, whose records and rejects are numbered by packet. */
void decoder_property_pcap(const char *bytes, size_t length);

/* Aborts when it does not hold of changes of subscribers that rows and rejects are the same however the bytes are cut, that
 * a line of NDJSON is one of them, and that each row has a number and nothing of the record that it travels as. */
void decoder_property_subscribers(const char *bytes, size_t length);

/* The same of complaints. */
void decoder_property_complaints(const char *bytes, size_t length);

/* The same of tables by the column maps that ship; and the bytes as a map of their own are taken or refused. */
void decoder_property_map(const char *bytes, size_t length);
