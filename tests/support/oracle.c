/* SPDX-License-Identifier: Apache-2.0 */
#include "oracle.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A growing array of anything. */
#define PUSH(array, count, capacity, value)                            \
    do {                                                               \
        if ((count) == (capacity)) {                                   \
            (capacity) = (capacity) ? 2 * (capacity) : 16;             \
            (array) = realloc((array), (capacity) * sizeof(*(array))); \
            CHECK(array);                                              \
        }                                                              \
        (array)[(count)++] = (value);                                  \
    } while (0)

struct fact {
    int64_t time_ms;
    uint64_t other;
    bool is_out, is_sms, is_answered, is_timed, is_service, is_protected;
    uint32_t duration_s;
};

struct place {
    uint64_t key;
    int64_t time_ms;
    bool is_device;
};

struct sim {
    uint64_t number;
    struct fact *facts;
    size_t fact_count, fact_capacity;
    struct place *places;
    size_t place_count, place_capacity;
    int64_t newest_ms, born_ms;
    bool is_age_certain, is_age_known;
    bool is_former_owners; /* before its activation */
    bool was_member;
};

struct spell { /* an episode */
    uint64_t subject;
    uint32_t rule_index;
    int64_t last_ms;
    enum severity severity;
    double worse;
    bool is_allowed;
};

struct contact {
    uint64_t sim, victim;
    uint32_t agency;
    int64_t time_ms;
    bool has_left;
};

struct crowd { /* a group */
    uint32_t rule_index;
    uint64_t key;
    struct contact *contacts;
    size_t contact_count, contact_capacity;
    int64_t newest_ms, last_match_ms;
    enum severity severity;
    double worse;
    uint64_t *named;
    size_t named_count, named_capacity;
};

struct held {
    uint32_t rule_index;
    uint64_t position;
};

struct oracle {
    const struct program *program;
    const struct lists *lists;
    const struct names *names;
    struct sim *sims;
    size_t sim_count, sim_capacity;
    struct spell *spells;
    size_t spell_count, spell_capacity;
    struct crowd *crowds;
    size_t crowd_count, crowd_capacity;
    struct verdict *verdicts;
    size_t verdict_count, verdict_capacity;
    struct held *helds;
    size_t held_count, held_capacity;
    struct complaint *complaints;
    size_t complaint_count, complaint_capacity;
    int64_t watch_since_ms;
};

struct oracle *oracle_create(const struct program *program, const struct lists *lists,
                             const struct names *names)
{
    struct oracle *oracle = calloc(1, sizeof(*oracle));
    CHECK(oracle);
    oracle->program = program;
    oracle->lists = lists;
    oracle->names = names;
    return oracle;
}

void oracle_destroy(struct oracle *oracle)
{
    for (size_t i = 0; i < oracle->sim_count; i++) {
        free(oracle->sims[i].facts);
        free(oracle->sims[i].places);
    }
    for (size_t i = 0; i < oracle->crowd_count; i++) {
        free(oracle->crowds[i].contacts);
        free(oracle->crowds[i].named);
    }
    free(oracle->sims);
    free(oracle->spells);
    free(oracle->crowds);
    free(oracle->verdicts);
    free(oracle->helds);
    free(oracle->complaints);
    free(oracle);
}

/* Facts of a window, in order of time. */
struct window {
    const struct sim *sim;
    const struct fact *facts[20000];
    size_t count;
    int64_t from_ms, to_ms;
};

static int by_time(const void *a, const void *b)
{
    const struct fact *left = *(const struct fact *const *)a, *right = *(const struct fact *const *)b;
    if (left->time_ms != right->time_ms)
        return left->time_ms < right->time_ms ? -1 : 1;
    return left < right ? -1 : left > right;
}

static void open_window(struct window *window, const struct sim *sim, int64_t window_ms)
{
    window->sim = sim;
    window->count = 0;
    window->to_ms = sim->newest_ms;
    window->from_ms = sim->newest_ms - window_ms;
    for (size_t i = 0; i < sim->fact_count; i++)
        if (sim->facts[i].time_ms > window->from_ms && sim->facts[i].time_ms <= window->to_ms) {
            CHECK(window->count < ARRAY_COUNT(window->facts));
            window->facts[window->count++] = &sim->facts[i];
        }
    qsort(window->facts, window->count, sizeof(window->facts[0]), by_time);
}

