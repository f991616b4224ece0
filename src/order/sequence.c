/* SPDX-License-Identifier: Apache-2.0
 * Inside, numbers are unwrapped: `base` is added to what the switch shows and grows by the modulus at each turn of
 * its counter. Where a number alone says too little, the times of its neighbours say the rest. */
#include "simsieve/order/sequence.h"

#include "simsieve/base/calendar.h"
#include "simsieve/base/hash.h"
#include "simsieve/base/region.h"

#include <stdlib.h>
#include <string.h>

#define SPAN       256 /* numbers that share a range of times */
#define SPAN_COUNT (SEQUENCE_WINDOW / SPAN)

/* Below the first number there is room for what comes late. */
#define FIRST_BASE SEQUENCE_WINDOW

/* A counter that turns or is restarted shows a small number on a record that is about as new as the last one. */
#define RECENT_MS HOUR_MS

/* So far below the first number seen a record may still be one that was overtaken. */
#define DISORDER_NUMBERS 1024

struct time_range {
    int64_t first_ms, last_ms; /* last 0: nothing yet */
};

struct sequence {
    uint64_t switch_name;
    uint64_t base;
    uint64_t modulus;         /* 0: not seen to turn yet */
    uint64_t lowest, highest; /* unwrapped; both 0: nothing yet */
    int64_t newest_ms;
    bool has_zero; /* the counter was seen at 0; many begin at 1 */
    struct region region;
    uint64_t *bits;           /* of region: one for each of the last SEQUENCE_WINDOW numbers */
    struct time_range *spans; /* of region */
};

/* Holes, as they are found. */
struct holes {
    struct sequence_gap *gaps;
    size_t gap_count;
    uint64_t missing;
    uint64_t next; /* unwrapped: a hole there goes on with the last gap */
};

struct sequences {
    struct sequence *switches[SWITCHES_MAX];
    uint32_t count;
    uint32_t slots[2 * SWITCHES_MAX]; /* open addressing over name ids: index + 1 */
    struct sequence_gap gaps[SEQUENCE_GAPS_MAX];
    struct holes final; /* holes that left their window, in `gaps` */
    uint64_t restarts, switches_refused;
};

struct sequences *sequences_create(void)
{
    struct sequences *sequences = calloc(1, sizeof(*sequences));
    CHECK(sequences);
    sequences->final.gaps = sequences->gaps;
    return sequences;
}

void sequences_destroy(struct sequences *sequences)
{
    if (!sequences)
        return;
    for (uint32_t i = 0; i < sequences->count; i++) {
        region_close(&sequences->switches[i]->region);
        free(sequences->switches[i]);
    }
    free(sequences);
}

static struct sequence *sequence_create(uint64_t switch_name)
{
    const size_t bit_bytes = SEQUENCE_WINDOW / 8, span_bytes = SPAN_COUNT * sizeof(struct time_range);
    struct sequence *sequence = calloc(1, sizeof(*sequence));
    struct error error;
    CHECK(sequence);
    if (region_open(&sequence->region, bit_bytes + span_bytes, false, &error)) {
        free(sequence);
        return NULL;
    }
    sequence->switch_name = switch_name;
    sequence->bits = sequence->region.base;
    sequence->spans = (struct time_range *)(void *)((char *)sequence->region.base + bit_bytes);
    return sequence;
}

uint32_t sequences_switch(struct sequences *sequences, uint64_t switch_name)
{
    uint32_t slot = (uint32_t)hash_fixed(switch_name) % (2 * SWITCHES_MAX);
    for (; sequences->slots[slot]; slot = (slot + 1) % (2 * SWITCHES_MAX)) {
        const uint32_t index = sequences->slots[slot] - 1;
        if (sequences->switches[index]->switch_name == switch_name)
            return index;
    }
    struct sequence *sequence = sequences->count < SWITCHES_MAX ? sequence_create(switch_name) : NULL;
    if (!sequence) {
        sequences->switches_refused++;
        return SWITCHES_MAX;
    }
    sequences->switches[sequences->count] = sequence;
    sequences->slots[slot] = ++sequences->count;
    return sequences->count - 1;
}

