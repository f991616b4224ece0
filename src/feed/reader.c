/* SPDX-License-Identifier: Apache-2.0
 * One input from bytes to records: stream, format, decoder, a batch of records.
 *
 * Parking: reader_look decodes up to the first record, keeps that record and how many rejects came before it,
 * and closes. When the input's turn comes it is decoded again from the start; since a decoder gives the same for
 * the same bytes, as many rejects as were told already are left out. */
#include "reader.h"

#include "stream.h"

#include "simsieve/feed/rejects.h"
#include "simsieve/log/log.h"

#include <stdlib.h>
#include <string.h>

/* Room for the longest record and a piece to read behind it. */
#define BUFFER_BYTES     (2 * DECODE_RECORD_BYTES_MAX)
#define LOOK_BYTES       (8u << 10)
#define BATCH_COUNT      128
#define DETECT_BYTES_MAX 4096 /* a format that shows later than this is none */

enum phase {
    PHASE_NEW,
    PHASE_PARKED, /* `head` is the first record, nothing is open */
    PHASE_OPEN,
    PHASE_ENDED,
    PHASE_FAILED
};

/* Which items of the input the records of a batch are. */
struct item_numbers {
    uint64_t rejects_before[BATCH_COUNT + 1]; /* right before each record, in this call of the decoder */
    uint64_t items[BATCH_COUNT];
};

struct reader {
    char *path;
    size_t index;
    const struct input_options *options;
    enum phase phase;
    bool is_live;
    bool is_empty;
    bool is_head_taken; /* of a parked reader */
    struct stream_identity identity;
    uint64_t bytes_read, bytes_total;
    uint64_t reject_count, told_count; /* rejects met; those before this many are in the accounting already */
    uint64_t last_line;                /* of the newest record or reject */
    uint64_t skip;                     /* items before it are left out */
    uint64_t item_count; /* records and rejects met before this call of the decoder; after it, in all */
    bool ends_in_reject;
    struct cdr head;
    struct error *error; /* of PHASE_FAILED */
    /* Only in PHASE_OPEN. */
    struct stream *stream;
    const struct decoder *format;
    void *decoder_state;
    char *buffer; /* BUFFER_BYTES */
    size_t begin, end;
    bool needs_bytes; /* those in the buffer have been looked at */
    bool is_last;     /* no more follow those in the buffer */
    bool is_damaged;  /* the stream broke off; bytes from `end` to `cut_end` are half a line */
    size_t cut_end;
    struct cdr *records; /* BATCH_COUNT */
    size_t count, next;
    const struct decoded *decoded; /* during a call of the decoder */
    uint64_t call_rejects;         /* of it */
    struct item_numbers *numbers;
};

/* What one step towards the next record came to. */
enum step { STEP_ON, STEP_RECORDS, STEP_WAITING, STEP_ENDED, STEP_FAILED };

struct reader *reader_create(const char *path, size_t index, const struct input_options *options)
{
    struct reader *reader = calloc(1, sizeof(*reader));
    CHECK(reader);
    reader->path = strdup(path);
    CHECK(reader->path);
    reader->index = index;
    reader->options = options;
    return reader;
}

/* Lets go of all that PHASE_OPEN needs. */
static void let_go(struct reader *reader)
{
    if (reader->decoder_state)
        reader->format->close(reader->decoder_state);
    stream_close(reader->stream);
    free(reader->buffer);
    free(reader->records);
    free(reader->numbers);
    reader->decoder_state = NULL;
    reader->stream = NULL;
    reader->buffer = NULL;
    reader->records = NULL;
    reader->numbers = NULL;
    reader->count = reader->next = 0;
}

void reader_destroy(struct reader *reader)
{
    if (!reader)
        return;
    let_go(reader);
    free(reader->error);
    free(reader->path);
    free(reader);
}

static void count_reject(void *owner, enum reason reason, uint64_t line, const char *bytes, size_t length)
{
    struct reader *reader = owner;
    const size_t record_count = reader->decoded ? reader->decoded->count : 0;
    const uint64_t item = reader->item_count + record_count + reader->call_rejects++;
    reader->numbers->rejects_before[record_count]++;
    reader->last_line = line;
    reader->ends_in_reject = true;
    if (reader->reject_count++ < reader->told_count || item < reader->skip)
        return;
    rejects_add(reader->options->rejects, reader->path, reason, line, bytes, length);
    reader->told_count = reader->reject_count;
}

