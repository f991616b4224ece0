/* SPDX-License-Identifier: Apache-2.0
 * Frames that a sender of this process puts into the rings behind a net_ring port, so that they enter by rte_eth_rx_burst: each
 * arrives once, from whichever queue, and the port's own counters are what the sender sent. Each test is a process of its
 * own, with its own EAL. */
#include "../../../src/feed/dpdk_eal.h"
#include "../../../src/feed/dpdk_port.h"

#include "feeding.h"
#include "packets.h"
#include "suite.h"

#include <rte_mbuf.h>
#include <rte_mempool.h>
#include <rte_ring.h>
#include <stdio.h>
#include <stdlib.h>

#define DEVICE        "net_ring0"
#define QUEUES        3
#define FRAMES        1000 /* below the 1,024 that a ring has, less one */
#define FRAME_BYTES   2048
#define POOL_MBUFS    4095
#define LONGEST_BYTES 65535

static struct rte_mempool *pool; /* the sender's */
static struct rte_ring *rings[QUEUES];
static struct dpdk_port *port;
static uint64_t sent[QUEUES];

static void set_up(void)
{
    memset(sent, 0, sizeof(sent));
}

/* ---- the sender ---- */

/* DPDK's own names of the rings that such a port makes. */
static void find_rings(void)
{
    char name[RTE_RING_NAMESIZE];
    for (unsigned queue = 0; queue < QUEUES; queue++) {
        snprintf(name, sizeof(name), "ETH_RXTX%u_" DEVICE, queue);
        rings[queue] = rte_ring_lookup(name);
        ck_assert_ptr_nonnull(rings[queue]);
    }
    pool = rte_pktmbuf_pool_create("sender", POOL_MBUFS, 0, 0, FRAME_BYTES + RTE_PKTMBUF_HEADROOM,
                                   SOCKET_ID_ANY);
    ck_assert_ptr_nonnull(pool);
}

static struct rte_mbuf *mbuf_of(const void *bytes, size_t length)
{
    struct rte_mbuf *mbuf = rte_pktmbuf_alloc(pool);
    ck_assert_ptr_nonnull(mbuf);
    memcpy(rte_pktmbuf_append(mbuf, (uint16_t)length), bytes, length);
    return mbuf;
}

/* False when the ring has no room: the frame is the sender's again. */
static bool put(unsigned queue, struct rte_mbuf *mbuf)
{
    if (rte_ring_enqueue(rings[queue], mbuf) != 0) {
        rte_pktmbuf_free(mbuf);
        return false;
    }
    sent[queue]++;
    return true;
}

static uint64_t sent_count(void)
{
    uint64_t count = 0;
    for (unsigned queue = 0; queue < QUEUES; queue++)
        count += sent[queue];
    return count;
}

/* ---- a port by itself ---- */

static void open_port(bool can_send)
{
    static const struct dpdk_settings settings = {.huge_pages = DPDK_HUGE_NO, .memory_bytes = 64 << 20};
    const struct dpdk_port_options options = {
        .device = DEVICE, .queue_count = QUEUES, .frame_bytes = FRAME_BYTES, .can_send = can_send};
    struct error error;
    ck_assert_msg(!dpdk_eal_start(&settings, &error), "%s", error.text);
    port = dpdk_port_open(&options, &error);
    ck_assert_msg(port != NULL, "%s", error.text);
    find_rings();
}

/* Every mbuf has come back to the sender, and nothing was lost on the way. */
static void close_port(uint64_t received)
{
    const struct dpdk_port_counters counters = dpdk_port_counters(port);
    ck_assert_uint_eq(counters.received, received);
    ck_assert_uint_eq(counters.missed, 0);
    ck_assert_uint_eq(counters.damaged, 0);
    ck_assert_uint_eq(counters.no_memory, 0);
    ck_assert_uint_eq(rte_mempool_in_use_count(pool), 0);
    dpdk_port_close(port);
    rte_mempool_free(pool);
}

/* What has arrived of one queue. */
struct arrival {
    uint64_t count, bytes, empty;
    uint32_t next; /* number of the frame that must come now */
};

/* Frame `number` of a queue: its number, and a length of its own filled with one octet. */
static size_t write_frame(uint8_t *bytes, unsigned queue, uint32_t number)
{
    const size_t length = 60 + (number * 7 + queue) % 1400;
    memset(bytes, (int)(number ^ queue), length);
    memcpy(bytes, &number, sizeof(number));
    return length;
}

