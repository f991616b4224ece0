/* SPDX-License-Identifier: Apache-2.0 */
#include "packets.h"
#include "simsieve/packet/reassembly.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>

#define A4         "10.0.0.1"
#define B4         "10.0.0.2"
#define A6         "2001:db8::1"
#define B6         "2001:db8::2"
#define TIMEOUT_MS 60000

/* What was told as lost. */
static struct {
    size_t count;
    enum packet_drop why;
    uint64_t tag;
} lost;

static void note_lost(void *owner, enum packet_drop why, const struct frame *frame, uint64_t tag)
{
    (void)owner;
    ck_assert_uint_ne(frame->source.family, 0);
    lost.count++;
    lost.why = why;
    lost.tag = tag;
}

static struct reassembly *make(uint32_t count)
{
    const struct reassembly_options options = {
        .datagram_count = count, .timeout_ms = TIMEOUT_MS, .secret = {1, 2}, .lost = note_lost};
    struct error error;
    memset(&lost, 0, sizeof(lost));
    struct reassembly *reassembly = reassembly_create(&options, &error);
    ck_assert_ptr_nonnull(reassembly);
    return reassembly;
}

/* The IP payload that all tests cut up: a UDP datagram. */
static uint8_t whole[REASSEMBLY_DATAGRAM_BYTES];

static void make_whole(size_t length)
{
    static struct packet packet;
    uint8_t payload[REASSEMBLY_DATAGRAM_BYTES];
    for (size_t i = 0; i < length - 8; i++)
        payload[i] = (uint8_t)(i * 7 + i / 256);
    packet_start(&packet, payload, length - 8);
    packet_udp(&packet, A4, 1000, B4, 3386);
    memcpy(whole, packet.bytes, length);
}

struct piece {
    size_t offset, length;
};

/* Adds bytes [offset, offset + length) of the whole; true when that completes the datagram, which is checked. */
static bool add(struct reassembly *reassembly, bool is_ipv6, uint32_t id, size_t whole_length,
                struct piece piece, int64_t now_ms)
{
    static struct packet packet;
    struct frame frame, done;
    enum packet_drop drop;
    packet_fragment(&packet, is_ipv6 ? A6 : A4, is_ipv6 ? B6 : B4, FRAME_UDP, id, whole, whole_length,
                    piece.offset, piece.length);
    ck_assert_int_eq(frame_parse(FRAME_RAW_IP, packet.bytes, packet.length, packet.length, 0, &frame),
                     PACKET_NONE);
    if (!reassembly_add(reassembly, &frame, now_ms, id, &done, &drop))
        return false;
    ck_assert_int_eq(drop, PACKET_NONE);
    ck_assert_uint_eq(done.payload.length, whole_length);
    ck_assert_mem_eq(done.payload.bytes, whole, whole_length);
    ck_assert_int_eq(frame_parse_whole(&done, is_ipv6 ? 0 : FRAME_CHECK_TRANSPORT), PACKET_NONE);
    ck_assert_uint_eq(done.source_port, 1000);
    ck_assert_uint_eq(done.payload.length, whole_length - 8);
    ck_assert(address_equal(&done.source, &frame.source) && !done.is_fragment);
    return true;
}

static bool next_order(unsigned *order, size_t count)
{
    size_t i = count - 1, j = count - 1;
    while (i > 0 && order[i - 1] >= order[i])
        i--;
    if (i == 0)
        return false;
    while (order[j] <= order[i - 1])
        j--;
    unsigned swap = order[i - 1];
    order[i - 1] = order[j];
    order[j] = swap;
    for (j = count - 1; i < j; i++, j--) {
        swap = order[i];
        order[i] = order[j];
        order[j] = swap;
    }
    return true;
}

