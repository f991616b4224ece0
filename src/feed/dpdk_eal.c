/* SPDX-License-Identifier: Apache-2.0 */
#include "dpdk_eal.h"

#include "simsieve/log/log.h"

#include <dirent.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_log.h>

#define PCI_FOLDER     "/sys/bus/pci/devices"
#define HUGE_FOLDER    "/sys/kernel/mm/hugepages"
#define ARGUMENT_COUNT 16
#define ARGUMENT_BYTES 64

/* No device has this address: with it on the list of those allowed, EAL takes none by itself. */
#define NO_DEVICE "0000:00:00.0"

/* The environment of the process. */
static struct {
    pthread_mutex_t lock;
    bool was_tried, is_started;
    bool has_huge_pages;
    struct error error; /* of the one try */
    uint64_t memory_bytes;
} eal = {.lock = PTHREAD_MUTEX_INITIALIZER};

enum error_class dpdk_eal_check(struct error *error)
{
    (void)error;
    return ERROR_OK;
}

/* ---- what DPDK says ---- */

/* One write is one message; DPDK's own levels become ours, its errors no more than warnings: what follows from them is said
 * by whoever fails. */
static ssize_t write_log(void *cookie, const char *bytes, size_t length)
{
    size_t shown = length;
    (void)cookie;
    while (shown > 0 && (bytes[shown - 1] == '\n' || bytes[shown - 1] == '\r'))
        shown--;
    const int level = rte_log_cur_msg_loglevel();
    if (shown > 0)
        log_write(level <= (int)RTE_LOG_WARNING ? LOG_WARNING : LOG_DEBUG, "dpdk: %.*s", (int)shown, bytes);
    return (ssize_t)length;
}

static void take_over_log(void)
{
    const cookie_io_functions_t functions = {.write = write_log};
    FILE *stream = fopencookie(NULL, "w", functions);
    CHECK(stream);
    setvbuf(stream, NULL, _IOLBF, BUFSIZ);
    rte_openlog_stream(stream);
}

/* ---- what it is started with ---- */

static bool folder_has(const char *path)
{
    DIR *folder = opendir(path);
    const struct dirent *entry;
    bool has_any = false;
    while (folder && !has_any && (entry = readdir(folder)))
        has_any = entry->d_name[0] != '.';
    if (folder)
        closedir(folder);
    return has_any;
}

/* Free pages of one size, "hugepages-2048kB". */
static uint64_t free_huge_bytes(const char *size)
{
    char path[512];
    unsigned long long kib = 0, count = 0;
    snprintf(path, sizeof(path), HUGE_FOLDER "/%s/free_hugepages", size);
    FILE *file = sscanf(size, "hugepages-%llukB", &kib) == 1 ? fopen(path, "re") : NULL;
    if (file && fscanf(file, "%llu", &count) != 1)
        count = 0;
    if (file)
        fclose(file);
    return count * kib << 10;
}

/* Whether so much is free in huge pages of all sizes: EAL does not start with less than it was asked for. */
static bool machine_has_huge_pages(uint64_t bytes)
{
    DIR *folder = opendir(HUGE_FOLDER);
    const struct dirent *entry;
    uint64_t free_bytes = 0;
    while (folder && (entry = readdir(folder)))
        free_bytes += free_huge_bytes(entry->d_name);
    if (folder)
        closedir(folder);
    return free_bytes >= bytes;
}

struct arguments {
    char texts[ARGUMENT_COUNT][ARGUMENT_BYTES];
    char *values[ARGUMENT_COUNT + 1];
    int count;
};

static void add(struct arguments *arguments, const char *format, unsigned long long number)
{
    CHECK(arguments->count < ARGUMENT_COUNT);
    char *text = arguments->texts[arguments->count];
    snprintf(text, ARGUMENT_BYTES, format, number);
    arguments->values[arguments->count++] = text;
}

static void make_arguments(struct arguments *arguments, const struct dpdk_settings *settings)
{
    eal.has_huge_pages =
        settings->huge_pages == DPDK_HUGE_YES ||
        (settings->huge_pages == DPDK_HUGE_AUTO && machine_has_huge_pages(settings->memory_bytes));
    add(arguments, "simsieve", 0);
    add(arguments, "--lcores=0@%llu", (unsigned long long)sched_getcpu());
    add(arguments, "-m", 0);
    add(arguments, "%llu", settings->memory_bytes >> 20);
    add(arguments, "--file-prefix=simsieve-%llu", (unsigned long long)getpid());
    add(arguments, "--no-telemetry", 0);
    add(arguments, eal.has_huge_pages ? "--in-memory" : "--no-huge", 0);
    if (!eal.has_huge_pages)
        add(arguments, "--no-shconf", 0);
    if (folder_has(PCI_FOLDER))
        add(arguments, "--allow=" NO_DEVICE, 0);
    else
        add(arguments, "--no-pci", 0);
}

static void start(const struct dpdk_settings *settings)
{
    static struct arguments arguments; /* EAL keeps pointers to them */
    cpu_set_t processors;
    const bool has_processors = sched_getaffinity(0, sizeof(processors), &processors) == 0;
    take_over_log();
    make_arguments(&arguments, settings);
    const int result = rte_eal_init(arguments.count, arguments.values);
    const int cause = rte_errno;
    if (has_processors) /* EAL has pinned this thread */
        (void)sched_setaffinity(0, sizeof(processors), &processors);
    eal.memory_bytes = settings->memory_bytes;
    eal.is_started = result >= 0;
    if (eal.is_started) /* nothing of ours is in it, and EAL would leave one behind for each process */
        (void)rmdir(rte_eal_get_runtime_dir());
    if (!eal.is_started) {
        error_set(&eal.error, ERROR_CONFIG, "DPDK cannot be started: %s%s; the log above has its own words",
                  rte_strerror(cause),
                  eal.has_huge_pages ? " (with huge pages: set hugepages: no to do without)" : "");
        return;
    }
    log_write(LOG_INFO, "dpdk: started with %llu MiB of %s", (unsigned long long)settings->memory_bytes >> 20,
              eal.has_huge_pages ? "huge pages"
                                 : "ordinary memory; huge pages make it up to twice as fast: "
                                   "echo 128 >/proc/sys/vm/nr_hugepages");
}

enum error_class dpdk_eal_start(const struct dpdk_settings *settings, struct error *error)
{
    pthread_mutex_lock(&eal.lock);
    if (!eal.was_tried)
        start(settings);
    else if (eal.is_started && settings->memory_bytes != eal.memory_bytes)
        log_write(LOG_WARNING, "dpdk: it runs with the memory of the feed that started first");
    eal.was_tried = true;
    if (!eal.is_started)
        *error = eal.error;
    pthread_mutex_unlock(&eal.lock);
    return eal.is_started ? ERROR_OK : error->class;
}
