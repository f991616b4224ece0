/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/packet/octets.h"

#include "simsieve/base/text.h"

const char *address_format(const struct address *address, char buffer[static ADDRESS_TEXT_BYTES])
{
    struct text text = text_over(buffer, ADDRESS_TEXT_BYTES);
    const uint8_t *octets = address->octets;
    if (address->family == ADDRESS_IPV4) {
        text_add(&text, "%u.%u.%u.%u", octets[0], octets[1], octets[2], octets[3]);
    } else if (address->family == ADDRESS_IPV6) {
        for (size_t i = 0; i < sizeof(address->octets); i += 2)
            text_add(&text, "%s%x", i ? ":" : "", octets_get16(octets + i));
    } else {
        text_add(&text, "?");
    }
    return buffer;
}

struct address address_make(const uint8_t *bytes, size_t length)
{
    struct address address = {.family = length == 4 ? ADDRESS_IPV4 : length == 16 ? ADDRESS_IPV6 : 0};
    if (address.family)
        memcpy(address.octets, bytes, length);
    return address;
}
