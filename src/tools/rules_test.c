/* SPDX-License-Identifier: Apache-2.0 */
#include "rules_test.h"

#include "simsieve/base/text.h"
#include "simsieve/tools/replay.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATH_BYTES 512

struct test_run {
    const struct rule *rule;
    unsigned count;
    unsigned alerts[SEVERITY_COUNT];
};

static enum error_class count_alert(void *owner, struct alert *alert, struct error *error)
{
    struct test_run *run = owner;
    (void)error;
    run->alerts[alert->severity]++;
    alert_destroy(alert);
    return ERROR_OK;
}

static const char *path_in(char path[static PATH_BYTES], const char *folder, const char *name)
{
    struct text text = text_over(path, PATH_BYTES);
    text_add(&text, "%s/%s.csv", folder, name);
    return path;
}

static enum error_class write_file(const char *folder, const char *name, const char *content,
                                   struct error *error)
{
    char path[PATH_BYTES];
    FILE *file = fopen(path_in(path, folder, name), "w");
    if (!file || fputs(content, file) < 0 || fclose(file) != 0)
        return error_set(error, ERROR_IO, "%s: cannot be written: %s", path, strerror(errno));
    return ERROR_OK;
}

static enum error_class write_files(const char *folder, const struct rule_test *test, struct error *error)
{
    enum error_class class = write_file(folder, "cdr", test->given, error);
    for (unsigned i = 0; i < RULE_TEST_LISTS && !class; i++)
        if (test->lists[i])
            class = write_file(folder, rule_test_list_names[i], test->lists[i], error);
    return class;
}

static void remove_files(const char *folder)
{
    char path[PATH_BYTES];
    unlink(path_in(path, folder, "cdr"));
    for (unsigned i = 0; i < RULE_TEST_LISTS; i++)
        unlink(path_in(path, folder, rule_test_list_names[i]));
    rmdir(folder);
}

/* Records and lists of a test are written by hand: one that cannot be read is a mistake in the test. */
static enum error_class check_readable(const struct replay *replay, const struct lists *lists,
                                       struct error *error)
{
    for (unsigned reason = 1; reason < REASON_COUNT; reason++)
        if (rejects_count(replay->walk.rejects, (enum reason)reason))
            return error_set(error, ERROR_CONFIG, "%s: %s: %s",
                             rejects_first(replay->walk.rejects, (enum reason)reason),
                             reason_word((enum reason)reason), reason_meaning((enum reason)reason));
    if (lists_bad_rows(lists))
        return error_set(error, ERROR_CONFIG, "a row of its lists cannot be read (see above)");
    return ERROR_OK;
}

/* The rule alone, over the records of the test. */
static enum error_class replay_files(struct test_run *run, const char *folder, struct error *error)
{
    char path[PATH_BYTES];
    const char *paths[] = {path_in(path, folder, "cdr")};
    struct environment environment;
    struct replay replay;
    struct error later;
    enum error_class class = environment_open_without_rules(&environment, folder, error);
    if (class)
        return class;
    struct program alone = *environment.program;
    const struct replay_options options = {
        .environment =
            &(const struct environment){environment.numbering, environment.names, environment.lists, &alone},
        .paths = paths,
        .path_count = 1,
        .shard_count = 1,
        .lateness_ms = REPLAY_LATENESS_MS,
        .deliver = count_alert,
        .owner = run};
    program_of_one(&alone, run->rule);
    class = replay_open(&replay, &options, error);
    if (!class) {
        class = replay_run(&replay, error);
        if (!class)
            class = check_readable(&replay, environment.lists, error);
        replay_close(&replay, &later);
    }
    environment_close(&environment);
    return class;
}

/* Tells which test failed, and of its files the names alone: the folder is gone by then. */
static enum error_class name_test(const struct rule_test *test, const char *folder, struct error *error)
{
    const struct error cause = *error;
    const size_t length = strlen(folder);
    const char *text = cause.text;
    if (strncmp(text, folder, length) == 0 && text[length] == '/')
        text += length + 1;
    return error_set(error, ERROR_CONFIG, "test '%s': %s", test->name, text);
}

static enum error_class run_test(void *owner, const struct rule_test *test, struct error *error)
{
    struct test_run *run = owner;
    char folder[] = "/tmp/simsieve-rule-test-XXXXXX";
    run->count++;
    memset(run->alerts, 0, sizeof(run->alerts));
    if (!mkdtemp(folder))
        return error_set(error, ERROR_CANNOT_CREATE, "%s: cannot be created: %s", folder, strerror(errno));
    enum error_class class = write_files(folder, test, error);
    if (!class)
        class = replay_files(run, folder, error);
    remove_files(folder);
    for (unsigned severity = SEVERITY_MINOR; severity < SEVERITY_COUNT && !class; severity++)
        if (run->alerts[severity] != test->expected[severity])
            class =
                error_set(error, ERROR_CONFIG, "%u %s alerts expected, %u raised", test->expected[severity],
                          severity_name((enum severity)severity), run->alerts[severity]);
    return class ? name_test(test, folder, error) : ERROR_OK;
}

enum error_class rules_run_tests(const struct rule *rule, unsigned *count, struct error *error)
{
    struct test_run run = {.rule = rule};
    const enum error_class class = rule_each_test(rule, run_test, &run, error);
    *count = run.count;
    return class;
}
