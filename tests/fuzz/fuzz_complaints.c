/* SPDX-License-Identifier: Apache-2.0 */
#include "decoder_property.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    decoder_property_complaints((const char *)bytes, length);
    return 0;
}