START_TEST(fragments_come_in_any_order)
{
    static const struct piece pieces[] = {{0, 16}, {16, 8}, {24, 40}, {64, 8}, {72, 5}};
    unsigned order[] = {0, 1, 2, 3, 4};
    struct reassembly *reassembly = make(4);
    uint32_t id = 0;
    make_whole(77);
    do {
        id++;
        for (size_t i = 0; i < ARRAY_COUNT(order); i++)
            ck_assert_int_eq(add(reassembly, _i, id, 77, pieces[order[i]], 0), i + 1 == ARRAY_COUNT(order));
    } while (next_order(order, ARRAY_COUNT(order)));
    ck_assert_uint_eq(id, 120);
    ck_assert_uint_eq(reassembly_counters(reassembly)->whole, 120);
    ck_assert_uint_eq(reassembly_counters(reassembly)->fragments, 600);
    ck_assert_uint_eq(lost.count, 0);
    reassembly_destroy(reassembly);
}
END_TEST

START_TEST(a_datagram_of_46_fragments_is_put_together)
{
    static const struct {
        size_t length, mtu;
        uint32_t fragments;
    } sizes[] = {
        {65400 + 8, 1480, 45},
        {65515, 1456, 45},
        {65515, 1448, 46},
        {REASSEMBLY_DATAGRAM_BYTES, 8, 8192},
    };
    struct reassembly *reassembly = make(2);
    for (size_t i = 0; i < ARRAY_COUNT(sizes); i++) {
        uint32_t count = 0;
        make_whole(sizes[i].length);
        for (size_t at = 0; at < sizes[i].length; at += sizes[i].mtu, count++) {
            const size_t length = u64_min(sizes[i].mtu, sizes[i].length - at);
            ck_assert_int_eq(add(reassembly, false, 7, sizes[i].length, (struct piece){at, length}, 0),
                             at + length == sizes[i].length);
        }
        ck_assert_uint_eq(count, sizes[i].fragments);
    }
    ck_assert_uint_eq(reassembly_counters(reassembly)->whole, ARRAY_COUNT(sizes));
    reassembly_destroy(reassembly);
}
END_TEST

START_TEST(datagrams_are_told_apart_by_address_protocol_and_identification)
{
    static const struct piece halves[] = {{0, 40}, {40, 37}};
    static struct packet packet;
    struct reassembly *reassembly = make(64);
    struct frame frame, done;
    enum packet_drop drop;
    make_whole(77);
    for (size_t half = 0; half < 2; half++) {
        for (uint32_t id = 0; id < 8; id++)
            ck_assert_int_eq(add(reassembly, id & 1, id / 2, 77, halves[half], 0), half == 1);
        for (int backwards = 0; backwards < 2; backwards++) {
            packet_fragment(&packet, backwards ? B4 : A4, backwards ? A4 : B4, FRAME_TCP, 0, whole, 77,
                            halves[half].offset, halves[half].length);
            ck_assert_int_eq(frame_parse(FRAME_RAW_IP, packet.bytes, packet.length, packet.length, 0, &frame),
                             0);
            ck_assert_int_eq(reassembly_add(reassembly, &frame, 0, 0, &done, &drop), half == 1);
        }
    }
    ck_assert_uint_eq(reassembly_counters(reassembly)->whole, 10);
    reassembly_destroy(reassembly);
}
END_TEST

/* Pieces of a whole of 80 bytes, the last of them being the one that does not fit. */
static const struct {
    struct piece pieces[3];
    size_t count;
    size_t changed; /* byte that differs in the last piece */
    enum { REPEATED, OVERLAP, COMPLETES } end;
} fits[] = {
    {{{0, 24}, {0, 24}}, 2, SIZE_MAX, REPEATED},
    {{{0, 24}, {8, 8}}, 2, SIZE_MAX, REPEATED},  /* a part of it, the same bytes */
    {{{0, 24}, {0, 24}}, 2, 3, OVERLAP},         /* other bytes */
    {{{0, 24}, {16, 24}}, 2, SIZE_MAX, OVERLAP}, /* half of it new */
    {{{16, 24}, {0, 24}}, 2, SIZE_MAX, OVERLAP},
    {{{16, 8}, {0, 40}}, 2, SIZE_MAX, OVERLAP},
    {{{8, 24}, {0, 72}}, 2, SIZE_MAX, OVERLAP},
    {{{40, 40}, {40, 40}}, 2, SIZE_MAX, REPEATED}, /* the last twice */
    {{{40, 40}, {72, 8}}, 2, SIZE_MAX, REPEATED},  /* the same end */
    {{{40, 40}, {0, 40}}, 2, SIZE_MAX, COMPLETES},
    {{{40, 24}, {0, 40}, {64, 16}}, 3, SIZE_MAX, COMPLETES},
};

