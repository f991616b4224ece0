/* SPDX-License-Identifier: Apache-2.0
 * Heapsort: libc's qsort may allocate, and detectors must not. */
#include "simsieve/base/sort.h"

static void sift_down(uint64_t *values, size_t at, size_t count)
{
    const uint64_t value = values[at];
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && values[child + 1] > values[child])
            child++;
        if (values[child] <= value)
            break;
        values[at] = values[child];
    }
    values[at] = value;
}

void sort_u64(uint64_t *values, size_t count)
{
    for (size_t i = count / 2; i > 0; i--)
        sift_down(values, i - 1, count);
    for (size_t last = count; last > 1; last--) {
        const uint64_t largest = values[0];
        values[0] = values[last - 1];
        values[last - 1] = largest;
        sift_down(values, 0, last - 1);
    }
}

size_t sort_unique_u64(uint64_t *values, size_t count)
{
    size_t kept = 0;
    sort_u64(values, count);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || values[i] != values[i - 1])
            values[kept++] = values[i];
    return kept;
}
