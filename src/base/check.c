/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/base/check.h"

#include <stdio.h>
#include <stdlib.h>

void check_failed(const char *file, int line, const char *what)
{
    fprintf(stderr, "simsieve: %s:%d: this cannot be: %s. Please report it with the command line.\n", file,
            line, what);
    abort();
}
