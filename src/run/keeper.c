/* SPDX-License-Identifier: Apache-2.0
 * The thread that may wait for disks: it loads rules and lists when asked or when the lists' folder changes, stores the
 * accounting, and lets what is older than the retention expire. The run thread only looks into its hands. */
#include "run_parts.h"

#include "simsieve/base/clock.h"
#include "simsieve/base/hash.h"
#include "simsieve/base/thread.h"
#include "simsieve/log/log.h"

#include <dirent.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define LOOK_MS         200
#define LISTS_LOOK_MS   3000
#define EXPIRY_EVERY_MS (60 * 60 * 1000)

struct page {
    char name[64];
    int64_t first_ms, last_ms;
    char *json; /* NULL: none */
};

struct keeper {
    const struct run_options *options;
    struct store *books;
    pthread_t thread;
    pthread_mutex_t lock; /* over what follows; a few times a second */
    bool is_stopping, is_asked;
    struct page page;
    struct lists *lists; /* loaded and verified, not yet taken */
    struct program *program;

    /* Run thread. What the pipeline may still use. */
    struct lists *old_lists;
    struct program *old_program;
    bool is_settling;

    /* Keeper's thread. */
    uint64_t lists_seen;
    int since_look_ms, since_expiry_ms;
};

/* Changes when a file of the folder does: its name, size or time. */
static uint64_t fingerprint_of(const char *folder)
{
    uint64_t sum = 0;
    DIR *directory = folder ? opendir(folder) : NULL;
    for (struct dirent *entry; directory && (entry = readdir(directory));) {
        struct stat status;
        if (fstatat(dirfd(directory), entry->d_name, &status, 0) != 0 || !S_ISREG(status.st_mode))
            continue;
        const uint64_t words[] = {hash_bytes(entry->d_name, strlen(entry->d_name)), (uint64_t)status.st_size,
                                  (uint64_t)status.st_mtim.tv_sec, (uint64_t)status.st_mtim.tv_nsec,
                                  (uint64_t)status.st_ino};
        sum += hash_bytes(words, sizeof(words)); /* in any order of names */
    }
    if (directory)
        closedir(directory);
    return sum;
}

/* Loads and verifies; what is wrong is said and changes nothing. */
static void load(struct keeper *keeper, bool rules_too)
{
    const struct run_options *options = keeper->options;
    struct error error = {0};
    struct program *program = NULL;
    struct lists *lists = lists_load(options->lists_folder, options->numbering, options->names, &error);
    bool is_right = lists != NULL;
    if (is_right && rules_too) {
        program = program_load(options->rules_folder, &error);
        is_right = program && (!options->verify || !options->verify(program, &error));
    }
    if (!is_right) {
        log_write(LOG_ERROR, "reload: %s; rules and lists stay as they were", error.text);
        lists_destroy(lists);
        program_destroy(program);
        return;
    }
    pthread_mutex_lock(&keeper->lock);
    keeper->lists = lists;
    keeper->program = program;
    pthread_mutex_unlock(&keeper->lock);
}

/* Keeps a page for the next attempt, unless there is a newer one. */
static void put_back(struct keeper *keeper, struct page *page)
{
    pthread_mutex_lock(&keeper->lock);
    if (keeper->page.json)
        free(page->json);
    else
        keeper->page = *page;
    pthread_mutex_unlock(&keeper->lock);
}

static void store_page(struct keeper *keeper)
{
    struct error error;
    pthread_mutex_lock(&keeper->lock);
    struct page page = keeper->page;
    keeper->page.json = NULL;
    pthread_mutex_unlock(&keeper->lock);
    if (!page.json)
        return;
    if (store_add_accounting(keeper->books, page.name, page.first_ms, page.last_ms, page.json, &error) ||
        store_flush(keeper->books, &error)) {
        log_write(LOG_ERROR, "the accounting is not stored yet: %s", error.text);
        put_back(keeper, &page);
        return;
    }
    free(page.json);
}

static void expire(struct keeper *keeper)
{
    struct error error;
    keeper->since_expiry_ms += LOOK_MS;
    if (keeper->since_expiry_ms < EXPIRY_EVERY_MS)
        return;
    keeper->since_expiry_ms = 0;
    if (store_expire(keeper->books, keeper->options->configuration->retention_ms, clock_wall_ms(), &error))
        log_write(LOG_ERROR, "retention: %s", error.text);
}

/* True when the lists are not what they were, and have stopped changing. */
static bool lists_have_changed(struct keeper *keeper)
{
    keeper->since_look_ms += LOOK_MS;
    if (keeper->since_look_ms < LISTS_LOOK_MS)
        return false;
    keeper->since_look_ms = 0;
    const uint64_t now = fingerprint_of(keeper->options->lists_folder);
    if (now == keeper->lists_seen)
        return false;
    poll(NULL, 0, LOOK_MS);
    if (fingerprint_of(keeper->options->lists_folder) != now)
        return false; /* still being written: at the next look */
    keeper->lists_seen = now;
    return true;
}

