/* SPDX-License-Identifier: Apache-2.0 */
#include "packets.h"
#include "simsieve/packet/stream.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>

#define IDLE_MS 600000
#define GAP_MS  2000

/* The consumer of these tests: messages of "length u16, then that many octets", the least length 2. What it takes is
 * noted; where it is not in step it looks for a message that begins with 2 bytes of a plausible length and 0xA5. */
static struct consumer {
    uint8_t bytes[1u << 20];
    size_t length;
    size_t messages, calls;
    size_t skipped;
    uint64_t lost_bytes;
    size_t lost[PACKET_DROP_COUNT];
    bool was_unsynced;
} seen;

static size_t take(void *owner, const struct stream_data *data)
{
    const uint8_t *bytes = data->bytes.bytes;
    const size_t length = data->bytes.length;
    (void)owner;
    seen.calls++;
    if (!*data->is_synced) {
        seen.was_unsynced = true;
        if (length < 3)
            return 0;
        if (bytes[2] != 0xA5) {
            seen.skipped++;
            return 1;
        }
        *data->is_synced = true;
    }
    if (length < 2)
        return 0;
    const size_t message = octets_get16(bytes);
    ck_assert_uint_ge(message, 3);
    if (message > length)
        return 0;
    ck_assert_int_eq(bytes[2], 0xA5);
    memcpy(seen.bytes + seen.length, bytes, message);
    seen.length += message;
    seen.messages++;
    return message;
}

static void note_lost(void *owner, enum packet_drop why, const struct frame *frame, uint64_t tag,
                      uint64_t length)
{
    (void)owner;
    (void)tag;
    ck_assert_uint_ne(frame->source_port, 0);
    ck_assert_uint_gt(length, 0);
    seen.lost[why]++;
    seen.lost_bytes += length;
}

static struct streams *make(uint32_t count)
{
    const struct stream_options options = {.stream_count = count,
                                           .idle_ms = IDLE_MS,
                                           .gap_ms = GAP_MS,
                                           .secret = {3, 4},
                                           .take = take,
                                           .lost = note_lost};
    struct error error;
    struct streams *streams = streams_create(&options, &error);
    ck_assert_ptr_nonnull(streams);
    memset(&seen, 0, sizeof(seen));
    return streams;
}

/* The bytes that one side sends: messages one after another. */
static uint8_t sent[512u << 10];

static size_t make_messages(size_t count, size_t length)
{
    size_t at = 0;
    for (size_t i = 0; i < count; i++, at += length) {
        memset(sent + at, (int)i + 1, length);
        octets_put16(sent + at, (uint16_t)length);
        sent[at + 2] = 0xA5;
    }
    return at;
}

static uint32_t initial = 0xFFFFFF00; /* the sequence numbers wrap within every test */

static void add_from(struct streams *streams, uint16_t port, uint32_t sequence, uint8_t flags,
                     const uint8_t *bytes, size_t length, int64_t now_ms)
{
    const struct frame frame = {.source = packet_address("10.0.0.1"),
                                .destination = packet_address("10.0.0.2"),
                                .source_port = port,
                                .destination_port = 2775,
                                .protocol = FRAME_TCP,
                                .tcp_flags = flags,
                                .tcp_sequence = sequence,
                                .payload = {bytes, length}};
    streams_add(streams, &frame, now_ms, 9);
}

static void syn(struct streams *streams)
{
    add_from(streams, 1000, initial - 1, FRAME_TCP_SYN, NULL, 0, 0);
}

/* Bytes [at, at + length) of what is sent. */
static void add(struct streams *streams, size_t at, size_t length, int64_t now_ms)
{
    uint8_t *copy = malloc(length + 1);
    memcpy(copy, sent + at, length);
    add_from(streams, 1000, initial + (uint32_t)at, 0x18, copy, length, now_ms);
    free(copy);
}

static void check_all(size_t length)
{
    ck_assert_uint_eq(seen.length, length);
    ck_assert_mem_eq(seen.bytes, sent, length);
    ck_assert_uint_eq(seen.lost_bytes, 0);
    ck_assert_uint_eq(seen.skipped, 0);
}

