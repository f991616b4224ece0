/* SPDX-License-Identifier: Apache-2.0
 * A score from 0 to 100 for people who rank SIMs: a sum of points, each for one thing that separates junk SIMs from
 * honest heavy callers in published labelled sets. Nobody is accused by it; rules compare measures. */
#pragma once

#include "simsieve/detect/measure.h"

struct text;

/* A row of the score: so many points when the measure satisfies the comparison for certain. */
struct score_point {
    const struct measure *measure;
    bool is_at_least; /* else at most */
    double threshold;
    unsigned points;
};

/* Any thread. Row `index`, NULL past the end. */
const struct score_point *score_point_at(size_t index);

/* Owner thread of the view. Whether a row gives its points. */
bool score_point_holds(const struct score_point *point, struct view *view);

/* Owner thread of the view. The sum; 0 for a SIM with fewer than SCORE_SAMPLE_MIN outgoing attempts. */
unsigned score_of(struct view *view);

#define SCORE_SAMPLE_MIN 10
