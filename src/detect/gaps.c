/* SPDX-License-Identifier: Apache-2.0
 * The rhythm of a SIM: gaps between its outgoing attempts, in order of time. */
#include "simsieve/base/sort.h"
#include "simsieve/detect/examination.h"

#include <math.h>

/* Population standard deviation over mean (two passes: exact for millisecond gaps); -1 below two gaps or when all
 * are zero. */
static double variation(const uint64_t *gaps_ms, size_t count)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)gaps_ms[i];
    if (count < 2 || sum == 0)
        return -1;
    const double mean = sum / (double)count;
    for (size_t i = 0; i < count; i++)
        squares += ((double)gaps_ms[i] - mean) * ((double)gaps_ms[i] - mean);
    return sqrt(squares / (double)count) / mean;
}

const struct gap_figures *view_gaps(struct view *view)
{
    const struct examination *examination = view->examination;
    struct gap_figures *figures = &view->gaps;
    if (view->has_gaps)
        return figures;
    view->has_gaps = true;
    uint64_t *gaps_ms = examination->scratch;
    int64_t previous_ms = 0;
    size_t count = 0;
    for (size_t i = view->first; i < examination->count; i++) {
        const struct seen *seen = &examination->events[i];
        if (!(seen->flags & EVENT_OUT))
            continue;
        if (previous_ms) {
            gaps_ms[count++] = (uint64_t)(seen->time_ms - previous_ms);
            figures->short_gaps += seen->time_ms - previous_ms < SHORT_GAP_MS;
        }
        previous_ms = seen->time_ms;
    }
    figures->count = (uint32_t)count;
    figures->cv = variation(gaps_ms, count);
    if (count == 0)
        return figures;
    sort_u64(gaps_ms, count);
    figures->median_s = (double)(gaps_ms[(count - 1) / 2] + gaps_ms[count / 2]) / 2 / 1000;
    return figures;
}
