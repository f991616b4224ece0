/* SPDX-License-Identifier: Apache-2.0
 * The inputs of a run: what the paths stand for, and how few of their files are open at a time. */
#include "simsieve/feed/input.h"

#include "folder.h"
#include "reader.h"

#include "simsieve/log/log.h"

#include <stdlib.h>
#include <string.h>

/* Files open at a time; pipes and standard input come on top. Well below the 1,024 that systems allow. */
#define OPEN_FILE_COUNT_MAX 128

struct inputs {
    struct reader **readers;
    size_t count;
    /* Readers in the order in which their files were opened, round and round: whoever opens one more takes the
     * place of the file that has been open for longest, which rests until it is read again. */
    struct reader *open[OPEN_FILE_COUNT_MAX];
    size_t open_count;
};

bool inputs_are_empty(const struct inputs *inputs, struct error *error)
{
    for (size_t i = 0; i < inputs->count; i++)
        if (!reader_is_empty(inputs->readers[i]))
            return false;
    error_set(error, ERROR_DATA, "%s: is empty%s: there is nothing to decode",
              reader_name(inputs->readers[0]), inputs->count > 1 ? ", as are all inputs" : "");
    return true;
}

static enum error_class look_at_all(struct inputs *inputs, struct error *error)
{
    for (size_t i = 0; i < inputs->count; i++)
        if (reader_look(inputs->readers[i], error))
            return error->class;
    return inputs_are_empty(inputs, error) ? error->class : ERROR_OK;
}

static enum error_class expand(struct paths *names, const char *const *paths, size_t count,
                               struct error *error)
{
    for (size_t i = 0; i < count; i++)
        if (paths_add(names, paths[i], error))
            return error->class;
    paths_sort(names);
    for (size_t i = 1; i < names->count; i++) {
        if (strcmp(names->names[i - 1], names->names[i]) != 0)
            continue;
        if (strcmp(names->names[i], "-") == 0)
            return error_set(error, ERROR_USAGE, "-: standard input can be read only once");
        log_write(LOG_WARNING, "%s: is named twice and will be read twice", names->names[i]);
    }
    return ERROR_OK;
}

struct inputs *inputs_open(const char *const *paths, size_t count, const struct input_options *options,
                           struct error *error)
{
    struct paths names = {0};
    CHECK(count > 0 && options->rejects && options->context);
    if (expand(&names, paths, count, error)) {
        paths_fini(&names);
        return NULL;
    }
    struct inputs *inputs = calloc(1, sizeof(*inputs));
    CHECK(inputs);
    inputs->readers = calloc(names.count, sizeof(*inputs->readers));
    CHECK(inputs->readers);
    for (; inputs->count < names.count; inputs->count++)
        inputs->readers[inputs->count] = reader_create(names.names[inputs->count], inputs->count, options);
    paths_fini(&names);
    if (look_at_all(inputs, error)) {
        inputs_close(inputs);
        return NULL;
    }
    return inputs;
}

void inputs_close(struct inputs *inputs)
{
    if (!inputs)
        return;
    for (size_t i = 0; i < inputs->count; i++)
        reader_destroy(inputs->readers[i]);
    free(inputs->readers);
    free(inputs);
}

size_t inputs_count(const struct inputs *inputs)
{
    return inputs->count;
}

const char *inputs_name(const struct inputs *inputs, size_t index)
{
    CHECK(index < inputs->count);
    return reader_name(inputs->readers[index]);
}

/* Before `reader` opens its file. */
static void make_room(struct inputs *inputs, struct reader *reader)
{
    struct reader **place = &inputs->open[inputs->open_count++ % OPEN_FILE_COUNT_MAX];
    if (*place && reader_has_descriptor(*place))
        reader_rest(*place);
    *place = reader;
}

enum input_state inputs_head(struct inputs *inputs, size_t index, int wait_ms, const struct cdr **record,
                             struct error *error)
{
    DCHECK(index < inputs->count);
    struct reader *reader = inputs->readers[index];
    if (unlikely(reader_needs_descriptor(reader)))
        make_room(inputs, reader);
    return reader_head(reader, wait_ms, record, error);
}

void inputs_take(struct inputs *inputs, size_t index)
{
    DCHECK(index < inputs->count);
    reader_take(inputs->readers[index]);
}

uint64_t inputs_bytes_read(const struct inputs *inputs)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < inputs->count; i++)
        sum += reader_bytes_read(inputs->readers[i]);
    return sum;
}

uint64_t inputs_bytes_total(const struct inputs *inputs)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < inputs->count; i++) {
        if (reader_is_live(inputs->readers[i]))
            return 0;
        sum += reader_bytes_total(inputs->readers[i]);
    }
    return sum;
}
