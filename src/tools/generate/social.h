/* SPDX-License-Identifier: Apache-2.0
 * Private life, which every honest SIM with an owner has: a circle of people chosen by Zipf's law, family
 * first, answered and returned calls, messages that are answered, strangers now and then, and what services
 * send.
 *
 * Circles of persons are mutual without being stored: the person of rank r of i is the image of i under a
 * reflection that depends on r and the province only, and a reflection is its own inverse. */
#pragma once

#include "contact.h"

extern const struct call_style social_call;  /* between people who know each other */
extern const struct call_style student_call; /* among the young: many are over in a few words */
extern const struct sms_style social_sms;

/* One thread. The SIM's everyday contacts of the day, `percent` of its own rate, calls in this style. */
void social_live(struct day *day, uint32_t sim, uint32_t percent, const struct call_style *style);

/* One thread. Messages from services and brands, `mean_permille` of them on average. */
void social_services(struct day *day, uint32_t sim, uint32_t mean_permille);

/* One thread. Whoever has this rank in the SIM's circle; `is_mutual` when the other's own day brings the
 * contacts that begin on the other side, else both directions are this SIM's to make. */
uint32_t social_contact(struct day *day, uint32_t sim, uint32_t rank, bool *is_mutual);
