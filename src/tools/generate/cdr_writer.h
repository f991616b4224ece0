/* SPDX-License-Identifier: Apache-2.0
 * The day's records as canonical CSV: cdr-YYYY-MM-DD.csv, sorted by time, then switch and sequence number. */
#pragma once

#include "day.h"

#include "simsieve/base/output.h"

struct cdr_writer {
    struct output output;
    char *buffer;
    size_t used;
    uint64_t seq[SWITCH_COUNT]; /* last one given */
    char date[16];              /* "2024-12-02T" */
};

/* Start-up only. ERROR_INTERNAL (memory). */
enum error_class cdr_writer_init(struct cdr_writer *writer, struct error *error);
void cdr_writer_fini(struct cdr_writer *writer);

/* May block. Takes every record out of the day and writes its file into `folder`. ERROR_CANNOT_CREATE,
 * ERROR_IO, ERROR_INTERNAL (the day ran out of memory). */
enum error_class cdr_writer_day(struct cdr_writer *writer, struct day *day, const char *folder,
                                struct error *error);
