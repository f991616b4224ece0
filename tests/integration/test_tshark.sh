#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Holds what tests/unit/packet/test_tshark compares GTP' messages with against the tshark that is installed, field by
# field of every packet. `test_tshark.sh --write` writes these files anew.
set -eu
fixtures=$(dirname "$0")/../fixtures/pcap

# One line a GTP' message: packet, first octet, type, sequence number, command, released, cancelled and answered sequence
# numbers, cause, lengths of the call records.
fields() {
    tshark -r "$1" -Y gtpprime -T fields -E separator=';' -e frame.number -e gtp.flags -e gtp.message -e gtp.seq_number \
        -e gtp.tr_comm -e gtp.seq_num_released -e gtp.seq_num_canceled -e gtp.requests_responded -e gtp.cause \
        -e gtp.cdr_length 2>/dev/null
}

for name in gtpprime_all_messages gtpprime_cisco_ggsn gtpprime_sgsn_sms gtpp_story fragments; do
    if ! command -v tshark >/dev/null; then
        echo "SKIP tshark reads $name: tshark is not installed"
    elif [ "${1:-}" = --write ]; then
        fields "$fixtures/$name.pcap" >"$fixtures/$name.tshark"
    elif difference=$(diff "$fixtures/$name.tshark" <(fields "$fixtures/$name.pcap")); then
        echo "PASS tshark reads $name as we do"
    else
        echo "FAIL tshark reads $name as we do"
        echo "$difference"
    fi
done