static void take_numbered(void *owner, struct octets frame)
{
    struct arrival *arrival = owner;
    const unsigned queue = (unsigned)(arrival->next >> 24);
    uint8_t wanted[FRAME_BYTES];
    const size_t length = write_frame(wanted, queue, arrival->next & 0xFFFFFF);
    ck_assert_uint_eq(frame.length, length);
    ck_assert_mem_eq(frame.bytes, wanted, length);
    arrival->next++;
    arrival->count++;
    arrival->bytes += frame.length;
}

START_TEST(every_frame_of_every_queue_comes_once_and_in_order)
{
    uint8_t bytes[FRAME_BYTES];
    open_port(false);
    for (uint32_t i = 0; i < FRAMES; i++)
        for (unsigned queue = 0; queue < QUEUES; queue++)
            if (i < FRAMES / (queue + 1)) /* each another number of them */
                ck_assert(put(queue, mbuf_of(bytes, write_frame(bytes, queue, i))));
    for (unsigned queue = 0; queue < QUEUES; queue++) {
        struct arrival arrival = {.next = queue << 24};
        size_t count;
        while ((count = dpdk_port_receive(port, queue, take_numbered, &arrival)) > 0)
            ck_assert_uint_le(count, DPDK_BURST);
        ck_assert_uint_eq(arrival.count, sent[queue]);
        ck_assert_uint_eq(arrival.count, FRAMES / (queue + 1));
    }
    close_port(sent_count());
}
END_TEST

static void take_any(void *owner, struct octets frame)
{
    struct arrival *arrival = owner;
    arrival->count++;
    arrival->bytes += frame.length;
    arrival->empty += frame.length == 0;
}

START_TEST(a_ring_that_is_full_is_the_senders_loss_and_the_port_counts_what_it_took)
{
    struct arrival arrival = {0};
    uint64_t refused = 0;
    open_port(false);
    for (unsigned i = 0; i < 2 * FRAMES; i++)
        refused += !put(0, mbuf_of("frame", 5));
    ck_assert_uint_gt(refused, 0);
    ck_assert_uint_eq(sent[0] + refused, 2 * FRAMES);
    while (dpdk_port_receive(port, 0, take_any, &arrival) > 0)
        ;
    ck_assert_uint_eq(arrival.count, sent[0]);
    ck_assert(put(0, mbuf_of("again", 5)));
    ck_assert_uint_eq(dpdk_port_receive(port, 0, take_any, &arrival), 1);
    close_port(sent[0]);
}
END_TEST

/* A frame of several buffers. */
static struct rte_mbuf *long_frame(size_t length)
{
    static const uint8_t piece[FRAME_BYTES] = {1};
    struct rte_mbuf *first = mbuf_of(piece, length % FRAME_BYTES);
    for (size_t i = 0; i < length / FRAME_BYTES; i++)
        ck_assert_int_eq(rte_pktmbuf_chain(first, mbuf_of(piece, FRAME_BYTES)), 0);
    return first;
}

START_TEST(a_frame_of_several_buffers_is_put_together_and_one_too_long_is_empty)
{
    struct arrival arrival = {0};
    open_port(false);
    ck_assert(put(1, long_frame(LONGEST_BYTES)));
    ck_assert_uint_eq(dpdk_port_receive(port, 1, take_any, &arrival), 1);
    ck_assert_uint_eq(arrival.bytes, LONGEST_BYTES);
    ck_assert_uint_eq(arrival.empty, 0);
    ck_assert(put(1, long_frame(2 * LONGEST_BYTES)));
    ck_assert_uint_eq(dpdk_port_receive(port, 1, take_any, &arrival), 1);
    ck_assert_uint_eq(arrival.empty, 1);
    close_port(2);
}
END_TEST

START_TEST(what_a_port_sends_is_counted_and_what_it_cannot_send_is_said)
{
    struct arrival arrival = {0};
    uint64_t accepted = 0;
    unsigned failed = 0;
    open_port(true); /* its first ring is also the way out: what it sends comes back */
    while (failed < 3) {
        const bool is_sent = dpdk_port_send(port, (const uint8_t *)"answer", 6);
        accepted += is_sent;
        failed += !is_sent;
        ck_assert_uint_lt(accepted, 10000);
    }
    ck_assert_uint_gt(accepted, 256);
    ck_assert_uint_eq(dpdk_port_counters(port).sent, accepted);
    while (dpdk_port_receive(port, 0, take_any, &arrival) > 0)
        ;
    ck_assert_uint_eq(arrival.count, accepted);
    ck_assert_uint_eq(arrival.bytes, 6 * accepted);
    ck_assert(dpdk_port_send(port, (const uint8_t *)"answer", 6)); /* there is room again */
    ck_assert_uint_eq(dpdk_port_receive(port, 0, take_any, &arrival), 1);
    close_port(accepted + 1);
}
END_TEST

