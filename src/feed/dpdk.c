/* SPDX-License-Identifier: Apache-2.0
 * The DPDK feed (dpdk.md): its life, and the loop between ports, journal and chunks. */
#include "dpdk_eal.h"
#include "dpdk_port.h"
#include "dpdk_receiver.h"
#include "dpdk_records.h"
#include "feeds.h"

#include "simsieve/base/clock.h"
#include "simsieve/base/output.h"
#include "simsieve/base/text.h"
#include "simsieve/log/log.h"
#include "simsieve/packet/listener.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define SEGMENT_BYTES_MAX (64u << 20)
#define GROUP_BYTES       (16u << 20)
#define GROUP_NS          2000000 /* under load a packet waits this long for others to share its sync */

#define COUNT_NS    1000000000 /* between looks at the ports' counters */
#define IDLE_POLLS  64         /* empty rounds before the thread sleeps */
#define IDLE_US     200
#define FAREWELL_MS 500
#define HANG_UP_MS  200

struct dpdk {
    struct feed_options options;
    struct dpdk_settings settings;
    struct journal *journal;
    struct dpdk_records *records;
    struct dpdk_receiver *receiver;
    struct dpdk_port *ports[DPDK_PORT_COUNT_MAX];
    size_t port;             /* whose burst is being taken */
    struct dpdk_moment now;  /* of the burst */
    struct position handed;  /* behind the last chunk */
    uint64_t waiting;        /* entries that were in the journal at the start and had not been handed on */
    uint64_t counted_ns;     /* when the ports' counters were looked at */
    uint64_t lost_by_closed; /* of earlier starts */
    uint64_t hung_up_before; /* connections, of earlier starts */
    uint64_t bytes;          /* of the frames of a burst */
};

static struct dpdk_moment moment(void)
{
    return (struct dpdk_moment){clock_wall_ms(), clock_monotonic_ns()};
}

static void bump(_Atomic uint64_t *counter, uint64_t by)
{
    atomic_fetch_add_explicit(counter, by, memory_order_relaxed);
}

/* ---- open, close, read ---- */

static void dpdk_close(void *state)
{
    struct dpdk *dpdk = state;
    if (!dpdk)
        return;
    dpdk_records_destroy(dpdk->records);
    journal_close(dpdk->journal);
    free(dpdk);
}

static enum error_class open_journal(struct dpdk *dpdk, struct error *error)
{
    const struct journal_options options = {.folder = dpdk->options.state_folder,
                                            .bytes_max = dpdk->settings.journal_bytes,
                                            .segment_bytes =
                                                u64_min(SEGMENT_BYTES_MAX, dpdk->settings.journal_bytes / 16),
                                            .group_bytes = GROUP_BYTES,
                                            .group_ns = GROUP_NS,
                                            .spare_bytes = DPDK_SPARE_BYTES,
                                            .keep_ms = dpdk->settings.remember_ms,
                                            .is_readonly = dpdk->options.is_reader};
    dpdk->journal = journal_open(&options, error);
    if (!dpdk->journal)
        return error->class;
    dpdk->records = dpdk_records_create(&dpdk->options, dpdk->journal, error);
    return dpdk->records ? ERROR_OK : error->class;
}

static enum error_class dpdk_open(void **state, const struct feed_options *options,
                                  struct yaml_value settings, struct error *error)
{
    struct dpdk *dpdk = calloc(1, sizeof(*dpdk));
    CHECK(dpdk);
    dpdk->options = *options;
    enum error_class class = dpdk_settings_read(&dpdk->settings, settings, error);
    const bool only_reads = options->is_reader && options->state_folder;
    if (!class && options->format)
        class = yaml_error(settings, error, "records: packets say themselves what is in them; leave '%s' out",
                           options->format->name);
    if (!class && !only_reads) /* journals can be read without DPDK */
        class = dpdk_eal_check(error);
    if (!class && options->state_folder)
        class = open_journal(dpdk, error);
    if (!class)
        *state = dpdk;
    else
        dpdk_close(dpdk);
    return class;
}