START_TEST(a_message_may_be_split_at_every_byte)
{
    const size_t length = make_messages(3, 40);
    for (size_t cut = 0; cut <= length; cut++) {
        struct streams *streams = make(2);
        syn(streams);
        add(streams, 0, cut, 0);
        add(streams, cut, length - cut, 0);
        check_all(length);
        streams_destroy(streams);
    }
    for (size_t piece = 1; piece < 50; piece++) {
        struct streams *streams = make(2);
        syn(streams);
        for (size_t at = 0; at < length; at += piece)
            add(streams, at, u64_min(piece, length - at), 0);
        check_all(length);
        ck_assert_uint_eq(seen.messages, 3);
        streams_destroy(streams);
    }
}
END_TEST

START_TEST(segments_may_come_in_any_order_and_twice)
{
    static const unsigned orders[][5] = {{4, 3, 2, 1, 0}, {1, 0, 3, 2, 4}, {2, 4, 0, 1, 3}, {1, 2, 3, 4, 0}};
    const size_t length = make_messages(5, 30), piece = length / 5;
    for (size_t i = 0; i < ARRAY_COUNT(orders); i++) {
        for (int twice = 0; twice < 2; twice++) {
            struct streams *streams = make(2);
            syn(streams);
            for (size_t j = 0; j < 5; j++) {
                add(streams, orders[i][j] * piece, piece, 0);
                if (twice)
                    add(streams, orders[i][j / 2] * piece, piece, 0);
            }
            check_all(length);
            ck_assert_uint_gt(streams_counters(streams)->out_of_order, 0);
            streams_destroy(streams);
        }
    }
}
END_TEST

START_TEST(overlapping_segments_give_each_byte_once)
{
    struct streams *streams = make(2);
    const size_t length = make_messages(5, 30);
    syn(streams);
    add(streams, 0, 10, 0);
    add(streams, 40, 20, 0);
    add(streams, 70, 10, 0);
    add(streams, 35, 60, 0); /* over two that wait */
    add(streams, 5, 33, 0);  /* over the front, and into them */
    add(streams, 0, length, 0);
    check_all(length);
    add(streams, 10, 50, 0);
    ck_assert_uint_eq(streams_counters(streams)->repeated, 1);
    check_all(length);
    streams_destroy(streams);
}
END_TEST

START_TEST(what_came_first_wins)
{
    struct streams *streams = make(2);
    const size_t length = make_messages(2, 30);
    uint8_t other[30];
    memset(other, 0xEE, sizeof(other));
    syn(streams);
    add(streams, 30, 30, 0);
    add_from(streams, 1000, initial + 20, 0x18, sent + 20, 10, 0);
    add_from(streams, 1000, initial + 20, 0x18, other, 30, 0);
    add(streams, 0, 20, 0);
    check_all(length);
    streams_destroy(streams);
}
END_TEST

START_TEST(a_hole_is_stepped_over_after_its_time)
{
    struct streams *streams = make(2);
    make_messages(10, 30);
    syn(streams);
    add(streams, 0, 30, 0);
    add(streams, 60, 30, 1000); /* [30, 60) is lost */
    add(streams, 90, 30, 2000);
    ck_assert_uint_eq(seen.messages, 1);
    add(streams, 120, 30, 1000 + GAP_MS + 1);
    ck_assert_uint_eq(seen.messages, 4);
    ck_assert_uint_eq(seen.lost[PACKET_STREAM_GAP], 1);
    ck_assert_uint_eq(seen.lost_bytes, 30);
    ck_assert(seen.was_unsynced);
    ck_assert_uint_eq(streams_counters(streams)->gaps, 1);
    ck_assert_uint_eq(streams_counters(streams)->gap_bytes, 30);
    add(streams, 30, 30, 5000); /* too late */
    ck_assert_uint_eq(seen.messages, 4);
    ck_assert_uint_eq(streams_counters(streams)->repeated, 1);
    streams_destroy(streams);
}
END_TEST

START_TEST(half_a_message_before_a_hole_is_given_up_and_the_next_beginning_is_found)
{
    struct streams *streams = make(2);
    make_messages(10, 30);
    syn(streams);
    add(streams, 0, 20, 0);
    add(streams, 40, 20, 0);    /* the middle of a message: not in step */
    add(streams, 60, 30, 5000); /* a beginning */
    streams_expire(streams, INT64_MAX);
    ck_assert_uint_eq(seen.messages, 1);
    ck_assert_mem_eq(seen.bytes, sent + 60, 30);
    ck_assert_uint_eq(seen.skipped, 20);
    streams_destroy(streams);
}
END_TEST

