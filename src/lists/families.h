/* SPDX-License-Identifier: Apache-2.0
 * One member and one loader for each family of lists. */
#pragma once

#include "reader.h"

/* protected.c: a bitmap before a set of rows keyed by hashes. */
struct protected_list {
    struct rowset rows;
    struct region bitmap;  /* uint64_t words */
    unsigned bitmap_shift; /* from a hash to its bit */
    struct hash_key secret;
};

struct complaint_list {
    struct region rows; /* struct complaint: by number, then time, then kind */
    size_t count;
};

struct lists {
    struct rowset subscribers; /* struct subscriber */
    struct protected_list protected_numbers;
    struct rowset allow;            /* struct allow_entry */
    struct rowset do_not_originate; /* struct mark of each: marks.c */
    struct rowset do_not_call;
    struct rowset trunks;
    struct rowset senders;
    struct rowset cells;
    struct complaint_list complaints;
    uint64_t bad_rows;
};

enum error_class subscribers_load(struct lists *lists, struct list_folder *folder, struct error *error);
enum error_class protected_load(struct lists *lists, struct list_folder *folder, struct error *error);
enum error_class allow_load(struct lists *lists, struct list_folder *folder, struct error *error);
enum error_class marks_load(struct lists *lists, struct list_folder *folder, struct error *error);
enum error_class complaints_load(struct lists *lists, struct list_folder *folder, struct error *error);

/* Complaints in the order of the list: how many of `rows` come before `bound`, whether that one is among them, and how many
 * of a number lie in from_ms < time <= to_ms. */
size_t complaints_before(const struct complaint *rows, size_t count, const struct complaint *bound);
bool complaints_have(const struct complaint *rows, size_t count, const struct complaint *complaint);
size_t complaints_within(const struct complaint *rows, size_t count, uint64_t number, int64_t from_ms,
                         int64_t to_ms);

/* Legal on a zeroed list. */
void protected_close(struct protected_list *list);