static struct frame fragment_of(struct piece piece, size_t whole_length, size_t changed)
{
    static struct packet packet;
    struct frame frame;
    packet_fragment(&packet, A4, B4, FRAME_UDP, 1, whole, whole_length, piece.offset, piece.length);
    if (changed != SIZE_MAX)
        packet.bytes[20 + changed] ^= 1;
    ck_assert_int_eq(frame_parse(FRAME_RAW_IP, packet.bytes, packet.length, packet.length, 0, &frame),
                     PACKET_NONE);
    return frame;
}

START_TEST(a_fragment_that_overlaps_ends_its_datagram_unless_it_says_the_same)
{
    struct reassembly *reassembly = make(4);
    struct frame done;
    enum packet_drop drop;
    bool is_whole = false;
    make_whole(80);
    for (size_t i = 0; i < fits[_i].count; i++) {
        const struct frame frame =
            fragment_of(fits[_i].pieces[i], 80, i + 1 == fits[_i].count ? fits[_i].changed : SIZE_MAX);
        ck_assert(!is_whole);
        is_whole = reassembly_add(reassembly, &frame, 0, 5, &done, &drop);
        ck_assert_int_eq(drop, PACKET_NONE);
    }
    const struct reassembly_counters *counters = reassembly_counters(reassembly);
    ck_assert_int_eq(is_whole, fits[_i].end == COMPLETES);
    ck_assert_uint_eq(counters->repeated, fits[_i].end == REPEATED);
    ck_assert_uint_eq(counters->overlaps, fits[_i].end == OVERLAP);
    ck_assert_uint_eq(lost.count, fits[_i].end == OVERLAP);
    if (fits[_i].end == OVERLAP) {
        /* The rest of a spoilt datagram is not taken for a new one, and it is told once. */
        ck_assert_int_eq(lost.why, PACKET_FRAGMENT_OVERLAP);
        ck_assert_uint_eq(lost.tag, 5);
        for (size_t at = 0; at < 80; at += 16) {
            const struct frame frame = fragment_of((struct piece){at, 16}, 80, SIZE_MAX);
            ck_assert(!reassembly_add(reassembly, &frame, 1, 6, &done, &drop));
        }
        ck_assert_uint_eq(counters->late, 5);
        reassembly_expire(reassembly, INT64_MAX);
        ck_assert_uint_eq(lost.count, 1);
        ck_assert_uint_eq(counters->timeouts, 0);
    }
    reassembly_destroy(reassembly);
}
END_TEST

START_TEST(fragments_that_disagree_about_the_end_spoil_their_datagram)
{
    static const struct {
        struct piece first;
        size_t first_whole;
        struct piece second;
        size_t second_whole;
    } ends[] = {
        {{40, 40}, 80, {80, 8}, 96},  /* more behind the last */
        {{40, 40}, 80, {80, 16}, 96}, /* another last */
        {{80, 8}, 96, {40, 40}, 80},  /* the last before something */
        {{72, 8}, 80, {64, 8}, 72},
    };
    struct frame done;
    enum packet_drop drop;
    make_whole(96);
    for (size_t i = 0; i < ARRAY_COUNT(ends); i++) {
        struct reassembly *reassembly = make(4);
        struct frame frame = fragment_of(ends[i].first, ends[i].first_whole, SIZE_MAX);
        ck_assert(!reassembly_add(reassembly, &frame, 0, 0, &done, &drop));
        frame = fragment_of(ends[i].second, ends[i].second_whole, SIZE_MAX);
        ck_assert(!reassembly_add(reassembly, &frame, 0, 0, &done, &drop));
        ck_assert_uint_eq(reassembly_counters(reassembly)->overlaps, 1);
        ck_assert_int_eq(lost.why, PACKET_FRAGMENT_OVERLAP);
        reassembly_destroy(reassembly);
    }
}
END_TEST

