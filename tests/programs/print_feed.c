/* SPDX-License-Identifier: Apache-2.0
 * Runs one feed and writes what it hands on into a file, exactly once over any number of starts: the smallest thing that does
 * with a feed what `simsieve run` does.
 *
 *   print_feed KIND SETTINGS.yaml STATE_FOLDER OUTPUT
 *
 * OUTPUT: each record as NDJSON; behind each chunk "# SOURCE OFFSET SKIP", the place to go on from. What stands behind the
 * last of these lines was half written and is cut off at the next start. Ends by SIGTERM with the feed's health on standard
 * error. Run from the root of a checkout. */
#include "simsieve/feed/feed.h"
#include "simsieve/log/log.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME_COUNT_MAX 65536
#define WAIT_MS        50

static volatile sig_atomic_t is_ending;

static void end(int signal)
{
    (void)signal;
    is_ending = 1;
}

static int fail(const struct error *error)
{
    log_write(LOG_ERROR, "%s", error->text);
    return error->class;
}

/* Finds the last place of the one source, and cuts off what stands behind it. */
static size_t resume_from(FILE *output, struct feed_resume *resume)
{
    char *line = NULL;
    size_t room = 0, found = 0;
    long good = 0;
    rewind(output);
    while (getline(&line, &room, output) > 0)
        if (sscanf(line, "# %299s %" SCNu64 " %" SCNu32 "\n", resume->source, &resume->position.offset,
                   &resume->position.skip) == 3 &&
            line[strlen(line) - 1] == '\n') {
            good = ftell(output);
            found = 1;
        }
    free(line);
    CHECK(ftruncate(fileno(output), good) == 0 && fseek(output, good, SEEK_SET) == 0);
    return found;
}

static void write_chunk(FILE *output, const struct chunk *chunk, const struct names *names)
{
    char json[CDR_TEXT_BYTES];
    for (uint32_t i = 0; i < chunk->count; i++) {
        struct text text = text_over(json, sizeof(json));
        cdr_format_json(&text, &chunk->records[i], names);
        fprintf(output, "%s\n", json);
    }
    fprintf(output, "# %s %" PRIu64 " %" PRIu32 "\n", chunk->source, chunk->end.offset, chunk->end.skip);
    CHECK(fflush(output) == 0);
}

static int run(const struct feed_kind *kind, void *state, FILE *output, const struct names *names)
{
    static struct chunk chunk;
    struct feed_resume resume;
    struct error error;
    enum feed_status status = FEED_NOTHING;
    const size_t count = resume_from(output, &resume);
    if (kind->start(state, &resume, count, &error))
        return fail(&error);
    fprintf(stderr, "started\n");
    while (!is_ending && status != FEED_ENDED && status != FEED_FAILED) {
        status = kind->poll(state, &chunk, WAIT_MS, &error);
        if (status != FEED_RECORDS)
            continue;
        write_chunk(output, &chunk, names);
        if (kind->release)
            kind->release(state, chunk.source, chunk.end);
    }
    kind->stop(state);
    return status == FEED_FAILED ? fail(&error) : 0;
}

int main(int argc, char **argv)
{
    static char buffer[1 << 20];
    static struct feed_health health;
    struct error error = {0};
    if (argc != 5)
        return 64;
    const struct feed_kind *kind = feed_kind_by_name(argv[1]);
    struct yaml *yaml = yaml_load_file(argv[2], &error);
    struct numbering *numbering = numbering_load("conf/numbering", &error);
    struct names *names = names_create(NAME_COUNT_MAX, &error);
    struct rejects *rejects = rejects_open(NULL, &error);
    FILE *output = fopen(argv[4], "a+");
    if (!kind || !yaml || !numbering || !names || !rejects || !output)
        return fail(&error);
    setvbuf(output, buffer, _IOFBF, sizeof(buffer)); /* one write a chunk */
    signal(SIGTERM, end);
    const struct decode_context context = {.numbering = numbering, .names = names};
    const struct feed_options options = {.name = argv[1],
                                         .folder = ".",
                                         .state_folder = argv[3],
                                         .context = &context,
                                         .rejects = rejects,
                                         .health = &health};
    void *state;
    if (kind->open(&state, &options, yaml_root(yaml), &error))
        return fail(&error);
    const int result = run(kind, state, output, names);
    kind->close(state);
    fprintf(stderr,
            "health received=%" PRIu64 " messages=%" PRIu64 " rejected=%" PRIu64 " lost=%" PRIu64
            " errors=%" PRIu64 " hung_up=%" PRIu64 " connections=%" PRIu32 "\n",
            health.received, health.messages, rejects_total(rejects), health.lost, health.errors,
            health.hung_up, health.connection_count);
    fclose(output);
    return result;
}
