/* SPDX-License-Identifier: Apache-2.0
 * What a person may set of a DPDK feed. */
#pragma once

#include "simsieve/conf/settings.h"
#include "simsieve/packet/octets.h"

#define DPDK_PORT_COUNT_MAX    8
#define DPDK_PORT_BYTES        256
#define DPDK_ADDRESS_COUNT_MAX 16

enum dpdk_mode { DPDK_PASSIVE, DPDK_CGF };
enum dpdk_huge_pages { DPDK_HUGE_AUTO, DPDK_HUGE_YES, DPDK_HUGE_NO };

struct dpdk_settings {
    char ports[DPDK_PORT_COUNT_MAX][DPDK_PORT_BYTES]; /* as DPDK knows devices */
    size_t port_count;
    uint64_t queue_count; /* of each port */
    enum dpdk_mode mode;
    struct address addresses[DPDK_ADDRESS_COUNT_MAX]; /* ours (cgf) */
    size_t address_count;
    uint64_t gtpp_port;
    uint64_t datagram_port; /* 0: none */
    bool has_checksums;     /* to be verified */
    uint64_t frame_bytes;
    struct address redirect_to; /* family 0: nowhere in particular */
    int64_t echo_ms;            /* senders are asked this often whether they started again */
    int64_t confirm_ms;         /* passive: an answer is waited for this long */
    uint64_t journal_bytes;
    int64_t remember_ms;
    enum dpdk_huge_pages huge_pages;
    uint64_t memory_bytes;
};

/* Its table, for the reference; settings_read over it needs the defaults that dpdk_settings_read sets first. */
extern const struct settings dpdk_settings_table;

/* Start-up only. Reads and checks; keeps nothing of the document. ERROR_CONFIG with the place. */
enum error_class dpdk_settings_read(struct dpdk_settings *settings, struct yaml_value map,
                                    struct error *error);
