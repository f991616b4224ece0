/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/base/checked_line.h"

#include "simsieve/base/hash.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define CHECKSUM_DIGITS 8

static uint32_t checksum(const char *line, size_t length)
{
    return (uint32_t)hash_bytes(line, length);
}

size_t checked_line_close(char *line, size_t length)
{
    const int rest =
        snprintf(line + length, CHECKED_LINE_EXTRA_BYTES, ",%08" PRIx32 "\n", checksum(line, length));
    return length + (size_t)rest;
}

bool checked_line_open(char *line)
{
    const size_t length = strlen(line);
    char *last = length > 0 && line[length - 1] == '\n' ? strrchr(line, ',') : NULL;
    char wanted[CHECKSUM_DIGITS + 1];
    if (!last || strlen(last) != CHECKSUM_DIGITS + 2)
        return false;
    snprintf(wanted, sizeof(wanted), "%08" PRIx32, checksum(line, (size_t)(last - line)));
    if (memcmp(last + 1, wanted, CHECKSUM_DIGITS) != 0)
        return false;
    *last = 0;
    return true;
}

size_t checked_line_split(char *line, char *fields[], size_t max)
{
    size_t count = 0;
    for (char *at = line; at && count < max; count++) {
        fields[count] = at;
        at = strchr(at, ',');
        if (at)
            *at++ = 0;
    }
    return count;
}
