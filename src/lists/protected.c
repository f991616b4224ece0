/* SPDX-License-Identifier: Apache-2.0
 * protected.csv: officials and others. Nothing of a number stays but hashes of it (protected.md). */
#include "families.h"
#include "fields.h"

#include <sodium.h>
#include <string.h>

#define BITS_PER_NUMBER 32
#define STACK_BYTES     32768         /* more than loading uses: its locals held numbers */
#define BITMAP_BITS_MIN ((size_t)512) /* one cache line */

/* Copies go through registers, and whatever saves those next would write them to the stack. */
#if __has_attribute(zero_call_used_regs)
#define NO_TRACES __attribute__((noinline, zero_call_used_regs("all")))
#else
#define NO_TRACES __attribute__((noinline))
#endif

enum column { NUMBER, AGENCY, PROVINCE, ROLE, COLUMN_COUNT };

static const struct sheet_column columns[COLUMN_COUNT] = {
    [NUMBER] = {"number", true},
    [AGENCY] = {"agency", false},
    [PROVINCE] = {"province", false},
    [ROLE] = {"role", false},
};

/* A row while it is loaded: first its number, then its hash. */
struct entry {
    uint64_t key;
    uint64_t pseudonym;
    uint32_t line;
    uint32_t agency;
    uint8_t province;
};

struct protected_row {
    uint64_t hash; /* under the list's secret */
    struct protected_number kept;
};

struct loading {
    struct list_reader reader;
    struct region entries; /* struct entry; holds clear numbers until it is wiped */
    size_t count;
};

static struct entry *entries_of(struct loading *loading)
{
    return loading->entries.base;
}

static bool is_before(const struct entry *a, const struct entry *b)
{
    return a->key != b->key ? a->key < b->key : a->line < b->line;
}

static void sift(struct entry *entries, size_t at, size_t count)
{
    const struct entry moved = entries[at];
    for (size_t child = at * 2 + 1; child < count; child = at * 2 + 1) {
        child += child + 1 < count && is_before(&entries[child], &entries[child + 1]);
        if (!is_before(&moved, &entries[child]))
            break;
        entries[at] = entries[child];
        at = child;
    }
    entries[at] = moved;
}

/* Heapsort, because the C library's sort copies what it sorts to memory that nobody wipes. */
static void sort(struct entry *entries, size_t count)
{
    for (size_t i = count / 2; i > 0; i--)
        sift(entries, i - 1, count);
    for (size_t end = count; end > 1; end--) {
        const struct entry last = entries[end - 1];
        entries[end - 1] = entries[0];
        entries[0] = last;
        sift(entries, 0, end - 1);
    }
}

/* The same for the same name in every list, so that what was counted before a list is swapped still counts after it. */
static uint32_t agency_of(struct slice name)
{
    const uint32_t agency = (uint32_t)hash_bytes(name.bytes, name.length);
    return name.length == 0 ? 0 : agency + (agency == 0);
}

static void take(struct loading *loading)
{
    struct list_reader *reader = &loading->reader;
    struct entry entry = {.line = (uint32_t)sheet_line(reader->sheet),
                          .agency = agency_of(list_field(reader, AGENCY))};
    struct error reason;
    if (loading->count == reader->rows_max)
        list_reject(reader, "the list has reached its limit of rows");
    else if (field_number(list_field(reader, NUMBER), "number", reader->folder->numbering, NULL,
                          NUMBERING_TIME_NEWEST_MS, &entry.key, &reason) != ERROR_OK ||
             field_province(list_field(reader, PROVINCE), "province", &entry.province, &reason) != ERROR_OK)
        list_reject(reader, reason.text);
    else
        entries_of(loading)[loading->count++] = entry;
    sodium_memzero(&entry, sizeof(entry));
}

/* Drops the later of two rows of one number; the entries are sorted by number and line. */
static void drop_repeated(struct loading *loading)
{
    struct entry *entries = entries_of(loading);
    size_t kept = 0;
    for (size_t i = 0; i < loading->count; i++) {
        if (kept > 0 && entries[kept - 1].key == entries[i].key)
            list_reject_line(&loading->reader, entries[i].line, "number: it has a row already");
        else
            entries[kept++] = entries[i];
    }
    sodium_memzero(entries + kept, (loading->count - kept) * sizeof(*entries));
    loading->count = kept;
}

