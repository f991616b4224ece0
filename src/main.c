/* SPDX-License-Identifier: Apache-2.0
 * The program: one command a line. */
#include "simsieve/base/text.h"
#include "simsieve/tools/commands.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct command *const commands[] = {
    &command_replay, &command_decode, &command_map,    &command_measures, &command_generate,
    &command_score,  &command_rules,  &command_report, &command_why,      &command_alerts,
    &command_run,    &command_status, &command_feeds,  &command_outbox,   &command_reference,
};

static void print_help(FILE *stream)
{
    fprintf(stream,
            "usage: simsieve COMMAND [options] ...\n\n"
            "Finds junk SIMs in call and SMS records while the calls are still being made.\n\ncommands:\n");
    for (size_t i = 0; i < ARRAY_COUNT(commands); i++)
        if (commands[i] != &command_reference) /* for the build, not for people */
            fprintf(stream, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
    fprintf(stream, "\n`simsieve COMMAND --help` lists the options of a command.\nexample: %s\n",
            command_replay.example);
}

static int unknown_command(const char *name)
{
    const char *names[ARRAY_COUNT(commands)];
    for (size_t i = 0; i < ARRAY_COUNT(commands); i++)
        names[i] = commands[i]->name;
    const char *nearest = text_nearest(name, strlen(name), names, sizeof(names[0]), ARRAY_COUNT(names));
    fprintf(stderr, "simsieve: unknown command '%s'%s%s%s\n", name, nearest ? "; did you mean '" : "",
            nearest ? nearest : "", nearest ? "'?" : "");
    print_help(stderr);
    return ERROR_USAGE;
}

static int run_command(const char *name, int argc, char **argv)
{
    for (size_t i = 0; i < ARRAY_COUNT(commands); i++)
        if (strcmp(name, commands[i]->name) == 0)
            return commands[i]->run(commands[i], argc, argv);
    return unknown_command(name);
}

static int run(int argc, char **argv)
{
    static char help_option[] = "--help";
    if (argc < 2) {
        print_help(stderr);
        return ERROR_USAGE;
    }
    if (strcmp(argv[1], "help") == 0 && argc > 2) /* "help replay" is "replay --help" */
        return run_command(argv[2], 2, (char *[]){argv[2], help_option, NULL});
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        print_version();
        return 0;
    }
    return run_command(argv[1], argc - 1, argv + 1);
}

/* What a command printed is done when the system has taken it: a table that a full disk cut off is no table. */
static int check_standard_output(void)
{
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return 0;
    fprintf(stderr, "simsieve: standard output: writing failed%s%s; what was printed is not complete\n",
            errno ? ": " : "", errno ? strerror(errno) : "");
    return ERROR_IO;
}

int main(int argc, char **argv)
{
    const int exit_code = run(argc, argv);
    return exit_code ? exit_code : check_standard_output();
}
