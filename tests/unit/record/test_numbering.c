/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/base/text.h"
#include "simsieve/record/numbering.h"
#include "simsieve/record/province.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW_MS INT64_C(1733706930000) /* 2024-12-09 */

static struct numbering *numbering;
static struct names *names;
static struct error error;

static void set_up(void)
{
    names = names_create(256, &error);
    ck_assert_int_eq(provinces_load("conf/provinces.csv", &error), ERROR_OK); /* the plan is checked by it */
    numbering = numbering_load("conf/numbering", &error);
    ck_assert_msg(numbering != NULL, "%s", error.text);
}

static void tear_down(void)
{
    numbering_destroy(numbering);
    names_destroy(names);
}

static enum numbering_status parse(const char *text, int64_t time_ms, uint64_t *number)
{
    return numbering_parse(numbering, names, text, strlen(text), time_ms, number);
}

#define MOBILE(value)        NUMBERING_OK, NUMBER_MOBILE, UINT64_C(value)
#define FIXED(value)         NUMBERING_OK, NUMBER_FIXED, UINT64_C(value)
#define SHORT_CODE(value)    NUMBERING_OK, NUMBER_SHORT, UINT64_C(value)
#define SERVICE(value)       NUMBERING_OK, NUMBER_SERVICE, UINT64_C(value)
#define INTERNATIONAL(value) NUMBERING_OK, NUMBER_INTERNATIONAL, UINT64_C(value)
#define REFUSED(status)      NUMBERING_##status, NUMBER_NONE, 0

