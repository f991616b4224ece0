/* SPDX-License-Identifier: Apache-2.0
 * A spool feed over the folder "spool" of the test's workdir, and the files that it takes. Records are known by their
 * sequence numbers. Every chunk is checked on the way: positions only grow and fit together, and nothing is
 * received that is neither a record nor a reject. */
#pragma once

#include "simsieve/feed/feed.h"

#define SPOOLING_RECORDS_MAX 200000

struct spooling {
    const struct feed_kind *kind;
    struct feed_options options;
    struct feed_health health;
    struct rejects *rejects;
    struct yaml *yaml;
    void *state;
    struct chunk *chunk;
    struct position end;
    uint64_t *sequence; /* numbers of the records that came */
    size_t count;
    size_t chunk_count;
    uint64_t read_again; /* records of spooling_read, which rejects and received know of too */
};

/* Makes the folder and the state folder, once a test. */
void spooling_prepare(void);

/* `settings`: YAML lines besides the folder. Of what is in the structure only options.is_reader is heeded. */
void spooling_open(struct spooling *spooling, const char *settings);
enum error_class spooling_try_open(struct spooling *spooling, const char *settings, struct error *error);
void spooling_close(struct spooling *spooling);

/* `from` NULL: without resume. */
void spooling_start(struct spooling *spooling, const struct position *from);

/* One poll. */
enum feed_status spooling_poll(struct spooling *spooling, int wait_ms);

/* Polls to the end of a feed with `once: yes`. */
void spooling_drain(struct spooling *spooling);

/* Polls until `count` records came, at most ten seconds; and for some time, when nothing should come. */
void spooling_await(struct spooling *spooling, size_t count);
void spooling_idle(struct spooling *spooling, int time_ms);

/* Reads again; numbers are added like those that come live. Returns where the first chunk began. */
struct position spooling_read(struct spooling *spooling, struct position begin, struct position end);

/* Checks that the numbers that came are those of the ranges, in this order; and forgets them. */
void spooling_expect(struct spooling *spooling, size_t range_count, const uint64_t ranges[][2]);

/* A text of records `first` to before `end`; each `reject_every`-th (0: none) is followed by a damaged line.
 * Allocated. */
char *spooling_text(uint64_t first, uint64_t end, uint64_t reject_every);

/* Writes such a text as a file of the folder (which appears whole), and gives it an age. */
void spooling_write(const char *name, uint64_t first, uint64_t end);
void spooling_write_text(const char *name, const char *text);
void spooling_write_bytes(const char *name, const void *bytes, size_t length);
void spooling_age(const char *name, int seconds);

/* Whether there is such a file below the workdir; its text (allocated). */
bool spooling_has(const char *path);
char *spooling_get(const char *path);
