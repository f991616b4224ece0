#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Two runs in one consumer group of a real broker. All records of a SIM are in one partition and the rule looks at one SIM, so
# whoever has the partition has all that the rule asks about: partitions move over while records come, a process is
# killed and another takes over, a partition comes back to whom it was taken from. No alert is lost, none differs.
. tests/integration/lib.sh
. "$CHECKOUT/tests/support/broker.sh"

broker_start "two runs in one consumer group" || exit 0
trap 'broker_stop; clean_up' EXIT
a=0 b=0 # their processes
SEED=${SEED:-47}
echo "seed $SEED"
python3 "$HERE/shared_group.py" "$SEED" lists/ part || fail "there are records to share"
mkdir rules && cp "$CHECKOUT/conf/rules/vn.officials.burst.yaml" rules/
# wanted PART...: what one process finds in them, in the file of that name.
wanted() {
    cat "$@" | cut -f2 >all.ndjson
    replay "these records by one process: $*" --lists lists --rules rules --alerts replay.ndjson all.ndjson
    sort replay.ndjson >wanted
}

for name in a b; do
    mkdir $name
    cat >$name/simsieve.yaml <<YAML
format: 1
state: state
lists: ../lists
rules: ../rules
metrics: 0
shards: 1
feeds:
  - name: network
    kind: kafka
    settings:
      brokers: ['$BROKER']
      topics: [cdr]
      group: sieve
      payload: ndjson
      properties: {session.timeout.ms: 2000, heartbeat.interval.ms: 200, max.poll.interval.ms: 10000, topic.metadata.refresh.interval.ms: 1000}
sinks:
  - name: alerts-topic
    kind: kafka
    settings: {brokers: ['$BROKER'], topic: alerts, source: $name}
YAML
done

# start NAME: the run, in the background; its process in the variable of that name.
start() {
    "$PROGRAM" run -c "$1/simsieve.yaml" --stats "$1/stats.json" >>"$1/out" 2>>"$1/err" 3>&- &
    eval "$1=\$!"
}
# ask NAME EXPRESSION: what a run says of its feed and sink.
ask() {
    simsieve feeds -c "$1/simsieve.yaml" --json 2>/dev/null | python3 -c "
import json, sys
answer = json.load(sys.stdin)
feed, sink = answer['feeds'][0], answer['sinks'][0]
print($2)" 2>/dev/null
}
has_partitions() { [ "$(ask "$1" "feed['assigned_sources']")" = "$2" ]; }
has_decoded() { [ "$(ask "$1" "feed['decoded']")" -ge "$2" ]; }
# have_all PART...: between them they have these parts: of each partition all messages from its beginning on.
have_all() {
    local name
    [ "$(for name in a b; do ask $name "*(p['name'] + ' ' + str(p['offset']) + '\n' for p in feed['sources'])"; done |
        awk '$2 > end[$1] { end[$1] = $2 } END { for (name in end) sum += end[name]; print sum }')" = "$(lines "$@")" ]
}
# await NAME COMMAND...: fails the check of that name after half a minute.
await() {
    local name=$1
    shift
    for _ in 1 2 3; do
        if wait_until "$@"; then
            pass "$name"
            return
        fi
    done
    fail "$name" "not within 30 s: $*" "$(tail -2 a/err)" "$(tail -2 b/err)" "$(simsieve feeds -c a/simsieve.yaml 2>&1)" "$(simsieve feeds -c b/simsieve.yaml 2>&1)"
}
send() { broker_produce cdr -K '	' -z lz4 <"$1"; }
lines() { cat "$@" | wc -l; }
stored() { sqlite3 "$1/state/store.db" 'SELECT json FROM alerts ORDER BY json'; }
# What both stores hold is what one process finds, each alert the same whoever raised it.
is_union() { { stored a; stored b; } | sort -u | cmp -s wanted -; }
is_sent() { [ "$(ask "$1" "sink['behind_alerts']")" = 0 ]; }

send part1
start a
await "the first has all four partitions" has_partitions a 4
await "and what is in them" has_decoded a "$(lines part1)"