static const struct {
    const char *text;
    enum numbering_status status;
    enum number_kind kind;
    uint64_t value;
} writings[] = {
    /* the hotlines as the dispatches print them, and those of carriers and ministries */
    {"0335.27.27.27", MOBILE(84335272727)},
    {"0215.3925.113", FIXED(842153925113)},
    {"079.555.5373", MOBILE(84795555373)},
    {"0866.130.113", MOBILE(84866130113)},
    {"0889.226.999", MOBILE(84889226999)},
    {"069.2348560", FIXED(84692348560)},
    {"033.903.5656", MOBILE(84339035656)},
    {"113", SHORT_CODE(113)},
    {"156", SHORT_CODE(156)},
    {"5656", SHORT_CODE(5656)},
    {"1800 1090", SERVICE(18001090)},
    {"1800.8098", SERVICE(18008098)},
    /* one number in every writing */
    {"84912345678", MOBILE(84912345678)},
    {"0912345678", MOBILE(84912345678)},
    {"+84912345678", MOBILE(84912345678)},
    {"0084912345678", MOBILE(84912345678)},
    {"912345678", MOBILE(84912345678)},
    {"+84 912 345 678", MOBILE(84912345678)},
    {"(+84) 912-345-678", MOBILE(84912345678)},
    {"+84 (0) 912 345 678", MOBILE(84912345678)},
    {"+840912345678", MOBILE(84912345678)},
    {"00840912345678", MOBILE(84912345678)},
    {"840912345678", MOBILE(84912345678)},
    {"tel:+84-912-345-678", MOBILE(84912345678)},
    {"TEL:0912345678", MOBILE(84912345678)},
    {" 0912 345 678 ", MOBILE(84912345678)},
    {"0912\xC2\xA0"
     "345\xE2\x80\xAF"
     "678\xE2\x80\x89\t",
     MOBILE(84912345678)},
    {"0912/345/678", MOBILE(84912345678)},
    {"0799123456", MOBILE(84799123456)}, /* in the shadow of the seven-digit 799 */
    {"0841234567", MOBILE(84841234567)},
    {"841234567", MOBILE(84841234567)},
    {"84841234567", MOBILE(84841234567)},
    {"(0215) 3925.113", FIXED(842153925113)},
    {"842153925113", FIXED(842153925113)},
    {"2153925113", FIXED(842153925113)},
    {"+84 24 3825 1234", FIXED(842438251234)},
    {"02899964439", FIXED(842899964439)},
    {"0801234567", MOBILE(84801234567)}, /* the shape of a mobile number, though no block that is listed */
    {"080 43162", FIXED(848043162)},
    {"+848043162", FIXED(848043162)},
    {"848043162", REFUSED(AMBIGUOUS)}, /* 84 804 3162, or 084 804 3162 without its 0 */
    {"+84692345", REFUSED(TOO_SHORT)},
    {"+846923456", FIXED(846923456)},
    {"0160123456", MOBILE(84160123456)}, /* machines */
    {"01210 12345", MOBILE(84121012345)},
    {"+84113", SHORT_CODE(113)},
    {"0084 5656", SHORT_CODE(5656)},
    {"+84 1900 561234", SERVICE(1900561234)},
    {"8418001090", SERVICE(18001090)},
    {"1900123456", SERVICE(1900123456)},
    {"1228 1234", SERVICE(12281234)},
    {"84113", SHORT_CODE(84113)}, /* five digits as dialled */
    {"999999", SHORT_CODE(999999)},
    {"1800", SHORT_CODE(1800)},
    /* abroad */
    {"+855 12 345 678", INTERNATIONAL(85512345678)},
    {"0085512345678", INTERNATIONAL(85512345678)},
    {"85512345678", INTERNATIONAL(85512345678)},
    {"+1 212 555 1234", INTERNATIONAL(12125551234)},
    {"18001234567", INTERNATIONAL(18001234567)}, /* a toll-free number of North America */
    {"+29022222", INTERNATIONAL(29022222)},
    {"+999999999", REFUSED(UNKNOWN_PREFIX)},
    {"2102345678", FIXED(842102345678)}, /* rather Phú Thọ without its 0 than a foreign number */
    {"2012345678", INTERNATIONAL(2012345678)},
    {"861012345678", INTERNATIONAL(861012345678)},
    {"+861234567890123", INTERNATIONAL(861234567890123)},
    {"+8612345678901234", REFUSED(TOO_LONG)},
    {"+86123", REFUSED(TOO_SHORT)},
    {"+1 212 555 123", REFUSED(TOO_SHORT)},
    {"+1 212 555 12345", REFUSED(TOO_LONG)},
    /* refused, each for its reason */
    {"", REFUSED(EMPTY)},
    {" \t ", REFUSED(EMPTY)},
    {"-", REFUSED(EMPTY)},
    {"+", REFUSED(TOO_SHORT)},
    {"tel:", REFUSED(TOO_SHORT)},
    {"0", REFUSED(TOO_SHORT)},
    {"00", REFUSED(TOO_SHORT)},
    {"0084", REFUSED(TOO_SHORT)},
    {"+840", REFUSED(TOO_SHORT)},
    {"12", REFUSED(TOO_SHORT)},
    {"091234567", REFUSED(TOO_SHORT)},
    {"09123456789", REFUSED(TOO_LONG)},
    {"8491234567", REFUSED(TOO_SHORT)},
    {"849123456789", REFUSED(TOO_LONG)},
    {"0287108690", REFUSED(TOO_SHORT)}, /* as a carrier once published it */
    {"021539251131", REFUSED(TOO_LONG)},
    {"1800123", REFUSED(TOO_SHORT)},
    {"8484912345678", REFUSED(TOO_LONG)}, /* the country code twice */
    {"+8484912345678", REFUSED(TOO_LONG)},
    {"084912345678", REFUSED(TOO_LONG)},
    {"12345678901234567890123", REFUSED(TOO_LONG)},
    {"1234567890123456", REFUSED(TOO_LONG)},
    {"0951234567", MOBILE(84951234567)},
    {"84951234567", MOBILE(84951234567)},
    {"0401234567", REFUSED(UNKNOWN_PREFIX)},
    {"0113", REFUSED(UNKNOWN_PREFIX)},
    {"018001090", REFUSED(UNKNOWN_PREFIX)},
    {"+84999", REFUSED(TOO_SHORT)},
    {"+0912345678", REFUSED(UNKNOWN_PREFIX)},
    {"000912345678", REFUSED(UNKNOWN_PREFIX)},
    {"2109999999999", REFUSED(UNKNOWN_PREFIX)},
    {"3925113", REFUSED(AMBIGUOUS)}, /* local, without its area code */
    {"38251234", REFUSED(AMBIGUOUS)},
    {"612345678", REFUSED(AMBIGUOUS)},
    {"01623456789", REFUSED(NOT_IN_USE)},
    {"841623456789", REFUSED(NOT_IN_USE)},
    {"+841623456789", REFUSED(NOT_IN_USE)},
    {"+84112", REFUSED(NOT_IN_USE)}, /* nationwide from 2025-09-15 */
    {"0912345678+", REFUSED(BAD_CHARACTER)},
    {"++84912345678", REFUSED(BAD_CHARACTER)},
    {"*101#", REFUSED(BAD_CHARACTER)},
    {"0912_345_678", REFUSED(BAD_CHARACTER)},
    {"\xEF\xBC\x90\xEF\xBC\x99\xEF\xBC\x91\xEF\xBC\x92", REFUSED(BAD_CHARACTER)}, /* full width */
    {"0912345678\xC2", REFUSED(BAD_CHARACTER)},
    {"0912345678\xE2\x80", REFUSED(BAD_CHARACTER)},
    {"\xFF", REFUSED(BAD_CHARACTER)},
    {"VIETCOM\x01", REFUSED(BAD_CHARACTER)},
    {"VIET\xE2\x80\x8B"
     "COM",
     REFUSED(BAD_CHARACTER)}, /* a zero-width space */
    {"VCB\xEF\xBC\x91", REFUSED(BAD_CHARACTER)},
    {"VIETCOMBANK1", REFUSED(SENDER_TOO_LONG)},
    {"84912345678x1", REFUSED(SENDER_TOO_LONG)},
};

