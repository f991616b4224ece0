/* SPDX-License-Identifier: Apache-2.0
 * The lines of the spool's journal, without their checksums (base/checked_line.h). Any thread. */
#pragma once

#include "spool_journal.h"

#include "simsieve/base/text.h"

enum spool_line_kind {
    SPOOL_LINE_TAKEN, /* name, identity, content, first */
    SPOOL_LINE_READ,  /* items, rest */
    SPOOL_LINE_SAME,  /* mtime and inode of identity */
    SPOOL_LINE_PLACE, /* place */
    SPOOL_LINE_NEXT,  /* only the ordinal */
    SPOOL_LINE_COUNT
};

/* `entry` has the fields that lines of the kind have. */
void spool_line_add(struct text *text, enum spool_line_kind kind, uint64_t ordinal,
                    const struct spool_entry *entry);

/* Reads a zero-terminated line, which it cuts into pieces; the entry's name lies in it. False for what
 * spool_line_add does not write. */
bool spool_line_parse(char *line, enum spool_line_kind *kind, uint64_t *ordinal, struct spool_entry *entry);
