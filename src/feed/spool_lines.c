/* SPDX-License-Identifier: Apache-2.0 */
#include "spool_lines.h"

#include "simsieve/base/checked_line.h"

#include <inttypes.h>
#include <string.h>

#define FIELDS_MAX  9
#define HASH_DIGITS 32

static const char *const place_words[SPOOL_PLACE_COUNT] = {
    "folder", "archived", "deleted", "kept", "quarantined", "replaced", "gone",
};

static void add_escaped(struct text *text, const char *name)
{
    for (const unsigned char *at = (const unsigned char *)name; *at; at++) {
        if (*at <= ' ' || *at == 0x7F || *at == '%' || *at == ',')
            text_add(text, "%%%02x", *at);
        else
            text_add_bytes(text, (const char *)at, 1);
    }
}

static int digit_of(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* In place; false for what add_escaped does not write. */
static bool unescape(char *name)
{
    char *to = name;
    for (const char *at = name; *at; at++) {
        if (*at != '%') {
            *to++ = *at;
            continue;
        }
        const int high = digit_of(at[1]), low = high < 0 ? -1 : digit_of(at[2]);
        if (low < 0 || high * 16 + low == 0)
            return false;
        *to++ = (char)(high * 16 + low);
        at += 2;
    }
    *to = 0;
    return to > name && strlen(name) < SPOOL_NAME_BYTES;
}

void spool_line_add(struct text *text, enum spool_line_kind kind, uint64_t ordinal,
                    const struct spool_entry *entry)
{
    static const char letters[SPOOL_LINE_COUNT] = {'t', 'f', 's', 'd', 'n'};
    text_add(text, "%c,%" PRIu64, letters[kind], ordinal);
    switch (kind) {
    case SPOOL_LINE_TAKEN:
        text_add(text, ",%" PRIu64 ",%016" PRIx64 "%016" PRIx64 ",%" PRId64 ",%" PRIu64 ",%" PRIu64 ",",
                 entry->content.bytes, entry->content.high, entry->content.low, entry->identity.mtime_ns,
                 entry->identity.inode, entry->first);
        add_escaped(text, entry->name);
        break;
    case SPOOL_LINE_READ:
        text_add(text, ",%" PRIu64 ",%" PRIu64, entry->items, entry->rest);
        break;
    case SPOOL_LINE_SAME:
        text_add(text, ",%" PRId64 ",%" PRIu64, entry->identity.mtime_ns, entry->identity.inode);
        break;
    case SPOOL_LINE_PLACE:
        text_add(text, ",%s", place_words[entry->place]);
        break;
    case SPOOL_LINE_NEXT:
    case SPOOL_LINE_COUNT:
        break;
    }
}

static bool parse_number(const char *text, uint64_t *number)
{
    return text_parse_u64(text, strlen(text), UINT64_MAX, number);
}

/* Files may be older than 1970. */
static bool parse_time(const char *text, int64_t *time_ns)
{
    const bool is_negative = text[0] == '-';
    uint64_t number;
    if (!text_parse_u64(text + is_negative, strlen(text + is_negative), INT64_MAX, &number))
        return false;
    *time_ns = is_negative ? -(int64_t)number : (int64_t)number;
    return true;
}

static bool parse_hash(const char *text, struct spool_content *content)
{
    uint64_t halves[2] = {0, 0};
    if (strlen(text) != HASH_DIGITS)
        return false;
    for (size_t i = 0; i < HASH_DIGITS; i++) {
        const int digit = digit_of(text[i]);
        if (digit < 0)
            return false;
        halves[i / 16] = halves[i / 16] << 4 | (uint64_t)digit;
    }
    content->high = halves[0];
    content->low = halves[1];
    return true;
}

static bool parse_place(const char *word, enum spool_place *place)
{
    for (size_t i = 0; i < SPOOL_PLACE_COUNT; i++)
        if (strcmp(place_words[i], word) == 0) {
            *place = (enum spool_place)i;
            return true;
        }
    return false;
}

static bool parse_taken(char *fields[], struct spool_entry *entry)
{
    if (!parse_number(fields[2], &entry->content.bytes) || !parse_hash(fields[3], &entry->content) ||
        !parse_time(fields[4], &entry->identity.mtime_ns) ||
        !parse_number(fields[5], &entry->identity.inode) || !parse_number(fields[6], &entry->first) ||
        !unescape(fields[7]))
        return false;
    entry->identity.bytes = entry->content.bytes;
    entry->name = fields[7];
    return true;
}

bool spool_line_parse(char *line, enum spool_line_kind *kind, uint64_t *ordinal, struct spool_entry *entry)
{
    char *fields[FIELDS_MAX];
    const size_t count = checked_line_split(line, fields, FIELDS_MAX);
    *entry = (struct spool_entry){.name = NULL};
    if (count < 2 || strlen(fields[0]) != 1 || !parse_number(fields[1], ordinal))
        return false;
    switch (fields[0][0]) {
    case 't':
        *kind = SPOOL_LINE_TAKEN;
        return count == 8 && parse_taken(fields, entry);
    case 'f':
        *kind = SPOOL_LINE_READ;
        return count == 4 && parse_number(fields[2], &entry->items) && parse_number(fields[3], &entry->rest);
    case 's':
        *kind = SPOOL_LINE_SAME;
        return count == 4 && parse_time(fields[2], &entry->identity.mtime_ns) &&
               parse_number(fields[3], &entry->identity.inode);
    case 'd':
        *kind = SPOOL_LINE_PLACE;
        return count == 3 && parse_place(fields[2], &entry->place);
    case 'n':
        *kind = SPOOL_LINE_NEXT;
        return count == 2;
    default:
        return false;
    }
}
