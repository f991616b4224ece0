/* SPDX-License-Identifier: Apache-2.0
 * What the generator writes by hand is what the rest of the program would write, and its numbers exist. */
#include "small_network.h"
#include "suite.h"

#include "simsieve/base/names.h"
#include "simsieve/base/sheet.h"
#include "simsieve/base/text.h"
#include "simsieve/lists/lists.h"
#include "simsieve/record/numbering.h"
#include "simsieve/record/province.h"

#include <stdio.h>
#include <string.h>

static struct small_network network;
static struct numbering *numbering;
static struct names *names;

static void set_up(void)
{
    struct error error = {0};
    small_network_make(&network, 3000, 1, 21,
                       "classes:\n"
                       "  official: {count: 60}\n"
                       "  call_centre: {count: 40}\n"
                       "  hotline: {count: 3}\n"
                       "  officials_burst: {count: 5}\n");
    numbering = numbering_load("conf/numbering", &error);
    ck_assert_msg(numbering != NULL, "%s", error.text);
    names = names_create(1000, &error);
    ck_assert_ptr_nonnull(names);
    ck_assert_int_eq(provinces_load("conf/provinces.csv", &error), ERROR_OK);
}

static void tear_down(void)
{
    small_network_drop(&network);
    numbering_destroy(numbering);
    names_destroy(names);
}

static struct sheet *open_sheet(const char *name, const struct sheet_column *columns, size_t count)
{
    char path[2 * WORKDIR_PATH_BYTES];
    struct error error = {0};
    snprintf(path, sizeof(path), "%s/%s", network.folder, name);
    struct sheet *sheet = sheet_open(path, columns, count, &error);
    ck_assert_msg(sheet != NULL, "%s", error.text);
    ck_assert_str_eq(sheet_unknown_columns(sheet), "");
    return sheet;
}

static bool next_row(struct sheet *sheet)
{
    struct error error = {0};
    const enum sheet_state state = sheet_next(sheet, &error);
    if (state != SHEET_ROW && state != SHEET_END)
        ck_abort_msg("%s", error.text);
    return state == SHEET_ROW;
}

static uint64_t parse_number(struct slice text, int64_t time_ms)
{
    uint64_t number = 0;
    const enum numbering_status status =
        numbering_parse(numbering, names, text.bytes, text.length, time_ms, &number);
    if (status != NUMBERING_OK)
        ck_abort_msg("%.*s: %s", (int)text.length, text.bytes, numbering_status_text(status));
    return number;
}

static uint64_t parse_digits(struct slice text)
{
    uint64_t value;
    REQUIRE(text_parse_u64(text.bytes, text.length, UINT64_MAX, &value));
    return digits_make(value, text.length);
}

static uint64_t parse_hex(struct slice text)
{
    uint64_t value = 0;
    REQUIRE(text.length == 16);
    for (size_t i = 0; i < text.length; i++)
        value = value << 4 | (uint64_t)(strchr("0123456789abcdef", text.bytes[i]) - "0123456789abcdef");
    return value;
}

static uint8_t find_word(struct slice text, unsigned count, bool is_type)
{
    for (unsigned i = 0; i < count; i++) {
        const char *word = is_type ? cdr_type_name(i) : cdr_outcome_name(i);
        if (strlen(word) == text.length && memcmp(word, text.bytes, text.length) == 0)
            return (uint8_t)i;
    }
    ck_abort_msg("unknown word %.*s", (int)text.length, text.bytes);
}

static void read_field(struct cdr *cdr, enum cdr_field field, struct slice text)
{
    uint64_t value;
    switch (field) {
    case CDR_TYPE:
        cdr->type = find_word(text, CDR_TYPE_COUNT, true);
        break;
    case CDR_TIME:
        REQUIRE(calendar_parse(text.bytes, text.length, &cdr->time_ms) == CALENDAR_OK);
        break;
    case CDR_A:
        cdr->a = parse_number(text, cdr->time_ms);
        break;
    case CDR_B:
        cdr->b = parse_number(text, cdr->time_ms);
        break;
    case CDR_FORWARDED_BY:
        cdr->forwarded_by = parse_number(text, cdr->time_ms);
        break;
    case CDR_OUTCOME:
        cdr->outcome = find_word(text, CDR_OUTCOME_COUNT, false);
        break;
    case CDR_IMSI:
        cdr->imsi = parse_digits(text);
        break;
    case CDR_IMEI:
        cdr->imei = parse_digits(text);
        break;
    case CDR_CELL:
        REQUIRE(cdr_cell_parse(text.bytes, text.length, &cdr->cell));
        break;
    case CDR_TRUNK:
        cdr->trunk_name = names_intern(names, text.bytes, text.length);
        break;
    case CDR_SWITCH:
        cdr->switch_name = names_intern(names, text.bytes, text.length);
        break;
    case CDR_SMS_TEMPLATE:
        cdr->sms_template = parse_hex(text);
        break;
    default:
        REQUIRE(text_parse_u64(text.bytes, text.length, UINT64_MAX, &value));
        if (field == CDR_DURATION)
            cdr->duration_s = (uint32_t)value;
        else if (field == CDR_SEQ)
            cdr->seq = value;
        else
            cdr->sms_parts = (uint8_t)value;
    }
}

