/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/tools/score.h"

#include "simsieve/base/text.h"

#include <math.h>
#include <string.h>

#define CELL_BYTES 48

/* A ratio as people read it; "-" (or null) when there is none. */
static const char *number_text(double value, int decimals, const char *none, char buffer[static CELL_BYTES])
{
    struct text text = text_over(buffer, CELL_BYTES);
    if (isnan(value))
        text_add(&text, "%s", none);
    else
        text_add_number(&text, value, decimals);
    return buffer;
}

/* "2h 5m", "1m 20s", "45s": two units are enough. */
static const char *span_text(int64_t span_ms, char buffer[static CELL_BYTES])
{
    struct text text = text_over(buffer, CELL_BYTES);
    const char *sign = span_ms < 0 ? "-" : "";
    const long long seconds = span_ms < 0 ? -(span_ms / SECOND_MS) : span_ms / SECOND_MS;
    if (seconds >= 86400)
        text_add(&text, "%s%lldd %lldh", sign, seconds / 86400, seconds % 86400 / 3600);
    else if (seconds >= 3600)
        text_add(&text, "%s%lldh %lldm", sign, seconds / 3600, seconds % 3600 / 60);
    else if (seconds >= 60)
        text_add(&text, "%s%lldm %llds", sign, seconds / 60, seconds % 60);
    else
        text_add(&text, "%s%llds", sign, seconds);
    return buffer;
}

static void print_class(const struct score_class *class, bool has_contacts, FILE *stream)
{
    char precision[CELL_BYTES], recall[CELL_BYTES], rate[CELL_BYTES], mean[CELL_BYTES], median[CELL_BYTES],
        p90[CELL_BYTES];
    fprintf(stream, "%-20s %9llu %8llu %9s %7s %7llu %9s", class->name, (unsigned long long)class->sims,
            (unsigned long long)class->accused, number_text(class->precision, 4, "-", precision),
            number_text(class->recall, 4, "-", recall), (unsigned long long)class->false_alerts,
            number_text(class->false_alerts_per_million, 1, "-", rate));
    if (has_contacts && class->contacts.count > 0)
        fprintf(stream, " %8s %6lld %6lld %6lld", number_text(class->contacts.mean, 1, "-", mean),
                (long long)class->contacts.median, (long long)class->contacts.p90,
                (long long)class->contacts.max);
    else
        fprintf(stream, " %8s %6s %6s %6s", "-", "-", "-", "-");
    if (has_contacts && class->detection_ms.count > 0)
        fprintf(stream, " %9s %9s", span_text(class->detection_ms.median, median),
                span_text(class->detection_ms.p90, p90));
    else
        fprintf(stream, " %9s %9s", "-", "-");
    fputc('\n', stream);
}

static void print_rules(const struct score *score, FILE *stream)
{
    char precision[CELL_BYTES];
    if (score->rule_count == 0)
        return;
    fprintf(stream, "\n%-32s %8s %8s %8s %9s\n", "rule", "alerts", "junk", "honest", "precision");
    for (size_t i = 0; i < score->rule_count; i++) {
        const struct score_rule *rule = &score->rules[i];
        fprintf(stream, "%-32s %8llu %8llu %8llu %9s%s\n", rule->name, (unsigned long long)rule->alerts,
                (unsigned long long)rule->junk_sims, (unsigned long long)rule->honest_sims,
                number_text(rule->precision, 4, "-", precision), rule->is_shadow ? "  (shadow)" : "");
    }
}