static void *keep(void *argument)
{
    struct keeper *keeper = argument;
    for (bool is_stopping = false; !is_stopping;) {
        pthread_mutex_lock(&keeper->lock);
        is_stopping = keeper->is_stopping;
        const bool can_load = !keeper->lists && !is_stopping, is_asked = keeper->is_asked && can_load;
        if (is_asked)
            keeper->is_asked = false;
        pthread_mutex_unlock(&keeper->lock);
        store_page(keeper);
        if (can_load && (lists_have_changed(keeper) || is_asked))
            load(keeper, is_asked);
        expire(keeper);
        if (!is_stopping)
            poll(NULL, 0, LOOK_MS);
    }
    return NULL;
}

struct keeper *keeper_start(struct run *run, struct error *error)
{
    struct keeper *keeper = calloc(1, sizeof(*keeper));
    const struct run_configuration *configuration = run->options.configuration;
    char folder[RUN_PATH_BYTES], path[RUN_PATH_BYTES + 16];
    CHECK(keeper && pthread_mutex_init(&keeper->lock, NULL) == 0);
    keeper->options = &run->options;
    keeper->lists_seen = fingerprint_of(run->options.lists_folder);
    keeper->since_expiry_ms = EXPIRY_EVERY_MS; /* once at the start */
    snprintf(path, sizeof(path), "%s/store.db", run_path(configuration, configuration->state, folder));
    keeper->books = store_open(path, error);
    if (!keeper->books) {
        free(keeper);
        return NULL;
    }
    thread_start(&keeper->thread, keep, keeper, "keeper");
    return keeper;
}

void keeper_stop(struct keeper *keeper)
{
    if (!keeper)
        return;
    pthread_mutex_lock(&keeper->lock);
    keeper->is_stopping = true;
    pthread_mutex_unlock(&keeper->lock);
    CHECK(pthread_join(keeper->thread, NULL) == 0);
    store_close(keeper->books);
    lists_destroy(keeper->lists);
    program_destroy(keeper->program);
    lists_destroy(keeper->old_lists);
    program_destroy(keeper->old_program);
    pthread_mutex_destroy(&keeper->lock);
    free(keeper->page.json);
    free(keeper);
}

void keeper_ask(struct keeper *keeper)
{
    pthread_mutex_lock(&keeper->lock);
    keeper->is_asked = true;
    pthread_mutex_unlock(&keeper->lock);
}

static void free_old(struct keeper *keeper)
{
    lists_destroy(keeper->old_lists);
    program_destroy(keeper->old_program);
    keeper->old_lists = NULL;
    keeper->old_program = NULL;
    keeper->is_settling = false;
}

static void swap(struct keeper *keeper, struct run *run, struct lists *lists, struct program *program)
{
    struct error error;
    char generation[24];
    pipeline_flush(run->pipeline);
    run_book(run);
    if (pipeline_swap(run->pipeline, program ? program : run->program, lists, &error)) {
        log_write(LOG_ERROR, "reload: %s; rules and lists stay as they were", error.text);
        lists_destroy(lists);
        program_destroy(program);
        return;
    }
    keeper->old_lists = run->lists;
    keeper->old_program = program ? run->program : NULL;
    keeper->is_settling = true;
    run->lists = lists;
    if (program)
        run->program = program;
    run_open_book(run);
    run->generation++;
    snprintf(generation, sizeof(generation), "%llu", (unsigned long long)run->generation);
    position_log_mark(run->positions, program ? "rules" : "lists", generation);
    log_write(LOG_INFO, "%s are new: generation %s", program ? "rules and lists" : "lists", generation);
}

void keeper_take(struct keeper *keeper, struct run *run)
{
    if (keeper->is_settling && !pipeline_has_settled(run->pipeline))
        return;
    free_old(keeper);
    pthread_mutex_lock(&keeper->lock);
    struct lists *lists = keeper->lists;
    struct program *program = keeper->program;
    keeper->lists = NULL;
    keeper->program = NULL;
    pthread_mutex_unlock(&keeper->lock);
    if (lists)
        swap(keeper, run, lists, program);
}

void keeper_book(struct keeper *keeper, const char *name, int64_t first_ms, int64_t last_ms, const char *json)
{
    char *copy = strdup(json);
    CHECK(copy);
    pthread_mutex_lock(&keeper->lock);
    free(keeper->page.json);
    keeper->page = (struct page){.first_ms = first_ms, .last_ms = last_ms, .json = copy};
    snprintf(keeper->page.name, sizeof(keeper->page.name), "%s", name);
    pthread_mutex_unlock(&keeper->lock);
}
