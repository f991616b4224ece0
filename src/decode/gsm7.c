/* SPDX-License-Identifier: Apache-2.0 */
#include "gsm7.h"

#include <string.h>

#define BITS   7
#define ESCAPE 0x1B

/* Control characters and what nobody can print become a space, as TS 23.038 has it for the unknown. */
static const char alphabet[128][4] = {
    "@", "£", "$", "¥", "è", "é", "ù", "ì", "ò", "Ç", " ", "Ø", "ø", " ", "Å", "å",  "Δ", "_", "Φ",
    "Γ", "Λ", "Ω", "Π", "Ψ", "Σ", "Θ", "Ξ", " ", "Æ", "æ", "ß", "É", " ", "!", "\"", "#", "¤", "%",
    "&", "'", "(", ")", "*", "+", ",", "-", ".", "/", "0", "1", "2", "3", "4", "5",  "6", "7", "8",
    "9", ":", ";", "<", "=", ">", "?", "¡", "A", "B", "C", "D", "E", "F", "G", "H",  "I", "J", "K",
    "L", "M", "N", "O", "P", "Q", "R", "S", "T", "U", "V", "W", "X", "Y", "Z", "Ä",  "Ö", "Ñ", "Ü",
    "§", "¿", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n",  "o", "p", "q",
    "r", "s", "t", "u", "v", "w", "x", "y", "z", "ä", "ö", "ñ", "ü", "à",
};

static const struct {
    uint8_t code;
    char character[4];
} extension[] = {
    {0x14, "^"}, {0x28, "{"}, {0x29, "}"}, {0x2F, "\\"}, {0x3C, "["},
    {0x3D, "~"}, {0x3E, "]"}, {0x40, "|"}, {0x65, "€"},
};

/* Character `index`; the caller has checked that it is there. */
static uint8_t character_at(const uint8_t *bytes, size_t length, size_t index)
{
    const size_t bit = index * BITS, at = bit / 8;
    const unsigned next = at + 1 < length ? bytes[at + 1] : 0;
    return (uint8_t)((bytes[at] | next << 8) >> bit % 8 & 0x7F);
}

static const char *extended(uint8_t code)
{
    for (size_t i = 0; i < ARRAY_COUNT(extension); i++)
        if (extension[i].code == code)
            return extension[i].character;
    return " ";
}

void gsm7_add(struct text *text, const uint8_t *bytes, size_t length, size_t count)
{
    count = u64_min(count, length * 8 / BITS);
    for (size_t i = 0; i < count; i++) {
        const uint8_t code = character_at(bytes, length, i);
        const char *character = alphabet[code];
        if (code == ESCAPE && i + 1 < count)
            character = extended(character_at(bytes, length, ++i));
        text_add_bytes(text, character, strlen(character));
    }
}

size_t gsm7_count(const uint8_t *bytes, size_t length)
{
    const size_t count = length * 8 / BITS;
    const bool has_room_for_fill = length > 0 && length % BITS == 0;
    return has_room_for_fill && character_at(bytes, length, count - 1) == 0 ? count - 1 : count;
}
