/* SPDX-License-Identifier: Apache-2.0 */
#include "dpdk_port.h"

#include "simsieve/log/log.h"

#include <stdio.h>
#include <stdlib.h>

#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#define RECEIVE_DESCRIPTORS 1024
#define SEND_DESCRIPTORS    256
#define POOL_CACHE          128 /* above 1.5 bursts, or every burst goes to the shared ring */

/* The longest frame, put together from several buffers. */
#define JUMBO_BYTES (65535 + 64)

#define NAME_BYTES 64

struct dpdk_port {
    char device[256];
    char name[NAME_BYTES];
    uint16_t id;
    uint64_t queue_count;
    bool is_probed, is_configured, is_started;
    bool can_send;
    struct rte_mempool *pool;
    struct rte_ether_addr mac;
    uint8_t jumbo[JUMBO_BYTES];
};

static enum error_class refuse(const struct dpdk_port *port, const char *step, int result,
                               struct error *error)
{
    return error_set(error, ERROR_CONFIG,
                     "port %s: %s: %s; see what DPDK says above. Interfaces need root (CAP_NET_RAW), cards a "
                     "DPDK driver (dpdk-devbind.py -b vfio-pci ADDRESS)",
                     port->device, step, rte_strerror(result < 0 ? -result : result));
}

/* Makes DPDK know the device; EAL itself was told to take none. */
static enum error_class probe(struct dpdk_port *port, struct error *error)
{
    if (rte_eth_dev_get_port_by_name(port->name, &port->id) == 0)
        return error_set(error, ERROR_CONFIG, "port %s: another feed uses it", port->device);
    const int result = rte_dev_probe(port->device);
    if (result < 0)
        return refuse(port, "there is no such device, or it cannot be opened", result, error);
    if (rte_eth_dev_get_port_by_name(port->name, &port->id) != 0)
        return refuse(port, "the device is no network port", ENODEV, error);
    port->is_probed = true;
    return ERROR_OK;
}

static enum error_class set_up_queues(struct dpdk_port *port, const struct rte_eth_dev_info *info,
                                      uint16_t descriptors, struct error *error)
{
    int result = 0;
    const int socket = rte_eth_dev_socket_id(port->id);
    for (uint16_t queue = 0; queue < port->queue_count && result == 0; queue++)
        result = rte_eth_rx_queue_setup(port->id, queue, descriptors, (unsigned)socket, &info->default_rxconf,
                                        port->pool);
    if (result != 0)
        return refuse(port, "its receive queues cannot be set up", result, error);
    if (port->can_send)
        result =
            rte_eth_tx_queue_setup(port->id, 0, SEND_DESCRIPTORS, (unsigned)socket, &info->default_txconf);
    return result == 0 ? ERROR_OK : refuse(port, "its transmit queue cannot be set up", result, error);
}

static enum error_class configure(struct dpdk_port *port, uint64_t frame_bytes, struct error *error)
{
    struct rte_eth_dev_info info;
    uint16_t descriptors = RECEIVE_DESCRIPTORS, unused = SEND_DESCRIPTORS;
    int result = rte_eth_dev_info_get(port->id, &info);
    if (result != 0)
        return refuse(port, "it tells nothing of itself", result, error);
    if (port->queue_count > info.max_rx_queues)
        return error_set(error, ERROR_CONFIG, "port %s: queues: %u, but it has %u", port->device,
                         (unsigned)port->queue_count, info.max_rx_queues);
    /* The kernel spreads over all of its queues, and one that nobody reads loses without a count. */
    if (port->queue_count < info.max_rx_queues && strcmp(info.driver_name, "net_af_packet") == 0)
        return error_set(
            error, ERROR_CONFIG,
            "port %s: queues: %u, but qpairs=%u: frames of the others would be lost; make them equal",
            port->device, (unsigned)port->queue_count, info.max_rx_queues);
    const uint64_t spread = (RTE_ETH_RSS_IP | RTE_ETH_RSS_UDP) & info.flow_type_rss_offloads;
    const struct rte_eth_conf conf = {
        .rxmode = {.mq_mode = port->queue_count > 1 && spread ? RTE_ETH_MQ_RX_RSS : RTE_ETH_MQ_RX_NONE,
                   .offloads = info.rx_offload_capa & RTE_ETH_RX_OFFLOAD_SCATTER},
        .rx_adv_conf = {.rss_conf = {.rss_hf = spread}}};
    result = rte_eth_dev_configure(port->id, (uint16_t)port->queue_count, port->can_send, &conf);
    if (result == 0)
        result = rte_eth_dev_adjust_nb_rx_tx_desc(port->id, &descriptors, port->can_send ? &unused : NULL);
    if (result != 0)
        return refuse(port, "it cannot be configured", result, error);
    port->is_configured = true;
    char pool_name[NAME_BYTES];
    snprintf(pool_name, sizeof(pool_name), "simsieve-%u", port->id);
    const unsigned count = (unsigned)(port->queue_count * (descriptors + 2 * DPDK_BURST)) + POOL_CACHE +
                           (port->can_send ? SEND_DESCRIPTORS : 0u);
    port->pool = rte_pktmbuf_pool_create(pool_name, count, POOL_CACHE, 0,
                                         (uint16_t)(frame_bytes + RTE_PKTMBUF_HEADROOM), SOCKET_ID_ANY);
    if (!port->pool)
        return error_set(error, ERROR_CONFIG, "port %s: no memory for %u frames of %u bytes: raise memory",
                         port->device, count, (unsigned)frame_bytes);
    return set_up_queues(port, &info, descriptors, error);
}

