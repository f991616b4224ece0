/* SPDX-License-Identifier: Apache-2.0
 * The one place that knows all input formats. */
#include "decoders.h"

#include "simsieve/base/text.h"

#include <string.h>

/* Where two are equally sure of an input, the first wins. */
static const struct decoder *const registry[] = {
    &decoder_csv,     &decoder_ndjson,      &decoder_ber,        &decoder_ber_huawei, &decoder_ber_ericsson,
    &decoder_ts32297, &decoder_tap,         &decoder_nrtrde,     &decoder_dx200,      &decoder_pcap,
    &decoder_map,     &decoder_subscribers, &decoder_complaints,
};

const struct decoder *decoder_by_name(const char *name, const char **nearest)
{
    const char *names[ARRAY_COUNT(registry)];
    for (size_t i = 0; i < ARRAY_COUNT(registry); i++) {
        if (strcmp(registry[i]->name, name) == 0)
            return registry[i];
        names[i] = registry[i]->name;
    }
    *nearest = text_nearest(name, strlen(name), names, sizeof(names[0]), ARRAY_COUNT(names));
    return NULL;
}

const struct decoder *decoder_detect(const char *bytes, size_t length)
{
    const struct decoder *best = NULL;
    int best_certainty = 0;
    for (size_t i = 0; i < ARRAY_COUNT(registry); i++) {
        const int certainty = registry[i]->detect(bytes, length);
        if (certainty > best_certainty) {
            best_certainty = certainty;
            best = registry[i];
        }
    }
    return best;
}

const struct decoder *decoder_at(size_t index)
{
    return index < ARRAY_COUNT(registry) ? registry[index] : NULL;
}
