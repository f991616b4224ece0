/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/alert/alert.h"

#include <stdlib.h>

static const char *const severity_names[] = {
    [SEVERITY_NONE] = "none",
    [SEVERITY_MINOR] = "minor",
    [SEVERITY_MAJOR] = "major",
    [SEVERITY_CRITICAL] = "critical",
};
static_assert(ARRAY_COUNT(severity_names) == SEVERITY_COUNT, "one name a severity");

static const char *const mode_names[] = {
    [MODE_OFF] = "off",         [MODE_SHADOW] = "shadow",   [MODE_ALERT] = "alert",
    [MODE_PROPOSE] = "propose", [MODE_ENFORCE] = "enforce",
};
static_assert(ARRAY_COUNT(mode_names) == MODE_COUNT, "one name a mode");

static const char *const subject_names[] = {
    [SUBJECT_SIM] = "sim",     [SUBJECT_CAMPAIGN] = "campaign", [SUBJECT_DEVICE] = "device",
    [SUBJECT_CELL] = "cell",   [SUBJECT_DEALER] = "dealer",     [SUBJECT_VICTIM] = "victim",
    [SUBJECT_TRUNK] = "trunk", [SUBJECT_NUMBER] = "number",
};
static_assert(ARRAY_COUNT(subject_names) == SUBJECT_COUNT, "one name a subject");

struct alert *alert_create(void)
{
    struct alert *alert = calloc(1, sizeof(*alert));
    CHECK(alert);
    return alert;
}

void alert_destroy(struct alert *alert)
{
    if (!alert)
        return;
    free(alert->sims);
    free(alert->json);
    free(alert);
}

const char *severity_name(enum severity severity)
{
    CHECK(severity < SEVERITY_COUNT);
    return severity_names[severity];
}

const char *alert_mode_name(enum alert_mode mode)
{
    CHECK(mode < MODE_COUNT);
    return mode_names[mode];
}

const char *subject_type_name(enum subject_type type)
{
    CHECK(type < SUBJECT_COUNT);
    return subject_names[type];
}
