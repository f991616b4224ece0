/* SPDX-License-Identifier: Apache-2.0
 * The lists that put one mark on one key: a number, a trunk, a sender or a cell. */
#include "families.h"
#include "fields.h"

struct mark {
    uint64_t key;
    uint64_t value;
};

enum { CHANNEL_VOICE = 1, CHANNEL_SMS = 2 };

typedef enum error_class read_key(const struct list_folder *, struct slice, uint64_t *key, struct error *);
typedef enum error_class read_value(struct slice, uint64_t *value, struct error *);

static read_key number_key, sender_key, trunk_key, cell_key;
static read_value channel_value, trunk_value, sender_value, province_value;

/* The first column is the key, the second the mark; the others are known and not kept. */
static const struct sheet_column owner_columns[] = {{"number", true}, {"owner", false}};
static const struct sheet_column channel_columns[] = {{"number", true}, {"channel", true}};
static const struct sheet_column trunk_columns[] = {{"trunk", true}, {"kind", true}, {"carrier", false}};
static const struct sheet_column sender_columns[] = {{"sender", true}, {"kind", true}};
static const struct sheet_column cell_columns[] = {
    {"cell", true}, {"province", true}, {"commune", false}, {"lat", false}, {"lon", false}};

static const struct mark_list {
    const char *file;
    size_t set; /* offset in struct lists */
    const struct sheet_column *columns;
    size_t column_count;
    read_key *read_key;
    read_value *read_value; /* NULL: to be listed is the mark */
    bool is_joined;         /* marks of one key add up */
} mark_lists[] = {
    {"do_not_originate.csv", offsetof(struct lists, do_not_originate), owner_columns,
     ARRAY_COUNT(owner_columns), number_key, NULL, false},
    {"dnc.csv", offsetof(struct lists, do_not_call), channel_columns, ARRAY_COUNT(channel_columns),
     number_key, channel_value, true},
    {"trunks.csv", offsetof(struct lists, trunks), trunk_columns, ARRAY_COUNT(trunk_columns), trunk_key,
     trunk_value, false},
    {"senders.csv", offsetof(struct lists, senders), sender_columns, ARRAY_COUNT(sender_columns), sender_key,
     sender_value, false},
    {"cells.csv", offsetof(struct lists, cells), cell_columns, ARRAY_COUNT(cell_columns), cell_key,
     province_value, false},
};

static enum error_class number_key(const struct list_folder *folder, struct slice field, uint64_t *key,
                                   struct error *error)
{
    return field_number(field, "number", folder->numbering, NULL, NUMBERING_TIME_NEWEST_MS, key, error);
}

static enum error_class sender_key(const struct list_folder *folder, struct slice field, uint64_t *key,
                                   struct error *error)
{
    return field_number(field, "sender", folder->numbering, folder->names, NUMBERING_TIME_NEWEST_MS, key,
                        error);
}

static enum error_class trunk_key(const struct list_folder *folder, struct slice field, uint64_t *key,
                                  struct error *error)
{
    if (field.length == 0 || field.length > NAME_BYTES_MAX)
        return error_set(error, ERROR_DATA, "trunk: a name has 1 to %d bytes, as in records", NAME_BYTES_MAX);
    return field_name(field, "trunk", folder->names, key, error);
}

static enum error_class cell_key(const struct list_folder *folder, struct slice field, uint64_t *key,
                                 struct error *error)
{
    struct cdr_cell cell;
    (void)folder;
    if (!cdr_cell_parse(field.bytes, field.length, &cell))
        return error_set(error, ERROR_DATA, "cell: it is not MCC-MNC-LAC-CI in decimal digits");
    *key = cdr_cell_key(&cell);
    return ERROR_OK;
}

static enum error_class word_value(struct slice field, const char *column, const char *const *words,
                                   size_t count, uint64_t *value, struct error *error)
{
    size_t index = 0;
    const enum error_class class = field_word(field, column, words, count, &index, error);
    *value = index;
    return class;
}

