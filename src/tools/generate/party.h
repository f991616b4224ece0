/* SPDX-License-Identifier: Apache-2.0
 * Whoever can be at an end of a call or a message, as 32 bits: a SIM (or line) of the network by its index,
 * or somebody outside it: kind in the top 4 bits, serial below. Outsiders have a number and no memory. */
#pragma once

#include "simsieve/base/check.h"

enum party_kind {
    PARTY_SIM,
    PARTY_MOBILE,        /* of a carrier that delivers no records */
    PARTY_FIXED,         /* a landline: serial x provinces + province */
    PARTY_INTERNATIONAL, /* abroad */
    PARTY_SERVICE,       /* short codes, 1800 and 1900 */
    PARTY_SENDER,        /* brandnames */
    PARTY_KIND_COUNT
};

#define PARTY_SERIAL_BITS 28

/* Landlines with a serial below this are outsiders; the call centres of the network have those above. */
#define PARTY_FIXED_OUTSIDERS 500000

/* Numbers outside the network that its people know, of each kind. */
#define PARTY_MOBILES_MAX 30000000

struct party_service {
    const char *number;
    const char *owner;
    bool is_receive_only; /* do_not_originate.csv */
};

struct party_sender {
    const char *name;
    const char *kind; /* senders.csv */
};

static inline uint32_t party_make(enum party_kind kind, uint32_t serial)
{
    return (uint32_t)kind << PARTY_SERIAL_BITS | serial;
}

static inline enum party_kind party_kind(uint32_t party)
{
    return (enum party_kind)(party >> PARTY_SERIAL_BITS);
}

static inline uint32_t party_serial(uint32_t party)
{
    return party & (((uint32_t)1 << PARTY_SERIAL_BITS) - 1);
}

/* Any thread. The number of an outsider with digits (not of services and senders), E.164 without "+". */
uint64_t party_number(uint32_t party);

/* Any thread. The `serial`-th landline of a province (index), E.164 without "+"; serial below 1,000,000. */
uint64_t party_fixed_number(unsigned province, uint32_t serial);

/* Any thread. The tables; NULL past the end. */
const struct party_service *party_service_at(uint32_t serial);
const struct party_sender *party_sender_at(uint32_t serial);
uint32_t party_service_count(void);
uint32_t party_sender_count(void);
