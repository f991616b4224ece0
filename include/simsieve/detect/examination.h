/* SPDX-License-Identifier: Apache-2.0
 * One SIM at one moment, laid open: its kept events in order of time, and what they amount to over a window.
 * Everything a measure can ask is here; what costs more than one pass is worked out when first asked.
 *
 * Where events have been forgotten (state.h), a figure is known between two bounds only; every figure is therefore
 * a pair, equal when it is exact. */
#pragma once

#include "simsieve/lists/complaints.h"
#include "simsieve/lists/lists.h"
#include "simsieve/state/spill.h"
#include "simsieve/state/state.h"

/* An event unpacked. */
struct seen {
    int64_t time_ms;
    uint64_t number; /* the other side */
    uint64_t identity;
    uint32_t duration_s;
    uint16_t flags;      /* enum event_flags */
    uint16_t acquainted; /* what the other side was then: contacts.c; 0: not asked yet */
    uint32_t contact;    /* the other side's place, once they are grouped */
    uint32_t unused;
    int64_t before_ms; /* its newest attempt either way strictly before; 0: none in the ring */
};

struct bounds {
    double low, high;
};

/* Counts over a window that one pass gives. */
struct tally {
    uint32_t out_calls, out_sms, in_calls, in_sms, in_service_sms;
    uint32_t answered;       /* outgoing calls answered */
    uint32_t answered_timed; /* of these with known seconds */
    uint32_t short_calls;    /* of these of short_call_s or less */
    uint32_t timed_calls;    /* outgoing calls with known seconds, unanswered ones included */
    uint32_t below_45;       /* of these below 45 s */
    uint32_t night;          /* outgoing, 22:00 to 06:00 local */
    uint32_t protected;      /* outgoing, to protected numbers */
    uint64_t conversation_s; /* of answered_timed */
};

/* Figures that need the events grouped by the other side. */
struct contact_figures {
    uint32_t fan_out, fan_in; /* services left out */
    uint32_t replied;         /* of fan_out: called or wrote after being contacted */
    uint32_t strangers;       /* outgoing attempts that were certainly to strangers */
    uint32_t maybe_strangers; /* more that may have been */
    uint32_t protected, agencies;
};

struct gap_figures {
    uint32_t count;      /* of gaps between outgoing attempts */
    uint32_t short_gaps; /* of less than SHORT_GAP_MS */
    double median_s;
    double cv; /* population standard deviation / mean; negative: not defined */
};

#define SHORT_GAP_MS (60 * SECOND_MS)

struct examination;

/* One window of an examination. */
struct view {
    struct examination *examination;
    uint32_t number; /* of this view, from 1 on; of the views there were, not of those there are */
    int64_t window_ms;
    size_t first;       /* events[first..] are in the window */
    bool is_complete;   /* no event of the window was forgotten */
    bool is_past_known; /* none was evicted with an older line of the SIM */
    struct tally tally;
    struct spill_bounds spill; /* of what was forgotten */
    bool has_contacts, has_gaps;
    struct contact_figures contacts;
    struct gap_figures gaps;
};

#define VIEWS_MAX 8 /* different windows of one examination */

struct contact;
struct contact_slot;

struct examination {
    const struct state *state;
    const struct lists *lists;
    const struct complaint_book *complaints; /* the owner's, beside those of the lists; NULL: none came */
    const struct line *line;
    int64_t now_ms;
    struct seen *events; /* by time; at most `capacity` */
    struct seen *spare;  /* scratch of the sorting: half of that */
    size_t count, capacity;
    struct view views[VIEWS_MAX];
    size_t view_count; /* 0 makes room for other windows */
    uint32_t view_number;
    bool is_grouped;
    uint32_t round;             /* of the grouping */
    struct contact *contacts;   /* capacity entries */
    struct contact_slot *slots; /* a power of two above twice the capacity */
    size_t slot_mask;
    uint64_t *scratch; /* capacity entries */
};

/* Start-up only. Scratch for SIMs with up to `capacity` events. */
struct examination *examination_create(size_t capacity);
void examination_destroy(struct examination *examination);

/* Owner thread of the state. Lays one SIM open at `now_ms` (events after it are left out). The examination is
 * valid until the state changes. Linear in the events when they came in order, else n log n. */
void examination_begin(struct examination *examination, const struct state *state, const struct lists *lists,
                       const struct line *line, int64_t now_ms);

/* Owner thread. The view over `now - window < time <= now`. At most VIEWS_MAX windows. Linear in its events. */
struct view *examination_view(struct examination *examination, int64_t window_ms);

/* Owner thread. The figures of a view, worked out at the first call. Linear in all events, in those of the view after the
 * first of an examination. */
const struct contact_figures *view_contacts(struct view *view);

/* Owner thread. The same; n log n in its outgoing events. */
const struct gap_figures *view_gaps(struct view *view);

/* Owner thread. Calls `visit` for each distinct protected number contacted in the window. */
void view_each_protected(const struct view *view,
                         void (*visit)(void *owner, const struct protected_number *protected), void *owner);
