/* SPDX-License-Identifier: Apache-2.0 */
#include "intake.h"

#include "simsieve/log/log.h"

#include <stdlib.h>
#include <string.h>

bool intake_init(struct intake *intake, const struct decode_context *context, const char *input)
{
    *intake = (struct intake){.context = context, .input = strdup(input), .partials = partials_create()};
    return intake->input && intake->partials;
}

void intake_fini(struct intake *intake)
{
    const uint64_t early = intake->partials ? partials_released_early(intake->partials) : 0;
    if (early)
        log_write(
            LOG_WARNING,
            "%s: %llu calls of several records were given on before their last, because more than %d were open",
            intake->input, (unsigned long long)early, PARTIALS_MAX);
    partials_destroy(intake->partials);
    free(intake->input);
}

void intake_take(struct intake *intake, struct decoded *decoded, enum reason reason, const uint8_t *bytes,
                 size_t length)
{
    struct cdr *cdr = &decoded->records[decoded->count];
    bool has_output = false;
    intake->number++;
    if (reason == REASON_NONE) {
        cdr->line = intake->number;
        reason = partials_take(intake->partials, cdr, &has_output);
    }
    if (has_output)
        decoded->count++;
    if (reason != REASON_NONE)
        decoded->reject(decoded->owner, reason, intake->number, (const char *)bytes, length);
}

void intake_finish(struct intake *intake, struct decoded *decoded)
{
    decoded->count = 0;
    while (decoded->count < decoded->capacity &&
           partials_release(intake->partials, &decoded->records[decoded->count]))
        decoded->count++;
}