START_TEST(more_out_of_order_than_there_is_room_for_gives_the_oldest_hole_up)
{
    struct streams *streams = make(2);
    const size_t length = make_messages(8, 60000);
    syn(streams);
    add(streams, 0, 60000, 0);
    for (size_t at = 120000; at < length; at += 60000) /* [60000, 120000) never comes */
        add(streams, at, 60000, 0);
    ck_assert_uint_eq(streams_counters(streams)->gaps, 1);
    ck_assert_uint_eq(seen.messages, 7);
    ck_assert_uint_eq(seen.lost_bytes, 60000);
    streams_destroy(streams);
}
END_TEST

START_TEST(more_holes_than_there_is_room_for_give_the_first_up)
{
    struct streams *streams = make(2);
    make_messages(100, 30);
    syn(streams);
    for (size_t i = 1; i <= STREAM_RANGE_MAX; i++)
        add(streams, i * 60, 30, 0);
    ck_assert_uint_eq(seen.messages, 0);
    add(streams, (STREAM_RANGE_MAX + 1) * 60, 30, 0);
    ck_assert_uint_eq(seen.messages, 1);
    ck_assert_uint_eq(streams_counters(streams)->gaps, 1);
    ck_assert_uint_eq(seen.lost_bytes, 60);
    add(streams, 90, 30, 0); /* behind the first: the next is joined */
    ck_assert_uint_eq(seen.messages, 3);
    streams_destroy(streams);
}
END_TEST

START_TEST(a_segment_far_ahead_is_a_hole_and_one_far_behind_a_new_connection)
{
    struct streams *streams = make(2);
    make_messages(10, 30);
    syn(streams);
    add(streams, 0, 30, 0);
    add_from(streams, 1000, initial + 30 + (1u << 29), 0x18, sent + 30, 30, 0);
    ck_assert_uint_eq(seen.messages, 2);
    ck_assert_uint_eq(seen.lost_bytes, 1u << 29);
    add_from(streams, 1000, initial, 0x18, sent + 60, 45, 0); /* and half a message */
    ck_assert_uint_eq(streams_counters(streams)->restarted, 1);
    ck_assert_uint_eq(seen.messages, 3);
    add_from(streams, 1000, initial - (1u << 30), 0x18, sent, 30, 0);
    ck_assert_uint_eq(seen.lost[PACKET_STREAM_CUT], 1);
    ck_assert_uint_eq(seen.messages, 4);
    streams_destroy(streams);
}
END_TEST

START_TEST(a_direction_whose_beginning_was_not_seen_is_taken_from_where_it_is_in_step)
{
    struct streams *streams = make(2);
    make_messages(10, 30);
    add(streams, 45, 15, 0); /* in the middle of a message */
    add(streams, 60, 60, 0);
    ck_assert(seen.was_unsynced);
    ck_assert_uint_eq(seen.skipped, 15);
    ck_assert_uint_eq(seen.messages, 2);
    streams_destroy(streams);
}
END_TEST

START_TEST(a_syn_begins_anew_and_its_repetition_does_not)
{
    struct streams *streams = make(2);
    const size_t length = make_messages(2, 30);
    syn(streams);
    add(streams, 0, 40, 0);
    syn(streams);
    add(streams, 40, 20, 0);
    check_all(length);
    add(streams, 60, 0, 0); /* a bare ACK */
    /* Data with the SYN: the numbers begin behind it. */
    memset(&seen, 0, sizeof(seen));
    add_from(streams, 1000, 5000, FRAME_TCP_SYN, sent, 30, 0);
    add_from(streams, 1000, 5031, 0x18, sent + 30, 10, 0);
    ck_assert_uint_eq(seen.messages, 1);
    add_from(streams, 1000, 9000, FRAME_TCP_SYN, NULL, 0, 0); /* half a message is left */
    ck_assert_uint_eq(seen.lost[PACKET_STREAM_CUT], 1);
    ck_assert_uint_eq(seen.lost_bytes, 10);
    ck_assert_uint_eq(streams_counters(streams)->opened, 3);
    ck_assert_uint_eq(streams_counters(streams)->cut, 1);
    streams_destroy(streams);
}
END_TEST