static enum error_class begin(struct dpdk_port *port, struct error *error)
{
    const int result = rte_eth_dev_start(port->id);
    if (result != 0)
        return refuse(port, "it cannot be started", result, error);
    port->is_started = true;
    /* A mirror port gets what is for others; a gateway must hear IPv6 neighbours ask. Virtual ports refuse both, and hear
     * all the same. */
    if (port->can_send)
        (void)rte_eth_allmulticast_enable(port->id);
    else
        (void)rte_eth_promiscuous_enable(port->id);
    (void)rte_eth_macaddr_get(port->id, &port->mac);
    (void)rte_eth_stats_reset(port->id);
    return ERROR_OK;
}

struct dpdk_port *dpdk_port_open(const struct dpdk_port_options *options, struct error *error)
{
    struct dpdk_port *port = calloc(1, sizeof(*port));
    CHECK(port && strlen(options->device) < sizeof(port->device));
    snprintf(port->device, sizeof(port->device), "%s", options->device);
    snprintf(port->name, sizeof(port->name), "%.*s", (int)strcspn(options->device, ","), options->device);
    port->queue_count = options->queue_count;
    port->can_send = options->can_send;
    if (!probe(port, error) && !configure(port, options->frame_bytes, error) && !begin(port, error))
        return port;
    dpdk_port_close(port);
    return NULL;
}

void dpdk_port_close(struct dpdk_port *port)
{
    struct rte_eth_dev_info info = {0};
    if (!port)
        return;
    if (port->is_probed)
        (void)rte_eth_dev_info_get(port->id, &info);
    if (port->is_started)
        (void)rte_eth_dev_stop(port->id);
    if (port->is_configured)
        (void)rte_eth_dev_close(port->id);
    if (info.device && rte_dev_remove(info.device) != 0)
        log_write(LOG_WARNING, "port %s: DPDK cannot let go of it", port->device);
    rte_mempool_free(port->pool);
    free(port);
}

const uint8_t *dpdk_port_mac(const struct dpdk_port *port)
{
    return port->mac.addr_bytes;
}

/* The bytes of a frame in one piece; length 0 when it is longer than any can be. */
static struct octets bytes_of(struct dpdk_port *port, const struct rte_mbuf *mbuf)
{
    if (likely(mbuf->nb_segs == 1))
        return (struct octets){rte_pktmbuf_mtod(mbuf, const uint8_t *), mbuf->data_len};
    if (mbuf->pkt_len > JUMBO_BYTES)
        return (struct octets){port->jumbo, 0};
    return (struct octets){rte_pktmbuf_read(mbuf, 0, mbuf->pkt_len, port->jumbo), mbuf->pkt_len};
}

size_t dpdk_port_receive(struct dpdk_port *port, uint64_t queue,
                         void (*take)(void *owner, struct octets frame), void *owner)
{
    struct rte_mbuf *mbufs[DPDK_BURST];
    const uint16_t count = rte_eth_rx_burst(port->id, (uint16_t)queue, mbufs, DPDK_BURST);
    for (uint16_t i = 0; i < count; i++)
        rte_prefetch0(rte_pktmbuf_mtod(mbufs[i], const void *));
    for (uint16_t i = 0; i < count; i++)
        take(owner, bytes_of(port, mbufs[i]));
    rte_pktmbuf_free_bulk(mbufs, count);
    return count;
}

bool dpdk_port_send(struct dpdk_port *port, const uint8_t *bytes, size_t length)
{
    CHECK(port->can_send);
    struct rte_mbuf *mbuf = rte_pktmbuf_alloc(port->pool);
    if (!mbuf)
        return false;
    char *room = rte_pktmbuf_append(mbuf, (uint16_t)length);
    if (room)
        memcpy(room, bytes, length);
    if (room && rte_eth_tx_burst(port->id, 0, &mbuf, 1) == 1)
        return true;
    rte_pktmbuf_free(mbuf);
    return false;
}

struct dpdk_port_counters dpdk_port_counters(const struct dpdk_port *port)
{
    struct rte_eth_stats stats = {0};
    (void)rte_eth_stats_get(port->id, &stats);
    return (struct dpdk_port_counters){.received = stats.ipackets,
                                       .sent = stats.opackets,
                                       .missed = stats.imissed,
                                       .damaged = stats.ierrors,
                                       .no_memory = stats.rx_nombuf};
}
