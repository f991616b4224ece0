/* SPDX-License-Identifier: Apache-2.0 */
#include "outbox_settings.h"

#include "simsieve/base/calendar.h"
#include "simsieve/sink/outbox.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define KINDS_MAX      16
#define GIVE_UP_MAX_MS (365 * DAY_MS)

static enum error_class read_kind(void *owner, struct yaml_value value, struct error *error)
{
    struct sink_settings *settings = owner;
    const char *words[KINDS_MAX];
    size_t count = 0, index;
    for (const struct outlet *outlet; (outlet = outlet_at(count)); count++) {
        CHECK(count < KINDS_MAX);
        words[count] = outlet->name;
    }
    const enum error_class class = yaml_read_word(value, "kind of sink", words, count, &index, error);
    if (!class)
        settings->outlet = outlet_at(index);
    return class;
}

static enum error_class read_from(void *owner, struct yaml_value value, struct error *error)
{
    static const char *const words[] = {"now", "start"};
    size_t index = 0;
    const enum error_class class =
        yaml_read_word(value, "place to begin", words, ARRAY_COUNT(words), &index, error);
    ((struct sink_settings *)owner)->is_from_start = index == 1;
    return class;
}

static enum error_class read_mode(void *owner, struct yaml_value value, struct error *error)
{
    const char *words[MODE_COUNT - MODE_SHADOW];
    size_t index = 0;
    for (enum alert_mode mode = MODE_SHADOW; mode < MODE_COUNT; mode++)
        words[mode - MODE_SHADOW] = alert_mode_name(mode);
    const enum error_class class = yaml_read_word(value, "mode", words, ARRAY_COUNT(words), &index, error);
    ((struct sink_settings *)owner)->modes |= 1u << (index + MODE_SHADOW);
    return class;
}

static enum error_class read_modes(void *owner, struct yaml_value value, struct error *error)
{
    const enum error_class class = yaml_each_item(value, read_mode, owner, error);
    if (!class && !((struct sink_settings *)owner)->modes)
        return yaml_error(value, error, "modes: a sink that takes none gets nothing: leave it out");
    return class;
}

static enum error_class read_own(void *owner, struct yaml_value value, struct error *error)
{
    (void)error;
    ((struct sink_settings *)owner)->own = value;
    return ERROR_OK;
}

#define PLACE(field) offsetof(struct sink_settings, field)

static const struct setting rows[] = {
    {"name", SETTING_TEXT, PLACE(name), NULL,
     "what its place in the alerts is kept under, and what it is called in metrics and messages: a to z, 0 to 9, hyphens",
     0, 0, NULL},
    {"kind", SETTING_READER, 0, NULL, "file, webhook, kafka", 0, 0, read_kind},
    {"from", SETTING_READER, 0, "now",
     "where a new sink begins: now (alerts stored later) or start (all that the store holds)", 0, 0,
     read_from},
    {"modes", SETTING_READER, 0, "",
     "list of the modes of alerts that it takes: shadow, alert, propose, enforce (default: all; webhook: all but shadow)",
     0, 0, read_modes},
    {"retry_min", SETTING_DURATION, PLACE(retry_min_ms), "1s",
     "wait after the first failure; doubled each time", 10, DAY_MS, NULL},
    {"retry_max", SETTING_DURATION, PLACE(retry_max_ms), "10m", "longest wait between two attempts", 10,
     DAY_MS, NULL},
    {"give_up", SETTING_DURATION, PLACE(give_up_ms), "",
     "an alert that has failed for so long is a dead letter, 0s: never (default: never; webhook: 24h)", 0,
     GIVE_UP_MAX_MS, NULL},
    {"settings", SETTING_READER, 0, NULL, "what its kind wants to know", 0, 0, read_own},
};

static const struct settings common = {"sinks[]", rows, ARRAY_COUNT(rows)};

const struct settings *outbox_settings_at(size_t index)
{
    if (index == 0)
        return &common;
    const struct outlet *outlet = outlet_at(index - 1);
    return outlet ? outlet->settings : NULL;
}

enum error_class sink_settings_read(struct sink_settings *settings, struct yaml_value map,
                                    struct error *error)
{
    *settings = (struct sink_settings){.give_up_ms = -1};
    if (settings_read(&common, map, settings, error))
        return error->class;
    const size_t length = strlen(settings->name);
    if (length == 0 || length >= OUTLET_NAME_BYTES ||
        strspn(settings->name, "abcdefghijklmnopqrstuvwxyz0123456789-") != length)
        return yaml_error(map, error, "name: '%.60s' is none: letters a to z, digits and hyphens, at most %d",
                          settings->name, OUTLET_NAME_BYTES - 1);
    if (settings->retry_min_ms > settings->retry_max_ms)
        return yaml_error(map, error, "retry_min: is longer than retry_max");
    if (settings->give_up_ms < 0)
        settings->give_up_ms = settings->outlet->give_up_ms;
    if (!settings->modes)
        settings->modes = settings->outlet->modes;
    return ERROR_OK;
}

const char *outlet_path(const struct outlet_options *options, const char *path,
                        char buffer[static OUTLET_PATH_BYTES])
{
    if (path[0] == '/')
        snprintf(buffer, OUTLET_PATH_BYTES, "%s", path);
    else
        snprintf(buffer, OUTLET_PATH_BYTES, "%.2000s/%.2000s", options->folder, path);
    return buffer;
}

void outlet_answer(struct outlet_answer *answer, enum outlet_outcome outcome, const char *format, ...)
{
    va_list arguments;
    *answer = (struct outlet_answer){.outcome = outcome};
    va_start(arguments, format);
    vsnprintf(answer->reason, sizeof(answer->reason), format, arguments);
    va_end(arguments);
}