/* The record of a line; its fields are never quoted. */
static struct cdr read_line(const char *line)
{
    struct cdr cdr = {0};
    for (unsigned field = 0; field < CDR_FIELD_COUNT; field++) {
        const struct slice text = {line, strcspn(line, ",\n")};
        if (text.length > 0) {
            cdr.valid |= (uint16_t)(1u << field);
            read_field(&cdr, field, text);
        }
        REQUIRE(line[text.length] == (field + 1 < CDR_FIELD_COUNT ? ',' : '\n'));
        line += text.length + 1;
    }
    return cdr;
}

START_TEST(a_line_is_the_canonical_form_of_its_record)
{
    char path[2 * WORKDIR_PATH_BYTES], line[CDR_TEXT_BYTES], again_bytes[CDR_TEXT_BYTES];
    size_t kinds[NUMBER_KIND_COUNT] = {0}, lines = 0;
    snprintf(path, sizeof(path), "%s/cdr-2024-12-02.csv", network.folder);
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    ck_assert_ptr_nonnull(fgets(line, sizeof(line), file));
    for (; fgets(line, sizeof(line), file); lines++) {
        const struct cdr cdr = read_line(line);
        struct text again = text_over(again_bytes, sizeof(again_bytes));
        cdr_format_csv(&again, &cdr, names);
        line[strcspn(line, "\n")] = 0;
        if (strcmp(line, again.data) != 0)
            ck_abort_msg("written as\n%s\nbut is\n%s", line, again.data);
        kinds[number_kind(cdr.a)]++;
        kinds[number_kind(cdr.b)]++;
    }
    fclose(file);
    ck_assert_uint_eq(lines, network.record_count);
    for (unsigned kind = NUMBER_MOBILE; kind < NUMBER_KIND_COUNT; kind++)
        ck_assert_msg(kinds[kind] > 0, "no %s number", number_kind_name(kind));
}
END_TEST

START_TEST(an_imei_has_its_check_digit)
{
    char path[2 * WORKDIR_PATH_BYTES], line[CDR_TEXT_BYTES];
    snprintf(path, sizeof(path), "%s/cdr-2024-12-02.csv", network.folder);
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    ck_assert_ptr_nonnull(fgets(line, sizeof(line), file));
    size_t seen = 0;
    while (fgets(line, sizeof(line), file)) {
        const struct cdr cdr = read_line(line);
        uint64_t digits = cdr.imei & (((uint64_t)1 << DIGITS_LENGTH_SHIFT) - 1);
        unsigned sum = 0;
        if (!cdr_has(&cdr, CDR_IMEI))
            continue;
        for (unsigned i = 0; i < 15; i++, digits /= 10) {
            const unsigned doubled = (unsigned)(digits % 10) * (1 + i % 2);
            sum += doubled / 10 + doubled % 10;
        }
        REQUIRE(sum % 10 == 0);
        seen++;
    }
    fclose(file);
    ck_assert_uint_gt(seen, 1000);
}
END_TEST

/* Which lists there are, with the columns of the contract, and the columns that hold a number. */
static const struct list {
    const char *name;
    struct sheet_column columns[10];
    int number_column, province_column;
    size_t rows_min;
} lists[] = {
    {"subscribers.csv",
     {{"number", true},
      {"imsi", true},
      {"activated", true},
      {"carrier", true},
      {"dealer", true},
      {"batch", true},
      {"province", true},
      {"identity", true},
      {"age_band", true},
      {"class", true}},
     0,
     6,
     2960},
    {"protected.csv", {{"number", true}, {"agency", true}, {"province", true}, {"role", true}}, 0, 2, 60},
    {"allow.csv",
     {{"number", true}, {"kind", true}, {"owner", true}, {"reason", true}, {"expires", true}},
     0,
     -1,
     30},
    {"do_not_originate.csv", {{"number", true}, {"owner", true}}, 0, -1, 5},
    {"cells.csv",
     {{"cell", true}, {"province", true}, {"commune", true}, {"lat", true}, {"lon", true}},
     -1,
     1,
     100},
    {"trunks.csv", {{"trunk", true}, {"kind", true}, {"carrier", true}}, -1, -1, 9},
    {"senders.csv", {{"sender", true}, {"kind", true}}, 0, -1, 5},
    {"truth.csv",
     {{"number", true}, {"class", true}, {"junk", true}, {"campaign", true}, {"first_junk", true}},
     0,
     -1,
     3000},
};

