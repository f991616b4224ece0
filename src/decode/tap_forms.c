/* SPDX-License-Identifier: Apache-2.0
 * The records of roaming files. Their tags are of the application class, unique in a file. */
#include "tap_forms.h"

static const struct member_row subscriber_rows[] = {MEMBER(0x5F8101, SLOT_IMSI),
                                                    MEMBER(0x5F8118, SLOT_SERVED)};
static const struct member_table subscriber = MEMBER_TABLE(subscriber_rows);
static const struct member_row chargeable_rows[] = {MEMBER_GROUP(0x7F8147, subscriber)};
static const struct member_table chargeable = MEMBER_TABLE(chargeable_rows);

static const struct member_row destination_rows[] = {
    MEMBER_NUMBER(0x5F8317, SLOT_CALLED, NUMBER_STYLE_BCD),
    MEMBER_NUMBER(0x5F8217, SLOT_TRANSLATED, NUMBER_STYLE_DIALLED),
    MEMBER_NUMBER(0x5F8323, SLOT_CONNECTED, NUMBER_STYLE_DIALLED), /* of an SMS */
};
static const struct member_table destination = MEMBER_TABLE(destination_rows);

static const struct member_row originator_rows[] = {
    MEMBER_NUMBER(0x5F8315, SLOT_CALLING, NUMBER_STYLE_BCD),
    MEMBER_NUMBER(0x5F8329, SLOT_CONNECTED, NUMBER_STYLE_DIALLED), /* of an SMS */
};
static const struct member_table originator = MEMBER_TABLE(originator_rows);

static const struct member_row start_rows[] = {MEMBER(0x50, SLOT_TIME), MEMBER(0x5F8168, SLOT_OFFSET_CODE)};
static const struct member_table start = MEMBER_TABLE(start_rows);

static const struct member_row mo_basic_rows[] = {
    MEMBER_GROUP(0x7F832B, chargeable), MEMBER_GROUP(0x7F59, destination), MEMBER_GROUP(0x7F2C, start),
    MEMBER(0x5F815F, SLOT_DURATION),    MEMBER(0x5F3A, SLOT_CLOSING),
};
static const struct member_table mo_basic = MEMBER_TABLE(mo_basic_rows);

static const struct member_row mt_basic_rows[] = {
    MEMBER_GROUP(0x7F832B, chargeable), MEMBER_GROUP(0x7F29, originator), MEMBER_GROUP(0x7F2C, start),
    MEMBER(0x5F815F, SLOT_DURATION),    MEMBER(0x5F3A, SLOT_CLOSING),
};
static const struct member_table mt_basic = MEMBER_TABLE(mt_basic_rows);

static const struct member_row network_rows[] = {MEMBER(0x5F2D, SLOT_REFERENCE)};
static const struct member_table network = MEMBER_TABLE(network_rows);
static const struct member_row location_rows[] = {MEMBER_GROUP(0x7F811C, network)};
static const struct member_table location = MEMBER_TABLE(location_rows);

static const struct member_row equipment_rows[] = {MEMBER(0x5F8100, SLOT_IMEI)};
static const struct member_table equipment = MEMBER_TABLE(equipment_rows);

static const struct member_row service_code_rows[] = {MEMBER(0x5F815A, SLOT_TELESERVICE),
                                                      MEMBER(0x5F28, SLOT_BEARER)};
static const struct member_table service_code = MEMBER_TABLE(service_code_rows);
static const struct member_row service_rows[] = {MEMBER_GROUP(0x7F832A, service_code)};
static const struct member_table service = MEMBER_TABLE(service_rows);
static const struct member_row service_used_rows[] = {MEMBER_GROUP(0x7F24, service)};
static const struct member_table service_used = MEMBER_TABLE(service_used_rows);
static const struct member_row services_rows[] = {MEMBER_GROUP(0x7F27, service_used)};
static const struct member_table services = MEMBER_TABLE(services_rows);

static const struct member_row originated_rows[] = {
    MEMBER_GROUP(0x7F8113, mo_basic),
    MEMBER_GROUP(0x7F810A, location),
    MEMBER_GROUP(0x7F832D, equipment),
    MEMBER_GROUP(0x7F26, services),
};
static const struct member_table originated = MEMBER_TABLE(originated_rows);

static const struct member_row terminated_rows[] = {
    MEMBER_GROUP(0x7F8119, mt_basic),
    MEMBER_GROUP(0x7F810A, location),
    MEMBER_GROUP(0x7F832D, equipment),
    MEMBER_GROUP(0x7F26, services),
};
static const struct member_table terminated = MEMBER_TABLE(terminated_rows);

/* NRTRDE: one level. */
static const struct member_row event_service_rows[] = {MEMBER(0x5F2B, SLOT_TELESERVICE),
                                                       MEMBER(0x52, SLOT_BEARER)};
static const struct member_table event_service = MEMBER_TABLE(event_service_rows);

static const struct member_row event_rows[] = {
    MEMBER(0x5F22, SLOT_IMSI),
    MEMBER(0x5F21, SLOT_IMEI),
    MEMBER(0x55, SLOT_TIME),
    MEMBER(0x5F2D, SLOT_OFFSET),
    MEMBER(0x53, SLOT_DURATION),
    MEMBER(0x58, SLOT_CLOSING),
    MEMBER(0x57, SLOT_REFERENCE),
    MEMBER_GROUP(0x7F2E, event_service),
    MEMBER_NUMBER(0x5E, SLOT_TRANSLATED, NUMBER_STYLE_DIALLED),
    MEMBER_NUMBER(0x5B, SLOT_CALLED, NUMBER_STYLE_DIGITS),
    MEMBER_NUMBER(0x56, SLOT_CALLING, NUMBER_STYLE_DIGITS),
    MEMBER(0x5F23, SLOT_NODE),
    MEMBER(0x5F31, SLOT_SERVED),
};
static const struct member_table event = MEMBER_TABLE(event_rows);

static const struct {
    uint32_t tag;
    uint32_t first_member; /* what its records begin with */
    struct tap_form form;
} kinds[] = {
    {0x69, 0x7F8113, {true, &originated}},
    {0x6A, 0x7F8119, {false, &terminated}},
    {0x63, 0x5F22, {true, &event}},
    {0x64, 0x5F22, {false, &event}},
};

const struct tap_form *tap_form_of(const uint8_t *bytes, size_t length)
{
    struct ber_header record, member;
    if (ber_read_header(bytes, length, &record) != BER_ELEMENT ||
        ber_read_header(bytes + record.header_bytes, length - record.header_bytes, &member) != BER_ELEMENT)
        return NULL;
    for (size_t i = 0; i < ARRAY_COUNT(kinds); i++)
        if (kinds[i].tag == record.tag && kinds[i].first_member == member.tag)
            return &kinds[i].form;
    return NULL;
}
