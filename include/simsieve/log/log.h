/* SPDX-License-Identifier: Apache-2.0
 * What people read on stderr: one line a message, "simsieve: level: text". Never called per record. */
#pragma once

#include "simsieve/base/check.h"

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

/* Start-up only. Messages above `level` are not written; with `is_service` each line starts with the syslog
 * priority that systemd understands ("<3>") instead of the program's name. */
void log_init(enum log_level level, bool is_service);

/* Any thread. Writes one line; longer than 2,000 bytes is cut. Never pass a number that is not masked
 * (number_mask). */
void log_write(enum log_level level, const char *format, ...) PRINTF_LIKE(2, 3);
