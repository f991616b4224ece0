/* SPDX-License-Identifier: Apache-2.0
 * DPDK's environment, once for the process. */
#pragma once

#include "dpdk_settings.h"

/* Start-up only. Whether this program was built with DPDK: ERROR_CONFIG says how to get one that was. */
enum error_class dpdk_eal_check(struct error *error);

/* Feed thread. May block for half a second. Starts the environment at the first call; later ones find it as it is. The
 * thread keeps the processors that it may run on. ERROR_CONFIG: why it cannot be had, now and at every later call. */
enum error_class dpdk_eal_start(const struct dpdk_settings *settings, struct error *error);
