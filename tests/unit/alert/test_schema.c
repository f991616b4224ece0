/* SPDX-License-Identifier: Apache-2.0
 * The schema of alerts, through scripts/validate-alerts.py: what is an alert passes; each single departure from it
 * is named with its line. */
#include "simsieve/alert/content.h"
#include "simsieve/record/province.h"
#include "suite.h"
#include "workdir.h"

#include <jansson.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define VALIDATE "scripts/validate-alerts.py "

/* One change to a good alert of tests/fixtures/alerts/day.ndjson: `value` (JSON) is set at `path`; NULL removes. */
struct change {
    int line;
    const char *path, *value;
};

enum { SIM = 2, CAMPAIGN = 3, HASHED = 4, DEVICE = 5, VICTIM = 6, NUMBER = 7 };

static const struct change refused[] = {
    {SIM, "extra", "1"},
    {SIM, "written_at", "\"2024-12-09T00:00:00+07:00\""},
    {SIM, "title/fr", "\"carte\""},
    {SIM, "subject/name", "\"Nguyen\""},
    {SIM, "measures/fan_out/unit", "\"SIMs\""},
    {SIM, "victims/numbers", "[\"84912000000\"]"},
    {SIM, "victims/by_province/62", "1"}, /* a code of the 63 */
    {SIM, "provinces/home", "[]"},
    {SIM, "evidence/0/b", "\"84912000000\""},
    {SIM, "summary/text", "\"sms\""},
    {HASHED, "evidence/0/switch", "\"MSC\""}, /* neither one form nor the other */
    {SIM, "schema", "\"simsieve.alert/2\""},
    {SIM, "schema", NULL},
    {SIM, "id", "\"0123456789abcdef0123456789abcdeF\""},
    {SIM, "id", "\"0123456789abcdef0123456789abcde\""},
    {SIM, "id", "\"0123456789abcdef0123456789abcdef\\n\""},
    {SIM, "time", "\"2024-12-09T00:00:00\""},
    {SIM, "time", "\"2024-12-09T00:00:00Z\""},
    {SIM, "time", "\"2024-12-09T24:00:00+07:00\""},
    {SIM, "time", "\"2024-12-09T00:00:00.1+07:00\""},
    {SIM, "time", "1733706930000"},
    {SIM, "rule", "\"Vn Officials\""},
    {SIM, "rule", "\"\""},
    {SIM, "rev", "0"},
    {SIM, "rev", "\"3\""},
    {SIM, "title/vi", NULL},
    {SIM, "title/en", "\"\""},
    {SIM, "title/vi", "\"two\\nlines\""},
    {SIM, "mode", "\"off\""},
    {SIM, "severity", "\"none\""},
    {SIM, "severity", "\"high\""},
    {SIM, "subject/type", "\"person\""},
    {SIM, "subject/key", "\"+84912345678\""},
    {SIM, "subject/key", "\"84912345679\""}, /* not the one it accuses */
    {VICTIM, "subject/key", "\"84912345678\""},
    {DEVICE, "subject/key", "\"356938035643809\""},
    {SIM, "sims", "[]"},
    {SIM, "sims", "[\"84912345678\", \"84912345679\"]"},
    {SIM, "sims/0", "\"0912345678\""},
    {SIM, "sims/0", "84912345678"},
    {CAMPAIGN, "sims/1", "\"84900000201\""}, /* twice */
    {NUMBER, "sims", "[\"842150000113\"]"},  /* its owner is not accused */
    {CAMPAIGN, "joined", "[\"84900000299\"]"},
    {SIM, "joined", "[\"84912345678\"]"},
    {SIM, "measures", "{}"},
    {SIM, "measures/fan out", "{\"value\": 1, \"threshold\": 0, \"op\": \">=\"}"},
    {SIM, "measures/fan_out(10)", "{\"value\": 1, \"threshold\": 0, \"op\": \">=\"}"},
    {SIM, "measures/fan_out/value", "\"24\""},
    {SIM, "measures/fan_out/value", NULL},
    {SIM, "measures/fan_out/threshold", "null"},
    {SIM, "measures/fan_out/op", "\"=>\""},
    {SIM, "first_seen", "\"\""},
    {SIM, "first_seen", NULL},
    {SIM, "contacts", "-1"},
    {SIM, "contacts", "1.5"},
    {SIM, "victims/protected", "5"}, /* 6 in by_province */
    {SIM, "victims/by_province", "{\"11\": 0}"},
    {SIM, "provinces/active", "[11]"},
    {SIM, "provinces/active", "[\"45\"]"},
    {SIM, "provinces/victims", "[\"11\"]"}, /* by_province has 51 as well */
    {SIM, "provinces/registered", NULL},
    {SIM, "evidence", "[]"},
    {HASHED, "evidence/0/hash", "\"c0ffee\""},
    {SIM, "evidence/0/seq", "-1"},
    {SIM, "evidence/0/time", NULL},
    {SIM, "summary/vi", NULL},
};

