/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/base/cursor.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* A batch takes some 10^5 ns; looking this often before sleeping costs at most a tenth of that. */
#define SPINS 64

static uint32_t *low_half(struct cursor *cursor)
{
    static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the futex word is the low half of the value");
    return (uint32_t *)(uintptr_t)&cursor->value;
}

void cursor_advance(struct cursor *cursor, uint64_t value)
{
    DCHECK(value > atomic_load_explicit(&cursor->value, memory_order_relaxed));
    atomic_store_explicit(&cursor->value, value, memory_order_seq_cst);
    if (atomic_load_explicit(&cursor->sleepers, memory_order_seq_cst) != 0)
        syscall(SYS_futex, low_half(cursor), FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
}

uint64_t cursor_await(struct cursor *cursor, uint64_t seen, int timeout_ms)
{
    const struct timespec timeout = {.tv_sec = timeout_ms / 1000, .tv_nsec = (timeout_ms % 1000) * 1000000L};
    uint64_t value = cursor_get(cursor);
    for (int i = 0; i < SPINS && value <= seen; i++) {
        __builtin_ia32_pause();
        value = cursor_get(cursor);
    }
    if (value > seen)
        return value;
    atomic_fetch_add_explicit(&cursor->sleepers, 1, memory_order_seq_cst);
    value = atomic_load_explicit(&cursor->value, memory_order_seq_cst);
    if (value <= seen)
        syscall(SYS_futex, low_half(cursor), FUTEX_WAIT_PRIVATE, (uint32_t)value, &timeout, NULL, 0);
    atomic_fetch_sub_explicit(&cursor->sleepers, 1, memory_order_seq_cst);
    return cursor_get(cursor);
}
