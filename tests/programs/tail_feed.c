/* SPDX-License-Identifier: Apache-2.0
 * tail_feed KIND SETTINGS.yaml COUNT: drives a feed through a channel, as a run does, and prints each record as NDJSON until COUNT have
 * come or nothing has for a minute; then, on standard error, what the feed says of itself. Exit 0 when all came. */
#include "simsieve/base/clock.h"
#include "simsieve/feed/channel.h"
#include "simsieve/log/log.h"
#include "simsieve/tools/environment.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define IDLE_MS 60000
#define WAIT_MS 100

static struct feed_health health;

static void print_chunk(const struct chunk *chunk, const struct names *names)
{
    char line[CDR_TEXT_BYTES];
    for (uint32_t i = 0; i < chunk->count; i++) {
        struct text text = text_over(line, sizeof(line));
        cdr_format_json(&text, &chunk->records[i], names);
        puts(line);
    }
}

/* Records that came before the count was reached, the feed ended or nothing happened for too long. */
static uint64_t tail(struct channel *channel, int bell, uint64_t wanted, const struct names *names)
{
    uint64_t count = 0, rings;
    int64_t idle_since_ms = clock_wall_ms();
    while (count < wanted && channel_state(channel) == CHANNEL_LIVE &&
           clock_wall_ms() - idle_since_ms < IDLE_MS) {
        const struct chunk *chunk = channel_take(channel);
        struct pollfd wait = {.fd = bell, .events = POLLIN};
        if (!chunk) {
            fflush(stdout);
            if (poll(&wait, 1, WAIT_MS) > 0 && read(bell, &rings, sizeof(rings)) != sizeof(rings))
                break;
            continue;
        }
        print_chunk(chunk, names);
        count += chunk->count;
        channel_release(channel);
        idle_since_ms = clock_wall_ms();
    }
    return count;
}

static int run(const struct feed_kind *kind, struct yaml *settings, uint64_t wanted,
               const struct environment *environment, struct error *error)
{
    const struct decode_context context = {.numbering = environment->numbering, .names = environment->names};
    const int bell = eventfd(0, EFD_CLOEXEC);
    struct feed_options options = {
        .name = "tail", .folder = ".", .state_folder = ".", .context = &context, .health = &health};
    void *state;
    options.rejects = rejects_open(NULL, error);
    if (!options.rejects || kind->open(&state, &options, yaml_root(settings), error))
        return error->class;
    struct channel *channel = channel_start(kind, state, &health, NULL, 0, bell);
    const uint64_t count = tail(channel, bell, wanted, environment->names);
    if (channel_state(channel) == CHANNEL_FAILED)
        fprintf(stderr, "failed: %s\n", channel_error(channel)->text);
    channel_stop(channel);
    channel_destroy(channel);
    kind->close(state);
    fprintf(stderr, "records=%llu rejects=%llu errors=%llu reconnects=%llu lost=%llu\n",
            (unsigned long long)count, (unsigned long long)rejects_total(options.rejects),
            (unsigned long long)health.errors, (unsigned long long)health.reconnects,
            (unsigned long long)health.lost);
    close(bell);
    rejects_close(options.rejects, error);
    return count == wanted ? ERROR_OK : ERROR_DATA;
}

int main(int argc, char **argv)
{
    struct environment environment = {0};
    struct error error = {0};
    const struct feed_kind *kind = argc == 4 ? feed_kind_by_name(argv[1]) : NULL;
    if (!kind) {
        fprintf(stderr, "usage: tail_feed KIND SETTINGS.yaml COUNT\n");
        return ERROR_USAGE;
    }
    log_init(LOG_INFO, false);
    struct yaml *settings = yaml_load_file(argv[2], &error);
    int code = settings ? environment_open_without_rules(&environment, NULL, &error) : error.class;
    if (!code)
        code = run(kind, settings, strtoull(argv[3], NULL, 10), &environment, &error);
    if (error.class)
        fprintf(stderr, "%s\n", error.text);
    environment_close(&environment);
    yaml_destroy(settings);
    return code;
}
