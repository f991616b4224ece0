/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/base/text.h"
#include "simsieve/record/cdr.h"
#include "suite.h"

#include <jansson.h>
#include <string.h>

#define BIT(field) (1u << (field))

static struct names *names;

static void set_up(void)
{
    struct error error;
    names = names_create(64, &error);
    ck_assert_ptr_nonnull(names);
}

static void tear_down(void)
{
    names_destroy(names);
}

static uint64_t intern(const char *name)
{
    const uint64_t id = names_intern(names, name, strlen(name));
    ck_assert_uint_ne(id, 0);
    return id;
}

/* A record with every field. */
static struct cdr full(void)
{
    return (struct cdr){
        .time_ms = INT64_C(1733706930250),
        .a = number_make(NUMBER_MOBILE, 84912345678),
        .b = number_make(NUMBER_FIXED, 842153925113),
        .imei = digits_make(1234567890123, 15),
        .cell = {.plmn = 452 * 2000 + 4 * 2, .area = 10101, .cell = 20202},
        .duration_s = 61,
        .valid = BIT(CDR_FIELD_COUNT) - 1,
        .type = CDR_FORWARD_CALL,
        .outcome = CDR_ANSWERED,
        .sms_parts = 2,
        .switch_name = intern("MSC1"),
        .seq = UINT64_MAX,
        .imsi = digits_make(452041234567890, 15),
        .forwarded_by = number_make(NUMBER_MOBILE, 84335272727),
        .trunk_name = intern("TG,\"7\""),
        .sms_template = 0x00ab54a98ceb1f0a,
        .source = 3,
        .line = 12,
    };
}

static const struct {
    enum cdr_type type;
    enum cdr_outcome outcome;
    int duration_s; /* below 0: not given */
    bool is_answered, is_timed;
} calls[] = {
    {CDR_MO_CALL, CDR_ANSWERED, 10, true, true},
    {CDR_MO_CALL, CDR_ANSWERED, 0, true, true}, /* the outcome wins */
    {CDR_MO_CALL, CDR_ANSWERED, -1, true, false},
    {CDR_MO_CALL, CDR_BUSY, 10, false, true}, /* here too */
    {CDR_MT_CALL, CDR_NO_ANSWER, 0, false, true},
    {CDR_MO_CALL, CDR_REJECTED, -1, false, true},
    {CDR_TRANSIT, CDR_UNREACHABLE, -1, false, true},
    {CDR_INC_GATEWAY, CDR_FAILED, -1, false, true},
    {CDR_MO_CALL, CDR_OUTCOME_NONE, 1, true, true},
    {CDR_MO_CALL, CDR_OUTCOME_NONE, 0, false, true},
    {CDR_MO_CALL, CDR_OUTCOME_NONE, -1, false, true},
    {CDR_MO_SMS, CDR_OUTCOME_NONE, -1, true, false},
    {CDR_MT_SMS, CDR_DELIVERED, -1, true, false},
    {CDR_MO_SMS, CDR_FAILED, -1, false, true},
};

START_TEST(the_outcome_wins_over_the_duration)
{
    struct cdr cdr = {.type = calls[_i].type, .outcome = calls[_i].outcome, .duration_s = 99};
    if (calls[_i].duration_s >= 0) {
        cdr.duration_s = (uint32_t)calls[_i].duration_s;
        cdr.valid = BIT(CDR_DURATION);
    }
    ck_assert_int_eq(cdr_is_answered(&cdr), calls[_i].is_answered);
    ck_assert_int_eq(cdr_is_timed(&cdr), calls[_i].is_timed);
}
END_TEST

START_TEST(a_device_is_the_first_14_digits_of_its_imei)
{
    struct cdr cdr = {.valid = BIT(CDR_IMEI), .imei = digits_make(35824005111111, 14)};
    ck_assert_uint_eq(cdr_device(&cdr), 35824005111111);
    cdr.imei = digits_make(358240051111110, 15);
    ck_assert_uint_eq(cdr_device(&cdr), 35824005111111);
    cdr.imei = digits_make(3582400511111178, 16);
    ck_assert_uint_eq(cdr_device(&cdr), 35824005111111);
    cdr.imei = digits_make(1234567890123, 15); /* 001234567890123 */
    ck_assert_uint_eq(cdr_device(&cdr), 123456789012);
    cdr.valid = 0;
    ck_assert_uint_eq(cdr_device(&cdr), 0);
}
END_TEST