static const struct change admitted[] = {
    {SIM, "first_seen", "null"},
    {SIM, "measures/fan_out/value", "null"},
    {SIM, "measures/fan_out/value", "24.5"},
    {SIM, "measures/fan_out(24h)", "{\"value\": 1, \"threshold\": 0, \"op\": \"!=\"}"},
    {SIM, "time", "\"2024-12-09T00:00:00.007+07:00\""},
    {SIM, "provinces/registered", "[]"},
    {CAMPAIGN, "joined", NULL},
    {CAMPAIGN, "joined", "[]"},
    {DEVICE, "joined", "[\"84900000401\"]"},
    {SIM, "evidence/0/seq", "18446744073709551615"},
    {SIM, "severity", "\"minor\""},
    {SIM, "mode", "\"enforce\""},
};

static const char *path;

static void open_folder(void)
{
    workdir_open();
    path = workdir_path("alerts.ndjson");
}

static void remove_folder(void)
{
    workdir_close();
}

/* What the script printed on standard output; its exit code in `code`. */
static char *validate(const char *arguments, int *code)
{
    char command[1024], *output = NULL;
    size_t length = 0;
    snprintf(command, sizeof(command), VALIDATE "%s 2>&1", arguments);
    FILE *stream = popen(command, "r"), *memory = open_memstream(&output, &length);
    ck_assert(stream && memory);
    for (int byte; (byte = fgetc(stream)) != EOF;)
        fputc(byte, memory);
    fclose(memory);
    *code = WEXITSTATUS(pclose(stream));
    return output;
}

static json_t *good_alert(int line)
{
    char *text = NULL;
    size_t capacity = 0;
    FILE *stream = fopen("tests/fixtures/alerts/day.ndjson", "r");
    ck_assert(stream != NULL);
    for (int i = 0; i < line; i++)
        ck_assert_int_gt(getline(&text, &capacity, stream), 0);
    json_t *root = json_loads(text, 0, NULL);
    ck_assert(root != NULL);
    free(text);
    fclose(stream);
    return root;
}

static void apply(json_t *root, const struct change *change)
{
    char copy[128], *rest = copy, *key;
    snprintf(copy, sizeof(copy), "%s", change->path);
    json_t *at = root, *value = change->value ? json_loads(change->value, JSON_DECODE_ANY, NULL) : NULL;
    while ((key = strsep(&rest, "/")) && rest)
        at = json_is_array(at) ? json_array_get(at, (size_t)(key[0] - '0')) : json_object_get(at, key);
    ck_assert_msg(at && (value || !change->value), "%s", change->path);
    if (!value)
        ck_assert_int_eq(json_object_del(at, key), 0);
    else if (json_is_array(at))
        json_array_set_new(at, (size_t)(key[0] - '0'), value);
    else
        json_object_set_new(at, key, value);
}

