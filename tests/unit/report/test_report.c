/* SPDX-License-Identifier: Apache-2.0
 * Whole reports against tests/golden/report, and what must hold in every one of them. To accept new goldens after a
 * change that was meant: GOLDEN=write build/tests/unit/report/test_report, then read the difference. */
#include "alerts.h"
#include "simsieve/detect/measure.h"
#include "simsieve/detect/rule.h"
#include "simsieve/record/province.h"
#include "simsieve/report/report.h"
#include "simsieve/sink/store.h"
#include "suite.h"
#include "workdir.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RECIPIENTS  "conf/recipients.csv"
#define MIDNIGHT_MS INT64_C(1733677200000) /* 2024-12-09 00:00 local */

static const char *path;
static struct error error;

static void fill(const char *fixture)
{
    struct alert *alerts[32];
    const size_t count = alerts_load(fixture, alerts, ARRAY_COUNT(alerts));
    struct store *store = store_open(path, &error);
    ck_assert_msg(store != NULL, "%s", error.text);
    for (size_t i = 0; i < count; i++)
        ck_assert_int_eq(store_add_alert(store, alerts[i], &error), ERROR_OK);
    ck_assert_int_eq(store_flush(store, &error), ERROR_OK);
    alerts_destroy(alerts, count);
    store_close(store);
}

static void add_run(const char *run, int64_t first_ms, int64_t last_ms, const char *json)
{
    struct store *store = store_open(path, &error);
    ck_assert_int_eq(store_add_accounting(store, run, first_ms, last_ms, json, &error), ERROR_OK);
    ck_assert_int_eq(store_flush(store, &error), ERROR_OK);
    store_close(store);
}

static void set_up(void)
{
    workdir_open();
    path = workdir_path("alerts.db");
    fill("tests/fixtures/alerts/day.ndjson");
    fill("tests/fixtures/alerts/hostile.ndjson");
    char *accounting = file_read("tests/fixtures/alerts/accounting.json", NULL);
    add_run("replay-20241209", MIDNIGHT_MS - 2 * MINUTE_MS, MIDNIGHT_MS + DAY_MS + 5 * MINUTE_MS, accounting);
    free(accounting);
}

static void tear_down(void)
{
    workdir_close();
}

struct report {
    enum error_class class;
    char *csv, *text;
};

static struct report write_report(unsigned province, struct calendar_date day, bool is_unmasked)
{
    const struct report_options options = {.store = path,
                                           .recipients = RECIPIENTS,
                                           .province = province,
                                           .day = day,
                                           .is_unmasked = is_unmasked};
    struct report report = {0};
    size_t csv_length, text_length;
    FILE *csv = open_memstream(&report.csv, &csv_length), *text = open_memstream(&report.text, &text_length);
    report.class = report_write(&options, csv, text, &error);
    fclose(csv);
    fclose(text);
    return report;
}

static void release(struct report *report)
{
    free(report->csv);
    free(report->text);
}

static const struct calendar_date december = {2024, 12, 9}, july = {2025, 7, 2}, quiet = {2026, 5, 1};

static const struct {
    const char *name;
    unsigned province;
    const struct calendar_date *day;
    bool is_unmasked;
} goldens[] = {
    {"11-20241209", 11, &december, false},
    {"11-20241209-unmasked", 11, &december, true},
    {"51-20241209", 51, &december, false},
    {"01-20241209", 1, &december, false},
    {"00-20241209", REPORT_UNROUTED, &december, false},
    {"51-20250702", 51, &july, false},
    {"75-20260501", 75, &quiet, false},
};

static void assert_golden(const char *name, const char *suffix, const char *found)
{
    char file[WORKDIR_PATH_BYTES];
    snprintf(file, sizeof(file), "tests/golden/report/%s.%s", name, suffix);
    if (getenv("GOLDEN") && strcmp(getenv("GOLDEN"), "write") == 0)
        file_write(file, found, strlen(found));
    char *wanted = file_read(file, NULL);
    ck_assert_msg(wanted != NULL, "%s is missing", file);
    size_t line = 1, at = 0;
    for (; wanted[at] && wanted[at] == found[at]; at++)
        line += wanted[at] == '\n';
    ck_assert_msg(wanted[at] == found[at], "%s:%zu: wanted \"%.60s\", found \"%.60s\"", file, line,
                  wanted + at, found + at);
    free(wanted);
}