static const struct {
    const char *text;
    bool is_cell;
    struct cdr_cell cell;
} cells[] = {
    {"452-04-10101-20202", true, {452 * 2000 + 8, 10101, 20202}},
    {"452-004-10101-20202", true, {452 * 2000 + 9, 10101, 20202}}, /* another network than 452-04 */
    {"310-410-1-0", true, {310 * 2000 + 821, 1, 0}},
    {"452-04-16777215-68719476735", true, {452 * 2000 + 8, 16777215, 68719476735}},
    {"452-04-16777216-1", false, {0}},
    {"452-04-1-68719476736", false, {0}},
    {"452-04-10101", false, {0}},
    {"452-04-10101-20202-1", false, {0}},
    {"452-04-10101-", false, {0}},
    {"452-4-10101-20202", false, {0}},
    {"452-0004-10101-20202", false, {0}},
    {"45-04-10101-20202", false, {0}},
    {"000-04-10101-20202", false, {0}},
    {"452-04-2775-4EEA", false, {0}},
    {"452-04-+1-20202", false, {0}},
    {"---", false, {0}},
    {"", false, {0}},
};

START_TEST(a_cell_is_read_or_refused)
{
    struct cdr_cell cell = {0};
    ck_assert_int_eq(cdr_cell_parse(cells[_i].text, strlen(cells[_i].text), &cell), cells[_i].is_cell);
    if (!cells[_i].is_cell)
        return;
    ck_assert_uint_eq(cell.plmn, cells[_i].cell.plmn);
    ck_assert_uint_eq(cell.area, cells[_i].cell.area);
    ck_assert_uint_eq(cell.cell, cells[_i].cell.cell);
    char buffer[64];
    struct text text = text_over(buffer, sizeof(buffer));
    const struct cdr cdr = {.valid = BIT(CDR_CELL), .cell = cell};
    cdr_format_field(&text, &cdr, CDR_CELL, names);
    ck_assert_str_eq(buffer, cells[_i].text);
}
END_TEST

START_TEST(cell_keys_have_54_bits_and_tell_cells_apart)
{
    uint64_t keys[4096];
    bool is_repeated = false;
    ck_assert_uint_eq(cdr_cell_key(&(struct cdr_cell){0}), 0);
    for (uint32_t i = 0; i < ARRAY_COUNT(keys); i++) {
        const struct cdr_cell cell = {904008 + i % 2, i / 2 % 64, i / 128};
        keys[i] = cdr_cell_key(&cell);
        ck_assert_uint_ne(keys[i], 0);
        ck_assert_uint_eq(keys[i] >> 54, 0);
        for (uint32_t k = 0; k < i; k++)
            is_repeated |= keys[k] == keys[i];
    }
    ck_assert(!is_repeated);
    /* Saved state and alerts of other machines hold these. */
    ck_assert_uint_eq(cdr_cell_key(&(struct cdr_cell){904008, 10101, 20202}), 4300638245856614);
}
END_TEST

START_TEST(the_identity_of_the_content_sees_every_field_and_nothing_else)
{
    const struct cdr base = full();
    const uint64_t hash = cdr_content_hash(&base);
    ck_assert_uint_eq(hash, UINT64_C(8848465293234518925)); /* for ever: evidence names records by it */
    struct cdr same = base;
    same.source++;
    same.line++;
    memset(same.unused, 0xA5, sizeof(same.unused));
    ck_assert_uint_eq(cdr_content_hash(&same), hash);
    ck_assert_int_eq(cdr_compare(&same, &base, names), 0);
    for (enum cdr_field field = 0; field < CDR_FIELD_COUNT; field++) {
        struct cdr without = base;
        without.valid &= (uint16_t)~BIT(field);
        ck_assert_uint_ne(cdr_content_hash(&without), hash);
        ck_assert_int_ne(cdr_compare(&without, &base, names), 0);
        /* What stands in an absent field is nothing. */
        struct cdr absent = {0};
        absent.valid = BIT(field);
        struct cdr other = base;
        other.valid = BIT(field);
        ck_assert_uint_ne(cdr_content_hash(&absent), cdr_content_hash(&other));
        absent.valid = other.valid = 0;
        ck_assert_uint_eq(cdr_content_hash(&absent), cdr_content_hash(&other));
    }
}
END_TEST