START_TEST(a_fragment_that_cannot_be_is_refused)
{
    static const struct {
        uint32_t offset;
        size_t length;
        bool has_more;
    } wrong[] = {{0, 0, true}, {0, 12, true}, {8, 0, false}, {65528, 8, false}, {65528, 16, true}};
    struct reassembly *reassembly = make(4);
    make_whole(100);
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        struct frame frame = fragment_of((struct piece){0, 16}, 80, SIZE_MAX), done;
        enum packet_drop drop;
        frame.fragment_offset = wrong[i].offset;
        frame.payload.length = wrong[i].length;
        frame.has_more = wrong[i].has_more;
        ck_assert(!reassembly_add(reassembly, &frame, 0, 0, &done, &drop));
        ck_assert_int_eq(drop, PACKET_FRAGMENT_LENGTH);
    }
    ck_assert_uint_eq(reassembly_counters(reassembly)->malformed, ARRAY_COUNT(wrong));
    ck_assert_uint_eq(lost.count, 0);
    reassembly_destroy(reassembly);
}
END_TEST

START_TEST(a_datagram_with_a_missing_fragment_is_given_up_in_time)
{
    struct reassembly *reassembly = make(4);
    make_whole(80);
    ck_assert(!add(reassembly, false, 1, 80, (struct piece){0, 40}, 1000));
    ck_assert(!add(reassembly, false, 2, 80, (struct piece){0, 40}, 2000));
    ck_assert(add(reassembly, false, 1, 80, (struct piece){40, 40}, 1000 + TIMEOUT_MS - 1));
    ck_assert_uint_eq(lost.count, 0);
    ck_assert(
        !add(reassembly, false, 2, 80, (struct piece){40, 40}, 2000 + TIMEOUT_MS)); /* a new beginning */
    ck_assert_uint_eq(lost.count, 1);
    ck_assert_int_eq(lost.why, PACKET_FRAGMENT_TIMEOUT);
    ck_assert_uint_eq(lost.tag, 2);
    reassembly_expire(reassembly, INT64_MAX);
    ck_assert_uint_eq(reassembly_counters(reassembly)->timeouts, 2);
    reassembly_destroy(reassembly);
}
END_TEST

START_TEST(the_oldest_half_datagram_makes_room)
{
    struct reassembly *reassembly = make(3);
    make_whole(80);
    for (uint32_t id = 1; id <= 5; id++)
        ck_assert(!add(reassembly, false, id, 80, (struct piece){0, 40}, id));
    ck_assert_uint_eq(reassembly_counters(reassembly)->evicted, 2);
    ck_assert_uint_eq(lost.count, 2);
    ck_assert_int_eq(lost.why, PACKET_FRAGMENT_TABLE);
    ck_assert_uint_eq(lost.tag, 2);
    for (uint32_t id = 3; id <= 5; id++)
        ck_assert(add(reassembly, false, id, 80, (struct piece){40, 40}, id));
    ck_assert(!add(reassembly, false, 2, 80, (struct piece){40, 40}, 9));
    reassembly_destroy(reassembly);
}
END_TEST