/* Nothing more comes; INPUT_FAILED when `error` says why. */
static enum input_state finish(struct reader *reader, const struct error *error)
{
    if (error) {
        reader->error = malloc(sizeof(*reader->error));
        CHECK(reader->error);
        *reader->error = *error;
    } else if (reader->is_damaged) {
        reader->call_rejects = 0;
        count_reject(reader, REASON_STREAM, reader->last_line + 1, reader->buffer + reader->end,
                     reader->cut_end - reader->end);
        reader->item_count++;
    }
    let_go(reader);
    reader->phase = error ? PHASE_FAILED : PHASE_ENDED;
    return error ? INPUT_FAILED : INPUT_ENDED;
}

static enum error_class open_input(struct reader *reader, struct error *error)
{
    const bool is_again = reader->phase == PHASE_PARKED;
    reader->phase = PHASE_OPEN;
    reader->stream = stream_open(reader->path, error);
    if (!reader->stream)
        return error->class;
    const struct stream_identity identity = stream_identity(reader->stream);
    if (is_again && (identity.device != reader->identity.device || identity.inode != reader->identity.inode))
        return error_set(error, ERROR_IO, "%s: another file took its name before it was read", reader->path);
    reader->identity = identity;
    reader->is_live = stream_is_live(reader->stream);
    reader->bytes_read = 0;
    reader->bytes_total = stream_bytes_total(reader->stream);
    reader->reject_count = reader->item_count = 0;
    reader->begin = reader->end = 0;
    reader->is_last = reader->is_damaged = false;
    reader->needs_bytes = true;
    reader->buffer = malloc(BUFFER_BYTES);
    reader->records = malloc(BATCH_COUNT * sizeof(*reader->records));
    reader->numbers = malloc(sizeof(*reader->numbers));
    if (!reader->buffer || !reader->records || !reader->numbers)
        return error_set(error, ERROR_INTERNAL, "%s: no memory to read it", reader->path);
    return ERROR_OK;
}

