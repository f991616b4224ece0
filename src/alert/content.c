/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/alert/content.h"

void alert_add_evidence(struct alert_content *content, int64_t time_ms, uint64_t identity)
{
    if (content->evidence_count == ALERT_EVIDENCE_MAX)
        return;
    for (size_t i = 0; i < content->evidence_count; i++)
        if (content->evidence[i].time_ms == time_ms && content->evidence[i].identity == identity)
            return;
    content->evidence[content->evidence_count++] = (struct alert_evidence){time_ms, identity};
}
