#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The Kafka feed against a real broker: what kcat and the stock Java producer wrote arrives as the file decoder reads it, each
# record once, and a broker that is killed in the middle costs nothing.
. tests/integration/lib.sh
. "$CHECKOUT/tests/support/broker.sh"
TAIL=$(dirname "$PROGRAM")/tests/programs/tail_feed

broker_start "the Kafka feed against a real broker" || exit 0
trap 'broker_stop; clean_up' EXIT
simsieve generate --subscribers 1000 --days 2 --seed 41 --scenario "$CHECKOUT/conf/scenarios/small.yaml" --out net >/dev/null
cat net/cdr-*.csv | simsieve decode - >records.ndjson 2>/dev/null
simsieve decode --csv records.ndjson 2>/dev/null >records.csv
sort records.ndjson >wanted
records=$(wc -l <records.ndjson)
[ "$records" -gt 1000 ] || fail "there is something to send" "$records records"

# settings TOPIC [LINE...]: the file for tail_feed.
settings() {
    printf 'brokers: [%s]\ntopics: [%s]\ngroup: sieve-%s\n' "$BROKER" "$1" "$1" >"$1.yaml"
    shift
    [ $# -eq 0 ] || printf '%s\n' "$@" >>"$topic.yaml"
}

# arrives NAME TOPIC [COUNT]: each record once.
arrives() {
    timeout 100 "$TAIL" kafka "$2.yaml" "${3:-$records}" 2>"$2.err" | sort >"$2.got"
    if cmp -s wanted "$2.got"; then pass "$1"; else fail "$1" "$(tail -2 "$2.err")" "$(diff wanted "$2.got" | head -3)"; fi
}

topic=json && settings $topic 'payload: ndjson'
broker_produce json -z lz4 <records.ndjson
arrives "NDJSON, one record a message, lz4, from kcat" json
expect_grep "none is a reject" 'rejects=0 errors=0 ' json.err

topic=guess && settings $topic
broker_produce guess -z zstd <records.ndjson
arrives "the format is recognised, zstd" guess

columns=$(head -1 records.csv)
topic=lines && settings $topic 'payload: csv' "columns: [$columns]"
tail -n +2 records.csv | broker_produce_java lines
arrives "CSV lines without a header from the stock Java producer" lines

# Files of 200 lines, each with the header, each one message.
mkdir pieces && tail -n +2 records.csv | split -l 200 - pieces/p
for piece in pieces/p*; do { head -1 records.csv && cat "$piece"; } >"$piece.csv" && rm "$piece"; done
topic=files && settings $topic 'payload: csv'
broker_produce files -z gzip pieces/*.csv
arrives "whole CSV files as messages, gzip" files

topic=crash && settings $topic 'payload: ndjson'
head -$((records / 2)) records.ndjson | broker_produce crash
timeout 100 "$TAIL" kafka crash.yaml "$records" >crash.raw 2>crash.err &
tail_id=$!
wait_until grep -q . crash.raw || fail "the first half comes" "$(tail -2 crash.err)"
broker kill "$BROKER_FOLDER"
sleep 1
broker start "$BROKER_FOLDER" >/dev/null 2>broker.err || fail "the broker comes back" "$(tail -3 broker.err)"
tail -n +$((records / 2 + 1)) records.ndjson | broker_produce crash
wait $tail_id
sort crash.raw >crash.got
expect_same "a broker killed in the middle costs no record and doubles none" wanted crash.got
expect_grep "it is told, and counted" 'reconnects=[1-9]' crash.err
