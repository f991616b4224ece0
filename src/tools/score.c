/* SPDX-License-Identifier: Apache-2.0
 * Three passes in this order: the truth into a sorted table, the alerts into accusations, the records into
 * counts of the junk SIMs; then the figures. */
#include "score_work.h"

#include "simsieve/base/hash.h"
#include "simsieve/base/text.h"
#include "simsieve/log/log.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define E164_DIGITS_MAX 15

enum error_class score_no_memory(struct scorer *scorer)
{
    return error_set(scorer->error, ERROR_INTERNAL, "no memory to score with");
}

bool score_make_room(void **items, size_t count, size_t *capacity, size_t item_bytes)
{
    if (count < *capacity)
        return true;
    const size_t larger = *capacity ? *capacity * 2 : 1024;
    void *moved = realloc(*items, larger * item_bytes);
    if (!moved)
        return false;
    *items = moved;
    *capacity = larger;
    return true;
}

bool score_parse_key(const char *text, size_t length, uint64_t *key)
{
    if (length > 0 && text[0] == '+') {
        text++;
        length--;
    }
    return length <= E164_DIGITS_MAX && text_parse_u64(text, length, UINT64_MAX, key) && *key > 0;
}

void score_note_bad(uint64_t *count, const char *text)
{
    if ((*count)++ < SCORE_NAMED_MAX)
        log_write(LOG_WARNING, "%s", text);
}

static struct attempts *find_attempts(const struct scorer *scorer, uint64_t key)
{
    size_t slot = hash_fixed(key) & (scorer->attempts_capacity - 1);
    while (scorer->attempts[slot].key != 0 && scorer->attempts[slot].key != key)
        slot = (slot + 1) & (scorer->attempts_capacity - 1);
    return &scorer->attempts[slot];
}

static enum error_class prepare_attempts(struct scorer *scorer)
{
    scorer->attempts_capacity = 16;
    while (scorer->attempts_capacity < 2 * scorer->score->junk_sims)
        scorer->attempts_capacity *= 2;
    scorer->attempts = calloc(scorer->attempts_capacity, sizeof(*scorer->attempts));
    if (!scorer->attempts)
        return score_no_memory(scorer);
    for (size_t i = 0; i < scorer->person_count; i++) {
        struct person *person = &scorer->people[i];
        if (!scorer->score->classes[person->class_index].is_junk)
            continue;
        struct attempts *attempts = find_attempts(scorer, person->key);
        attempts->key = person->key;
        attempts->accused_ms = person->accused_ms;
        person->attempts_index = (uint32_t)(attempts - scorer->attempts);
    }
    return ERROR_OK;
}

/* The junk SIM of a number, NULL when it is none. */
static struct attempts *junk_of(const struct scorer *scorer, uint64_t number)
{
    if (number_kind(number) == NUMBER_NONE || number_kind(number) == NUMBER_SENDER)
        return NULL;
    struct attempts *attempts = find_attempts(scorer, number_value(number));
    return attempts->key ? attempts : NULL;
}

void scorer_record(struct scorer *scorer, const struct cdr *cdr)
{
    scorer->score->records++;
    scorer->first_ms = cdr->time_ms < scorer->first_ms ? cdr->time_ms : scorer->first_ms;
    scorer->last_ms = cdr->time_ms > scorer->last_ms ? cdr->time_ms : scorer->last_ms;
    struct attempts *a = junk_of(scorer, cdr->a);
    if (cdr->type == CDR_MO_CALL || cdr->type == CDR_MO_SMS) {
        if (!a)
            return;
        a->is_served = true;
        a->mo++;
        a->mo_before += cdr->time_ms < a->accused_ms;
    } else if (cdr->type == CDR_MT_CALL || cdr->type == CDR_MT_SMS) {
        struct attempts *b = junk_of(scorer, cdr->b);
        if (b)
            b->is_served = true;
        if (a) {
            a->mt++;
            a->mt_before += cdr->time_ms < a->accused_ms;
        }
    }
}

static double ratio(double part, double whole)
{
    return whole > 0 ? part / whole : NAN;
}

static int compare_values(const void *left_item, const void *right_item)
{
    const int64_t left = *(const int64_t *)left_item, right = *(const int64_t *)right_item;
    return (left > right) - (left < right);
}

