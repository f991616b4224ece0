/* SPDX-License-Identifier: Apache-2.0 */
#include "suite.h"

#include <stdio.h>

int suite_main(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
#ifdef SIMSIEVE_TSAN
    srunner_set_fork_status(runner, CK_NOFORK);
#endif
    srunner_run_all(runner, CK_ENV);
    const int run = srunner_ntests_run(runner), failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    if (run == 0)
        fprintf(stderr, "no test ran: CK_RUN_SUITE or CK_RUN_CASE names nothing\n");
    return run == 0 || failed > 0;
}
