#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A port of two receive queues, over which the kernel spreads the flows of sixteen senders (PACKET_FANOUT): the alerts of the file, as a
# gateway and as a mirror beside it, and the records of both queues counted. What cannot be is refused. A journal that is full says so.
#
#     namespace $A: va0 10.78.0.1, the senders, the mirror --- namespace $B: vb0, the gateway 10.78.0.2
. tests/integration/lib.sh

A=ssq$$ B=ssr$$ SENDERS=16
if [ "$(id -u)" -ne 0 ] || ! command -v ip >/dev/null || ! ip netns add "$A" 2>/dev/null; then
    skip "several queues of a port" "network namespaces need root and iproute2"
    exit 0
fi
if ! ldd "$PROGRAM" | grep -q librte_ethdev; then
    ip netns del "$A"
    skip "several queues of a port" "built without DPDK"
    exit 0
fi
trap 'ip netns del "$A"; ip netns del "$B"; clean_up' EXIT
ip netns add "$B"
ip link add va0 netns "$A" type veth peer name vb0 netns "$B"
ip netns exec "$B" sysctl -qw net.ipv6.conf.all.disable_ipv6=1
ip -n "$A" addr add 10.78.0.1/24 dev va0
ip -n "$A" link set va0 up
ip -n "$B" link set vb0 up
RING=blocksz=65536,framesz=2048,framecnt=8192

simsieve generate --subscribers 1000 --days 2 --seed 47 --scenario "$CHECKOUT/conf/scenarios/small.yaml" --out net >/dev/null
mkdir lists
cp net/{subscribers,protected,allow,cells,senders,trunks}.csv lists/
# A piece of the records for each sender, in the order of time.
cat net/cdr-*.csv | simsieve decode --csv - >all.csv 2>/dev/null
tail -n +2 all.csv >body.csv
split -n l/$SENDERS -d body.csv piece
for piece in piece??; do
    { head -1 all.csv && cat "$piece"; } >"$piece.csv"
    python3 "$CHECKOUT/tests/support/encode_ber.py" "$piece.csv" >"$piece.ber"
done
cat piece*.ber >cdr.ber
replay "the records by file" --lists lists --alerts wanted.ndjson cdr.ber
records=$(jq .decoded stats.json)
if [ "$(wc -l <wanted.ndjson)" -le 5 ]; then
    fail "there are alerts to compare" "$(wc -l <wanted.ndjson)"
    exit 1
fi

# configuration FOLDER DEVICE QUEUES LINE...: FOLDER/simsieve.yaml with one DPDK feed.
configuration() {
    mkdir -p "$1"
    {
        printf '%s\n' 'format: 1' 'state: state' 'lists: ../lists' 'metrics: 0' 'feeds:' '  - name: wire' '    kind: dpdk' '    settings:'
        printf '      %s\n' "ports: \"net_af_packet0,$2,$RING\"" "queues: $3" 'checksums: no' "${@:4}"
    } >"$1/simsieve.yaml"
}
# start FOLDER NAMESPACE: the run, in the background; its process in STARTED.
start() {
    ip netns exec "$2" "$PROGRAM" run -c "$1/simsieve.yaml" --alerts "$1/alerts.ndjson" --stats "$1/stats.json" >"$1/out" 2>"$1/err" &
    STARTED=$!
    wait_until is_up "$1" || fail "a run with $1 becomes live" "$(tail -3 "$1/err")"
}
said() { simsieve feeds -c "$1/simsieve.yaml" --json 2>/dev/null | jq -r ".feeds[0] | $2"; }
is_up() { [ "$(said "$1" '"\(.state) \(.up)"')" = 'live 1' ]; }
sender() { timeout 100 ip netns exec "$A" python3 "$HERE/gtpp_sender.py" "$@"; }
# finish FOLDER PROCESS: all has come; ends the run and checks its books and its alerts.
finish() {
    for _ in 1 2 3 4; do wait_until has_decoded "$1" "$records" && break; done
    expect_number "$1: the records of both queues are counted, none is lost" "$records 0 0" "$(said "$1" '"\(.received_records) \(.lost_records) \(.errors)"')"
    kill -TERM "$2"
    wait "$2"
    expect_number "$1: SIGTERM ends with 0" 0 $?
    cp "$1/stats.json" stats.json
    verdict "$1: every record is accounted for" "$(accounted decoded="$records")"
    expect_exit "$1: its position log, read again" 0 simsieve run --replay -c "$1/simsieve.yaml" --alerts again.ndjson
    expect_same "$1: gives the same alerts" again.ndjson "$1/alerts.ndjson"
    expect_same "$1: the alerts of the file" wanted.ndjson "$1/alerts.ndjson"
}
# Sockets of the interface that the process reads: one a queue.
socket_count() { ip netns exec "$1" cat /proc/net/packet | tail -n +2 | wc -l; }