static double count_out(const struct window *window, int sms)
{
    double count = 0;
    for (size_t i = 0; i < window->count; i++)
        count += window->facts[i]->is_out && (sms < 0 || window->facts[i]->is_sms == sms);
    return count;
}

static double count_in(const struct window *window)
{
    double count = 0;
    for (size_t i = 0; i < window->count; i++)
        count += !window->facts[i]->is_out && !(window->facts[i]->is_sms && window->facts[i]->is_service);
    return count;
}

/* The first outgoing fact to this one's other side? */
static bool is_first_out(const struct window *window, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (window->facts[i]->is_out && window->facts[i]->other == window->facts[at]->other)
            return false;
    return window->facts[at]->is_out;
}

static double fan_out(const struct window *window)
{
    double count = 0;
    for (size_t i = 0; i < window->count; i++)
        count += is_first_out(window, i) && !window->facts[i]->is_service;
    return count;
}

static double replied(const struct window *window)
{
    double count = 0;
    for (size_t i = 0; i < window->count; i++) {
        bool has_reply = false;
        if (!is_first_out(window, i) || window->facts[i]->is_service)
            continue;
        for (size_t k = 0; k < window->count; k++)
            has_reply |= !window->facts[k]->is_out && window->facts[k]->other == window->facts[i]->other &&
                         window->facts[k]->time_ms > window->facts[i]->time_ms;
        count += has_reply;
    }
    return count;
}

static double strangers(const struct window *window)
{
    const struct sim *sim = window->sim;
    double count = 0;
    for (size_t i = 0; i < window->count; i++) {
        bool was_met = false;
        if (!window->facts[i]->is_out)
            continue;
        for (size_t k = 0; k < sim->fact_count && !was_met; k++) {
            const int64_t before_ms = window->facts[i]->time_ms - sim->facts[k].time_ms;
            was_met =
                sim->facts[k].other == window->facts[i]->other && before_ms > 0 && before_ms < 30 * DAY_MS;
        }
        count += !was_met;
    }
    return count;
}

static double protected_out(const struct oracle *oracle, const struct window *window, bool agencies)
{
    uint32_t seen[256];
    size_t seen_count = 0;
    double count = 0;
    for (size_t i = 0; i < window->count; i++) {
        bool is_new = true;
        if (!window->facts[i]->is_protected || !is_first_out(window, i))
            continue;
        const uint32_t agency = lists_protected(oracle->lists, window->facts[i]->other)->agency;
        is_new = agency != 0;
        for (size_t k = 0; k < seen_count; k++)
            is_new &= seen[k] != agency;
        if (is_new && seen_count < ARRAY_COUNT(seen))
            seen[seen_count++] = agency;
        count++;
    }
    return agencies ? (double)seen_count : count;
}

static double places(const struct window *window, bool devices)
{
    const struct sim *sim = window->sim;
    double count = 0;
    for (size_t i = 0; i < sim->place_count; i++) {
        const struct place *place = &sim->places[i];
        bool is_first = place->is_device == devices && place->time_ms > window->from_ms;
        for (size_t k = 0; k < i && is_first; k++)
            is_first = !(sim->places[k].key == place->key && sim->places[k].is_device == devices &&
                         sim->places[k].time_ms > window->from_ms);
        count += is_first;
    }
    return count;
}

/* Gaps in seconds, sorted. */
static size_t gaps(const struct window *window, double *values)
{
    size_t count = 0;
    int64_t last_ms = 0;
    for (size_t i = 0; i < window->count; i++) {
        if (!window->facts[i]->is_out)
            continue;
        if (last_ms)
            values[count++] = (double)(window->facts[i]->time_ms - last_ms) / 1000;
        last_ms = window->facts[i]->time_ms;
    }
    for (size_t i = 1; i < count; i++)
        for (size_t k = i; k > 0 && values[k - 1] > values[k]; k--) {
            const double swapped = values[k];
            values[k] = values[k - 1];
            values[k - 1] = swapped;
        }
    return count;
}