/* What an input is that people would expect to be read, for the message that it is not; NULL for the rest. */
static const char *foreign_format(const char *bytes, size_t length)
{
    static const struct {
        const char *magic;
        size_t length;
        const char *name;
    } forms[] = {
        {"\xFD\x37zXZ", 5, "compressed with xz"},
        {"BZh", 3, "compressed with bzip2"},
        {"\x04\x22\x4D\x18", 4, "compressed with lz4"},
        {"PK\x03\x04", 4, "a zip archive"},
        {"\xFF\xFE", 2, "UTF-16 text"},
        {"\xFE\xFF", 2, "UTF-16 text"},
        {"SQLite format 3", 15, "a SQLite file"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(forms); i++)
        if (length >= forms[i].length && memcmp(bytes, forms[i].magic, forms[i].length) == 0)
            return forms[i].name;
    return NULL;
}

static enum error_class unknown_format(const struct reader *reader, const char *bytes, size_t length,
                                       struct error *error)
{
    const char *foreign = foreign_format(bytes, length);
    if (foreign)
        return error_set(error, ERROR_DATA,
                         "%s: is %s; unpack or convert it (gzip and zstd are read as they are)", reader->path,
                         foreign);
    return error_set(error, ERROR_DATA,
                     "%s: of no known format: a CSV file needs a header line with type, time, a and b; "
                     "name another format with --format",
                     reader->path);
}

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* Chooses the format as soon as the first line or the first binary record shows it. */
static enum step choose_format(struct reader *reader, struct error *error)
{
    const char *bytes = reader->buffer + reader->begin;
    const size_t length = reader->end - reader->begin;
    size_t blank = 0;
    while (blank < length && is_space(bytes[blank]))
        blank++;
    if (blank == length && reader->is_last) {
        reader->is_empty = !reader->is_damaged;
        if (reader->is_empty)
            log_write(LOG_WARNING, "%s: is empty", reader->path);
        return STEP_ENDED;
    }
    const struct decoder *format =
        reader->options->format ? reader->options->format : decoder_detect(bytes, length);
    const bool has_line = memchr(bytes + blank, '\n', length - blank);
    const bool is_settled = format ? has_line || format->is_binary : has_line && text_is_utf8(bytes, length);
    if (!reader->is_last && length < DETECT_BYTES_MAX && !is_settled) {
        reader->needs_bytes = true;
        return STEP_ON;
    }
    reader->format = format;
    if (!reader->format) {
        unknown_format(reader, bytes, length, error);
        return STEP_FAILED;
    }
    reader->decoder_state = reader->format->open(reader->options->context, reader->path, error);
    return reader->decoder_state ? STEP_ON : STEP_FAILED;
}

/* Numbers the items of a call of the decoder, and steps over those to be left out. */
static void number_items(struct reader *reader, size_t record_count)
{
    const uint64_t *rejects_before = reader->numbers->rejects_before;
    uint64_t item = reader->item_count;
    for (size_t i = 0; i < record_count; i++) {
        item += rejects_before[i];
        reader->numbers->items[i] = item++;
    }
    if (record_count > 0)
        reader->ends_in_reject = rejects_before[record_count] > 0;
    reader->item_count += record_count + reader->call_rejects;
    reader->count = record_count;
    reader->next = 0;
    while (reader->next < record_count && reader->numbers->items[reader->next] < reader->skip)
        reader->next++;
}

/* Decodes what is in the buffer into at most `capacity` records. */
static enum step decode_some(struct reader *reader, size_t capacity, struct error *error)
{
    struct decoded decoded = {
        .records = reader->records, .capacity = capacity, .reject = count_reject, .owner = reader};
    const size_t length = reader->end - reader->begin;
    const bool has_ended = length == 0 && reader->is_last;
    size_t consumed = 0;
    enum error_class class = ERROR_OK;
    reader->decoded = &decoded;
    reader->call_rejects = 0;
    memset(reader->numbers->rejects_before, 0, sizeof(reader->numbers->rejects_before));
    if (has_ended && reader->format->finish)
        reader->format->finish(reader->decoder_state, &decoded);
    else if (length > 0)
        class = reader->format->decode(reader->decoder_state, reader->buffer + reader->begin, length,
                                       reader->is_last, &decoded, &consumed, error);
    reader->decoded = NULL;
    CHECK(consumed <= length && decoded.count <= capacity);
    number_items(reader, class ? 0 : decoded.count);
    if (class)
        return STEP_FAILED;
    if (has_ended && decoded.count == 0)
        return STEP_ENDED;
    const bool has_progressed = consumed > 0 || decoded.count > 0;
    CHECK(has_progressed || !reader->is_last);
    reader->begin += consumed;
    reader->needs_bytes = !has_progressed;
    if (decoded.count == 0)
        return STEP_ON;
    for (size_t i = 0; i < decoded.count; i++)
        reader->records[i].source = reader->index;
    reader->last_line = reader->records[decoded.count - 1].line;
    return reader->next < reader->count ? STEP_RECORDS : STEP_ON;
}

/* A compressed stream broke off: whole lines are decoded, a half one is no record, whatever it looks like. Binary
 * records know their length. */
static void cut_at_damage(struct reader *reader)
{
    reader->is_last = reader->is_damaged = true;
    reader->cut_end = reader->end;
    const char *begin = reader->buffer + reader->begin;
    const struct decoder *format = reader->format ? reader->format : reader->options->format;
    if (!format)
        format = decoder_detect(begin, reader->end - reader->begin);
    if (format && format->is_binary)
        return;
    const char *newline = memrchr(begin, '\n', reader->end - reader->begin);
    reader->end = newline ? (size_t)(newline - reader->buffer) + 1 : reader->begin;
}

/* Adds bytes to the buffer. */
static enum step read_more(struct reader *reader, int wait_ms, struct error *error)
{
    const size_t rest = reader->end - reader->begin;
    size_t got = 0;
    CHECK(rest < DECODE_RECORD_BYTES_MAX); /* a decoder takes something of as much as that */
    memmove(reader->buffer, reader->buffer + reader->begin, rest);
    reader->begin = 0;
    reader->end = rest;
    const size_t room = reader->bytes_read < LOOK_BYTES ? LOOK_BYTES : BUFFER_BYTES - rest;
    const enum stream_status status =
        stream_read(reader->stream, reader->buffer + rest, room, wait_ms, &got, error);
    reader->bytes_read = stream_bytes_read(reader->stream);
    reader->needs_bytes = false;
    switch (status) {
    case STREAM_READ:
        reader->end += got;
        return STEP_ON;
    case STREAM_ENDED:
        reader->is_last = true;
        return STEP_ON;
    case STREAM_DAMAGED:
        cut_at_damage(reader);
        return STEP_ON;
    case STREAM_WAITING:
        reader->needs_bytes = true;
        return STEP_WAITING;
    case STREAM_FAILED:
        break;
    }
    return STEP_FAILED;
}

/* Goes on until there is a record in the batch, or nothing can be had. */
static enum input_state fill(struct reader *reader, size_t capacity, int wait_ms, struct error *error)
{
    enum step step = STEP_ON;
    while (step == STEP_ON) {
        if (reader->needs_bytes)
            step = read_more(reader, wait_ms, error);
        else if (reader->decoder_state)
            step = decode_some(reader, capacity, error);
        else
            step = choose_format(reader, error);
    }
    switch (step) {
    case STEP_RECORDS:
        return INPUT_READY;
    case STEP_WAITING:
        return INPUT_WAITING;
    case STEP_ENDED:
        return finish(reader, NULL);
    default:
        return finish(reader, error);
    }
}

enum error_class reader_look(struct reader *reader, struct error *error)
{
    if (open_input(reader, error)) {
        finish(reader, error);
        return error->class;
    }
    if (reader->is_live)
        return ERROR_OK;
    const bool is_file = stream_is_file(reader->stream);
    switch (fill(reader, is_file ? 1 : BATCH_COUNT, 0, error)) {
    case INPUT_FAILED:
        return error->class;
    case INPUT_READY:
        if (is_file) {
            reader->head = reader->records[0];
            reader->bytes_read = 0;
            let_go(reader);
            reader->phase = PHASE_PARKED;
        }
        return ERROR_OK;
    default:
        return ERROR_OK;
    }
}

enum error_class reader_start(struct reader *reader, uint64_t skip, uint64_t told, struct error *error)
{
    CHECK(reader->phase == PHASE_NEW);
    reader->skip = skip;
    reader->told_count = told;
    if (open_input(reader, error))
        finish(reader, error);
    return reader->phase == PHASE_FAILED ? error->class : ERROR_OK;
}

uint64_t reader_item(const struct reader *reader)
{
    return reader->next < reader->count ? reader->numbers->items[reader->next] : reader->item_count;
}

uint64_t reader_rejects(const struct reader *reader)
{
    return reader->reject_count;
}

bool reader_ends_in_reject(const struct reader *reader)
{
    return reader->ends_in_reject;
}

bool reader_is_damaged(const struct reader *reader)
{
    return reader->is_damaged;
}

bool reader_holds_back(const struct reader *reader)
{
    return reader->format && reader->format->finish;
}

/* Opens a parked input again and steps behind the head, which has been taken. */
static enum input_state unpark(struct reader *reader, struct error *error)
{
    if (open_input(reader, error))
        return finish(reader, error);
    const enum input_state state = fill(reader, BATCH_COUNT, 0, error);
    if (state != INPUT_READY)
        return state;
    if (memcmp(&reader->records[0], &reader->head, sizeof(reader->head)) != 0) {
        error_set(error, ERROR_IO, "%s: its beginning changed before it was read", reader->path);
        return finish(reader, error);
    }
    reader->next = 1;
    return INPUT_READY;
}

enum input_state reader_head(struct reader *reader, int wait_ms, const struct cdr **record,
                             struct error *error)
{
    if (reader->phase == PHASE_PARKED) {
        *record = &reader->head;
        if (!reader->is_head_taken)
            return INPUT_READY;
        const enum input_state state = unpark(reader, error);
        if (state != INPUT_READY)
            return state;
    }
    if (reader->phase == PHASE_FAILED)
        *error = *reader->error;
    if (reader->phase != PHASE_OPEN)
        return reader->phase == PHASE_FAILED ? INPUT_FAILED : INPUT_ENDED;
    if (reader->next == reader->count) {
        const enum input_state state = fill(reader, BATCH_COUNT, wait_ms, error);
        if (state != INPUT_READY)
            return state;
    }
    *record = &reader->records[reader->next];
    return INPUT_READY;
}

void reader_take(struct reader *reader)
{
    if (reader->phase == PHASE_PARKED) {
        CHECK(!reader->is_head_taken);
        reader->is_head_taken = true;
        return;
    }
    CHECK(reader->phase == PHASE_OPEN && reader->next < reader->count);
    reader->next++;
}

bool reader_needs_descriptor(const struct reader *reader)
{
    if (reader->phase == PHASE_PARKED)
        return reader->is_head_taken;
    return reader->phase == PHASE_OPEN && reader->next == reader->count && stream_is_resting(reader->stream);
}

bool reader_has_descriptor(const struct reader *reader)
{
    return reader->phase == PHASE_OPEN && stream_is_file(reader->stream) &&
           !stream_is_resting(reader->stream);
}

void reader_rest(struct reader *reader)
{
    CHECK(reader_has_descriptor(reader));
    stream_rest(reader->stream);
}

const char *reader_name(const struct reader *reader)
{
    return reader->path;
}

bool reader_is_live(const struct reader *reader)
{
    return reader->is_live;
}

bool reader_is_empty(const struct reader *reader)
{
    return reader->is_empty;
}

uint64_t reader_bytes_read(const struct reader *reader)
{
    return reader->bytes_read;
}

uint64_t reader_bytes_total(const struct reader *reader)
{
    return reader->bytes_total;
}
