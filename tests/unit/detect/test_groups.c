/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/detect/groups.h"

#include "records.h"
#include "suite.h"
#include "workdir.h"

#include <stdlib.h>
#include <string.h>

static const char rule_text[] =
    "format: 1\nid: t.campaign\nrev: 1\ntitle: {vi: a, en: b}\nsummary: {vi: a, en: '{sims} {victims}'}\n"
    "status: alert\nreferences: []\nfalse_positives: []\nsubject: campaign\naccuses: members\nwindow: 6h\n"
    "member:\n  window: 4h\n  all: [protected_out >= 1]\n"
    "when:\n  minor: [sims >= 2, victims >= 2]\n  major: [sims >= 3, contacts >= 5, agencies >= 2]\n"
    "worse: victims\ncooldown: 5h\ntests: []\n";

static const char alone_text[] =
    "format: 1\nid: t.alone\nrev: 1\ntitle: {vi: a, en: b}\nsummary: {vi: a, en: b}\nstatus: alert\n"
    "references: []\nfalse_positives: []\nsubject: campaign\nwindow: 6h\n"
    "member:\n  window: 4h\n  all: [protected_out >= 1]\nwhen:\n  minor: [sims <= 1, contacts >= 16384]\n"
    "worse: victims\ncooldown: 5h\ntests: []\n";

static struct error error;
static struct names *names;
static struct program *program;
static struct groups *groups;
static uint64_t position;

static void begin(const char *text)
{
    names = names_create(16, &error);
    program = program_load_text("rule.yaml", text, &error);
    ck_assert_msg(program != NULL, "%s", error.text);
    groups = groups_create(program);
    position = 0;
}

static void set_up(void)
{
    begin(rule_text);
}

static void tear_down(void)
{
    groups_destroy(groups);
    program_destroy(program);
    names_destroy(names);
}

static const char *no_switch(void *owner, uint32_t switch_index)
{
    (void)owner;
    (void)switch_index;
    return "?";
}

static enum severity take(const struct edge *edge)
{
    const struct group_context context = {names, no_switch, NULL};
    struct alert *alert = groups_take(groups, edge, &context);
    const enum severity severity = alert ? alert->severity : SEVERITY_NONE;
    alert_destroy(alert);
    return severity;
}

static struct edge edge_of(int64_t after_ms, uint64_t sim, uint64_t victim)
{
    position++;
    return (struct edge){.position = position,
                         .time_ms = START_MS + after_ms,
                         .sim = MOBILE(sim),
                         .key = 11,
                         .victim = 1000 + victim,
                         .identity = position,
                         .first_contact_ms = START_MS,
                         .agency = (uint32_t)(1 + victim % 2),
                         .victim_province = 11};
}

/* A member's contact with a victim. */
static enum severity contact(int64_t after_ms, uint64_t sim, uint64_t victim)
{
    const struct edge edge = edge_of(after_ms, sim, victim);
    return take(&edge);
}

static enum severity leave(int64_t after_ms, uint64_t sim)
{
    struct edge edge = edge_of(after_ms, sim, 0);
    edge.leaves = true;
    return take(&edge);
}

START_TEST(a_group_is_told_when_it_comes_together_and_when_it_grows_worse)
{
    ck_assert_int_eq(contact(0, 1, 1), SEVERITY_NONE);
    ck_assert_int_eq(contact(1, 1, 2), SEVERITY_NONE); /* two victims of one SIM */
    ck_assert_int_eq(contact(2, 2, 1), SEVERITY_MINOR);
    ck_assert_int_eq(contact(3, 2, 2), SEVERITY_NONE); /* as before */
    ck_assert_int_eq(contact(4, 3, 2), SEVERITY_MAJOR);
    ck_assert_int_eq(contact(5, 3, 3), SEVERITY_NONE);
    ck_assert_int_eq(contact(6, 3, 4), SEVERITY_MAJOR); /* twice the victims of the first report */
    ck_assert_int_eq(contact(7, 4, 4), SEVERITY_MAJOR); /* a further SIM */
    ck_assert_int_eq(contact(8, 4, 4), SEVERITY_NONE);
    ck_assert_uint_eq(groups_counters(groups).groups, 1);
}
END_TEST

START_TEST(after_the_cooldown_a_match_is_news)
{
    contact(0, 1, 1);
    ck_assert_int_eq(contact(0, 2, 2), SEVERITY_MINOR);
    ck_assert_int_eq(contact(5 * HOUR_MS, 1, 2), SEVERITY_NONE);
    ck_assert_int_eq(contact(10 * HOUR_MS + 1, 2, 1), SEVERITY_MINOR);
}
END_TEST

START_TEST(a_contact_of_exactly_the_window_has_left)
{
    contact(0, 1, 1);
    ck_assert_int_eq(contact(6 * HOUR_MS, 2, 2), SEVERITY_NONE);
    contact(12 * HOUR_MS, 3, 3);
    ck_assert_int_eq(contact(18 * HOUR_MS - 1, 4, 4), SEVERITY_MINOR);
}
END_TEST

START_TEST(late_contacts_leave_by_their_own_time)
{
    contact(2 * HOUR_MS, 1, 1);
    contact(0, 1, 2);                                            /* later in position, earlier in time */
    ck_assert_int_eq(contact(6 * HOUR_MS, 2, 1), SEVERITY_NONE); /* victim 2 has left */
    ck_assert_int_eq(contact(6 * HOUR_MS, 2, 2), SEVERITY_MINOR);
}
END_TEST