START_TEST(a_writing_is_a_number_or_refused_for_its_reason)
{
    uint64_t number = 4711;
    const enum numbering_status status = parse(writings[_i].text, NOW_MS, &number);
    ck_assert_msg(status == writings[_i].status, "'%s': %s", writings[_i].text,
                  numbering_status_text(status));
    if (status != NUMBERING_OK) {
        ck_assert_uint_eq(number, 4711); /* untouched */
        return;
    }
    ck_assert_uint_eq(number_value(number), writings[_i].value);
    ck_assert_int_eq(number_kind(number), writings[_i].kind);
}
END_TEST

static const struct {
    const char *text, *name;
} senders[] = {
    {"VIETCOMBANK", "VIETCOMBANK"},
    {" Viettel Pay ", "Viettel Pay"},
    {"\tVNPT\xC2\xA0", "VNPT"},
    {"\xE2\x80\x89"
     "FPT\xE2\x80\x89 ",
     "FPT"},
    {"113abc", "113abc"},
    {"A", "A"},
    {"\xC4\x90i\xE1\xBB\x87n L\xE1\xBB\xB1"
     "c MB",
     "\xC4\x90i\xE1\xBB\x87n L\xE1\xBB\xB1"
     "c MB"}, /* 11 characters, 16 bytes */
    {"O912345678", "O912345678"},
    {"B&Q+1!", "B&Q+1!"},
};

START_TEST(signs_with_a_letter_are_a_sender)
{
    uint64_t number = 0, again = 0;
    char buffer[NUMBER_TEXT_BYTES];
    ck_assert_int_eq(parse(senders[_i].text, NOW_MS, &number), NUMBERING_OK);
    ck_assert_int_eq(number_kind(number), NUMBER_SENDER);
    ck_assert_str_eq(number_format(number, names, buffer), senders[_i].name);
    ck_assert_int_eq(parse(senders[_i].name, NOW_MS, &again), NUMBERING_OK);
    ck_assert_uint_eq(again, number);
    const size_t known = names_count(names);
    ck_assert_int_eq(
        numbering_parse(numbering, NULL, senders[_i].text, strlen(senders[_i].text), NOW_MS, &again),
        NUMBERING_BAD_CHARACTER);
    ck_assert_uint_eq(names_count(names), known);
}
END_TEST

START_TEST(senders_are_told_apart_byte_by_byte)
{
    uint64_t upper = 0, lower = 0;
    ck_assert_int_eq(parse("Zalo", NOW_MS, &upper), NUMBERING_OK);
    ck_assert_int_eq(parse("ZALO", NOW_MS, &lower), NUMBERING_OK);
    ck_assert_uint_ne(upper, lower);
    ck_assert_int_eq(parse("ABCDEFGHIJKL", NOW_MS, &upper), NUMBERING_SENDER_TOO_LONG);
    ck_assert_uint_eq(names_count(names), 2);
}
END_TEST

