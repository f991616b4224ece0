/* SPDX-License-Identifier: Apache-2.0 */
#include "decoder_property.h"

#include "decoding.h"

#include "simsieve/base/hash.h"
#include "simsieve/decode/capture.h"
#include "simsieve/decode/column_map.h"
#include "simsieve/lists/change.h"
#include "simsieve/lists/complaints.h"

#include <stdlib.h>
#include <string.h>

#define CAPACITY 64

/* Of several things to do with an input, those that are due: all of them, but for a fuzzer one, which the input itself
 * chooses. That makes many more inputs a second, and what is found is found again. */
struct due {
    size_t begin, end;
};

static struct due due_of(size_t count, const char *bytes, size_t length, uint64_t salt)
{
#ifdef SIMSIEVE_FUZZING
    const size_t chosen = hash_fixed(hash_bytes(bytes, length) ^ salt) % count;
    return (struct due){chosen, chosen + 1};
#else
    (void)bytes, (void)length, (void)salt;
    return (struct due){0, count};
#endif
}

/* How an input is cut. Small pieces of long inputs take too long. */
static const struct {
    size_t piece, capacity, length_max;
} cuts[] = {{SIZE_MAX / 2, 2, SIZE_MAX}, {4096, 1, SIZE_MAX}, {7, 3, 2048}, {1, 1, 256}};

static void check_pieces(const struct decoder *decoder, const char *bytes, size_t length,
                         const struct decoding *whole)
{
    size_t count = ARRAY_COUNT(cuts);
    while (length > cuts[count - 1].length_max)
        count--;
    const struct due due = due_of(count, bytes, length, 1);
    for (size_t i = due.begin; i < due.end; i++) {
        struct decoding cut;
        decoding_run(&cut, decoder, bytes, length, cuts[i].piece, cuts[i].capacity);
        CHECK(decoding_equal(whole, &cut));
        decoding_fini(&cut);
    }
}

static bool is_blank(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (bytes[i] != ' ' && bytes[i] != '\t' && bytes[i] != '\r')
            return false;
    return true;
}

/* The next line without its newline; false past the end. */
static bool next_line(const char *bytes, size_t length, size_t *at, const char **line, size_t *line_length)
{
    if (*at >= length)
        return false;
    const char *newline = memchr(bytes + *at, '\n', length - *at);
    const size_t end = newline ? (size_t)(newline - bytes) : length;
    *line = bytes + *at;
    *line_length = end - *at;
    if (*line_length >= 3 && memcmp(*line, "\xEF\xBB\xBF", 3) == 0) {
        *line += 3;
        *line_length -= 3;
    }
    *at = end + 1;
    return true;
}

/* Whether a line without quotes has cells for the four required columns, as a header has. */
static bool may_be_header(const char *line, size_t length)
{
    static const char *const names[] = {"type", "time", "a", "b"};
    size_t found = 0;
    for (size_t i = 0; i < ARRAY_COUNT(names); i++)
        found += memmem(line, length, names[i], strlen(names[i])) != NULL;
    return found == ARRAY_COUNT(names);
}

static void check_sum(const char *bytes, size_t length, const struct decoding *whole, bool has_headers)
{
    size_t at = 0, line_count = 0, header_count = 0, line_length;
    const char *line;
    while (next_line(bytes, length, &at, &line, &line_length)) {
        if (line_length < DECODE_RECORD_BYTES_MAX && is_blank(line, line_length))
            continue;
        line_count++;
        header_count += has_headers && may_be_header(line, line_length);
    }
    const size_t sum = whole->record_count + whole->reject_count;
    CHECK(sum <= line_count && sum + header_count >= line_count);
}

/* Bytes that grow. */
struct copy {
    char *bytes;
    size_t length, capacity;
};

static void add(struct copy *copy, const char *bytes, size_t length)
{
    if (copy->length + length > copy->capacity) {
        copy->capacity = 2 * (copy->length + length) + 64;
        copy->bytes = realloc(copy->bytes, copy->capacity);
        CHECK(copy->bytes);
    }
    if (length > 0)
        memcpy(copy->bytes + copy->length, bytes, length);
    copy->length += length;
}