static bool gap_measure(const struct window *window, const char *name, double *value)
{
    static double values[20000];
    const size_t count = gaps(window, values);
    double sum = 0, squares = 0, below = 0;
    for (size_t i = 0; i < count; i++) {
        sum += values[i];
        below += values[i] < 60;
    }
    const double mean = count ? sum / (double)count : 0;
    for (size_t i = 0; i < count; i++)
        squares += (values[i] - mean) * (values[i] - mean);
    if (!count || (strcmp(name, "gap_cv") == 0 && (count < 2 || sum == 0)))
        return false;
    if (strcmp(name, "gap_median_s") == 0)
        *value = (values[(count - 1) / 2] + values[count / 2]) / 2;
    else if (strcmp(name, "gap_cv") == 0)
        *value = sqrt(squares / (double)count) / mean;
    else
        *value = below / (double)count;
    return true;
}

static bool call_measure(const struct window *window, const char *name, double *value)
{
    double answered = 0, timed_answered = 0, brief = 0, timed = 0, below_45 = 0, seconds = 0;
    for (size_t i = 0; i < window->count; i++) {
        const struct fact *fact = window->facts[i];
        if (!fact->is_out || fact->is_sms)
            continue;
        answered += fact->is_answered;
        timed += fact->is_timed;
        below_45 += fact->is_timed && fact->duration_s < 45;
        timed_answered += fact->is_answered && fact->is_timed;
        brief += fact->is_answered && fact->is_timed && fact->duration_s <= 6;
        seconds += fact->is_answered && fact->is_timed ? fact->duration_s : 0;
    }
    const struct {
        const char *name;
        double over, under;
    } ratios[] = {{"answered", answered, 1},
                  {"asr", answered, count_out(window, 0)},
                  {"acd_s", seconds, timed_answered},
                  {"short_ratio", brief, timed_answered},
                  {"below45_ratio", below_45, timed}};
    for (size_t i = 0; i < ARRAY_COUNT(ratios); i++)
        if (strcmp(ratios[i].name, name) == 0) {
            *value = ratios[i].over / ratios[i].under;
            return ratios[i].under > 0;
        }
    CHECK(!"a measure the oracle knows");
    return false;
}

static bool share(double over, double under, double *value)
{
    *value = over / under;
    return under > 0;
}

static double complaints(const struct oracle *oracle, const struct window *window)
{
    double count = 0;
    for (size_t i = 0; i < oracle->complaint_count; i++) {
        const struct complaint *complaint = &oracle->complaints[i];
        const bool is_former_owners = window->sim->is_age_known && complaint->time_ms < window->sim->born_ms;
        count += complaint->number == window->sim->number && complaint->time_ms > window->from_ms &&
                 complaint->time_ms <= window->to_ms && !is_former_owners;
    }
    return count;
}

static bool value_of(const struct oracle *oracle, const struct sim *sim, const struct window *window,
                     const char *name, double *value)
{
    const double out = count_out(window, -1);
    double nights = 0;
    for (size_t i = 0; i < window->count; i++) {
        const int64_t minute = (window->facts[i]->time_ms + 7 * HOUR_MS) / MINUTE_MS % 1440;
        nights += window->facts[i]->is_out && (minute >= 22 * 60 || minute < 6 * 60);
    }
    if (strcmp(name, "sim_age_d") == 0) {
        *value = (double)(sim->newest_ms - sim->born_ms) / DAY_MS;
        return true;
    }
    const struct {
        const char *name;
        double value;
    } counts[] = {{"out_calls", count_out(window, 0)},
                  {"out_sms", count_out(window, 1)},
                  {"out_attempts", out},
                  {"fan_out", fan_out(window)},
                  {"protected_out", protected_out(oracle, window, false)},
                  {"agencies_out", protected_out(oracle, window, true)},
                  {"cells", places(window, false)},
                  {"imeis", places(window, true)},
                  {"complaints", complaints(oracle, window)}};
    for (size_t i = 0; i < ARRAY_COUNT(counts); i++)
        if (strcmp(counts[i].name, name) == 0) {
            *value = counts[i].value;
            return true;
        }
    if (strcmp(name, "out_share") == 0)
        return share(out, out + count_in(window), value);
    if (strcmp(name, "out_call_share") == 0)
        return share(count_out(window, 0), out + count_in(window), value);
    if (strcmp(name, "per_contact") == 0)
        return share(out, fan_out(window), value);
    if (strcmp(name, "stranger_ratio") == 0)
        return share(strangers(window), out, value);
    if (strcmp(name, "reply_ratio") == 0)
        return share(replied(window), fan_out(window), value);
    if (strcmp(name, "protected_share") == 0)
        return share(protected_out(oracle, window, false), fan_out(window), value);
    if (strcmp(name, "night_ratio") == 0)
        return share(nights, out, value);
    if (strncmp(name, "gap_", 4) == 0 || strcmp(name, "short_gap_ratio") == 0)
        return gap_measure(window, name, value);
    return call_measure(window, name, value);
}

