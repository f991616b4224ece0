/* SPDX-License-Identifier: Apache-2.0
 * Alerts for tests, made from the lines of tests/fixtures/alerts. */
#pragma once

#include "simsieve/alert/alert.h"

/* An alert whose routing fields are read from its own JSON. Fails the test when the line is no alert. */
struct alert *alert_from_json(const char *line, uint64_t position);

/* The alerts of an NDJSON file in its order; position is the line. The caller destroys them. */
size_t alerts_load(const char *path, struct alert **alerts, size_t count_max);
void alerts_destroy(struct alert **alerts, size_t count);
