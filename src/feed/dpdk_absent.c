/* SPDX-License-Identifier: Apache-2.0
 * In place of dpdk_eal.c and dpdk_port.c where libdpdk was missing when this program was built: the feed is known, and says
 * what it lacks when it is opened. Nothing comes as far as a port then. */
#include "dpdk_eal.h"
#include "dpdk_port.h"

static __attribute__((noreturn)) void no_port(void)
{
    check_failed(__FILE__, __LINE__, "no port was opened");
}

enum error_class dpdk_eal_check(struct error *error)
{
    return error_set(error, ERROR_CONFIG,
                     "kind dpdk: this program was built without DPDK; install libdpdk-dev "
                     "(scripts/bootstrap.sh does) and build it again");
}

enum error_class dpdk_eal_start(const struct dpdk_settings *settings, struct error *error)
{
    (void)settings;
    return dpdk_eal_check(error);
}

struct dpdk_port *dpdk_port_open(const struct dpdk_port_options *options, struct error *error)
{
    (void)options;
    dpdk_eal_check(error);
    return NULL;
}

void dpdk_port_close(struct dpdk_port *port)
{
    CHECK(!port);
}

const uint8_t *dpdk_port_mac(const struct dpdk_port *port)
{
    (void)port;
    no_port();
}

size_t dpdk_port_receive(struct dpdk_port *port, uint64_t queue,
                         void (*take)(void *owner, struct octets frame), void *owner)
{
    (void)port;
    (void)queue;
    (void)take;
    (void)owner;
    no_port();
}

bool dpdk_port_send(struct dpdk_port *port, const uint8_t *bytes, size_t length)
{
    (void)port;
    (void)bytes;
    (void)length;
    no_port();
}

struct dpdk_port_counters dpdk_port_counters(const struct dpdk_port *port)
{
    (void)port;
    no_port();
}
