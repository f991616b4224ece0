/* SPDX-License-Identifier: Apache-2.0
 * What the junk classes that go after officials share: young SIMs, a victim list, an approach by message and
 * call. */
#pragma once

#include "contact.h"

/* Start-up only. The SIM is 0 to `days_max` days old on the day (index) it begins; on that day it is sold at
 * eight, and nothing of it is due before JUNK_FIRST_MS. */
void junk_found(struct network *network, uint32_t sim, int64_t day, uint32_t days_max, struct chance *chance);

#define JUNK_FIRST_MS (8 * HOUR_MS + 45 * MINUTE_MS)

/* Start-up only. Settles a new campaign: up to `days_max` days within the network's, and its victims'
 * province (`code`; 0: wherever an official drawn by chance lives). */
void junk_plan(struct network *network, struct campaign *campaign, uint32_t days_max, uint32_t code,
               struct chance *chance);

/* Any thread. Officials on the campaign's list. */
uint32_t junk_victim_count(const struct network *network, uint32_t campaign);

/* Any thread. The `index`-th official on the campaign's list, which walks from agency to agency. */
uint32_t junk_victim(const struct network *network, uint32_t campaign, uint32_t index);

/* One thread. Threatens a victim by message, by call or both, within some minutes; returns when it is
 * done. */
int64_t junk_approach(struct day *day, uint32_t sim, uint32_t victim, int64_t time_ms);

/* Any thread. The campaign of a SIM. */
const struct campaign *junk_campaign(const struct network *network, uint32_t sim);
