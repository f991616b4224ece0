/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/base/hash.h"
#include "suite.h"

#include <string.h>

/* Partitions, positions and identities rest on these: another value is another product. */
static const struct {
    uint64_t key, hash;
} fixed[] = {
    {0, UINT64_C(14544503408999129173)},
    {1, UINT64_C(17506462009081979429)},
    {84912345678, UINT64_C(17447970370839988882)},
    {UINT64_MAX, UINT64_C(11215299245283238625)},
};

START_TEST(the_fixed_hash_never_changes)
{
    ck_assert_uint_eq(hash_fixed(fixed[_i].key), fixed[_i].hash);
}
END_TEST

START_TEST(the_hash_of_bytes_never_changes)
{
    ck_assert_uint_eq(hash_bytes("", 0), UINT64_C(0x2d06800538d394c2)); /* XXH3's own test vector */
    ck_assert_uint_eq(hash_bytes("simsieve", 8), UINT64_C(17398928557995270374));
    ck_assert_uint_ne(hash_bytes("simsieve", 7), hash_bytes("simsieve", 8));
}
END_TEST

START_TEST(the_secret_hash_is_siphash)
{
    struct hash_key secret;
    uint8_t bytes[16];
    for (uint8_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = i;
    memcpy(&secret, bytes, sizeof(secret));
    /* appendix A of Aumasson and Bernstein's paper */
    ck_assert_uint_eq(hash_secret(bytes, 15, &secret), UINT64_C(0xa129ca6149be45e5));
}
END_TEST

START_TEST(the_keyed_hash_depends_on_its_whole_secret)
{
    const struct hash_key a = {1, 2}, b = {1, 3}, c = {2, 2};
    unsigned same = 0;
    for (uint64_t key = 0; key < 1000; key++)
        same += hash_keyed(key, &a) == hash_keyed(key, &b) || hash_keyed(key, &a) == hash_keyed(key, &c);
    ck_assert_uint_eq(same, 0);
    ck_assert_uint_eq(hash_keyed(7, &a), hash_keyed(7, &(const struct hash_key){1, 2}));
}
END_TEST

START_TEST(secrets_are_fresh)
{
    const struct hash_key a = hash_key_random(), b = hash_key_random();
    ck_assert_mem_ne(&a, &b, sizeof(a));
}
END_TEST

/* Chi-squared of consecutive telephone numbers over 1,024 places by 10 bits of their hash: 1,023 expected, with a
 * standard deviation of 45. */
static double spread(uint64_t (*hash)(uint64_t key), unsigned shift)
{
    enum { PLACES = 1024, EACH = 200 };
    static unsigned counts[PLACES];
    double sum = 0;
    memset(counts, 0, sizeof(counts));
    for (uint64_t i = 0; i < PLACES * EACH; i++)
        counts[hash(84900000000 + i) >> shift & (PLACES - 1)]++;
    for (unsigned i = 0; i < PLACES; i++)
        sum += ((double)counts[i] - EACH) * ((double)counts[i] - EACH) / EACH;
    return sum;
}

static uint64_t keyed(uint64_t key)
{
    return hash_keyed(key, &(const struct hash_key){12345, 67890});
}

START_TEST(neighbouring_numbers_spread_evenly)
{
    static const unsigned shifts[] = {0, 16, 40, 54};
    for (size_t i = 0; i < ARRAY_COUNT(shifts); i++) {
        ck_assert_double_lt(spread(hash_fixed, shifts[i]), 1023 + 6 * 45);
        ck_assert_double_lt(spread(keyed, shifts[i]), 1023 + 6 * 45);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/hash");
    TCase *tests = tcase_create("hash");
    tcase_add_loop_test(tests, the_fixed_hash_never_changes, 0, ARRAY_COUNT(fixed));
    tcase_add_test(tests, the_hash_of_bytes_never_changes);
    tcase_add_test(tests, the_keyed_hash_depends_on_its_whole_secret);
    tcase_add_test(tests, the_secret_hash_is_siphash);
    tcase_add_test(tests, secrets_are_fresh);
    tcase_add_test(tests, neighbouring_numbers_spread_evenly);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
