/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "counted_set.h"
#include "simsieve/detect/evaluate.h"
#include "simsieve/detect/groups.h"

struct group_contact {
    int64_t time_ms, first_contact_ms;
    uint64_t sim; /* 0: the SIM has left */
    uint64_t victim, identity;
    uint32_t agency;
    uint8_t victim_province, active_province, registered_province;
};

struct group {
    struct group *next_of_rule;
    const struct rule *rule;
    uint16_t rule_index;
    uint64_t key;
    int64_t newest_ms;
    struct group_contact *contacts; /* a ring, the oldest taken first; capacity is a power of two */
    uint32_t capacity, first, count;
    uint32_t live; /* contacts whose SIM has not left */
    struct counted_set sims, victims, agencies;

    /* The episode that is being reported. */
    int64_t last_match_ms;       /* 0: never */
    struct counted_set reported; /* SIMs named so far */
    enum severity reported_severity;
    double reported_worse;
    bool is_first_report;
};

/* Group stage. A figure of the group as it is now. */
double group_figure(const struct group *group, enum group_measure measure);

/* Group stage. The alert of a group that matches; marks its SIMs as reported. The caller owns it. */
struct alert *group_alert(struct group *group, enum severity severity, const struct edge *edge,
                          const struct group_context *context);
