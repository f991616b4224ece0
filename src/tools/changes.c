/* SPDX-License-Identifier: Apache-2.0 */
#include "changes.h"

#include "simsieve/base/sheet.h"
#include "simsieve/log/log.h"

#include <stdlib.h>

struct changes {
    struct sheet *sheet;
    const struct numbering *numbering;
    struct names *names;
    struct sheet_column columns[CHANGE_FIELD_COUNT];
    struct subscriber head; /* the next row, when has_head */
    int64_t head_ms, newest_ms;
    bool has_head, has_ended, has_warned;
};

struct changes *changes_open(const char *path, const struct numbering *numbering, struct names *names,
                             struct error *error)
{
    struct changes *changes = calloc(1, sizeof(*changes));
    CHECK(changes);
    changes->numbering = numbering;
    changes->names = names;
    for (unsigned i = 0; i < CHANGE_FIELD_COUNT; i++)
        changes->columns[i] = (struct sheet_column){change_column(i), i == SUBSCRIBER_NUMBER};
    changes->sheet = sheet_open(path, changes->columns, CHANGE_FIELD_COUNT, error);
    if (!changes->sheet) {
        free(changes);
        return NULL;
    }
    return changes;
}

void changes_close(struct changes *changes)
{
    if (!changes)
        return;
    sheet_close(changes->sheet);
    free(changes);
}

/* Reads the present row of the sheet into the head. */
static enum error_class read_row(struct changes *changes, struct error *error)
{
    struct slice fields[CHANGE_FIELD_COUNT];
    unsigned wrong;
    for (unsigned i = 0; i < CHANGE_FIELD_COUNT; i++)
        fields[i] = sheet_field(changes->sheet, i);
    return change_parse(fields, changes->numbering, changes->names, &changes->head, &changes->head_ms, &wrong,
                        error);
}

static void leave_out(const struct changes *changes, const struct error *error)
{
    log_write(LOG_WARNING, "a row of --changes is left out: line %llu: %s",
              (unsigned long long)sheet_line(changes->sheet), error->text);
}

/* A row takes effect when its turn comes: one that lies too far down comes late. */
static void check_order(struct changes *changes)
{
    if (changes->head_ms < changes->newest_ms && !changes->has_warned) {
        log_write(LOG_WARNING,
                  "the rows of --changes are not in the order of their times: line %llu comes too late",
                  (unsigned long long)sheet_line(changes->sheet));
        changes->has_warned = true;
    }
    if (changes->head_ms > changes->newest_ms)
        changes->newest_ms = changes->head_ms;
}

static enum error_class read_ahead(struct changes *changes, struct error *error)
{
    while (!changes->has_head && !changes->has_ended) {
        switch (sheet_next(changes->sheet, error)) {
        case SHEET_ROW:
            changes->has_head = read_row(changes, error) == ERROR_OK;
            if (changes->has_head)
                check_order(changes);
            else
                leave_out(changes, error);
            break;
        case SHEET_BAD_ROW:
            leave_out(changes, error);
            break;
        case SHEET_END:
            changes->has_ended = true;
            break;
        case SHEET_FAILED:
            return error->class;
        }
    }
    return ERROR_OK;
}

enum error_class changes_next(struct changes *changes, int64_t time_ms, const struct subscriber **change,
                              int64_t *known_ms, struct error *error)
{
    *change = NULL;
    if (read_ahead(changes, error))
        return error->class;
    if (!changes->has_head || changes->head_ms > time_ms)
        return ERROR_OK;
    changes->has_head = false; /* the caller has it until the next call reads ahead */
    *known_ms = changes->head_ms;
    *change = &changes->head;
    return ERROR_OK;
}
