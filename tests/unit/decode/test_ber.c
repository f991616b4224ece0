/* SPDX-License-Identifier: Apache-2.0 */
#include "../../../src/decode/ber.h"
#include "suite.h"
#include "vectors.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *hex;
    enum ber_status status;
    uint32_t tag;
    size_t header_bytes, content_bytes;
    bool is_constructed, is_indefinite;
} headers[] = {
    {"800100", BER_ELEMENT, 0x80, 2, 1, false, false},
    {"A0820006", BER_ELEMENT, 0xA0, 4, 6, true, false},
    {"A08400000006", BER_ELEMENT, 0xA0, 6, 6, true, false},
    {"A080", BER_ELEMENT, 0xA0, 2, 0, true, true},
    {"9F2003", BER_ELEMENT, 0x9F20, 3, 3, false, false},
    {"BF814803", BER_ELEMENT, 0xBF8148, 4, 3, true, false},
    {"5F8101017F", BER_ELEMENT, 0x5F8101, 4, 1, false, false},
    {"30847FFFFFFF", BER_ELEMENT, 0x30, 6, 0x7FFFFFFF, true, false},
    {"3084FFFFFFFF", BER_ELEMENT, 0x30, 6, 0xFFFFFFFF, true, false},
    {"", BER_MORE, 0, 0, 0, false, false},
    {"80", BER_MORE, 0, 0, 0, false, false},
    {"9F", BER_MORE, 0, 0, 0, false, false},
    {"9F81", BER_MORE, 0, 0, 0, false, false},
    {"8082", BER_MORE, 0, 0, 0, false, false},
    {"808200", BER_MORE, 0, 0, 0, false, false},
    {"8080", BER_MALFORMED, 0, 0, 0, false, false},           /* indefinite, but primitive */
    {"80850000000001", BER_MALFORMED, 0, 0, 0, false, false}, /* a length of five octets */
    {"80FF", BER_MALFORMED, 0, 0, 0, false, false},
    {"9F8001", BER_MALFORMED, 0, 0, 0, false, false},     /* a tag number with a leading zero */
    {"9F81818101", BER_MALFORMED, 0, 0, 0, false, false}, /* a tag of five octets */
};

START_TEST(a_header_is_read_or_refused)
{
    struct ber_header header;
    size_t length;
    uint8_t *octets = octets_from_hex(headers[_i].hex, &length);
    ck_assert_int_eq(ber_read_header(octets, length, &header), headers[_i].status);
    if (headers[_i].status == BER_ELEMENT) {
        ck_assert_uint_eq(header.tag, headers[_i].tag);
        ck_assert_uint_eq(header.header_bytes, headers[_i].header_bytes);
        ck_assert_uint_eq(header.content_bytes, headers[_i].content_bytes);
        ck_assert(header.is_constructed == headers[_i].is_constructed);
        ck_assert(header.is_indefinite == headers[_i].is_indefinite);
    }
    free(octets);
}
END_TEST

/* How long the contents of the elements are. */
static const struct {
    const char *hex;
    const char
        *lengths; /* of the elements, then how it ended: "." end, "+" more, "!" malformed, "^" too deep */
} walks[] = {
    {"", "."},
    {"8001008100", "10."},
    {"A003800100810155", "31."},
    {"A0808001000000810155", "31."},
    {"A080A0808000000000008100", "60."}, /* one indefinite length in another */
    {"A080A004800200000000", "6."},      /* zeros inside a definite element end nothing */
    {"80028001", "2."},
    {"800380", "+"},
    {"80010081", "1+"},
    {"A080800100", "+"},
    {"A08080010000", "+"},
    {"A08080030000", "+"},
    {"A0808080", "!"},
    {"8080", "!"},
    {"8001009F8001", "1!"},
};