/* 2^64 - 1 is no json_int_t: written as it is. */
static void write_changed(FILE *stream, const struct change *change)
{
    json_t *root = good_alert(change->line);
    const bool is_big = change->value && strcmp(change->value, "18446744073709551615") == 0;
    const struct change stand_in = {change->line, change->path, "777777777777"};
    apply(root, is_big ? &stand_in : change);
    char *text = json_dumps(root, JSON_COMPACT), *digits = strstr(text, "777777777777");
    if (is_big)
        fprintf(stream, "%.*s%s%s\n", (int)(digits - text), text, change->value, digits + 12);
    else
        fprintf(stream, "%s\n", text);
    free(text);
    json_decref(root);
}

START_TEST(every_departure_is_named_with_its_line)
{
    char wanted[WORKDIR_PATH_BYTES + 32];
    int code;
    FILE *stream = fopen(path, "w");
    for (size_t i = 0; i < ARRAY_COUNT(refused); i++)
        write_changed(stream, &refused[i]);
    fclose(stream);
    char *output = validate(path, &code);
    ck_assert_int_eq(code, 65);
    for (size_t i = 0; i < ARRAY_COUNT(refused); i++) {
        snprintf(wanted, sizeof(wanted), "%s:%zu: /", path, i + 1);
        ck_assert_msg(strstr(output, wanted) != NULL, "admitted: %s = %s", refused[i].path, refused[i].value);
    }
    free(output);
}
END_TEST

START_TEST(what_the_contract_allows_is_admitted)
{
    int code;
    char *output = validate("tests/fixtures/alerts/day.ndjson tests/fixtures/alerts/hostile.ndjson", &code);
    ck_assert_str_eq(output, "");
    ck_assert_int_eq(code, 0);
    free(output);
    for (size_t i = 0; i < ARRAY_COUNT(admitted); i++) {
        FILE *stream = fopen(path, i ? "a" : "w");
        write_changed(stream, &admitted[i]);
        fclose(stream);
    }
    output = validate(path, &code);
    /* they are variants of one alert: only their identity may be complained about */
    for (char *line = output, *end; (end = strchr(line, '\n')); line = end + 1)
        ck_assert_msg(strstr(line, ": /id: the same as in line "), "%.*s", (int)(end - line), line);
    free(output);
}
END_TEST

static const char *name_switch(void *owner, uint32_t switch_index)
{
    (void)owner;
    return switch_index == 7 ? "MSC-HN02" : "?";
}

static const uint64_t accused[] = {(uint64_t)NUMBER_MOBILE << NUMBER_VALUE_BITS | 84900000001,
                                   (uint64_t)NUMBER_MOBILE << NUMBER_VALUE_BITS | 84900000002,
                                   (uint64_t)NUMBER_INTERNATIONAL << NUMBER_VALUE_BITS | 8613812345678};

static void render(FILE *stream, const struct alert_content *content, const struct names *names)
{
    struct alert *alert = alert_render(content, names, name_switch, NULL);
    fprintf(stream, "%s\n", alert->json);
    alert_destroy(alert);
}

START_TEST(what_the_renderer_writes_is_admitted)
{
    int code;
    struct error error;
    struct names *names = names_create(16, &error);
    struct alert_content content = {
        .rule = "vn.cvt5",
        .title_vi = "Có \"dấu hiệu\"",
        .title_en = "Signs",
        .summary_vi = "tóm tắt",
        .summary_en = "summary",
        .rev = 1,
        .mode = MODE_SHADOW,
        .severity = SEVERITY_MINOR,
        .subject_type = SUBJECT_SIM,
        .subject_key = "84900000001",
        .time_ms = INT64_C(1733706930250),
        .firing = "MSC-HN02/9",
        .sims = accused,
        .sim_count = 1,
        .measures = {{"fan_out(10m)", 12, true, 8, ">="}, {"reply_ratio", 0, false, 0.1, "<="}},
        .measure_count = 2,
        .evidence = {{INT64_C(1733706930250), identity_of_seq(7, 9)},
                     {INT64_C(1733706930000), identity_of_hash(1)}},
        .evidence_count = 2,
    };
    FILE *stream = fopen(path, "w");
    render(stream, &content, names);
    content.subject_type = SUBJECT_CAMPAIGN;
    content.subject_key = "protected/11";
    content.sim_count = ARRAY_COUNT(accused);
    content.joined = accused + 1;
    content.joined_count = 2;
    content.protected_count = 6;
    content.protected_by_province[11] = 5;
    province_set_add(&content.victims, 11);
    province_set_add(&content.active, 1);
    content.first_seen_ms = content.time_ms - 1;
    render(stream, &content, names);
    content.subject_type = SUBJECT_VICTIM;
    content.subject_key = "victim/00000000000000ff";
    content.sim_count = content.joined_count = 0;
    render(stream, &content, names);
    fclose(stream);
    names_destroy(names);
    char *output = validate(path, &code);
    ck_assert_str_eq(output, "");
    ck_assert_int_eq(code, 0);
    free(output);
}
END_TEST