/* BLAKE2b over the sorted numbers keys SipHash over each: protected.md says what that gives. */
static void add_pseudonyms(struct entry *entries, size_t count)
{
    static const char label[] = "simsieve protected numbers 1";
    unsigned char key[crypto_shorthash_KEYBYTES];
    crypto_generichash_state state;
    CHECK(crypto_generichash_init(&state, (const unsigned char *)label, sizeof(label) - 1, sizeof(key)) == 0);
    for (size_t i = 0; i < count; i++)
        crypto_generichash_update(&state, (const unsigned char *)&entries[i].key, sizeof(entries[i].key));
    crypto_generichash_final(&state, key, sizeof(key));
    for (size_t i = 0; i < count; i++)
        crypto_shorthash((unsigned char *)&entries[i].pseudonym, (const unsigned char *)&entries[i].key,
                         sizeof(entries[i].key), key);
    sodium_memzero(key, sizeof(key));
    sodium_memzero(&state, sizeof(state));
}

static enum error_class open_bitmap(struct protected_list *list, size_t count, struct error *error)
{
    size_t bits = BITMAP_BITS_MIN;
    while (bits < count * BITS_PER_NUMBER)
        bits *= 2;
    list->bitmap_shift = 64 - (unsigned)__builtin_ctzll(bits);
    return region_open(&list->bitmap, bits / 8, false, error);
}

static enum error_class keep(struct protected_list *list, struct loading *loading, struct error *error)
{
    struct entry *entries = entries_of(loading);
    enum error_class class = open_bitmap(list, loading->count, error);
    if (class == ERROR_OK && loading->count > 0)
        class = rowset_open(&list->rows, sizeof(struct protected_row), loading->count, error);
    for (size_t i = 0; i < loading->count && class == ERROR_OK; i++) {
        bool is_new;
        struct protected_row *row = rowset_add(&list->rows, entries[i].key, &is_new, error);
        if (!row)
            return error->class;
        const uint64_t bit = entries[i].key >> list->bitmap_shift;
        ((uint64_t *)list->bitmap.base)[bit / 64] |= (uint64_t)1 << bit % 64;
        row->kept = (struct protected_number){
            .pseudonym = entries[i].pseudonym, .agency = entries[i].agency, .province = entries[i].province};
    }
    return class;
}

/* From clear numbers to what may be kept. */
static enum error_class convert(struct protected_list *list, struct loading *loading, struct error *error)
{
    struct entry *entries = entries_of(loading);
    sort(entries, loading->count);
    drop_repeated(loading);
    add_pseudonyms(entries, loading->count);
    list->secret = hash_key_random();
    for (size_t i = 0; i < loading->count; i++)
        entries[i].key = hash_keyed(entries[i].key, &list->secret);
    sort(entries, loading->count);
    return keep(list, loading, error);
}

/* Never part of its caller: its frame must be below what the caller wipes. */
NO_TRACES static enum error_class load(struct lists *lists, struct list_folder *folder, struct error *error)
{
    struct loading loading = {0};
    struct list_reader *reader = &loading.reader;
    enum error_class class = list_open(reader, folder, "protected.csv", columns, COLUMN_COUNT, error);
    if (class != ERROR_OK || !reader->sheet)
        return class;
    reader->class = region_open(&loading.entries, reader->rows_max * sizeof(struct entry), false, error);
    while (list_next(reader, error))
        take(&loading);
    if (reader->class == ERROR_OK)
        reader->class = convert(&lists->protected_numbers, &loading, error);
    if (loading.entries.base)
        sodium_memzero(loading.entries.base, loading.count * sizeof(struct entry));
    region_close(&loading.entries);
    return list_close(reader);
}

enum error_class protected_load(struct lists *lists, struct list_folder *folder, struct error *error)
{
    const enum error_class class = load(lists, folder, error);
    sodium_stackzero(STACK_BYTES);
    return class;
}

void protected_close(struct protected_list *list)
{
    rowset_close(&list->rows);
    region_close(&list->bitmap);
    sodium_memzero(list, sizeof(*list));
}

const struct protected_number *lists_protected(const struct lists *lists, uint64_t number)
{
    const struct protected_list *list = &lists->protected_numbers;
    if (list->rows.count == 0)
        return NULL;
    const uint64_t hash = hash_keyed(number, &list->secret);
    const uint64_t bit = hash >> list->bitmap_shift;
    if (!(((const uint64_t *)list->bitmap.base)[bit / 64] >> bit % 64 & 1))
        return NULL;
    const struct protected_row *row = rowset_find(&list->rows, hash);
    return row ? &row->kept : NULL;
}

size_t lists_protected_count(const struct lists *lists)
{
    return lists->protected_numbers.rows.count;
}
