/* SPDX-License-Identifier: Apache-2.0
 * The files of a rotating output: alerts-YYYY-MM-DD-NNNNNN.ndjson in one folder, whose names sort by age
 * (outlet_file.md). One thread at a time. */
#pragma once

#include "simsieve/base/calendar.h"
#include "simsieve/base/error.h"

#define FILE_NUMBER_MAX 999999u
#define FILE_NAME_BYTES 48

struct file_name {
    struct calendar_date date; /* local; year 0: no file */
    unsigned number;           /* from 1, of the day */
};

/* False when it is no name of such a file. */
bool file_name_read(const char *text, struct file_name *name);
const char *file_name_write(const struct file_name *name, char text[static FILE_NAME_BYTES]);

/* The name behind `last` on a day; a day before its own (the clock was set back) counts as its own. False when the day has
 * no number left. */
bool file_name_next(const struct file_name *last, struct calendar_date today, struct file_name *next);

/* May block. The newest file of a folder. ERROR_IO. */
enum error_class file_set_newest(const char *folder, struct file_name *newest, struct error *error);

/* May block. Removes the oldest until `keep` are left. ERROR_IO. */
enum error_class file_set_trim(const char *folder, uint64_t keep, struct error *error);