/* Same records and reasons, though not the same bytes. */
static bool same_outcome(const struct decoding *a, const struct decoding *b)
{
    if (a->class != b->class || a->record_count != b->record_count || a->reject_count != b->reject_count)
        return false;
    for (size_t i = 0; i < a->reject_count; i++)
        if (a->rejects[i].reason != b->rejects[i].reason || a->rejects[i].line != b->rejects[i].line)
            return false;
    return a->record_count == 0 || memcmp(a->records, b->records, a->record_count * sizeof(*a->records)) == 0;
}

/* A byte order mark, which belongs to no line: next_line took one away, and the decoder would take the next. */
static void add_mark(struct copy *copy)
{
    add(copy, "\xEF\xBB\xBF", 3);
}

/* Every cell in quotes: nothing of it takes the fast path. */
static void quote_cells(struct copy *copy, const char *line, size_t length)
{
    add(copy, "\"", 1);
    for (size_t i = 0; i < length; i++) {
        if (line[i] == ',')
            add(copy, "\",\"", 3);
        else
            add(copy, line + i, 1);
    }
    add(copy, "\"", 1);
}

/* Both of a text decoder: pieces, and the long way. */
static void check_text(const struct decoder *decoder, const char *bytes, size_t length,
                       const struct decoding *whole, const struct copy *slow)
{
    const struct due due = due_of(2, bytes, length, 2);
    if (due.begin == 0)
        check_pieces(decoder, bytes, length, whole);
    if (due.end == 2 && slow->bytes && length <= DECODE_RECORD_BYTES_MAX / 4) {
        struct decoding again;
        decoding_run(&again, decoder, slow->bytes, slow->length, slow->length + 1, CAPACITY);
        CHECK(same_outcome(whole, &again));
        decoding_fini(&again);
    }
}

void decoder_property_csv(const char *bytes, size_t length)
{
    const struct decoder *decoder = decoder_by_name("csv", &(const char *){NULL});
    const bool has_quotes = length > 0 && memchr(bytes, '"', length);
    struct decoding whole;
    struct copy quoted = {0};
    size_t at = 0, line_length;
    const char *line;
    decoding_run(&whole, decoder, bytes, length, length + 1, CAPACITY);
    if (!has_quotes && !whole.class)
        check_sum(bytes, length, &whole, true);
    while (!has_quotes && !whole.class && next_line(bytes, length, &at, &line, &line_length)) {
        const bool has_return = line_length > 0 && line[line_length - 1] == '\r';
        add_mark(&quoted);
        if (is_blank(line, line_length))
            add(&quoted, line, line_length);
        else
            quote_cells(&quoted, line, line_length - has_return);
        add(&quoted, "\n", 1);
    }
    check_text(decoder, bytes, length, &whole, &quoted);
    free(quoted.bytes);
    decoding_fini(&whole);
}

void decoder_property_ndjson(const char *bytes, size_t length)
{
    const struct decoder *decoder = decoder_by_name("ndjson", &(const char *){NULL});
    struct decoding whole;
    struct copy slow = {0};
    size_t at = 0, line_length;
    const char *line;
    decoding_run(&whole, decoder, bytes, length, length + 1, CAPACITY);
    check_sum(bytes, length, &whole, false);
    /* A CR is white space to JSON, but not to the fast path. */
    while (next_line(bytes, length, &at, &line, &line_length)) {
        const size_t begin = line_length > 0 && *line == '{';
        add_mark(&slow);
        add(&slow, line, begin);
        add(&slow, "\r", begin);
        add(&slow, line + begin, line_length - begin);
        add(&slow, "\n", 1);
    }
    check_text(decoder, bytes, length, &whole, &slow);
    free(slow.bytes);
    decoding_fini(&whole);
}

static void check_numbers(const struct decoding *decoding)
{
    const size_t count = decoding->record_count + decoding->reject_count;
    bool *seen = calloc(count + 1, sizeof(*seen));
    CHECK(seen);
    for (size_t i = 0; i < count; i++) {
        const uint64_t number = i < decoding->record_count
                                    ? decoding->records[i].line
                                    : decoding->rejects[i - decoding->record_count].line;
        CHECK(number >= 1 && number <= count && !seen[number]);
        seen[number] = true;
    }
    free(seen);
}

static void binary_property(const char *name, const char *bytes, size_t length, bool has_numbers)
{
    const struct decoder *decoder = decoder_by_name(name, &(const char *){NULL});
    struct decoding whole;
    const int certainty = decoder->detect(bytes, length);
    CHECK(certainty >= 0 && certainty <= 100);
    decoding_run(&whole, decoder, bytes, length, length + 1, CAPACITY);
    CHECK(whole.class == ERROR_OK);
    if (has_numbers)
        check_numbers(&whole);
    check_pieces(decoder, bytes, length, &whole);
    decoding_fini(&whole);
}

