/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/log/log.h"

#include "simsieve/base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

static enum log_level level_max = LOG_INFO;
static bool is_service_log;

static const struct {
    const char *name;
    int syslog_priority;
} levels[] = {[LOG_ERROR] = {"error: ", 3},
              [LOG_WARNING] = {"warning: ", 4},
              [LOG_INFO] = {"", 6},
              [LOG_DEBUG] = {"debug: ", 7}};

void log_init(enum log_level level, bool is_service)
{
    level_max = level;
    is_service_log = is_service;
}

void log_write(enum log_level level, const char *format, ...)
{
    char buffer[2048];
    struct text line = text_over(buffer, sizeof(buffer) - 1);
    if (level > level_max)
        return;
    if (is_service_log)
        text_add(&line, "<%d>", levels[level].syslog_priority);
    else
        text_add(&line, "simsieve: %s", levels[level].name);
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(line.data + line.length, line.capacity - line.length, format, arguments);
    va_end(arguments);
    line.length = u64_min(line.length + (size_t)length, line.capacity - 1);
    line.data[line.length++] = '\n';
    /* One write, so that lines of several threads do not mix; if stderr is gone there is nobody to tell. */
    if (write(STDERR_FILENO, line.data, line.length) < 0)
        return;
}
