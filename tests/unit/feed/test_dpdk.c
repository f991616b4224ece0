/* SPDX-License-Identifier: Apache-2.0
 * The DPDK feed over ports that need no card: net_pcap, net_null. Packets enter by rte_eth_rx_burst. Each test is a process
 * of its own, with its own EAL. */
#include "decoding.h"
#include "feeding.h"
#include "packets.h"
#include "scratch.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>

#define FIXTURES "tests/fixtures/pcap/"

static struct feeding feeding;

static void set_up(void)
{
    feeding_make(&feeding, "dpdk");
}

static void tear_down(void)
{
    feeding_end(&feeding);
}

START_TEST(a_capture_comes_through_a_port)
{
    feeding_open(&feeding, "ports: \"net_pcap0,rx_pcap=" FIXTURES "gtpprime_cisco_ggsn.pcap\"\n"
                           "mode: passive\nconfirm: 200ms\n");
    feeding_start(&feeding);
    feeding_poll(&feeding, 0, 1500);
    feeding_stop(&feeding);
    printf("%s\n", feeding_outcome(&feeding));
    printf("received %lu messages %lu lost %lu errors %lu\n", feeding.health.received,
           feeding.health.messages, feeding.health.lost, feeding.health.errors);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dpdk");
    TCase *tcase = tcase_create("dpdk");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, a_capture_comes_through_a_port);
    suite_add_tcase(suite, tcase);
    return suite_main(suite);
}
