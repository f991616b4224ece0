/* SPDX-License-Identifier: Apache-2.0 */
#include "../../../src/decode/partials.h"
#include "suite.h"

/* A part of call `reference` with number `number`, of one minute. */
static struct cdr part(uint64_t reference, uint8_t number, uint8_t partial)
{
    return (struct cdr){.time_ms = 1741919210000 + number * MINUTE_MS,
                        .type = CDR_MO_CALL,
                        .call_reference = reference,
                        .partial = partial,
                        .partial_number = number,
                        .duration_s = 60,
                        .outcome = CDR_ANSWERED,
                        .valid = 1u << CDR_DURATION | 1u << CDR_OUTCOME,
                        .switch_name = 7,
                        .line = reference * 100 + number};
}

/* Steps: the part that comes, what is said of it, and what is given on: its reference and seconds, 0: nothing. */
struct step {
    uint64_t reference;
    uint8_t number, partial;
    enum reason reason;
    uint64_t given;
    uint32_t duration_s;
};

#define MORE CDR_PARTIAL_MORE
#define LAST CDR_PARTIAL_LAST

static const struct {
    const char *story;
    struct step steps[6];
    uint64_t left; /* reference of what the end of the input sets free, 0: nothing */
} stories[] = {
    {"a whole call passes", {{1, 0, 0, REASON_NONE, 1, 60}}, 0},
    {"three parts are one call",
     {{1, 1, MORE, REASON_NONE, 0, 0},
      {1, 2, MORE, REASON_PARTIAL, 0, 0},
      {1, 3, LAST, REASON_PARTIAL, 1, 180}},
     0},
    {"another call between the parts",
     {{1, 1, MORE, REASON_NONE, 0, 0}, {2, 0, 0, REASON_NONE, 2, 60}, {1, 2, LAST, REASON_PARTIAL, 1, 120}},
     0},
    {"two calls in parts",
     {{1, 1, MORE, REASON_NONE, 0, 0},
      {2, 1, MORE, REASON_NONE, 0, 0},
      {1, 2, LAST, REASON_PARTIAL, 1, 120},
      {2, 2, LAST, REASON_PARTIAL, 2, 120}},
     0},
    {"a part that came already",
     {{1, 1, MORE, REASON_NONE, 0, 0},
      {1, 1, MORE, REASON_SAME_CALL, 0, 0},
      {1, 2, LAST, REASON_PARTIAL, 1, 120}},
     0},
    {"parts without numbers are all different",
     {{1, 0, MORE, REASON_NONE, 0, 0},
      {1, 0, MORE, REASON_PARTIAL, 0, 0},
      {1, 0, LAST, REASON_PARTIAL, 1, 180}},
     0},
    {"a last part alone is a call", {{1, 3, LAST, REASON_NONE, 1, 60}}, 0},
    {"a last part that never comes",
     {{1, 1, MORE, REASON_NONE, 0, 0}, {1, 2, MORE, REASON_PARTIAL, 0, 0}},
     1},
    {"without a reference nothing is joined",
     {{0, 1, MORE, REASON_NONE, 0, 60}, {0, 2, LAST, REASON_NONE, 0, 60}},
     0},
};

START_TEST(the_parts_of_a_call_become_one)
{
    struct partials *partials = partials_create();
    struct cdr cdr;
    for (size_t i = 0;
         i < ARRAY_COUNT(stories[_i].steps) && stories[_i].steps[i].partial + stories[_i].steps[i].given;
         i++) {
        const struct step *step = &stories[_i].steps[i];
        bool has_output;
        cdr = part(step->reference, step->number, step->partial);
        ck_assert_msg(partials_take(partials, &cdr, &has_output) == step->reason, "%s, step %zu",
                      stories[_i].story, i);
        ck_assert_msg(has_output == (step->duration_s > 0), "%s, step %zu", stories[_i].story, i);
        if (has_output) {
            ck_assert_uint_eq(cdr.call_reference, step->given);
            ck_assert_uint_eq(cdr.duration_s, step->duration_s);
        }
    }
    ck_assert(partials_release(partials, &cdr) == (stories[_i].left != 0));
    if (stories[_i].left)
        ck_assert_uint_eq(cdr.call_reference, stories[_i].left);
    ck_assert(!partials_release(partials, &cdr));
    partials_destroy(partials);
}
END_TEST

START_TEST(a_call_has_the_time_of_its_first_part_and_is_answered_when_one_is)
{
    struct partials *partials = partials_create();
    struct cdr first = part(1, 1, MORE), last = part(1, 2, LAST);
    const int64_t time_ms = first.time_ms;
    bool has_output;
    first.outcome = CDR_NO_ANSWER;
    ck_assert_int_eq(partials_take(partials, &first, &has_output), REASON_NONE);
    ck_assert_int_eq(partials_take(partials, &last, &has_output), REASON_PARTIAL);
    ck_assert(has_output);
    ck_assert_int_eq(last.time_ms, time_ms);
    ck_assert_int_eq(last.outcome, CDR_ANSWERED);
    ck_assert_uint_eq(last.line, 101);
    partials_destroy(partials);
}
END_TEST