START_TEST(a_full_table_of_names_refuses_new_senders_and_knows_old_ones)
{
    uint64_t number = 0;
    struct names *few = names_create(1, &error);
    ck_assert_int_eq(numbering_parse(numbering, few, "ZALO", 4, NOW_MS, &number), NUMBERING_OK);
    ck_assert_int_eq(numbering_parse(numbering, few, "MOMO", 4, NOW_MS, &number), NUMBERING_NAMES_FULL);
    ck_assert_int_eq(numbering_parse(numbering, few, "ZALO", 4, NOW_MS, &number), NUMBERING_OK);
    ck_assert_int_eq(numbering_parse(numbering, few, "0912345678", 10, NOW_MS, &number), NUMBERING_OK);
    names_destroy(few);
}
END_TEST

static const struct {
    const char *old, *new;
} renumbered[] = {
    {"0162", "032"}, {"0163", "033"}, {"0164", "034"}, {"0165", "035"}, {"0166", "036"}, {"0167", "037"},
    {"0168", "038"}, {"0169", "039"}, {"0120", "070"}, {"0121", "079"}, {"0122", "077"}, {"0126", "076"},
    {"0128", "078"}, {"0123", "083"}, {"0124", "084"}, {"0125", "085"}, {"0127", "081"}, {"0129", "082"},
    {"0186", "056"}, {"0188", "058"}, {"0199", "059"},
};

START_TEST(a_renumbered_prefix_comes_out_new_until_the_end_of_its_transition)
{
    const int64_t end_ms = INT64_C(1561914000000); /* 2019-07-01T00:00:00+07:00 */
    char old[32], new[32], text[40];
    uint64_t from_old = 0, from_new = 1;
    snprintf(old, sizeof(old), "%s3456789", renumbered[_i].old);
    snprintf(new, sizeof(new), "%s3456789", renumbered[_i].new);
    ck_assert_int_eq(parse(old, end_ms - 1, &from_old), NUMBERING_OK);
    ck_assert_int_eq(parse(new, end_ms - 1, &from_new), NUMBERING_OK);
    ck_assert_uint_eq(from_old, from_new);
    ck_assert_int_eq(parse(old, TIME_MIN_MS, &from_old), NUMBERING_OK);
    ck_assert_uint_eq(from_old, from_new);
    snprintf(text, sizeof(text), "84%s", old + 1);
    ck_assert_int_eq(parse(text, end_ms - 1, &from_old), NUMBERING_OK);
    ck_assert_uint_eq(from_old, from_new);
    snprintf(text, sizeof(text), "+84 %s", old);
    ck_assert_int_eq(parse(text, end_ms - 1, &from_old), NUMBERING_OK);
    ck_assert_uint_eq(from_old, from_new);
    ck_assert_int_eq(parse(old, end_ms, &from_old), NUMBERING_NOT_IN_USE);
    ck_assert_ptr_nonnull(numbering_block_holder(numbering, from_new));
}
END_TEST

static uint64_t random_state;

static uint64_t random_below(uint64_t limit)
{
    random_state += UINT64_C(0x9e3779b97f4a7c15); /* splitmix64 */
    uint64_t value = random_state;
    value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
    return (value ^ value >> 31) % limit;
}

static void seed_random(void)
{
    const char *text = getenv("SEED");
    uint64_t seed = 20241209;
    if (text)
        ck_assert(text_parse_u64(text, strlen(text), UINT64_MAX, &seed));
    random_state = seed;
    printf("SEED=%llu\n", (unsigned long long)seed);
}

/* `digits` with separators between them, and blanks around. */
static void scatter(const char *digits, char *written, size_t capacity)
{
    static const char *const separators[] = {".", "-", " ", "(", ")", "/", "\t", "\xC2\xA0", "\xE2\x80\x83"};
    struct text text = text_over(written, capacity);
    for (size_t i = 0; digits[i]; i++) {
        while (random_below(3) == 0)
            text_add(&text, "%s", separators[random_below(ARRAY_COUNT(separators))]);
        text_add_bytes(&text, digits + i, 1);
    }
    ck_assert(!text.is_cut);
}

static void assert_reads_as(const char *text, uint64_t wanted)
{
    char written[256];
    uint64_t number = 0;
    enum numbering_status status = parse(text, NOW_MS, &number);
    ck_assert_msg(status == NUMBERING_OK && number == wanted, "'%s': %s", text,
                  numbering_status_text(status));
    scatter(text, written, sizeof(written));
    number = 0;
    status = parse(written, NOW_MS, &number);
    ck_assert_msg(status == NUMBERING_OK && number == wanted, "'%s': %s", written,
                  numbering_status_text(status));
}

