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
