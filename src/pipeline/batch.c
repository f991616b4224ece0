/* SPDX-License-Identifier: Apache-2.0 */
#include "batch.h"

#include <stdlib.h>

void output_alert(struct shard_output *output, struct alert *alert)
{
    if (output->last_alert)
        output->last_alert->next = alert;
    else
        output->first_alert = alert;
    output->last_alert = alert;
}

void output_edge(struct shard_output *output, const struct edge *edge)
{
    if (output->edge_count == output->edge_capacity) {
        output->edge_capacity = output->edge_capacity ? 2 * output->edge_capacity : 16;
        output->edges = realloc(output->edges, output->edge_capacity * sizeof(*edge));
        CHECK(output->edges);
    }
    output->edges[output->edge_count++] = *edge;
}