static bool compare(const struct condition *condition, double value)
{
    switch (condition->op) {
    case OP_AT_LEAST:
        return value >= condition->threshold;
    case OP_AT_MOST:
        return value <= condition->threshold;
    case OP_ABOVE:
        return value > condition->threshold;
    case OP_BELOW:
        return value < condition->threshold;
    }
    return false;
}

static bool condition_is_met(const struct oracle *oracle, const struct sim *sim,
                             const struct condition *condition)
{
    static struct window window;
    double value;
    open_window(&window, sim, condition->window_ms);
    const bool is_youth = strcmp(condition->measure->name, "sim_age_d") == 0 &&
                          (condition->op == OP_AT_MOST || condition->op == OP_BELOW);
    if (is_youth && !sim->is_age_certain)
        return false;
    return value_of(oracle, sim, &window, condition->measure->name, &value) && compare(condition, value);
}

static double crowd_value(const struct crowd *crowd, enum group_measure measure)
{
    double count = 0;
    for (size_t i = 0; i < crowd->contact_count; i++) {
        const struct contact *contact = &crowd->contacts[i];
        bool is_new = !contact->has_left;
        for (size_t k = 0; k < i && is_new && measure != GROUP_CONTACTS; k++) {
            const struct contact *other = &crowd->contacts[k];
            if (other->has_left)
                continue;
            is_new = measure == GROUP_SIMS      ? other->sim != contact->sim
                     : measure == GROUP_VICTIMS ? other->victim != contact->victim
                                                : other->agency != contact->agency;
        }
        count += is_new;
    }
    return count;
}

static bool tree_is_met(const struct oracle *oracle, const struct rule *rule, uint16_t node,
                        const struct sim *sim, const struct crowd *crowd)
{
    const struct node *at = &rule->nodes[node];
    if (at->kind == NODE_CONDITION) {
        const struct condition *condition = &rule->conditions[at->condition];
        return crowd ? compare(condition, crowd_value(crowd, condition->group))
                     : condition_is_met(oracle, sim, condition);
    }
    bool any = false, all = true;
    for (uint16_t child = at->child; child; child = rule->nodes[child].sibling) {
        const bool is_met = tree_is_met(oracle, rule, child, sim, crowd);
        any |= is_met;
        all &= is_met;
        if (!all && at->kind == NODE_ALL)
            return false;
    }
    return at->kind == NODE_ANY ? any : all;
}

static enum severity level_of(const struct oracle *oracle, const struct rule *rule, const struct sim *sim,
                              const struct crowd *crowd)
{
    for (int severity = SEVERITY_CRITICAL; severity > SEVERITY_NONE; severity--)
        if (rule->levels[severity] && tree_is_met(oracle, rule, rule->levels[severity], sim, crowd))
            return (enum severity)severity;
    return SEVERITY_NONE;
}

static void add_verdict(struct oracle *oracle, uint64_t position, uint32_t rule_index, enum severity severity,
                        const char *subject)
{
    struct verdict verdict = {.position = position, .rule_index = rule_index, .severity = severity};
    snprintf(verdict.subject, sizeof(verdict.subject), "%s", subject);
    PUSH(oracle->verdicts, oracle->verdict_count, oracle->verdict_capacity, verdict);
}