uint64_t sequences_switch_name(const struct sequences *sequences, uint32_t switch_index)
{
    CHECK(switch_index < SWITCHES_MAX && sequences->switches[switch_index]);
    return sequences->switches[switch_index]->switch_name;
}

static bool is_marked(const struct sequence *sequence, uint64_t number)
{
    const uint64_t at = number % SEQUENCE_WINDOW;
    return sequence->bits[at / 64] >> at % 64 & 1;
}

static struct time_range *span_of(const struct sequence *sequence, uint64_t number)
{
    return &sequence->spans[number % SEQUENCE_WINDOW / SPAN];
}

static void mark(struct sequence *sequence, uint64_t number, int64_t time_ms)
{
    struct time_range *span = span_of(sequence, number);
    sequence->bits[number % SEQUENCE_WINDOW / 64] |= (uint64_t)1 << number % 64;
    if (span->last_ms == 0 || time_ms < span->first_ms)
        span->first_ms = time_ms;
    if (time_ms > span->last_ms)
        span->last_ms = time_ms;
    if (time_ms > sequence->newest_ms)
        sequence->newest_ms = time_ms;
}

/* What the switch showed for an unwrapped number. */
static uint64_t shown(const struct sequence *sequence, uint64_t number)
{
    if (number >= sequence->base)
        return number - sequence->base;
    const uint64_t before = (sequence->base - number) % sequence->modulus;
    return before ? sequence->modulus - before : 0;
}

/* `count` missing numbers within one turn of the counter, `number` first. */
static void add_hole(struct holes *holes, uint32_t switch_index, uint64_t number, uint64_t seq,
                     uint64_t count)
{
    struct sequence_gap *last = holes->gap_count ? &holes->gaps[holes->gap_count - 1] : NULL;
    holes->missing += count;
    if (last && last->switch_index == switch_index && holes->next == number && seq > 0) {
        last->to += count;
        last->missing += count;
    } else if (holes->gap_count < SEQUENCE_GAPS_MAX) {
        holes->gaps[holes->gap_count++] = (struct sequence_gap){switch_index, seq, seq + count - 1, count};
    } else {
        holes->next = 0; /* not listed: nothing goes on with it */
        return;
    }
    holes->next = number + count;
}

/* `count` missing numbers in a row. A missing 0 is only told of a counter that has one. */
static void add_holes(struct holes *holes, uint32_t switch_index, const struct sequence *sequence,
                      uint64_t number, uint64_t count)
{
    for (uint64_t run; count > 0; number += run, count -= run) {
        const uint64_t seq = shown(sequence, number), skipped = seq == 0 && !sequence->has_zero;
        run = sequence->modulus ? u64_min(count, sequence->modulus - seq) : count;
        if (run > skipped)
            add_hole(holes, switch_index, number + skipped, seq + skipped, run - skipped);
    }
}

/* The bits of up to 64 numbers from `number` to `end`, end left out; `count` of them. */
static uint64_t word_mask(uint64_t number, uint64_t end, uint64_t *count)
{
    *count = u64_min(64 - number % 64, end - number);
    return (*count == 64 ? UINT64_MAX : ((uint64_t)1 << *count) - 1) << number % 64;
}

/* The holes from `number` to `end`, end left out. Looks at each word. */
static void add_holes_between(struct holes *holes, uint32_t switch_index, const struct sequence *sequence,
                              uint64_t number, uint64_t end)
{
    for (uint64_t count; number < end; number += count) {
        const uint64_t mask = word_mask(number, end, &count);
        uint64_t missing = (~sequence->bits[number % SEQUENCE_WINDOW / 64] & mask) >> number % 64;
        for (uint64_t at = number; missing;) {
            const unsigned present = (unsigned)__builtin_ctzll(missing);
            missing >>= present;
            const unsigned run = missing == UINT64_MAX ? 64 : (unsigned)__builtin_ctzll(~missing);
            missing = run == 64 ? 0 : missing >> run;
            add_holes(holes, switch_index, sequence, at + present, run);
            at += present + run;
        }
    }
}

static void clear_bits(struct sequence *sequence, uint64_t number, uint64_t end)
{
    for (uint64_t count; number < end; number += count)
        sequence->bits[number % SEQUENCE_WINDOW / 64] &= ~word_mask(number, end, &count);
}

