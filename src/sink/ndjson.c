/* SPDX-License-Identifier: Apache-2.0
 * Alerts as lines of JSON (ndjson.md). */
#include "simsieve/base/output.h"
#include "simsieve/sink/sink.h"

#include <stdlib.h>
#include <string.h>

/* Alerts name numbers of citizens. */
#define ALERT_FILE_MODE 0600

static enum error_class ndjson_open(void **state, const char *target, bool is_live, struct error *error)
{
    struct output *output = calloc(1, sizeof(*output));
    CHECK(output);
    const enum error_class class =
        output_open(output, target, is_live ? OUTPUT_LIVE : OUTPUT_WHOLE, ALERT_FILE_MODE, error);
    if (class) {
        free(output);
        return class;
    }
    *state = output;
    return ERROR_OK;
}

static enum error_class ndjson_write(void *state, const struct alert *alert, struct error *error)
{
    struct output *output = state;
    CHECK(!memchr(alert->json, '\n', alert->json_length));
    fwrite(alert->json, 1, alert->json_length, output->stream);
    fputc('\n', output->stream);
    return ferror(output->stream) ? output_flush(output, error) : ERROR_OK;
}

static enum error_class ndjson_flush(void *state, struct error *error)
{
    return output_flush(state, error);
}

static enum error_class ndjson_commit(void *state, struct error *error)
{
    const enum error_class class = output_commit(state, error);
    free(state);
    return class;
}

static void ndjson_abandon(void *state)
{
    output_abandon(state, true);
    free(state);
}

const struct sink sink_ndjson = {
    .name = "ndjson",
    .open = ndjson_open,
    .write = ndjson_write,
    .flush = ndjson_flush,
    .commit = ndjson_commit,
    .abandon = ndjson_abandon,
};
