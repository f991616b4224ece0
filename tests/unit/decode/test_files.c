/* SPDX-License-Identifier: Apache-2.0
 * Whole files of the binary formats, as switches and partners write them, good and damaged (tests/fixtures/files). */
#include "decoding.h"
#include "suite.h"
#include "vectors.h"

#include <stdlib.h>
#include <string.h>

#define CAPACITY 64

static const struct {
    const char *path;
    const char *decoder;
} files[] = {
    {"tests/fixtures/files/ber.txt", "ber"},
    {"tests/fixtures/files/ber-huawei.txt", "ber-huawei"},
    {"tests/fixtures/files/ber-ericsson.txt", "ber-ericsson"},
    {"tests/fixtures/files/ts32297.txt", "ts32297"},
    {"tests/fixtures/files/ts32297-sigscale.txt", "ts32297"},
    {"tests/fixtures/files/tap.txt", "tap"},
    {"tests/fixtures/files/tap-own.txt", "tap"},
    {"tests/fixtures/files/nrtrde.txt", "nrtrde"},
    {"tests/fixtures/files/dx200.txt", "dx200"},
};

static const struct decoder *decoder_of(int row)
{
    const struct decoder *decoder = decoder_by_name(files[row].decoder, &(const char *){NULL});
    ck_assert_ptr_nonnull(decoder);
    return decoder;
}

static void run(struct decoding *decoding, int row, const struct vector *vector, size_t piece,
                size_t capacity)
{
    decoding_run(decoding, decoder_of(row), (const char *)vector->octets, vector->length, piece, capacity);
    ck_assert_int_eq(decoding->class, ERROR_OK);
}

START_TEST(a_file_decodes_to_what_stands_beside_it)
{
    struct vectors vectors = vectors_read(files[_i].path);
    for (size_t i = 0; i < vectors.count; i++) {
        struct decoding decoding;
        run(&decoding, _i, &vectors.list[i], vectors.list[i].length, CAPACITY);
        char *found = decoding_outcome(&decoding);
        ck_assert_msg(strcmp(found, vectors.list[i].expected) == 0, "%s:%u\n  expected %s\n  found    %s",
                      files[_i].path, vectors.list[i].line, vectors.list[i].expected, found);
        free(found);
        decoding_fini(&decoding);
    }
    vectors_free(&vectors);
}
END_TEST

START_TEST(however_a_file_is_cut_the_same_comes_out)
{
    static const struct {
        size_t piece, capacity;
    } ways[] = {{1, CAPACITY}, {1, 1}, {7, 1}, {64, CAPACITY}, {SIZE_MAX / 2, 1}};
    struct vectors vectors = vectors_read(files[_i].path);
    for (size_t i = 0; i < vectors.count; i++) {
        struct decoding whole;
        run(&whole, _i, &vectors.list[i], vectors.list[i].length, CAPACITY);
        for (size_t way = 0; way < ARRAY_COUNT(ways); way++) {
            struct decoding pieces;
            run(&pieces, _i, &vectors.list[i], ways[way].piece, ways[way].capacity);
            ck_assert_msg(decoding_equal(&whole, &pieces), "%s:%u, way %zu", files[_i].path,
                          vectors.list[i].line, way);
            decoding_fini(&pieces);
        }
        decoding_fini(&whole);
    }
    vectors_free(&vectors);
}
END_TEST

START_TEST(every_record_is_given_on_or_rejected_and_numbered_once)
{
    struct vectors vectors = vectors_read(files[_i].path);
    for (size_t i = 0; i < vectors.count; i++) {
        struct decoding decoding;
        run(&decoding, _i, &vectors.list[i], vectors.list[i].length, CAPACITY);
        const size_t count = decoding.record_count + decoding.reject_count;
        uint64_t sum = 0;
        for (size_t record = 0; record < decoding.record_count; record++)
            sum += decoding.records[record].line;
        for (size_t reject = 0; reject < decoding.reject_count; reject++)
            sum += decoding.rejects[reject].line;
        ck_assert_uint_eq(sum, count * (count + 1) / 2);
        decoding_fini(&decoding);
    }
    vectors_free(&vectors);
}
END_TEST

/* Damage at the front may hide what a file is, and bare records of a vendor look like the standard's, but nothing may
 * be taken for another format. */
START_TEST(a_file_is_its_own_formats_or_nobodys)
{
    struct vectors vectors = vectors_read(files[_i].path);
    size_t known = 0;
    for (size_t i = 0; i < vectors.count; i++) {
        const struct decoder *found =
            decoder_detect((const char *)vectors.list[i].octets, vectors.list[i].length);
        ck_assert_msg(!found || found == decoder_of(_i), "%s:%u is taken for %s", files[_i].path,
                      vectors.list[i].line, found ? found->name : "");
        known += found != NULL;
    }
    ck_assert_uint_ge(2 * known, vectors.count);
    ck_assert_ptr_eq(decoder_detect((const char *)vectors.list[0].octets, vectors.list[0].length),
                     decoder_of(_i));
    vectors_free(&vectors);
}
END_TEST

START_TEST(text_is_no_binary_file)
{
    static const char *const texts[] = {
        "type,time,a,b\nmo_call,2025-03-14T09:26:50+07:00,0912345678,0981234567\n",
        "{\"type\":\"mo_call\",\"time\":\"2025-03-14T09:26:50+07:00\",\"a\":\"0912345678\"}\n",
        "accountcode,src,dst,dcontext,clid,channel,dstchannel,lastapp\n",
        "a;b;c;d;e;f;g;h;i;j;k;l;m;n;o;p;q;r;s;t;u;v;w;x;y;z\n",
        "dddddddddddddddddddddddddddddddddddddddddddddddddddd\n",
        "0000000000000000000000000000000000000000000000000000\n",
    };
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        const struct decoder *found = decoder_detect(texts[i], strlen(texts[i]));
        ck_assert_msg(!found || !found->is_binary, "'%s' is taken for %s", texts[i], found->name);
    }
}
END_TEST

START_TEST(nothing_and_padding_alone_are_no_records)
{
    static const uint8_t padding[3000];
    const struct vector empty = {.octets = (uint8_t *)(uintptr_t)padding, .length = 0};
    struct vector zeros = empty;
    struct decoding decoding;
    run(&decoding, _i, &empty, 1, CAPACITY);
    ck_assert_uint_eq(decoding.record_count + decoding.reject_count, 0);
    decoding_fini(&decoding);
    zeros.length = sizeof(padding);
    ck_assert_ptr_null(decoder_detect((const char *)padding, sizeof(padding)));
    run(&decoding, _i, &zeros, sizeof(padding), CAPACITY);
    ck_assert_uint_eq(decoding.record_count, 0);
    decoding_fini(&decoding);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("decode/files");
    TCase *tests = tcase_create("files");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, a_file_decodes_to_what_stands_beside_it, 0, ARRAY_COUNT(files));
    tcase_add_loop_test(tests, however_a_file_is_cut_the_same_comes_out, 0, ARRAY_COUNT(files));
    tcase_add_loop_test(tests, every_record_is_given_on_or_rejected_and_numbered_once, 0, ARRAY_COUNT(files));
    tcase_add_loop_test(tests, a_file_is_its_own_formats_or_nobodys, 0, ARRAY_COUNT(files));
    tcase_add_loop_test(tests, nothing_and_padding_alone_are_no_records, 0, ARRAY_COUNT(files));
    tcase_add_test(tests, text_is_no_binary_file);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
