/* SPDX-License-Identifier: Apache-2.0
 * Values out of octets are what the texts of the same octets would be read as: digit by digit here, the plain way. */
#include "../../../src/decode/columns.h"
#include "../../../src/decode/ts32298.h"
#include "chance.h"
#include "decoding.h"
#include "suite.h"
#include "vectors.h"

#include "simsieve/base/calendar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 100000

/* Octets that are mostly digits, with a filler or a wrong code now and then. */
static size_t draw_octets(uint8_t *octets, size_t most)
{
    const size_t length = draw(most + 1);
    for (size_t i = 0; i < length; i++)
        octets[i] = (uint8_t)(draw(10) << 4 | draw(10));
    if (length > 0 && draw_once_in(2))
        octets[length - 1] |= 0xF0;
    if (length > 0 && draw_once_in(4))
        octets[draw(length)] = (uint8_t)draw(256);
    return length;
}

/* The digits as text, a star for each that is none. */
static size_t write_digits(const uint8_t *octets, size_t length, bool is_low_first, char *text)
{
    size_t count = 0;
    for (size_t i = 0; i < 2 * length && count < 40; i++) {
        const unsigned code = octets[i / 2] >> (i % 2 == (is_low_first ? 0 : 1) ? 0 : 4) & 0x0F;
        if (code == 0x0F)
            break;
        text[count++] = (char)(code > 9 ? '*' : '0' + code);
    }
    text[count] = 0;
    return count;
}

static void require_digits(struct signalled found, const char *text)
{
    uint64_t value = 0;
    REQUIRE(found.count == strlen(text));
    REQUIRE(found.is_damaged == (strchr(text, '*') != NULL));
    if (!found.is_damaged && found.count > 0 && found.count <= DIGITS_COUNT_MAX)
        REQUIRE(text_parse_u64(text, found.count, UINT64_MAX, &value) && value == found.value);
}

START_TEST(digits_are_those_of_the_octets_in_either_order)
{
    uint8_t octets[24];
    char text[64], name[64];
    chance_begin(32298);
    for (unsigned round = 0; round < ROUNDS; round++) {
        const size_t length = draw_octets(octets, 22);
        uint8_t *copy = malloc(length ? length : 1); /* just these octets, for the sanitizers */
        REQUIRE(copy != NULL);
        memcpy(copy, octets, length);
        write_digits(octets, length, false, text);
        require_digits(octets_bcd(copy, length), text);
        write_digits(octets, length, true, text);
        require_digits(octets_tbcd(copy, length), text);
        struct text written = text_over(name, sizeof(name));
        octets_add_tbcd(&written, copy, length);
        REQUIRE(strcmp(name, text) == 0);
        free(copy);
    }
}
END_TEST

START_TEST(a_time_stamp_is_the_instant_of_its_text)
{
    unsigned count = 0;
    chance_begin(250);
    for (unsigned round = 0; round < ROUNDS; round++) {
        uint8_t stamp[9];
        char text[CALENDAR_TEXT_BYTES];
        int64_t time_ms = 0, expected_ms = 0;
        const uint8_t most[] = {100, 14, 33, 26, 62, 63, 0, 26, 62};
        for (size_t i = 0; i < sizeof(stamp); i++) {
            const unsigned value = (unsigned)draw(most[i] ? most[i] : 1);
            stamp[i] = (uint8_t)(value / 10 << 4 | value % 10);
        }
        stamp[6] = (uint8_t) "+-+-Z.0"[draw(7)];
        if (draw_once_in(50))
            stamp[draw(9)] = (uint8_t)draw(256);
        const size_t length = draw_once_in(3) ? 6 : 9;
        char *at = text + snprintf(text, sizeof(text), "20%c%c-%c%c-%c%cT%c%c:%c%c:%c%c",
                                   '0' + (stamp[0] >> 4), '0' + (stamp[0] & 15), '0' + (stamp[1] >> 4),
                                   '0' + (stamp[1] & 15), '0' + (stamp[2] >> 4), '0' + (stamp[2] & 15),
                                   '0' + (stamp[3] >> 4), '0' + (stamp[3] & 15), '0' + (stamp[4] >> 4),
                                   '0' + (stamp[4] & 15), '0' + (stamp[5] >> 4), '0' + (stamp[5] & 15));
        if (length == 6)
            memcpy(at, "+07:00", 7);
        else
            snprintf(at, 7, "%c%c%c:%c%c", stamp[6] ? stamp[6] : '?', '0' + (stamp[7] >> 4),
                     '0' + (stamp[7] & 15), '0' + (stamp[8] >> 4), '0' + (stamp[8] & 15));
        const enum calendar_status status = calendar_parse(text, 25, &expected_ms);
        const bool is_time = octets_time_ms(stamp, length, &time_ms);
        REQUIRE(is_time == (status == CALENDAR_OK || status == CALENDAR_OUT_OF_RANGE));
        REQUIRE(status != CALENDAR_OUT_OF_RANGE || !calendar_is_in_range(time_ms));
        REQUIRE(status != CALENDAR_OK || time_ms == expected_ms);
        count += status == CALENDAR_OK;
    }
    ck_assert_uint_gt(count, ROUNDS / 10);
    ck_assert_uint_lt(count, ROUNDS * 9 / 10);
}
END_TEST

