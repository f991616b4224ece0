/* SPDX-License-Identifier: Apache-2.0
 * A feed's thread, and the ring through which its chunks reach the run: one producer, one consumer. */
#pragma once

#include "simsieve/feed/feed.h"

#define CHANNEL_CHUNKS 16

struct channel;

/* Run thread. Starts the feed's thread, which starts the feed, polls it into the ring, and stops it when asked or when
 * it ends. Writes to `bell`, an eventfd that all channels of a run may share, when there is something to take or to
 * know. Borrows `state`, copies `resume`. */
struct channel *channel_start(const struct feed_kind *kind, void *state, struct feed_health *health,
                              const struct feed_resume *resume, size_t resume_count, int bell);

/* Run thread. The oldest chunk, which the run may write to; NULL when there is none. channel_release gives it back. */
struct chunk *channel_take(struct channel *channel);
void channel_release(struct channel *channel);

enum channel_state {
    CHANNEL_LIVE,
    CHANNEL_ENDED, /* its last chunk has been taken */
    CHANNEL_FAILED /* the same, and channel_error says why */
};

/* Run thread. */
enum channel_state channel_state(const struct channel *channel);
const struct error *channel_error(const struct channel *channel);

/* Run thread. Asks the feed's thread to stop; chunks that are in the ring stay to be taken. */
void channel_stop(struct channel *channel);

/* Run thread. Hands a position on to the feed's release. Newer ones replace older ones that it has not seen. */
void channel_release_position(struct channel *channel, const char *source, struct position end);

/* Run thread. Waits for the thread and frees. */
void channel_destroy(struct channel *channel);