static void print_oddities(const struct score *score, FILE *stream)
{
    const struct {
        uint64_t count;
        const char *what;
    } oddities[] = {
        {score->alerts_without_sims, "alerts accuse nobody"},
        {score->alerts_shadow, "alerts are in shadow mode and accuse nobody yet"},
        {score->alerts_bad, "lines of the alert file are no alerts"},
        {score->truth_bad_rows, "rows of the truth were left out"},
        {score->early, "junk SIMs were accused before their first junk contact"},
        {score->unknown, "accusations of numbers that the truth does not hold"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(oddities); i++)
        if (oddities[i].count > 0)
            fprintf(stream, "%llu %s\n", (unsigned long long)oddities[i].count, oddities[i].what);
    for (size_t i = 0; i < score->unknown_named_count; i++)
        fprintf(stream, "  %s\n", score->unknown_named[i]);
}

void score_print_text(const struct score *score, FILE *stream)
{
    char life[CELL_BYTES];
    fprintf(stream, "%llu records over %llu days, %llu alerts\n\n", (unsigned long long)score->records,
            (unsigned long long)score->days, (unsigned long long)score->alerts);
    fprintf(stream, "%-20s %9s %8s %9s %7s %7s %9s %29s %19s\n", "", "", "", "", "", "false", "per 10^6",
            "contacts before the alert", "time to detect");
    fprintf(stream, "%-20s %9s %8s %9s %7s %7s %9s %8s %6s %6s %6s %9s %9s\n", "class", "SIMs", "accused",
            "precision", "recall", "alerts", "SIM-days", "mean", "median", "p90", "max", "median", "p90");
    for (size_t i = 0; i < score->class_count; i++) {
        if (i > 0 && score->classes[i - 1].is_junk && !score->classes[i].is_junk)
            fputc('\n', stream); /* junk above, honest below */
        print_class(&score->classes[i], score->classes[i].is_junk, stream);
    }
    fputc('\n', stream);
    print_class(&score->all, true, stream);
    fprintf(stream, "\nprecision where 0.02 %% of SIMs are junk: %s\n",
            number_text(score->precision_in_life, 4, "-", life));
    fprintf(stream, "contacts of junk SIMs that nobody accused: %llu\n",
            (unsigned long long)score->all.contacts_missed);
    print_rules(score, stream);
    fputc('\n', stream);
    print_oddities(score, stream);
}

static void json_number(FILE *stream, const char *name, double value)
{
    char buffer[CELL_BYTES];
    fprintf(stream, "\"%s\":%s", name, number_text(value, 9, "null", buffer));
}

static void json_count(FILE *stream, const char *name, uint64_t value)
{
    fprintf(stream, "\"%s\":%llu", name, (unsigned long long)value);
}

static void json_string(FILE *stream, const char *name, const char *value)
{
    char buffer[8 * NAME_BYTES_MAX + 64];
    struct text text = text_over(buffer, sizeof(buffer));
    text_add_json(&text, value, strlen(value));
    fprintf(stream, "\"%s\":%s", name, buffer);
}

static void json_spread(FILE *stream, const char *name, const struct score_spread *spread)
{
    fprintf(stream, ",\"%s\":", name);
    if (spread->count == 0) {
        fputs("null", stream);
        return;
    }
    fprintf(stream, "{\"count\":%llu,", (unsigned long long)spread->count);
    json_number(stream, "mean", spread->mean);
    fprintf(stream, ",\"median\":%lld,\"p90\":%lld,\"max\":%lld}", (long long)spread->median,
            (long long)spread->p90, (long long)spread->max);
}

static void json_class(FILE *stream, const struct score_class *class)
{
    fputc('{', stream);
    json_string(stream, "name", class->name);
    fprintf(stream, ",\"junk\":%s,", class->is_junk ? "true" : "false");
    json_count(stream, "sims", class->sims);
    fputc(',', stream);
    json_count(stream, "accused", class->accused);
    fputc(',', stream);
    json_number(stream, "precision", class->precision);
    fputc(',', stream);
    json_number(stream, "recall", class->recall);
    fputc(',', stream);
    json_count(stream, "false_alerts", class->false_alerts);
    fputc(',', stream);
    json_number(stream, "false_alerts_per_million_sim_days", class->false_alerts_per_million);
    json_spread(stream, "contacts_before_alert", &class->contacts);
    json_spread(stream, "time_to_detect_ms", &class->detection_ms);
    fputc(',', stream);
    json_count(stream, "contacts_missed", class->contacts_missed);
    fputc('}', stream);
}

static void json_rule(FILE *stream, const struct score_rule *rule)
{
    fputc('{', stream);
    json_string(stream, "rule", rule->name);
    fprintf(stream, ",\"shadow\":%s,", rule->is_shadow ? "true" : "false");
    json_count(stream, "alerts", rule->alerts);
    fputc(',', stream);
    json_count(stream, "junk", rule->junk_sims);
    fputc(',', stream);
    json_count(stream, "honest", rule->honest_sims);
    fputc(',', stream);
    json_number(stream, "precision", rule->precision);
    fputc('}', stream);
}

void score_print_json(const struct score *score, FILE *stream)
{
    const struct {
        const char *name;
        uint64_t value;
    } counts[] = {{"records", score->records},
                  {"days", score->days},
                  {"alerts", score->alerts},
                  {"alerts_shadow", score->alerts_shadow},
                  {"alerts_without_sims", score->alerts_without_sims},
                  {"alerts_bad", score->alerts_bad},
                  {"truth_bad_rows", score->truth_bad_rows},
                  {"junk_sims", score->junk_sims},
                  {"honest_sims", score->honest_sims},
                  {"junk_accused", score->junk_accused},
                  {"honest_accused", score->honest_accused},
                  {"early", score->early},
                  {"unknown", score->unknown}};
    fputc('{', stream);
    for (size_t i = 0; i < ARRAY_COUNT(counts); i++) {
        json_count(stream, counts[i].name, counts[i].value);
        fputc(',', stream);
    }
    json_number(stream, "precision_at_prevalence_0_0002", score->precision_in_life);
    fputs(",\"unknown_numbers\":[", stream);
    for (size_t i = 0; i < score->unknown_named_count; i++) {
        char buffer[8 * NUMBER_TEXT_BYTES];
        struct text name = text_over(buffer, sizeof(buffer));
        text_add_json(&name, score->unknown_named[i], strlen(score->unknown_named[i]));
        fprintf(stream, "%s%s", i ? "," : "", buffer);
    }
    fputs("],\"all\":", stream);
    json_class(stream, &score->all);
    fputs(",\"classes\":[", stream);
    for (size_t i = 0; i < score->class_count; i++) {
        fputs(i ? "," : "", stream);
        json_class(stream, &score->classes[i]);
    }
    fputs("],\"rules\":[", stream);
    for (size_t i = 0; i < score->rule_count; i++) {
        fputs(i ? "," : "", stream);
        json_rule(stream, &score->rules[i]);
    }
    fputs("]}\n", stream);
}
