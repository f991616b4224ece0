/* SPDX-License-Identifier: Apache-2.0 */
#include "words.h"

#include "masking.h"
#include "simsieve/base/calendar.h"
#include "simsieve/detect/measure.h"

#include <math.h>
#include <string.h>

static const char *const severity_words[] = {
    [SEVERITY_NONE] = "Không",
    [SEVERITY_MINOR] = "Thấp",
    [SEVERITY_MAJOR] = "Cao",
    [SEVERITY_CRITICAL] = "Nghiêm trọng",
};
static_assert(ARRAY_COUNT(severity_words) == SEVERITY_COUNT, "one word a severity");

static const char *const mode_words[] = {
    [MODE_OFF] = "Tắt",        [MODE_SHADOW] = "Chạy thử",
    [MODE_ALERT] = "Cảnh báo", [MODE_PROPOSE] = "Đề nghị xử lý",
    [MODE_ENFORCE] = "Xử lý",
};
static_assert(ARRAY_COUNT(mode_words) == MODE_COUNT, "one word a mode");

struct word {
    const char *name, *vietnamese;
};

/* Of a SIM, then of a group of SIMs. Units are the catalogue's. */
static const struct word measure_words[] = {
    {"sim_age_d", "tuổi SIM"},
    {"age_known", "biết ngày kích hoạt"},
    {"out_calls", "cuộc gọi đi"},
    {"out_sms", "tin nhắn đi"},
    {"out_attempts", "lượt liên hệ đi"},
    {"in_calls", "cuộc gọi đến"},
    {"in_sms", "tin nhắn đến"},
    {"in_service_sms", "tin nhắn dịch vụ đến"},
    {"fan_out", "số người được liên hệ"},
    {"fan_in", "số người liên hệ đến"},
    {"out_share", "tỷ lệ chiều đi"},
    {"out_call_share", "tỷ lệ cuộc gọi đi trên mọi liên hệ"},
    {"per_contact", "số lần liên hệ mỗi người"},
    {"answered", "cuộc gọi đi được trả lời"},
    {"asr", "tỷ lệ được trả lời"},
    {"acd_s", "thời lượng trung bình"},
    {"short_ratio", "tỷ lệ cuộc gọi ngắn"},
    {"below45_ratio", "tỷ lệ cuộc gọi dưới 45 giây"},
    {"gap_median_s", "khoảng cách trung vị giữa hai lần liên hệ"},
    {"gap_cv", "hệ số biến thiên của khoảng cách"},
    {"short_gap_ratio", "tỷ lệ khoảng cách ngắn giữa hai lần liên hệ"},
    {"stranger_ratio", "tỷ lệ liên hệ tới số chưa có quan hệ"},
    {"reply_ratio", "tỷ lệ người liên hệ lại"},
    {"protected_out", "số cán bộ bị liên hệ"},
    {"protected_share", "tỷ lệ cán bộ trong số người được liên hệ"},
    {"agencies_out", "số cơ quan bị liên hệ"},
    {"cells", "số trạm phục vụ"},
    {"imeis", "số thiết bị"},
    {"complaints", "số phản ánh tới 156 và 5656"},
    {"night_ratio", "tỷ lệ liên hệ ban đêm (22h-6h)"},
    {"score", "điểm nghi vấn"},
    {"sims", "số thuê bao"},
    {"contacts", "số lượt liên hệ"},
    {"victims", "số cán bộ bị liên hệ"},
    {"agencies", "số cơ quan bị liên hệ"},
};

static const struct word duration_words[] = {
    {"ms", "mili giây"}, {"s", "giây"}, {"m", "phút"}, {"h", "giờ"}, {"d", "ngày"},
};