/* Neither channel named: both, as the register's "DK DNC" means. */
static enum error_class channel_value(struct slice field, uint64_t *value, struct error *error)
{
    static const char *const words[] = {[CHANNEL_VOICE - 1] = "voice", [CHANNEL_SMS - 1] = "sms"};
    const enum error_class class = word_value(field, "channel", words, ARRAY_COUNT(words), value, error);
    if (*value == 0)
        *value = CHANNEL_VOICE | CHANNEL_SMS;
    return class;
}

static enum error_class trunk_value(struct slice field, uint64_t *value, struct error *error)
{
    static const char *const words[] = {"international", "national", "enterprise"};
    static_assert(TRUNK_ENTERPRISE == ARRAY_COUNT(words), "in the order of enum trunk_kind, from 1");
    return word_value(field, "kind", words, ARRAY_COUNT(words), value, error);
}

static enum error_class sender_value(struct slice field, uint64_t *value, struct error *error)
{
    static const char *const words[] = {"bank", "otp", "brand"};
    static_assert(SENDER_BRAND == ARRAY_COUNT(words), "in the order of enum sender_kind, from 1");
    return word_value(field, "kind", words, ARRAY_COUNT(words), value, error);
}

static enum error_class province_value(struct slice field, uint64_t *value, struct error *error)
{
    uint8_t code = 0;
    const enum error_class class = field_province(field, "province", &code, error);
    *value = code;
    return class;
}

static void take(const struct mark_list *list, struct rowset *set, struct list_reader *reader,
                 struct error *error)
{
    struct mark mark = {0, 1};
    struct error reason;
    bool is_new;
    if (list->read_key(reader->folder, list_field(reader, 0), &mark.key, &reason) != ERROR_OK ||
        (list->read_value && list->read_value(list_field(reader, 1), &mark.value, &reason) != ERROR_OK)) {
        list_reject(reader, reason.text);
        return;
    }
    struct mark *row = list_add(reader, set, mark.key, &is_new, error);
    if (!row)
        return;
    if (!is_new && (!list->is_joined || (row->value | mark.value) == row->value))
        list_reject(reader, "the same key has a row already");
    if (is_new || list->is_joined)
        row->value |= mark.value;
}

static enum error_class load(const struct mark_list *list, struct lists *lists, struct list_folder *folder,
                             struct error *error)
{
    struct list_reader reader;
    struct rowset *set = (struct rowset *)(void *)((char *)lists + list->set);
    const enum error_class class = list_open_set(&reader, folder, list->file, list->columns,
                                                 list->column_count, set, sizeof(struct mark), error);
    if (class != ERROR_OK)
        return class;
    while (list_next(&reader, error))
        take(list, set, &reader, error);
    return list_close(&reader);
}

enum error_class marks_load(struct lists *lists, struct list_folder *folder, struct error *error)
{
    enum error_class class = ERROR_OK;
    for (size_t i = 0; i < ARRAY_COUNT(mark_lists) && class == ERROR_OK; i++)
        class = load(&mark_lists[i], lists, folder, error);
    return class;
}

static uint64_t mark_of(const struct rowset *set, uint64_t key)
{
    const struct mark *mark = rowset_find(set, key);
    return mark ? mark->value : 0;
}

bool lists_do_not_originate(const struct lists *lists, uint64_t number)
{
    return mark_of(&lists->do_not_originate, number) != 0;
}

bool lists_do_not_call(const struct lists *lists, uint64_t number, bool is_sms)
{
    return (mark_of(&lists->do_not_call, number) & (is_sms ? CHANNEL_SMS : CHANNEL_VOICE)) != 0;
}

enum trunk_kind lists_trunk(const struct lists *lists, uint64_t trunk_name)
{
    return (enum trunk_kind)mark_of(&lists->trunks, trunk_name);
}

enum sender_kind lists_sender(const struct lists *lists, uint64_t number)
{
    return (enum sender_kind)mark_of(&lists->senders, number);
}

unsigned lists_cell_province(const struct lists *lists, uint64_t cell_key)
{
    return (unsigned)mark_of(&lists->cells, cell_key);
}
