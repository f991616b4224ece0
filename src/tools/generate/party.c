/* SPDX-License-Identifier: Apache-2.0 */
#include "party.h"

#include "geography.h"

/* A step that is prime to every table size below, so that neighbours in a table are strangers in the plan. */
#define NUMBER_STEP UINT64_C(15485863)

static const struct party_service services[] = {
    {"113", "Cảnh sát", true},
    {"114", "Cứu hỏa", true},
    {"115", "Cấp cứu", true},
    {"18001090", "MobiFone", true},
    {"18001091", "VinaPhone", true},
    {"18008098", "Viettel", true},
    {"19001234", "Ngân hàng Sông", true},
    {"19005678", "Sàn Phố Xanh", true},
    {"198", "Viettel", false},
    {"9090", "MobiFone", false},
    {"5656", "Phản ánh tin rác", false},
    {"156", "Phản ánh tin rác", false},
};

static const struct party_sender senders[] = {
    {"NGANHSONG", "bank"}, {"BANKHOASEN", "bank"}, {"TINDUNGVIET", "bank"}, {"VIDIENTU", "otp"},
    {"MANGXAHOI", "otp"},  {"CHOPHO", "otp"},      {"GIAONHANH", "brand"},  {"DIENLUC", "brand"},
    {"SHOPXANH", "brand"}, {"NHATRUONG", "brand"},
};

static const struct {
    uint64_t prefix;
    uint64_t lowest; /* of the digits after it */
    uint64_t scale;  /* 10^digits after the prefix */
} countries[] = {
    {8210, 20000000, 100000000}, {8190, 20000000, 100000000},  {8869, 20000000, 100000000},
    {1408, 2000000, 10000000},   {49151, 20000000, 100000000}, {614, 20000000, 100000000},
};

uint64_t party_fixed_number(unsigned province, uint32_t serial)
{
    const uint64_t area_code = geography_provinces[province].area_code;
    CHECK(province < PROVINCE_COUNT && serial < 2 * PARTY_FIXED_OUTSIDERS);
    const uint64_t mixed = serial / PARTY_FIXED_OUTSIDERS * PARTY_FIXED_OUTSIDERS +
                           serial % PARTY_FIXED_OUTSIDERS * NUMBER_STEP % PARTY_FIXED_OUTSIDERS;
    if (area_code < 100) /* Ha Noi and Ho Chi Minh City: eight digits */
        return (8400 + area_code) * 100000000 + 38000000 + mixed;
    return (84000 + area_code) * 10000000 + 3000000 + mixed;
}

uint64_t party_number(uint32_t party)
{
    static const uint64_t mobile_prefixes[] = {92, 56, 58};
    const uint64_t serial = party_serial(party);
    switch (party_kind(party)) {
    case PARTY_MOBILE: {
        const uint64_t mixed = serial % PARTY_MOBILES_MAX * NUMBER_STEP % PARTY_MOBILES_MAX;
        return (8400 + mobile_prefixes[mixed / 10000000]) * 10000000 + mixed % 10000000;
    }
    case PARTY_FIXED:
        return party_fixed_number((unsigned)(serial % PROVINCE_COUNT),
                                  (uint32_t)(serial / PROVINCE_COUNT % PARTY_FIXED_OUTSIDERS));
    default: {
        CHECK(party_kind(party) == PARTY_INTERNATIONAL);
        const size_t country = serial % ARRAY_COUNT(countries);
        const uint64_t room = countries[country].scale - countries[country].lowest;
        const uint64_t local = countries[country].lowest + serial * NUMBER_STEP % room;
        return countries[country].prefix * countries[country].scale + local;
    }
    }
}

const struct party_service *party_service_at(uint32_t serial)
{
    return serial < ARRAY_COUNT(services) ? &services[serial] : NULL;
}

const struct party_sender *party_sender_at(uint32_t serial)
{
    return serial < ARRAY_COUNT(senders) ? &senders[serial] : NULL;
}

uint32_t party_service_count(void)
{
    return ARRAY_COUNT(services);
}

uint32_t party_sender_count(void)
{
    return ARRAY_COUNT(senders);
}
