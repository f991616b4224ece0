/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/base/thread.h"

#include <stdarg.h>
#include <stdio.h>

void thread_start(pthread_t *thread, void *(*body)(void *), void *argument, const char *format, ...)
{
    char name[THREAD_NAME_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(name, sizeof(name), format, arguments);
    va_end(arguments);
    CHECK(pthread_create(thread, NULL, body, argument) == 0);
    (void)pthread_setname_np(*thread, name); /* what only people read may be missing */
}
