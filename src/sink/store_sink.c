/* SPDX-License-Identifier: Apache-2.0
 * The store as a place where alerts go. */
#include "simsieve/sink/sink.h"
#include "simsieve/sink/store.h"

static enum error_class store_sink_open(void **state, const char *target, bool is_live, struct error *error)
{
    (void)is_live; /* readers always see the flushed batches */
    *state = store_open(target, error);
    return *state ? ERROR_OK : error->class;
}

static enum error_class store_sink_write(void *state, const struct alert *alert, struct error *error)
{
    return store_add_alert(state, alert, error);
}

static enum error_class store_sink_flush(void *state, struct error *error)
{
    return store_flush(state, error);
}

static enum error_class store_sink_commit(void *state, struct error *error)
{
    const enum error_class class = store_flush(state, error);
    store_close(state);
    return class;
}

static void store_sink_abandon(void *state)
{
    store_close(state);
}

const struct sink sink_store = {
    .name = "store",
    .open = store_sink_open,
    .write = store_sink_write,
    .flush = store_sink_flush,
    .commit = store_sink_commit,
    .abandon = store_sink_abandon,
};
