/* SPDX-License-Identifier: Apache-2.0 */
#include "decoding.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A record with every column, by field; each case changes one or two of them. */
static const char *const whole[CDR_FIELD_COUNT] = {
    [CDR_TYPE] = "mo_call",           [CDR_TIME] = "2024-12-09T08:15:30+07:00",
    [CDR_A] = "0912.345.678",         [CDR_B] = "+84 987 654 321",
    [CDR_OUTCOME] = "answered",       [CDR_DURATION] = "61",
    [CDR_IMSI] = "452040123456789",   [CDR_IMEI] = "35209900176148",
    [CDR_CELL] = "452-04-1234-56789", [CDR_TRUNK] = "TG01",
    [CDR_SWITCH] = "MSC-HN-1",        [CDR_SEQ] = "42",
};

static enum reason decode(const char *const texts[static CDR_FIELD_COUNT], struct cdr *cdr)
{
    struct slice fields[CDR_FIELD_COUNT];
    for (size_t i = 0; i < CDR_FIELD_COUNT; i++)
        fields[i] = (struct slice){texts[i], texts[i] ? strlen(texts[i]) : 0};
    return decode_fields(decoding_context(), fields, cdr);
}

#define BYTES_47 "12345678901234567890123456789012345678901234567"
#define BYTES_64 "1234567890123456789012345678901234567890123456789012345678901234"