START_TEST(a_report_is_the_golden_one)
{
    struct report report = write_report(goldens[_i].province, *goldens[_i].day, goldens[_i].is_unmasked);
    ck_assert_msg(report.class == ERROR_OK, "%s", error.text);
    assert_golden(goldens[_i].name, "txt", report.text);
    assert_golden(goldens[_i].name, "csv", report.csv);
    release(&report);
}
END_TEST

static size_t count_of(const char *text, const char *word)
{
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, word)); at += strlen(word))
        count++;
    return count;
}

/* A copy on one line with single blanks. */
static char *flatten(const char *text)
{
    char *flat = strdup(text);
    size_t length = 0;
    for (; *text; text++)
        if (!isspace((unsigned char)*text) || (length > 0 && flat[length - 1] != ' '))
            flat[length++] = isspace((unsigned char)*text) ? ' ' : *text;
    flat[length] = 0;
    return flat;
}

/* The longest run of digits outside of hexadecimal ids and of what stands before hidden digits. */
static size_t longest_number(const char *text)
{
    size_t longest = 0;
    for (const char *at = text; *at;) {
        const size_t hex = strspn(at, "0123456789abcdef"), digits = strspn(at, "0123456789");
        if (hex != 32 && hex != 16 && digits > longest && at[digits] != '*')
            longest = digits;
        at += hex == 32 || hex == 16 ? hex : digits ? digits : 1;
    }
    return longest;
}

/* Every number of the fixtures, by what of it cannot be written in another way: its last nine digits. */
static const char *const numbers[] = {"912345678", "900000101", "900000201", "900000204",
                                      "900000301", "900000401", "900000501", "900000601",
                                      "900000701", "150000113", "812345678"};

START_TEST(no_whole_number_appears_unless_it_was_asked_for)
{
    for (size_t i = 0; i < ARRAY_COUNT(goldens); i++) {
        struct report report = write_report(goldens[i].province, *goldens[i].day, false);
        const char *const parts[] = {report.csv, report.text};
        for (size_t part = 0; part < ARRAY_COUNT(parts); part++) {
            ck_assert_uint_lt(longest_number(parts[part]), 9);
            for (size_t k = 0; k < ARRAY_COUNT(numbers); k++)
                ck_assert_msg(!strstr(parts[part], numbers[k]), "%s shows %s", goldens[i].name, numbers[k]);
            ck_assert(!strstr(parts[part], "912 345 678") && !strstr(parts[part], "912.345.678"));
        }
        release(&report);
    }
    struct report whole = write_report(11, december, true);
    ck_assert_ptr_nonnull(strstr(whole.text, "0912345678"));
    ck_assert_ptr_nonnull(strstr(whole.csv, "\"0912 345 678\""));
    release(&whole);
}
END_TEST

START_TEST(the_same_store_gives_the_same_bytes)
{
    struct report first = write_report(11, december, false), second = write_report(11, december, false);
    ck_assert_str_eq(first.csv, second.csv);
    ck_assert_str_eq(first.text, second.text);
    release(&first);
    release(&second);
}
END_TEST

START_TEST(only_the_local_day_is_in_it)
{
    struct report report = write_report(11, december, false);
    ck_assert_ptr_null(strstr(report.csv, "08/12/2024 23:59"));
    ck_assert_ptr_null(strstr(report.csv, "10/12/2024 00:00"));
    ck_assert_uint_eq(count_of(report.csv, "\r\n"), 8); /* the header and seven alerts */
    release(&report);
    report = write_report(11, (struct calendar_date){2024, 12, 8}, false);
    ck_assert_uint_eq(count_of(report.csv, "\r\n"), 2);
    ck_assert_ptr_nonnull(strstr(report.csv, "08/12/2024 23:59"));
    release(&report);
}
END_TEST

START_TEST(a_table_opens_in_a_spreadsheet_unharmed)
{
    struct report report = write_report(51, july, false);
    ck_assert_int_eq(strncmp(report.csv, "\xEF\xBB\xBF\"STT\",", 9), 0);
    ck_assert_uint_eq(count_of(report.csv, "\n"), count_of(report.csv, "\r\n"));
    ck_assert_ptr_nonnull(strstr(report.csv, "\"'=HYPERLINK(\"\"http://x\"\";\"\"bấm; vào đây\"\")\""));
    ck_assert_ptr_nonnull(strstr(report.csv, "\"'-2+3\""));
    const char *cell = report.csv + 3;
    bool is_quoted = false;
    for (; *cell; cell++) {
        is_quoted ^= *cell == '"';
        ck_assert(is_quoted || strchr("\",\r\n", *cell)); /* nothing stands outside of quotes */
        ck_assert(!(*cell == '"' && is_quoted && strchr("=+-@", cell[1])));
    }
    ck_assert(!is_quoted);
    ck_assert_ptr_null(strstr(report.text, "\u202E"));
    release(&report);
}
END_TEST

