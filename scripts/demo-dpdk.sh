#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The demo of `make run-dpdk`: the province of `make run` as GTP' over a veth pair between two network namespaces, live.
set -eu
demo=dpdk
sender=simsieve-cdf-$$ gateway=simsieve-cgf-$$
if [ "$(id -u)" -ne 0 ]; then
    echo "run-dpdk: a virtual network needs root: sudo make run-dpdk" >&2
    exit 77
fi
if ! ldd "$1" | grep -q librte_ethdev; then
    echo "run-dpdk: $1 is built without DPDK: apt-get install libdpdk-dev, make clean, make run-dpdk" >&2
    exit 77
fi
. scripts/demo-live.sh
trap 'stop_run; ip netns del "$sender"; ip netns del "$gateway"' EXIT
ip netns add "$sender"
ip netns add "$gateway"
ip link add cdf netns "$sender" type veth peer name cgf netns "$gateway"
ip -n "$sender" addr add 10.77.0.1/24 dev cdf
ip -n "$sender" link set cdf up
ip -n "$gateway" link set cgf up
python3 tests/support/encode_ber.py "$folder"/province/cdr-*.csv >"$folder/cdr.ber"
records=$("$program" decode "$folder/cdr.ber" | wc -l)
configure dpdk 'ports: "net_af_packet0,iface=cgf,blocksz=65536,framesz=2048,framecnt=8192"' 'mode: cgf' \
    'addresses: [10.77.0.2]' 'journal_size: 256M' 'checksums: no' >"$folder/simsieve.yaml"

echo
echo "== simsieve run as a charging gateway: alerts as they come, while a sender delivers $records records of TS 32.298"
start_run ip netns exec "$gateway"
ip netns exec "$sender" python3 tests/integration/gtpp_sender.py 10.77.0.2 "file:1:$folder/cdr.ber:8"
end_run cdr.ber
