/* SPDX-License-Identifier: Apache-2.0
 * The threads, mutexes and conditions of C11 by those of POSIX, for the flavour tsan. librdkafka uses the former; the sanitizer
 * knows only the latter, and a thread that it did not see begin crashes it. glibc gives both the same size and meaning. */
#ifdef SIMSIEVE_TSAN

#include "simsieve/base/check.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <threads.h>

static_assert(sizeof(mtx_t) == sizeof(pthread_mutex_t) && sizeof(cnd_t) == sizeof(pthread_cond_t),
              "the same memory");

/* The library was not built for the sanitizer, which so sees none of its reference counts: memory that one thread let go
 * of and another freed looks raced for. What happens outside of its calls and callbacks is still seen. */
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
    return "race:librdkafka.so\n"
           "thread:librdkafka.so\n"; /* of clients that kafka_leaving.h leaves to the end of the process */
}

struct start {
    thrd_start_t body;
    void *argument;
};

static void *begin(void *argument)
{
    const struct start start = *(struct start *)argument;
    free(argument);
    return (void *)(intptr_t)start.body(start.argument);
}

static int result_of(int code)
{
    return code == 0           ? thrd_success
           : code == ETIMEDOUT ? thrd_timedout
           : code == EBUSY     ? thrd_busy
                               : thrd_error;
}

int thrd_create(thrd_t *thread, thrd_start_t body, void *argument)
{
    struct start *start = malloc(sizeof(*start));
    CHECK(start);
    *start = (struct start){body, argument};
    return result_of(pthread_create(thread, NULL, begin, start));
}

int thrd_join(thrd_t thread, int *result)
{
    void *value;
    const int code = pthread_join(thread, &value);
    if (!code && result)
        *result = (int)(intptr_t)value;
    return result_of(code);
}

int mtx_init(mtx_t *mutex, int type)
{
    pthread_mutexattr_t attributes;
    CHECK(pthread_mutexattr_init(&attributes) == 0);
    if (type & mtx_recursive)
        CHECK(pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE) == 0);
    return result_of(pthread_mutex_init((pthread_mutex_t *)mutex, &attributes));
}

void mtx_destroy(mtx_t *mutex)
{
    pthread_mutex_destroy((pthread_mutex_t *)mutex);
}

int mtx_lock(mtx_t *mutex)
{
    return result_of(pthread_mutex_lock((pthread_mutex_t *)mutex));
}

int mtx_unlock(mtx_t *mutex)
{
    return result_of(pthread_mutex_unlock((pthread_mutex_t *)mutex));
}

int cnd_init(cnd_t *condition)
{
    return result_of(pthread_cond_init((pthread_cond_t *)condition, NULL));
}

void cnd_destroy(cnd_t *condition)
{
    pthread_cond_destroy((pthread_cond_t *)condition);
}

int cnd_signal(cnd_t *condition)
{
    return result_of(pthread_cond_signal((pthread_cond_t *)condition));
}

int cnd_broadcast(cnd_t *condition)
{
    return result_of(pthread_cond_broadcast((pthread_cond_t *)condition));
}

int cnd_wait(cnd_t *condition, mtx_t *mutex)
{
    return result_of(pthread_cond_wait((pthread_cond_t *)condition, (pthread_mutex_t *)mutex));
}

int cnd_timedwait(cnd_t *restrict condition, mtx_t *restrict mutex, const struct timespec *restrict until)
{
    return result_of(pthread_cond_timedwait((pthread_cond_t *)condition, (pthread_mutex_t *)mutex, until));
}

#endif
