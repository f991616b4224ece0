/* SPDX-License-Identifier: Apache-2.0 */
#include "partials.h"

#include "simsieve/base/hash.h"

#include <stdlib.h>

#define NONE           UINT16_MAX
#define BUCKET_COUNT   (2 * PARTIALS_MAX)
#define WAYS           4
#define DURATION_S_MAX 4294967 /* what a record may say */

/* A call whose records have not all come; in a bucket's list, and in the list of all by age, or free. */
struct held {
    struct cdr cdr;
    uint64_t numbers_seen[4]; /* one bit for each of 256 */
    uint16_t next_in_bucket;
    uint16_t older, newer;
};

struct held_calls {
    struct held calls[PARTIALS_MAX];
    uint16_t buckets[BUCKET_COUNT];
    uint16_t oldest, newest, free;
};

/* A session that a node has written. */
struct session {
    uint64_t reference; /* 0: free */
    uint64_t switch_name;
    uint64_t age; /* higher is newer */
    uint8_t type;
};

struct sessions {
    struct session sets[SESSIONS_MAX / WAYS][WAYS];
    uint64_t count;
};

struct partials {
    struct held_calls *held;   /* NULL before the first part */
    struct sessions *sessions; /* NULL before the first session */
    uint64_t released_early;
};

static_assert(PARTIALS_MAX < NONE, "an index is 16 bits");

struct partials *partials_create(void)
{
    return calloc(1, sizeof(struct partials));
}

void partials_destroy(struct partials *partials)
{
    if (!partials)
        return;
    free(partials->held);
    free(partials->sessions);
    free(partials);
}

static struct held_calls *held_calls_create(void)
{
    struct held_calls *held = calloc(1, sizeof(*held));
    CHECK(held);
    for (unsigned i = 0; i < BUCKET_COUNT; i++)
        held->buckets[i] = NONE;
    for (unsigned i = 0; i < PARTIALS_MAX; i++)
        held->calls[i].newer = (uint16_t)(i + 1 < PARTIALS_MAX ? i + 1 : NONE);
    held->oldest = held->newest = NONE;
    held->free = 0;
    return held;
}

static uint16_t *bucket_of(struct held_calls *held, const struct cdr *cdr)
{
    return &held->buckets[hash_fixed(cdr->call_reference ^ cdr->type) % BUCKET_COUNT];
}

static bool is_same_call(const struct cdr *a, const struct cdr *b)
{
    return a->call_reference == b->call_reference && a->type == b->type && a->switch_name == b->switch_name;
}

static struct held *find_held(struct held_calls *held, const struct cdr *cdr)
{
    uint16_t index = *bucket_of(held, cdr);
    while (index != NONE && !is_same_call(&held->calls[index].cdr, cdr))
        index = held->calls[index].next_in_bucket;
    return index == NONE ? NULL : &held->calls[index];
}

static void remove_held(struct held_calls *held, struct held *call)
{
    const uint16_t index = (uint16_t)(call - held->calls);
    uint16_t *link = bucket_of(held, &call->cdr);
    while (*link != index)
        link = &held->calls[*link].next_in_bucket;
    *link = call->next_in_bucket;
    *(call->older == NONE ? &held->oldest : &held->calls[call->older].newer) = call->newer;
    *(call->newer == NONE ? &held->newest : &held->calls[call->newer].older) = call->older;
    call->newer = held->free;
    held->free = index;
}

/* False when the number is one that this call has had; records without one are all different. */
static bool note_number(struct held *call, uint8_t number)
{
    uint64_t *word = &call->numbers_seen[number / 64];
    const uint64_t bit = (uint64_t)1 << number % 64;
    if (number != 0 && *word & bit)
        return false;
    *word |= bit;
    return true;
}

static void add_held(struct held_calls *held, const struct cdr *cdr)
{
    const uint16_t index = held->free;
    struct held *call = &held->calls[index];
    uint16_t *bucket = bucket_of(held, cdr);
    held->free = call->newer;
    *call = (struct held){.cdr = *cdr, .next_in_bucket = *bucket, .older = held->newest, .newer = NONE};
    note_number(call, cdr->partial_number);
    *bucket = index;
    *(held->newest == NONE ? &held->oldest : &held->calls[held->newest].newer) = index;
    held->newest = index;
}

