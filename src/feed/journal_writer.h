/* SPDX-License-Identifier: Apache-2.0
 * A thread that writes and syncs for its owner, one job at a time, so that the owner can go on meanwhile. */
#pragma once

#include "simsieve/base/check.h"

struct journal_writer;

/* Start-up only. */
struct journal_writer *journal_writer_create(void);
void journal_writer_destroy(struct journal_writer *writer); /* waits for the job */

/* Owner's thread. `bytes` at offset `at` of `file`, then fdatasync; both must stay as they are until the job has ended. No other job
 * may be going on. */
void journal_writer_start(struct journal_writer *writer, int file, const uint8_t *bytes, size_t length,
                          uint64_t at);

/* Owner's thread. Whether the job has ended; with `waits` it has. `cause` is then 0 or the errno of its failure. */
bool journal_writer_has_ended(struct journal_writer *writer, bool waits, int *cause);
