/* SPDX-License-Identifier: Apache-2.0
 * Strict YAML: a file's keys are declared in tables, and whatever is not declared is an error with
 * file:line:column and the nearest right word. Scalars are texts that the table's reader types, so "0912..." never
 * becomes a number and "no" never a boolean. Parsing is libyaml's; anchors, tags and several documents are refused.
 *
 * Start-up and control thread only. */
#pragma once

#include "simsieve/base/error.h"

struct yaml;

/* One place in a document. */
struct yaml_value {
    const struct yaml *yaml;
    int node; /* of libyaml's document, from 1 */
};

enum yaml_kind { YAML_TEXT, YAML_LIST, YAML_MAP };

/* Reads a whole file, or `text` under the name `name`. NULL with ERROR_NO_INPUT or ERROR_CONFIG. */
struct yaml *yaml_load_file(const char *path, struct error *error);
struct yaml *yaml_load_text(const char *name, const char *text, size_t length, struct error *error);
void yaml_destroy(struct yaml *yaml);

/* A fixed hash of the document's bytes. */
uint64_t yaml_fingerprint(const struct yaml *yaml);

/* The outermost value. */
struct yaml_value yaml_root(const struct yaml *yaml);

enum yaml_kind yaml_kind(struct yaml_value value);

/* The text of a scalar, zero-terminated; borrowed from the document. NULL for a list or a map. */
const char *yaml_text(struct yaml_value value);

/* ERROR_CONFIG at the place of `value`: "file:line:column: ...". */
enum error_class yaml_error(struct yaml_value value, struct error *error, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* ERROR_CONFIG for a word that is none of `words` (as text_nearest), naming the nearest and, when they are few,
 * all of them. `what` names the kind of word ("key", "measure"). */
enum error_class yaml_unknown(struct yaml_value value, const char *what, const char *word, const void *words,
                              size_t stride, size_t count, struct error *error);

/* What a map may hold. `read` stores the value of the key into `owner`. */
struct yaml_key {
    const char *name;
    bool is_required;
    enum error_class (*read)(void *owner, struct yaml_value value, struct error *error);
};

/* Reads a map by its table: unknown keys, keys given twice, missing required keys and values that are no map are
 * errors. Readers are called in the order of the document. */
enum error_class yaml_read_map(struct yaml_value value, const struct yaml_key *keys, size_t key_count,
                               void *owner, struct error *error);

/* Reads a map whose keys are free words: `read` gets each with its value. */
enum error_class yaml_each_pair(struct yaml_value value,
                                enum error_class (*read)(void *owner, struct yaml_value key,
                                                         struct yaml_value value, struct error *error),
                                void *owner, struct error *error);

/* Reads a list, or a single value as a list of one. */
enum error_class yaml_each_item(struct yaml_value value,
                                enum error_class (*read)(void *owner, struct yaml_value item,
                                                         struct error *error),
                                void *owner, struct error *error);

/* Typed scalars. The texts stay the document's. */
enum error_class yaml_read_text(struct yaml_value value, const char **text, struct error *error);
enum error_class yaml_read_u64(struct yaml_value value, uint64_t min, uint64_t max, uint64_t *number,
                               struct error *error);
enum error_class yaml_read_duration(struct yaml_value value, int64_t min_ms, int64_t max_ms,
                                    int64_t *duration_ms, struct error *error);

/* The index of a scalar in `words` (an array of texts). `what` as in yaml_unknown. */
enum error_class yaml_read_word(struct yaml_value value, const char *what, const char *const *words,
                                size_t count, size_t *index, struct error *error);

/* A scalar copied into a caller's buffer; too long is an error. */
enum error_class yaml_read_copy(struct yaml_value value, char *buffer, size_t bytes, struct error *error);
