/* SPDX-License-Identifier: Apache-2.0
 * The records of one input, one after another. A reader is parked until the merge comes to it: it has looked at
 * its first record and let go of everything else. */
#pragma once

#include "simsieve/feed/input.h"

struct reader;

/* Start-up only. The reader of `path`; nothing is opened yet. `index` goes into cdr.source. */
struct reader *reader_create(const char *path, size_t index, const struct input_options *options);
void reader_destroy(struct reader *reader);

/* Start-up only. May block. Opens the input and, unless it is live, finds its first record; a file is parked
 * then. What is wrong with the whole input is said here: ERROR_NO_INPUT, ERROR_DATA. */
enum error_class reader_look(struct reader *reader, struct error *error);

/* Feed thread. May block. Instead of reader_look: opens the input to read it straight on. An item is a record or a reject; both
 * are numbered together in the order of the input, from 0. Items before `skip` are left out and not told; rejects before
 * the `told`-th were told by an earlier reader of the same input. ERROR_NO_INPUT. */
enum error_class reader_start(struct reader *reader, uint64_t skip, uint64_t told, struct error *error);

/* Feed thread. The number of the item that reader_head gives; after INPUT_ENDED how many there are. */
uint64_t reader_item(const struct reader *reader);

/* Feed thread. Rejects met, those left out included: what `told` of a later reader may be. */
uint64_t reader_rejects(const struct reader *reader);

/* Feed thread. After INPUT_ENDED: the input's last item was a reject; its packing was broken or cut off. */
bool reader_ends_in_reject(const struct reader *reader);
bool reader_is_damaged(const struct reader *reader);

/* Feed thread. The format may hold records back for what follows: more bytes at the end would change their order. */
bool reader_holds_back(const struct reader *reader);

/* Feed thread. As inputs_head and inputs_take. */
enum input_state reader_head(struct reader *reader, int wait_ms, const struct cdr **record,
                             struct error *error);
void reader_take(struct reader *reader);

/* Feed thread. The next reader_head has to read from a file whose descriptor is not open. */
bool reader_needs_descriptor(const struct reader *reader);

/* Feed thread. A file's descriptor is open; reader_rest closes it, and reading opens it again. */
bool reader_has_descriptor(const struct reader *reader);
void reader_rest(struct reader *reader);

const char *reader_name(const struct reader *reader);
bool reader_is_live(const struct reader *reader);

/* True after reader_look for an input without a byte but spaces. */
bool reader_is_empty(const struct reader *reader);

uint64_t reader_bytes_read(const struct reader *reader);
uint64_t reader_bytes_total(const struct reader *reader);
