/* SPDX-License-Identifier: Apache-2.0
 * How threads begin. */
#pragma once

#include "simsieve/base/check.h"

#include <pthread.h>

#define THREAD_NAME_BYTES 16 /* of pthread_setname_np(3), its end included */

/* Any thread. Starts `body` as a thread that `top -H` shows under the formatted name, cut to what the system keeps of
 * it. Aborts when there is no thread to be had. */
void thread_start(pthread_t *thread, void *(*body)(void *), void *argument, const char *format, ...)
    PRINTF_LIKE(4, 5);
