/* SPDX-License-Identifier: Apache-2.0
 * The memory of an examination, apart from what is done in it for each look. */
#include "contact_slot.h"
#include "simsieve/detect/examination.h"

#include <stdlib.h>

struct examination *examination_create(size_t capacity)
{
    struct examination *examination = calloc(1, sizeof(*examination));
    CHECK(examination && capacity > 0);
    size_t slots = 16;
    while (slots < 2 * capacity)
        slots *= 2;
    examination->capacity = capacity;
    examination->events = malloc(capacity * sizeof(struct seen));
    examination->spare = malloc((capacity + 1) / 2 * sizeof(struct seen));
    examination->contacts = malloc(capacity * sizeof(struct contact));
    examination->slots = calloc(slots, sizeof(struct contact_slot));
    examination->slot_mask = slots - 1;
    examination->scratch = malloc(capacity * sizeof(uint64_t));
    CHECK(examination->events && examination->spare && examination->contacts && examination->slots &&
          examination->scratch);
    return examination;
}

void examination_destroy(struct examination *examination)
{
    if (!examination)
        return;
    free(examination->events);
    free(examination->spare);
    free(examination->contacts);
    free(examination->slots);
    free(examination->scratch);
    free(examination);
}
