/* SPDX-License-Identifier: Apache-2.0 */
#include "notice.h"

#include "simsieve/base/hash.h"
#include "simsieve/base/text.h"
#include "simsieve/log/log.h"

#include <stdatomic.h>

/* Hashes of the names on the log so far, 0 free. A slot is claimed by one compare-and-swap and never changes
 * again; relaxed, because nothing but the value itself is handed over. */
static _Atomic uint64_t noticed[NOTICE_COUNT_MAX];

void notice_unknown(const char *input, struct slice column)
{
    enum { SHOWN_BYTES_MAX = 60 };
    char buffer[6 * SHOWN_BYTES_MAX + 3];
    uint64_t hash = hash_bytes(column.bytes, column.length);
    hash += hash == 0;
    for (size_t i = 0; i < NOTICE_COUNT_MAX; i++) {
        uint64_t seen = atomic_load_explicit(&noticed[i], memory_order_relaxed);
        if (seen == 0 && atomic_compare_exchange_strong_explicit(
                             &noticed[i], &seen, hash, memory_order_relaxed, memory_order_relaxed)) {
            struct text shown = text_over(buffer, sizeof(buffer));
            text_add_json(&shown, column.bytes, u64_min(column.length, SHOWN_BYTES_MAX));
            log_write(LOG_WARNING, "%s: unknown column %s is left out, here and in every other input%s",
                      input, buffer,
                      i + 1 == NOTICE_COUNT_MAX ? "; further unknown columns are not named" : "");
            return;
        }
        if (seen == hash)
            return;
    }
}