static struct score_spread spread_of(int64_t *values, size_t count)
{
    struct score_spread spread = {.count = count};
    double sum = 0;
    if (count == 0)
        return spread;
    qsort(values, count, sizeof(*values), compare_values);
    for (size_t i = 0; i < count; i++)
        sum += (double)values[i];
    spread.mean = sum / (double)count;
    spread.median = values[(count + 1) / 2 - 1];
    spread.p90 = values[(count * 9 + 9) / 10 - 1];
    spread.max = values[count - 1];
    return spread;
}

static void count_people(struct scorer *scorer)
{
    struct score *score = scorer->score;
    for (size_t i = 0; i < scorer->person_count; i++) {
        const struct person *person = &scorer->people[i];
        struct score_class *class = &score->classes[person->class_index];
        const bool is_accused = person->accused_ms != NOT_ACCUSED_MS;
        class->sims++;
        class->accused += is_accused;
        *(class->is_junk ? &score->junk_sims : &score->honest_sims) += 1;
        *(class->is_junk ? &score->junk_accused : &score->honest_accused) += is_accused;
    }
}

/* Contacts and times of one junk class (SCORE_CLASSES_MAX: of all of them). */
static enum error_class spread_class(struct scorer *scorer, uint32_t class_index, struct score_class *class)
{
    int64_t *contacts = calloc(2 * scorer->score->junk_sims + 1, sizeof(*contacts));
    size_t contact_count = 0, time_count = 0;
    if (!contacts)
        return score_no_memory(scorer);
    int64_t *times_ms = contacts + scorer->score->junk_sims;
    for (size_t i = 0; i < scorer->person_count; i++) {
        const struct person *person = &scorer->people[i];
        if (!scorer->score->classes[person->class_index].is_junk ||
            (class_index != SCORE_CLASSES_MAX && person->class_index != class_index))
            continue;
        const struct attempts *attempts = &scorer->attempts[person->attempts_index];
        if (person->accused_ms == NOT_ACCUSED_MS) {
            class->contacts_missed += attempts->is_served ? attempts->mo : attempts->mt;
            continue;
        }
        contacts[contact_count++] =
            (int64_t)(attempts->is_served ? attempts->mo_before : attempts->mt_before);
        if (person->first_junk_ms == NO_FIRST_JUNK_MS)
            continue;
        times_ms[time_count++] = person->accused_ms - person->first_junk_ms;
        if (class_index == SCORE_CLASSES_MAX)
            scorer->score->early += person->accused_ms < person->first_junk_ms;
    }
    class->contacts = spread_of(contacts, contact_count);
    class->detection_ms = spread_of(times_ms, time_count);
    free(contacts);
    return ERROR_OK;
}

static enum error_class finish_classes(struct scorer *scorer)
{
    struct score *score = scorer->score;
    for (uint32_t i = 0; i < score->class_count; i++) {
        struct score_class *class = &score->classes[i];
        class->precision = class->recall = class->false_alerts_per_million = NAN;
        if (!class->is_junk) {
            class->false_alerts_per_million =
                ratio(1e6 * (double)class->false_alerts, (double)class->sims * (double)score->days);
            continue;
        }
        class->recall = ratio((double)class->accused, (double)class->sims);
        class->precision = ratio((double)class->accused, (double)(class->accused + score->honest_accused));
        const enum error_class failed = spread_class(scorer, i, class);
        if (failed)
            return failed;
    }
    struct score_class *all = &score->all;
    snprintf(all->name, sizeof(all->name), "all");
    all->sims = scorer->person_count;
    all->accused = score->junk_accused + score->honest_accused;
    all->precision = ratio((double)score->junk_accused, (double)all->accused);
    all->recall = ratio((double)score->junk_accused, (double)score->junk_sims);
    all->false_alerts_per_million =
        ratio(1e6 * (double)all->false_alerts, (double)score->honest_sims * (double)score->days);
    const double false_share = ratio((double)score->honest_accused, (double)score->honest_sims);
    const double hits = SCORE_PREVALENCE * all->recall;
    score->precision_in_life = ratio(hits, hits + (1 - SCORE_PREVALENCE) * false_share);
    return spread_class(scorer, SCORE_CLASSES_MAX, all);
}

