/* SPDX-License-Identifier: Apache-2.0
 * Every kind of outlet. */
#include "outlets.h"

static const struct outlet *const outlets[] = {&outlet_file, &outlet_webhook, &outlet_kafka};

const struct outlet *outlet_at(size_t index)
{
    return index < ARRAY_COUNT(outlets) ? outlets[index] : NULL;
}
