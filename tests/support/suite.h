/* SPDX-License-Identifier: Apache-2.0
 * What every unit test shares: Check, and a main that refuses to pass without having checked anything. */
#pragma once

#include <check.h>

/* What must hold for each of very many: ck_assert reports to the parent process even when it holds. */
#define REQUIRE(condition)                                                     \
    do {                                                                       \
        if (!(condition))                                                      \
            ck_abort_msg("%s:%d: not so: %s", __FILE__, __LINE__, #condition); \
    } while (0)

/* Runs the suite and returns the process's exit code. Under ThreadSanitizer tests do not fork. */
int suite_main(Suite *suite);
