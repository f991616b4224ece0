/* SPDX-License-Identifier: Apache-2.0
 * The Vietnamese words of a report, and numbers and times as Vietnamese offices write them. */
#pragma once

#include "simsieve/alert/alert.h"
#include "simsieve/base/text.h"

#include <jansson.h>

/* "Nghiêm trọng", "Cảnh báo": what a severity and a mode are called. */
const char *words_severity(enum severity severity);
const char *words_mode(enum alert_mode mode);

/* What a drop reason of the accounting is called; the reason itself when it has no word. */
const char *words_reason(const char *reason);

/* Appends "1.234.567". */
void words_add_count(struct text *text, uint64_t count);

/* Appends a number with decimal comma and thousands dot, at most `decimals`; NAN is "không xác định". */
void words_add_number(struct text *text, double value, int decimals);

/* Append "09/12/2024" and "09/12/2024 08:15" in local time. */
void words_add_date(struct text *text, int64_t time_ms);
void words_add_time(struct text *text, int64_t time_ms);

/* Appends every measure of an alert, "tỷ lệ cuộc gọi ngắn: 71 % (ngưỡng ≥ 60 %); ...". */
void words_add_measures(struct text *text, json_t *measures);
