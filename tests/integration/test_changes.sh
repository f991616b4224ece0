#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Changes of subscribers by a feed of their own: a SIM that no list knows is accused once a row has said how young it is,
# in the order of the log, over restarts and kill -9; and what is wrong with such rows is counted.
. tests/integration/lib.sh

write_burst one
mkdir lists
cp one/lists/protected.csv lists/
printf '%s\n' 'number,activated,province' '0961000099,2024-01-01T00:00:00+07:00,11' >lists/subscribers.csv
row='0961000001,2024-12-01T00:00:00+07:00,11,2024-12-02T07:58:00+07:00'
printf '%s\n' 'number,activated,province,time' "$row" >young.csv
echo '{"number":"+84 961 000 001","activated":"2024-12-01T00:00:00+07:00","province":"11","time":1733101080000,"imsi":null}' >young.ndjson

# configuration FOLDER [SETTINGS]: records from FOLDER/in, changes from FOLDER/changed.
configuration() {
    mkdir -p "$1/in" "$1/changed"
    cat >"$1/simsieve.yaml" <<YAML
format: 1
state: state
lists: ../lists
metrics: 0
feeds:
  - name: mediation
    kind: spool
    settings: {folder: in, settle: 0s, rescan: 100ms$2}
  - name: activations
    kind: spool
    records: subscribers
    settings: {folder: changed, settle: 0s, rescan: 100ms$2}
YAML
}
run_once() { # NAME FOLDER
    rm -f stats.json
    expect_exit "$1" 0 simsieve run -c "$2/simsieve.yaml" --alerts "$2/alerts.ndjson" --stats stats.json
}
alerts() { cat "$1/alerts.ndjson" 2>/dev/null | wc -l; }
accounting_is() { # FOLDER KEY VALUE
    [ "$(simsieve status -c "$1/simsieve.yaml" --json | python3 -c "import json,sys; print(json.load(sys.stdin)['accounting']['$2'])")" = "$3" ]
}

# --- without a row, and with one ---
configuration none ', once: yes'
cp one/burst.csv none/in/
run_once "a SIM that no list knows" none
expect_number "is too old to be accused, for all that is known" 0 "$(alerts none)"
verdict "no row is counted" "$(accounted received=3 decoded=3 changes=0)"
for form in csv ndjson; do
    configuration $form ', once: yes'
    cp young.$form $form/changed/
    run_once "a row alone, as $form" $form
    verdict "is counted as no record" "$(accounted received=0 decoded=0 applied=0 changes=1)"
    cp one/burst.csv $form/in/
    run_once "then its records" $form
    expect_number "the SIM of the row is accused" 1 "$(grep -c '"sims":\["84961000001"\]' $form/alerts.ndjson)"
    verdict "row and records are accounted for" "$(accounted received=3 decoded=3 applied=3 changes=1)"
done
expect_same "CSV and NDJSON say the same" csv/alerts.ndjson ndjson/alerts.ndjson
replay "replay has the same by --changes" --lists lists --changes young.csv --alerts replay.ndjson one/burst.csv
expect_same "and raises the same alert" replay.ndjson csv/alerts.ndjson
expect_counts "and counts the row in the same place" received=3 decoded=3 changes=1
expect_exit "the position log, read again" 0 simsieve run --replay -c csv/simsieve.yaml --alerts again.ndjson
expect_same "raises the same alert" csv/alerts.ndjson again.ndjson
run_once "a run that is started again" csv
expect_same "raises nothing new" replay.ndjson csv/alerts.ndjson
verdict "and takes rows and records again" "$(accounted received=3 decoded=3 changes=1)"

# --- a row that comes behind the SIM's first records ---
configuration late ', once: yes'
head -3 one/burst.csv >late/in/1.csv
run_once "the first records" late
cp young.csv late/changed/
run_once "then the row" late
expect_number "accuse nobody yet" 0 "$(alerts late)"
{ head -1 one/burst.csv && tail -1 one/burst.csv; } >late/in/2.csv
run_once "then one more record" late
expect_number "and the SIM is accused: its age is known by now" 1 "$(alerts late)"

# --- a new owner by feed: the history is the former one's ---
configuration owner ', once: yes'
cp one/lists/subscribers.csv subscribers.mine
cp -r lists lists_old && cp subscribers.mine lists_old/subscribers.csv
sed -i 's|\.\./lists|../lists_old|' owner/simsieve.yaml
head -3 one/burst.csv >owner/in/1.csv
run_once "two contacts of a listed SIM" owner
printf 'number,activated\n0961000001,2024-12-02T08:01:30+07:00\n' >owner/changed/new.csv
run_once "its number is given to someone new" owner
{ head -1 one/burst.csv && tail -1 one/burst.csv; } >owner/in/2.csv
run_once "who contacts one more" owner
expect_number "each of them has done too little" 0 "$(alerts owner)"

