/* SPDX-License-Identifier: Apache-2.0
 * The text that a duty officer reads: a draft, with blanks where the clerk fills in. */
#include "parts.h"
#include "words.h"

#include <string.h>

static struct text fresh(struct digest *digest)
{
    return text_over(digest->scratch, sizeof(digest->scratch));
}

/* "tỉnh Kon Tum, tỉnh Quảng Ngãi": the provinces of that day. */
static void add_places(struct text *text, const struct digest *digest)
{
    const unsigned province = digest->options->province;
    const struct place *place = NULL;
    const char *separator = "";
    if (province == REPORT_UNROUTED)
        text_add(text, "chưa xác định được tỉnh");
    else if (!places_next(digest->places, NULL, province, digest->from_ms))
        text_add(text, "tỉnh, thành phố mã %02u", province);
    while ((place = places_next(digest->places, place, province, digest->from_ms))) {
        text_add(text, "%s%s", separator, place->name);
        separator = ", ";
    }
}

static void print_heading(FILE *stream, struct digest *digest)
{
    layout_halves(stream, "............................", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM");
    layout_halves(stream, "(cơ quan, đơn vị báo cáo)", "Độc lập - Tự do - Hạnh phúc");
    layout_halves(stream, "Số:      /…", "..........., ngày      tháng      năm ......");
    fprintf(stream, "\n");
    layout_centred(stream, "(DỰ THẢO)");
    struct text text = fresh(digest);
    text_add(&text, "BÁO CÁO NGHIỆP VỤ NGÀY ");
    words_add_date(&text, digest->from_ms);
    text_add(&text, " - ");
    add_places(&text, digest);
    layout_centred(stream, text.data);
    fprintf(stream, "\n");
}

static void print_recipient(FILE *stream, struct digest *digest, const char *agency, const char *end)
{
    struct text text = fresh(digest);
    if (!agency[0])
        return;
    text_add(&text, "- %s%s", agency, end);
    layout_paragraph(stream, 2, 4, text.data);
}

static void print_recipients(FILE *stream, struct digest *digest)
{
    const unsigned province = digest->options->province;
    const struct place *place = places_next(digest->places, NULL, province, digest->from_ms), *next;
    size_t place_count = 0;
    if (province == REPORT_UNROUTED) {
        layout_paragraph(
            stream, 0, 0,
            "Các cảnh báo dưới đây chưa gắn được với tỉnh nào vì thiếu dữ liệu trạm, dữ liệu đăng ký hoặc "
            "danh sách số được bảo vệ; cần được người có trách nhiệm phân công xử lý.");
        fprintf(stream, "\n");
        return;
    }
    fprintf(stream, place ? "Kính gửi:\n" : "Kính gửi: (bảng nơi nhận không có dòng nào cho ngày này)\n");
    for (; place; place = next, place_count++) {
        next = places_next(digest->places, place, province, digest->from_ms);
        print_recipient(stream, digest, place->department, ";");
        print_recipient(stream, digest, place->police, next ? ";" : ".");
    }
    fprintf(stream, "\n");
    if (place_count > 1) {
        struct text text = fresh(digest);
        text_add(
            &text,
            "Ghi chú: mã %02u theo danh mục 34 tỉnh, thành phố (%s) gồm %zu tỉnh, thành phố của ngày báo cáo.",
            province, places_name(digest->places, province), place_count);
        layout_paragraph(stream, 0, 0, text.data);
        fprintf(stream, "\n");
    }
}

static void print_tally(FILE *stream, struct digest *digest, const struct tally *tally)
{
    char cells[4][32];
    const char *row[4] = {cells[0], cells[1], cells[2], cells[3]};
    uint64_t sum = 0;
    for (int i = 0; i < 4; i++) {
        const enum severity severity = SEVERITY_CRITICAL - (enum severity)i;
        const uint64_t count = i < 3 ? tally->counts[severity] : sum;
        struct text cell = text_over(cells[i], sizeof(cells[i]));
        words_add_count(&cell, count);
        sum += count;
    }
    struct text name = fresh(digest);
    masking_add_text(&name, tally->title, FORM_MASKED);
    if (tally->is_trial)
        text_add(&name, " (chạy thử)");
    layout_row(stream, 44, name.data, 9, row, ARRAY_COUNT(row));
}

static void print_table(FILE *stream, struct digest *digest)
{
    static const char *const headings[] = {"Ng.trọng", "Cao", "Thấp", "Cộng"};
    fprintf(stream, "2. TỔNG HỢP\n\n");
    if (digest->alert_count == 0) {
        layout_paragraph(
            stream, 0, 0,
            "Trong ngày không có cảnh báo nào thuộc phạm vi báo cáo. Điều này không có nghĩa là không có vi "
            "phạm: xem mục 1 và mục 4.");
        fprintf(stream, "\n");
        return;
    }
    layout_row(stream, 44, "Hành vi có dấu hiệu", 9, headings, ARRAY_COUNT(headings));
    fprintf(stream, "%.*s\n", LAYOUT_COLUMNS,
            "--------------------------------------------------------------------------------");
    for (size_t i = 0; i < digest->tally_count; i++)
        print_tally(stream, digest, &digest->tallies[i]);
    if (digest->others.title[0])
        print_tally(stream, digest, &digest->others);
    fprintf(stream, "\n");
}

static void print_facts(FILE *stream, struct digest *digest, const struct view *view)
{
    struct text text = fresh(digest);
    text_add(&text, "Số đo: ");
    words_add_measures(&text, view->measures);
    text_add(&text, ".");
    layout_paragraph(stream, 3, 3, text.data);
    text = fresh(digest);
    text_add(&text, "Liên hệ đi: ");
    words_add_count(&text, view->contacts);
    text_add(&text, " lượt");
    if (view->first_seen_ms != INT64_MIN) {
        text_add(&text, ", lần đầu ");
        words_add_time(&text, view->first_seen_ms);
    }
    text_add(&text, ". Cán bộ bị liên hệ: ");
    words_add_count(&text, view->protected_count);
    if (digest->options->province != REPORT_UNROUTED && view->protected_count > 0) {
        text_add(&text, ", trong đó tại tỉnh ");
        words_add_count(&text, view->protected_here);
    }
    text_add(&text, ". Bản ghi làm căn cứ: %zu.", view->evidence_count);
    layout_paragraph(stream, 3, 3, text.data);
}

static void print_alert(FILE *stream, struct digest *digest, const struct view *view, size_t number)
{
    const enum number_form form = digest->options->is_unmasked ? FORM_WHOLE : FORM_MASKED;
    struct text text = fresh(digest);
    text_add(&text, "%zu. [%s] ", number, words_severity(view->severity));
    masking_add_text(&text, view->title, form);
    layout_paragraph(stream, 0, 3, text.data);
    text = fresh(digest);
    words_add_time(&text, view->time_ms);
    text_add(&text, "; %s; ", words_mode(view->mode));
    view_add_subject(&text, view, form);
    text_add(&text, ".");
    layout_paragraph(stream, 3, 3, text.data);
    if (view->subject_type != SUBJECT_SIM && json_array_size(view->sims) > 0) {
        text = fresh(digest);
        text_add(&text, "Thuê bao nghi vấn: ");
        view_add_sims(&text, view, form, REPORT_NUMBERS_MAX);
        text_add(&text, ".");
        layout_paragraph(stream, 3, 3, text.data);
    }
    text = fresh(digest);
    masking_add_text(&text, view->summary, form);
    layout_paragraph(stream, 3, 3, text.data);
    print_facts(stream, digest, view);
    text = fresh(digest);
    if (view->roles) {
        text_add(&text, "Vai trò của tỉnh: ");
        view_add_roles(&text, view);
        text_add(&text, ".");
        layout_paragraph(stream, 3, 3, text.data);
    }
    text = fresh(digest);
    text_add(&text, "Mã cảnh báo: ");
    masking_add_text(&text, view->id, FORM_MASKED);
    layout_paragraph(stream, 3, 3, text.data);
    fprintf(stream, "\n");
}

static void print_alerts(FILE *stream, struct digest *digest)
{
    size_t number = 0;
    fprintf(stream, "3. CHI TIẾT CÁC CẢNH BÁO\n\n");
    if (digest->alert_count == 0)
        fprintf(stream, "Không có.\n\n");
    for (enum severity severity = SEVERITY_CRITICAL; severity >= SEVERITY_MINOR; severity--)
        for (size_t i = 0; i < digest->view_counts[severity] && number < REPORT_ALERTS_MAX; i++)
            print_alert(stream, digest, &digest->views[severity][i], ++number);
    const uint64_t rest = digest->alert_count - digest->trial_count - number;
    if (rest > 0) {
        struct text text = fresh(digest);
        text_add(&text, "Còn ");
        words_add_count(&text, rest);
        text_add(&text, " cảnh báo không nêu ở đây: xem tệp CSV kèm theo.");
        layout_paragraph(stream, 0, 0, text.data);
        fprintf(stream, "\n");
    }
    if (digest->trial_count > 0) {
        struct text text = fresh(digest);
        words_add_count(&text, digest->trial_count);
        text_add(
            &text,
            " cảnh báo của quy tắc đang chạy thử không nêu chi tiết và chưa dùng làm căn cứ; xem tệp CSV.");
        layout_paragraph(stream, 0, 0, text.data);
        fprintf(stream, "\n");
    }
}

static void print_limits(FILE *stream)
{
    static const char *const unseen[] = {
        "nội dung cuộc gọi và tin nhắn; người thực tế đang cầm máy;",
        "trao đổi qua Zalo, Facebook, Messenger, Viber, Telegram, thư điện tử, iMessage;",
        "hình ảnh, video cắt ghép hoặc deepfake; ảnh căn cước công dân;",
        "ứng dụng giả mạo được cài đặt, việc điều khiển điện thoại từ xa;",
        "giao dịch chuyển tiền qua ngân hàng;",
        "tin nhắn do trạm phát sóng (BTS) giả phát đi.",
    };
    fprintf(stream, "4. PHẠM VI QUAN SÁT\n\n");
    layout_paragraph(
        stream, 0, 0,
        "Cảnh báo chỉ dựa trên bản ghi chi tiết cuộc gọi và tin nhắn (số gọi, số bị gọi, thời gian, thời "
        "lượng, trạm, thiết bị). Hệ thống không thấy được:");
    for (size_t i = 0; i < ARRAY_COUNT(unseen); i++) {
        char line[256];
        struct text text = text_over(line, sizeof(line));
        text_add(&text, "- %s", unseen[i]);
        layout_paragraph(stream, 2, 4, line);
    }
    layout_paragraph(
        stream, 0, 0,
        "Vì vậy mỗi cảnh báo chỉ nêu dấu hiệu nghi vấn để xác minh, không phải kết luận vi phạm đối với chủ "
        "thuê bao hoặc người sử dụng.");
    fprintf(stream, "\n");
}

static void print_requests(FILE *stream, const struct digest *digest)
{
    static const char *const requests[] = {
        "Xác minh thông tin đăng ký, người sử dụng thực tế và hỏi ý kiến người bị liên hệ trước khi đề nghị áp dụng "
        "biện pháp; ưu tiên các cảnh báo mức nghiêm trọng.",
        "Với cảnh báo mà tỉnh chỉ là nơi đăng ký: phối hợp với tỉnh chủ trì, rà soát điểm cung cấp dịch vụ đã kích "
        "hoạt thuê bao.",
        "Lưu giữ tin nhắn, số điện thoại, hình ảnh do người bị liên hệ cung cấp; không xóa, không phát tán.",
        "Thông báo lại kết quả (đúng, sai, chưa đủ căn cứ) theo mã cảnh báo.",
    };
    fprintf(stream, "5. ĐỀ NGHỊ\n\n");
    for (size_t i = 0; i < ARRAY_COUNT(requests); i++) {
        char line[512];
        struct text text = text_over(line, sizeof(line));
        text_add(&text, "- %s", requests[i]);
        layout_paragraph(stream, 2, 4, line);
    }
    layout_paragraph(
        stream, 0, 0,
        digest->options->is_unmasked
            ? "Báo cáo có số thuê bao đầy đủ là dữ liệu cá nhân nhạy cảm: chỉ giao cho người có thẩm quyền, "
              "xem xong trả lại."
            : "Số thuê bao trong báo cáo đã được che ba chữ số; số đầy đủ chỉ cung cấp cho người có thẩm quyền "
              "khi có yêu cầu.");
    fprintf(stream, "\n");
}

static void print_signature(FILE *stream)
{
    layout_halves(stream, "Nơi nhận:", "NGƯỜI KÝ");
    layout_halves(stream, "- Như trên;", "(chức vụ, ký, ghi rõ họ tên)");
    layout_halves(stream, "- Lưu: VT.", "");
}

void draft_print(FILE *stream, struct digest *digest)
{
    print_heading(stream, digest);
    print_recipients(stream, digest);
    completeness_print(stream, digest);
    print_table(stream, digest);
    print_alerts(stream, digest);
    print_limits(stream);
    print_requests(stream, digest);
    print_signature(stream);
}