static const struct {
    enum reason reason;
    enum cdr_field field;
    const char *text; /* NULL: absent */
    enum cdr_field field2;
    const char *text2; /* only where the field is not CDR_FIELD_COUNT */
} cases[] = {
    {REASON_TYPE_MISSING, CDR_TYPE, NULL, CDR_FIELD_COUNT, NULL},
    {REASON_TYPE_MISSING, CDR_TYPE, " \t", CDR_FIELD_COUNT, NULL},
    {REASON_TYPE_UNKNOWN, CDR_TYPE, "MO_CALL", CDR_FIELD_COUNT, NULL},
    {REASON_TYPE_UNKNOWN, CDR_TYPE, "mo_cal", CDR_FIELD_COUNT, NULL},
    {REASON_TYPE_UNKNOWN, CDR_TYPE, "mo_calls", CDR_FIELD_COUNT, NULL},
    {REASON_TYPE_UNKNOWN, CDR_TYPE, "m", CDR_FIELD_COUNT, NULL},
    {REASON_TYPE_UNKNOWN, CDR_TYPE, "answered", CDR_FIELD_COUNT, NULL},
    {REASON_TIME_MISSING, CDR_TIME, NULL, CDR_FIELD_COUNT, NULL},
    {REASON_TIME_MALFORMED, CDR_TIME, "yesterday", CDR_FIELD_COUNT, NULL},
    {REASON_TIME_MALFORMED, CDR_TIME, "2024-02-30T00:00:00Z", CDR_FIELD_COUNT, NULL},
    {REASON_TIME_NO_OFFSET, CDR_TIME, "2024-12-09T08:15:30", CDR_FIELD_COUNT, NULL},
    {REASON_TIME_OUT_OF_RANGE, CDR_TIME, "1733706930", CDR_FIELD_COUNT, NULL},
    {REASON_TIME_OUT_OF_RANGE, CDR_TIME, "1999-12-31T23:59:59Z", CDR_FIELD_COUNT, NULL},
    {REASON_NONE, CDR_TIME, "1733706930000", CDR_FIELD_COUNT, NULL},
    {REASON_A_MISSING, CDR_A, NULL, CDR_FIELD_COUNT, NULL},
    {REASON_A_MISSING, CDR_A, NULL, CDR_TYPE, "mt_call"},
    {REASON_NONE, CDR_A, "BRAND", CDR_TYPE, "mo_call"},
    {REASON_A_CHARACTER, CDR_A, "0912;345678", CDR_FIELD_COUNT, NULL},
    {REASON_A_TOO_SHORT, CDR_A, "+8491234567", CDR_FIELD_COUNT, NULL},
    {REASON_A_TOO_LONG, CDR_A, "+849123456789", CDR_FIELD_COUNT, NULL},
    {REASON_A_UNKNOWN_PREFIX, CDR_A, "+999123456789", CDR_FIELD_COUNT, NULL},
    {REASON_A_NOT_IN_USE, CDR_A, "01621234567", CDR_FIELD_COUNT, NULL},
    {REASON_NONE, CDR_A, "01621234567", CDR_TIME, "2017-12-09T08:15:30+07:00"},
    {REASON_A_AMBIGUOUS, CDR_A, "1234567", CDR_FIELD_COUNT, NULL},
    {REASON_A_SENDER_TOO_LONG, CDR_A, "VIETCOMBANK1", CDR_FIELD_COUNT, NULL},
    {REASON_B_MISSING, CDR_B, NULL, CDR_FIELD_COUNT, NULL},
    {REASON_B_CHARACTER, CDR_B, "VIETCOMBANK", CDR_FIELD_COUNT, NULL},
    {REASON_B_CHARACTER, CDR_B, "0912x345678", CDR_FIELD_COUNT, NULL},
    {REASON_B_CHARACTER, CDR_B, "0912;345678", CDR_FIELD_COUNT, NULL},
    {REASON_B_TOO_SHORT, CDR_B, "+8491234567", CDR_FIELD_COUNT, NULL},
    {REASON_B_TOO_LONG, CDR_B, "+849123456789", CDR_FIELD_COUNT, NULL},
    {REASON_B_UNKNOWN_PREFIX, CDR_B, "+999123456789", CDR_FIELD_COUNT, NULL},
    {REASON_B_NOT_IN_USE, CDR_B, "01621234567", CDR_FIELD_COUNT, NULL},
    {REASON_B_AMBIGUOUS, CDR_B, "1234567", CDR_FIELD_COUNT, NULL},
    {REASON_FORWARDED_BY, CDR_FORWARDED_BY, "BRAND", CDR_TYPE, "forward_call"},
    {REASON_FORWARDED_BY, CDR_FORWARDED_BY, "09", CDR_TYPE, "forward_call"},
    {REASON_NONE, CDR_FORWARDED_BY, "0912345677", CDR_TYPE, "forward_call"},
    {REASON_OUTCOME, CDR_OUTCOME, "delivered", CDR_FIELD_COUNT, NULL},
    {REASON_OUTCOME, CDR_OUTCOME, "answered", CDR_TYPE, "mo_sms"},
    {REASON_OUTCOME, CDR_OUTCOME, "busy", CDR_TYPE, "mt_sms"},
    {REASON_OUTCOME, CDR_OUTCOME, "Answered", CDR_FIELD_COUNT, NULL},
    {REASON_OUTCOME, CDR_OUTCOME, "x", CDR_FIELD_COUNT, NULL},
    {REASON_OUTCOME, CDR_OUTCOME, "answered!", CDR_FIELD_COUNT, NULL},
    {REASON_NONE, CDR_OUTCOME, "failed", CDR_TYPE, "mt_sms"},
    {REASON_NONE, CDR_OUTCOME, "delivered", CDR_TYPE, "mo_sms"},
    {REASON_DURATION, CDR_DURATION, "-1", CDR_FIELD_COUNT, NULL},
    {REASON_DURATION, CDR_DURATION, "4294968", CDR_FIELD_COUNT, NULL},
    {REASON_DURATION, CDR_DURATION, "4294967.01", CDR_FIELD_COUNT, NULL},
    {REASON_DURATION, CDR_DURATION, "99999999999999999999999", CDR_FIELD_COUNT, NULL},
    {REASON_DURATION, CDR_DURATION, "1.", CDR_FIELD_COUNT, NULL},
    {REASON_DURATION, CDR_DURATION, ".5", CDR_FIELD_COUNT, NULL},
    {REASON_DURATION, CDR_DURATION, "1.5s", CDR_FIELD_COUNT, NULL},
    {REASON_DURATION, CDR_DURATION, "1:30", CDR_FIELD_COUNT, NULL},
    {REASON_DURATION, CDR_DURATION, "1e3", CDR_FIELD_COUNT, NULL},
    {REASON_IMSI, CDR_IMSI, "45204", CDR_FIELD_COUNT, NULL},
    {REASON_IMSI, CDR_IMSI, "4520401234567890", CDR_FIELD_COUNT, NULL},
    {REASON_IMSI, CDR_IMSI, "45204012345678F", CDR_FIELD_COUNT, NULL},
    {REASON_NONE, CDR_IMSI, "001010", CDR_FIELD_COUNT, NULL},
    {REASON_IMEI, CDR_IMEI, "3520990017614", CDR_FIELD_COUNT, NULL},
    {REASON_IMEI, CDR_IMEI, "35209900176148111", CDR_FIELD_COUNT, NULL},
    {REASON_IMEI, CDR_IMEI, "35-209900-176148", CDR_FIELD_COUNT, NULL},
    {REASON_CELL, CDR_CELL, "452-04-1234", CDR_FIELD_COUNT, NULL},
    {REASON_CELL, CDR_CELL, "here", CDR_FIELD_COUNT, NULL},
    {REASON_TRUNK, CDR_TRUNK, BYTES_47 "8", CDR_FIELD_COUNT, NULL},
    {REASON_NONE, CDR_TRUNK, BYTES_47, CDR_FIELD_COUNT, NULL},
    {REASON_SWITCH, CDR_SWITCH, BYTES_47 "8", CDR_FIELD_COUNT, NULL},
    {REASON_NONE, CDR_SWITCH, BYTES_47, CDR_FIELD_COUNT, NULL},
    {REASON_SEQ, CDR_SEQ, "-1", CDR_FIELD_COUNT, NULL},
    {REASON_SEQ, CDR_SEQ, "18446744073709551616", CDR_FIELD_COUNT, NULL},
    {REASON_SEQ, CDR_SEQ, "0x10", CDR_FIELD_COUNT, NULL},
    {REASON_NONE, CDR_SEQ, "18446744073709551615", CDR_FIELD_COUNT, NULL},
    {REASON_SMS_PARTS, CDR_SMS_PARTS, "0", CDR_FIELD_COUNT, NULL},
    {REASON_SMS_PARTS, CDR_SMS_PARTS, "256", CDR_FIELD_COUNT, NULL},
    {REASON_SMS_PARTS, CDR_SMS_PARTS, "two", CDR_FIELD_COUNT, NULL},
    {REASON_NONE, CDR_SMS_PARTS, "255", CDR_FIELD_COUNT, NULL},
    {REASON_SMS_TEMPLATE, CDR_SMS_TEMPLATE, BYTES_64 "5", CDR_FIELD_COUNT, NULL},
    {REASON_NONE, CDR_SMS_TEMPLATE, BYTES_64, CDR_FIELD_COUNT, NULL},
};

