/* SPDX-License-Identifier: Apache-2.0 */
#include "score_work.h"

#include "simsieve/base/sheet.h"

#include <stdlib.h>
#include <string.h>

enum { TRUTH_NUMBER, TRUTH_CLASS, TRUTH_JUNK, TRUTH_FIRST_JUNK, TRUTH_COLUMNS };

static const struct sheet_column truth_columns[TRUTH_COLUMNS] = {
    [TRUTH_NUMBER] = {"number", true},
    [TRUTH_CLASS] = {"class", true},
    [TRUTH_JUNK] = {"junk", true},
    [TRUTH_FIRST_JUNK] = {"first_junk", true},
};

/* The class of that name; a name that is junk in one row and honest in another is two classes. */
static enum error_class find_class(struct scorer *scorer, struct slice name, bool is_junk, uint32_t *index)
{
    struct score *score = scorer->score;
    for (uint32_t i = 0; i < score->class_count; i++) {
        const struct score_class *class = &score->classes[i];
        if (class->is_junk == is_junk && strlen(class->name) == name.length &&
            memcmp(class->name, name.bytes, name.length) == 0) {
            *index = i;
            return ERROR_OK;
        }
    }
    if (score->class_count == SCORE_CLASSES_MAX)
        return error_set(scorer->error, ERROR_INTERNAL, "%s: more than %d classes", scorer->truth_path,
                         SCORE_CLASSES_MAX);
    *index = (uint32_t)score->class_count++;
    struct score_class *class = &score->classes[*index];
    *class = (struct score_class){.is_junk = is_junk};
    memcpy(class->name, name.bytes, name.length);
    return ERROR_OK;
}

static enum error_class read_truth_row(struct scorer *scorer, const struct sheet *sheet)
{
    const struct slice number = sheet_field(sheet, TRUTH_NUMBER), junk = sheet_field(sheet, TRUTH_JUNK);
    const struct slice name = sheet_field(sheet, TRUTH_CLASS), first = sheet_field(sheet, TRUTH_FIRST_JUNK);
    struct person person = {.first_junk_ms = NO_FIRST_JUNK_MS, .accused_ms = NOT_ACCUSED_MS};
    const bool is_good = score_parse_key(number.bytes, number.length, &person.key) && name.length > 0 &&
                         name.length <= NAME_BYTES_MAX && junk.length == 1 &&
                         (junk.bytes[0] == '0' || junk.bytes[0] == '1') &&
                         (first.length == 0 ||
                          calendar_parse(first.bytes, first.length, &person.first_junk_ms) == CALENDAR_OK);
    if (!is_good) {
        char text[200];
        snprintf(text, sizeof(text),
                 "%.100s:%llu: not a number, a class, 0 or 1, and an RFC 3339 time or nothing",
                 scorer->truth_path, (unsigned long long)sheet_line(sheet));
        score_note_bad(&scorer->score->truth_bad_rows, text);
        return ERROR_OK;
    }
    const enum error_class class = find_class(scorer, name, junk.bytes[0] == '1', &person.class_index);
    if (class)
        return class;
    if (!score_make_room((void **)&scorer->people, scorer->person_count, &scorer->person_capacity,
                         sizeof(person)))
        return score_no_memory(scorer);
    scorer->people[scorer->person_count++] = person;
    return ERROR_OK;
}

static int compare_people(const void *left_item, const void *right_item)
{
    const struct person *left = left_item, *right = right_item;
    return (left->key > right->key) - (left->key < right->key);
}

/* Sorts, and drops the later of two rows about one number. */
static void sort_people(struct scorer *scorer)
{
    size_t kept = 0;
    qsort(scorer->people, scorer->person_count, sizeof(*scorer->people), compare_people);
    for (size_t i = 0; i < scorer->person_count; i++) {
        if (kept > 0 && scorer->people[kept - 1].key == scorer->people[i].key)
            score_note_bad(&scorer->score->truth_bad_rows, "the truth says something of one number twice");
        else
            scorer->people[kept++] = scorer->people[i];
    }
    scorer->person_count = kept;
}

enum error_class score_truth_read(struct scorer *scorer)
{
    enum error_class class = ERROR_OK;
    struct sheet *sheet = sheet_open(scorer->truth_path, truth_columns, TRUTH_COLUMNS, scorer->error);
    if (!sheet)
        return scorer->error->class;
    for (enum sheet_state state = SHEET_ROW; !class && state != SHEET_END;) {
        state = sheet_next(sheet, scorer->error);
        if (state == SHEET_FAILED)
            class = scorer->error->class;
        else if (state == SHEET_BAD_ROW)
            score_note_bad(&scorer->score->truth_bad_rows, scorer->error->text);
        else if (state == SHEET_ROW)
            class = read_truth_row(scorer, sheet);
    }
    sheet_close(sheet);
    if (class)
        return class;
    if (scorer->person_count == 0)
        return error_set(scorer->error, ERROR_CONFIG, "%s: names nobody", scorer->truth_path);
    sort_people(scorer);
    return ERROR_OK;
}

struct person *score_find_person(const struct scorer *scorer, uint64_t key)
{
    const struct person wanted = {.key = key};
    return bsearch(&wanted, scorer->people, scorer->person_count, sizeof(wanted), compare_people);
}
