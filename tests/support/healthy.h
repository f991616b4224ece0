/* SPDX-License-Identifier: Apache-2.0
 * What a feed's health says is wrong. */
#pragma once

#include "simsieve/feed/feed.h"

/* Fails the test unless the error that holds contains `present` (NULL: none holds) and the last one `last` (NULL: there never was
 * one). */
void expect_error(const struct feed_health *health, const char *present, const char *last);
