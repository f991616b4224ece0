/* SPDX-License-Identifier: Apache-2.0
 * Schemas by the id that messages carry: from a folder or a registry, each asked for once (kafka_schemas.md). */
#pragma once

#include "kafka_avro.h"
#include "simsieve/feed/feed.h"

struct schemas;

enum schema_status {
    SCHEMA_READY,
    SCHEMA_UNKNOWN, /* there is none of that id, or it cannot be used; the log has said why */
    SCHEMA_AWAY     /* the registry does not answer: ask again later */
};

/* Start-up only. `place`: a folder, or a registry that begins with http:// or https://. Asks nobody. */
struct schemas *schemas_open(const char *place, const struct feed_options *options);
void schemas_close(struct schemas *schemas);

/* Feed thread. May block for five seconds, once an id. */
enum schema_status schemas_find(struct schemas *schemas, uint32_t id, const struct avro_plan **plan);
