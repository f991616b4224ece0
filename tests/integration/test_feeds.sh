#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The same records by file, by spool folder, by Kafka and by GTP' on a network port: the same alerts, byte for byte. Over several
# partitions: the alerts of that run's own position log.
. tests/integration/lib.sh
. "$CHECKOUT/tests/support/broker.sh"

simsieve generate --subscribers 1000 --days 2 --seed 43 --scenario "$CHECKOUT/conf/scenarios/small.yaml" --out net >/dev/null
mkdir lists
cp net/{subscribers,protected,allow,cells,senders,trunks}.csv lists/
python3 "$CHECKOUT/tests/support/encode_ber.py" net/cdr-*.csv >cdr.ber
replay "records of TS 32.298 by file" --lists lists --alerts wanted.ndjson cdr.ber
records=$(python3 -c 'import json; print(json.load(open("stats.json"))["decoded"])')
expect_number "there are alerts to compare" yes "$([ "$(wc -l <wanted.ndjson)" -gt 5 ] && echo yes)"

# configuration NAME KIND LINE...: NAME/simsieve.yaml with one feed and these settings.
configuration() {
    mkdir -p "$1"
    { printf 'format: 1\nstate: state\nlists: ../lists\nmetrics: 0\nfeeds:\n  - name: wire\n    kind: %s\n    settings:\n' "$2"; printf '      %s\n' "${@:3}"; } >"$1/simsieve.yaml"
}
decoded() { simsieve status -c "$1/simsieve.yaml" --json 2>/dev/null | python3 -c 'import json,sys; print(json.load(sys.stdin)["accounting"]["decoded"])' 2>/dev/null; }
is_live() { simsieve status -c "$1/simsieve.yaml" --json 2>/dev/null | grep -q '"state":"live"'; }
# start FOLDER [COMMAND...]: the run, in the background, perhaps by another command; its process in STARTED.
start() {
    local folder=$1
    shift
    "$@" "$PROGRAM" run -c "$folder/simsieve.yaml" --alerts "$folder/alerts.ndjson" --stats "$folder/stats.json" >>"$folder/out" 2>>"$folder/err" &
    STARTED=$!
    wait_until is_live "$folder" || fail "a run with $folder becomes live" "$(tail -3 "$folder/err")"
}
# finish FOLDER: waits until all has come, stops the run, and checks its accounting.
finish() {
    for _ in $(seq 600); do
        [ "$(decoded "$1")" = "$records" ] && break
        sleep 0.1
    done
    pkill -TERM -P "$STARTED" simsieve 2>/dev/null || kill -TERM "$STARTED"
    wait "$STARTED"
    expect_number "$1: SIGTERM ends with 0" 0 $?
    cp "$1/stats.json" stats.json
    verdict "$1: every record is accounted for" "$(accounted decoded="$records")"
}

# --- spool ---
configuration spool spool 'folder: in' 'once: yes'
mkdir spool/in && zstd -q cdr.ber -o spool/in/cdr.ber.zst
expect_exit "spool: a run" 0 simsieve run -c spool/simsieve.yaml --alerts spool/alerts.ndjson
expect_same "spool: the same alerts" wanted.ndjson spool/alerts.ndjson

# --- Kafka ---
if broker_start "the same alerts by Kafka"; then
    trap 'broker_stop; clean_up' EXIT
    simsieve decode cdr.ber 2>/dev/null >cdr.ndjson
    configuration kafka kafka "brokers: [\"$BROKER\"]" 'topics: [one]' 'group: sieve' 'payload: ndjson'
    start kafka
    broker_produce one -p 0 -z lz4 <cdr.ndjson
    finish kafka
    # A decoded record has another content hash than its BER, never another content: compare with the replay of the same lines.
    replay "the same lines by file" --lists lists --alerts lines.ndjson cdr.ndjson
    expect_same "Kafka, one partition: the same alerts" lines.ndjson kafka/alerts.ndjson
    expect_same "and those of the BER file" wanted.ndjson lines.ndjson

    configuration many kafka "brokers: [\"$BROKER\"]" 'topics: [many]' 'group: sieve' 'payload: ndjson'
    start many
    head -$((records / 2)) cdr.ndjson | broker_produce many
    wait_until test -s many/alerts.ndjson
    kill -9 "$STARTED"
    wait "$STARTED" 2>/dev/null
    tail -n +$((records / 2 + 1)) cdr.ndjson | broker_produce many
    start many
    finish many
    expect_exit "Kafka, four partitions: the position log, read again" 0 simsieve run --replay -c many/simsieve.yaml --alerts again.ndjson
    # The store and not --alerts, which a kill may cost a line that the store has already.
    sqlite3 many/state/store.db 'SELECT json FROM alerts ORDER BY json' >stored.ndjson
    expect_same "gives the alerts that the run gave, over a kill" <(LC_ALL=C sort again.ndjson) <(LC_ALL=C sort stored.ndjson)
    expect_number "none twice" 0 "$(sort many/alerts.ndjson | uniq -d | wc -l)"
fi

# --- GTP' ---
A=ssf$$ B=ssg$$
if [ "$(id -u)" -ne 0 ] || ! command -v ip >/dev/null || ! ip netns add "$A" 2>/dev/null; then
    skip "the same alerts by GTP'" "network namespaces need root and iproute2"
    exit 0
fi
if ! ldd "$PROGRAM" | grep -q librte_ethdev; then
    ip netns del "$A"
    skip "the same alerts by GTP'" "built without DPDK"
    exit 0
fi
trap 'ip netns del "$A"; ip netns del "$B"; [ ! -e "$BROKER_FOLDER" ] || broker_stop; clean_up' EXIT
ip netns add "$B"
ip link add va0 netns "$A" type veth peer name vb0 netns "$B"
ip -n "$A" addr add 10.77.0.1/24 dev va0
ip -n "$A" link set va0 up
ip -n "$B" link set vb0 up
ip -n "$A" link set va0 gso_max_segs 1 # segments as a wire would carry them
# gateway NAME [OPTION]: the records by GTP' to a run of this name; over UDP, or as the option of the sender says.
gateway() {
    configuration "$1" dpdk 'ports: "net_af_packet0,iface=vb0,blocksz=65536,framesz=2048,framecnt=8192"' 'mode: cgf' \
        'addresses: [10.77.0.2]' 'journal_size: 256M' 'checksums: no'
    start "$1" ip netns exec "$B"
    timeout 100 ip netns exec "$A" python3 "$HERE/gtpp_sender.py" "${@:2}" 10.77.0.2 file:1:cdr.ber:8 >sent 2>&1
    expect_grep "$1: every packet is acknowledged" '^acknowledged [1-9]' sent
    finish "$1"
    # Packets are acknowledged in groups, and may be taken in another order than they were sent: the log says which.
    expect_exit "the position log of $1, read again" 0 simsieve run --replay -c "$1/simsieve.yaml" --alerts again.ndjson
    expect_same "GTP' by $1: the alerts of its position log" again.ndjson "$1/alerts.ndjson"
    expect_same "GTP' by $1: the same alerts as by file" wanted.ndjson "$1/alerts.ndjson"
}
gateway udp --port 40000
gateway tcp --tcp