START_TEST(ipv6_extension_headers_may_lie_within_the_fragments)
{
    static const uint8_t options[8] = {FRAME_UDP};
    static const uint8_t fragment[8] = {FRAME_UDP, 0, 0, 1};
    struct reassembly *reassembly = make(4);
    static struct packet packet;
    make_whole(80);
    for (int is_nested = 0; is_nested < 2; is_nested++) {
        uint8_t all[88];
        struct frame frame, done;
        enum packet_drop drop;
        memcpy(all, is_nested ? fragment : options, 8);
        memcpy(all + 8, whole, 80);
        for (size_t at = 0; at < sizeof(all); at += 44 - 4 * (at == 0)) {
            packet_fragment(&packet, A6, B6, is_nested ? 44 : 60, (uint32_t)is_nested, all, sizeof(all), at,
                            at ? 48 : 40);
            ck_assert_int_eq(frame_parse(FRAME_RAW_IP, packet.bytes, packet.length, packet.length, 0, &frame),
                             0);
            if (reassembly_add(reassembly, &frame, 0, 0, &done, &drop))
                break;
        }
        ck_assert_uint_eq(done.payload.length, sizeof(all));
        ck_assert_int_eq(frame_parse_whole(&done, 0), is_nested ? PACKET_IP6_EXTENSIONS : PACKET_NONE);
    }
    reassembly_destroy(reassembly);
}
END_TEST

/* Cuts of a random length in a random order, some twice, many datagrams at a time. */
START_TEST(random_cuts_in_random_order_give_the_whole)
{
    enum { DATAGRAMS = 16, PIECES = 64 };
    const char *seed_text = getenv("SEED");
    unsigned seed = seed_text ? (unsigned)strtoul(seed_text, NULL, 10) : 20241209;
    struct reassembly *reassembly = make(DATAGRAMS);
    make_whole(9000);
    printf("SEED=%u\n", seed);
    for (uint32_t round = 0; round < 50; round++) {
        struct piece pieces[PIECES];
        size_t count = 0;
        for (size_t at = 0; at < 9000 && count < PIECES;) {
            size_t length = count + 1 < PIECES ? 8 * (size_t)(1 + rand_r(&seed) % 60) : 9000 - at;
            length = u64_min(length, 9000 - at);
            pieces[count++] = (struct piece){at, length};
            at += length;
        }
        for (size_t i = count - 1; i > 0; i--) {
            const size_t other = (size_t)rand_r(&seed) % (i + 1);
            const struct piece swap = pieces[i];
            pieces[i] = pieces[other];
            pieces[other] = swap;
        }
        for (uint32_t id = 0; id < DATAGRAMS; id++)
            for (size_t i = 0; i + 1 < count; i++) {
                ck_assert(!add(reassembly, id & 1, round * DATAGRAMS + id, 9000, pieces[i], round));
                ck_assert(!add(reassembly, id & 1, round * DATAGRAMS + id, 9000, pieces[i / 2], round));
            }
        for (uint32_t id = 0; id < DATAGRAMS; id++)
            ck_assert(add(reassembly, id & 1, round * DATAGRAMS + id, 9000, pieces[count - 1], round));
    }
    ck_assert_uint_eq(reassembly_counters(reassembly)->whole, 50 * DATAGRAMS);
    ck_assert_uint_eq(lost.count, 0);
    reassembly_destroy(reassembly);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("packet/reassembly");
    TCase *tests = tcase_create("reassembly");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, fragments_come_in_any_order, 0, 2);
    tcase_add_test(tests, a_datagram_of_46_fragments_is_put_together);
    tcase_add_test(tests, datagrams_are_told_apart_by_address_protocol_and_identification);
    tcase_add_loop_test(tests, a_fragment_that_overlaps_ends_its_datagram_unless_it_says_the_same, 0,
                        ARRAY_COUNT(fits));
    tcase_add_test(tests, fragments_that_disagree_about_the_end_spoil_their_datagram);
    tcase_add_test(tests, a_fragment_that_cannot_be_is_refused);
    tcase_add_test(tests, a_datagram_with_a_missing_fragment_is_given_up_in_time);
    tcase_add_test(tests, the_oldest_half_datagram_makes_room);
    tcase_add_test(tests, ipv6_extension_headers_may_lie_within_the_fragments);
    tcase_add_test(tests, random_cuts_in_random_order_give_the_whole);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
