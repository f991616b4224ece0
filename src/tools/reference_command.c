/* SPDX-License-Identifier: Apache-2.0
 * simsieve reference: what is declared in tables, as Markdown (scripts/make-reference.sh). */
#include "simsieve/decode/column_map.h"
#include "simsieve/decode/decoder.h"
#include "simsieve/detect/measure.h"
#include "simsieve/detect/score.h"
#include "simsieve/run/run.h"
#include "simsieve/sink/outbox.h"
#include "simsieve/tools/commands.h"

#include <stdio.h>

static void print_errors(void)
{
    const char *name, *meaning, *advice;
    int exit_code;
    printf("\n## Exit codes\n\n| code | means | what to do |\n|---|---|---|\n");
    for (size_t i = 0; error_row(i, &name, &exit_code, &meaning, &advice); i++)
        printf("| %d | %s | %s |\n", exit_code, meaning, advice);
    printf("| 130 | interrupted by Ctrl-C: the accounting is printed, outputs keep the name .part | |\n");
}

static void print_fields(void)
{
    printf("\n## Columns of records\n\n| column | required | what it is |\n|---|---|---|\n");
    for (unsigned i = 0; i < CDR_FIELD_COUNT; i++)
        printf("| `%s` | %s | %s |\n", cdr_column((enum cdr_field)i),
               cdr_column_is_required((enum cdr_field)i) ? "yes" : "", cdr_column_meaning((enum cdr_field)i));
}

static void print_formats(void)
{
    printf("\n## Formats\n\n| format | |\n|---|---|\n");
    for (size_t i = 0; decoder_at(i); i++)
        printf("| `%s` | %s |\n", decoder_at(i)->name, decoder_at(i)->summary);
}

static void print_reasons(void)
{
    printf("\n## Why a record is dropped\n\n| reason | meaning |\n|---|---|\n");
    for (unsigned i = REASON_NONE + 1; i < REASON_COUNT; i++)
        printf("| `%s` | %s |\n", reason_word((enum reason)i), reason_meaning((enum reason)i));
}

static void print_measures(void)
{
    printf("\n## Measures\n\n| measure | unit | meaning | formula | example |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < measure_count(); i++) {
        const struct measure *measure = measure_at(i);
        printf("| `%s` | %s | %s | %s | %s |\n", measure->name, unit_name(measure->unit), measure->meaning,
               measure->formula, measure->example);
    }
    printf("\n`score` is a sum of points; 0 below %d outgoing attempts:\n\n| points | when |\n|---|---|\n",
           SCORE_SAMPLE_MIN);
    for (size_t i = 0; score_point_at(i); i++)
        printf("| %u | `%s` %s %g |\n", score_point_at(i)->points, score_point_at(i)->measure->name,
               score_point_at(i)->is_at_least ? ">=" : "<=", score_point_at(i)->threshold);
}

static void print_table(const struct settings *settings)
{
    printf("\n### %s\n\n| key | default | what it is |\n|---|---|---|\n", settings->title);
    for (size_t i = 0; i < settings->count; i++) {
        const struct setting *row = &settings->rows[i];
        const char *default_text = !row->default_text     ? "(required)"
                                   : row->default_text[0] ? row->default_text
                                                          : "";
        printf("| `%s` | %s | %s |\n", row->name, default_text, row->meaning);
    }
}

static void print_settings(void)
{
    printf("\n## Configuration of `simsieve run`\n");
    for (size_t i = 0; run_settings_at(i); i++)
        print_table(run_settings_at(i));
    for (size_t i = 0; feed_kind_at(i); i++)
        print_table(feed_kind_at(i)->settings);
    for (size_t i = 0; outbox_settings_at(i); i++)
        print_table(outbox_settings_at(i));
}

static void print_maps(void)
{
    printf("\n## Column maps\n");
    for (size_t i = 0; column_map_settings_at(i); i++)
        print_table(column_map_settings_at(i));
}

static void print_metrics(void)
{
    const char *name, *type, *label, *meaning;
    printf("\n## Metrics of `simsieve run`\n\n| metric | type | label | what it says |\n|---|---|---|---|\n");
    for (size_t i = 0; run_metric_at(i, &name, &type, &label, &meaning); i++)
        printf("| `simsieve_%s` | %s | %s | %s |\n", name, type, label, meaning);
}

static int reference_main(const struct command *command, int argc, char **argv)
{
    (void)command;
    (void)argc;
    (void)argv;
    print_errors();
    print_fields();
    print_formats();
    print_reasons();
    print_measures();
    print_settings();
    print_maps();
    print_metrics();
    return 0;
}

const struct command command_reference = {
    .name = "reference",
    .summary = "the tables behind conf/REFERENCE.md, as Markdown",
    .operands = "",
    .example = "simsieve reference",
    .run = reference_main,
};
