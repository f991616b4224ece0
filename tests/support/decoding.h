/* SPDX-License-Identifier: Apache-2.0
 * Runs a decoder over bytes, cut into pieces as a feed would, and keeps what came out. Checks on the way what
 * every decoder promises (decoder.h): it consumes no more than it is given, and something of a full window. */
#pragma once

#include "simsieve/decode/decoder.h"

struct reject {
    enum reason reason;
    uint64_t line;
    char *bytes;
    size_t length;
};

struct decoding {
    enum error_class class; /* of the whole input */
    struct error error;
    struct cdr *records;
    size_t record_count;
    struct reject *rejects;
    size_t reject_count;
    struct names *names; /* of the records */
};

/* The numbering plan of conf/numbering and a table of names, made at the first call and kept. A test may set ports for
 * what it decodes next. */
struct decode_context *decoding_context(void);

/* Decodes all of `bytes`, offered in steps of `piece` bytes, at most `capacity` records a call. */
void decoding_run(struct decoding *decoding, const struct decoder *decoder, const char *bytes, size_t length,
                  size_t piece, size_t capacity);
void decoding_fini(struct decoding *decoding);

/* What came out as one line: the NDJSON of the records, then "number:reason" of the rejects, with " | " between them;
 * "nothing" when nothing did. The caller frees it. */
char *decoding_outcome(const struct decoding *decoding);

/* Whether two runs gave the same records, rejects and error. */
bool decoding_equal(const struct decoding *a, const struct decoding *b);
