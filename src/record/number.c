/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/record/number.h"

#include <stdio.h>
#include <string.h>

static const char *const kind_names[] = {
    [NUMBER_NONE] = "none",     [NUMBER_MOBILE] = "mobile",   [NUMBER_FIXED] = "fixed",
    [NUMBER_SHORT] = "short",   [NUMBER_SERVICE] = "service", [NUMBER_INTERNATIONAL] = "international",
    [NUMBER_SENDER] = "sender",
};
static_assert(ARRAY_COUNT(kind_names) == NUMBER_KIND_COUNT, "one name a kind");

const char *number_kind_name(enum number_kind kind)
{
    CHECK(kind < NUMBER_KIND_COUNT);
    return kind_names[kind];
}

const char *number_format(uint64_t number, const struct names *names, char buffer[static NUMBER_TEXT_BYTES])
{
    switch (number_kind(number)) {
    case NUMBER_NONE:
        buffer[0] = 0;
        break;
    case NUMBER_SENDER:
        snprintf(buffer, NUMBER_TEXT_BYTES, "%s", names_text(names, number_value(number)));
        break;
    default:
        snprintf(buffer, NUMBER_TEXT_BYTES, "%llu", (unsigned long long)number_value(number));
        break;
    }
    return buffer;
}

const char *number_mask(uint64_t number, const struct names *names, char buffer[static NUMBER_TEXT_BYTES])
{
    number_format(number, names, buffer);
    const size_t length = strlen(buffer);
    if (!number_is_service(number) && length > 6)
        memset(buffer + length - 6, '*', 3);
    return buffer;
}
