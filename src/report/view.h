/* SPDX-License-Identifier: Apache-2.0
 * One alert of the store as a report needs it, and what the province has to do with it. */
#pragma once

#include "masking.h"
#include "simsieve/alert/alert.h"
#include "simsieve/sink/store.h"

#include <jansson.h>

enum report_role {
    ROLE_ACTIVE = 1,     /* the SIM was active there */
    ROLE_VICTIMS = 2,    /* who was contacted is there */
    ROLE_REGISTERED = 4, /* the SIM was registered there */
};

struct view {
    json_t *root; /* owned; the texts below belong to it */
    const char *id, *rule, *title, *summary, *subject_key;
    enum subject_type subject_type;
    enum severity severity;
    enum alert_mode mode;
    int64_t time_ms, first_seen_ms; /* first_seen_ms INT64_MIN: none */
    uint64_t contacts, protected_count, protected_here;
    size_t evidence_count;
    json_t *sims, *measures;
    unsigned roles;   /* of the province, enum report_role */
    bool is_unrouted; /* no province at all */
};

/* Fills `view`; false when the row is no alert of schema simsieve.alert/1. */
bool view_read(struct view *view, const struct store_alert *alert, unsigned province);
void view_fini(struct view *view);

/* The province leads: not only the registration is there. */
static inline bool view_is_primary(const struct view *view)
{
    return view->roles & (ROLE_ACTIVE | ROLE_VICTIMS);
}

/* Appends what the alert is about, "thiết bị 35693***64380", and the numbers that it accuses, the first `count_max`
 * of them and how many others. */
void view_add_subject(struct text *text, const struct view *view, enum number_form form);
void view_add_sims(struct text *text, const struct view *view, enum number_form form, size_t count_max);

/* Appends "chủ trì (nơi hoạt động, ...)" or "phối hợp (nơi đăng ký)"; nothing when it has no role. */
void view_add_roles(struct text *text, const struct view *view);
