/* SPDX-License-Identifier: Apache-2.0
 * What shards tell the group stage: a SIM that belongs to a group of some rule made a contact, or no longer belongs.
 * Edges are consumed in the order of positions, so the result does not depend on shards. */
#pragma once

#include "simsieve/detect/rule.h"

struct edge {
    uint64_t position;
    int64_t time_ms;
    uint64_t sim;
    uint64_t key;      /* of the group: enum group_by says what it is */
    uint64_t victim;   /* pseudonym of the protected number contacted, 0: none */
    uint64_t identity; /* of the record */
    uint64_t firing;   /* content hash of the record, for the alert's id */
    int64_t first_contact_ms;
    uint32_t agency; /* of the victim */
    uint16_t rule_index;
    uint8_t victim_province, active_province, registered_province; /* 0: unknown */
    bool leaves;  /* the SIM belongs to no group of this rule any more; only rule_index and sim count */
    bool is_past; /* an earlier contact of a SIM that belongs only now: it counts, but nothing fires on it */
};