START_TEST(a_list_has_the_columns_of_the_contract_and_numbers_that_exist)
{
    const struct list *list = &lists[_i];
    const int64_t time_ms = calendar_local_midnight_ms((struct calendar_date){2024, 12, 2});
    size_t column_count = 0, rows = 0;
    while (column_count < ARRAY_COUNT(list->columns) && list->columns[column_count].name)
        column_count++;
    struct sheet *sheet = open_sheet(list->name, list->columns, column_count);
    for (; next_row(sheet); rows++) {
        uint8_t code;
        if (list->number_column >= 0)
            parse_number(sheet_field(sheet, (size_t)list->number_column), time_ms);
        if (list->province_column >= 0)
            REQUIRE(province_parse(sheet_field(sheet, (size_t)list->province_column), &code));
    }
    sheet_close(sheet);
    ck_assert_uint_ge(rows, list->rows_min);
}
END_TEST

START_TEST(the_program_takes_every_row_of_the_lists)
{
    struct error error = {0};
    size_t allowed = 0, protected = 0;
    struct lists *loaded = lists_load(network.folder, numbering, names, &error);
    ck_assert_msg(loaded != NULL, "%s", error.text);
    ck_assert_uint_eq(lists_bad_rows(loaded), 0);
    for (size_t n = 0; n < network.number_count; n++) {
        const struct network_number *known = &network.numbers[n];
        const uint64_t number =
            number_make(known->activated_ms ? NUMBER_MOBILE : NUMBER_FIXED, known->number);
        const struct subscriber *subscriber = lists_subscriber(loaded, number);
        REQUIRE((subscriber != NULL) == (known->activated_ms != 0));
        REQUIRE(!subscriber || subscriber->activated_ms == known->activated_ms);
        const struct protected_number *official = lists_protected(loaded, number);
        REQUIRE((official != NULL) == (strcmp(known->class, "official") == 0));
        protected += official != NULL;
        allowed += lists_allow(loaded, number, network.records[0].time_ms) != NULL;
        REQUIRE(strcmp(known->class, "hotline") != 0 ||
                lists_allow(loaded, number, network.records[0].time_ms));
    }
    ck_assert_uint_eq(protected, 60);
    ck_assert_uint_ge(allowed, 30);
    ck_assert_uint_le(allowed, 45); /* most call centres, all hotlines and probes, nobody else */
    lists_destroy(loaded);
}
END_TEST

START_TEST(a_cell_of_a_record_is_in_the_list)
{
    static uint64_t known[20000];
    static const struct sheet_column columns[] = {
        {"cell", true}, {"province", true}, {"commune", true}, {"lat", true}, {"lon", true}};
    size_t count = 0;
    struct sheet *sheet = open_sheet("cells.csv", columns, ARRAY_COUNT(columns));
    for (; next_row(sheet); count++) {
        char text[64];
        const struct slice cell = sheet_field(sheet, 0);
        REQUIRE(count < ARRAY_COUNT(known));
        snprintf(text, sizeof(text), "%.*s", (int)cell.length, cell.bytes);
        known[count] = small_network_hash(text);
        for (size_t i = 0; i < count; i++)
            REQUIRE(known[i] != known[count]);
    }
    sheet_close(sheet);
    for (size_t i = 0; i < network.record_count; i++) {
        size_t k = 0;
        while (k < count && network.records[i].cell && known[k] != network.records[i].cell)
            k++;
        REQUIRE(k < count);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tools/generate forms");
    TCase *tests = tcase_create("forms");
    tcase_add_unchecked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, a_line_is_the_canonical_form_of_its_record);
    tcase_add_test(tests, an_imei_has_its_check_digit);
    tcase_add_loop_test(tests, a_list_has_the_columns_of_the_contract_and_numbers_that_exist, 0,
                        ARRAY_COUNT(lists));
    tcase_add_test(tests, the_program_takes_every_row_of_the_lists);
    tcase_add_test(tests, a_cell_of_a_record_is_in_the_list);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
