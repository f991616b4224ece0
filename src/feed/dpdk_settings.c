/* SPDX-License-Identifier: Apache-2.0 */
#include "dpdk_settings.h"

#include "simsieve/base/calendar.h"
#include "simsieve/base/text.h"

#include <arpa/inet.h>
#include <stddef.h>

static enum error_class read_port(void *owner, struct yaml_value item, struct error *error)
{
    struct dpdk_settings *settings = owner;
    if (settings->port_count == DPDK_PORT_COUNT_MAX)
        return yaml_error(item, error, "ports: more than %d", DPDK_PORT_COUNT_MAX);
    char *port = settings->ports[settings->port_count];
    if (yaml_read_copy(item, port, DPDK_PORT_BYTES, error))
        return error->class;
    if (!port[0])
        return yaml_error(item, error, "ports: an empty name");
    for (size_t i = 0; i < settings->port_count; i++)
        if (strcmp(settings->ports[i], port) == 0)
            return yaml_error(item, error, "ports: '%s' is there twice", port);
    settings->port_count++;
    return ERROR_OK;
}

static enum error_class read_ports(void *owner, struct yaml_value value, struct error *error)
{
    return yaml_each_item(value, read_port, owner, error);
}

static enum error_class read_mode(void *owner, struct yaml_value value, struct error *error)
{
    static const char *const words[] = {[DPDK_PASSIVE] = "passive", [DPDK_CGF] = "cgf"};
    size_t index = 0;
    if (yaml_read_word(value, "mode", words, ARRAY_COUNT(words), &index, error))
        return error->class;
    ((struct dpdk_settings *)owner)->mode = (enum dpdk_mode)index;
    return ERROR_OK;
}

static enum error_class read_huge_pages(void *owner, struct yaml_value value, struct error *error)
{
    static const char *const words[] = {
        [DPDK_HUGE_AUTO] = "auto", [DPDK_HUGE_YES] = "yes", [DPDK_HUGE_NO] = "no"};
    size_t index = 0;
    if (yaml_read_word(value, "word", words, ARRAY_COUNT(words), &index, error))
        return error->class;
    ((struct dpdk_settings *)owner)->huge_pages = (enum dpdk_huge_pages)index;
    return ERROR_OK;
}

static enum error_class read_one_address(struct yaml_value value, struct address *address,
                                         struct error *error)
{
    const char *text;
    uint8_t octets[16];
    if (yaml_read_text(value, &text, error))
        return error->class;
    if (inet_pton(AF_INET, text, octets) == 1)
        *address = address_make(octets, 4);
    else if (inet_pton(AF_INET6, text, octets) == 1)
        *address = address_make(octets, 16);
    else
        return yaml_error(value, error, "'%.60s' is no IPv4 or IPv6 address", text);
    return ERROR_OK;
}

static enum error_class read_address(void *owner, struct yaml_value item, struct error *error)
{
    struct dpdk_settings *settings = owner;
    if (settings->address_count == DPDK_ADDRESS_COUNT_MAX)
        return yaml_error(item, error, "addresses: more than %d", DPDK_ADDRESS_COUNT_MAX);
    return read_one_address(item, &settings->addresses[settings->address_count++], error);
}

static enum error_class read_addresses(void *owner, struct yaml_value value, struct error *error)
{
    return yaml_each_item(value, read_address, owner, error);
}

static enum error_class read_redirect(void *owner, struct yaml_value value, struct error *error)
{
    return read_one_address(value, &((struct dpdk_settings *)owner)->redirect_to, error);
}

#define AT(member) offsetof(struct dpdk_settings, member)

static const struct setting rows[] = {
    {"ports", SETTING_READER, 0, NULL,
     "devices as DPDK knows them: a PCI address (0000:3b:00.0), or net_af_packet0,iface=eth1, net_pcap0,rx_pcap=FILE",
     0, 0, read_ports},
    {"mode", SETTING_READER, 0, NULL,
     "passive: a mirror port, never transmits; cgf: a charging gateway that acknowledges", 0, 0, read_mode},
    {"addresses", SETTING_READER, 0, "", "cgf: its own IPv4 and IPv6 addresses", 0, 0, read_addresses},
    {"queues", SETTING_COUNT, AT(queue_count), "1",
     "receive queues of each port; its qpairs where it is af_packet", 1, 16, NULL},
    {"port", SETTING_COUNT, AT(gtpp_port), "3386", "port of GTP'", 1, UINT16_MAX, NULL},
    {"datagrams", SETTING_COUNT, AT(datagram_port), "0",
     "UDP port of plain datagrams of records (CSV, NDJSON, BER; recognised one by one); 0: none", 0,
     UINT16_MAX, NULL},
    {"checksums", SETTING_SWITCH, AT(has_checksums), "yes",
     "verify IP, UDP and TCP checksums; no where a virtual interface hands over packets whose checksums "
     "were left to a card",
     0, 0, NULL},
    {"frame_size", SETTING_BYTES, AT(frame_bytes), "2048", "longest frame that fits into one buffer", 1536,
     16384, NULL},
    {"redirect_to", SETTING_READER, 0, "",
     "cgf: where senders are told to go when this gateway is full or stops", 0, 0, read_redirect},
    {"echo", SETTING_DURATION, AT(echo_ms), "60s",
     "cgf: how often senders are asked whether they started again", 1000, DAY_MS, NULL},
    {"confirm", SETTING_DURATION, AT(confirm_ms), "30s",
     "passive: how long the answer to a packet is waited for", 100, HOUR_MS, NULL},
    {"journal_size", SETTING_BYTES, AT(journal_bytes), "4G", "limit of the journal on disk", 1 << 20, 0,
     NULL},
    {"remember", SETTING_DURATION, AT(remember_ms), "1h",
     "how long after a packet its repetition is still recognised over a restart", 1000, 30 * DAY_MS, NULL},
    {"hugepages", SETTING_READER, 0, "auto", "yes, no, or auto: where the machine has enough of them free", 0,
     0, read_huge_pages},
    {"memory", SETTING_BYTES, AT(memory_bytes), "128M", "memory for DPDK, of all feeds of the process",
     32 << 20, UINT64_C(64) << 30, NULL},
};

const struct settings dpdk_settings_table = {"feeds[].settings of kind dpdk", rows, ARRAY_COUNT(rows)};

enum error_class dpdk_settings_read(struct dpdk_settings *settings, struct yaml_value map,
                                    struct error *error)
{
    *settings = (struct dpdk_settings){0};
    if (settings_read(&dpdk_settings_table, map, settings, error))
        return error->class;
    if (settings->port_count == 0)
        return yaml_error(map, error, "ports: none is named");
    if (settings->mode == DPDK_CGF && settings->address_count == 0)
        return yaml_error(map, error, "mode cgf needs 'addresses', which it answers for");
    if (settings->mode == DPDK_PASSIVE && (settings->address_count > 0 || settings->redirect_to.family))
        return yaml_error(map, error,
                          "mode passive never transmits: 'addresses' and 'redirect_to' belong to cgf");
    if (settings->datagram_port == settings->gtpp_port)
        return yaml_error(map, error, "port and datagrams: both are %u", (unsigned)settings->gtpp_port);
    return ERROR_OK;
}
