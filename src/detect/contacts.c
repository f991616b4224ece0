/* SPDX-License-Identifier: Apache-2.0
 * Figures that need a SIM's events grouped by the other side: how many there are, who answered, who was a stranger,
 * which of them are protected. */
#include "contact_slot.h"
#include "simsieve/base/sort.h"
#include "simsieve/detect/examination.h"
#include "simsieve/state/sighting.h"

#include <string.h>

/* What the other side of an attempt was just before it; 0 is "not asked yet". */
enum acquaintance { STRANGER = 1, MAYBE_STRANGER, ACQUAINTED };

/* Every slot is free from here on. */
static void begin_round(struct examination *examination)
{
    if (++examination->round != 0)
        return;
    memset(examination->slots, 0, (examination->slot_mask + 1) * sizeof(examination->slots[0]));
    examination->round = 1;
}

/* The contact of a number, a new one at its first event; examination_create made room for twice the most there can be.
 * Callers choose whom they call, so the hash has a secret. */
static uint32_t contact_of(struct examination *examination, uint64_t number, uint32_t *count)
{
    for (uint64_t at = hash_keyed(number, &examination->state->key);; at++) {
        struct contact_slot *slot = &examination->slots[at & examination->slot_mask];
        if (slot->round != examination->round) {
            *slot = (struct contact_slot){number, *count, examination->round};
            examination->contacts[*count] = (struct contact){0};
            return (*count)++;
        }
        if (slot->number == number)
            return slot->contact;
    }
}

/* Once an examination: whose event each is, and when there was one of the same before. */
static void group(struct examination *examination)
{
    uint32_t count = 0;
    if (examination->is_grouped)
        return;
    examination->is_grouped = true;
    begin_round(examination);
    for (size_t i = 0; i < examination->count; i++) {
        struct seen *seen = &examination->events[i];
        if (!seen->number)
            continue;
        seen->contact = contact_of(examination, seen->number, &count);
        struct contact *contact = &examination->contacts[seen->contact];
        seen->before_ms = contact->last_ms < seen->time_ms ? contact->last_ms : contact->before_ms;
        if (contact->last_ms < seen->time_ms) {
            contact->before_ms = contact->last_ms;
            contact->last_ms = seen->time_ms;
        }
    }
}

/* Contacts that left the ring are asked of the state: "certainly a stranger" is said only of who was certainly not met. */
static enum acquaintance acquaintance(const struct examination *examination, const struct seen *seen)
{
    const int64_t since_ms = seen->time_ms - CONTACT_MEMORY_MS;
    if (seen->before_ms > since_ms)
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
                     struct contact *contact, struct seen *seen)
{
    if (!seen->acquainted)
        seen->acquainted = (uint16_t)acquaintance(examination, seen);
    figures->strangers += seen->acquainted == STRANGER;
    figures->maybe_strangers += seen->acquainted == MAYBE_STRANGER;
    if (contact->first_out_ms)
        return;
    contact->first_out_ms = seen->time_ms;
    figures->fan_out += !(seen->flags & EVENT_SERVICE);
}

static void note_in(struct contact_figures *figures, struct contact *contact, const struct seen *seen)
{
    if (seen->flags & EVENT_SERVICE)
        return;
    figures->fan_in += !contact->is_in;
    contact->is_in = true;
    if (contact->first_out_ms && seen->time_ms > contact->first_out_ms && !contact->is_replied) {
        contact->is_replied = true;
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
    struct examination *examination = view->examination;
    struct contact_figures *figures = &view->contacts;
    if (view->has_contacts)
        return figures;
    view->has_contacts = true;
    group(examination);
    for (size_t i = view->first; i < examination->count; i++) {
        struct seen *seen = &examination->events[i];
        if (!seen->number)
            continue;
        struct contact *contact = &examination->contacts[seen->contact];
        if (contact->view_number != view->number) {
            contact->view_number = view->number;
            contact->first_out_ms = 0;
            contact->is_in = contact->is_replied = false;
        }
        if (seen->flags & EVENT_OUT)
            note_out(examination, figures, contact, seen);
        else
            note_in(figures, contact, seen);
    }
    struct agency_walk walk = {.agencies = examination->scratch};
    view_each_protected(view, note_agency, &walk);
    figures->protected = walk.protected_count;
    figures->agencies = (uint32_t)sort_unique_u64(walk.agencies, walk.agency_count);
    return figures;
}
