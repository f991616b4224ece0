/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/detect/episodes.h"

#include <stdlib.h>
#include <string.h>

struct episode {
    uint64_t subject; /* 0: free */
    uint64_t rule;
    int64_t last_match_ms, cooldown_ms;
    double worse; /* when it was last reported */
    uint8_t severity;
    bool is_allowed;
};

struct bench {
    uint32_t count;
    struct episode episodes[EPISODES_MAX];
};

struct episodes {
    struct bench *benches[PARTITION_COUNT]; /* made when a partition has its first episode */
    uint64_t forgotten;
};

struct episodes *episodes_create(void)
{
    struct episodes *episodes = calloc(1, sizeof(*episodes));
    CHECK(episodes);
    return episodes;
}

void episodes_destroy(struct episodes *episodes)
{
    if (!episodes)
        return;
    for (unsigned i = 0; i < PARTITION_COUNT; i++)
        free(episodes->benches[i]);
    free(episodes);
}

static bool is_over(const struct episode *episode, int64_t now_ms)
{
    return now_ms - episode->last_match_ms > episode->cooldown_ms;
}

/* A place for a new episode: behind the others, that of one that is over, or of the one quiet longest. */
static struct episode *take_place(struct episodes *episodes, struct bench *bench, int64_t now_ms)
{
    struct episode *quietest = &bench->episodes[0];
    if (bench->count < EPISODES_MAX)
        return &bench->episodes[bench->count++];
    for (uint32_t i = 0; i < bench->count; i++) {
        struct episode *episode = &bench->episodes[i];
        if (episode->last_match_ms + episode->cooldown_ms < quietest->last_match_ms + quietest->cooldown_ms)
            quietest = episode;
    }
    episodes->forgotten += !is_over(quietest, now_ms);
    return quietest;
}

enum episode_verdict episodes_match(struct episodes *episodes, uint32_t partition,
                                    const struct episode_match *match)
{
    struct bench *bench = episodes->benches[partition];
    if (!bench) {
        bench = episodes->benches[partition] = calloc(1, sizeof(*bench));
        CHECK(bench);
    }
    struct episode *episode = NULL;
    for (uint32_t i = 0; i < bench->count && !episode; i++)
        if (bench->episodes[i].subject == match->subject && bench->episodes[i].rule == match->rule)
            episode = &bench->episodes[i];
    const bool goes_on =
        episode && !is_over(episode, match->now_ms) && episode->is_allowed == match->is_allowed;
    if (!episode)
        episode = take_place(episodes, bench, match->now_ms);
    const bool is_worse = goes_on && (match->severity > episode->severity ||
                                      (episode->worse > 0 && match->worse >= 2 * episode->worse));
    episode->last_match_ms = match->now_ms;
    if (goes_on && !is_worse)
        return EPISODE_GOES_ON;
    *episode = (struct episode){.subject = match->subject,
                                .rule = match->rule,
                                .last_match_ms = match->now_ms,
                                .cooldown_ms = match->cooldown_ms,
                                .worse = match->worse,
                                .severity = (uint8_t)match->severity,
                                .is_allowed = match->is_allowed};
    if (match->is_allowed)
        return goes_on ? EPISODE_GOES_ON : EPISODE_ALLOWED;
    return EPISODE_RAISE;
}

bool episodes_is_open(const struct episodes *episodes, uint32_t partition, uint64_t subject, int64_t now_ms)
{
    const struct bench *bench = episodes->benches[partition];
    for (uint32_t i = 0; bench && i < bench->count; i++)
        if (bench->episodes[i].subject == subject && !is_over(&bench->episodes[i], now_ms))
            return true;
    return false;
}

uint64_t episodes_forgotten(const struct episodes *episodes)
{
    return episodes->forgotten;
}