START_TEST(records_of_one_instant_are_ordered_by_switch_name_then_sequence_then_content)
{
    struct cdr a = full(), b = full();
    a.valid &= (uint16_t)~BIT(CDR_SWITCH);
    ck_assert_int_lt(cdr_compare(&a, &b, names), 0);
    ck_assert_int_gt(cdr_compare(&b, &a, names), 0);
    a = b;
    a.switch_name = intern("MSC10"); /* after MSC1 as text, whatever the ids are */
    a.seq = 0;
    ck_assert_int_gt(cdr_compare(&a, &b, names), 0);
    a.switch_name = intern("MSC0");
    a.seq = UINT64_MAX;
    ck_assert_int_lt(cdr_compare(&a, &b, names), 0);
    a = b;
    a.seq = 7;
    a.duration_s = 99;
    ck_assert_int_lt(cdr_compare(&a, &b, names), 0);
    a = b;
    a.duration_s++;
    ck_assert_int_eq(cdr_compare(&a, &b, names), -cdr_compare(&b, &a, names));
    ck_assert_int_ne(cdr_compare(&a, &b, names), 0);
}
END_TEST

START_TEST(a_record_prints_as_json_with_numbers_only_for_what_is_counted)
{
    char buffer[CDR_TEXT_BYTES];
    struct text text = text_over(buffer, sizeof(buffer));
    const struct cdr cdr = full();
    cdr_format_json(&text, &cdr, names);
    ck_assert_str_eq(buffer, "{\"type\":\"forward_call\",\"time\":\"2024-12-09T08:15:30.250+07:00\","
                             "\"a\":\"84912345678\",\"b\":\"842153925113\",\"forwarded_by\":\"84335272727\","
                             "\"outcome\":\"answered\",\"duration\":61,\"imsi\":\"452041234567890\","
                             "\"imei\":\"001234567890123\",\"cell\":\"452-04-10101-20202\","
                             "\"trunk\":\"TG,\\\"7\\\"\",\"switch\":\"MSC1\",\"seq\":18446744073709551615,"
                             "\"sms_parts\":2,\"sms_template\":\"00ab54a98ceb1f0a\"}");
    json_t *json = json_loadb(buffer, text.length, JSON_DECODE_INT_AS_REAL, NULL);
    ck_assert_ptr_nonnull(json);
    ck_assert_uint_eq(json_object_size(json), CDR_FIELD_COUNT);
    json_decref(json);
}
END_TEST

START_TEST(a_record_prints_as_csv_with_every_column)
{
    char buffer[CDR_TEXT_BYTES];
    struct text text = text_over(buffer, sizeof(buffer));
    struct cdr cdr = full();
    cdr_format_csv(&text, &cdr, names);
    ck_assert_str_eq(buffer,
                     "forward_call,2024-12-09T08:15:30.250+07:00,84912345678,842153925113,84335272727,"
                     "answered,61,452041234567890,001234567890123,452-04-10101-20202,"
                     "\"TG,\"\"7\"\"\",MSC1,18446744073709551615,2,00ab54a98ceb1f0a");
    cdr.valid = BIT(CDR_TYPE) | BIT(CDR_TIME) | BIT(CDR_B);
    cdr.type = CDR_MT_SMS;
    text = text_over(buffer, sizeof(buffer));
    cdr_format_csv(&text, &cdr, names);
    ck_assert_str_eq(buffer, "mt_sms,2024-12-09T08:15:30.250+07:00,,842153925113,,,,,,,,,,,");
    text = text_over(buffer, sizeof(buffer));
    cdr_format_json(&text, &cdr, names);
    ck_assert_str_eq(buffer, "{\"type\":\"mt_sms\",\"time\":\"2024-12-09T08:15:30.250+07:00\","
                             "\"b\":\"842153925113\"}");
}
END_TEST