static const struct word reason_words[] = {
    {"line_too_long", "bản ghi quá dài"},
    {"nul_byte", "có byte NUL"},
    {"not_utf8", "không phải UTF-8"},
    {"quote", "sai dấu nháy"},
    {"field_count", "sai số cột"},
    {"json", "không phải JSON"},
    {"json_value", "giá trị JSON sai kiểu"},
    {"ber", "không phải BER"},
    {"ber_depth", "BER lồng quá sâu"},
    {"record_too_long", "bản ghi nhị phân quá dài"},
    {"record_truncated", "bản ghi bị cắt cuối tệp"},
    {"record_unknown", "bản ghi nhị phân loại lạ"},
    {"type_missing", "thiếu loại bản ghi"},
    {"type_unknown", "loại bản ghi lạ"},
    {"time_missing", "thiếu thời gian"},
    {"time_malformed", "thời gian sai dạng"},
    {"time_no_offset", "thời gian thiếu múi giờ"},
    {"time_out_of_range", "thời gian ngoài khoảng cho phép"},
    {"a_missing", "thiếu số gọi"},
    {"a_character", "số gọi có ký tự lạ"},
    {"a_too_short", "số gọi quá ngắn"},
    {"a_too_long", "số gọi quá dài"},
    {"a_unknown_prefix", "số gọi ngoài quy hoạch"},
    {"a_not_in_use", "số gọi thuộc dải không sử dụng"},
    {"a_ambiguous", "số gọi không rõ trong hay ngoài nước"},
    {"a_sender_too_long", "tên người gửi quá dài"},
    {"b_missing", "thiếu số bị gọi"},
    {"b_character", "số bị gọi có ký tự lạ"},
    {"b_too_short", "số bị gọi quá ngắn"},
    {"b_too_long", "số bị gọi quá dài"},
    {"b_unknown_prefix", "số bị gọi ngoài quy hoạch"},
    {"b_not_in_use", "số bị gọi thuộc dải không sử dụng"},
    {"b_ambiguous", "số bị gọi không rõ trong hay ngoài nước"},
    {"forwarded_by", "số chuyển tiếp sai"},
    {"outcome", "kết quả cuộc gọi sai"},
    {"duration", "thời lượng sai"},
    {"imsi", "IMSI sai"},
    {"imei", "IMEI sai"},
    {"cell", "mã trạm sai"},
    {"trunk", "tên trung kế quá dài"},
    {"switch", "tên tổng đài quá dài"},
    {"seq", "số thứ tự sai"},
    {"sms_parts", "số đoạn tin nhắn sai"},
    {"sms_template", "dấu vết mẫu tin nhắn quá dài"},
    {"names_full", "đầy bảng tên"},
    {"subscriber_time", "thời gian thay đổi thuê bao sai dạng"},
    {"subscriber_number", "số thuê bao thiếu hoặc sai"},
    {"subscriber_activated", "ngày kích hoạt thuê bao sai dạng"},
    {"subscriber_province", "mã tỉnh của thuê bao sai"},
    {"subscriber_age_band", "nhóm tuổi thuê bao sai"},
    {"subscriber_class", "loại thuê bao sai"},
    {"complaint_time", "thời gian phản ánh sai dạng"},
    {"complaint_number", "số bị phản ánh thiếu hoặc sai"},
    {"complaint_kind", "loại phản ánh sai"},
    {"not_call_or_sms", "không phải cuộc gọi hay tin nhắn"},
    {"partial", "bản ghi từng phần đã gộp"},
    {"same_call", "bản ghi trùng cuộc gọi từ nút khác"},
    {"capture", "tệp bắt gói hỏng"},
    {"capture_interface", "quá nhiều giao diện trong tệp bắt gói"},
    {"link_short", "khung thiếu phần đầu liên kết"},
    {"link_type", "loại liên kết không đọc được"},
    {"vlan_depth", "quá nhiều thẻ VLAN"},
    {"snapped", "gói bị cắt khi bắt"},
    {"ip_header", "phần đầu IP hỏng"},
    {"ip_length", "độ dài IP sai"},
    {"ip_checksum", "mã kiểm IP sai"},
    {"ip6_extensions", "phần mở rộng IPv6 hỏng"},
    {"udp_length", "độ dài UDP sai"},
    {"tcp_header", "phần đầu TCP hỏng"},
    {"transport_checksum", "mã kiểm UDP hoặc TCP sai"},
    {"fragment_length", "mảnh IP có độ dài sai"},
    {"fragment_overlap", "mảnh IP chồng lấn"},
    {"fragment_timeout", "thiếu mảnh IP"},
    {"fragment_table", "quá nhiều gói IP ghép dở"},
    {"stream_gap", "thiếu đoạn TCP"},
    {"stream_table", "quá nhiều luồng TCP"},
    {"stream_cut", "luồng TCP dừng giữa bản tin"},
    {"gtpp_short", "bản tin GTP' bị cắt"},
    {"gtpp_not_prime", "bản tin GTP, không phải GTP'"},
    {"gtpp_version", "phiên bản GTP' lạ"},
    {"gtpp_type", "loại bản tin GTP' lạ"},
    {"gtpp_ie_unknown", "phần tử GTP' lạ"},
    {"gtpp_ie_length", "phần tử GTP' có độ dài sai"},
    {"gtpp_ie_missing", "thiếu phần tử GTP' bắt buộc"},
    {"gtpp_ie_value", "phần tử GTP' có giá trị sai"},
    {"gtpp_format", "bản ghi GTP' không phải BER"},
    {"gtpp_record_length", "bản ghi GTP' dài quá gói"},
    {"cgf_peers", "quá nhiều nguồn GTP'"},
    {"cgf_quarantine", "hết chỗ cho gói GTP' có thể trùng"},
    {"cgf_window", "quá nhiều yêu cầu GTP' đang chờ ghi"},
    {"cgf_closed", "nơi nhận GTP' đầy hoặc đang dừng"},
    {"cgf_undecided", "gói GTP' có thể trùng không được quyết định"},
    {"cgf_unconfirmed", "gói GTP' không được trả lời"},
    {"smpp_length", "bản tin SMPP có độ dài sai"},
    {"smpp_field", "trường SMPP bị cắt"},
    {"smpp_parameter", "tham số SMPP hỏng"},
    {"message_format", "thông điệp không rõ định dạng"},
    {"message_header", "thông điệp CSV thiếu tiêu đề"},
    {"file_format", "tệp không rõ định dạng"},
    {"duplicate_file", "tệp đã nhận trước đó"},
    {"schema_header", "thông điệp thiếu mã lược đồ"},
    {"schema_unknown", "không tìm thấy lược đồ"},
    {"schema_mismatch", "thông điệp không đúng lược đồ"},
    {"stream", "luồng nén hỏng hoặc bị cắt"},
};