START_TEST(random_national_numbers_are_one_in_every_writing)
{
    static const struct {
        const char *prefix;
        enum number_kind kind;
        int rest;
    } ranges[] = {
        {"32", NUMBER_MOBILE, 7},  {"39", NUMBER_MOBILE, 7}, {"52", NUMBER_MOBILE, 7},
        {"70", NUMBER_MOBILE, 7},  {"79", NUMBER_MOBILE, 7}, {"84", NUMBER_MOBILE, 7},
        {"86", NUMBER_MOBILE, 7},  {"91", NUMBER_MOBILE, 7}, {"98", NUMBER_MOBILE, 7},
        {"995", NUMBER_MOBILE, 6}, {"203", NUMBER_FIXED, 7}, {"215", NUMBER_FIXED, 7},
        {"24", NUMBER_FIXED, 8},   {"28", NUMBER_FIXED, 8},  {"299", NUMBER_FIXED, 7},
        {"69", NUMBER_FIXED, 5},   {"69", NUMBER_FIXED, 6},  {"69", NUMBER_FIXED, 7},
        {"80", NUMBER_FIXED, 5},
    };
    static const char *const styles[] = {"0%s", "+84%s", "0084%s", "+840%s", "00840%s", "tel:+84%s"};
    seed_random();
    for (int round = 0; round < 2000; round++) {
        const size_t range = random_below(ARRAY_COUNT(ranges));
        char national[24], text[64], canonical[NUMBER_TEXT_BYTES];
        struct text digits = text_over(national, sizeof(national));
        text_add(&digits, "%s", ranges[range].prefix);
        for (int i = 0; i < ranges[range].rest; i++)
            text_add(&digits, "%c", (int)('0' + random_below(10)));
        uint64_t value = 0;
        snprintf(text, sizeof(text), "84%s", national);
        ck_assert(text_parse_u64(text, strlen(text), UINT64_MAX, &value));
        const uint64_t wanted = number_make(ranges[range].kind, value);
        if (strlen(national) >= 8) /* below, bare digits are ambiguous */
            assert_reads_as(text, wanted);
        /* 084 6936531 without its 0 is also 84 and 069 36531 */
        if (ranges[range].kind == NUMBER_MOBILE && strncmp(national, "84", 2) != 0)
            assert_reads_as(national, wanted);
        if (strlen(national) == 10)
            assert_reads_as(national, wanted);
        for (size_t i = 0; i < ARRAY_COUNT(styles); i++) {
            snprintf(text, sizeof(text), styles[i], national);
            uint64_t number = 0;
            ck_assert_int_eq(parse(text, NOW_MS, &number), NUMBERING_OK);
            ck_assert_uint_eq(number, wanted);
            if (text[0] != 't')
                assert_reads_as(text, wanted);
        }
        snprintf(text, sizeof(text), "84%s", national);
        ck_assert_str_eq(number_format(wanted, names, canonical), text);
    }
}
END_TEST

START_TEST(random_foreign_numbers_are_one_in_every_writing)
{
    static const char *const countries[] = {"20", "44", "66", "86", "855", "856", "375", "7", "1", "290"};
    seed_random();
    for (int round = 0; round < 1000; round++) {
        char text[64], e164[24], canonical[NUMBER_TEXT_BYTES];
        const char *country = countries[random_below(ARRAY_COUNT(countries))];
        const size_t length = strlen(country) == 1 ? 11 : 7 + random_below(9);
        struct text digits = text_over(e164, sizeof(e164));
        text_add(&digits, "%s", country);
        while (digits.length < length)
            text_add(&digits, "%c", (int)('0' + random_below(10)));
        uint64_t value = 0;
        ck_assert(text_parse_u64(e164, length, UINT64_MAX, &value));
        const uint64_t wanted = number_make(NUMBER_INTERNATIONAL, value);
        snprintf(text, sizeof(text), "+%s", e164);
        assert_reads_as(text, wanted);
        snprintf(text, sizeof(text), "00%s", e164);
        assert_reads_as(text, wanted);
        if (length > 10)
            assert_reads_as(e164, wanted);
        ck_assert_str_eq(number_format(wanted, names, canonical), e164);
        ck_assert_str_ne(numbering_block_holder(numbering, wanted), "");
    }
}
END_TEST

