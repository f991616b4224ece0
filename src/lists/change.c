/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/lists/change.h"

static const char time_column[] = "time";

const char *change_column(unsigned field)
{
    CHECK(field < CHANGE_FIELD_COUNT);
    return field == CHANGE_TIME ? time_column : subscriber_column((enum subscriber_field)field);
}

enum error_class change_parse(const struct slice fields[static CHANGE_FIELD_COUNT],
                              const struct numbering *numbering, struct names *names,
                              struct subscriber *subscriber, int64_t *time_ms, unsigned *wrong,
                              struct error *error)
{
    const struct slice time = fields[CHANGE_TIME];
    enum subscriber_field field;
    *wrong = CHANGE_TIME;
    if (time.length && calendar_parse(time.bytes, time.length, time_ms) != CALENDAR_OK)
        return error_set(error, ERROR_DATA, "%s: neither RFC 3339 with an offset nor epoch milliseconds",
                         time_column);
    const enum error_class class = subscriber_parse(fields, numbering, names, subscriber, &field, error);
    *wrong = field;
    if (!time.length)
        *time_ms = subscriber->activated_ms;
    return class;
}
