/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "simsieve/base/check.h"

/* Any thread. Ascending, in place, without allocating; n log n. */
void sort_u64(uint64_t *values, size_t count);

/* Any thread. Sorts and keeps one of each; returns how many. */
size_t sort_unique_u64(uint64_t *values, size_t count);
