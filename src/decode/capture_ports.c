/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/decode/capture.h"

#include "simsieve/base/text.h"
#include "simsieve/packet/gtpp.h"
#include "simsieve/packet/smpp.h"

#include <string.h>

const struct capture_ports capture_ports_default = {
    .ports = {[CAPTURE_GTPP] = {GTPP_PORT}, [CAPTURE_SMPP] = {SMPP_PORT}},
};

static const char *const names[CAPTURE_PROTOCOL_COUNT] = {
    [CAPTURE_GTPP] = "gtpp",
    [CAPTURE_SMPP] = "smpp",
    [CAPTURE_RECORDS] = "records",
};

bool capture_ports_have(const struct capture_ports *ports, enum capture_protocol protocol, uint16_t port)
{
    const uint16_t *list = ports->ports[protocol];
    for (size_t i = 0; i < CAPTURE_PORTS_MAX && list[i]; i++)
        if (list[i] == port)
            return true;
    return false;
}

static size_t count_of(const uint16_t *list)
{
    size_t count = 0;
    while (count < CAPTURE_PORTS_MAX && list[count])
        count++;
    return count;
}

/* One "name=port" of `length` bytes; `named` says which protocols have lost their default already. */
static enum error_class add_port(const char *word, size_t length, struct capture_ports *ports,
                                 unsigned *named, struct error *error)
{
    const char *equals = memchr(word, '=', length);
    const size_t name_length = equals ? (size_t)(equals - word) : length;
    size_t protocol = 0;
    uint64_t port = 0;
    while (protocol < ARRAY_COUNT(names) &&
           (strlen(names[protocol]) != name_length || memcmp(names[protocol], word, name_length) != 0))
        protocol++;
    const bool is_port = equals && text_parse_u64(equals + 1, length - name_length - 1, UINT16_MAX, &port);
    if (protocol == ARRAY_COUNT(names) || !is_port || port == 0)
        return error_set(
            error, ERROR_USAGE,
            "--ports: '%.*s' is not gtpp=PORT, smpp=PORT or records=PORT with a port of 1 to 65535",
            (int)length, word);
    uint16_t *list = ports->ports[protocol];
    if (!(*named >> protocol & 1))
        memset(list, 0, sizeof(ports->ports[protocol]));
    *named |= 1u << protocol;
    for (size_t other = 0; other < ARRAY_COUNT(names); other++)
        if (other != protocol && (*named >> other & 1) &&
            capture_ports_have(ports, (enum capture_protocol)other, (uint16_t)port))
            return error_set(error, ERROR_USAGE, "--ports: port %u is named for %s and for %s",
                             (unsigned)port, names[other], names[protocol]);
    const size_t count = count_of(list);
    if (count == CAPTURE_PORTS_MAX)
        return error_set(error, ERROR_USAGE, "--ports: more than %d ports of %s", CAPTURE_PORTS_MAX,
                         names[protocol]);
    list[count] = (uint16_t)port;
    return ERROR_OK;
}

enum error_class capture_ports_parse(const char *text, struct capture_ports *ports, struct error *error)
{
    unsigned named = 0;
    *ports = capture_ports_default;
    for (const char *word = text; word;) {
        const char *end = strchrnul(word, ',');
        if (add_port(word, (size_t)(end - word), ports, &named, error))
            return error->class;
        word = *end ? end + 1 : NULL;
    }
    return ERROR_OK;
}
