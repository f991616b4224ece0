/* SPDX-License-Identifier: Apache-2.0
 * What `make perf` measures: each part measures itself and hands its figures to one table. */
#pragma once

#include "simsieve/base/check.h"

/* Millions a second of wall time, and seconds of processor time (all threads) a million. */
struct figure {
    double rate_m;
    double cpu_s_per_m;
};

struct stopwatch {
    uint64_t wall_ns;
    double cpu_s;
};

struct stopwatch stopwatch_start(void);
struct figure stopwatch_stop(const struct stopwatch *started, uint64_t count);

/* The machine's own limit: one core reads and writes `lines_per_op` random 64-byte lines of `bytes` of memory, asking
 * for them ahead. */
struct figure memory_figure(size_t bytes, unsigned lines_per_op, bool has_huge_pages);

/* One core turns text in memory into records: `columns` 5 (about 49 bytes a row) or 15 (about 150), or NDJSON. */
enum text_form { TEXT_CSV_5, TEXT_CSV_15, TEXT_NDJSON, TEXT_FORM_COUNT };
struct figure decode_figure(enum text_form form);
const char *decode_label(enum text_form form);

/* One core turns another format into records; the labels tell which, NULL past the end. */
struct figure format_figure(size_t format);
const char *format_label(size_t format);

/* The whole of `simsieve run`, with one shard and the shipped rules, over one feed of that kind until so many records are
 * pushed. */
struct figure live_figure(const char *kind, const char *settings, uint64_t records);

/* Messages of so many CSV lines from librdkafka's own cluster: taken by the library alone, by the feed, which decodes them,
 * and by a whole run. Rates are of records. */
struct kafka_result {
    struct figure bare, feed, whole;
};
struct kafka_result kafka_figure(unsigned records_per_message);

/* Binary records of `sims` SIMs, equally busy, through order, `shards` shards and alerts. */
struct engine_result {
    struct figure figure;
    double bytes_per_sim;
    double events_per_sim;
    uint64_t alerts;
};
struct engine_result engine_figure(uint32_t sims, uint64_t records, uint32_t shards, const char *rules);

/* Frames of a port received and looked at, and records of such frames (`rows` of about 140 bytes in each) through the whole
 * DPDK feed with its journal. False where DPDK cannot be had; it has then said why. */
struct dpdk_result {
    struct figure bare; /* frames */
    struct figure path; /* records */
    double bytes_per_frame;
};
bool dpdk_figures(unsigned rows, struct dpdk_result *result);
