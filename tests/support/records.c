/* SPDX-License-Identifier: Apache-2.0 */
#include "records.h"

#include "simsieve/state/state.h"

struct cdr record_make(enum cdr_type type, int64_t time_ms, uint64_t a, uint64_t b)
{
    const unsigned valid = 1u << CDR_TYPE | 1u << CDR_TIME | (a ? 1u << CDR_A : 0) | 1u << CDR_B;
    return (struct cdr){.time_ms = time_ms, .a = a, .b = b, .type = (uint8_t)type, .valid = (uint16_t)valid};
}

struct cdr call_make(enum cdr_type type, int64_t time_ms, uint64_t a, uint64_t b, uint32_t duration_s)
{
    struct cdr record = record_make(type, time_ms, a, b);
    record.duration_s = duration_s;
    record.valid |= 1u << CDR_DURATION;
    return record;
}

void record_set_seq(struct cdr *record, uint64_t switch_name, uint64_t seq)
{
    record->switch_name = switch_name;
    record->seq = seq;
    record->valid |= 1u << CDR_SWITCH | 1u << CDR_SEQ;
}

void record_set_place(struct cdr *record, uint64_t cell, uint64_t device)
{
    record->cell = (struct cdr_cell){.plmn = 904008, .area = 1, .cell = cell};
    record->imei = digits_make(device, 14);
    record->valid |= 1u << CDR_CELL | 1u << CDR_IMEI;
}

void numbers_of_one_partition(uint64_t *numbers, size_t count)
{
    uint64_t number = number_make(NUMBER_MOBILE, UINT64_C(84920000000));
    for (size_t found = 0; found < count; number++)
        if (partition_of(number) == 0)
            numbers[found++] = number;
}