START_TEST(a_text_has_80_columns_and_accuses_nobody)
{
    for (size_t i = 0; i < ARRAY_COUNT(goldens); i++) {
        struct report report = write_report(goldens[i].province, *goldens[i].day, goldens[i].is_unmasked);
        size_t columns = 0;
        for (const char *at = report.text; *at; at++) {
            columns = *at == '\n' ? 0 : columns + ((*at & 0xC0) != 0x80);
            ck_assert_uint_le(columns, 80);
        }
        ck_assert_ptr_nonnull(strstr(report.text, "Số:      /…"));
        char *flat = flatten(report.text);
        ck_assert_ptr_null(strstr(flat, "đối tượng phạm tội"));
        ck_assert_ptr_null(strstr(flat, "tội phạm"));
        ck_assert_ptr_nonnull(strstr(flat, "PHẠM VI QUAN SÁT"));
        ck_assert_ptr_nonnull(strstr(flat, "không phải kết luận vi phạm"));
        free(flat);
        release(&report);
    }
}
END_TEST

START_TEST(a_day_has_the_names_and_agencies_of_its_time)
{
    static const struct {
        unsigned province;
        struct calendar_date day;
        const char *has, *lacks;
    } names[] = {
        {11, {2025, 2, 28}, "Sở Thông tin và Truyền thông tỉnh Điện Biên", "Khoa học"},
        {11, {2025, 3, 1}, "Sở Khoa học và Công nghệ tỉnh Điện Biên", "Truyền thông"},
        {51, {2025, 6, 30}, "tỉnh Quảng Ngãi, tỉnh Kon Tum", "Truyền thông"},
        {51, {2025, 7, 1}, "Công an tỉnh Quảng Ngãi (PA05)", "Kon Tum"},
        {44, {2025, 6, 30}, "Công an tỉnh Quảng Bình (PA05)", "nothing"},
        {46, {2024, 12, 31}, "Thừa Thiên Huế", "thành phố Huế (PA05)"},
        {46, {2025, 1, 1}, "Công an thành phố Huế (PA05)", "Thừa Thiên"},
        {75, {2026, 4, 29}, "Công an tỉnh Đồng Nai (PA05)", "thành phố Đồng Nai"},
        {75, {2026, 4, 30}, "Công an thành phố Đồng Nai (PA05)", "tỉnh Đồng Nai"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        struct report report = write_report(names[i].province, names[i].day, false);
        ck_assert_msg(strstr(report.text, names[i].has) != NULL, "%s", names[i].has);
        ck_assert_msg(strstr(report.text, names[i].lacks) == NULL, "%s", names[i].lacks);
        release(&report);
    }
}
END_TEST

START_TEST(an_accounting_that_does_not_balance_is_pointed_out)
{
    static const struct {
        const char *json;
        bool is_balanced;
    } runs[] = {
        {"{\"received\":3,\"decoded\":2,\"dropped\":{\"json\":1},\"duplicates\":0,\"late\":1,\"applied\":1}",
         true},
        {"{\"received\":4,\"decoded\":2,\"dropped\":{\"json\":1},\"duplicates\":0,\"late\":1,\"applied\":1}",
         false},
        {"{\"received\":3,\"decoded\":2,\"dropped\":{\"json\":1},\"duplicates\":0,\"late\":0,\"applied\":1}",
         false},
        {"{}", true},
    };
    const int64_t time_ms = calendar_local_midnight_ms(quiet);
    for (size_t i = 0; i < ARRAY_COUNT(runs); i++) {
        add_run("run", time_ms, time_ms + 1, runs[i].json);
        struct report report = write_report(11, quiet, false);
        ck_assert_msg((strstr(report.text, "không cân đối") == NULL) == runs[i].is_balanced, "run %zu", i);
        release(&report);
    }
}
END_TEST

START_TEST(rows_that_cannot_be_read_are_counted_and_left_out)
{
    static const char *const damaged[] = {"{", "[]", "{\"schema\":\"simsieve.alert/2\"}"};
    struct store *store = store_open(path, &error);
    for (size_t i = 0; i < ARRAY_COUNT(damaged); i++) {
        struct alert *alert = alert_create();
        snprintf(alert->id, sizeof(alert->id), "%032zu", i);
        alert->time_ms = MIDNIGHT_MS;
        alert->severity = SEVERITY_MINOR;
        alert->mode = MODE_ALERT;
        province_set_add(&alert->active, 11);
        alert->json = strdup(damaged[i]);
        alert->json_length = strlen(damaged[i]);
        ck_assert_int_eq(store_add_alert(store, alert, &error), ERROR_OK);
        alert_destroy(alert);
    }
    ck_assert_int_eq(store_flush(store, &error), ERROR_OK);
    store_close(store);
    struct report report = write_report(11, december, false);
    ck_assert_int_eq(report.class, ERROR_OK);
    ck_assert_ptr_nonnull(strstr(report.text, "3 dòng trong kho không đọc được"));
    ck_assert_uint_eq(count_of(report.csv, "\r\n"), 8);
    release(&report);
}
END_TEST

/* `count` alerts of province 12 under as many rules, each with `sims` numbers. */
static void add_many(size_t count, size_t sims)
{
    struct store *store = store_open(path, &error);
    for (size_t i = 0; i < count; i++) {
        struct alert *alert = alert_create();
        size_t length;
        snprintf(alert->id, sizeof(alert->id), "%032zx", i);
        snprintf(alert->rule, sizeof(alert->rule), "rule.r%zu", i);
        alert->time_ms = MIDNIGHT_MS + (int64_t)i;
        alert->severity = SEVERITY_MAJOR;
        alert->mode = MODE_ALERT;
        alert->subject_type = SUBJECT_CAMPAIGN;
        province_set_add(&alert->active, 12);
        FILE *json = open_memstream(&alert->json, &length);
        fprintf(
            json,
            "{\"schema\":\"simsieve.alert/1\",\"id\":\"%s\",\"rule\":\"%s\",\"title\":{\"vi\":\"Hành vi %zu\"},"
            "\"summary\":{\"vi\":\"s\"},\"subject\":{\"type\":\"campaign\",\"key\":\"c\"},"
            "\"provinces\":{\"active\":[\"12\"]},\"sims\":[",
            alert->id, alert->rule, i);
        for (size_t k = 0; k < sims; k++)
            fprintf(json, "%s\"84900%06zu\"", k ? "," : "", k);
        fprintf(json, "]}");
        fclose(json);
        alert->json_length = length;
        ck_assert_int_eq(store_add_alert(store, alert, &error), ERROR_OK);
        alert_destroy(alert);
    }
    ck_assert_int_eq(store_flush(store, &error), ERROR_OK);
    store_close(store);
}

START_TEST(a_storm_fills_the_table_and_is_counted_in_the_text)
{
    add_many(300, 1);
    struct report report = write_report(12, december, false);
    ck_assert_uint_eq(count_of(report.csv, "\r\n"), 1 + 300 + 1); /* the campaign of the fixture as well */
    ck_assert_ptr_nonnull(strstr(report.text, "\n200. ["));
    ck_assert_ptr_null(strstr(report.text, "\n201. ["));
    ck_assert_ptr_nonnull(strstr(report.text, "Còn 101 cảnh báo không nêu ở đây"));
    ck_assert_ptr_nonnull(strstr(report.text, "Các hành vi khác"));
    ck_assert_ptr_nonnull(strstr(report.text, "\n1. [Nghiêm trọng] Chiến dịch nhiều SIM"));
    release(&report);
}
END_TEST

START_TEST(an_alert_of_very_many_numbers_keeps_its_cell_within_bounds)
{
    add_many(1, 2500);
    struct report report = write_report(12, december, true);
    ck_assert_ptr_nonnull(strstr(report.csv, "0900 001 999 và 500 số khác\""));
    char *flat = flatten(report.text);
    ck_assert_ptr_nonnull(strstr(flat, "0900000009 và 2.490 số khác."));
    free(flat);
    size_t longest = 0;
    for (const char *at = strchr(report.csv, '"'); at; at = strchr(at + 1, '"')) {
        const size_t length = strcspn(at + 1, "\"");
        longest = length > longest ? length : longest;
    }
    ck_assert_uint_lt(longest, 32767);
    release(&report);
}
END_TEST

START_TEST(more_runs_than_fit_are_counted)
{
    const int64_t time_ms = calendar_local_midnight_ms(quiet);
    for (int i = 0; i < 13; i++) {
        char name[16];
        snprintf(name, sizeof(name), "run-%02d", i);
        add_run(name, time_ms + i, time_ms + i, "{}");
    }
    struct report report = write_report(11, quiet, false);
    ck_assert_ptr_nonnull(strstr(report.text, "Lượt xử lý run-09,"));
    ck_assert_ptr_null(strstr(report.text, "Lượt xử lý run-10,"));
    ck_assert_ptr_nonnull(strstr(report.text, "Còn 3 lượt xử lý khác"));
    release(&report);
}
END_TEST

START_TEST(a_province_that_does_not_exist_is_refused_before_anything_is_written)
{
    static const unsigned none[] = {2, 13, 45, 62, 99, 100};
    for (size_t i = 0; i < ARRAY_COUNT(none); i++) {
        struct report report = write_report(none[i], december, false);
        ck_assert_int_eq(report.class, ERROR_USAGE);
        ck_assert_str_eq(report.csv, "");
        ck_assert_str_eq(report.text, "");
        release(&report);
    }
}
END_TEST

START_TEST(a_missing_store_or_table_of_recipients_is_named)
{
    struct report_options options = {
        .store = "no/such.db", .recipients = RECIPIENTS, .province = 11, .day = december};
    ck_assert_int_eq(report_write(&options, NULL, NULL, &error), ERROR_NO_INPUT);
    ck_assert_ptr_nonnull(strstr(error.text, "no/such.db"));
    options =
        (struct report_options){.store = path, .recipients = "no/such.csv", .province = 11, .day = december};
    ck_assert_int_eq(report_write(&options, NULL, NULL, &error), ERROR_NO_INPUT);
    ck_assert_ptr_nonnull(strstr(error.text, "no/such.csv"));
}
END_TEST

START_TEST(a_full_disk_is_an_error)
{
    const struct report_options options = {
        .store = path, .recipients = RECIPIENTS, .province = 11, .day = december};
    for (int part = 0; part < 2; part++) {
        FILE *full = fopen("/dev/full", "w");
        ck_assert_int_eq(report_write(&options, part ? NULL : full, part ? full : NULL, &error), ERROR_IO);
        ck_assert_ptr_nonnull(strstr(error.text, part ? "text" : "table"));
        fclose(full);
    }
    ck_assert_int_eq(report_write(&options, NULL, NULL, &error), ERROR_OK);
}
END_TEST

static const struct {
    const char *typed;
    enum error_class class;
    unsigned province;
    const char *message; /* NULL: none */
} typings[] = {
    {"11", ERROR_OK, 11, NULL},
    {"1", ERROR_OK, 1, NULL},
    {"01", ERROR_OK, 1, NULL},
    {"0", ERROR_OK, REPORT_UNROUTED, NULL},
    {"Điện Biên", ERROR_OK, 11, NULL},
    {"tỉnh Điện Biên", ERROR_OK, 11, NULL},
    {"dien bien", ERROR_OK, 11, NULL},
    {"DIEN BIEN", ERROR_OK, 11, NULL},
    {"\xC4\x90i\xC3\xAA\xCC\xA3n Bi\xC3\xAAn", ERROR_OK, 11, NULL}, /* decomposed */
    {"Khánh Hòa", ERROR_OK, 56, NULL},                              /* either place of the tone */
    {"Khánh Hoà", ERROR_OK, 56, NULL},
    {"TP. Hồ Chí Minh", ERROR_OK, 79, NULL},
    {"Quảng Trị", ERROR_OK, 44, NULL}, /* the new one, not the old code 45 */
    {"45", ERROR_USAGE, 0, "tỉnh Quảng Trị (code 45 until 2025-06-30) is now part of tỉnh Quảng Trị: use 44"},
    {"Kon Tum", ERROR_USAGE, 0, "is now part of tỉnh Quảng Ngãi: use 51"},
    {"62", ERROR_USAGE, 0, "is now part of tỉnh Quảng Ngãi: use 51"},
    {"13", ERROR_USAGE, 0, "the nearest code is 12 (tỉnh Lai Châu)"},
    {"dien bine", ERROR_USAGE, 0, "the nearest is 11 (tỉnh Điện Biên)"},
    {"Atlantis", ERROR_USAGE, 0, "name one of the 34"},
    {"", ERROR_USAGE, 0, "name one of the 34"},
    {"100", ERROR_USAGE, 0, "there is no province '100'"},
    {"-1", ERROR_USAGE, 0, "there is no province"},
};

START_TEST(a_province_is_found_as_people_type_it)
{
    unsigned province = 77;
    const enum error_class class = report_province(RECIPIENTS, typings[_i].typed, &province, &error);
    ck_assert_msg(class == typings[_i].class, "%s: %s", typings[_i].typed, error.text);
    if (class == ERROR_OK)
        ck_assert_uint_eq(province, typings[_i].province);
    else
        ck_assert_msg(strstr(error.text, typings[_i].message) != NULL, "%s", error.text);
}
END_TEST

/* Makes the store anew with one alert of province 12. */
static void store_one(const char *summary, const char *measures)
{
    char json[2048];
    unlink(path);
    snprintf(
        json, sizeof(json),
        "{\"schema\":\"simsieve.alert/1\",\"id\":\"%032x\",\"rule\":\"r\",\"rev\":1,\"title\":{\"vi\":\"t\"},"
        "\"time\":\"2026-05-01T10:00:00+07:00\",\"mode\":\"alert\",\"severity\":\"minor\",\"sims\":[],"
        "\"summary\":{\"vi\":\"[%s]\"},\"subject\":{\"type\":\"cell\",\"key\":\"452-01-1-1\"},\"measures\":{%s},"
        "\"provinces\":{\"active\":[\"12\"],\"registered\":[],\"victims\":[]}}",
        1, summary, measures);
    struct alert *alert = alert_from_json(json, 1);
    struct store *store = store_open(path, &error);
    ck_assert_int_eq(store_add_alert(store, alert, &error), ERROR_OK);
    ck_assert_int_eq(store_flush(store, &error), ERROR_OK);
    store_close(store);
    alert_destroy(alert);
}

/* The text of the report on it, on one line; the caller frees. */
static char *text_of_one(void)
{
    struct report report = write_report(12, quiet, false);
    ck_assert_msg(report.class == ERROR_OK, "%s", error.text);
    char *flat = flatten(report.text);
    release(&report);
    return flat;
}

static const struct {
    const char *written, *printed;
} writings[] = {
    {"0912345678", "[0912***678]"},
    {"84912345678", "[0912***678]"},
    {"+84912345678", "[0912***678]"},
    {"+84 912 345 678", "[0912***678]"},
    {"0912.345.678", "[0912***678]"},
    {"0912-345-678", "[0912***678]"},
    {"SĐT0912345678", "[SĐT0912***678]"},
    {"SIM0912345678,0912345679", "[SIM0912***678,0912***679]"},
    {"842153925113", "[02153***113]"},
    {"0084912345678", "[0084912***678]"},
    {"8613812345678", "[8613812***678]"},
    {"+8613812345678", "[8613812***678]"},
    {"35693803564380", "[35693803***380]"}, /* a device */
    {"19001234", "[19001234]"},             /* a service belongs to nobody */
    {"1.234.567 cuộc", "[1.234.567 cuộc]"},
    {"12345678", "[12345678]"},
    {"09/12/2024 08:15", "[09/12/2024 08:15]"},
    {"9f86d081884c7d65", "[9f86d081884c7d65]"},                                       /* a pseudonym */
    {"id 0123456789abcdef0123456789abcdef", "[id 0123456789abcdef0123456789abcdef]"}, /* an alert's id */
    {"1234567890123456", "[1234567890123456]"}, /* too long for a number */
    {"+ 1+1", "[+ 1+1]"},
    {"tab\\tline\\nbell\\u0007c1\xC2\x85"
     "x",
     "[tab line bell c1 x]"},
    {"\u202Eđảo\u2066 \u200F\uFEFFx\u2028y", "[ đảo x y]"},
};

START_TEST(numbers_in_other_peoples_texts_are_masked_and_nothing_else)
{
    store_one(writings[_i].written, "");
    char *flat = text_of_one();
    ck_assert_msg(strstr(flat, writings[_i].printed) != NULL, "%s: %.200s", writings[_i].written,
                  strstr(flat, "["));
    free(flat);
}
END_TEST

static const struct {
    const char *measures, *printed;
} measured[] = {
    {"\"short_ratio\":{\"value\":0.712345,\"threshold\":0.6,\"op\":\">=\"}",
     "Số đo: tỷ lệ cuộc gọi ngắn: 71,23 % (ngưỡng ≥ 60 %)."},
    {"\"fan_out(10m)\":{\"value\":12,\"threshold\":8,\"op\":\">\"}",
     "Số đo: số người được liên hệ trong 10 phút: 12 (ngưỡng > 8)."},
    {"\"sim_age_d\":{\"value\":1.5,\"threshold\":30,\"op\":\"<\"}", "tuổi SIM: 1,5 ngày (ngưỡng < 30 ngày)."},
    {"\"acd_s(24h)\":{\"value\":5400,\"threshold\":45,\"op\":\"<=\"}",
     "thời lượng trung bình trong 24 giờ: 5.400 giây (ngưỡng ≤ 45 giây)."},
    {"\"reply_ratio\":{\"value\":null,\"threshold\":0.1,\"op\":\"<=\"}",
     "tỷ lệ người liên hệ lại: không xác định (ngưỡng ≤ 10 %)."},
    {"\"contacts\":{\"value\":1234567,\"threshold\":1000,\"op\":\"!=\"}",
     "số lượt liên hệ: 1.234.567 (ngưỡng khác 1.000)."},
    {"\"of_the_future(1h)\":{\"value\":-0.5,\"threshold\":0,\"op\":\"==\"}",
     "Số đo: of_the_future(1h): -0,5 (ngưỡng = 0)."},
    {"\"fan_out\":{\"value\":1,\"threshold\":1,\"op\":\"~\"}", "Số đo: số người được liên hệ: 1."},
    {"\"fan_out\":{\"value\":1,\"threshold\":1,\"op\":\">\"},\"asr\":{\"value\":1,\"threshold\":1,\"op\":\">\"}",
     "số người được liên hệ: 1 (ngưỡng > 1); tỷ lệ được trả lời: 100 % (ngưỡng > 100 %)."},
};

START_TEST(a_measure_is_printed_with_its_unit_and_threshold)
{
    store_one("s", measured[_i].measures);
    char *flat = text_of_one();
    ck_assert_msg(strstr(flat, measured[_i].printed) != NULL, "%.200s", strstr(flat, "Số đo"));
    free(flat);
}
END_TEST

START_TEST(every_measure_has_a_vietnamese_word)
{
    const size_t sim_count = measure_count();
    for (size_t i = 0; i < sim_count + GROUP_MEASURE_COUNT; i++) {
        const char *name =
            i < sim_count ? measure_at(i)->name : group_measure_name((enum group_measure)(i - sim_count));
        char measures[128], raw[96];
        snprintf(measures, sizeof(measures), "\"%s\":{\"value\":1,\"threshold\":1,\"op\":\">=\"}", name);
        snprintf(raw, sizeof(raw), "Số đo: %s", name);
        store_one("s", measures);
        char *flat = text_of_one();
        ck_assert_msg(strstr(flat, "Số đo: ") && !strstr(flat, raw), "%s has no word", name);
        free(flat);
    }
}
END_TEST

START_TEST(every_reason_to_drop_a_record_has_a_vietnamese_word)
{
    static const char *const reasons[] = {
#define REASON(id, word, meaning) word,
#include "simsieve/decode/reasons.def"
#undef REASON
    };
    const int64_t time_ms = calendar_local_midnight_ms(quiet);
    for (size_t i = 1; i < ARRAY_COUNT(reasons); i++) {
        char json[128], line[64];
        snprintf(json, sizeof(json), "{\"received\":7,\"decoded\":0,\"dropped\":{\"%s\":7}}", reasons[i]);
        snprintf(line, sizeof(line), "    - %s ", reasons[i]);
        add_run("run", time_ms, time_ms, json);
        struct report report = write_report(11, quiet, false);
        ck_assert_uint_eq(count_of(report.text, "    - "), 1);
        ck_assert_msg(!strstr(report.text, line), "%s has no word", reasons[i]);
        release(&report);
    }
}
END_TEST

START_TEST(every_province_has_recipients_on_every_day_and_is_found_by_its_name)
{
    static const struct calendar_date days[] = {{2004, 5, 8},  {2024, 12, 31}, {2025, 1, 1}, {2025, 2, 28},
                                                {2025, 3, 1},  {2025, 6, 30},  {2025, 7, 1}, {2026, 4, 29},
                                                {2026, 4, 30}, {2030, 1, 1}};
    size_t province_count = 0;
    ck_assert_int_eq(provinces_load("conf/provinces.csv", &error), ERROR_OK);
    for (unsigned code = 1; code <= PROVINCE_CODE_MAX; code++) {
        unsigned found;
        if (!province_name(code))
            continue;
        province_count++;
        ck_assert_msg(report_province(RECIPIENTS, province_name(code), &found, &error) == ERROR_OK, "%s",
                      error.text);
        ck_assert_uint_eq(found, code);
        for (size_t i = 0; i < ARRAY_COUNT(days); i++) {
            struct report report = write_report(code, days[i], false);
            ck_assert_int_eq(report.class, ERROR_OK);
            ck_assert_ptr_nonnull(strstr(report.text, "Kính gửi:\n  - Sở "));
            ck_assert_ptr_nonnull(strstr(report.text, "  - Công an "));
            release(&report);
        }
    }
    ck_assert_uint_eq(province_count, 34);
}
END_TEST

#define HEADER "code,admin_version,name,valid_from,valid_to,now,department,police\n"

static const struct {
    const char *rows, *fault;
} tables[] = {
    {HEADER "11,34,tỉnh Điện Biên,,,11,Sở,Công an\n0,34,x,,,11,,\n", ":3: code and now"},
    {HEADER "11,34,x,,,100,,\n", ":2: code and now"},
    {HEADER "11,35,x,,,11,,\n", ":2: admin_version is 63 or 34"},
    {HEADER "11,34,x,,,12,,\n", ":2: a province of the 34 has its own code"},
    {HEADER "11,34,x,2025-07-32,,11,,\n", ":2: valid_from and valid_to"},
    {HEADER "11,34,x,2025-07-01,2025-06-30,11,,\n", ":2: valid_from and valid_to"},
    {HEADER "11,34,,,,11,,\n", ":2: a name is empty"},
    {HEADER "11,34,x,,,11,,\n11,34\n", ":3:"},
    {"code,name\n", "admin_version"},
    {"", ":1"},
};

START_TEST(a_wrong_table_of_recipients_is_refused_with_its_line)
{
    unsigned province;
    const char *file = workdir_path("recipients.csv");
    workdir_write("recipients.csv", tables[_i].rows, strlen(tables[_i].rows));
    ck_assert_int_eq(report_province(file, "11", &province, &error), ERROR_CONFIG);
    ck_assert_msg(strstr(error.text, tables[_i].fault) && strstr(error.text, file), "%s", error.text);
}
END_TEST

START_TEST(a_day_without_a_row_of_recipients_says_so)
{
    static const char rows[] = HEADER "11,34,tỉnh Điện Biên,2025-07-01,,11,Sở,Công an\n";
    const char *file = workdir_path("recipients.csv");
    char *text = NULL;
    size_t length;
    workdir_write("recipients.csv", rows, strlen(rows));
    const struct report_options options = {
        .store = path, .recipients = file, .province = 11, .day = december};
    FILE *stream = open_memstream(&text, &length);
    ck_assert_int_eq(report_write(&options, NULL, stream, &error), ERROR_OK);
    fclose(stream);
    ck_assert_ptr_nonnull(strstr(text, "NGÀY 09/12/2024 - tỉnh, thành phố mã 11"));
    ck_assert_ptr_nonnull(strstr(text, "bảng nơi nhận không có dòng nào"));
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("report/report");
    TCase *tests = tcase_create("report");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, a_report_is_the_golden_one, 0, ARRAY_COUNT(goldens));
    tcase_add_test(tests, no_whole_number_appears_unless_it_was_asked_for);
    tcase_add_test(tests, the_same_store_gives_the_same_bytes);
    tcase_add_test(tests, only_the_local_day_is_in_it);
    tcase_add_test(tests, a_table_opens_in_a_spreadsheet_unharmed);
    tcase_add_test(tests, a_text_has_80_columns_and_accuses_nobody);
    tcase_add_test(tests, a_day_has_the_names_and_agencies_of_its_time);
    tcase_add_test(tests, an_accounting_that_does_not_balance_is_pointed_out);
    tcase_add_test(tests, rows_that_cannot_be_read_are_counted_and_left_out);
    tcase_add_test(tests, a_storm_fills_the_table_and_is_counted_in_the_text);
    tcase_add_test(tests, an_alert_of_very_many_numbers_keeps_its_cell_within_bounds);
    tcase_add_test(tests, more_runs_than_fit_are_counted);
    tcase_add_test(tests, a_province_that_does_not_exist_is_refused_before_anything_is_written);
    tcase_add_test(tests, a_missing_store_or_table_of_recipients_is_named);
    tcase_add_test(tests, a_full_disk_is_an_error);
    tcase_add_loop_test(tests, numbers_in_other_peoples_texts_are_masked_and_nothing_else, 0,
                        ARRAY_COUNT(writings));
    tcase_add_loop_test(tests, a_measure_is_printed_with_its_unit_and_threshold, 0, ARRAY_COUNT(measured));
    tcase_add_test(tests, every_measure_has_a_vietnamese_word);
    tcase_add_test(tests, every_reason_to_drop_a_record_has_a_vietnamese_word);
    tcase_add_test(tests, every_province_has_recipients_on_every_day_and_is_found_by_its_name);
    tcase_add_loop_test(tests, a_wrong_table_of_recipients_is_refused_with_its_line, 0, ARRAY_COUNT(tables));
    tcase_add_test(tests, a_day_without_a_row_of_recipients_says_so);
    tcase_add_loop_test(tests, a_province_is_found_as_people_type_it, 0, ARRAY_COUNT(typings));
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
