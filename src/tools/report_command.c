/* SPDX-License-Identifier: Apache-2.0
 * simsieve report: what a province's Department receives about one day. */
#include "simsieve/report/report.h"

#include "simsieve/base/output.h"
#include "simsieve/base/text.h"
#include "simsieve/record/province.h"
#include "simsieve/tools/commands.h"
#include "simsieve/tools/environment.h"

#include <string.h>

/* Reports name citizens' numbers, masked or not. */
#define REPORT_MODE 0640

struct report_job {
    const char *store, *province, *day, *folder;
    bool is_unmasked, is_csv, is_text;
};

static enum error_class write_files(const struct report_options *report, const struct report_job *job,
                                    struct error *error)
{
    char csv_path[OUTPUT_PATH_BYTES], text_path[OUTPUT_PATH_BYTES];
    struct text csv_name = text_over(csv_path, sizeof(csv_path)),
                text_name = text_over(text_path, sizeof(text_path));
    struct output csv = {0}, text = {0};
    text_add(&csv_name, "%s/bao-cao-%02u-%s.csv", job->folder, report->province, job->day);
    text_add(&text_name, "%s/bao-cao-%02u-%s.txt", job->folder, report->province, job->day);
    enum error_class class = output_open(&csv, csv_path, OUTPUT_WHOLE, REPORT_MODE, error);
    if (!class)
        class = output_open(&text, text_path, OUTPUT_WHOLE, REPORT_MODE, error);
    if (!class)
        class = report_write(report, csv.stream, text.stream, error);
    if (!class)
        class = output_commit(&csv, error);
    if (!class)
        class = output_commit(&text, error);
    if (class) {
        output_abandon(&csv, false);
        output_abandon(&text, false);
        return class;
    }
    fprintf(stderr, "%s\n%s\n", text_path, csv_path);
    return ERROR_OK;
}

static enum error_class write_report(struct report_options *report, const struct report_job *job,
                                     struct error *error)
{
    if (report_province(report->recipients, job->province, &report->province, error))
        return error->class;
    if (job->is_csv || job->is_text)
        return report_write(report, job->is_csv ? stdout : NULL, job->is_text ? stdout : NULL, error);
    return write_files(report, job, error);
}

static int report_main(const struct command *command, int argc, char **argv)
{
    struct report_job job = {.folder = "."};
    const struct option_row rows[] = {
        {"--store", "FILE", "the store that a run wrote", OPTION_TEXT, &job.store, 0, 0},
        {"--province", "CODE", "code or name of one of the 34 provinces; 0: what could not be routed",
         OPTION_TEXT, &job.province, 0, 0},
        {"--day", "DATE", "local day, YYYY-MM-DD", OPTION_TEXT, &job.day, 0, 0},
        {"--out", "DIR", "folder for bao-cao-CODE-DATE.txt and .csv (.)", OPTION_TEXT, &job.folder, 0, 0},
        {"--text", NULL, "the text on standard output instead", OPTION_FLAG, &job.is_text, 0, 0},
        {"--csv", NULL, "the table on standard output instead", OPTION_FLAG, &job.is_csv, 0, 0},
        {"--unmasked", NULL, "whole numbers, for who may see them", OPTION_FLAG, &job.is_unmasked, 0, 0},
    };
    struct options options = {.command = command, .rows = rows, .row_count = ARRAY_COUNT(rows)};
    struct report_options report = {0};
    char recipients[DATA_PATH_BYTES], provinces[DATA_PATH_BYTES];
    struct error error;
    int exit_code = 0;
    if (!options_parse(&options, argc, argv, &exit_code))
        return exit_code;
    if (!job.store || !job.province || !job.day)
        return options_wrong(&options, "--store, --province and --day are needed");
    if (!calendar_parse_date(job.day, strlen(job.day), &report.day))
        return options_wrong(&options, "--day %s: there is no such day; a date is written YYYY-MM-DD",
                             job.day);
    if (job.is_text && job.is_csv)
        return options_wrong(&options, "--text and --csv exclude each other");
    report.store = job.store;
    report.recipients = data_path("recipients.csv", recipients);
    report.is_unmasked = job.is_unmasked;
    if (provinces_load(data_path("provinces.csv", provinces), &error) || write_report(&report, &job, &error))
        return report_error(&error);
    return 0;
}

const struct command command_report = {
    .name = "report",
    .summary = "what a province's Department receives about one day",
    .operands = "",
    .example = "simsieve report --store alerts.db --province 11 --day 2024-12-09 --out reports/",
    .run = report_main,
};