# The first is full to the brim (its store is locked) when the second joins: it has thousands of messages at hand, and
# gives two partitions away in their middle.
mkfifo lock
sqlite3 a/state/store.db <lock >/dev/null 2>&1 &
locker=$!
exec 3>lock
echo 'BEGIN IMMEDIATE;' >&3
send part2
sleep 1
start b
await "the second gets two, also from one that is held back" has_partitions b 2
has_elsewhere() { [ "$(ask "$1" "feed['sources_elsewhere']")" = "$2" ]; }
await "it knows that two are with another" has_elsewhere b 2
expect_grep "and says what that means" 'have 2 of the 4 partitions: .*may accuse' b/err
await "and reads them from their beginning" has_decoded b $(($(lines part1 part2) / 4))
exec 3>&-
wait $locker
send part3
await "between them they have everything" have_all part1 part2 part3
expect_number "the first has left two in their middle" 2 "$(ask a "sum(p['offset'] < q['offset'] for p in feed['sources'] for q in $(ask b "feed['sources']") if p['name'] == q['name'])")"
expect_number "it has all of the others" "$(lines part1 part2 part3)" \
    "$(($(ask b "feed['decoded']") + $(ask a "sum(p['offset'] for p in feed['sources'] if p['name'] not in $(ask b "[p['name'] for p in feed['sources']]"))")))"
simsieve feeds -c b/simsieve.yaml --json >feeds.json
verdict "no member of what it says of its feeds is there twice" "$(python3 -c "
import json
json.load(open('feeds.json'), object_pairs_hook=lambda pairs: [print(key) for key in {k for k, _ in pairs} if [k for k, _ in pairs].count(key) > 1])" 2>&1)"
wanted part1 part2 part3
expect_number "there are alerts to lose" yes "$([ "$(wc -l <wanted)" -gt 50 ] && echo yes)"
await "no alert is lost while partitions move, none differs" is_union

kill -9 "$b"
wait "$b" 2>/dev/null
send part4
await "the first takes over from one that was killed" has_partitions a 4
await "and knows that nobody else has any" has_elsewhere a 0
expect_grep "which it says" 'it has all 4 partitions' a/err
await "and goes on where it was" has_decoded a "$(lines part1 part2 part3 part4)"
expect_number "each record once" "$(lines part1 part2 part3 part4)" "$(ask a "feed['decoded']")"
start b
await "who comes back gets a share" has_partitions b 2
send part5
await "the first has the rest" has_partitions a 2
await "between them they have everything again" have_all part1 part2 part3 part4 part5
wanted part1 part2 part3 part4 part5
await "no alert is lost over kill -9, none differs" is_union
expect_number "and neither has them all" yes "$(for name in a b; do [ "$(stored $name | wc -l)" -lt "$(wc -l <wanted)" ] && echo yes; done | sort -u)"

# One that hangs for longer than its session is a member no more, and learns that when it goes on.
kill -STOP "$a"
send part6
await "the second takes over from one that hangs" has_decoded b "$(lines part?)"
kill -CONT "$a"
await "which comes back as a new member" has_partitions a 2
await "and takes from the second" has_partitions b 2
wanted part1 part2 part3 part4 part5 part6
await "no alert is lost, none differs" is_union

# finish NAME: SIGTERM ends it soon, and every record that it had is accounted for.
finish() {
    local since=$SECONDS
    kill -TERM "${!1}"
    wait "${!1}"
    expect_number "$1: SIGTERM ends with 0" 0 $?
    expect_number "$1: soon" yes "$([ $((SECONDS - since)) -lt 10 ] && echo yes || echo "after $((SECONDS - since)) s")"
    cp "$1/stats.json" stats.json
}
await "the first has sent its alerts" is_sent a
finish a
verdict "a: every record is accounted for, once" "$(accounted duplicates=0 late=0)"
taken=$(python3 -c 'import json; print(json.load(open("stats.json"))["decoded"])')
expect_exit "a: its position log, read again" 0 simsieve run --replay -c a/simsieve.yaml --alerts again.ndjson --stats stats.json
expect_counts "gives the same records" decoded="$taken" duplicates=0 late=0
expect_same "and alerts, over all that came and went" <(sort again.ndjson) <(stored a | sort)
await "who is left gets everything" has_partitions b 4
await "and sends its alerts" is_sent b
finish b
verdict "b: every record is accounted for, once" "$(accounted decoded="$(lines part?)" duplicates=0 late=0)"
stored b | sort >got
expect_same "and has every alert" wanted got

# What a receiver sees: alerts that both raised come twice, with the same id and the same bytes.
kcat -b "$BROKER" -C -t alerts -e -q -f '%h\t%s\n' 2>/dev/null | sed 's/^.*ce_id=\([0-9a-f]*\).*\t/\1\t/' >sent
cut -f2 sent | sort -u >got
expect_same "the topic of alerts has each alert" wanted got
expect_number "an id is an alert" "$(wc -l <wanted)" "$(cut -f1 sent | sort -u | wc -l)"
expect_number "none comes more than once from each process" 0 "$(cut -f1 sent | sort | uniq -c | awk '$1 > 2' | wc -l)"
expect_number "some come from both" yes "$([ "$(cut -f1 sent | sort | uniq -d | wc -l)" -gt 0 ] && echo yes)"
echo "$(wc -l <sent) messages of $(wc -l <wanted) alerts"