static enum feed_status dpdk_read(void *state, const char *source, struct position begin, struct position end,
                                  struct chunk *chunk, int wait_ms, struct error *error)
{
    struct dpdk *dpdk = state;
    const struct position oldest = {journal_begin(dpdk->journal), 0};
    (void)wait_ms;
    (void)error;
    if (strcmp(source, DPDK_SOURCE) != 0 || position_compare(begin, end) >= 0)
        return FEED_NOTHING;
    const struct position from = position_compare(begin, oldest) < 0 ? oldest : begin;
    if (position_compare(from, end) < 0 && dpdk_records_fill(dpdk->records, from, end, chunk))
        return FEED_RECORDS;
    /* The journal was here and is no more. */
    memcpy(chunk->source, DPDK_SOURCE, sizeof(DPDK_SOURCE));
    chunk->begin = chunk->end = end;
    chunk->count = 0;
    return FEED_RECORDS;
}

/* ---- start, stop ---- */

/* One more start, for echo responses: senders know by it that we began anew. A file that cannot be read counts as none. */
static enum error_class count_restart(const struct dpdk *dpdk, uint8_t *restarts, struct error *error)
{
    char path[OUTPUT_PATH_BYTES], text[8] = "";
    struct output output;
    uint64_t before = 0;
    struct text name = text_over(path, sizeof(path));
    text_add(&name, "%s/restarts", dpdk->options.state_folder);
    FILE *file = fopen(path, "re");
    if (file) {
        const size_t length = fread(text, 1, sizeof(text) - 1, file);
        if (!text_parse_u64(text, length > 0 ? length - 1 : 0, UINT8_MAX, &before))
            before = 0;
        fclose(file);
    }
    *restarts = (uint8_t)(before + 1);
    if (output_open(&output, path, false, 0600, error))
        return error->class;
    fprintf(output.stream, "%u\n", *restarts);
    return output_commit(&output, error);
}

static void send_frame(void *owner, size_t port, const uint8_t *bytes, size_t length)
{
    struct dpdk *dpdk = owner;
    /* What cannot be sent is asked for again. */
    (void)dpdk_port_send(dpdk->ports[port], bytes, length);
}

static enum error_class open_ports(struct dpdk *dpdk, struct error *error)
{
    for (size_t i = 0; i < dpdk->settings.port_count; i++) {
        const struct dpdk_port_options options = {.device = dpdk->settings.ports[i],
                                                  .queue_count = dpdk->settings.queue_count,
                                                  .frame_bytes = dpdk->settings.frame_bytes,
                                                  .can_send = dpdk->settings.mode == DPDK_CGF};
        dpdk->ports[i] = dpdk_port_open(&options, error);
        if (!dpdk->ports[i])
            return error->class;
        dpdk_receiver_set_mac(dpdk->receiver, i, dpdk_port_mac(dpdk->ports[i]));
    }
    return ERROR_OK;
}

static void close_ports(struct dpdk *dpdk)
{
    for (size_t i = 0; i < dpdk->settings.port_count; i++) {
        dpdk_port_close(dpdk->ports[i]);
        dpdk->ports[i] = NULL;
    }
}

static enum error_class dpdk_start(void *state, const struct feed_resume *resume, size_t count,
                                   struct error *error)
{
    struct dpdk *dpdk = state;
    uint8_t restarts;
    dpdk->handed = (struct position){journal_begin(dpdk->journal), 0};
    for (size_t i = 0; i < count; i++)
        if (strcmp(resume[i].source, DPDK_SOURCE) == 0)
            dpdk->handed = resume[i].position;
    journal_skip_to(dpdk->journal, dpdk->handed.offset);
    dpdk->waiting = journal_count(dpdk->journal, dpdk->handed.offset) -
                    journal_counters(dpdk->journal)->entries + dpdk_records_entries(dpdk->records);
    if (dpdk_eal_start(&dpdk->settings, error) || count_restart(dpdk, &restarts, error))
        return error->class;
    const struct dpdk_receiver_options options = {.settings = &dpdk->settings,
                                                  .feed = &dpdk->options,
                                                  .journal = dpdk->journal,
                                                  .restarts = restarts,
                                                  .send = send_frame,
                                                  .owner = dpdk};
    dpdk->receiver = dpdk_receiver_create(&options, error);
    if (!dpdk->receiver)
        return error->class;
    dpdk_receiver_recall(dpdk->receiver);
    if (open_ports(dpdk, error))
        return error->class;
    atomic_store_explicit(&dpdk->options.health->source_count, 1, memory_order_relaxed);
    atomic_store_explicit(&dpdk->options.health->is_connected, true, memory_order_relaxed);
    return ERROR_OK;
}