static int compare_accusations(const void *left_item, const void *right_item)
{
    const struct accusation *left = left_item, *right = right_item;
    if (left->rule_index != right->rule_index)
        return left->rule_index < right->rule_index ? -1 : 1;
    return (left->person_index > right->person_index) - (left->person_index < right->person_index);
}

static int compare_rules(const void *left_item, const void *right_item)
{
    const struct score_rule *left = left_item, *right = right_item;
    return left->is_shadow != right->is_shadow ? left->is_shadow - right->is_shadow
                                               : strcmp(left->name, right->name);
}

static int compare_classes(const void *left_item, const void *right_item)
{
    const struct score_class *left = left_item, *right = right_item;
    return left->is_junk != right->is_junk ? right->is_junk - left->is_junk : strcmp(left->name, right->name);
}

static void finish_rules(struct scorer *scorer)
{
    struct score *score = scorer->score;
    if (scorer->accusation_count > 0)
        qsort(scorer->accusations, scorer->accusation_count, sizeof(*scorer->accusations),
              compare_accusations);
    for (size_t i = 0; i < scorer->accusation_count; i++) {
        const struct accusation *accusation = &scorer->accusations[i];
        if (i > 0 && compare_accusations(accusation - 1, accusation) == 0)
            continue;
        struct score_rule *rule = &score->rules[accusation->rule_index];
        const uint32_t class_index = scorer->people[accusation->person_index].class_index;
        *(score->classes[class_index].is_junk ? &rule->junk_sims : &rule->honest_sims) += 1;
    }
    for (size_t i = 0; i < score->rule_count; i++) {
        struct score_rule *rule = &score->rules[i];
        rule->precision = ratio((double)rule->junk_sims, (double)(rule->junk_sims + rule->honest_sims));
    }
    qsort(score->rules, score->rule_count, sizeof(*score->rules), compare_rules);
    qsort(score->classes, score->class_count, sizeof(*score->classes), compare_classes);
}

struct scorer *scorer_create(const char *truth_path, const char *alerts_path, struct score *score,
                             struct error *error)
{
    struct scorer *scorer = calloc(1, sizeof(*scorer));
    *score = (struct score){0};
    if (!scorer) {
        error_set(error, ERROR_INTERNAL, "no memory to score with");
        return NULL;
    }
    *scorer = (struct scorer){.truth_path = truth_path,
                              .alerts_path = alerts_path,
                              .score = score,
                              .error = error,
                              .first_ms = INT64_MAX,
                              .last_ms = INT64_MIN};
    enum error_class class = score_truth_read(scorer);
    if (!class)
        class = score_alerts_read(scorer);
    if (!class) {
        count_people(scorer);
        class = prepare_attempts(scorer);
    }
    if (class) {
        scorer_destroy(scorer);
        return NULL;
    }
    return scorer;
}

enum error_class scorer_finish(struct scorer *scorer, struct error *error)
{
    scorer->error = error;
    if (scorer->score->records > 0)
        scorer->score->days = (uint64_t)((scorer->last_ms + LOCAL_OFFSET_MS) / DAY_MS -
                                         (scorer->first_ms + LOCAL_OFFSET_MS) / DAY_MS + 1);
    const enum error_class class = finish_classes(scorer);
    if (!class)
        finish_rules(scorer);
    return class;
}

void scorer_destroy(struct scorer *scorer)
{
    if (!scorer)
        return;
    free(scorer->people);
    free(scorer->accusations);
    free(scorer->attempts);
    free(scorer);
}

enum error_class score_compute(const struct score_options *options, struct score *score, struct error *error)
{
    const struct cdr *cdr = NULL;
    struct scorer *scorer = scorer_create(options->truth_path, options->alerts_path, score, error);
    if (!scorer)
        return error->class;
    enum error_class class = options->next(options->owner, &cdr, error);
    for (; !class && cdr; class = options->next(options->owner, &cdr, error))
        scorer_record(scorer, cdr);
    if (!class)
        class = scorer_finish(scorer, error);
    scorer_destroy(scorer);
    return class;
}
