/* SPDX-License-Identifier: Apache-2.0
 * Damaged records: each is counted under its reason, and kept, as far as the file's limit goes, in the reject
 * file: one NDJSON object a record {"input","line","reason","bytes"} with "bytes" the raw text (or "base64"
 * where it is no UTF-8). Raw bytes hold citizens' numbers: only the owner may read the file (0600). */
#pragma once

#include "simsieve/base/output.h"
#include "simsieve/decode/decoder.h"

#define REJECT_FILE_BYTES_MAX   (64u << 20)
#define REJECT_RECORD_BYTES_MAX 4096 /* kept of one record */

struct rejects;

/* Start-up only. `path` NULL: count only. NULL and ERROR_CANNOT_CREATE. */
struct rejects *rejects_open(const char *path, struct error *error);

/* Feed thread. Counts, and keeps what is damaged as far as the limits allow. */
void rejects_add(struct rejects *rejects, const char *input, enum reason reason, uint64_t line,
                 const char *bytes, size_t length);

/* Any thread. Records counted under a reason, in all, the damaged ones of all (reason_is_damage), and those not kept
 * because the file was full. */
uint64_t rejects_count(const struct rejects *rejects, enum reason reason);
uint64_t rejects_total(const struct rejects *rejects);
uint64_t rejects_damaged(const struct rejects *rejects);
uint64_t rejects_not_kept(const struct rejects *rejects);

/* Feed thread. "input:line" of the first record of a reason, for the accounting that a person reads; NULL when
 * there was none. */
const char *rejects_first(const struct rejects *rejects, enum reason reason);

/* Shut-down only. Completes the file and frees; ERROR_IO when it could not be written whole. */
enum error_class rejects_close(struct rejects *rejects, struct error *error);