START_TEST(each_damage_has_its_reason)
{
    const char *texts[CDR_FIELD_COUNT];
    struct cdr cdr;
    memcpy(texts, whole, sizeof(texts));
    texts[cases[_i].field] = cases[_i].text;
    if (cases[_i].field2 != CDR_FIELD_COUNT)
        texts[cases[_i].field2] = cases[_i].text2;
    if (cases[_i].field2 == CDR_TYPE && strstr(cases[_i].text2, "sms") && cases[_i].field != CDR_OUTCOME)
        texts[CDR_OUTCOME] = NULL;
    ck_assert_str_eq(reason_word(decode(texts, &cdr)), reason_word(cases[_i].reason));
    if (cases[_i].reason == REASON_NONE)
        ck_assert(cdr_has(&cdr, cases[_i].field));
}
END_TEST

START_TEST(no_reason_of_a_field_is_without_a_case)
{
    for (unsigned reason = REASON_TYPE_MISSING; reason <= REASON_SMS_TEMPLATE; reason++) {
        size_t count = 0;
        for (size_t i = 0; i < ARRAY_COUNT(cases); i++)
            count += cases[i].reason == reason;
        ck_assert_msg(count > 0, "%s", reason_word(reason));
    }
}
END_TEST

START_TEST(a_whole_record_keeps_every_value)
{
    struct cdr cdr;
    ck_assert_int_eq(decode(whole, &cdr), REASON_NONE);
    ck_assert_int_eq(cdr.type, CDR_MO_CALL);
    ck_assert_int_eq(cdr.time_ms, INT64_C(1733706930000));
    ck_assert_uint_eq(cdr.a, number_make(NUMBER_MOBILE, 84912345678));
    ck_assert_uint_eq(cdr.b, number_make(NUMBER_MOBILE, 84987654321));
    ck_assert_int_eq(cdr.outcome, CDR_ANSWERED);
    ck_assert_uint_eq(cdr.duration_s, 61);
    ck_assert_uint_eq(cdr.imsi, digits_make(452040123456789, 15));
    ck_assert_uint_eq(cdr.imei, digits_make(35209900176148, 14));
    ck_assert_uint_eq(cdr.cell.area, 1234);
    ck_assert_uint_eq(cdr.cell.cell, 56789);
    ck_assert_str_eq(names_text(decoding_context()->names, cdr.trunk_name), "TG01");
    ck_assert_str_eq(names_text(decoding_context()->names, cdr.switch_name), "MSC-HN-1");
    ck_assert_uint_eq(cdr.seq, 42);
    for (unsigned field = 0; field < CDR_FIELD_COUNT; field++)
        ck_assert_int_eq(cdr_has(&cdr, field), whole[field] != NULL);
}
END_TEST