/* Moves the window so that `number` is its newest; holes that leave it are final. */
static void advance(struct sequences *sequences, uint32_t switch_index, uint64_t number)
{
    struct sequence *sequence = sequences->switches[switch_index];
    const uint64_t first = sequence->highest + 1, lowest = number - SEQUENCE_WINDOW + 1;
    if (lowest > sequence->lowest) {
        add_holes_between(&sequences->final, switch_index, sequence, sequence->lowest, lowest);
        sequence->lowest = lowest;
    }
    clear_bits(sequence, first, number + 1);
    for (uint64_t next = (first + SPAN - 1) / SPAN * SPAN; next <= number; next += SPAN)
        *span_of(sequence, next) = (struct time_range){0};
    sequence->highest = number;
}

/* The counter has jumped to `seq`: what was counted before is closed, and what lies between is no gap. */
static void restart(struct sequences *sequences, uint32_t switch_index, uint64_t seq)
{
    struct sequence *sequence = sequences->switches[switch_index];
    if (sequence->highest) {
        sequences->restarts++;
        add_holes_between(&sequences->final, switch_index, sequence, sequence->lowest, sequence->highest);
        sequences->final.next = 0;
        clear_bits(sequence, sequence->lowest, sequence->highest + 1);
        for (uint64_t number = sequence->lowest; number < sequence->highest + SPAN; number += SPAN)
            *span_of(sequence, number) = (struct time_range){0};
    }
    sequence->modulus = 0;
    sequence->base = FIRST_BASE;
    sequence->lowest = sequence->highest = FIRST_BASE + seq;
}

/* The modulus that a counter near `seq_highest` may have turned at when it now shows `seq`; 0: none. */
static uint64_t plausible_modulus(uint64_t seq_highest, uint64_t seq)
{
    static const uint64_t moduli[] = {256,
                                      1000,
                                      10000,
                                      65536,
                                      100000,
                                      1000000,
                                      10000000,
                                      1u << 24,
                                      100000000,
                                      1000000000,
                                      UINT64_C(1) << 31,
                                      UINT64_C(1) << 32,
                                      UINT64_C(10000000000)};
    for (size_t i = 0; i < ARRAY_COUNT(moduli); i++) {
        const uint64_t near = moduli[i] / 16;
        if (seq_highest < moduli[i] && moduli[i] - seq_highest <= near && seq <= near)
            return moduli[i];
    }
    return 0;
}

static uint64_t distance(uint64_t a, uint64_t b)
{
    return a > b ? a - b : b - a;
}

/* The unwrapped number of `seq` that is nearest to the highest. */
static uint64_t nearest(const struct sequence *sequence, uint64_t seq)
{
    const uint64_t same_turn = sequence->base + seq, highest = sequence->highest, modulus = sequence->modulus;
    uint64_t best = same_turn;
    if (modulus && distance(same_turn - modulus, highest) < distance(best, highest))
        best = same_turn - modulus;
    if (modulus && distance(same_turn + modulus, highest) < distance(best, highest))
        best = same_turn + modulus;
    return best;
}

/* What is known of a number: the same record has the same time as when it was marked. */
enum finding { NOT_SEEN, SEEN, SEEN_EARLIER, SEEN_LATER };

static enum finding find(const struct sequence *sequence, uint64_t number, int64_t time_ms)
{
    const struct time_range *span = span_of(sequence, number);
    if (number < sequence->lowest || number > sequence->highest || !is_marked(sequence, number))
        return NOT_SEEN;
    return time_ms > span->last_ms ? SEEN_EARLIER : time_ms < span->first_ms ? SEEN_LATER : SEEN;
}

/* True when a number that is not the highest, and was not seen, is of the counter's next turn rather than late: its
 * time is nearer to the newest than to that of its neighbours. */
static bool is_next_turn(const struct sequence *sequence, uint64_t number, uint64_t seq, int64_t time_ms)
{
    if (sequence->modulus || number > sequence->highest ||
        !plausible_modulus(sequence->highest - sequence->base, seq))
        return false;
    if (number < sequence->lowest)
        return time_ms >= span_of(sequence, sequence->lowest)->first_ms;
    return time_ms - span_of(sequence, number)->last_ms > sequence->newest_ms - time_ms;
}