START_TEST(random_bytes_are_refused_or_read_the_same_again)
{
    static const char alphabet[] = "0123456789084840084+.- ()/\tABz\xC2\xA0\xE2\x80\x8B\xEF\xBC\x90%#";
    seed_random();
    for (int round = 0; round < 200000; round++) {
        char bytes[24], canonical[NUMBER_TEXT_BYTES + 1] = "+";
        const size_t length = random_below(sizeof(bytes));
        uint64_t number = 0, again = 1;
        for (size_t i = 0; i < length; i++)
            bytes[i] = alphabet[random_below(sizeof(alphabet))]; /* its NUL too */
        const enum numbering_status status =
            numbering_parse(numbering, names, bytes, length, NOW_MS, &number);
        if (status != NUMBERING_OK)
            continue;
        const enum number_kind kind = number_kind(number);
        const bool is_e164 = !number_is_service(number);
        number_format(number, names, canonical + 1);
        ck_assert_int_eq(parse(canonical + !is_e164, NOW_MS, &again), NUMBERING_OK);
        ck_assert_msg(number == again, "'%.*s' is kind %d", (int)length, bytes, (int)kind);
    }
}
END_TEST

/* What is signalled as digits with a type of number is what the same digits are in writing. */
START_TEST(random_digits_are_what_they_are_in_writing)
{
    static const char *const starts[] = {"84", "0", "84", "8491", "091", "9", "2", "1800", "00", "44", ""};
    static const char *const prefixes[] = {
        [DIGITS_AS_DIALLED] = "", [DIGITS_NATIONAL] = "+84", [DIGITS_INTERNATIONAL] = "+"};
    unsigned good = 0, refused = 0;
    seed_random();
    for (unsigned round = 0; round < 200000; round++) {
        char text[48];
        const char *start = starts[random_below(ARRAY_COUNT(starts))];
        const enum digits_form form = (enum digits_form)random_below(ARRAY_COUNT(prefixes));
        const size_t most = random_below(20) == 0 ? 24 : 9 + strlen(start);
        size_t count = strlen(start);
        char digits[32];
        memcpy(digits, start, count);
        while (count < most && random_below(40) != 0)
            digits[count++] = (char)('0' + random_below(10));
        if (count == 0)
            continue;
        const char *prefix = form == DIGITS_NATIONAL && digits[0] == '0' ? "" : prefixes[form];
        snprintf(text, sizeof(text), "%s%.*s", prefix, (int)count, digits);
        struct digits signalled = {0, (unsigned)count};
        text_parse_u64(digits, count, UINT64_MAX, &signalled.value);
        uint64_t written = 1, found = 1;
        const enum numbering_status expected = parse(text, NOW_MS, &written);
        REQUIRE(numbering_resolve(numbering, signalled, form, NOW_MS, &found) == expected);
        REQUIRE(found == written);
        good += expected == NUMBERING_OK;
        refused += expected != NUMBERING_OK;
    }
    ck_assert_uint_gt(good, 10000);
    ck_assert_uint_gt(refused, 10000);
    uint64_t number = 7;
    ck_assert_int_eq(
        numbering_resolve(numbering, (struct digits){0, 0}, DIGITS_INTERNATIONAL, NOW_MS, &number),
        NUMBERING_EMPTY);
    ck_assert_uint_eq(number, 7);
}
END_TEST

START_TEST(a_long_input_is_refused_without_reading_past_it)
{
    enum { LENGTH = 65536 };
    uint64_t number = 0;
    char *bytes = malloc(LENGTH);
    ck_assert_ptr_nonnull(bytes);
    memset(bytes, '1', LENGTH);
    ck_assert_int_eq(numbering_parse(numbering, names, bytes, LENGTH, NOW_MS, &number), NUMBERING_TOO_LONG);
    memset(bytes, 'x', LENGTH);
    ck_assert_int_eq(numbering_parse(numbering, names, bytes, LENGTH, NOW_MS, &number),
                     NUMBERING_SENDER_TOO_LONG);
    memset(bytes, ' ', LENGTH);
    ck_assert_int_eq(numbering_parse(numbering, names, bytes, LENGTH, NOW_MS, &number), NUMBERING_EMPTY);
    memcpy(bytes + LENGTH - 3, "113", 3);
    ck_assert_int_eq(numbering_parse(numbering, names, bytes, LENGTH, NOW_MS, &number), NUMBERING_OK);
    ck_assert_uint_eq(number_value(number), 113);
    free(bytes);
}
END_TEST

