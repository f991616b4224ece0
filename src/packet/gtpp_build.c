/* SPDX-License-Identifier: Apache-2.0
 * Writing GTP' messages (gtpp.md). */
#include "simsieve/packet/gtpp.h"

#include "gtpp_elements.h"

static void begin(struct gtpp_build *build, const struct gtpp_header *form, uint8_t type)
{
    const uint8_t spare_ones = 0x0E;
    build->length = form->is_long ? GTPP_HEADER_LONG_BYTES : GTPP_HEADER_BYTES;
    memset(build->bytes, 0, build->length);
    build->bytes[0] = (uint8_t)(form->version << 5) | spare_ones | (form->version == 0 && !form->is_long);
    build->bytes[1] = type;
    octets_put16(build->bytes + 4, form->sequence);
    if (form->is_long)
        memset(build->bytes + GTPP_HEADER_BYTES, 0xFF, GTPP_HEADER_LONG_BYTES - GTPP_HEADER_BYTES);
}

/* Writes the length, once all elements are there. */
static void end(struct gtpp_build *build, const struct gtpp_header *form)
{
    const size_t header = form->is_long ? GTPP_HEADER_LONG_BYTES : GTPP_HEADER_BYTES;
    octets_put16(build->bytes + 2, (uint16_t)(build->length - header));
}

static void add_octet(struct gtpp_build *build, uint8_t type, uint8_t value)
{
    build->bytes[build->length++] = type;
    build->bytes[build->length++] = value;
}

static void add_tlv(struct gtpp_build *build, uint8_t type, const uint8_t *content, size_t length)
{
    CHECK(build->length + 3 + length <= sizeof(build->bytes));
    build->bytes[build->length] = type;
    octets_put16(build->bytes + build->length + 1, (uint16_t)length);
    memcpy(build->bytes + build->length + 3, content, length);
    build->length += 3 + length;
}

static void add_address(struct gtpp_build *build, uint8_t type, const struct address *address)
{
    add_tlv(build, type, address->octets, address->family == ADDRESS_IPV4 ? 4 : 16);
}

/* A message without elements. */
static void build_bare(struct gtpp_build *build, const struct gtpp_header *form, uint8_t type)
{
    begin(build, form, type);
    end(build, form);
}

void gtpp_build_echo_response(struct gtpp_build *build, const struct gtpp_header *request, uint8_t restarts)
{
    begin(build, request, GTPP_ECHO_RESPONSE);
    add_octet(build, IE_RECOVERY, restarts);
    end(build, request);
}

void gtpp_build_node_alive_response(struct gtpp_build *build, const struct gtpp_header *request)
{
    build_bare(build, request, GTPP_NODE_ALIVE_RESPONSE);
}

void gtpp_build_redirection_response(struct gtpp_build *build, const struct gtpp_header *request,
                                     uint8_t cause)
{
    begin(build, request, GTPP_REDIRECTION_RESPONSE);
    add_octet(build, IE_CAUSE, cause);
    end(build, request);
}

void gtpp_build_version_not_supported(struct gtpp_build *build, const struct gtpp_header *request)
{
    const struct gtpp_header form = {.version = GTPP_VERSION_MAX, .sequence = request->sequence};
    build_bare(build, &form, GTPP_VERSION_NOT_SUPPORTED);
}

void gtpp_build_data_response(struct gtpp_build *build, const struct gtpp_header *request, uint8_t cause,
                              const uint16_t *responded, size_t count)
{
    uint8_t list[2 * GTPP_RESPONDED_MAX];
    CHECK(count > 0 && count <= GTPP_RESPONDED_MAX);
    for (size_t i = 0; i < count; i++)
        octets_put16(list + 2 * i, responded[i]);
    begin(build, request, GTPP_DATA_RESPONSE);
    add_octet(build, IE_CAUSE, cause);
    add_tlv(build, IE_RESPONDED, list, 2 * count);
    end(build, request);
}

void gtpp_build_echo_request(struct gtpp_build *build, const struct gtpp_header *form)
{
    build_bare(build, form, GTPP_ECHO_REQUEST);
}

void gtpp_build_node_alive_request(struct gtpp_build *build, const struct gtpp_header *form,
                                   const struct address *own)
{
    CHECK(own->family);
    begin(build, form, GTPP_NODE_ALIVE_REQUEST);
    add_address(build, IE_NODE, own);
    end(build, form);
}

void gtpp_build_redirection_request(struct gtpp_build *build, const struct gtpp_header *form, uint8_t cause,
                                    const struct address *recommended)
{
    begin(build, form, GTPP_REDIRECTION_REQUEST);
    add_octet(build, IE_CAUSE, cause);
    if (recommended->family)
        add_address(build, IE_RECOMMENDED, recommended);
    end(build, form);
}