void decoder_property_ber(const char *bytes, size_t length)
{
    static const char *const names[] = {"ber", "ber-huawei", "ber-ericsson"};
    const struct due due = due_of(ARRAY_COUNT(names), bytes, length, 2);
    for (size_t i = due.begin; i < due.end; i++)
        binary_property(names[i], bytes, length, true);
}

void decoder_property_ts32297(const char *bytes, size_t length)
{
    binary_property("ts32297", bytes, length, true);
}

void decoder_property_tap(const char *bytes, size_t length)
{
    static const char *const names[] = {"tap", "nrtrde"};
    const struct due due = due_of(ARRAY_COUNT(names), bytes, length, 2);
    for (size_t i = due.begin; i < due.end; i++)
        binary_property(names[i], bytes, length, true);
}

void decoder_property_dx200(const char *bytes, size_t length)
{
    binary_property("dx200", bytes, length, true);
}

void decoder_property_pcap(const char *bytes, size_t length)
{
    static const struct capture_ports ports = {
        .ports = {[CAPTURE_GTPP] = {3386}, [CAPTURE_SMPP] = {2775}, [CAPTURE_RECORDS] = {5140}},
    };
    decoding_context()->ports = &ports;
    binary_property("pcap", bytes, length, false);
}

/* Rows of a list: what comes out is no record, and `check` says what else it is. */
static void rows_property(const char *name, const char *bytes, size_t length,
                          void (*check)(const struct cdr *record))
{
    const struct decoder *decoder = decoder_by_name(name, &(const char *){NULL});
    struct decoding whole;
    CHECK(decoder->detect(bytes, length) == 0);
    decoding_run(&whole, decoder, bytes, length, length + 1, CAPACITY);
    check_pieces(decoder, bytes, length, &whole);
    for (size_t i = 0; i < whole.record_count; i++) {
        CHECK(whole.records[i].valid == 0 && whole.records[i].a == 0);
        check(&whole.records[i]);
    }
    if (length > 0 && bytes[0] == '{') /* elsewhere a line may be a header */
        check_sum(bytes, length, &whole, false);
    decoding_fini(&whole);
}

static bool is_time(int64_t time_ms)
{
    return time_ms >= TIME_MIN_MS && time_ms < TIME_MAX_MS;
}

static void check_subscriber(const struct cdr *record)
{
    const struct subscriber row = change_unpack(record);
    CHECK(record->type == CHANGE_RECORD_TYPE && row.number != 0);
    CHECK(record->time_ms == 0 || is_time(record->time_ms));
    CHECK(row.age_band <= AGE_60_UP && row.class <= CLASS_PROBE);
}

void decoder_property_subscribers(const char *bytes, size_t length)
{
    rows_property("subscribers", bytes, length, check_subscriber);
}

static void check_complaint(const struct cdr *record)
{
    const struct complaint complaint = complaint_unpack(record);
    CHECK(record->type == COMPLAINT_RECORD_TYPE && complaint.number != 0);
    CHECK(is_time(complaint.time_ms) && complaint.time_ms == record->time_ms);
    CHECK(complaint.kind == 'S' || complaint.kind == 'V' || complaint.kind == 'L');
}

void decoder_property_complaints(const char *bytes, size_t length)
{
    rows_property("complaints", bytes, length, check_complaint);
}

void decoder_property_map(const char *bytes, size_t length)
{
    static const char *const paths[] = {"conf/maps/asterisk.yaml", "conf/maps/freeswitch.yaml",
                                        "conf/maps/smpp-gateway.yaml"};
    static struct column_map *maps[ARRAY_COUNT(paths)];
    const struct due due = due_of(ARRAY_COUNT(paths) + 1, bytes, length, 2);
    struct error error;
    for (size_t i = due.begin; i < due.end; i++) {
        if (i == ARRAY_COUNT(paths)) {
            column_map_destroy(column_map_load_text("input", bytes, length, &error));
            continue;
        }
        if (!maps[i])
            maps[i] = column_map_load(paths[i], &error);
        CHECK(maps[i]);
        decoding_context()->map = maps[i];
        binary_property("map", bytes, length, false);
    }
}
