/* SPDX-License-Identifier: Apache-2.0 */
#include "packet_property.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    packet_property_listener((const char *)bytes, length);
    return 0;
}
