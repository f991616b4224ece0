/* SPDX-License-Identifier: Apache-2.0 */
#include "../../../src/decode/ts32298.h"
#include "decoding.h"
#include "suite.h"
#include "vectors.h"

#include "simsieve/base/text.h"

#include <stdlib.h>
#include <string.h>

/* Vectors: tests/fixtures/ber says of each where it is from. */
static const struct {
    const char *path;
    enum ts32298_variant variant;
    bool has_damage; /* or padding behind records */
} files[] = {
    {"tests/fixtures/ber/samples.txt", TS32298_STANDARD, false},
    {"tests/fixtures/ber/asn1ct.txt", TS32298_STANDARD, false},
    {"tests/fixtures/ber/pycrate.txt", TS32298_STANDARD, false},
    {"tests/fixtures/ber/huawei.txt", TS32298_HUAWEI, false},
    {"tests/fixtures/ber/ericsson.txt", TS32298_ERICSSON, false},
    {"tests/fixtures/ber/own.txt", TS32298_STANDARD, true},
};

/* What became of a record: its NDJSON form or the word of a reason. */
static const char *decode(enum ts32298_variant variant, const uint8_t *octets, size_t length,
                          char text[static CDR_TEXT_BYTES])
{
    struct text json = text_over(text, CDR_TEXT_BYTES);
    struct cdr cdr;
    uint8_t *copy = malloc(length ? length : 1); /* just these bytes, for the sanitizers */
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, octets, length);
    const enum reason reason = ts32298_decode(decoding_context(), variant, copy, length, &cdr);
    free(copy);
    if (reason)
        return reason_word(reason);
    cdr_format_json(&json, &cdr, decoding_context()->names);
    return text;
}

START_TEST(a_vector_decodes_to_what_stands_beside_it)
{
    char text[CDR_TEXT_BYTES];
    struct vectors vectors = vectors_read(files[_i].path);
    for (size_t i = 0; i < vectors.count; i++) {
        const struct vector *vector = &vectors.list[i];
        const char *found = decode(files[_i].variant, vector->octets, vector->length, text);
        ck_assert_msg(strcmp(found, vector->expected) == 0, "%s:%u\n  expected %s\n  found    %s",
                      vector->file, vector->line, vector->expected, found);
    }
    vectors_free(&vectors);
}
END_TEST

START_TEST(a_vector_cut_short_is_refused_and_never_read_beyond)
{
    char text[CDR_TEXT_BYTES];
    struct vectors vectors = vectors_read(files[_i].path);
    for (size_t i = 0; i < vectors.count; i++)
        for (size_t length = 0; length < vectors.list[i].length; length++) {
            const char *found = decode(files[_i].variant, vectors.list[i].octets, length, text);
            ck_assert(files[_i].has_damage || strcmp(found, reason_word(REASON_RECORD_TRUNCATED)) == 0);
        }
    vectors_free(&vectors);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("decode/ts32298");
    TCase *tests = tcase_create("ts32298");
    tcase_add_loop_test(tests, a_vector_decodes_to_what_stands_beside_it, 0, ARRAY_COUNT(files));
    tcase_add_loop_test(tests, a_vector_cut_short_is_refused_and_never_read_beyond, 0, ARRAY_COUNT(files));
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