static bool is_spared(const struct oracle *oracle, uint64_t number, int64_t time_ms)
{
    return lists_allow(oracle->lists, number, time_ms) || lists_protected(oracle->lists, number);
}

static void judge_sim(struct oracle *oracle, const struct rule *rule, uint32_t rule_index,
                      const struct sim *sim, const struct cdr *record, uint64_t position)
{
    char subject[NUMBER_TEXT_BYTES];
    double worse = 0;
    static struct window window;
    const enum severity severity = level_of(oracle, rule, sim, NULL);
    const bool is_allowed = is_spared(oracle, sim->number, record->time_ms);
    struct spell *spell = NULL;
    if (severity == SEVERITY_NONE)
        return;
    const struct held held = {rule_index, position};
    PUSH(oracle->helds, oracle->held_count, oracle->held_capacity, held);
    open_window(&window, sim, rule->window_ms);
    value_of(oracle, sim, &window, rule->conditions[rule->worse].measure->name, &worse);
    for (size_t i = 0; i < oracle->spell_count; i++)
        if (oracle->spells[i].subject == sim->number && oracle->spells[i].rule_index == rule_index)
            spell = &oracle->spells[i];
    const bool goes_on =
        spell && sim->newest_ms - spell->last_ms <= rule->cooldown_ms && spell->is_allowed == is_allowed;
    const bool is_worse =
        goes_on && (severity > spell->severity || (spell->worse > 0 && worse >= 2 * spell->worse));
    if (spell)
        spell->last_ms = sim->newest_ms;
    if (goes_on && !is_worse)
        return;
    const struct spell fresh = {sim->number, rule_index, sim->newest_ms, severity, worse, is_allowed};
    if (spell)
        *spell = fresh;
    else
        PUSH(oracle->spells, oracle->spell_count, oracle->spell_capacity, fresh);
    if (!is_allowed)
        add_verdict(oracle, position, rule_index, severity,
                    number_format(sim->number, oracle->names, subject));
}

static struct crowd *crowd_of(struct oracle *oracle, uint32_t rule_index, uint64_t key)
{
    for (size_t i = 0; i < oracle->crowd_count; i++)
        if (oracle->crowds[i].rule_index == rule_index && oracle->crowds[i].key == key)
            return &oracle->crowds[i];
    const struct crowd fresh = {.rule_index = rule_index, .key = key};
    PUSH(oracle->crowds, oracle->crowd_count, oracle->crowd_capacity, fresh);
    return &oracle->crowds[oracle->crowd_count - 1];
}

/* Contacts of the window that ends at the newest. */
static void add_to_crowd(struct crowd *crowd, int64_t window_ms, const struct contact *contact)
{
    size_t kept = 0;
    PUSH(crowd->contacts, crowd->contact_count, crowd->contact_capacity, *contact);
    if (contact->time_ms > crowd->newest_ms)
        crowd->newest_ms = contact->time_ms;
    for (size_t i = 0; i < crowd->contact_count; i++)
        if (crowd->contacts[i].time_ms > crowd->newest_ms - window_ms)
            crowd->contacts[kept++] = crowd->contacts[i];
    crowd->contact_count = kept;
}

/* What a SIM did before it was known for a member. */
static void add_past(struct oracle *oracle, const struct rule *rule, uint32_t rule_index,
                     const struct sim *sim)
{
    static struct window window;
    open_window(&window, sim, rule->gate.window_ms);
    for (size_t i = 0; i < window.count; i++) {
        const struct fact *fact = window.facts[i];
        if (!fact->is_out || !fact->is_protected || fact == &sim->facts[sim->fact_count - 1])
            continue;
        const struct protected_number *victim = lists_protected(oracle->lists, fact->other);
        const struct contact contact = {sim->number, victim->pseudonym, victim->agency, fact->time_ms, false};
        add_to_crowd(crowd_of(oracle, rule_index, victim->province), rule->window_ms, &contact);
    }
}