START_TEST(parts_of_another_type_or_switch_are_other_calls)
{
    struct partials *partials = partials_create();
    struct cdr cdr = part(1, 1, MORE);
    bool has_output;
    ck_assert_int_eq(partials_take(partials, &cdr, &has_output), REASON_NONE);
    cdr = part(1, 2, LAST);
    cdr.type = CDR_MT_CALL;
    ck_assert_int_eq(partials_take(partials, &cdr, &has_output), REASON_NONE);
    ck_assert(has_output);
    cdr = part(1, 2, LAST);
    cdr.switch_name = 8;
    ck_assert_int_eq(partials_take(partials, &cdr, &has_output), REASON_NONE);
    ck_assert(has_output);
    partials_destroy(partials);
}
END_TEST

START_TEST(a_full_table_gives_on_the_oldest_call_and_counts_it)
{
    struct partials *partials = partials_create();
    struct cdr cdr;
    bool has_output;
    for (uint64_t i = 1; i <= PARTIALS_MAX; i++) {
        cdr = part(i, 1, MORE);
        ck_assert_int_eq(partials_take(partials, &cdr, &has_output), REASON_NONE);
        ck_assert(!has_output);
    }
    ck_assert_uint_eq(partials_released_early(partials), 0);
    cdr = part(PARTIALS_MAX + 1, 1, MORE);
    ck_assert_int_eq(partials_take(partials, &cdr, &has_output), REASON_NONE);
    ck_assert(has_output);
    ck_assert_uint_eq(cdr.call_reference, 1);
    ck_assert_uint_eq(partials_released_early(partials), 1);
    for (uint64_t i = 2; i <= PARTIALS_MAX + 1; i++) {
        ck_assert(partials_release(partials, &cdr));
        ck_assert_uint_eq(cdr.call_reference, i);
    }
    ck_assert(!partials_release(partials, &cdr));
    partials_destroy(partials);
}
END_TEST

static enum reason take_session(struct partials *partials, uint64_t reference, uint64_t switch_name,
                                enum cdr_type type, bool *has_output)
{
    struct cdr cdr = part(reference, 0, CDR_PARTIAL_SHARED);
    cdr.switch_name = switch_name;
    cdr.type = (uint8_t)type;
    return partials_take(partials, &cdr, has_output);
}

START_TEST(a_session_counts_once_however_many_nodes_write_it)
{
    struct partials *partials = partials_create();
    bool has_output;
    ck_assert_int_eq(take_session(partials, 1, 7, CDR_MO_CALL, &has_output), REASON_NONE);
    ck_assert(has_output);
    ck_assert_int_eq(take_session(partials, 1, 8, CDR_MO_CALL, &has_output), REASON_SAME_CALL);
    ck_assert(!has_output);
    ck_assert_int_eq(take_session(partials, 1, 7, CDR_MO_CALL, &has_output), REASON_SAME_CALL);
    ck_assert_int_eq(take_session(partials, 1, 8, CDR_MT_CALL, &has_output), REASON_NONE);
    ck_assert_int_eq(take_session(partials, 2, 8, CDR_MO_CALL, &has_output), REASON_NONE);
    partials_destroy(partials);
}
END_TEST

START_TEST(the_oldest_sessions_are_forgotten_first)
{
    struct partials *partials = partials_create();
    bool has_output;
    for (uint64_t i = 1; i <= 8 * SESSIONS_MAX; i++)
        ck_assert_int_eq(take_session(partials, i, 7, CDR_MO_CALL, &has_output), REASON_NONE);
    ck_assert_int_eq(take_session(partials, 8 * SESSIONS_MAX, 8, CDR_MO_CALL, &has_output), REASON_SAME_CALL);
    ck_assert_int_eq(take_session(partials, 1, 8, CDR_MO_CALL, &has_output), REASON_NONE);
    partials_destroy(partials);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("decode/partials");
    TCase *tests = tcase_create("partials");
    tcase_add_loop_test(tests, the_parts_of_a_call_become_one, 0, ARRAY_COUNT(stories));
    tcase_add_test(tests, a_call_has_the_time_of_its_first_part_and_is_answered_when_one_is);
    tcase_add_test(tests, parts_of_another_type_or_switch_are_other_calls);
    tcase_add_test(tests, a_full_table_gives_on_the_oldest_call_and_counts_it);
    tcase_add_test(tests, a_session_counts_once_however_many_nodes_write_it);
    tcase_add_test(tests, the_oldest_sessions_are_forgotten_first);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