static const struct {
    const char *bytes, *complaint;
} broken[] = {
    {"{\"schema\":\"simsieve.alert/1\"", "newline"},
    {"\n", "Expecting value"},
    {"{\"id\":1,\"id\":1}\n", "names a key twice"},
    {"[NaN]\n", "NaN is no JSON number"},
    {"\xff\n", "utf-8"},
    {"\xef\xbb\xbf{}\n", "BOM"},
    {"[]\n", "is not of type 'object'"},
};

START_TEST(a_line_that_is_no_json_object_is_named)
{
    int code;
    file_write(path, broken[_i].bytes, strlen(broken[_i].bytes));
    char *output = validate(path, &code);
    ck_assert_msg(strstr(output, broken[_i].complaint) != NULL, "%s", output);
    ck_assert_int_eq(code, 65);
    free(output);
}
END_TEST

START_TEST(the_same_id_twice_is_named_and_a_missing_file_is_no_success)
{
    int code;
    char *output = validate("tests/fixtures/alerts/absent.ndjson", &code);
    ck_assert_int_eq(code, 66);
    free(output);
    size_t length;
    char *alerts = file_read("tests/fixtures/alerts/hostile.ndjson", &length);
    FILE *stream = fopen(path, "w");
    fprintf(stream, "%s%s", alerts, alerts);
    fclose(stream);
    output = validate(path, &code);
    ck_assert_msg(strstr(output, ":3: /id: the same as in line 1") != NULL, "%s", output);
    ck_assert_int_eq(code, 65);
    free(output);
    free(alerts);
}
END_TEST

START_TEST(the_schema_knows_the_codes_of_the_34_and_no_others)
{
    struct error error;
    regex_t expression;
    json_t *schema = json_load_file("conf/alert.schema.json", JSON_DECODE_INT_AS_REAL, NULL);
    const json_t *province = json_object_get(json_object_get(schema, "$defs"), "province");
    const char *pattern = json_string_value(json_object_get(province, "pattern"));
    ck_assert_ptr_nonnull(pattern);
    ck_assert_int_eq(regcomp(&expression, pattern, REG_EXTENDED | REG_NOSUB), 0);
    ck_assert_msg(provinces_load("conf/provinces.csv", &error) == ERROR_OK, "%s", error.text);
    for (unsigned code = 0; code <= PROVINCE_CODE_MAX; code++) {
        char digits[8];
        snprintf(digits, sizeof(digits), "%02u", code);
        ck_assert_msg((regexec(&expression, digits, 0, NULL, 0) == 0) == (province_name(code) != NULL), "%s",
                      digits);
    }
    regfree(&expression);
    json_decref(schema);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("alert/schema");
    TCase *tests = tcase_create("schema");
    tcase_add_checked_fixture(tests, open_folder, remove_folder);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, every_departure_is_named_with_its_line);
    tcase_add_test(tests, what_the_contract_allows_is_admitted);
    tcase_add_test(tests, what_the_renderer_writes_is_admitted);
    tcase_add_loop_test(tests, a_line_that_is_no_json_object_is_named, 0, ARRAY_COUNT(broken));
    tcase_add_test(tests, the_same_id_twice_is_named_and_a_missing_file_is_no_success);
    tcase_add_test(tests, the_schema_knows_the_codes_of_the_34_and_no_others);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