# --- live, killed and started again ---
start() { "$PROGRAM" run -c live/simsieve.yaml --alerts live/alerts.ndjson >>live/out 2>>live/err & }
drop() { # FILE FOLDER NAME: as a mediation system does
    cp "$1" "live/$2/.$3.part" && mv "live/$2/.$3.part" "live/$2/$3"
}
configuration live
start
process=$!
wait_until accounting_is live changes 0
drop young.csv changed young.csv
if wait_until accounting_is live changes 1; then pass "a row is taken when it comes"; else fail "a row is taken when it comes" "$(tail -3 live/err)"; fi
kill -9 $process
wait $process 2>/dev/null
start
process=$!
if wait_until accounting_is live changes 1; then pass "a row is taken again after kill -9"; else fail "a row is taken again after kill -9" "$(tail -3 live/err)"; fi
expect_exit "status is for people" 0 simsieve status -c live/simsieve.yaml
expect_grep "it says how many rows came" '^changes +1 ' out
printf '%s\n' 'number,agency,province,role' '0912000001,So A,11,x' '0912000002,So B,11,x' '0912000003,So C,11,x' \
    '0912000004,So D,11,x' >lists/protected.csv # a reload
reloaded() { simsieve status -c live/simsieve.yaml --json | grep -q '"generation":2,'; }
if wait_until reloaded; then pass "lists are loaded again"; else fail "lists are loaded again" "$(tail -3 live/err)"; fi
drop one/burst.csv in burst.csv
if wait_until accounting_is live decoded 3; then pass "records follow"; else fail "records follow" "$(tail -3 live/err)"; fi
if wait_until [ -s live/alerts.ndjson ]; then pass "a row outlives a reload"; else fail "a row outlives a reload" "$(tail -3 live/err)"; fi
kill -9 $process
wait $process 2>/dev/null
expect_same "the alert is the same" replay.ndjson live/alerts.ndjson
sed -i 's/100ms/100ms, once: yes/' live/simsieve.yaml
run_once "a run after a second kill" live
expect_same "raises nothing new" replay.ndjson live/alerts.ndjson
verdict "and has lost nothing" "$(accounted received=3 decoded=3 changes=1)"
expect_exit "the log of three processes, read again" 0 simsieve run --replay -c live/simsieve.yaml --alerts again.ndjson
expect_same "raises the same alert" replay.ndjson again.ndjson

# --- damage ---
configuration bad ', once: yes'
cat >bad/changed/bad.csv <<'CSV'
number,activated,province,time,age_band,class
nobody at all,,,,,
0961000002,yesterday,,,,
0961000002,,99,,,
0961000002,,,soon,,
0961000002,,,,old,
0961000002,,,,,robot
0961000002
0961000003,2024-12-01,11,,60+,person
CSV
printf '{"number":[1]}\n{"number":"0961000004"}\nnone\n' >bad/changed/bad.ndjson
printf 'activated,time\n2024-12-01,\n' >bad/changed/nobody.csv
run_once "damaged rows end nothing" bad
verdict "each is counted under its reason" "$(accounted received=10 decoded=0 changes=2 dropped.subscriber_number=1 \
    dropped.subscriber_activated=1 dropped.subscriber_province=1 dropped.subscriber_time=1 dropped.subscriber_age_band=1 \
    dropped.subscriber_class=1 dropped.field_count=1 dropped.json_value=1 dropped.json=1 dropped.file_format=1)"
expect_no_grep "no number is told" '961000002' err
expect_exit "decode refuses the format" 64 simsieve decode --format subscribers young.csv
expect_grep "and says what it is for" 'no records.*simsieve run' err
expect_exit "so does replay" 64 simsieve replay --format subscribers young.csv
expect_exit "rows without a name of their format are no records" 65 simsieve decode young.csv

# --- feeds that have no place for rows, and a real broker ---
configuration wire
sed -i "s/kind: spool/kind: dpdk/; s/settings: .*/settings: {ports: [net_null0], mode: passive}/" wire/simsieve.yaml
sed -i '/name: mediation/,/settings/d' wire/simsieve.yaml
expect_exit "packets are no rows" 78 simsieve run --check -c wire/simsieve.yaml
expect_grep "and the configuration says so, with its place" 'simsieve.yaml:[0-9]+:[0-9]+: .*records: packets' err
. "$CHECKOUT/tests/support/broker.sh"
broker_start "rows from a real broker" || exit 0
trap 'broker_stop; clean_up' EXIT
configuration kafka
sed -i '/name: activations/,$d' kafka/simsieve.yaml
cat >>kafka/simsieve.yaml <<YAML
  - name: activations
    kind: kafka
    records: subscribers
    settings: {brokers: ["$BROKER"], topics: [activations], group: sieve}
YAML
{ cat young.ndjson && echo '{"number":"nobody"}'; } | broker_produce activations
start_kafka() { "$PROGRAM" run -c kafka/simsieve.yaml --alerts kafka/alerts.ndjson --stats stats.json >>kafka/out 2>>kafka/err & }
start_kafka
process=$!
if wait_until accounting_is kafka changes 1; then pass "a row is taken from a topic"; else fail "a row is taken from a topic" "$(tail -3 kafka/err)"; fi
kill -9 $process
wait $process 2>/dev/null
cp one/burst.csv kafka/in/
start_kafka
process=$!
if wait_until [ -s kafka/alerts.ndjson ]; then pass "it is read again from the topic"; else fail "it is read again from the topic" "$(tail -3 kafka/err)"; fi
kill -TERM $process
wait $process
expect_number "SIGTERM ends with 0" 0 $?
verdict "rows and records are accounted for" "$(accounted received=4 decoded=3 changes=1 dropped.subscriber_number=1)"
expect_same "the alert is the one of the other feeds" replay.ndjson kafka/alerts.ndjson