/* True when a number from before the first that was seen is on a record that is not: the switch began anew. */
static bool is_new_beginning(const struct sequence *sequence, uint64_t number, int64_t time_ms)
{
    return number + DISORDER_NUMBERS < sequence->lowest &&
           time_ms > span_of(sequence, sequence->lowest)->last_ms;
}

/* The same number one turn on; 0 when the counter's modulus is neither known nor plausible. */
static uint64_t turned(struct sequence *sequence, uint64_t number, uint64_t seq)
{
    if (!sequence->modulus)
        sequence->modulus = plausible_modulus(sequence->highest - sequence->base, seq);
    return sequence->modulus ? number + sequence->modulus : 0;
}

/* Marks a number near the highest, on either side of it. */
static void take(struct sequences *sequences, uint32_t switch_index, uint64_t number, int64_t time_ms)
{
    struct sequence *sequence = sequences->switches[switch_index];
    if (number > sequence->highest) {
        advance(sequences, switch_index, number);
        if (sequence->modulus && number >= sequence->base + sequence->modulus)
            sequence->base += sequence->modulus;
    } else if (number < sequence->lowest) {
        sequence->lowest = number;
    }
    mark(sequence, number, time_ms);
}

/* A record from before those that its number was met on: of an earlier turn, or of nothing that is known. */
static bool note_of_earlier_turn(struct sequences *sequences, uint32_t switch_index, uint64_t number,
                                 int64_t time_ms)
{
    const struct sequence *sequence = sequences->switches[switch_index];
    if (!sequence->modulus || number < sequence->lowest + sequence->modulus)
        return false;
    const enum finding finding = find(sequence, number - sequence->modulus, time_ms);
    if (finding == NOT_SEEN)
        take(sequences, switch_index, number - sequence->modulus, time_ms);
    return finding == SEEN;
}

bool sequences_note(struct sequences *sequences, uint32_t switch_index, uint64_t seq, int64_t time_ms)
{
    struct sequence *sequence = sequences->switches[switch_index];
    DCHECK(seq < UINT64_MAX / 4);
    sequence->has_zero |= seq == 0;
    if (!sequence->highest) {
        restart(sequences, switch_index, seq);
        mark(sequence, sequence->highest, time_ms);
        return false;
    }
    uint64_t number = nearest(sequence, seq);
    const enum finding finding = find(sequence, number, time_ms);
    if (finding == SEEN)
        return true;
    if (finding == SEEN_LATER)
        return note_of_earlier_turn(sequences, switch_index, number, time_ms);
    const bool is_recent = time_ms >= sequence->newest_ms - RECENT_MS;
    if (finding == SEEN_EARLIER || (is_recent && is_next_turn(sequence, number, seq, time_ms)))
        number = turned(sequence, number, seq);
    else if (is_recent && is_new_beginning(sequence, number, time_ms))
        number = 0;
    if (number == 0 || distance(number, sequence->highest) >= SEQUENCE_WINDOW) {
        if (!is_recent)
            return false; /* older than the window: nothing can be said */
        restart(sequences, switch_index, seq);
        number = sequence->highest;
    }
    take(sequences, switch_index, number, time_ms);
    return false;
}

/* Stable: the gaps of one switch stay in the order of counting. */
static void sort_by_switch(struct sequence_gap *gaps, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const struct sequence_gap gap = gaps[i];
        size_t at = i;
        for (; at > 0 && gaps[at - 1].switch_index > gap.switch_index; at--)
            gaps[at] = gaps[at - 1];
        gaps[at] = gap;
    }
}

void sequences_report(const struct sequences *sequences, struct sequence_report *report)
{
    struct holes holes = sequences->final;
    holes.gaps = report->gaps;
    memcpy(report->gaps, sequences->gaps, holes.gap_count * sizeof(holes.gaps[0]));
    for (uint32_t i = 0; i < sequences->count; i++)
        add_holes_between(&holes, i, sequences->switches[i], sequences->switches[i]->lowest,
                          sequences->switches[i]->highest);
    sort_by_switch(report->gaps, holes.gap_count);
    report->gap_count = holes.gap_count;
    report->missing = holes.missing;
    report->restarts = sequences->restarts;
    report->switches_refused = sequences->switches_refused;
}
