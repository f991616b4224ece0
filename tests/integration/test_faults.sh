#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Two feeds and two sinks while everything that the run stands on fails at random times: its own process, the broker, the
# disk. Every record counts once, the alerts are those of the position log, and every sink has each. SEED=n repeats a run.
. tests/integration/lib.sh
. "$CHECKOUT/tests/support/broker.sh"
broker_start "faults at random times" || exit 0
trap 'broker_stop; clean_up' EXIT
seed=${SEED:-$((RANDOM * 32768 + RANDOM))}
echo "seed $seed"
simsieve generate --subscribers 1500 --days 2 --seed $((seed % 1000)) --scenario "$CHECKOUT/conf/scenarios/small.yaml" --out net >/dev/null
cat net/cdr-*.csv | simsieve decode - >records.ndjson 2>/dev/null
records=$(wc -l <records.ndjson)
mkdir -p lists run/spool tiny
cp net/{subscribers,protected,allow,cells,senders,trunks}.csv lists/
disk=
if [ "$(id -u)" -eq 0 ] && mount -t tmpfs -o size=400m none tiny 2>/dev/null; then
    disk=$WORK/tiny
else
    skip "a full disk at random times" "needs root and mount"
fi
cat >run/simsieve.yaml <<YAML
format: 1
state: ../tiny/state
lists: ../lists
feeds:
  - name: core
    kind: kafka
    idle_after: 3s
    lateness: 3d
    settings: {brokers: ['$BROKER'], topics: [cdr], group: faults, payload: ndjson}
  - name: files
    kind: spool
    idle_after: 3s
    lateness: 3d
    settings: {folder: spool, rescan: 1s}
sinks:
  - name: file
    kind: file
    settings: {folder: out}
  - name: topic
    kind: kafka
    settings: {brokers: ['$BROKER'], topic: alerts}
YAML

expect_exit "it lives through all of them" 0 python3 "$HERE/faults.py" "$PROGRAM" "$CHECKOUT/scripts/kafka.sh" "$BROKER" \
    "$BROKER_FOLDER" records.ndjson "$seed" 30 $disk
cat out
verdict "every record counts once" "$(accounted decoded="$records" duplicates=0 late=0 dropped.total=0)"
in_store() { sqlite3 -readonly tiny/state/store.db "$1"; }
in_store 'SELECT json FROM alerts ORDER BY position, rule, subject_key' >stored.ndjson
in_store 'SELECT id FROM alerts ORDER BY id' >ids
expect_number "there are alerts" yes "$([ "$(wc -l <ids)" -gt 2 ] && echo yes)"
expect_exit "the position log, read again" 0 simsieve run --replay -c run/simsieve.yaml --alerts again.ndjson
expect_same "its alerts are those that were raised" again.ndjson stored.ndjson
# What was under way when the process ended is given to the sinks again by the next.
all_sent() { simsieve outbox list --store tiny/state/store.db | awk 'NR > 1 && $3 != 0 { waits = 1 } END { exit waits || NR < 3 }'; }
"$PROGRAM" run -c run/simsieve.yaml >>run/err 2>&1 &
process=$!
if wait_until all_sent; then pass "the outbox empties"; else fail "the outbox empties" "$(simsieve outbox list --store tiny/state/store.db)"; fi
kill -TERM $process
wait $process
find run/out -name '*.ndjson*' -exec zstdcat -f {} + | jq -r .id | sort -u >file.ids
expect_same "the file sink has each alert" ids file.ids
kcat -q -b "$BROKER" -C -t alerts -o beginning -e | jq -r .id | sort -u >topic.ids
expect_same "the topic has each alert" ids topic.ids
