/* SPDX-License-Identifier: Apache-2.0
 * Which subjects are being reported: one alert per subject and rule while the behaviour lasts. An episode ends when
 * the rule's cooldown has passed without a match. Each partition has room for EPISODES_MAX; when it is full the one
 * that has been quiet longest is forgotten, and counted. One thread. */
#pragma once

#include "simsieve/alert/alert.h"
#include "simsieve/state/state.h"

#define EPISODES_MAX 512 /* of one partition */

enum episode_verdict {
    EPISODE_GOES_ON, /* reported already */
    EPISODE_RAISE,   /* new, or worse than when it was reported */
    EPISODE_ALLOWED, /* new, but the allow-list protects the subject: counted, not reported */
};

struct episodes;

struct episodes *episodes_create(void);
void episodes_destroy(struct episodes *episodes);

/* What is matched now. */
struct episode_match {
    uint64_t subject; /* number, or key of a group */
    uint64_t rule;    /* id_hash */
    enum severity severity;
    double worse;
    int64_t now_ms, cooldown_ms;
    bool is_allowed;
};

/* Owner thread. Notes a match of a subject in its partition. Looks at EPISODES_MAX entries at most. */
enum episode_verdict episodes_match(struct episodes *episodes, uint32_t partition,
                                    const struct episode_match *match);

/* Owner thread. True when some episode of the subject may still be open at `now_ms`. */
bool episodes_is_open(const struct episodes *episodes, uint32_t partition, uint64_t subject, int64_t now_ms);

/* Any thread that has synchronised with the owner. Episodes forgotten because a partition was full. */
uint64_t episodes_forgotten(const struct episodes *episodes);
