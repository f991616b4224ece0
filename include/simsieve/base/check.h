/* SPDX-License-Identifier: Apache-2.0
 * Checks for programmer errors, and the compiler hints the rest of the tree uses. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CACHE_LINE_BYTES 64

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* For a body that is only worth its while with its arguments known. */
#define ALWAYS_INLINE static inline __attribute__((always_inline))

#ifndef static_assert
#define static_assert _Static_assert
#endif

#define ARRAY_COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define PRINTF_LIKE(format_index, first_index) __attribute__((format(printf, format_index, first_index)))

/* Any thread. Prints "file:line: what" on stderr and aborts; never returns. */
__attribute__((noreturn, cold)) void check_failed(const char *file, int line, const char *what);

/* A condition that only a mistake in this program can break. Always on: a wrong accusation costs more
 * than the compare. Bad input never reaches one: it is counted under its reason (decode/reasons.def). */
#define CHECK(condition)                                  \
    do {                                                  \
        if (unlikely(!(condition)))                       \
            check_failed(__FILE__, __LINE__, #condition); \
    } while (0)

/* The same inside per-record loops: compiled only into the sanitizer flavours. */
#ifdef SIMSIEVE_DEBUG
#define DCHECK(condition) CHECK(condition)
#else
#define DCHECK(condition) ((void)sizeof((condition) ? 1 : 0))
#endif

static inline uint64_t u64_min(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static inline uint64_t u64_max(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static inline int64_t i64_min(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static inline int64_t i64_max(int64_t a, int64_t b)
{
    return a > b ? a : b;
}
