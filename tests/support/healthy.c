/* SPDX-License-Identifier: Apache-2.0 */
#include "healthy.h"

#include <check.h>
#include <string.h>

static void expect_part(const struct feed_error *error, const char *part)
{
    if (part)
        ck_assert_msg(strstr(error->text, part) != NULL, "'%s' is not in '%s'", part, error->text);
    else
        ck_assert_str_eq(error->text, "");
}

void expect_error(const struct feed_health *health, const char *present, const char *last)
{
    struct feed_error errors[2];
    feed_health_errors(health, &errors[0], &errors[1]);
    expect_part(&errors[0], present);
    expect_part(&errors[1], last);
}