static void judge_crowd(struct oracle *oracle, const struct rule *rule, struct crowd *crowd,
                        const struct contact *contact, uint64_t position)
{
    char subject[ALERT_SUBJECT_BYTES];
    const enum severity severity = level_of(oracle, rule, NULL, crowd);
    bool is_named = false;
    if (severity == SEVERITY_NONE)
        return;
    const double worse = crowd_value(crowd, rule->conditions[rule->worse].group);
    const bool is_new = !crowd->last_match_ms || contact->time_ms - crowd->last_match_ms > rule->cooldown_ms;
    if (is_new) {
        crowd->named_count = 0;
        crowd->severity = SEVERITY_NONE;
        crowd->worse = 0;
    }
    if (contact->time_ms > crowd->last_match_ms)
        crowd->last_match_ms = contact->time_ms;
    for (size_t i = 0; i < crowd->named_count; i++)
        is_named |= crowd->named[i] == contact->sim;
    const bool is_worse = severity > crowd->severity || (crowd->worse > 0 && worse >= 2 * crowd->worse);
    if (!is_new && is_named && !is_worse)
        return;
    if (severity > crowd->severity)
        crowd->severity = severity;
    if (worse >= 2 * crowd->worse)
        crowd->worse = worse;
    for (size_t i = 0; i < crowd->contact_count; i++) {
        bool is_known = crowd->contacts[i].has_left;
        for (size_t k = 0; k < crowd->named_count; k++)
            is_known |= crowd->named[k] == crowd->contacts[i].sim;
        if (!is_known)
            PUSH(crowd->named, crowd->named_count, crowd->named_capacity, crowd->contacts[i].sim);
    }
    snprintf(subject, sizeof(subject), "protected/%02u", (unsigned)crowd->key);
    add_verdict(oracle, position, crowd->rule_index, severity, subject);
}

/* Something happened to a SIM: it contacted a protected number (`victim`), or it is a member. */
static void judge_member(struct oracle *oracle, const struct rule *rule, uint32_t rule_index, struct sim *sim,
                         const struct cdr *record, const struct protected_number *victim, uint64_t position)
{
    const bool was_member = sim->was_member;
    if (tree_is_met(oracle, rule, rule->member, sim, NULL)) {
        if (!victim || is_spared(oracle, sim->number, record->time_ms))
            return;
        const struct contact contact = {sim->number, victim->pseudonym, victim->agency, record->time_ms,
                                        false};
        if (!was_member)
            add_past(oracle, rule, rule_index, sim);
        sim->was_member = true;
        struct crowd *crowd = crowd_of(oracle, rule_index, victim->province);
        add_to_crowd(crowd, rule->window_ms, &contact);
        judge_crowd(oracle, rule, crowd, &contact, position);
    } else if (was_member && condition_is_met(oracle, sim, &rule->gate)) {
        sim->was_member = false; /* it has the contacts, and still does not belong */
        for (size_t i = 0; i < oracle->crowd_count; i++)
            for (size_t k = 0; k < oracle->crowds[i].contact_count; k++)
                if (oracle->crowds[i].rule_index == rule_index)
                    oracle->crowds[i].contacts[k].has_left |=
                        oracle->crowds[i].contacts[k].sim == sim->number;
    }
}

static struct sim *sim_of(struct oracle *oracle, uint64_t number, int64_t time_ms)
{
    const struct subscriber *subscriber = lists_subscriber(oracle->lists, number);
    const int64_t activated_ms = subscriber ? subscriber->activated_ms : 0;
    struct sim *sim = NULL;
    for (size_t i = 0; i < oracle->sim_count && !sim; i++)
        if (oracle->sims[i].number == number)
            sim = &oracle->sims[i];
    if (!sim) {
        const struct sim fresh = {.number = number};
        PUSH(oracle->sims, oracle->sim_count, oracle->sim_capacity, fresh);
        sim = &oracle->sims[oracle->sim_count - 1];
    } else if (!sim->is_former_owners || activated_ms > time_ms) {
        return sim;
    }
    sim->fact_count = sim->place_count = 0;
    sim->newest_ms = 0;
    sim->was_member = false;
    sim->is_former_owners = activated_ms > time_ms;
    sim->born_ms =
        activated_ms && activated_ms <= time_ms ? activated_ms / 1000 * 1000 : time_ms / 1000 * 1000;
    sim->is_age_known = activated_ms && activated_ms <= time_ms;
    sim->is_age_certain =
        sim->is_age_known || (!activated_ms && time_ms - oracle->watch_since_ms >= 30 * DAY_MS);
    return sim;
}

