/* SPDX-License-Identifier: Apache-2.0
 * The fuzzers' corpora as regression tests: every file of tests/fuzz/corpus/NAME goes through the property that
 * fuzz_NAME.c checks, without libFuzzer. */
#include "decoder_property.h"
#include "kafka_records.h"
#include "packet_property.h"
#include "suite.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

static const struct {
    const char *folder;
    void (*property)(const char *bytes, size_t length);
} corpora[] = {
    {"tests/fuzz/corpus/csv", decoder_property_csv},
    {"tests/fuzz/corpus/ndjson", decoder_property_ndjson},
    {"tests/fuzz/corpus/ber", decoder_property_ber},
    {"tests/fuzz/corpus/ts32297", decoder_property_ts32297},
    {"tests/fuzz/corpus/tap", decoder_property_tap},
    {"tests/fuzz/corpus/dx200", decoder_property_dx200},
    {"tests/fuzz/corpus/pcap", decoder_property_pcap},
    {"tests/fuzz/corpus/map", decoder_property_map},
    {"tests/fuzz/corpus/subscribers", decoder_property_subscribers},
    {"tests/fuzz/corpus/complaints", decoder_property_complaints},
    {"tests/fuzz/corpus/frame", packet_property_frame},
    {"tests/fuzz/corpus/gtpp", packet_property_gtpp},
    {"tests/fuzz/corpus/listener", packet_property_listener},
    {"tests/fuzz/corpus/smpp", packet_property_smpp},
    {"tests/fuzz/corpus/avro", wire_property_avro},
    {"tests/fuzz/corpus/protobuf", wire_property_protobuf},
};

static void replay(const char *path, void (*property)(const char *bytes, size_t length))
{
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    fseek(file, 0, SEEK_END);
    const size_t length = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(length + 1);
    ck_assert_uint_eq(fread(bytes, 1, length, file), length);
    fclose(file);
    property(bytes, length);
    free(bytes);
}

START_TEST(every_file_of_a_corpus_holds_the_property)
{
    char path[512];
    size_t count = 0;
    DIR *folder = opendir(corpora[_i].folder);
    ck_assert_msg(folder != NULL, "%s is not there: run from the root of the checkout", corpora[_i].folder);
    for (const struct dirent *entry; (entry = readdir(folder));) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "%s/%s", corpora[_i].folder, entry->d_name);
        replay(path, corpora[_i].property);
        count++;
    }
    closedir(folder);
    ck_assert_uint_ge(count, 10);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fuzz/replay");
    TCase *tests = tcase_create("replay");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, every_file_of_a_corpus_holds_the_property, 0, ARRAY_COUNT(corpora));
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