static const struct word operator_words[] = {
    {">=", "≥"}, {"<=", "≤"}, {"==", "="}, {"!=", "khác"}, {">", ">"}, {"<", "<"},
};

/* The word of the first `length` bytes of `name`, NULL when there is none. */
static const char *find_word(const struct word *words, size_t count, const char *name, size_t length)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(words[i].name) == length && memcmp(words[i].name, name, length) == 0)
            return words[i].vietnamese;
    return NULL;
}

const char *words_severity(enum severity severity)
{
    CHECK(severity < SEVERITY_COUNT);
    return severity_words[severity];
}

const char *words_mode(enum alert_mode mode)
{
    CHECK(mode < MODE_COUNT);
    return mode_words[mode];
}

const char *words_reason(const char *reason)
{
    const char *word = find_word(reason_words, ARRAY_COUNT(reason_words), reason, strlen(reason));
    return word ? word : reason;
}

/* Digits with a dot before every third from the right. */
static void add_dotted(struct text *text, const char *digits, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            text_add(text, ".");
        text_add_bytes(text, digits + i, 1);
    }
}

void words_add_count(struct text *text, uint64_t count)
{
    char digits[24];
    struct text plain = text_over(digits, sizeof(digits));
    text_add(&plain, "%llu", (unsigned long long)count);
    add_dotted(text, digits, plain.length);
}

