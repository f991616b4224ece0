/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/decode/decoder.h"

static const struct {
    const char *word;
    const char *meaning;
} reasons[] = {
#define REASON(id, word, meaning) [REASON_##id] = {word, meaning},
#include "simsieve/decode/reasons.def"
#undef REASON
};

const char *reason_word(enum reason reason)
{
    CHECK(reason < REASON_COUNT);
    return reasons[reason].word;
}

const char *reason_meaning(enum reason reason)
{
    CHECK(reason < REASON_COUNT);
    return reasons[reason].meaning;
}

bool reason_is_damage(enum reason reason)
{
    return reason != REASON_NONE && reason != REASON_NOT_CALL_OR_SMS && reason != REASON_PARTIAL &&
           reason != REASON_SAME_CALL;
}
