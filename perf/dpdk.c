/* SPDX-License-Identifier: Apache-2.0
 * A port that gives the same capture for ever (net_pcap, infinite_rx): its frames received and looked at, and the same frames
 * through the whole DPDK feed: parsed, journaled, synced, read back, decoded. */
#include "../src/feed/dpdk_eal.h"
#include "../src/feed/dpdk_port.h"
#include "figures.h"

#include "simsieve/base/text.h"
#include "simsieve/feed/feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FRAME_COUNT 512
#define FRAME_BYTES 1400
#define HEAD_BYTES  42 /* Ethernet, IPv4, UDP */
#define BARE_COUNT  20000000
#define PATH_COUNT  3000000
#define PASSES      3

struct frames {
    uint64_t sum, bytes;
};

/* A datagram of `rows` rows of CSV to port 5140, without checksums. */
static size_t make_frame(uint8_t frame[static FRAME_BYTES], unsigned rows, unsigned number)
{
    static const uint8_t head[HEAD_BYTES] = {2,    0, 0,  0, 0, 1, 2,   0,  0,    0,    0, 2, 8,  0,
                                             0x45, 0, 0,  0, 0, 0, 0,   0,  9,    17,   0, 0, 10, 0,
                                             0,    1, 10, 0, 0, 2, 156, 64, 0x14, 0x14, 0, 0, 0,  0};
    struct text text = text_over((char *)frame + HEAD_BYTES, FRAME_BYTES - HEAD_BYTES);
    memcpy(frame, head, sizeof(head));
    for (unsigned row = 0; row < rows; row++)
        text_add(&text,
                 "mo_call,2024-12-09T08:15:%02u.093+07:00,%u,84312345678,,answered,%u,452041234567890,"
                 "35250000123456,452-04-7200-%u,,VTL-12,%u,,\n",
                 number % 60, 849000000u + number * 16 + row, row * 7, number, number * 16 + row + 1);
    CHECK(!text.is_cut);
    const size_t udp = 8 + text.length;
    frame[16] = (uint8_t)((20 + udp) >> 8), frame[17] = (uint8_t)(20 + udp);
    frame[38] = (uint8_t)(udp >> 8), frame[39] = (uint8_t)udp;
    return HEAD_BYTES + text.length;
}

static void write_capture(const char *path, unsigned rows)
{
    static const uint32_t header[] = {0xA1B2C3D4, 4 << 16 | 2, 0, 0, 65535, 1};
    uint8_t frame[FRAME_BYTES];
    FILE *file = fopen(path, "w");
    CHECK(file && fwrite(header, sizeof(header), 1, file) == 1);
    for (unsigned i = 0; i < FRAME_COUNT; i++) {
        const uint32_t length = (uint32_t)make_frame(frame, rows, i);
        const uint32_t record[] = {1, 0, length, length};
        CHECK(fwrite(record, sizeof(record), 1, file) == 1 && fwrite(frame, length, 1, file) == 1);
    }
    CHECK(fclose(file) == 0);
}

static void look_at(void *owner, struct octets frame)
{
    struct frames *frames = owner;
    uint32_t words[3];
    memcpy(words, frame.bytes + HEAD_BYTES, sizeof(words));
    frames->sum += words[0] ^ words[1] ^ words[2];
    frames->bytes += frame.length;
}

static struct figure bare_figure(const char *device, double *bytes_per_frame)
{
    const struct dpdk_port_options options = {.device = device, .queue_count = 1, .frame_bytes = 2048};
    struct error error;
    struct frames frames = {0};
    struct dpdk_port *port = dpdk_port_open(&options, &error);
    uint64_t count = 0;
    if (!port)
        check_failed(__FILE__, __LINE__, error.text);
    const struct stopwatch started = stopwatch_start();
    while (count < BARE_COUNT)
        count += dpdk_port_receive(port, 0, look_at, &frames);
    const struct figure figure = stopwatch_stop(&started, count);
    dpdk_port_close(port);
    *bytes_per_frame = (double)frames.bytes / (double)count;
    return figure;
}

/* Records through the feed, handed on and released as a run would. */
static struct figure path_figure(const char *device, const char *folder, const struct decode_context *context)
{
    static struct chunk chunk;
    static struct feed_health health;
    const struct feed_kind *kind = feed_kind_by_name("dpdk");
    char settings[1024];
    struct error error;
    void *state;
    uint64_t count = 0;
    snprintf(settings, sizeof(settings),
             "ports: \"%s\"\nmode: passive\ndatagrams: 5140\nchecksums: no\njournal_size: 1G\nremember: 1s\n",
             device);
    struct yaml *yaml = yaml_load_text("perf", settings, strlen(settings), &error);
    struct rejects *rejects = rejects_open(NULL, &error);
    const struct feed_options options = {.name = "perf",
                                         .folder = ".",
                                         .state_folder = folder,
                                         .context = context,
                                         .rejects = rejects,
                                         .health = &health};
    if (!yaml || kind->open(&state, &options, yaml_root(yaml), &error) || kind->start(state, NULL, 0, &error))
        check_failed(__FILE__, __LINE__, error.text);
    const struct stopwatch started = stopwatch_start();
    while (count < PATH_COUNT) {
        if (kind->poll(state, &chunk, 100, &error) != FEED_RECORDS)
            continue;
        count += chunk.count;
        if (count % (1 << 16) < chunk.count)
            kind->release(state, chunk.source, chunk.end);
    }
    const struct figure figure = stopwatch_stop(&started, count);
    CHECK(rejects_total(rejects) == 0);
    kind->stop(state);
    kind->close(state);
    CHECK(!rejects_close(rejects, &error));
    yaml_destroy(yaml);
    return figure;
}

bool dpdk_figures(unsigned rows, struct dpdk_result *result)
{
    char folder[] = "/tmp/simsieve-perf-XXXXXX", path[64], device[128], command[64];
    const struct dpdk_settings settings = {.memory_bytes = 128 << 20};
    struct error error;
    if (dpdk_eal_start(&settings, &error)) {
        puts(error.text);
        return false;
    }
    struct numbering *numbering = numbering_load("conf/numbering", &error);
    const struct decode_context context = {.numbering = numbering, .names = names_create(1000, &error)};
    CHECK(numbering && context.names && mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/frames.pcap", folder);
    snprintf(device, sizeof(device), "net_pcap0,rx_pcap=%s,infinite_rx=1", path);
    write_capture(path, rows);
    *result = (struct dpdk_result){0};
    for (unsigned pass = 0; pass < PASSES; pass++) {
        const struct figure bare = bare_figure(device, &result->bytes_per_frame);
        const struct figure records = path_figure(device, folder, &context);
        if (bare.rate_m > result->bare.rate_m)
            result->bare = bare;
        if (records.rate_m > result->path.rate_m)
            result->path = records;
    }
    snprintf(command, sizeof(command), "rm -r %s", folder);
    CHECK(system(command) == 0);
    names_destroy(context.names);
    numbering_destroy(numbering);
    return true;
}
