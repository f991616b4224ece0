/* SPDX-License-Identifier: Apache-2.0
 * Figures that need a SIM's events grouped by the other side: how many there are, who answered, who was a stranger,
 * which of them are protected. */
#include "contact_slot.h"
#include "simsieve/base/sort.h"
#include "simsieve/detect/examination.h"
#include "simsieve/state/sighting.h"

#include <string.h>

struct grouping {
    struct contact_slot *slots;
    size_t mask;
    const struct hash_key *secret; /* callers choose whom they call */
};

static struct contact_slot *slot_of(const struct grouping *grouping, uint64_t number)
{
    for (uint64_t at = hash_keyed(number, grouping->secret);; at++) {
        struct contact_slot *slot = &grouping->slots[at & grouping->mask];
        if (slot->number == number || !slot->number)
            return slot;
    }
}

/* Empty slots for up to `count` numbers; examination_create made room for twice the most there can be. */
static struct grouping grouping_begin(const struct examination *examination, size_t count)
{
    size_t slots = 16;
    while (slots < 2 * count)
        slots *= 2;
    memset(examination->slots, 0, slots * sizeof(struct contact_slot));
    return (struct grouping){examination->slots, slots - 1, &examination->state->key};
}

enum acquaintance { STRANGER, MAYBE_STRANGER, ACQUAINTED };

/* What the other side was just before `seen`; `slot` has the attempts of the ring up to then. Contacts that left
 * the ring are asked of the state: "certainly a stranger" is said only of who was certainly not met. */
static enum acquaintance acquaintance(const struct examination *examination, const struct contact_slot *slot,
                                      const struct seen *seen)
{
    const int64_t since_ms = seen->time_ms - CONTACT_MEMORY_MS;
    const int64_t before_ms = slot->last_ms < seen->time_ms ? slot->last_ms : slot->before_ms;
    if (before_ms > since_ms)
        return ACQUAINTED;
    switch (sighting_contact(examination->state, examination->line, seen->number, since_ms, seen->time_ms)) {
    case SIGHTING_NEVER:
        return STRANGER;
    case SIGHTING_KNOWN:
        return ACQUAINTED;
    case SIGHTING_MAYBE:
        break;
    }
    return MAYBE_STRANGER;
}

static void note_out(const struct examination *examination, struct contact_figures *figures,
                     struct contact_slot *slot, const struct seen *seen)
{
    const enum acquaintance before = acquaintance(examination, slot, seen);
    figures->strangers += before == STRANGER;
    figures->maybe_strangers += before == MAYBE_STRANGER;
    if (slot->first_out_ms)
        return;
    slot->first_out_ms = seen->time_ms;
    figures->fan_out += !(seen->flags & EVENT_SERVICE);
}

static void note_in(struct contact_figures *figures, struct contact_slot *slot, const struct seen *seen)
{
    if (seen->flags & EVENT_SERVICE)
        return;
    figures->fan_in += !slot->is_in;
    slot->is_in = true;
    if (slot->first_out_ms && seen->time_ms > slot->first_out_ms && !slot->is_replied) {
        slot->is_replied = true;
        figures->replied++;
    }
}

void view_each_protected(const struct view *view,
                         void (*visit)(void *owner, const struct protected_number *protected), void *owner)
{
    const struct examination *examination = view->examination;
    size_t count = 0;
    if (!view->tally.protected)
        return;
    for (size_t i = view->first; i < examination->count; i++) {
        const struct seen *seen = &examination->events[i];
        if ((seen->flags & EVENT_OUT) && (seen->flags & EVENT_PROTECTED))
            examination->scratch[count++] = seen->number;
    }
    count = sort_unique_u64(examination->scratch, count);
    for (size_t i = 0; i < count; i++) {
        const struct protected_number *protected =
            lists_protected(examination->lists, examination->scratch[i]);
        if (protected) /* it may have left the list since */
            visit(owner, protected);
    }
}

struct agency_walk {
    uint64_t *agencies;
    uint32_t agency_count, protected_count;
};

/* A number of no known agency is protected, but no agency of its own. */
static void note_agency(void *owner, const struct protected_number *protected)
{
    struct agency_walk *walk = owner;
    walk->protected_count++;
    if (protected->agency)
        walk->agencies[walk->agency_count++] =
            protected->agency; /* at or behind the number that was just read */
}

const struct contact_figures *view_contacts(struct view *view)
{
    const struct examination *examination = view->examination;
    struct contact_figures *figures = &view->contacts;
    if (view->has_contacts)
        return figures;
    view->has_contacts = true;
    const struct grouping grouping = grouping_begin(examination, examination->count);
    for (size_t i = 0; i < examination->count; i++) {
        const struct seen *seen = &examination->events[i];
        if (!seen->number)
            continue;
        struct contact_slot *slot = slot_of(&grouping, seen->number);
        slot->number = seen->number;
        if (i >= view->first && seen->flags & EVENT_OUT)
            note_out(examination, figures, slot, seen);
        else if (i >= view->first)
            note_in(figures, slot, seen);
        if (slot->last_ms < seen->time_ms) {
            slot->before_ms = slot->last_ms;
            slot->last_ms = seen->time_ms;
        }
    }
    struct agency_walk walk = {.agencies = examination->scratch};
    view_each_protected(view, note_agency, &walk);
    figures->protected = walk.protected_count;
    figures->agencies = (uint32_t)sort_unique_u64(walk.agencies, walk.agency_count);
    return figures;
}