START_TEST(more_queues_than_it_has_are_said_and_it_can_be_opened_again)
{
    const struct dpdk_port_options options = {
        .device = DEVICE, .queue_count = 17, .frame_bytes = FRAME_BYTES};
    struct error error;
    open_port(false);
    close_port(0);
    ck_assert_ptr_null(dpdk_port_open(&options, &error));
    ck_assert_int_eq(error.class, ERROR_CONFIG);
    ck_assert_msg(strstr(error.text, "queues: 17, but it has 16") != NULL, "%s", error.text);
    open_port(false);
    ck_assert(put(2, mbuf_of("frame", 5)));
    struct arrival arrival = {0};
    ck_assert_uint_eq(dpdk_port_receive(port, 2, take_any, &arrival), 1);
    close_port(1);
}
END_TEST

/* ---- the whole feed ---- */

/* A datagram of one record, whose seconds are its number. */
static struct rte_mbuf *record_frame(unsigned number)
{
    static struct packet packet;
    char line[256];
    const int length =
        snprintf(line, sizeof(line),
                 "mo_call,2024-12-09T08:15:02+07:00,84912345678,84987654321,,answered,%u,,,,,S1,%u,,\n",
                 number, number);
    packet_start(&packet, line, (size_t)length);
    packet_udp(&packet, "10.0.0.1", (uint16_t)(40000 + number % 16), "10.0.1.1", 5140);
    packet_ip(&packet, "10.0.0.1", "10.0.1.1", FRAME_UDP);
    packet_ethernet(&packet, 0x0800);
    return mbuf_of(packet.bytes, packet.length);
}

START_TEST(a_feed_takes_the_records_of_all_queues)
{
    static struct feeding feeding;
    static unsigned seen[2 * QUEUES * FRAMES];
    unsigned number = 0;
    feeding_make(&feeding, "dpdk");
    feeding_open(&feeding, "ports: " DEVICE "\nmode: passive\nqueues: 3\ndatagrams: 5140\njournal_size: 64M\n"
                           "hugepages: no\nmemory: 64M\n");
    feeding_start(&feeding);
    find_rings();
    for (unsigned round = 0; round < 2; round++) {
        const unsigned before = number;
        for (unsigned i = 0; i < FRAMES; i++)
            for (unsigned queue = 0; queue < QUEUES; queue++, number++)
                ck_assert(put(queue, record_frame(number)));
        ck_assert_uint_eq(feeding_poll(&feeding, number - before, 20000), number - before);
    }
    feeding_stop(&feeding);
    for (size_t i = 0; i < feeding.record_count; i++)
        seen[feeding.records[i].duration_s]++;
    for (unsigned i = 0; i < number; i++)
        ck_assert_uint_eq(seen[i], 1);
    ck_assert_uint_eq(number, sent_count());
    ck_assert_uint_eq(atomic_load(&feeding.health.messages), sent_count());
    ck_assert_uint_eq(atomic_load(&feeding.health.received), sent_count());
    ck_assert_uint_eq(atomic_load(&feeding.health.lost), 0);
    ck_assert_uint_eq(atomic_load(&feeding.health.errors), 0);
    ck_assert_uint_eq(rejects_total(feeding.rejects), 0);
    ck_assert_uint_eq(rte_mempool_in_use_count(pool), 0);
    rte_mempool_free(pool);
    feeding_end(&feeding);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dpdk ring");
    TCase *tcase = tcase_create("dpdk ring");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, every_frame_of_every_queue_comes_once_and_in_order);
    tcase_add_test(tcase, a_ring_that_is_full_is_the_senders_loss_and_the_port_counts_what_it_took);
    tcase_add_test(tcase, a_frame_of_several_buffers_is_put_together_and_one_too_long_is_empty);
    tcase_add_test(tcase, what_a_port_sends_is_counted_and_what_it_cannot_send_is_said);
    tcase_add_test(tcase, more_queues_than_it_has_are_said_and_it_can_be_opened_again);
    tcase_add_test(tcase, a_feed_takes_the_records_of_all_queues);
    suite_add_tcase(suite, tcase);
    return suite_main(suite);
}