void words_add_number(struct text *text, double value, int decimals)
{
    char digits[400];
    struct text plain = text_over(digits, sizeof(digits));
    if (!isfinite(value)) {
        text_add(text, "không xác định");
        return;
    }
    text_add_number(&plain, fabs(value), decimals);
    const size_t whole = strspn(digits, "0123456789");
    text_add(text, "%s", value < 0 && strcmp(digits, "0") != 0 ? "-" : "");
    add_dotted(text, digits, whole);
    if (digits[whole])
        text_add(text, ",%s", digits + whole + 1);
}

void words_add_date(struct text *text, int64_t time_ms)
{
    int64_t since_midnight_ms;
    const struct calendar_date date = calendar_local_date(time_ms, &since_midnight_ms);
    text_add(text, "%02d/%02d/%04d", date.day, date.month, date.year);
}

void words_add_time(struct text *text, int64_t time_ms)
{
    int64_t since_midnight_ms;
    calendar_local_date(time_ms, &since_midnight_ms);
    words_add_date(text, time_ms);
    text_add(text, " %02d:%02d", (int)(since_midnight_ms / HOUR_MS),
             (int)(since_midnight_ms / MINUTE_MS % 60));
}

/* A measure over another window than the rule's has it in its name: "fan_out(10m)". */
static void add_measure_name(struct text *text, const char *name)
{
    const size_t length = strcspn(name, "(");
    const char *word = find_word(measure_words, ARRAY_COUNT(measure_words), name, length);
    if (!word) {
        masking_add_text(text, name, FORM_WHOLE);
        return;
    }
    text_add(text, "%s", word);
    const char *window = name + length + (name[length] == '(');
    const size_t digits = strspn(window, "0123456789");
    const char *unit = find_word(duration_words, ARRAY_COUNT(duration_words), window + digits,
                                 strcspn(window + digits, ")"));
    if (unit)
        text_add(text, " trong %.*s %s", (int)digits, window, unit);
}

/* `measure` NULL: one of a group, or one that this program no longer knows. */
static void add_value(struct text *text, const struct measure *measure, double value)
{
    static const char *const units[] = {[UNIT_COUNT] = "",
                                        [UNIT_RATIO] = " %",
                                        [UNIT_SECONDS] = " giây",
                                        [UNIT_DAYS] = " ngày",
                                        [UNIT_PLAIN] = ""};
    const enum unit unit = measure ? measure->unit : UNIT_PLAIN;
    words_add_number(text, unit == UNIT_RATIO ? value * 100 : value, 2);
    if (isfinite(value))
        text_add(text, "%s", units[unit]);
}

static void add_threshold(struct text *text, const struct measure *measure, const json_t *object)
{
    const json_t *threshold = json_object_get(object, "threshold");
    const char *comparison = json_string_value(json_object_get(object, "op"));
    const char *word =
        comparison ? find_word(operator_words, ARRAY_COUNT(operator_words), comparison, strlen(comparison))
                   : NULL;
    if (!json_is_number(threshold) || !word)
        return;
    text_add(text, " (ngưỡng %s ", word);
    add_value(text, measure, json_number_value(threshold));
    text_add(text, ")");
}

void words_add_measures(struct text *text, json_t *measures)
{
    const char *name, *separator = "";
    json_t *object;
    json_object_foreach(measures, name, object)
    {
        const struct measure *measure = measure_by_name(name, strcspn(name, "("));
        const json_t *value = json_object_get(object, "value");
        text_add(text, "%s", separator);
        separator = "; ";
        add_measure_name(text, name);
        text_add(text, ": ");
        add_value(text, measure, json_is_number(value) ? json_number_value(value) : NAN);
        add_threshold(text, measure, object);
    }
}