START_TEST(who_does_not_belong_takes_his_contacts_along)
{
    contact(0, 1, 1);
    contact(1, 1, 2);
    ck_assert_int_eq(leave(2, 1), SEVERITY_NONE);
    ck_assert_int_eq(contact(3, 2, 3), SEVERITY_NONE);
    ck_assert_int_eq(leave(4, 9), SEVERITY_NONE); /* was never here */
    ck_assert_int_eq(contact(5, 3, 4), SEVERITY_MINOR);
    ck_assert_int_eq(contact(6, 1, 5), SEVERITY_MINOR); /* back, with what it does from now on */
}
END_TEST

START_TEST(keys_are_groups_of_their_own)
{
    struct edge edge = edge_of(0, 1, 1);
    take(&edge);
    edge = edge_of(1, 2, 2);
    edge.key = 12;
    ck_assert_int_eq(take(&edge), SEVERITY_NONE);
    ck_assert_uint_eq(groups_counters(groups).groups, 2);
}
END_TEST

START_TEST(a_full_group_drops_its_oldest_and_says_nothing_that_needs_an_upper_bound)
{
    tear_down();
    begin(alone_text);
    for (uint64_t i = 0; i < GROUP_CONTACTS_MAX + 5; i++)
        REQUIRE(contact(1, 1, i % 100) == SEVERITY_NONE);
    ck_assert_uint_eq(groups_counters(groups).contacts_dropped, 5);
}
END_TEST

START_TEST(when_there_are_too_many_groups_quiet_ones_make_room_and_then_nobody)
{
    for (uint64_t i = 0; i <= GROUPS_MAX; i++) {
        struct edge edge = edge_of(0, 1, 1);
        edge.key = 1 + i;
        take(&edge);
    }
    ck_assert_uint_eq(groups_counters(groups).groups, GROUPS_MAX);
    ck_assert_uint_eq(groups_counters(groups).groups_refused, 1);
    struct edge edge = edge_of(7 * HOUR_MS, 1, 1);
    edge.key = GROUPS_MAX + 7;
    take(&edge);
    ck_assert_uint_eq(groups_counters(groups).groups, 1);
    ck_assert_uint_eq(groups_counters(groups).groups_refused, 1);
}
END_TEST

START_TEST(equal_rules_that_are_swapped_in_go_on_with_the_groups)
{
    struct program *again = program_load_text("rule.yaml", rule_text, &error);
    contact(0, 1, 1);
    groups_adopt(groups, again);
    ck_assert_int_eq(contact(1, 2, 2), SEVERITY_MINOR);
    program_destroy(program);
    program = again;
    struct program *other = program_load_text("rule.yaml", alone_text, &error);
    groups_adopt(groups, other);
    ck_assert_uint_eq(groups_counters(groups).groups, 0);
    program_destroy(program);
    program = other;
}
END_TEST

START_TEST(members_leave_a_group_also_when_its_rule_has_got_another_place)
{
    workdir_open();
    workdir_write_text("a.yaml", alone_text);
    workdir_write_text("b.yaml", rule_text);
    struct program *both = program_load(workdir_folder(), &error);
    ck_assert_msg(both != NULL, "%s", error.text);
    ck_assert_str_eq(both->rules[1]->id, "t.campaign");
    contact(0, 1, 1);
    contact(1, 1, 2);
    groups_adopt(groups, both);
    struct edge edge = edge_of(2, 1, 0);
    edge.rule_index = 1;
    edge.leaves = true;
    ck_assert_int_eq(take(&edge), SEVERITY_NONE);
    edge = edge_of(3, 2, 3);
    edge.rule_index = 1;
    ck_assert_int_eq(take(&edge), SEVERITY_NONE); /* alone */
    edge = edge_of(4, 3, 4);
    edge.rule_index = 1;
    ck_assert_int_eq(take(&edge), SEVERITY_MINOR);
    program_destroy(program);
    program = both;
    workdir_close();
}
END_TEST

START_TEST(groups_of_a_rule_that_is_gone_are_gone)
{
    struct program *other = program_load_text("rule.yaml", alone_text, &error);
    contact(0, 1, 1);
    groups_adopt(groups, other);
    ck_assert_int_eq(leave(1, 1), SEVERITY_NONE);
    ck_assert_uint_eq(groups_counters(groups).groups, 0);
    program_destroy(program);
    program = other;
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("detect/groups");
    TCase *tests = tcase_create("groups");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, a_group_is_told_when_it_comes_together_and_when_it_grows_worse);
    tcase_add_test(tests, after_the_cooldown_a_match_is_news);
    tcase_add_test(tests, a_contact_of_exactly_the_window_has_left);
    tcase_add_test(tests, late_contacts_leave_by_their_own_time);
    tcase_add_test(tests, who_does_not_belong_takes_his_contacts_along);
    tcase_add_test(tests, keys_are_groups_of_their_own);
    tcase_add_test(tests, a_full_group_drops_its_oldest_and_says_nothing_that_needs_an_upper_bound);
    tcase_add_test(tests, when_there_are_too_many_groups_quiet_ones_make_room_and_then_nobody);
    tcase_add_test(tests, equal_rules_that_are_swapped_in_go_on_with_the_groups);
    tcase_add_test(tests, members_leave_a_group_also_when_its_rule_has_got_another_place);
    tcase_add_test(tests, groups_of_a_rule_that_is_gone_are_gone);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