START_TEST(absent_is_not_zero)
{
    const char *texts[CDR_FIELD_COUNT] = {
        [CDR_TYPE] = "mt_sms", [CDR_TIME] = "2024-12-09T08:15:30Z", [CDR_B] = "0912345678"};
    struct cdr cdr;
    ck_assert_int_eq(decode(texts, &cdr), REASON_NONE);
    ck_assert_uint_eq(cdr.valid, 1u << CDR_TYPE | 1u << CDR_TIME | 1u << CDR_B);
    ck_assert_uint_eq(cdr.a, 0);
    texts[CDR_A] = "";
    texts[CDR_DURATION] = "0";
    ck_assert_int_eq(decode(texts, &cdr), REASON_NONE);
    ck_assert(!cdr_has(&cdr, CDR_A) && cdr_has(&cdr, CDR_DURATION));
}
END_TEST

static const struct {
    const char *text;
    uint32_t duration_s;
} durations[] = {{"0", 0},       {"0.0", 0},           {"0.001", 1}, {"6.0", 6}, {"6.000000001", 7},
                 {"12.999", 13}, {"4294967", 4294967}, {"007", 7},   {" 8 ", 8}};

START_TEST(a_fraction_of_a_second_counts_as_a_second)
{
    const char *texts[CDR_FIELD_COUNT];
    struct cdr cdr;
    memcpy(texts, whole, sizeof(texts));
    texts[CDR_DURATION] = durations[_i].text;
    ck_assert_int_eq(decode(texts, &cdr), REASON_NONE);
    ck_assert_uint_eq(cdr.duration_s, durations[_i].duration_s);
}
END_TEST

START_TEST(every_type_and_outcome_reads_as_itself)
{
    const char *texts[CDR_FIELD_COUNT];
    struct cdr cdr;
    memcpy(texts, whole, sizeof(texts));
    for (unsigned type = 0; type < CDR_TYPE_COUNT; type++) {
        texts[CDR_TYPE] = cdr_type_name(type);
        texts[CDR_OUTCOME] = "failed"; /* of both kinds */
        ck_assert_int_eq(decode(texts, &cdr), REASON_NONE);
        ck_assert_uint_eq(cdr.type, type);
        for (unsigned outcome = CDR_OUTCOME_NONE + 1; outcome < CDR_OUTCOME_COUNT; outcome++) {
            const bool is_sms = type == CDR_MO_SMS || type == CDR_MT_SMS;
            const bool is_of_kind = outcome == CDR_FAILED || (outcome == CDR_DELIVERED) == is_sms;
            texts[CDR_OUTCOME] = cdr_outcome_name(outcome);
            ck_assert_int_eq(decode(texts, &cdr), is_of_kind ? REASON_NONE : REASON_OUTCOME);
            if (is_of_kind)
                ck_assert_uint_eq(cdr.outcome, outcome);
        }
    }
}
END_TEST

START_TEST(a_fingerprint_reads_back_as_it_prints)
{
    const char *texts[CDR_FIELD_COUNT];
    struct cdr lower, upper, text, other;
    memcpy(texts, whole, sizeof(texts));
    texts[CDR_SMS_TEMPLATE] = "00ab12cd34ef5678";
    ck_assert_int_eq(decode(texts, &lower), REASON_NONE);
    ck_assert_uint_eq(lower.sms_template, 0x00ab12cd34ef5678);
    texts[CDR_SMS_TEMPLATE] = "00AB12CD34EF5678";
    ck_assert_int_eq(decode(texts, &upper), REASON_NONE);
    ck_assert_uint_eq(upper.sms_template, lower.sms_template);
    texts[CDR_SMS_TEMPLATE] = "00ab12cd34ef567";
    ck_assert_int_eq(decode(texts, &text), REASON_NONE);
    texts[CDR_SMS_TEMPLATE] = "00ab12cd34ef567g";
    ck_assert_int_eq(decode(texts, &other), REASON_NONE);
    ck_assert_uint_ne(text.sms_template, other.sms_template);
    ck_assert_uint_ne(text.sms_template, 0x00ab12cd34ef567);
}
END_TEST

START_TEST(the_first_of_several_damages_counts)
{
    const char *texts[CDR_FIELD_COUNT];
    struct cdr cdr;
    memcpy(texts, whole, sizeof(texts));
    texts[CDR_SEQ] = texts[CDR_DURATION] = texts[CDR_B] = "?";
    ck_assert_int_eq(decode(texts, &cdr), REASON_B_CHARACTER);
    texts[CDR_B] = whole[CDR_B];
    ck_assert_int_eq(decode(texts, &cdr), REASON_DURATION);
    texts[CDR_DURATION] = NULL;
    ck_assert_int_eq(decode(texts, &cdr), REASON_SEQ);
}
END_TEST