/* ---- the loop ---- */

static void take_frame(void *owner, struct octets frame)
{
    struct dpdk *dpdk = owner;
    dpdk->bytes += frame.length;
    dpdk_receiver_take(dpdk->receiver, dpdk->port, frame, dpdk->now);
}

/* What the ports and the receiver could not take; the ports' part only every second. */
static void count_lost(struct dpdk *dpdk)
{
    uint64_t lost = dpdk->lost_by_closed + dpdk_receiver_counters(dpdk->receiver)->lost +
                    dpdk_records_gaps(dpdk->records);
    for (size_t i = 0; i < dpdk->settings.port_count && dpdk->ports[i]; i++) {
        const struct dpdk_port_counters counters = dpdk_port_counters(dpdk->ports[i]);
        lost += counters.missed + counters.damaged + counters.no_memory;
    }
    atomic_store_explicit(&dpdk->options.health->lost, lost, memory_order_relaxed);
}

/* Senders over TCP. */
static void count_connections(struct dpdk *dpdk)
{
    const struct listener_counters *counters = dpdk_receiver_listener_counters(dpdk->receiver);
    if (!counters)
        return;
    atomic_store_explicit(&dpdk->options.health->connection_count,
                          dpdk_receiver_connection_count(dpdk->receiver), memory_order_relaxed);
    atomic_store_explicit(&dpdk->options.health->hung_up,
                          dpdk->hung_up_before + counters->refused + counters->evicted + counters->idle +
                              counters->timeouts + counters->overflows + counters->senseless,
                          memory_order_relaxed);
}

/* One burst of every queue; returns how many frames came. */
static size_t receive(struct dpdk *dpdk)
{
    size_t count = 0;
    dpdk->bytes = 0;
    for (dpdk->port = 0; dpdk->port < dpdk->settings.port_count; dpdk->port++)
        for (uint64_t queue = 0; queue < dpdk->settings.queue_count; queue++)
            count += dpdk_port_receive(dpdk->ports[dpdk->port], queue, take_frame, dpdk);
    if (count > 0) {
        bump(&dpdk->options.health->messages, count);
        bump(&dpdk->options.health->received_bytes, dpdk->bytes);
    }
    return count;
}

/* Takes what the ports have; it is made safe meanwhile. A mirror port whose frames
 * could not be kept is left alone, so that it counts what it loses. */
static size_t pump(struct dpdk *dpdk, bool has_room)
{
    const bool can_stop = dpdk->settings.mode == DPDK_PASSIVE;
    const bool reads = !can_stop || (has_room && !dpdk_receiver_is_blocked(dpdk->receiver));
    dpdk->now = moment();
    dpdk_receiver_set_room(dpdk->receiver, has_room);
    const size_t count = reads ? receive(dpdk) : 0;
    dpdk_receiver_settle(dpdk->receiver, count == 0, dpdk->now);
    if (dpdk->now.monotonic_ns - dpdk->counted_ns >= COUNT_NS) {
        dpdk->counted_ns = dpdk->now.monotonic_ns;
        count_lost(dpdk);
        count_connections(dpdk);
    }
    return count;
}

