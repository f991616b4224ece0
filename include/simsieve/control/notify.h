/* SPDX-License-Identifier: Apache-2.0
 * What systemd wants to be told (sd_notify(3)): one datagram to the socket that it names. */
#pragma once

/* Any thread. "READY=1", "STOPPING=1", "WATCHDOG=1"...; nothing when nobody has asked. */
void notify_manager(const char *state);
