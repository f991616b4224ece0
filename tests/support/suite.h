/* SPDX-License-Identifier: Apache-2.0
 * What every unit test shares: Check, and a main that refuses to pass without having checked anything. */
#pragma once

#include <check.h>

/* Runs the suite and returns the process's exit code. Under ThreadSanitizer tests do not fork. */
int suite_main(Suite *suite);