static void add_places(struct sim *sim, const struct cdr *record)
{
    const struct place cell = {cdr_cell_key(&record->cell), record->time_ms, false};
    const struct place device = {cdr_device(record), record->time_ms, true};
    if (cdr_has(record, CDR_CELL))
        PUSH(sim->places, sim->place_count, sim->place_capacity, cell);
    if (cdr_has(record, CDR_IMEI))
        PUSH(sim->places, sim->place_count, sim->place_capacity, device);
}

static void take_side(struct oracle *oracle, const struct cdr *record, const struct ordered *ordered,
                      bool is_out)
{
    const uint64_t number = is_out ? record->a : record->b, other = is_out ? record->b : record->a;
    const bool counts = ordered->roles & (is_out ? ROLE_OUT_A : ROLE_IN_B);
    const bool is_place = ordered->roles & (is_out ? ROLE_PLACE_A : ROLE_PLACE_B);
    if (!number || (!counts && !is_place))
        return;
    struct sim *sim = sim_of(oracle, number, record->time_ms);
    const struct subscriber *subscriber = lists_subscriber(oracle->lists, number);
    if (subscriber && !sim->is_former_owners && record->time_ms / 1000 < subscriber->activated_ms / 1000)
        return; /* of the former owner, but it came too late to be dropped with his history */
    if (is_place)
        add_places(sim, record);
    if (!counts)
        return;
    const struct fact fact = {.time_ms = record->time_ms,
                              .other = other,
                              .is_out = is_out,
                              .is_sms = cdr_is_sms(record),
                              .is_answered = cdr_is_answered(record),
                              .is_timed = !cdr_is_sms(record) && cdr_is_timed(record),
                              .is_service = other && number_is_service(other),
                              .is_protected = other && lists_protected(oracle->lists, other) != NULL,
                              .duration_s = cdr_is_answered(record) ? record->duration_s : 0};
    PUSH(sim->facts, sim->fact_count, sim->fact_capacity, fact);
    if (record->time_ms > sim->newest_ms)
        sim->newest_ms = record->time_ms;
    for (uint32_t i = 0; i < oracle->program->rule_count; i++) {
        const struct rule *rule = oracle->program->rules[i];
        if (rule->mode == MODE_OFF || !(rule->number_kinds >> number_kind(number) & 1))
            continue;
        const struct protected_number *victim =
            is_out && fact.is_protected ? lists_protected(oracle->lists, other) : NULL;
        if (rule->member && (victim || sim->was_member))
            judge_member(oracle, rule, i, sim, record, victim, ordered->position);
        else if (!rule->member && is_out && (!rule->is_protected_gate || fact.is_protected))
            judge_sim(oracle, rule, i, sim, record, ordered->position);
    }
}

void oracle_take(struct oracle *oracle, const struct cdr *record, const struct ordered *ordered)
{
    if (!oracle->watch_since_ms)
        oracle->watch_since_ms = record->time_ms;
    take_side(oracle, record, ordered, true);
    take_side(oracle, record, ordered, false);
}

void oracle_complain(struct oracle *oracle, const struct complaint *complaint)
{
    for (size_t i = 0; i < oracle->complaint_count; i++)
        if (memcmp(&oracle->complaints[i], complaint, sizeof(*complaint)) == 0)
            return;
    PUSH(oracle->complaints, oracle->complaint_count, oracle->complaint_capacity, *complaint);
}

const struct verdict *oracle_verdicts(const struct oracle *oracle, size_t *count)
{
    *count = oracle->verdict_count;
    return oracle->verdicts;
}

bool oracle_held(const struct oracle *oracle, uint32_t rule_index, uint64_t position)
{
    for (size_t i = 0; i < oracle->held_count; i++)
        if (oracle->helds[i].rule_index == rule_index && oracle->helds[i].position == position)
            return true;
    return false;
}
