/* SPDX-License-Identifier: Apache-2.0
 * The limits of the ledger: what has waited longest is given on early, counted, and nothing is lost. What SMPP messages
 * become is tested through captures (test_pcap.c). */
#include "../../../src/decode/sms_ledger.h"
#include "decoding.h"
#include "suite.h"

#define FIRST_MS INT64_C(1733702400000)

static const uint8_t destination[] = "\x01\x01"
                                     "84987654321";
static const struct address client = {{10, 0, 0, 1}, ADDRESS_IPV4}, centre = {{10, 0, 0, 2}, ADDRESS_IPV4};

static struct sms_ledger *ledger;
static size_t given, rejected;
static uint64_t first_line; /* of the first record given */
static unsigned parts_of_first;

static void give(void *owner, const struct cdr *cdr)
{
    (void)owner;
    if (given++ == 0) {
        first_line = cdr->line;
        parts_of_first = cdr->sms_parts;
    }
}

static void reject(void *owner, enum reason reason, uint64_t line)
{
    (void)owner, (void)reason, (void)line;
    rejected++;
}

static void open_ledger(void)
{
    struct error error;
    given = rejected = 0;
    ledger = sms_ledger_create(decoding_context(), give, reject, NULL, &error);
    ck_assert_msg(ledger != NULL, "%s", error.text);
}

static void close_ledger(void)
{
    sms_ledger_destroy(ledger);
}

static struct smpp_pdu submission(uint32_t sequence)
{
    return (struct smpp_pdu){
        .command = SMPP_SUBMIT_SM,
        .sequence = sequence,
        .source = {SMPP_TON_INTERNATIONAL, 1, {(const uint8_t *)"84912345678", 11}},
        .destinations = {destination, sizeof(destination)},
        .destination_count = 1,
    };
}

static void pass(const struct smpp_pdu *pdu, uint64_t line)
{
    const bool is_answer = pdu->command & SMPP_RESPONSE;
    const struct sms_sighting sighting = {.source = is_answer ? &centre : &client,
                                          .destination = is_answer ? &client : &centre,
                                          .source_port = is_answer ? 2775 : 4000,
                                          .destination_port = is_answer ? 4000 : 2775,
                                          .time_ms = FIRST_MS,
                                          .line = line,
                                          .pdu = pdu};
    sms_ledger_take(ledger, &sighting);
}

/* One more text of two parts of which the first comes, and is answered. */
static void pass_first_part(uint16_t reference)
{
    struct smpp_pdu pdu = submission(reference);
    pdu.part = (struct smpp_part){reference, 2, 1};
    pass(&pdu, reference);
    const struct smpp_pdu answer = {.command = SMPP_SUBMIT_SM | SMPP_RESPONSE, .sequence = reference};
    pass(&answer, reference);
}

START_TEST(as_many_submissions_wait_as_the_limit_says)
{
    open_ledger();
    for (uint32_t i = 1; i <= SMS_PENDING_MAX; i++) {
        const struct smpp_pdu pdu = submission(i);
        pass(&pdu, i);
    }
    ck_assert_uint_eq(given, 0);
    ck_assert_uint_eq(sms_ledger_counters(ledger)->early, 0);
    const struct smpp_pdu one_more = submission(SMS_PENDING_MAX + 1);
    pass(&one_more, SMS_PENDING_MAX + 1);
    ck_assert_uint_eq(given, 1);
    ck_assert_uint_eq(first_line, 1);
    ck_assert_uint_eq(sms_ledger_counters(ledger)->early, 1);
    sms_ledger_expire(ledger, INT64_MAX);
    ck_assert_uint_eq(given, SMS_PENDING_MAX + 1);
    ck_assert_uint_eq(rejected, 0);
    ck_assert_uint_eq(sms_ledger_counters(ledger)->submissions, SMS_PENDING_MAX + 1);
    ck_assert_uint_eq(sms_ledger_counters(ledger)->unanswered, SMS_PENDING_MAX);
    close_ledger();
}
END_TEST

START_TEST(as_many_texts_wait_for_their_parts_as_the_limit_says)
{
    open_ledger();
    for (uint16_t i = 1; i <= SMS_TEXTS_MAX; i++)
        pass_first_part(i);
    ck_assert_uint_eq(given, 0);
    ck_assert_uint_eq(sms_ledger_counters(ledger)->early, 0);
    pass_first_part(SMS_TEXTS_MAX + 1);
    ck_assert_uint_eq(given, 1);
    ck_assert_uint_eq(first_line, 1);
    ck_assert_uint_eq(parts_of_first, 1); /* what has come of it */
    ck_assert_uint_eq(sms_ledger_counters(ledger)->early, 1);
    sms_ledger_expire(ledger, INT64_MAX);
    ck_assert_uint_eq(given, SMS_TEXTS_MAX + 1);
    ck_assert_uint_eq(rejected, 0);
    close_ledger();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sms_ledger");
    TCase *tests = tcase_create("limits");
    tcase_add_test(tests, as_many_submissions_wait_as_the_limit_says);
    tcase_add_test(tests, as_many_texts_wait_for_their_parts_as_the_limit_says);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
