/* SPDX-License-Identifier: Apache-2.0
 * Alerts of a run: into the store first, and only then to anybody else. What the store does not take is kept and given
 * again; meanwhile the pipeline fills up and the feeds are held. */
#include "run_parts.h"

#include "simsieve/base/output.h"
#include "simsieve/log/log.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#define RETRY_FIRST_MS  100
#define RETRY_LAST_MS   5000
#define GIVE_UP_LOOK_MS 50

enum error_class run_alerts_open(struct run_alerts *alerts, struct run *run, struct error *error)
{
    const struct run_configuration *configuration = run->options.configuration;
    char folder[RUN_PATH_BYTES], path[RUN_PATH_BYTES + 16];
    alerts->run = run;
    alerts->last = &alerts->first;
    if (run->options.alerts &&
        output_open(&alerts->copy, run->options.alerts, run->options.is_replay ? OUTPUT_WHOLE : OUTPUT_APPEND,
                    0600, error))
        return error->class;
    if (run->options.is_replay)
        return ERROR_OK;
    snprintf(path, sizeof(path), "%s/store.db", run_path(configuration, configuration->state, folder));
    alerts->store = store_open(path, error);
    if (!alerts->store || store_limit(alerts->store, configuration->store_bytes, error))
        return error->class;
    if (!configuration->has_sinks)
        return ERROR_OK;
    alerts->outbox =
        outbox_open(path, configuration->folder, configuration->sinks, (uint64_t)run->started_wall_ms, error);
    return alerts->outbox ? ERROR_OK : error->class;
}

static void count(struct run_alerts *alerts, const struct alert *alert)
{
    const uint32_t known = atomic_load_explicit(&alerts->rule_count, memory_order_relaxed);
    uint32_t i = 0;
    while (i < known && strcmp(alerts->rules[i].id, alert->rule) != 0)
        i++;
    if (i == RUN_RULES_COUNTED_MAX)
        return; /* `raised` still counts it */
    if (i == known) {
        memcpy(alerts->rules[i].id, alert->rule, sizeof(alerts->rules[i].id));
        atomic_store_explicit(&alerts->rule_count, known + 1, memory_order_release);
    }
    atomic_fetch_add_explicit(&alerts->rules[i].count, 1, memory_order_relaxed);
}

uint64_t run_alerts_of(const struct run_alerts *alerts, const char *rule)
{
    const uint32_t known = atomic_load_explicit(&alerts->rule_count, memory_order_acquire);
    for (uint32_t i = 0; i < known; i++)
        if (strcmp(alerts->rules[i].id, rule) == 0)
            return atomic_load_explicit(&alerts->rules[i].count, memory_order_relaxed);
    return 0;
}

enum error_class run_alerts_deliver(void *owner, struct alert *alert, struct error *error)
{
    struct run_alerts *alerts = owner;
    (void)error;
    if (!alert->is_near) {
        atomic_fetch_add_explicit(&alerts->raised, 1, memory_order_relaxed);
        count(alerts, alert);
    }
    alert->next = NULL;
    *alerts->last = alert;
    alerts->last = &alert->next;
    return ERROR_OK;
}

/* All that waits, in one transaction; whoever was not in the store before keeps `is_new`. */
static enum error_class store_all(struct run_alerts *alerts, uint64_t *new_count, struct error *error)
{
    enum error_class class = position_log_sync(alerts->run->positions, error);
    *new_count = 0;
    for (struct alert *alert = alerts->first; alert && !class; alert = alert->next) {
        if (alert->is_near) {
            class =
                store_add_near(alerts->store, alert->sims, alert->rule, alert->time_ms, alert->json, error);
            continue;
        }
        class = store_add_alert(alerts->store, alert, error);
        alert->is_known = !class && !store_was_new(alerts->store);
        *new_count += !class && !alert->is_known;
    }
    return class ? class : store_flush(alerts->store, error);
}

/* Waits before the next attempt; false when the run gives up meanwhile. */
static bool wait_for(struct run *run, int wait_ms)
{
    for (; wait_ms > 0; wait_ms -= GIVE_UP_LOOK_MS) {
        if (run_gives_up(run))
            return false;
        poll(NULL, 0, GIVE_UP_LOOK_MS);
    }
    return true;
}

static enum error_class store_patiently(struct run_alerts *alerts, struct error *error)
{
    uint64_t new_count;
    int wait_ms = RETRY_FIRST_MS;
    while (store_all(alerts, &new_count, error)) {
        if (!atomic_exchange_explicit(&alerts->is_stuck, true, memory_order_relaxed))
            log_write(LOG_ERROR, "alerts wait: %s", error->text);
        atomic_fetch_add_explicit(&alerts->retries, 1, memory_order_relaxed);
        if (!wait_for(alerts->run, wait_ms))
            return error->class;
        wait_ms = wait_ms * 2 < RETRY_LAST_MS ? wait_ms * 2 : RETRY_LAST_MS;
    }
    if (atomic_exchange_explicit(&alerts->is_stuck, false, memory_order_relaxed))
        log_write(LOG_INFO, "the store takes alerts again");
    atomic_fetch_add_explicit(&alerts->stored, new_count, memory_order_relaxed);
    if (alerts->outbox)
        outbox_ring(alerts->outbox);
    return ERROR_OK;
}

static void copy_out(struct run_alerts *alerts, const struct alert *alert)
{
    if (!alerts->copy.stream || alert->is_near || alert->is_known)
        return;
    fwrite(alert->json, 1, alert->json_length, alerts->copy.stream);
    fputc('\n', alerts->copy.stream);
}

enum error_class run_alerts_delivered(void *owner, struct error *error)
{
    struct run_alerts *alerts = owner;
    if (alerts->store && store_patiently(alerts, error))
        return error->class;
    while (alerts->first) {
        struct alert *alert = alerts->first;
        alerts->first = alert->next;
        copy_out(alerts, alert);
        alert_destroy(alert);
    }
    alerts->last = &alerts->first;
    return alerts->copy.stream ? output_flush(&alerts->copy, error) : ERROR_OK;
}

void run_alerts_close(struct run_alerts *alerts)
{
    struct error ignored;
    while (alerts->first) {
        struct alert *alert = alerts->first;
        alerts->first = alert->next;
        alert_destroy(alert);
    }
    if (alerts->run && alerts->run->options.is_replay)
        output_abandon(&alerts->copy, true); /* a whole one has been committed */
    else
        output_commit(&alerts->copy,
                      &ignored); /* a log that others follow keeps its name, whatever happened */
    outbox_close(alerts->outbox);
    store_close(alerts->store);
}