static const struct {
    const char *text, *holder;
    unsigned province;
} places[] = {
    {"0215.3925.113", NULL, 11},
    {"02438251234", NULL, 1},
    {"0233 3852 113", NULL, 44}, /* Quảng Trị was 45 */
    {"02603861113", NULL, 51},
    {"069.2348560", NULL, 0},
    {"0912345678", "VinaPhone", 0},
    {"0335272727", "Viettel", 0},
    {"0891234567", "MobiFone", 0},
    {"113", "police", 0},
    {"+855 12 345 678", "Cambodia", 0},
    {"18001090", NULL, 0},
    {"4321", NULL, 0},
    {"ZALO", NULL, 0},
};

START_TEST(a_number_has_the_province_of_its_area_and_the_holder_of_its_block)
{
    uint64_t number = 0;
    ck_assert_int_eq(parse(places[_i].text, NOW_MS, &number), NUMBERING_OK);
    ck_assert_uint_eq(numbering_province(numbering, number), places[_i].province);
    const char *holder = numbering_block_holder(numbering, number);
    if (places[_i].holder)
        ck_assert_str_eq(holder, places[_i].holder);
    else
        ck_assert_ptr_null(holder);
    ck_assert_uint_eq(numbering_province(numbering, 0), 0);
    ck_assert_ptr_null(numbering_block_holder(numbering, 0));
}
END_TEST

START_TEST(every_province_has_an_area_code)
{
    bool has_code[PROVINCE_CODE_MAX + 1] = {false};
    unsigned areas = 0;
    for (unsigned area = 20; area <= 299; area++) {
        char text[32];
        uint64_t number = 0;
        snprintf(text, sizeof(text), "0%u%0*u", area, area < 100 ? 8 : 7, 3925113);
        if (parse(text, NOW_MS, &number) != NUMBERING_OK)
            continue;
        ck_assert_ptr_nonnull(province_name(numbering_province(numbering, number)));
        has_code[numbering_province(numbering, number)] = true;
        areas += area < 100 ? area == 24 || area == 28 : area / 10 != 24 && area / 10 != 28;
    }
    for (unsigned code = 1; code <= PROVINCE_CODE_MAX; code++)
        ck_assert_int_eq(has_code[code], province_name(code) != NULL);
    ck_assert_uint_eq(areas, 63);
}
END_TEST

START_TEST(every_status_has_its_own_sentence)
{
    for (enum numbering_status i = 0; i < NUMBERING_STATUS_COUNT; i++)
        for (enum numbering_status k = 0; k < i; k++)
            ck_assert_str_ne(numbering_status_text(k), numbering_status_text(i));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("record/numbering");
    TCase *tests = tcase_create("numbering");
    tcase_set_timeout(tests, 20);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, a_writing_is_a_number_or_refused_for_its_reason, 0, ARRAY_COUNT(writings));
    tcase_add_loop_test(tests, signs_with_a_letter_are_a_sender, 0, ARRAY_COUNT(senders));
    tcase_add_test(tests, senders_are_told_apart_byte_by_byte);
    tcase_add_test(tests, a_full_table_of_names_refuses_new_senders_and_knows_old_ones);
    tcase_add_loop_test(tests, a_renumbered_prefix_comes_out_new_until_the_end_of_its_transition, 0,
                        ARRAY_COUNT(renumbered));
    tcase_add_test(tests, random_national_numbers_are_one_in_every_writing);
    tcase_add_test(tests, random_foreign_numbers_are_one_in_every_writing);
    tcase_add_test(tests, random_bytes_are_refused_or_read_the_same_again);
    tcase_add_test(tests, random_digits_are_what_they_are_in_writing);
    tcase_add_test(tests, a_long_input_is_refused_without_reading_past_it);
    tcase_add_loop_test(tests, a_number_has_the_province_of_its_area_and_the_holder_of_its_block, 0,
                        ARRAY_COUNT(places));
    tcase_add_test(tests, every_province_has_an_area_code);
    tcase_add_test(tests, every_status_has_its_own_sentence);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