START_TEST(a_walk_goes_over_whole_elements_only)
{
    static const char ends[] = {
        [BER_END] = '.', [BER_MORE] = '+', [BER_MALFORMED] = '!', [BER_TOO_DEEP] = '^'};
    size_t length, at = 0;
    uint8_t *octets = octets_from_hex(walks[_i].hex, &length);
    uint8_t *copy = malloc(length ? length : 1);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, octets, length);
    struct ber walk = ber_over(copy, length);
    struct ber_element element;
    enum ber_status status;
    char found[16] = "";
    while ((status = ber_next(&walk, &element)) == BER_ELEMENT && at < sizeof(found) - 2) {
        ck_assert(element.content >= copy && element.content + element.length <= copy + length);
        found[at++] = (char)('0' + element.length);
    }
    found[at] = ends[status];
    ck_assert_str_eq(found, walks[_i].lengths);
    free(octets);
    free(copy);
}
END_TEST

START_TEST(indefinite_lengths_lie_in_each_other_up_to_the_limit)
{
    uint8_t octets[4 * (BER_DEPTH_MAX + 1)];
    struct ber_element element;
    for (size_t depth = 1; depth <= BER_DEPTH_MAX + 1; depth++) {
        for (size_t i = 0; i < depth; i++) {
            octets[2 * i] = 0xA0;
            octets[2 * i + 1] = 0x80;
            octets[2 * (depth + i)] = octets[2 * (depth + i) + 1] = 0;
        }
        struct ber walk = ber_over(octets, 4 * depth);
        ck_assert_int_eq(ber_next(&walk, &element), depth <= BER_DEPTH_MAX ? BER_ELEMENT : BER_TOO_DEEP);
    }
}
END_TEST

START_TEST(definite_lengths_need_no_depth)
{
    enum { DEPTH = 60 };
    uint8_t octets[2 * DEPTH];
    struct ber_element element;
    for (size_t i = 0; i < DEPTH; i++) {
        octets[2 * i] = 0xA0;
        octets[2 * i + 1] = (uint8_t)(2 * (DEPTH - i - 1));
    }
    struct ber walk = ber_over(octets, sizeof(octets));
    size_t depth = 0;
    while (ber_next(&walk, &element) == BER_ELEMENT) {
        walk = ber_inside(&element);
        depth++;
    }
    ck_assert_uint_eq(depth, DEPTH);
}
END_TEST

static const struct {
    const char *hex;
    bool is_number;
    uint64_t value;
} numbers[] = {
    {"00", true, 0},
    {"7F", true, 127},
    {"C8", true, 200}, /* without the zero that X.690 wants before it */
    {"00C8", true, 200},
    {"0000000000000000000000FF", true, 255},
    {"FFFFFFFFFFFFFFFF", true, UINT64_MAX},
    {"00FFFFFFFFFFFFFFFF", true, UINT64_MAX},
    {"01FFFFFFFFFFFFFFFF", false, 0},
    {"", false, 0},
};

START_TEST(a_number_has_no_sign)
{
    uint64_t value = 0;
    size_t length;
    uint8_t *octets = octets_from_hex(numbers[_i].hex, &length);
    const struct ber_element element = {.content = octets, .length = length};
    ck_assert(ber_unsigned(&element, &value) == numbers[_i].is_number);
    if (numbers[_i].is_number)
        ck_assert_uint_eq(value, numbers[_i].value);
    free(octets);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("decode/ber");
    TCase *tests = tcase_create("ber");
    tcase_add_loop_test(tests, a_header_is_read_or_refused, 0, ARRAY_COUNT(headers));
    tcase_add_loop_test(tests, a_walk_goes_over_whole_elements_only, 0, ARRAY_COUNT(walks));
    tcase_add_test(tests, indefinite_lengths_lie_in_each_other_up_to_the_limit);
    tcase_add_test(tests, definite_lengths_need_no_depth);
    tcase_add_loop_test(tests, a_number_has_no_sign, 0, ARRAY_COUNT(numbers));
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