START_TEST(directions_are_told_apart_and_the_quietest_makes_room)
{
    struct streams *streams = make(3);
    make_messages(2, 30);
    for (uint16_t port = 1; port <= 3; port++) {
        add_from(streams, port, 999, FRAME_TCP_SYN, NULL, 0, port);
        add_from(streams, port, 1000, 0x18, sent, 20, port);
    }
    add_from(streams, 1, 1020, 0x18, sent + 20, 5, 10); /* 2 is the quietest now */
    add_from(streams, 4, 999, FRAME_TCP_SYN, NULL, 0, 11);
    ck_assert_uint_eq(streams_counters(streams)->evicted, 1);
    ck_assert_uint_eq(seen.lost[PACKET_STREAM_TABLE], 1);
    ck_assert_uint_eq(seen.lost_bytes, 20);
    add_from(streams, 1, 1025, 0x18, sent + 25, 5, 12);
    add_from(streams, 3, 1020, 0x18, sent + 20, 10, 12);
    ck_assert_uint_eq(seen.messages, 2);
    /* One that holds nothing makes room without a loss. */
    for (uint16_t port = 11; port < 14; port++)
        add_from(streams, port, 999, FRAME_TCP_SYN, NULL, 0, 20);
    ck_assert_uint_eq(streams_counters(streams)->evicted, 4);
    ck_assert_uint_eq(seen.lost_bytes, 20);
    streams_destroy(streams);
}
END_TEST

START_TEST(an_idle_direction_is_forgotten_with_what_it_held)
{
    struct streams *streams = make(3);
    make_messages(4, 30);
    syn(streams);
    add(streams, 0, 10, 0);
    add(streams, 60, 30, 5);
    add(streams, 90, 10, 5);
    streams_expire(streams, 5 + IDLE_MS - 1);
    ck_assert_uint_eq(seen.messages, 0);
    streams_expire(streams, 5 + IDLE_MS);
    ck_assert_uint_eq(seen.messages, 1); /* behind the hole */
    ck_assert_uint_eq(seen.lost[PACKET_STREAM_GAP], 1);
    ck_assert_uint_eq(seen.lost[PACKET_STREAM_CUT], 1);
    ck_assert_uint_eq(seen.lost_bytes, 50 + 10);
    streams_destroy(streams);
}
END_TEST

/* Random segments of a long stream, out of order within a window, repeated, overlapping. */
START_TEST(random_segments_give_the_stream)
{
    const char *seed_text = getenv("SEED");
    unsigned seed = seed_text ? (unsigned)strtoul(seed_text, NULL, 10) : 20241209;
    size_t length = 0;
    printf("SEED=%u\n", seed);
    while (length + 3000 < sizeof(sent)) {
        const size_t message = 3 + (size_t)rand_r(&seed) % 2900;
        memset(sent + length, rand_r(&seed), message);
        octets_put16(sent + length, (uint16_t)message);
        sent[length + 2] = 0xA5;
        length += message;
    }
    for (int round = 0; round < 20; round++) {
        struct streams *streams = make(2);
        size_t front = 0;
        syn(streams);
        while (front < length) {
            /* 8 pieces of a stretch in random order, then the stretch itself */
            const size_t stretch = u64_min(1 + (size_t)rand_r(&seed) % 20000, length - front);
            for (int i = 0; i < 8; i++) {
                const size_t at = (size_t)rand_r(&seed) % stretch;
                const size_t back = u64_min(front, (size_t)rand_r(&seed) % 100);
                add(streams, front + at - back, 1 + (size_t)rand_r(&seed) % (stretch - at), 0);
            }
            add(streams, front, stretch, 0);
            front += stretch;
        }
        check_all(length);
        streams_destroy(streams);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("packet/stream");
    TCase *tests = tcase_create("stream");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, a_message_may_be_split_at_every_byte);
    tcase_add_test(tests, segments_may_come_in_any_order_and_twice);
    tcase_add_test(tests, overlapping_segments_give_each_byte_once);
    tcase_add_test(tests, what_came_first_wins);
    tcase_add_test(tests, a_hole_is_stepped_over_after_its_time);
    tcase_add_test(tests, half_a_message_before_a_hole_is_given_up_and_the_next_beginning_is_found);
    tcase_add_test(tests, more_out_of_order_than_there_is_room_for_gives_the_oldest_hole_up);
    tcase_add_test(tests, more_holes_than_there_is_room_for_give_the_first_up);
    tcase_add_test(tests, a_segment_far_ahead_is_a_hole_and_one_far_behind_a_new_connection);
    tcase_add_test(tests, a_direction_whose_beginning_was_not_seen_is_taken_from_where_it_is_in_step);
    tcase_add_test(tests, a_syn_begins_anew_and_its_repetition_does_not);
    tcase_add_test(tests, directions_are_told_apart_and_the_quietest_makes_room);
    tcase_add_test(tests, an_idle_direction_is_forgotten_with_what_it_held);
    tcase_add_test(tests, random_segments_give_the_stream);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