START_TEST(a_full_table_of_names_is_a_reason_and_damage_leaves_no_name)
{
    struct error error;
    const char *texts[CDR_FIELD_COUNT];
    struct slice fields[CDR_FIELD_COUNT];
    struct cdr cdr;
    const struct decode_context context = {.numbering = decoding_context()->numbering,
                                           .names = names_create(2, &error)};
    memcpy(texts, whole, sizeof(texts));
    texts[CDR_SEQ] = "?";
    for (size_t i = 0; i < CDR_FIELD_COUNT; i++)
        fields[i] = (struct slice){texts[i], texts[i] ? strlen(texts[i]) : 0};
    ck_assert_int_eq(decode_fields(&context, fields, &cdr), REASON_SEQ);
    ck_assert_uint_eq(names_count(context.names), 0);
    fields[CDR_B] = (struct slice){"SENDER", 6};
    ck_assert_int_eq(decode_fields(&context, fields, &cdr), REASON_B_CHARACTER);
    ck_assert_uint_eq(names_count(context.names), 0);
    fields[CDR_B] = (struct slice){"tel:0912345678", 14};
    fields[CDR_SEQ] = (struct slice){"1", 1};
    ck_assert_int_eq(decode_fields(&context, fields, &cdr), REASON_NONE);
    ck_assert_uint_eq(names_count(context.names), 2);
    fields[CDR_SWITCH] = (struct slice){"third", 5};
    ck_assert_int_eq(decode_fields(&context, fields, &cdr), REASON_NAMES_FULL);
    fields[CDR_SWITCH].length = 0;
    fields[CDR_A] = (struct slice){"FOURTH", 6};
    ck_assert_int_eq(decode_fields(&context, fields, &cdr), REASON_NAMES_FULL);
    fields[CDR_SEQ] = (struct slice){"?", 1}; /* a damage of the record itself comes first */
    ck_assert_int_eq(decode_fields(&context, fields, &cdr), REASON_SEQ);
    names_destroy(context.names);
}
END_TEST

START_TEST(every_reason_has_a_word_of_its_own)
{
    for (unsigned i = 0; i < REASON_COUNT; i++) {
        ck_assert_int_eq(strlen(reason_word(i)) == 0, i == REASON_NONE);
        ck_assert_uint_gt(strlen(reason_meaning(i)), 0);
        for (unsigned k = 0; k < i; k++)
            ck_assert_str_ne(reason_word(i), reason_word(k));
    }
}
END_TEST

START_TEST(a_decoder_is_found_by_its_name_or_by_what_it_reads)
{
    const char *nearest = NULL;
    static const char csv[] = "a,b,type,time\n", json[] = "\n {\"type\":";
    ck_assert_str_eq(decoder_by_name("csv", &nearest)->name, "csv");
    ck_assert_ptr_null(decoder_by_name("cvs", &nearest));
    ck_assert_str_eq(nearest, "csv");
    ck_assert_ptr_null(decoder_by_name("json", &nearest));
    ck_assert_str_eq(nearest, "ndjson");
    ck_assert_str_eq(decoder_detect(csv, sizeof(csv) - 1)->name, "csv");
    ck_assert_str_eq(decoder_detect(json, sizeof(json) - 1)->name, "ndjson");
    ck_assert_ptr_null(decoder_detect("hello", 5));
    ck_assert_ptr_null(decoder_detect("", 0));
    size_t count = 0;
    for (const struct decoder *decoder; (decoder = decoder_at(count)); count++)
        ck_assert_ptr_eq(decoder_by_name(decoder->name, &nearest), decoder);
    ck_assert_uint_ge(count, 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("decode/fields");
    TCase *tests = tcase_create("fields");
    tcase_add_loop_test(tests, each_damage_has_its_reason, 0, ARRAY_COUNT(cases));
    tcase_add_test(tests, no_reason_of_a_field_is_without_a_case);
    tcase_add_test(tests, a_whole_record_keeps_every_value);
    tcase_add_test(tests, absent_is_not_zero);
    tcase_add_loop_test(tests, a_fraction_of_a_second_counts_as_a_second, 0, ARRAY_COUNT(durations));
    tcase_add_test(tests, every_type_and_outcome_reads_as_itself);
    tcase_add_test(tests, a_fingerprint_reads_back_as_it_prints);
    tcase_add_test(tests, the_first_of_several_damages_counts);
    tcase_add_test(tests, a_full_table_of_names_is_a_reason_and_damage_leaves_no_name);
    tcase_add_test(tests, every_reason_has_a_word_of_its_own);
    tcase_add_test(tests, a_decoder_is_found_by_its_name_or_by_what_it_reads);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
