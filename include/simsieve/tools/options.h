/* SPDX-License-Identifier: Apache-2.0
 * Command lines from tables: a command declares its options once, and the parser, --help and the reference come from
 * that. */
#pragma once

#include "simsieve/base/error.h"

enum option_kind {
    OPTION_FLAG,     /* bool */
    OPTION_TEXT,     /* const char * */
    OPTION_COUNT,    /* uint64_t, within min..max */
    OPTION_DURATION, /* int64_t milliseconds; written with a unit */
    OPTION_TIME,     /* int64_t epoch milliseconds; RFC 3339 */
    OPTION_BYTES,    /* uint64_t; 512M, 4G */
};

struct option_row {
    const char *name;     /* "--lists" */
    const char *argument; /* what --help calls its value; NULL for a flag */
    const char *meaning;
    enum option_kind kind;
    void *target;
    uint64_t min, max;
};

struct command {
    const char *name;
    const char *summary;  /* one line of `simsieve --help` */
    const char *operands; /* behind the options in the usage line: "INPUT..." */
    const char *example;
    int (*run)(const struct command *command, int argc, char **argv);
};

struct options {
    const struct command *command;
    const struct option_row *rows;
    size_t row_count;
    const char **operands; /* what is no option, in order; moved to the front of argv */
    size_t operand_count;
    size_t operand_min, operand_max;
};

/* Start-up only. Parses; targets keep their value where an option is not given. Returns true to go on; false when
 * the process shall end with `exit_code`: --help or --version was answered on stdout, or a mistake on stderr with the usage line
 * and an example. */
bool options_parse(struct options *options, int argc, char **argv, int *exit_code);

/* Start-up only. Says on stderr what is wrong, the usage line and the example; returns the exit code. */
int options_wrong(const struct options *options, const char *format, ...) PRINTF_LIKE(2, 3);

/* Start-up only. Prints an error as people read it; returns its exit code. */
int report_error(const struct error *error);

/* Any thread. Name and version of the program on stdout, as --version of every command says them. */
void print_version(void);
