/* SPDX-License-Identifier: Apache-2.0
 * What holds for the packet layer on any bytes at all: the body of its fuzz targets and of the replay tests. Each aborts
 * when it does not hold. The bytes are a story: each of its steps begins with an octet that says how it comes and a length of
 * two octets; SMPP has its own lengths. */
#pragma once

#include "simsieve/base/check.h"

/* Frames: what is found in one lies within it; datagrams of fragments are no longer than IP allows; of TCP streams no
 * more comes out than went in. */
void packet_property_frame(const char *bytes, size_t length);

/* GTP' messages to a receiver: records lie within their message; every answer is a message that we would understand; in
 * the end nothing waits any more. */
void packet_property_gtpp(const char *bytes, size_t length);

/* TCP segments of four peers, near to what would be right, to a listener: no more is taken than was given, it never sends what a
 * peer has no room for, and in the end no connection is left. */
void packet_property_listener(const char *bytes, size_t length);

/* SMPP messages: what is found in one lies within it, and walks end. */
void packet_property_smpp(const char *bytes, size_t length);