configuration gateway iface=vb0,qpairs=2 2 'mode: cgf' 'addresses: [10.78.0.2]' 'journal_size: 256M'
configuration mirror iface=va0,qpairs=2 2 'mode: passive' 'journal_size: 256M'
start gateway "$B"
GATEWAY=$STARTED
start mirror "$A"
MIRROR=$STARTED
expect_number "the gateway has two queues" 2 "$(socket_count "$B")"
expect_number "the mirror has two queues" 2 "$(socket_count "$A")"
number=0
for piece in piece*.ber; do
    sender --port $((40000 + number)) 10.78.0.2 "file:1:$piece:8" >>sent 2>&1
    number=$((number + 1))
done
expect_number "every packet of every sender is acknowledged" $SENDERS "$(grep -c '^acknowledged [1-9]' sent)"
finish gateway "$GATEWAY"
finish mirror "$MIRROR"

# --- what cannot be ---
# refused NAME DEVICE QUEUES PATTERN
refused() {
    configuration refused "$2" "$3" 'mode: cgf' 'addresses: [10.78.0.2]' 'journal_size: 64M'
    expect_exit "$1" 78 ip netns exec "$B" timeout 60 "$PROGRAM" run -c refused/simsieve.yaml
    expect_grep "$1: it is said" "$4" err
}
refused "more queues than the port has" iface=vb0,qpairs=2 3 'port net_af_packet0,iface=vb0,.*: queues: 3, but it has 2'
refused "more queues than a port without qpairs has" iface=vb0 2 'queues: 2, but it has 1'
refused "fewer queues than the kernel spreads over" iface=vb0,qpairs=2 1 'queues: 1, but qpairs=2: .*make them equal'

# --- a journal that is full ---
configuration full iface=vb0 1 'mode: cgf' 'addresses: [10.78.0.2]' 'redirect_to: 10.78.0.3' 'journal_size: 1M'
start full "$B"
expect_number "nothing is wrong at first" '"" ""' "$(said full '"\(.error | tojson) \(.last_error | tojson)"')"
sender --port 41000 10.78.0.2 file:1:cdr.ber:8 >full/sent 2>&1 &
SENDER=$!
is_full() { said full .error | grep -q 'the journal has reached journal_size, .*raise the limit'; }
if wait_until is_full; then pass "a full journal is said"; else fail "a full journal is said" "$(said full .)" "$(tail -2 full/err)"; fi
simsieve feeds -c full/simsieve.yaml >table
expect_number "for people: below its feed" 1 "$(grep -A1 '^wire  *dpdk  *live ' table | grep -cE '^    ERROR since 20[0-9T:.+-]+: the journal has reached journal_size')"
expect_number "and counted" yes "$([ "$(said full .errors)" -ge 1 ] && echo yes)"
kill "$SENDER"
wait "$SENDER" 2>/dev/null
kill -TERM "$STARTED"
wait "$STARTED"
expect_number "such a run ends with 0" 0 $?
