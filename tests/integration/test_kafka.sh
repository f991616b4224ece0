#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The Kafka feed against a real broker: what kcat and the stock Java producer wrote arrives as the file decoder reads it, each
# record once, and a broker that is killed in the middle costs nothing.
. tests/integration/lib.sh
. "$CHECKOUT/tests/support/broker.sh"
PRINT_FEED=${PROGRAM%/simsieve}/tests/programs/print_feed

broker_start "the Kafka feed against a real broker" || exit 0
trap 'broker_stop; clean_up' EXIT
simsieve generate --subscribers 1000 --days 2 --seed 41 --scenario "$CHECKOUT/conf/scenarios/small.yaml" --out net >/dev/null
cat net/cdr-*.csv | simsieve decode - >records.ndjson 2>/dev/null
simsieve decode --csv records.ndjson 2>/dev/null >records.csv
sort records.ndjson >wanted
records=$(wc -l <records.ndjson)
[ "$records" -gt 1000 ] || fail "there is something to send" "$records records"

# settings TOPIC [LINE...]: what the feed is told.
settings() {
    printf 'brokers: [%s]\ntopics: [%s]\ngroup: sieve-%s\n' "$BROKER" "$1" "$1" >"$1.yaml"
    local topic=$1
    shift
    [ $# -eq 0 ] || printf '%s\n' "$@" >>"$topic.yaml"
}

# follow TOPIC: prints its records into TOPIC.out in the background.
follow() {
    (cd "$CHECKOUT" && exec "$PRINT_FEED" kafka "$WORK/$1.yaml" "$WORK" "$WORK/$1.out") 2>"$1.err" &
    follower=$!
}
has_records() { [ "$(grep -c '^{' "$1.out" 2>/dev/null)" -ge "$2" ]; }

# arrived NAME TOPIC: ends the follower when all has come, which must be each record once.
arrived() {
    for _ in 1 2 3 4 5; do wait_until has_records "$2" "$records" && break; done
    sleep 0.5
    kill -TERM "$follower"
    wait "$follower"
    grep '^{' "$2.out" | sort >"$2.got"
    if cmp -s wanted "$2.got"; then pass "$1"; else fail "$1" "$(tail -2 "$2.err")" "$(diff wanted "$2.got" | head -3)"; fi
}

settings json 'payload: ndjson'
broker_produce json -z lz4 <records.ndjson
follow json
arrived "NDJSON, one record a message, lz4, from kcat" json
expect_grep "none is a reject" 'rejected=0 lost=0 errors=0' json.err

settings guess
broker_produce guess -z zstd <records.ndjson
follow guess
arrived "the format is recognised, zstd" guess

columns=$(head -1 records.csv)
settings lines 'payload: csv' "columns: [$columns]"
tail -n +2 records.csv | broker_produce_java lines
follow lines
arrived "CSV lines without a header from the stock Java producer" lines

settings committed 'payload: ndjson'
"${PROGRAM%/simsieve}/tests/programs/kafka_transactions" "$BROKER" committed <records.ndjson 2>transactions.err ||
    fail "transactions are written" "$(tail -2 transactions.err)"
follow committed
arrived "of transactions, what was committed" committed
settings dirty 'payload: ndjson' 'properties: {isolation.level: read_uncommitted}'
sed -i 's/topics: .*/topics: [committed]/' dirty.yaml
follow dirty
wait_until has_records dirty $((2 * records))
kill -TERM "$follower"
wait "$follower"
expect_number "what was aborted is there for who asks for it" $((2 * records)) "$(grep -c '^{' dirty.out)"

# Files of 200 lines, each with the header, each one message.
mkdir pieces && tail -n +2 records.csv | split -l 200 - pieces/p
for piece in pieces/p*; do { head -1 records.csv && cat "$piece"; } >"$piece.csv" && rm "$piece"; done
settings files 'payload: csv'
broker_produce files -z gzip pieces/*.csv
follow files
arrived "whole CSV files as messages, gzip" files

settings crash 'payload: ndjson'
head -$((records / 2)) records.ndjson | broker_produce crash
follow crash
wait_until has_records crash 1 || fail "the first half comes" "$(tail -2 crash.err)"
broker kill "$BROKER_FOLDER"
sleep 1
broker start "$BROKER_FOLDER" >/dev/null 2>broker.err || fail "the broker comes back" "$(tail -3 broker.err)"
tail -n +$((records / 2 + 1)) records.ndjson | broker_produce crash
arrived "a broker killed in the middle costs no record and doubles none" crash
expect_grep "it is counted" 'lost=0 errors=[1-9]' crash.err

# --- the long run: the alerts of replay, over kill -9 of the run itself; what it reads again has holes ---
mkdir lists run
cp net/{subscribers,protected,allow,cells,senders,trunks}.csv lists/
cat >run/simsieve.yaml <<YAML
format: 1
state: state
lists: ../lists
feeds:
  - name: network
    kind: kafka
    settings: {brokers: ['$BROKER'], topics: [whole], group: whole, payload: ndjson, dead_letter: whole-dead}
YAML
is_decoded() { [ "$(simsieve status -c run/simsieve.yaml --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["accounting"]["decoded"])')" -ge "$1" ]; }
start() {
    "$PROGRAM" run -c run/simsieve.yaml --alerts run/alerts.ndjson --stats stats.json >>run/out 2>>run/err &
    process=$!
}
replay "the same records by replay" --lists lists --alerts replay.ndjson records.ndjson
expect_number "there are alerts" yes "$([ "$(wc -l <replay.ndjson)" -gt 2 ] && echo yes)"
head -$((records / 2)) records.ndjson | "${PROGRAM%/simsieve}/tests/programs/kafka_transactions" "$BROKER" whole
start
for _ in 1 2 3; do wait_until is_decoded $((records / 2)) && break; done
kill -9 $process
wait $process 2>/dev/null
start
tail -n +$((records / 2 + 1)) records.ndjson | broker_produce whole -p 0
echo '{"type":"mo_call"}' | broker_produce whole -p 0
# Sooner than the group would miss the one that was killed (45 s): a restart is the same member.
if wait_until is_decoded "$records" || wait_until is_decoded "$records"; then
    pass "after kill -9 it has its partitions back at once"
else
    fail "after kill -9 it has its partitions back at once" "$(tail -3 run/err)"
fi
kill -TERM $process
wait $process
expect_number "a run that is ended by SIGTERM ends well" 0 $?
verdict "every record is accounted for, over kill -9" "$(accounted decoded="$records" dropped.time_missing=1)"
expect_same "its alerts are those of replay" replay.ndjson run/alerts.ndjson
expect_number "what cannot be decoded is in the dead-letter topic" 'time_missing {"type":"mo_call"}' \
    "$(kcat -b "$BROKER" -C -t whole-dead -e -q -f '%h %s\n' | sed 's/simsieve.reason=\([a-z_]*\)[^ ]* /\1 /')"

# --- a topic that is not there: the broker is, and only `feeds` says why nothing comes ---
mkdir absent
cat >absent/simsieve.yaml <<YAML
format: 1
state: state
lists: ../lists
metrics: 0
feeds:
  - name: network
    kind: kafka
    settings: {brokers: ['$BROKER'], topics: [json, absent], group: absent, payload: ndjson, properties: {topic.metadata.refresh.interval.ms: 1000}}
YAML
said_of_absent() { simsieve feeds -c absent/simsieve.yaml --json | jq -r ".feeds[0] | $1"; }
is_missed() { said_of_absent .error | grep -qE '^absent: .*Unknown topic.*; create it, or mend its name$'; }
is_found() { [ "$(said_of_absent '[.up, .error, (.last_error | contains("absent"))] | tojson')" = '[1,"",true]' ]; }
"$PROGRAM" run -c absent/simsieve.yaml >absent/out 2>absent/err &
process=$!
if wait_until is_missed; then pass "a topic that is not there is named, with what to do"; else fail "a topic that is not there is named, with what to do" "$(simsieve feeds -c absent/simsieve.yaml)"; fi
for _ in 1 2 3; do wait_until has_decoded absent "$records" && break; done
sleep 3
expect_number "which holds while the other topic is read" yes "$(is_missed && echo yes || said_of_absent .error)"
head -1 records.ndjson | broker_produce absent -p 0
if wait_until is_found || wait_until is_found; then pass "and is over when it has come"; else fail "and is over when it has come" "$(simsieve feeds -c absent/simsieve.yaml)"; fi
kill -TERM $process
wait $process
expect_number "such a run ends well too" 0 $?

# A copy of a state folder is the same member of the group: the one that comes later has its partitions.
start
wait_until is_decoded "$records"
cp -r run/state run/copy
sed 's/^state: state/state: copy\nmetrics: 0/' run/simsieve.yaml >run/copy.yaml
"$PROGRAM" run -c run/copy.yaml >>run/copy.out 2>>run/copy.err &
copy=$!
if wait_until grep -q "another process is this member of the group now: in a copy of a state folder remove the file 'member'" run/err; then
    pass "a copy of a state folder is told"
else
    fail "a copy of a state folder is told" "$(tail -n 3 run/err run/copy.err)"
    kill -TERM $process
fi
wait $process
expect_number "and ends the first, which has no other feed" 74 $?
kill -TERM $copy
wait $copy
expect_number "the later one goes on" 0 $?
