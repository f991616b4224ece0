/* SPDX-License-Identifier: Apache-2.0
 * subscribers.csv: who is on-net, since when, sold by whom. */
#include "families.h"
#include "fields.h"

static const struct sheet_column columns[SUBSCRIBER_FIELD_COUNT] = {
    [SUBSCRIBER_NUMBER] = {"number", true},        [SUBSCRIBER_IMSI] = {"imsi", false},
    [SUBSCRIBER_ACTIVATED] = {"activated", false}, [SUBSCRIBER_CARRIER] = {"carrier", false},
    [SUBSCRIBER_DEALER] = {"dealer", false},       [SUBSCRIBER_BATCH] = {"batch", false},
    [SUBSCRIBER_PROVINCE] = {"province", false},   [SUBSCRIBER_IDENTITY] = {"identity", false},
    [SUBSCRIBER_AGE_BAND] = {"age_band", false},   [SUBSCRIBER_CLASS] = {"class", false},
};

/* In the order of enum age_band and enum subscriber_class, from 1. */
static const char *const age_bands[] = {"<18", "18-39", "40-59", "60+"};
static const char *const classes[] = {"person", "business", "m2m", "probe"};
static_assert(ARRAY_COUNT(age_bands) == AGE_60_UP && ARRAY_COUNT(classes) == CLASS_PROBE,
              "words fit the enums");
static_assert(sizeof(struct subscriber) == 56, "memory for 10^8 of them was counted with this");
static_assert(offsetof(struct subscriber, number) == 0, "the key of its rowset");

const char *subscriber_column(enum subscriber_field field)
{
    CHECK(field < SUBSCRIBER_FIELD_COUNT);
    return columns[field].name;
}

/* The owner key is only ever compared; its text is not kept. */
static uint64_t identity_of(struct slice field)
{
    if (field.length == 0)
        return 0;
    const uint64_t identity = hash_bytes(field.bytes, field.length);
    return identity + (identity == 0);
}

static enum error_class read_names(const struct slice fields[static SUBSCRIBER_FIELD_COUNT],
                                   struct names *names, struct subscriber *subscriber,
                                   enum subscriber_field *wrong, struct error *error)
{
    const struct {
        enum subscriber_field field;
        uint64_t *id;
    } texts[] = {
        {SUBSCRIBER_CARRIER, &subscriber->carrier},
        {SUBSCRIBER_DEALER, &subscriber->dealer},
        {SUBSCRIBER_BATCH, &subscriber->batch},
    };
    enum error_class class = ERROR_OK;
    for (size_t i = 0; i < ARRAY_COUNT(texts) && class == ERROR_OK; i++) {
        *wrong = texts[i].field;
        class = field_name(fields[*wrong], columns[*wrong].name, names, texts[i].id, error);
    }
    return class;
}

/* The columns whose values are words. */
static enum error_class read_words(const struct slice fields[static SUBSCRIBER_FIELD_COUNT],
                                   struct subscriber *subscriber, enum subscriber_field *wrong,
                                   struct error *error)
{
    size_t age_band, class_index;
    *wrong = SUBSCRIBER_PROVINCE;
    if (field_province(fields[*wrong], "province", &subscriber->province, error))
        return error->class;
    *wrong = SUBSCRIBER_AGE_BAND;
    if (field_word(fields[*wrong], "age_band", age_bands, ARRAY_COUNT(age_bands), &age_band, error))
        return error->class;
    *wrong = SUBSCRIBER_CLASS;
    if (field_word(fields[*wrong], "class", classes, ARRAY_COUNT(classes), &class_index, error))
        return error->class;
    subscriber->age_band = (uint8_t)age_band;
    subscriber->class = (uint8_t)class_index;
    return ERROR_OK;
}

enum error_class subscriber_parse(const struct slice fields[static SUBSCRIBER_FIELD_COUNT],
                                  const struct numbering *numbering, struct names *names,
                                  struct subscriber *subscriber, enum subscriber_field *wrong,
                                  struct error *error)
{
    *subscriber = (struct subscriber){.identity = identity_of(fields[SUBSCRIBER_IDENTITY])};
    *wrong = SUBSCRIBER_NUMBER;
    if (field_number(fields[*wrong], "number", numbering, NULL, NUMBERING_TIME_NEWEST_MS, &subscriber->number,
                     error))
        return error->class;
    *wrong = SUBSCRIBER_ACTIVATED;
    if (fields[*wrong].length > 0 &&
        field_time(fields[*wrong], "activated", FIELD_DAY_BEGINS, &subscriber->activated_ms, error))
        return error->class;
    if (read_words(fields, subscriber, wrong, error))
        return error->class;
    return read_names(fields, names, subscriber, wrong, error);
}

/* A known number keeps the row that was activated later. */
static void take(struct rowset *set, struct list_reader *reader, const struct subscriber *subscriber,
                 struct error *error)
{
    bool is_new;
    struct subscriber *row = list_add(reader, set, subscriber->number, &is_new, error);
    if (!row)
        return;
    if (!is_new)
        list_reject_repeated(reader, subscriber->number);
    if (is_new || subscriber->activated_ms > row->activated_ms)
        *row = *subscriber;
}

enum error_class subscribers_load(struct lists *lists, struct list_folder *folder, struct error *error)
{
    struct list_reader reader;
    const enum error_class class =
        list_open_set(&reader, folder, "subscribers.csv", columns, SUBSCRIBER_FIELD_COUNT,
                      &lists->subscribers, sizeof(struct subscriber), error);
    if (class != ERROR_OK)
        return class;
    while (list_next(&reader, error)) {
        struct slice fields[SUBSCRIBER_FIELD_COUNT];
        struct subscriber subscriber;
        enum subscriber_field wrong;
        struct error reason;
        for (size_t i = 0; i < SUBSCRIBER_FIELD_COUNT; i++)
            fields[i] = list_field(&reader, i);
        if (subscriber_parse(fields, folder->numbering, folder->names, &subscriber, &wrong, &reason) ==
            ERROR_OK)
            take(&lists->subscribers, &reader, &subscriber, error);
        else
            list_reject(&reader, reason.text);
    }
    return list_close(&reader);
}

const struct subscriber *lists_subscriber(const struct lists *lists, uint64_t number)
{
    return rowset_find(&lists->subscribers, number);
}

size_t lists_subscriber_count(const struct lists *lists)
{
    return lists->subscribers.count;
}

const struct subscriber *lists_subscriber_at(const struct lists *lists, size_t index)
{
    CHECK(index < lists->subscribers.count);
    return rowset_at(&lists->subscribers, index);
}
