/* SPDX-License-Identifier: Apache-2.0 */
#include "small_network.h"

#include "simsieve/base/hash.h"
#include "simsieve/base/text.h"
#include "simsieve/tools/generate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS_MAX 16
#define PATH_BYTES 512

/* Cuts a line of a generated file, which never quotes, into its fields. */
static size_t split(char *line, char *fields[static FIELDS_MAX])
{
    size_t count = 0;
    line[strcspn(line, "\n")] = 0;
    for (char *at = line; at; count++) {
        REQUIRE(count < FIELDS_MAX);
        fields[count] = at;
        at = strchr(at, ',');
        if (at)
            *at++ = 0;
    }
    return count;
}

static uint64_t key_of(const char *text)
{
    uint64_t value;
    const char *digits = text[0] == '+' ? text + 1 : text;
    if (text[0] == 0)
        return 0;
    if (text_parse_u64(digits, strlen(digits), UINT64_MAX / 2, &value))
        return value;
    return hash_bytes(text, strlen(text)) | UINT64_C(1) << 63;
}

uint64_t small_network_hash(const char *text)
{
    return text[0] ? hash_bytes(text, strlen(text)) : 0;
}

static int64_t time_of(const char *text)
{
    int64_t time_ms = 0;
    if (text[0])
        REQUIRE(calendar_parse(text, strlen(text), &time_ms) == CALENDAR_OK);
    return time_ms;
}

static uint64_t number_of(const char *text)
{
    uint64_t value = 0;
    if (text[0])
        REQUIRE(text_parse_u64(text, strlen(text), UINT64_MAX, &value));
    return value;
}

static uint8_t word_of(const char *word, unsigned count, const char *(*name)(unsigned))
{
    for (unsigned i = 0; i < count; i++)
        if (strcmp(name(i), word) == 0)
            return (uint8_t)i;
    ck_abort_msg("unknown word %s", word);
}

static const char *type_name(unsigned type)
{
    return cdr_type_name(type);
}

static const char *outcome_name(unsigned outcome)
{
    return cdr_outcome_name(outcome);
}

static void read_record(struct network_record *record, char *line, uint32_t day)
{
    char *fields[FIELDS_MAX];
    REQUIRE(split(line, fields) == CDR_FIELD_COUNT);
    *record = (struct network_record){
        .time_ms = time_of(fields[CDR_TIME]),
        .a = key_of(fields[CDR_A]),
        .b = key_of(fields[CDR_B]),
        .forwarded_by = key_of(fields[CDR_FORWARDED_BY]),
        .imsi = small_network_hash(fields[CDR_IMSI]),
        .imei = small_network_hash(fields[CDR_IMEI]),
        .cell = small_network_hash(fields[CDR_CELL]),
        .seq = number_of(fields[CDR_SEQ]),
        .duration_s = (uint32_t)number_of(fields[CDR_DURATION]),
        .day = day,
        .type = word_of(fields[CDR_TYPE], CDR_TYPE_COUNT, type_name),
        .outcome = word_of(fields[CDR_OUTCOME], CDR_OUTCOME_COUNT, outcome_name),
    };
    snprintf(record->switch_name, sizeof(record->switch_name), "%s", fields[CDR_SWITCH]);
    snprintf(record->trunk, sizeof(record->trunk), "%s", fields[CDR_TRUNK]);
}

static FILE *open_file(const struct small_network *network, const char *name)
{
    char path[PATH_BYTES], header[PATH_BYTES];
    snprintf(path, sizeof(path), "%s/%s", network->folder, name);
    FILE *file = fopen(path, "r");
    ck_assert_msg(file != NULL, "%s is missing", name);
    ck_assert_ptr_nonnull(fgets(header, sizeof(header), file));
    return file;
}

static void read_day(struct small_network *network, uint32_t day, size_t *capacity)
{
    char name[PATH_BYTES], line[PATH_BYTES];
    const struct calendar_date start = {2024, 12, 2};
    calendar_format(calendar_local_midnight_ms(start) + day * DAY_MS, line);
    snprintf(name, sizeof(name), "cdr-%.10s.csv", line);
    FILE *file = open_file(network, name);
    while (fgets(line, sizeof(line), file)) {
        if (network->record_count == *capacity) {
            *capacity = *capacity * 2 + 1024;
            network->records = realloc(network->records, *capacity * sizeof(*network->records));
            REQUIRE(network->records);
        }
        read_record(&network->records[network->record_count++], line, day);
    }
    fclose(file);
}

static int compare_numbers(const void *a, const void *b)
{
    const struct network_number *left = a, *right = b;
    return (left->number > right->number) - (left->number < right->number);
}

const struct network_number *small_network_find(const struct small_network *network, uint64_t number)
{
    const struct network_number key = {.number = number};
    return bsearch(&key, network->numbers, network->number_count, sizeof(key), compare_numbers);
}

static void read_truth(struct small_network *network, uint32_t subscribers)
{
    char line[PATH_BYTES], *fields[FIELDS_MAX];
    FILE *file = open_file(network, "truth.csv");
    network->numbers = calloc(subscribers, sizeof(*network->numbers));
    ck_assert_ptr_nonnull(network->numbers);
    while (fgets(line, sizeof(line), file)) {
        REQUIRE(network->number_count < subscribers);
        struct network_number *number = &network->numbers[network->number_count++];
        REQUIRE(split(line, fields) == 5);
        number->number = number_of(fields[0]);
        snprintf(number->class, sizeof(number->class), "%s", fields[1]);
        number->is_junk = number_of(fields[2]) == 1;
        snprintf(number->campaign, sizeof(number->campaign), "%s", fields[3]);
        number->first_junk_ms = time_of(fields[4]);
    }
    fclose(file);
    qsort(network->numbers, network->number_count, sizeof(*network->numbers), compare_numbers);
}

static void read_subscribers(struct small_network *network)
{
    char line[PATH_BYTES], *fields[FIELDS_MAX];
    FILE *file = open_file(network, "subscribers.csv");
    while (fgets(line, sizeof(line), file)) {
        REQUIRE(split(line, fields) == 10);
        const struct network_number key = {.number = number_of(fields[0])};
        struct network_number *number =
            bsearch(&key, network->numbers, network->number_count, sizeof(key), compare_numbers);
        REQUIRE(number); /* a subscriber that is not in the truth */
        number->imsi = small_network_hash(fields[1]);
        number->activated_ms = time_of(fields[2]);
        number->province = (unsigned)number_of(fields[6]);
    }
    fclose(file);
}

void small_network_make(struct small_network *network, uint32_t subscribers, uint32_t days, uint64_t seed,
                        const char *scenario)
{
    char path[PATH_BYTES];
    struct error error = {0};
    size_t capacity = 0;
    *network = (struct small_network){.days = days};
    workdir_make(network->folder);
    snprintf(path, sizeof(path), "%s/scenario.yaml", network->folder);
    if (scenario)
        file_write(path, scenario, strlen(scenario));
    const struct generate_options options = {.subscribers = subscribers,
                                             .days = days,
                                             .seed = seed,
                                             .folder = network->folder,
                                             .scenario = scenario ? path : NULL};
    ck_assert_msg(generate_network(&options, &error) == ERROR_OK, "%s", error.text);
    read_truth(network, subscribers);
    read_subscribers(network);
    for (uint32_t day = 0; day < days; day++)
        read_day(network, day, &capacity);
}

void small_network_drop(struct small_network *network)
{
    workdir_remove(network->folder);
    free(network->records);
    free(network->numbers);
    *network = (struct small_network){0};
}
