/* SPDX-License-Identifier: Apache-2.0
 * What all fuzzers do once, before the first input. */
#include "simsieve/log/log.h"

int LLVMFuzzerInitialize(int *argument_count, char ***arguments);
const char *__asan_default_options(void);

/* A warning an input costs more than the input. */
int LLVMFuzzerInitialize(int *argument_count, char ***arguments)
{
    (void)argument_count, (void)arguments;
    log_init(LOG_ERROR, false);
    return 0;
}

/* Stacks of one frame and a quarantine that fits the cache: twice as fast, and inputs are over long before what
 * they freed is used again. */
const char *__asan_default_options(void)
{
    return "malloc_context_size=1:quarantine_size_mb=4:thread_local_quarantine_size_kb=1024";
}
