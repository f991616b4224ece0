/* SPDX-License-Identifier: Apache-2.0
 * Settings declared in tables: name, type, default and meaning once, from which a file is read and the reference is
 * generated. Start-up and control thread only. */
#pragma once

#include "simsieve/conf/yaml.h"

enum setting_kind {
    SETTING_TEXT,     /* const char *, borrowed from the document */
    SETTING_DURATION, /* int64_t, milliseconds: "30s" */
    SETTING_BYTES,    /* uint64_t: "4G" */
    SETTING_COUNT,    /* uint64_t */
    SETTING_SWITCH,   /* bool: yes or no */
    SETTING_READER    /* whatever `read` makes of it */
};

struct setting {
    const char *name;
    enum setting_kind kind;
    size_t offset;            /* of the value in its owner */
    const char *default_text; /* as it would stand in the file; "" for none; NULL: the setting is required */
    const char *meaning;
    uint64_t min, max; /* of SETTING_COUNT, SETTING_BYTES and SETTING_DURATION; max 0: no limit */
    enum error_class (*read)(void *owner, struct yaml_value value, struct error *error); /* SETTING_READER */
};

/* A table and what it is about, for readers and for the reference. */
struct settings {
    const char *title; /* "feeds[].settings of kind spool" */
    const struct setting *rows;
    size_t count;
};

/* Fills `owner` with the defaults, then with what the map says. ERROR_CONFIG with the place. */
enum error_class settings_read(const struct settings *settings, struct yaml_value map, void *owner,
                               struct error *error);
