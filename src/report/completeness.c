/* SPDX-License-Identifier: Apache-2.0
 * How complete the data behind the alerts was: the accounting of each run that touched the day. */
#include "parts.h"
#include "words.h"

#include <math.h>

enum { NAME_COLUMNS = 44, COUNT_COLUMNS = 15 };

static uint64_t count_at(const json_t *object, const char *key)
{
    const json_int_t value = json_integer_value(json_object_get(object, key));
    return value > 0 ? (uint64_t)value : 0;
}

static void print_count(FILE *stream, const char *name, uint64_t count)
{
    char digits[32];
    const char *cell = digits;
    struct text text = text_over(digits, sizeof(digits));
    words_add_count(&text, count);
    layout_row(stream, NAME_COLUMNS, name, COUNT_COLUMNS, &cell, 1);
}

static void print_more(FILE *stream, size_t count, const char *what)
{
    if (count > REPORT_LINES_MAX)
        fprintf(stream, "    - và %zu %s khác\n", count - REPORT_LINES_MAX, what);
}

static uint64_t print_dropped(FILE *stream, json_t *dropped)
{
    const char *reason;
    json_t *value;
    uint64_t sum = 0;
    size_t line = 0;
    json_object_foreach(dropped, reason, value) sum += count_at(dropped, reason);
    print_count(stream, "  Loại bỏ", sum);
    json_object_foreach(dropped, reason, value)
    {
        char name[128];
        struct text text = text_over(name, sizeof(name));
        if (line++ >= REPORT_LINES_MAX)
            continue;
        text_add(&text, "    - ");
        masking_add_text(&text, words_reason(reason), FORM_MASKED);
        print_count(stream, name, count_at(dropped, reason));
    }
    print_more(stream, line, "lý do");
    return sum;
}

static uint64_t print_gaps(FILE *stream, struct digest *digest, const json_t *gaps)
{
    const size_t count = json_array_size(gaps);
    uint64_t missing = 0;
    for (size_t i = 0; i < count; i++)
        missing += count_at(json_array_get(gaps, i), "missing");
    print_count(stream, "  Thiếu theo số thứ tự của tổng đài", missing);
    for (size_t i = 0; i < count && i < REPORT_LINES_MAX; i++) {
        const json_t *gap = json_array_get(gaps, i);
        const char *name = json_string_value(json_object_get(gap, "switch"));
        struct text text = text_over(digest->scratch, sizeof(digest->scratch));
        text_add(&text, "- tổng đài ");
        masking_add_text(&text, name ? name : "?", FORM_MASKED);
        text_add(&text, ": thiếu ");
        words_add_count(&text, count_at(gap, "missing"));
        text_add(&text, " bản ghi (từ số %llu đến %llu)", (unsigned long long)count_at(gap, "from"),
                 (unsigned long long)count_at(gap, "to"));
        layout_paragraph(stream, 4, 6, text.data);
    }
    print_more(stream, count, "khoảng trống");
    return missing;
}

/* received = decoded + dropped and decoded = applied + duplicates + late, or the accounting is not to be trusted. */
static bool is_balanced(const json_t *root, uint64_t dropped)
{
    const uint64_t decoded = count_at(root, "decoded");
    return count_at(root, "received") == decoded + dropped &&
           decoded == count_at(root, "applied") + count_at(root, "duplicates") + count_at(root, "late");
}

static void print_run(FILE *stream, struct digest *digest, const struct run *run)
{
    const uint64_t received = count_at(run->root, "received");
    struct text text = text_over(digest->scratch, sizeof(digest->scratch));
    text_add(&text, "Lượt xử lý ");
    masking_add_text(&text, run->name, FORM_MASKED);
    text_add(&text, ", bản ghi từ ");
    words_add_time(&text, run->first_ms);
    text_add(&text, " đến ");
    words_add_time(&text, run->last_ms);
    if (run->first_ms < digest->from_ms || run->last_ms >= digest->to_ms)
        text_add(&text, " (số liệu của cả lượt, không riêng ngày báo cáo)");
    text_add(&text, ":");
    layout_paragraph(stream, 0, 2, text.data);
    print_count(stream, "  Bản ghi đã nhận", received);
    print_count(stream, "  Giải mã được", count_at(run->root, "decoded"));
    const uint64_t dropped = print_dropped(stream, json_object_get(run->root, "dropped"));
    print_count(stream, "  Trùng lặp", count_at(run->root, "duplicates"));
    print_count(stream, "  Đến muộn, không tính", count_at(run->root, "late"));
    print_count(stream, "  Đưa vào phân tích", count_at(run->root, "applied"));
    const uint64_t missing = print_gaps(stream, digest, json_object_get(run->root, "gaps"));
    text = text_over(digest->scratch, sizeof(digest->scratch));
    if (missing > 0) { /* cut, not rounded: what is missing never looks like nothing */
        text_add(&text, "Đã nhận khoảng ");
        words_add_number(&text, floor((double)received * 10000 / (double)(received + missing)) / 100, 2);
        text_add(&text, " %% số bản ghi mà các tổng đài đã đánh số.");
    } else {
        text_add(&text, "Không phát hiện khoảng trống trong số thứ tự của các tổng đài.");
    }
    if (!is_balanced(run->root, dropped))
        text_add(&text, " Số liệu của lượt này không cân đối: cần kiểm tra trước khi sử dụng.");
    layout_paragraph(stream, 2, 2, text.data);
    fprintf(stream, "\n");
}

void completeness_print(FILE *stream, struct digest *digest)
{
    fprintf(stream, "1. ĐỘ ĐẦY ĐỦ CỦA DỮ LIỆU\n\n");
    if (digest->run_count == 0) {
        layout_paragraph(
            stream, 0, 0,
            "Chưa có số liệu: kho không có thống kê của lượt xử lý nào chạm tới ngày báo cáo, nên chưa "
            "biết dữ liệu của ngày có đầy đủ hay không.");
        fprintf(stream, "\n");
    }
    for (size_t i = 0; i < digest->run_count && i < REPORT_RUNS_MAX; i++)
        print_run(stream, digest, &digest->runs[i]);
    if (digest->run_count > REPORT_RUNS_MAX)
        fprintf(stream, "Còn %zu lượt xử lý khác không nêu ở đây.\n\n", digest->run_count - REPORT_RUNS_MAX);
    if (digest->unreadable_count > 0)
        fprintf(stream, "%llu dòng trong kho không đọc được và không có trong báo cáo này.\n\n",
                (unsigned long long)digest->unreadable_count);
}
