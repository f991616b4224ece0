/* SPDX-License-Identifier: Apache-2.0
 * Gathers a day from the store and has its parts printed (report.md). */
#include "simsieve/report/report.h"

#include "parts.h"
#include "simsieve/sink/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum error_class report_province(const char *recipients, const char *typed, unsigned *province,
                                 struct error *error)
{
    struct places *places = places_load(recipients, error);
    if (!places)
        return error->class;
    const enum error_class class = places_find(places, typed, province, error);
    places_destroy(places);
    return class;
}

/* As much of a text as fits, never half a letter. */
static void copy_text(char *copy, size_t capacity, const char *words)
{
    snprintf(copy, capacity, "%s", words);
    for (size_t length = strlen(copy); length > 0 && !text_is_utf8(copy, length);)
        copy[--length] = 0;
}

/* The row of a rule, the common one when the table is full. */
static struct tally *tally_of(struct digest *digest, const struct view *view)
{
    const bool is_trial = view->mode == MODE_SHADOW;
    for (size_t i = 0; i < digest->tally_count; i++) {
        struct tally *tally = &digest->tallies[i];
        if (tally->is_trial == is_trial && strcmp(tally->rule, view->rule) == 0)
            return tally;
    }
    const bool is_full = digest->tally_count == REPORT_RULES_MAX;
    struct tally *tally = is_full ? &digest->others : &digest->tallies[digest->tally_count++];
    if (is_full) {
        copy_text(tally->title, sizeof(tally->title), "Các hành vi khác");
        return tally;
    }
    tally->is_trial = is_trial;
    copy_text(tally->rule, sizeof(tally->rule), view->rule);
    copy_text(tally->title, sizeof(tally->title), view->title);
    return tally;
}

/* Keeps what the text describes; takes the view over or releases it. */
static void keep(struct digest *digest, struct view *view)
{
    size_t *count = &digest->view_counts[view->severity];
    if (view->mode == MODE_SHADOW || *count == REPORT_ALERTS_MAX)
        view_fini(view);
    else
        digest->views[view->severity][(*count)++] = *view;
}

static bool take_alert(void *owner, const struct store_alert *alert)
{
    struct digest *digest = owner;
    struct view view;
    const unsigned province = digest->options->province;
    if (!view_read(&view, alert, province)) {
        digest->unreadable_count++;
        return true;
    }
    if (province == REPORT_UNROUTED && !view.is_unrouted) {
        view_fini(&view);
        return true;
    }
    digest->alert_count++;
    digest->trial_count += view.mode == MODE_SHADOW;
    tally_of(digest, &view)->counts[view.severity]++;
    if (digest->csv)
        csv_row(digest->csv, digest, &view);
    keep(digest, &view);
    return true;
}

static bool take_run(void *owner, const struct store_accounting *accounting)
{
    struct digest *digest = owner;
    json_t *root = json_loads(accounting->json, JSON_REJECT_DUPLICATES, NULL);
    if (!root) {
        digest->unreadable_count++;
        return true;
    }
    if (digest->run_count < REPORT_RUNS_MAX) {
        struct run *run = &digest->runs[digest->run_count];
        *run = (struct run){.root = root, .first_ms = accounting->first_ms, .last_ms = accounting->last_ms};
        copy_text(run->name, sizeof(run->name), accounting->run);
    } else {
        json_decref(root);
    }
    digest->run_count++;
    return true;
}

/* Most severe first, then as they came. */
static int compare_tallies(const void *a, const void *b)
{
    const struct tally *first = a, *second = b;
    for (enum severity severity = SEVERITY_CRITICAL; severity >= SEVERITY_MINOR; severity--)
        if (first->counts[severity] != second->counts[severity])
            return first->counts[severity] < second->counts[severity] ? 1 : -1;
    const int order = strcmp(first->rule, second->rule);
    return order ? order : first->is_trial - second->is_trial;
}

static enum error_class gather(struct digest *digest, struct error *error)
{
    struct store *store = store_open_readonly(digest->options->store, error);
    if (!store)
        return error->class;
    if (digest->csv)
        csv_header(digest->csv);
    enum error_class class = store_each_alert(store, digest->options->province, digest->from_ms,
                                              digest->to_ms, take_alert, digest, error);
    if (!class)
        class = store_each_accounting(store, digest->from_ms, digest->to_ms, take_run, digest, error);
    store_close(store);
    qsort(digest->tallies, digest->tally_count, sizeof(digest->tallies[0]), compare_tallies);
    return class;
}

static void digest_destroy(struct digest *digest)
{
    for (size_t severity = 0; severity < SEVERITY_COUNT; severity++)
        for (size_t i = 0; i < digest->view_counts[severity]; i++)
            view_fini(&digest->views[severity][i]);
    for (size_t i = 0; i < digest->run_count && i < REPORT_RUNS_MAX; i++)
        json_decref(digest->runs[i].root);
    free(digest);
}

static enum error_class finish(FILE *stream, const char *name, struct error *error)
{
    if (stream && (fflush(stream) != 0 || ferror(stream)))
        return error_set(error, ERROR_IO, "the report's %s could not be written: %s; it is not complete",
                         name, strerror(errno));
    return ERROR_OK;
}

static enum error_class write_day(struct digest *digest, FILE *csv, FILE *text, struct error *error)
{
    enum error_class class = gather(digest, error);
    if (!class && text)
        draft_print(text, digest);
    if (!class)
        class = finish(csv, "table", error);
    return class ? class : finish(text, "text", error);
}

enum error_class report_write(const struct report_options *options, FILE *csv, FILE *text,
                              struct error *error)
{
    char typed[16];
    unsigned province;
    struct places *places = places_load(options->recipients, error);
    if (!places)
        return error->class;
    snprintf(typed, sizeof(typed), "%02u", options->province);
    enum error_class class = places_find(places, typed, &province, error);
    if (!class) {
        struct digest *digest = calloc(1, sizeof(*digest));
        CHECK(digest);
        digest->options = options;
        digest->places = places;
        digest->csv = csv;
        digest->from_ms = calendar_local_midnight_ms(options->day);
        digest->to_ms = digest->from_ms + DAY_MS;
        class = write_day(digest, csv, text, error);
        digest_destroy(digest);
    }
    places_destroy(places);
    return class;
}
