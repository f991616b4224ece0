/* SPDX-License-Identifier: Apache-2.0
 * Inputs of the command line: files, folders and standard input, plain or compressed, each a stream of records
 * in its own order. The merge (order/merge.h) decides which input is read next. */
#pragma once

#include "simsieve/decode/decoder.h"

struct rejects; /* feed/rejects.h */

/* What all inputs of a run share; owned by the caller. */
struct input_options {
    const struct decode_context *context;
    const struct decoder *format; /* NULL: by content */
    struct rejects *rejects;      /* counts every reject and keeps some; never NULL */
};

/* A set of inputs, in the order of their names. */
struct inputs;

/* Start-up only. May block. Opens each of `paths` (a file, a folder, "-"), looks at its first record and, where
 * it can be opened again, closes it: a run over 10,000 files holds few of them open. A live input (pipe, FIFO,
 * terminal) is not looked at before inputs_head. From a folder every file is taken whose name does not begin with
 * "." and is not one of the lists or the truth (contract: lists folder), nor ends in .part, .md or .yaml. NULL and
 * ERROR_NO_INPUT (missing, unreadable, an empty folder), ERROR_DATA (of no known format, a CSV header without a
 * required column, nothing but empty inputs), ERROR_USAGE ("-" twice). */
struct inputs *inputs_open(const char *const *paths, size_t count, const struct input_options *options,
                           struct error *error);
void inputs_close(struct inputs *inputs);

/* Feed thread. True, with ERROR_DATA in `error`, when every input has ended without a byte in it; of live inputs that
 * is only known then. */
bool inputs_are_empty(const struct inputs *inputs, struct error *error);

/* Any thread. */
size_t inputs_count(const struct inputs *inputs);
const char *inputs_name(const struct inputs *inputs, size_t index);

enum input_state {
    INPUT_READY,   /* inputs_head points at the next record */
    INPUT_WAITING, /* a live input (pipe, terminal) has nothing yet */
    INPUT_ENDED,
    INPUT_FAILED /* `error` says why; what came before stays valid */
};

/* Feed thread. May block for at most `wait_ms` on a live input. The next record of one input, not yet taken:
 * `*record` stays valid until inputs_take on the same input. Damaged records before it go to the rejects. */
enum input_state inputs_head(struct inputs *inputs, size_t index, int wait_ms, const struct cdr **record,
                             struct error *error);

/* Feed thread. Steps past the head record. */
void inputs_take(struct inputs *inputs, size_t index);

/* Feed thread. Bytes read so far and in all (0 when a live input makes the sum unknown), for progress. */
uint64_t inputs_bytes_read(const struct inputs *inputs);
uint64_t inputs_bytes_total(const struct inputs *inputs);