/* Fills a chunk from the journal; false when all has been handed on. */
static bool hand_on(struct dpdk *dpdk, struct chunk *chunk)
{
    struct feed_health *health = dpdk->options.health;
    const struct position end = {journal_durable(dpdk->journal), 0};
    const uint64_t rejected = rejects_total(dpdk->options.rejects);
    if (position_compare(dpdk->handed, end) >= 0 ||
        !dpdk_records_fill(dpdk->records, dpdk->handed, end, chunk))
        return false;
    dpdk->handed = chunk->end;
    atomic_store_explicit(&health->lag,
                          dpdk->waiting + journal_counters(dpdk->journal)->entries -
                              dpdk_records_entries(dpdk->records),
                          memory_order_relaxed);
    bump(&health->received, chunk->count + rejects_total(dpdk->options.rejects) - rejected);
    if (chunk->count > 0)
        atomic_store_explicit(&health->last_record_wall_ms, dpdk->now.wall_ms, memory_order_relaxed);
    return true;
}

static enum feed_status dpdk_poll(void *state, struct chunk *chunk, int wait_ms, struct error *error)
{
    struct dpdk *dpdk = state;
    const uint64_t until_ns = clock_monotonic_ns() + (uint64_t)wait_ms * 1000000;
    unsigned idle = 0;
    (void)error;
    do {
        idle = pump(dpdk, chunk != NULL) > 0 ? 0 : idle + 1;
        if (chunk && hand_on(dpdk, chunk))
            return FEED_RECORDS;
        if (idle > IDLE_POLLS)
            usleep(IDLE_US);
    } while (dpdk->now.monotonic_ns < until_ns);
    return FEED_NOTHING;
}

/* The answers are on their way; connections end behind them. */
static void hang_up(struct dpdk *dpdk)
{
    const int64_t end_ms = clock_wall_ms() + HANG_UP_MS;
    dpdk_receiver_hang_up(dpdk->receiver);
    while (dpdk_receiver_connection_count(dpdk->receiver) > 0 && dpdk->now.wall_ms < end_ms) {
        pump(dpdk, true);
        usleep(IDLE_US);
    }
}

static void dpdk_stop(void *state)
{
    struct dpdk *dpdk = state;
    struct error error;
    atomic_store_explicit(&dpdk->options.health->is_connected, false, memory_order_relaxed);
    if (dpdk->receiver && dpdk->ports[dpdk->settings.port_count - 1]) {
        const int64_t end_ms = clock_wall_ms() + FAREWELL_MS;
        dpdk_receiver_go_down(dpdk->receiver);
        while (dpdk->settings.mode == DPDK_CGF && dpdk->now.wall_ms < end_ms) {
            pump(dpdk, true);
            usleep(IDLE_US);
        }
        (void)dpdk_receiver_wait(dpdk->receiver);
        hang_up(dpdk);
        count_lost(dpdk);
        count_connections(dpdk);
        dpdk->hung_up_before = atomic_load_explicit(&dpdk->options.health->hung_up, memory_order_relaxed);
        atomic_store_explicit(&dpdk->options.health->connection_count, 0, memory_order_relaxed);
        dpdk->lost_by_closed = atomic_load_explicit(&dpdk->options.health->lost, memory_order_relaxed) -
                               dpdk_records_gaps(dpdk->records);
    }
    close_ports(dpdk);
    dpdk_receiver_destroy(dpdk->receiver);
    dpdk->receiver = NULL;
    if (journal_is_dirty(dpdk->journal) && journal_sync(dpdk->journal, &error))
        log_write(LOG_ERROR, "feed %s: %s", dpdk->options.name, error.text);
}

static void dpdk_release(void *state, const char *source, struct position end)
{
    struct dpdk *dpdk = state;
    if (strcmp(source, DPDK_SOURCE) != 0 || !dpdk->receiver)
        return;
    journal_release(dpdk->journal, u64_min(end.offset, dpdk_receiver_oldest(dpdk->receiver)),
                    clock_wall_ms());
}

const struct feed_kind feed_dpdk = {
    .name = "dpdk",
    .summary = "GTP' and datagrams of records from network ports, as a mirror or as a charging gateway",
    .settings = &dpdk_settings_table,
    .open = dpdk_open,
    .close = dpdk_close,
    .read = dpdk_read,
    .start = dpdk_start,
    .poll = dpdk_poll,
    .stop = dpdk_stop,
    .release = dpdk_release,
};
