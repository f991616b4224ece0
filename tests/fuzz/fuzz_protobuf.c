/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka_records.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    wire_property_protobuf((const char *)bytes, length);
    return 0;
}
