/* SPDX-License-Identifier: Apache-2.0 */
#include "outlet_rig.h"

#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum error_class rig_open(struct outlet_rig *rig, const char *kind, const char *folder, const char *yaml,
                          struct error *error)
{
    memset(rig, 0, sizeof(*rig));
    for (size_t i = 0; (rig->outlet = outlet_at(i)) && strcmp(rig->outlet->name, kind) != 0;)
        i++;
    ck_assert_ptr_nonnull(rig->outlet);
    struct yaml *document = yaml_load_text("settings", yaml, strlen(yaml), error);
    ck_assert_msg(document != NULL, "%s", error->text);
    const struct outlet_options options = {.settings = yaml_root(document), .folder = folder};
    const enum error_class class = rig->outlet->open(&options, rig->lanes, &rig->lane_count, error);
    yaml_destroy(document);
    return class;
}

void rig_close(struct outlet_rig *rig)
{
    for (size_t i = 0; i < rig->lane_count; i++)
        rig->outlet->close(rig->lanes[i].state);
}

char *rig_json(unsigned number)
{
    char *json;
    ck_assert_int_gt(
        asprintf(&json,
                 "{\"schema\":\"simsieve.alert/1\",\"id\":\"%032u\",\"time\":\"2024-12-09T08:00:00+07:00\"}",
                 number),
        0);
    return json;
}

size_t rig_deliver(struct outlet_rig *rig, unsigned from, unsigned count, int64_t now_ms)
{
    struct outlet_alert alerts[OUTLET_BATCH_MAX];
    char ids[OUTLET_BATCH_MAX][ALERT_ID_BYTES];
    size_t delivered = 0;
    ck_assert_uint_le(count, OUTLET_BATCH_MAX);
    for (unsigned i = 0; i < count; i++) {
        char *json = rig_json(from + i);
        snprintf(ids[i], sizeof(ids[i]), "%032u", from + i);
        alerts[i] = (struct outlet_alert){.number = from + i,
                                          .time_ms = now_ms,
                                          .written_ms = now_ms + 1000,
                                          .mode = MODE_ALERT,
                                          .id = ids[i],
                                          .subject_type = "sim",
                                          .subject_key = "84912345678",
                                          .json = json,
                                          .json_length = strlen(json)};
    }
    struct outlet_batch batch = {alerts, count, now_ms, &rig->is_stopping, rig->answers};
    memset(rig->answers, 0, sizeof(rig->answers));
    rig->outlet->deliver(rig->lanes[0].state, &batch);
    while (delivered < count && rig->answers[delivered].outcome == OUTLET_DELIVERED)
        delivered++;
    for (unsigned i = 0; i < count; i++)
        free((char *)(uintptr_t)alerts[i].json);
    return delivered;
}