START_TEST(a_number_too_short_to_be_told_from_a_national_one_keeps_its_plus)
{
    static const struct {
        enum number_kind kind;
        uint64_t value;
        const char *text;
    } numbers[] = {
        {NUMBER_NONE, 0, ""},
        {NUMBER_MOBILE, 84912345678, "84912345678"},
        {NUMBER_FIXED, 84692348560, "84692348560"},
        {NUMBER_FIXED, 848043162, "+848043162"},
        {NUMBER_INTERNATIONAL, 2031234567, "+2031234567"},
        {NUMBER_INTERNATIONAL, 85512345678, "85512345678"},
        {NUMBER_SHORT, 113, "113"},
        {NUMBER_SERVICE, 18001090, "18001090"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(numbers); i++) {
        char buffer[64];
        struct text text = text_over(buffer, sizeof(buffer));
        const struct cdr cdr = {.valid = BIT(CDR_A), .a = number_make(numbers[i].kind, numbers[i].value)};
        cdr_format_field(&text, &cdr, CDR_A, names);
        ck_assert_str_eq(buffer, numbers[i].text);
    }
    char buffer[64];
    struct text text = text_over(buffer, sizeof(buffer));
    const struct cdr cdr = {.valid = BIT(CDR_A), .a = number_make(NUMBER_SENDER, intern("VIETCOMBANK"))};
    cdr_format_field(&text, &cdr, CDR_A, names);
    ck_assert_str_eq(buffer, "VIETCOMBANK");
}
END_TEST

START_TEST(the_longest_record_fits)
{
    char name[NAME_BYTES_MAX];
    char buffer[CDR_TEXT_BYTES];
    struct cdr cdr = full();
    memset(name, 1, sizeof(name)); /* a control character: six bytes each in JSON */
    cdr.switch_name = cdr.trunk_name = names_intern(names, name, sizeof(name));
    memset(name, '"', sizeof(name));
    cdr.a = cdr.b = cdr.forwarded_by = number_make(NUMBER_SENDER, names_intern(names, name, sizeof(name)));
    cdr.imsi = digits_make(999999999999999, 15);
    cdr.imei = digits_make(9999999999999999, 16);
    cdr.cell = (struct cdr_cell){999 * 2000 + 1999, (1u << 24) - 1, ((uint64_t)1 << 36) - 1};
    cdr.duration_s = UINT32_MAX;
    cdr.sms_parts = UINT8_MAX;
    struct text text = text_over(buffer, sizeof(buffer));
    cdr_format_json(&text, &cdr, names);
    ck_assert_uint_gt(text.length, CDR_TEXT_BYTES / 2);
    ck_assert(!text.is_cut);
    json_t *json = json_loadb(buffer, text.length, JSON_DECODE_INT_AS_REAL, NULL);
    ck_assert_ptr_nonnull(json);
    json_decref(json);
    text = text_over(buffer, sizeof(buffer));
    cdr_format_csv(&text, &cdr, names);
    ck_assert(!text.is_cut);
}
END_TEST

START_TEST(columns_types_and_outcomes_have_one_word_each)
{
    ck_assert_str_eq(cdr_column(CDR_TYPE), "type");
    ck_assert_str_eq(cdr_column(CDR_SMS_TEMPLATE), "sms_template");
    for (enum cdr_field i = 0; i < CDR_FIELD_COUNT; i++) {
        ck_assert_int_eq(cdr_column_is_required(i), i <= CDR_B);
        ck_assert_uint_gt(strlen(cdr_column_meaning(i)), 5);
        for (enum cdr_field k = 0; k < i; k++)
            ck_assert_str_ne(cdr_column(k), cdr_column(i));
    }
    for (enum cdr_type i = 0; i < CDR_TYPE_COUNT; i++)
        for (enum cdr_type k = 0; k < i; k++)
            ck_assert_str_ne(cdr_type_name(k), cdr_type_name(i));
    ck_assert_str_eq(cdr_outcome_name(CDR_OUTCOME_NONE), "");
    for (enum cdr_outcome i = 0; i < CDR_OUTCOME_COUNT; i++)
        for (enum cdr_outcome k = 0; k < i; k++)
            ck_assert_str_ne(cdr_outcome_name(k), cdr_outcome_name(i));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("record/cdr");
    TCase *tests = tcase_create("cdr");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, the_outcome_wins_over_the_duration, 0, ARRAY_COUNT(calls));
    tcase_add_test(tests, a_device_is_the_first_14_digits_of_its_imei);
    tcase_add_loop_test(tests, a_cell_is_read_or_refused, 0, ARRAY_COUNT(cells));
    tcase_add_test(tests, cell_keys_have_54_bits_and_tell_cells_apart);
    tcase_add_test(tests, the_identity_of_the_content_sees_every_field_and_nothing_else);
    tcase_add_test(tests, records_of_one_instant_are_ordered_by_switch_name_then_sequence_then_content);
    tcase_add_test(tests, a_record_prints_as_json_with_numbers_only_for_what_is_counted);
    tcase_add_test(tests, a_record_prints_as_csv_with_every_column);
    tcase_add_test(tests, a_number_too_short_to_be_told_from_a_national_one_keeps_its_plus);
    tcase_add_test(tests, the_longest_record_fits);
    tcase_add_test(tests, columns_types_and_outcomes_have_one_word_each);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
