/* SPDX-License-Identifier: Apache-2.0
 * What a province receives about one day, from the store (src/report/report.md). */
#pragma once

#include "simsieve/base/calendar.h"
#include "simsieve/base/error.h"

#include <stdio.h>

/* The alerts that could be routed to no province. */
#define REPORT_UNROUTED 0

struct report_options {
    const char *store;      /* path of the database */
    const char *recipients; /* path of conf/recipients.csv */
    unsigned province;      /* code of the 34, or REPORT_UNROUTED */
    struct calendar_date day;
    bool is_unmasked; /* whole numbers: for who may see them */
};

/* Start-up only. May block. The code of what a person typed: a code of the 34, "0" for REPORT_UNROUTED, or a name
 * with or without accents. ERROR_USAGE names the nearest, or where a province of the former 63 is now;
 * ERROR_NO_INPUT, ERROR_CONFIG about `recipients`. */
enum error_class report_province(const char *recipients, const char *typed, unsigned *province,
                                 struct error *error);

/* Any one thread. May block. Writes the day's alerts as a table to `csv` and as a draft for people to `text`; either
 * may be NULL. The same store gives the same bytes. ERROR_USAGE (no such province), ERROR_NO_INPUT, ERROR_CONFIG,
 * ERROR_IO. The streams stay open. Bound: one walk over the day's alerts; memory for 200 of them. */
enum error_class report_write(const struct report_options *options, FILE *csv, FILE *text,
                              struct error *error);
