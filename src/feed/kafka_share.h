/* SPDX-License-Identifier: Apache-2.0
 * Whether other members of the group have partitions too: rules that ask about replies, groups or other legs then see only a
 * part (kafka_group.md), which nobody must find out from a wrong accusation. */
#pragma once

#include "kafka_health.h"
#include "kafka_settings.h"

/* Feed thread. May block for KAFKA_SHARE_ASK_MS a topic. Tells health, and the log when it changes, how many partitions of the
 * feed's topics this member does not have; false when the brokers do not say how many there are. */
#define KAFKA_SHARE_ASK_MS 1000
bool kafka_share_note(struct kafka_client *client, const struct kafka_settings *settings);
