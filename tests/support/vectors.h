/* SPDX-License-Identifier: Apache-2.0
 * Test vectors of binary formats: a file of pairs of lines, the octets in hexadecimal and what they must decode to,
 * with "#" comments and blank lines between them. */
#pragma once

#include "simsieve/base/check.h"

struct vector {
    const char *file; /* and where in it, for messages */
    unsigned line;
    uint8_t *octets;
    size_t length;
    char *expected;
};

struct vectors {
    struct vector *list;
    size_t count;
};

/* Reads a file of tests/fixtures; aborts when it is not there or malformed. */
struct vectors vectors_read(const char *path);
void vectors_free(struct vectors *vectors);

/* Octets of hexadecimal text, spaces between them allowed; the caller frees them. */
uint8_t *octets_from_hex(const char *text, size_t *length);
