/* SPDX-License-Identifier: Apache-2.0
 * The program: one command a line. */
#include "simsieve/base/text.h"
#include "simsieve/tools/commands.h"

#include <stdio.h>
#include <string.h>

#ifndef SIMSIEVE_VERSION
#define SIMSIEVE_VERSION "0.1"
#endif

static const struct command *const commands[] = {
    &command_replay, &command_decode, &command_measures, &command_generate, &command_score,
    &command_rules,  &command_report, &command_why,      &command_alerts,   &command_reference,
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

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_help(stderr);
        return ERROR_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("simsieve " SIMSIEVE_VERSION "\n");
        return 0;
    }
    for (size_t i = 0; i < ARRAY_COUNT(commands); i++)
        if (strcmp(argv[1], commands[i]->name) == 0)
            return commands[i]->run(commands[i], argc - 1, argv + 1);
    return unknown_command(argv[1]);
}
