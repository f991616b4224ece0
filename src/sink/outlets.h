/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "simsieve/sink/outlet.h"

extern const struct outlet outlet_file, outlet_webhook, outlet_kafka;
