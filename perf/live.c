/* SPDX-License-Identifier: Apache-2.0
 * The whole of `simsieve run` over one feed: channel, position log, order, one shard with the shipped rules, alerts,
 * store. */
#include "../src/run/run_parts.h"
#include "figures.h"

#include "simsieve/base/text.h"
#include "simsieve/tools/environment.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CONFIGURATION_BYTES 4096

static struct {
    const struct run *run;
    uint64_t wanted, first;
    struct stopwatch watch;
    struct figure figure;
    bool is_done;
} measuring;

/* Run thread, between chunks. The clock runs from the first record, so that joining a group is not in it, to the last
 * one's push: a few batches of the end are still under way. */
static bool has_enough(void)
{
    const uint64_t decoded = measuring.run ? measuring.run->feeds[0].decoded : 0;
    if (decoded && !measuring.first) {
        measuring.first = decoded;
        measuring.watch = stopwatch_start();
    }
    if (decoded >= measuring.wanted && !measuring.is_done) {
        measuring.figure = stopwatch_stop(&measuring.watch, decoded - measuring.first);
        measuring.is_done = true;
    }
    return measuring.is_done;
}

static bool never(void)
{
    return false;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status, (void)kind, (void)walk;
    return remove(path);
}

static void write_configuration(const char *path, const char *kind, const char *settings)
{
    char buffer[CONFIGURATION_BYTES];
    struct text text = text_over(buffer, sizeof(buffer));
    FILE *file = fopen(path, "w");
    text_add(
        &text,
        "format: 1\nstate: state\nshards: 1\nmemory: 4G\nfeeds:\n  - {name: perf, kind: %s, settings: %s}\n",
        kind, settings);
    CHECK(!text.is_cut && file && fputs(buffer, file) >= 0 && fclose(file) == 0);
}

struct figure live_figure(const char *kind, const char *settings, uint64_t records)
{
    char folder[] = "/tmp/simsieve-perf-XXXXXX", path[64];
    struct run_configuration configuration;
    struct environment environment;
    struct error error;
    CHECK(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/run.yaml", folder);
    write_configuration(path, kind, settings);
    if (run_configuration_load(&configuration, path, &error) ||
        environment_open(&environment, NULL, NULL, &error))
        check_failed(__FILE__, __LINE__, error.text);
    const struct run_options options = {.configuration = &configuration,
                                        .numbering = environment.numbering,
                                        .names = environment.names,
                                        .lists = environment.lists,
                                        .program = environment.program,
                                        .rules_folder = "conf/rules",
                                        .shard_count = 1,
                                        .stop_is_asked = has_enough,
                                        .reload_is_asked = never};
    environment.lists = NULL;
    environment.program = NULL;
    measuring = (typeof(measuring)){.wanted = records};
    struct run *run = run_open(&options, &error);
    measuring.run = run;
    if (!run || run_go(run, &error))
        check_failed(__FILE__, __LINE__, error.text);
    run_close(run);
    environment_close(&environment);
    run_configuration_unload(&configuration);
    CHECK(measuring.is_done && nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS) == 0);
    return measuring.figure;
}
