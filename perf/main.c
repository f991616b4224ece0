/* SPDX-License-Identifier: Apache-2.0
 * `make perf`: the machine's own limits and the product's rates, in one run and on one machine, so that their ratios
 * mean something where the figures themselves do not. */
#include "figures.h"

#include <stdio.h>
#include <string.h>

#define MEMORY_BYTES ((size_t)4 << 30)

static void print(const char *what, const struct figure *figure, double limit_m)
{
    printf("%-52s %8.2f M/s %8.3f CPU-s per M", what, figure->rate_m, figure->cpu_s_per_m);
    if (limit_m > 0)
        printf(" %7.1f %%", figure->rate_m / limit_m * 100);
    putchar('\n');
    fflush(stdout);
}

static void print_engine(const char *what, const struct engine_result *result, double limit_m)
{
    print(what, &result->figure, limit_m);
    printf("%-52s %8.0f bytes per SIM at %.1f events each, %llu alerts\n", "", result->bytes_per_sim,
           result->events_per_sim, (unsigned long long)result->alerts);
}

/* Bare frames, then the same frames through the feed: records, and frames as a share of the bare ones. */
static void print_frames(unsigned rows)
{
    struct dpdk_result result;
    char what[80];
    if (!dpdk_figures(rows, &result))
        return;
    snprintf(what, sizeof(what), "  bare frames of %.0f bytes", result.bytes_per_frame);
    print(what, &result.bare, 0);
    snprintf(what, sizeof(what), "  records, %u a frame, through the feed", rows);
    print(what, &result.path, result.bare.rate_m * rows);
}

static void print_kafka(void)
{
    static const unsigned sizes[] = {1, 100};
    char what[80];
    puts(
        "\nKafka, 16 partitions of librdkafka's own cluster in this process (last column: of the library alone)");
    for (size_t i = 0; i < ARRAY_COUNT(sizes); i++) {
        const struct kafka_result result = kafka_figure(sizes[i]);
        snprintf(what, sizeof(what), "  %u a message: taken and dropped", sizes[i]);
        print(what, &result.bare, 0);
        snprintf(what, sizeof(what), "  %u a message: taken and decoded, CSV of 5 columns", sizes[i]);
        print(what, &result.feed, result.bare.rate_m);
        snprintf(what, sizeof(what), "  %u a message: the whole run, shipped rules", sizes[i]);
        print(what, &result.whole, result.bare.rate_m);
    }
}

/* Rate of the memory at two lines an operation, which what follows is held against. */
static double limit_m;

static void print_memory(void)
{
    char what[80];
    puts("The machine: random lines of 64 bytes read and written in 4 GiB, asked for ahead, one core");
    for (unsigned lines = 1; lines <= 4; lines *= 2) {
        const struct figure figure = memory_figure(MEMORY_BYTES, lines, true);
        snprintf(what, sizeof(what), "  %u line%s an operation", lines, lines > 1 ? "s" : "");
        print(what, &figure, 0);
        if (lines == 2)
            limit_m = figure.rate_m;
    }
}

static void print_decoding(void)
{
    char what[80];
    puts("\nDecoding in memory, one core (last column: of the limit at two lines)");
    for (unsigned form = 0; form < TEXT_FORM_COUNT; form++) {
        const struct figure figure = decode_figure((enum text_form)form);
        snprintf(what, sizeof(what), "  %s", decode_label((enum text_form)form));
        print(what, &figure, limit_m);
    }
    for (size_t format = 0; format_label(format); format++) {
        const struct figure figure = format_figure(format);
        snprintf(what, sizeof(what), "  %s", format_label(format));
        print(what, &figure, limit_m);
    }
}

static void print_engines(void)
{
    puts("\nRecords in memory through order, one shard, rules and alerts (feed, shard and alert thread)");
    const struct engine_result one = engine_figure(1000000, 10000000, 1, "perf/sliding_windows/rules");
    print_engine("  one rule, 1 M SIMs", &one, limit_m);
    const struct engine_result shipped = engine_figure(1000000, 10000000, 1, NULL);
    print_engine("  the shipped rules, 1 M SIMs", &shipped, limit_m);
    const struct engine_result many = engine_figure(10000000, 20000000, 1, NULL);
    print_engine("  the shipped rules, 10 M SIMs", &many, limit_m);
}

static void print_dpdk(void)
{
    puts("\nDPDK, ordinary memory, one port (last column: frames of the feed by bare frames)");
    print_frames(1);
    print_frames(8);
}

static const struct {
    const char *name;
    void (*print)(void);
} parts[] = {{"memory", print_memory},
             {"decoding", print_decoding},
             {"engine", print_engines},
             {"dpdk", print_dpdk},
             {"kafka", print_kafka}};

/* All parts, or those that are named. */
int main(int argc, char **argv)
{
    for (size_t i = 0; i < ARRAY_COUNT(parts); i++) {
        bool is_wanted = argc == 1;
        for (int word = 1; word < argc; word++)
            is_wanted |= strcmp(argv[word], parts[i].name) == 0;
        if (is_wanted)
            parts[i].print();
    }
    return 0;
}