static uint64_t duration_of(const struct cdr *cdr)
{
    return cdr_has(cdr, CDR_DURATION) ? cdr->duration_s : 0;
}

static void join(struct cdr *call, const struct cdr *part)
{
    call->duration_s = (uint32_t)u64_min(duration_of(call) + duration_of(part), DURATION_S_MAX);
    call->valid |= part->valid & (uint16_t)(1u << CDR_DURATION);
    if (cdr_has(part, CDR_OUTCOME) && call->outcome != CDR_ANSWERED) {
        call->outcome = part->outcome;
        call->valid |= (uint16_t)(1u << CDR_OUTCOME);
    }
}

/* Holds the first part of a call; what had to make room is in `cdr` then. */
static bool hold(struct partials *partials, struct cdr *cdr)
{
    struct held_calls *held = partials->held;
    const struct cdr first = *cdr;
    const bool is_full = held->free == NONE;
    if (is_full) {
        partials_release(partials, cdr);
        partials->released_early++;
    }
    add_held(held, &first);
    return is_full;
}

static enum reason take_part(struct partials *partials, struct cdr *cdr, bool *has_output)
{
    const bool goes_on = cdr->partial & CDR_PARTIAL_MORE;
    struct held *call = partials->held ? find_held(partials->held, cdr) : NULL;
    *has_output = !goes_on;
    if (!call) {
        if (!goes_on)
            return REASON_NONE;
        if (!partials->held)
            partials->held = held_calls_create();
        *has_output = hold(partials, cdr);
        return REASON_NONE;
    }
    if (!note_number(call, cdr->partial_number)) {
        *has_output = false;
        return REASON_SAME_CALL;
    }
    join(&call->cdr, cdr);
    if (!goes_on) {
        *cdr = call->cdr;
        cdr->partial = 0;
        remove_held(partials->held, call);
    }
    return REASON_PARTIAL;
}

/* Whether the call of a session has been written already: by another node, or by this one as a whole. */
static bool is_known_session(struct sessions *sessions, const struct cdr *cdr)
{
    const uint64_t key = hash_fixed(cdr->call_reference ^ cdr->type);
    struct session *set = sessions->sets[key % (SESSIONS_MAX / WAYS)];
    struct session *oldest = &set[0];
    for (unsigned i = 0; i < WAYS; i++) {
        const bool is_whole = !(cdr->partial & (CDR_PARTIAL_MORE | CDR_PARTIAL_LAST));
        if (set[i].reference == cdr->call_reference && set[i].type == cdr->type)
            return is_whole || set[i].switch_name != cdr->switch_name;
        if (set[i].age < oldest->age)
            oldest = &set[i];
    }
    *oldest = (struct session){cdr->call_reference, cdr->switch_name, ++sessions->count, cdr->type};
    return false;
}

enum reason partials_take(struct partials *partials, struct cdr *cdr, bool *has_output)
{
    *has_output = true;
    if (cdr_is_sms(cdr) || cdr->call_reference == 0)
        return REASON_NONE;
    if (cdr->partial & CDR_PARTIAL_SHARED) {
        if (!partials->sessions)
            partials->sessions = calloc(1, sizeof(*partials->sessions));
        CHECK(partials->sessions);
        if (is_known_session(partials->sessions, cdr)) {
            *has_output = false;
            return REASON_SAME_CALL;
        }
    }
    if (!(cdr->partial & (CDR_PARTIAL_MORE | CDR_PARTIAL_LAST)))
        return REASON_NONE;
    return take_part(partials, cdr, has_output);
}

bool partials_release(struct partials *partials, struct cdr *cdr)
{
    struct held_calls *held = partials->held;
    if (!held || held->oldest == NONE)
        return false;
    struct held *call = &held->calls[held->oldest];
    *cdr = call->cdr;
    remove_held(held, call);
    return true;
}

uint64_t partials_released_early(const struct partials *partials)
{
    return partials->released_early;
}
