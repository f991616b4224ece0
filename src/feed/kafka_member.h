/* SPDX-License-Identifier: Apache-2.0
 * Who a feed is in its consumer group, over restarts (kafka_group.md). */
#pragma once

#include "simsieve/feed/feed.h"

#include <librdkafka/rdkafka.h>

#define KAFKA_MEMBER_FILE "member" /* in the feed's state folder */

/* Feed thread; may block. Makes the client the group's static member of this state folder (KIP-345): the name in the
 * folder's file, which is made at the first start. A group.instance.id among the properties stays. ERROR_CANNOT_CREATE,
 * ERROR_IO when the file cannot be written. */
enum error_class kafka_member_set(rd_kafka_conf_t *conf, const char *state_folder, struct error *error);
