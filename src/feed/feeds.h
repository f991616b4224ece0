/* SPDX-License-Identifier: Apache-2.0
 * The descriptors that feed_registry.c lists. */
#pragma once

#include "simsieve/feed/feed.h"

extern const struct feed_kind feed_spool, feed_kafka, feed_dpdk;
