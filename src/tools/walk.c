/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/tools/walk.h"

#include "simsieve/base/clock.h"
#include "simsieve/base/text.h"
#include "simsieve/decode/column_map.h"
#include "simsieve/log/log.h"
#include "simsieve/order/merge.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A live input is asked this long before what has come is handed on. */
#define IDLE_MS 50

#define PROGRESS_EVERY_RECORDS 4096
#define PROGRESS_EVERY_NS      UINT64_C(250000000)

static volatile sig_atomic_t stop_was_asked;

static void on_signal(int signal_number)
{
    (void)signal_number;
    stop_was_asked = 1;
}

bool stop_is_asked(void)
{
    return stop_was_asked;
}

void stop_on_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESETHAND}; /* a second one kills */
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static bool is_live_path(const char *path)
{
    struct stat status;
    if (strcmp(path, "-") == 0)
        return fstat(STDIN_FILENO, &status) != 0 || !S_ISREG(status.st_mode);
    return stat(path, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

/* The decoder that --format names; NULL with what was meant, or what there is. */
static const struct decoder *format_of(const char *name, struct error *error)
{
    char buffer[256];
    struct text names = text_over(buffer, sizeof(buffer));
    const char *nearest;
    const struct decoder *decoder = decoder_by_name(name, &nearest);
    for (size_t i = 0; decoder_at(i); i++)
        if (!decoder_at(i)->is_for_feeds)
            text_add(&names, "%s%s", i ? ", " : "", decoder_at(i)->name);
    if (decoder && decoder->is_for_feeds) {
        error_set(
            error, ERROR_USAGE,
            "--format %s: its rows are no records; they are for feeds of simsieve run (simsieve replay has "
            "--changes for subscribers, and takes complaints from --lists)",
            name);
        return NULL;
    }
    if (!decoder && nearest)
        error_set(error, ERROR_USAGE, "--format %s: no such format; did you mean %s?", name, nearest);
    else if (!decoder)
        error_set(error, ERROR_USAGE, "--format %s: no such format; there are %s", name, names.data);
    return decoder;
}

/* Sets the format, and loads the column map where it has one. */
static enum error_class choose_format(struct walk *walk, const char *name, struct error *error)
{
    static const char map_prefix[] = "map:";
    const bool has_map = strncmp(name, map_prefix, strlen(map_prefix)) == 0;
    if (has_map) {
        walk->map = column_map_load(name + strlen(map_prefix), error);
        walk->context.map = walk->map;
    }
    if (!has_map || walk->map)
        walk->input_options.format = format_of(has_map ? "map" : name, error);
    return walk->input_options.format ? ERROR_OK : error->class;
}

enum error_class walk_open(struct walk *walk, const struct walk_options *options, struct error *error)
{
    *walk = (struct walk){.input_options = {.context = &walk->context}, .context = *options->context};
    if (options->format && choose_format(walk, options->format, error))
        return error->class;
    for (size_t i = 0; i < options->path_count; i++)
        walk->is_live |= is_live_path(options->paths[i]);
    walk->rejects = rejects_open(options->rejects, error);
    walk->input_options.rejects = walk->rejects;
    if (walk->rejects)
        walk->inputs = inputs_open(options->paths, options->path_count, &walk->input_options, error);
    if (walk->inputs)
        return ERROR_OK;
    struct error ignored;
    if (walk->rejects)
        rejects_close(walk->rejects, &ignored);
    column_map_destroy(walk->map);
    walk->rejects = NULL;
    walk->map = NULL;
    return error->class;
}

struct progress {
    bool is_shown;
    uint64_t started_ns, told_ns;
};

static void show_progress(struct progress *progress, const struct walk *walk,
                          const struct walk_options *options)
{
    const uint64_t now_ns = clock_monotonic_ns();
    if (now_ns - progress->told_ns < PROGRESS_EVERY_NS)
        return;
    progress->told_ns = now_ns;
    const double seconds = (double)(now_ns - progress->started_ns) / 1e9;
    const uint64_t read = inputs_bytes_read(walk->inputs), total = inputs_bytes_total(walk->inputs);
    char share[160] = "";
    if (total) {
        const unsigned percent = (unsigned)(100 * read / total);
        char bar[21];
        memset(bar, '.', 20);
        memset(bar, '#', percent / 5);
        bar[20] = 0;
        snprintf(share, sizeof(share), "[%s] %3u %%  ", bar, percent);
    }
    fprintf(stderr, "\r%s%llu records  %.0f/s", share, (unsigned long long)walk->decoded,
            (double)walk->decoded / seconds);
    if (options->alert_count)
        fprintf(stderr, "  %llu alerts ", (unsigned long long)options->alert_count(options->owner));
}

static void clear_progress(const struct progress *progress)
{
    if (progress->is_shown && progress->told_ns)
        fprintf(stderr, "\r%*s\r", 79, "");
}

enum error_class walk_run(struct walk *walk, const struct walk_options *options, struct error *error)
{
    struct progress progress = {.is_shown = options->shows_progress && isatty(STDERR_FILENO),
                                .started_ns = clock_monotonic_ns()};
    struct merge *merge = merge_create(walk->inputs, options->context->names);
    enum error_class class = ERROR_OK;
    while (!class && !stop_was_asked) {
        const struct cdr *record;
        const enum input_state state = merge_head(merge, IDLE_MS, &record, error);
        if (state == INPUT_ENDED)
            break;
        if (state == INPUT_FAILED)
            class = error->class;
        if (state == INPUT_WAITING && options->idle)
            options->idle(options->owner);
        if (state != INPUT_READY)
            continue;
        walk->decoded++;
        class = options->record(options->owner, record, error);
        merge_take(merge);
        if (progress.is_shown && walk->decoded % PROGRESS_EVERY_RECORDS == 0)
            show_progress(&progress, walk, options);
    }
    clear_progress(&progress);
    merge_destroy(merge);
    walk->was_stopped = stop_was_asked;
    if (!class && !walk->was_stopped && inputs_are_empty(walk->inputs, error))
        class = error->class;
    walk->seconds = (double)(clock_monotonic_ns() - progress.started_ns) / 1e9;
    return class;
}

enum error_class walk_judge(const struct walk *walk, struct error *error)
{
    const uint64_t damaged = rejects_damaged(walk->rejects);
    if (!damaged)
        return ERROR_OK;
    if (!walk->decoded)
        return error_set(error, ERROR_DATA,
                         "none of the %llu records could be decoded; `simsieve decode` says why",
                         (unsigned long long)damaged);
    log_write(LOG_WARNING,
              "%llu of %llu records could not be decoded and count nowhere here; `simsieve decode` says why",
              (unsigned long long)damaged, (unsigned long long)(damaged + walk->decoded));
    return ERROR_OK;
}

enum error_class walk_close(struct walk *walk, struct error *error)
{
    enum error_class class = ERROR_OK;
    inputs_close(walk->inputs);
    if (walk->rejects)
        class = rejects_close(walk->rejects, error);
    column_map_destroy(walk->map);
    *walk = (struct walk){0};
    return class;
}
