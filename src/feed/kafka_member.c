/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka_member.h"

#include "simsieve/base/hash.h"
#include "simsieve/base/output.h"
#include "simsieve/base/text.h"

#include <string.h>

#define PROPERTY     "group.instance.id"
#define PREFIX       "simsieve-"
#define DIGITS       16
#define MEMBER_BYTES (sizeof(PREFIX) + DIGITS)

static bool is_member(const char *name)
{
    return strncmp(name, PREFIX, strlen(PREFIX)) == 0 &&
           strspn(name + strlen(PREFIX), "0123456789abcdef") == DIGITS && strlen(name) == MEMBER_BYTES - 1;
}

/* The name that an earlier start left; false when there is none that can be read. */
static bool read_member(const char *path, char name[static MEMBER_BYTES])
{
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    name[fread(name, 1, MEMBER_BYTES - 1, file)] = 0;
    fclose(file);
    return is_member(name);
}

static enum error_class make_member(const char *path, char name[static MEMBER_BYTES], struct error *error)
{
    const struct hash_key chance = hash_key_random();
    struct output output;
    struct text text = text_over(name, MEMBER_BYTES);
    text_add(&text, PREFIX "%016llx", (unsigned long long)hash_keyed(0, &chance));
    CHECK(!text.is_cut);
    if (output_open(&output, path, OUTPUT_WHOLE, 0600, error))
        return error->class;
    fprintf(output.stream, "%s\n", name);
    return output_commit(&output, error);
}

enum error_class kafka_member_set(rd_kafka_conf_t *conf, const char *state_folder, struct error *error)
{
    char path[OUTPUT_PATH_BYTES], name[MEMBER_BYTES] = "";
    size_t size = 0;
    struct text text = text_over(path, sizeof(path));
    if (rd_kafka_conf_get(conf, PROPERTY, NULL, &size) == RD_KAFKA_CONF_OK && size > 1)
        return ERROR_OK;
    text_add(&text, "%s/" KAFKA_MEMBER_FILE, state_folder);
    if (!read_member(path, name) && make_member(path, name, error))
        return error->class;
    CHECK(rd_kafka_conf_set(conf, PROPERTY, name, NULL, 0) == RD_KAFKA_CONF_OK);
    return ERROR_OK;
}
