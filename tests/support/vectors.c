/* SPDX-License-Identifier: Apache-2.0 */
#include "vectors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int digit_of(char character)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = character ? strchr(digits, character | 0x20) : NULL;
    return at ? (int)(at - digits) : -1;
}

uint8_t *octets_from_hex(const char *text, size_t *length)
{
    uint8_t *octets = malloc(strlen(text) / 2 + 1);
    size_t digits = 0;
    CHECK(octets);
    octets[0] = 0;
    for (; *text; text++) {
        if (*text == ' ')
            continue;
        const int digit = digit_of(*text);
        CHECK(digit >= 0);
        octets[digits / 2] = (uint8_t)(digits % 2 ? octets[digits / 2] << 4 | digit : digit);
        digits++;
    }
    CHECK(digits % 2 == 0);
    *length = digits / 2;
    return octets;
}

/* The next line that is neither blank nor a comment, without its newline; NULL at the end. */
static char *next_line(FILE *file, char **line, size_t *capacity, unsigned *number)
{
    ssize_t length;
    while ((length = getline(line, capacity, file)) > 0) {
        (*number)++;
        (*line)[strcspn(*line, "\r\n")] = 0;
        if ((*line)[0] && (*line)[0] != '#')
            return *line;
    }
    return NULL;
}

struct vectors vectors_read(const char *path)
{
    struct vectors vectors = {NULL, 0};
    char *line = NULL;
    size_t capacity = 0;
    unsigned number = 0;
    FILE *file = fopen(path, "r");
    if (!file)
        check_failed(path, 0, "is not there: run from the root of the checkout");
    while (next_line(file, &line, &capacity, &number)) {
        struct vector vector = {.file = path, .line = number};
        vector.octets = octets_from_hex(line, &vector.length);
        CHECK(next_line(file, &line, &capacity, &number));
        vector.expected = strdup(line);
        vectors.list = realloc(vectors.list, (vectors.count + 1) * sizeof(vector));
        CHECK(vector.expected && vectors.list);
        vectors.list[vectors.count++] = vector;
    }
    free(line);
    fclose(file);
    CHECK(vectors.count > 0);
    return vectors;
}

void vectors_free(struct vectors *vectors)
{
    for (size_t i = 0; i < vectors->count; i++) {
        free(vectors->list[i].octets);
        free(vectors->list[i].expected);
    }
    free(vectors->list);
    *vectors = (struct vectors){NULL, 0};
}