static const struct {
    const char *octets;
    unsigned mcc, mnc, mnc_digits;
} networks[] = {
    {"54F240", 452, 4, 2},  {"130014", 310, 410, 3}, {"00F110", 1, 1, 2}, {"54F2A0", 0, 0, 0},
    {"5AF240", 0, 0, 0},    {"542A40", 0, 0, 0},     {"FFFFFF", 0, 0, 0}, {"54F2F0", 0, 0, 0},
    {"99F999", 999, 99, 2}, {"000000", 0, 0, 3},
};

START_TEST(a_network_has_an_mcc_or_is_none)
{
    size_t length;
    uint8_t *octets = octets_from_hex(networks[_i].octets, &length);
    const struct plmn plmn = octets_plmn(octets);
    ck_assert_uint_eq(plmn.mcc, networks[_i].mcc);
    ck_assert_uint_eq(plmn.mnc, networks[_i].mnc);
    ck_assert_uint_eq(plmn.mnc_digits, networks[_i].mnc_digits);
    free(octets);
}
END_TEST

/* The call of perf, with another switch. */
static void make_call(uint8_t record[static 96], unsigned number)
{
    static const char call[] =
        "A05E800100810854022400001033F7820853524565958813F88307914868760000F08507914848874348F38907914889050467F4"
        "AC0D800219C881020036820354F24096092412020000122B070097092412020000122B0700990200A19E0100";
    size_t length;
    uint8_t *octets = octets_from_hex(call, &length);
    ck_assert_uint_eq(length, 96);
    memcpy(record, octets, length);
    free(octets);
    record[50] = (uint8_t)(number % 10 << 4 | number / 10 % 10);
    record[49] = (uint8_t)(number / 100 % 10 << 4 | 4);
}

START_TEST(a_switch_that_is_remembered_is_the_one_that_is_looked_up)
{
    struct ts32298 input = ts32298_start(decoding_context(), TS32298_STANDARD);
    chance_begin(16);
    for (unsigned round = 0; round < 2000; round++) {
        uint8_t record[96];
        struct cdr next, alone;
        make_call(record, (unsigned)draw(round < 1000 ? 3 : 200)); /* fewer than are remembered, and more */
        record[54] = draw_once_in(8) ? 0xFA : record[54];          /* an address with a star */
        ck_assert_int_eq(ts32298_next(&input, record, sizeof(record), &next), REASON_NONE);
        ck_assert_int_eq(ts32298_decode(decoding_context(), TS32298_STANDARD, record, sizeof(record), &alone),
                         REASON_NONE);
        ck_assert(cdr_has(&next, CDR_SWITCH) && next.switch_name != 0);
        ck_assert_int_eq(memcmp(&next, &alone, sizeof(next)), 0);
    }
}
END_TEST

START_TEST(a_refused_record_leaves_no_switch_behind)
{
    struct error error;
    struct decode_context context = *decoding_context();
    uint8_t record[96];
    struct cdr cdr;
    context.names = names_create(1, &error);
    struct ts32298 input = ts32298_start(&context, TS32298_STANDARD);
    make_call(record, 1);
    record[38] = 0xAA; /* in the called number */
    ck_assert_int_eq(ts32298_next(&input, record, sizeof(record), &cdr), REASON_B_CHARACTER);
    ck_assert_uint_eq(names_count(context.names), 0);
    make_call(record, 2);
    ck_assert_int_eq(ts32298_next(&input, record, sizeof(record), &cdr), REASON_NONE);
    make_call(record, 1); /* the table is full, and a switch that was remembered stays */
    ck_assert_int_eq(ts32298_next(&input, record, sizeof(record), &cdr), REASON_NAMES_FULL);
    make_call(record, 2);
    ck_assert_int_eq(ts32298_next(&input, record, sizeof(record), &cdr), REASON_NONE);
    names_destroy(context.names);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("decode/octets");
    TCase *tests = tcase_create("octets");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, digits_are_those_of_the_octets_in_either_order);
    tcase_add_test(tests, a_time_stamp_is_the_instant_of_its_text);
    tcase_add_loop_test(tests, a_network_has_an_mcc_or_is_none, 0, ARRAY_COUNT(networks));
    tcase_add_test(tests, a_switch_that_is_remembered_is_the_one_that_is_looked_up);
    tcase_add_test(tests, a_refused_record_leaves_no_switch_behind);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
