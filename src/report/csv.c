/* SPDX-License-Identifier: Apache-2.0
 * The table for spreadsheets: RFC 4180 with a byte order mark, every cell quoted (report.md). */
#include "parts.h"
#include "words.h"

#include <string.h>

/* Characters that make a spreadsheet take a cell for a formula, their full-width forms included. */
static bool begins_formula(const char *cell)
{
    static const char *const starts[] = {"=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"};
    for (size_t i = 0; i < ARRAY_COUNT(starts); i++)
        if (strncmp(cell, starts[i], strlen(starts[i])) == 0)
            return true;
    return false;
}

static void print_cell(FILE *stream, const char *separator, const char *cell)
{
    fprintf(stream, "%s\"%s", separator, begins_formula(cell) ? "'" : "");
    for (; *cell; cell++) {
        if (*cell == '"')
            fputc('"', stream);
        fputc(*cell, stream);
    }
    fputc('"', stream);
}

static enum number_form form_of(const struct digest *digest)
{
    return digest->options->is_unmasked ? FORM_GROUPED : FORM_MASKED;
}

static void add_index(struct text *cell, const struct digest *digest, const struct view *view)
{
    (void)view;
    text_add(cell, "%llu", (unsigned long long)digest->alert_count);
}

static void add_time(struct text *cell, const struct digest *digest, const struct view *view)
{
    (void)digest;
    words_add_time(cell, view->time_ms);
}

static void add_severity(struct text *cell, const struct digest *digest, const struct view *view)
{
    (void)digest;
    text_add(cell, "%s", words_severity(view->severity));
}

static void add_mode(struct text *cell, const struct digest *digest, const struct view *view)
{
    (void)digest;
    text_add(cell, "%s", words_mode(view->mode));
}

static void add_title(struct text *cell, const struct digest *digest, const struct view *view)
{
    masking_add_text(cell, view->title, form_of(digest));
}

static void add_subject(struct text *cell, const struct digest *digest, const struct view *view)
{
    view_add_subject(cell, view, form_of(digest));
}

static void add_sims(struct text *cell, const struct digest *digest, const struct view *view)
{
    view_add_sims(cell, view, form_of(digest), CSV_NUMBERS_MAX);
}

static void add_contacts(struct text *cell, const struct digest *digest, const struct view *view)
{
    (void)digest;
    text_add(cell, "%llu", (unsigned long long)view->contacts);
}

static void add_first_seen(struct text *cell, const struct digest *digest, const struct view *view)
{
    (void)digest;
    if (view->first_seen_ms != INT64_MIN)
        words_add_time(cell, view->first_seen_ms);
}

static void add_protected(struct text *cell, const struct digest *digest, const struct view *view)
{
    (void)digest;
    text_add(cell, "%llu", (unsigned long long)view->protected_count);
}

static void add_protected_here(struct text *cell, const struct digest *digest, const struct view *view)
{
    (void)digest;
    text_add(cell, "%llu", (unsigned long long)view->protected_here);
}

static void add_measures(struct text *cell, const struct digest *digest, const struct view *view)
{
    (void)digest;
    words_add_measures(cell, view->measures);
}

static void add_roles(struct text *cell, const struct digest *digest, const struct view *view)
{
    (void)digest;
    view_add_roles(cell, view);
}

static void add_id(struct text *cell, const struct digest *digest, const struct view *view)
{
    (void)digest;
    masking_add_text(cell, view->id, FORM_MASKED);
}

static const struct {
    const char *title;
    void (*add)(struct text *cell, const struct digest *digest, const struct view *view);
} columns[] = {
    {"STT", add_index},
    {"Thời gian", add_time},
    {"Mức độ", add_severity},
    {"Chế độ", add_mode},
    {"Hành vi", add_title},
    {"Đối tượng", add_subject},
    {"Số thuê bao", add_sims},
    {"Số liên hệ ra", add_contacts},
    {"Lần đầu", add_first_seen},
    {"Cán bộ bị liên hệ", add_protected},
    {"Trong đó tại tỉnh", add_protected_here},
    {"Căn cứ", add_measures},
    {"Vai trò của tỉnh", add_roles},
    {"Mã cảnh báo", add_id},
};

void csv_header(FILE *stream)
{
    fprintf(stream, "\xEF\xBB\xBF");
    for (size_t i = 0; i < ARRAY_COUNT(columns); i++)
        print_cell(stream, i ? "," : "", columns[i].title);
    fprintf(stream, "\r\n");
}

void csv_row(FILE *stream, struct digest *digest, const struct view *view)
{
    for (size_t i = 0; i < ARRAY_COUNT(columns); i++) {
        struct text cell = text_over(digest->scratch, sizeof(digest->scratch));
        columns[i].add(&cell, digest, view);
        print_cell(stream, i ? "," : "", cell.data);
    }
    fprintf(stream, "\r\n");
}
