/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "simsieve/conf/settings.h"

#define SPOOL_FOLDER_BYTES 3500
#define SPOOL_PATH_BYTES   4096 /* a folder, a name and what is added to it */
#define SPOOL_NAME_BYTES   256

enum spool_done { SPOOL_ARCHIVE, SPOOL_DELETE, SPOOL_KEEP, SPOOL_DONE_COUNT };
enum spool_duplicates { SPOOL_QUARANTINE, SPOOL_LEAVE, SPOOL_DUPLICATES_COUNT };

struct spool_settings {
    char folder[SPOOL_FOLDER_BYTES];
    char archive[SPOOL_FOLDER_BYTES + 16];
    char quarantine[SPOOL_FOLDER_BYTES + 16];
    char names[SPOOL_NAME_BYTES];
    char source[64];
    enum spool_done done;
    enum spool_duplicates duplicates;
    int64_t rescan_ms, settle_ms;
    bool notify, once;
    uint64_t waiting_max, remember_max, records_max;
};

/* Start-up only. The keys of the map, with their defaults; relative paths begin at `folder`. Nothing stays borrowed.
 * ERROR_CONFIG with its place. */
enum error_class spool_settings_read(struct spool_settings *settings, struct yaml_value map,
                                     const char *folder, struct error *error);

/* For the reference. */
extern const struct settings spool_settings_table;
