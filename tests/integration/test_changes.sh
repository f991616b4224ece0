#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Changes of subscribers and complaints by feeds of their own: a SIM that no list knows is accused once a row has said how
# young it is, and one that a rule asks complaints about once they have come, in the order of the log, over restarts and
# kill -9; and what is wrong with such rows is counted.
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
start() { "$PROGRAM" run -c "$1/simsieve.yaml" --alerts "$1/alerts.ndjson" --stats stats.json >>"$1/out" 2>>"$1/err" & }
drop() { # FILE FOLDER NAME: as a mediation system does
    cp "$1" "$2/.$3.part" && mv "$2/.$3.part" "$2/$3"
}
configuration live
start live
process=$!
wait_until accounting_is live changes 0
drop young.csv live/changed young.csv
if wait_until accounting_is live changes 1; then pass "a row is taken when it comes"; else fail "a row is taken when it comes" "$(tail -3 live/err)"; fi
kill -9 $process
wait $process 2>/dev/null
start live
process=$!
if wait_until accounting_is live changes 1; then pass "a row is taken again after kill -9"; else fail "a row is taken again after kill -9" "$(tail -3 live/err)"; fi
expect_exit "status is for people" 0 simsieve status -c live/simsieve.yaml
expect_grep "it says how many rows came" '^changes +1 ' out
printf '%s\n' 'number,agency,province,role' '0912000001,So A,11,x' '0912000002,So B,11,x' '0912000003,So C,11,x' \
    '0912000004,So D,11,x' >lists/protected.csv # a reload
reloaded() { simsieve status -c live/simsieve.yaml --json | grep -q '"generation":2,'; }
if wait_until reloaded; then pass "lists are loaded again"; else fail "lists are loaded again" "$(tail -3 live/err)"; fi
drop one/burst.csv live/in burst.csv
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

# --- complaints: a rule that asks for them, four SIMs that do the same, of whom one is allow-listed and one protected ---
mkdir rules quiet
cat >rules/complained.yaml <<'YAML'
format: 1
id: t.complained
rev: 1
title: {vi: a, en: b}
summary: {vi: "{complaints}", en: "{complaints}"}
status: alert
references: []
false_positives: []
subject: sim
window: 1h
when: {minor: [complaints >= 2 in 7d, out_calls >= 3]}
worse: out_sms
cooldown: 24h
tests: []
YAML
printf '%s\n' 'number,agency,province,role' '0961000004,So A,11,x' >quiet/protected.csv
printf '%s\n' 'number,kind,owner,reason,expires' '0961000003,hotline,x,y,2030-01-01' >quiet/allow.csv
echo 'type,time,a,b,switch,seq' >calls.csv
for minute in 0 1 2; do
    for sim in 1 2 3 4; do
        echo "mo_call,2024-12-02T08:0$minute:0$sim+07:00,096100000$sim,0988000001,S1,$((4 * minute + sim))"
    done
done >>calls.csv
{
    echo 'time,number,kind'
    for sim in 1 3 4 5; do # the fifth never calls, the second is named by nobody
        echo "2024-12-01T09:00:00+07:00,096100000$sim,V"
        echo "1733040000000,+84 961 000 00$sim,LD"
    done
} >told.csv
python3 - >told.ndjson <<'PYTHON'
import csv, json
for row in csv.DictReader(open("told.csv")):
    print(json.dumps(row))
PYTHON
# complaining FOLDER [SETTINGS]: records from FOLDER/in, complaints from FOLDER/changed.
complaining() {
    configuration "$@"
    sed -i "s|name: activations|name: complaints|; s|records: subscribers|records: complaints|; s|^lists: .*|lists: ../quiet\nrules: ../rules|" "$1/simsieve.yaml"
}
accused() { # NAME FOLDER: exactly the first SIM, once
    expect_number "$1" '1 ["84961000001"]' "$(alerts "$2") $(grep -o '"sims":\[[^]]*\]' "$2/alerts.ndjson" | cut -d: -f2)"
}

complaining silent ', once: yes'
cp calls.csv silent/in/
run_once "calls that nobody complains of" silent
expect_number "accuse nobody" 0 "$(alerts silent)"
verdict "no complaint is counted" "$(accounted received=12 decoded=12 complaints=0 changes=0 allowed=0 protected_subjects=0)"
complaining another ', once: yes'
{ grep -v '000001,\|00 *1,' told.csv && echo '2024-12-01T09:00:00+07:00,0961000001,V'; } >another/changed/told.csv
run_once "complaints of others, and one that is too few" another
cp calls.csv another/in/
run_once "then calls" another
expect_number "accuse nobody" 0 "$(alerts another)"
verdict "whom the lists spare is counted as that" "$(accounted complaints=7 allowed=1 protected_subjects=1)"
for form in csv ndjson; do
    complaining "told_$form" ', once: yes'
    cp told.$form "told_$form/changed/"
    run_once "complaints alone, as $form" "told_$form"
    verdict "are counted as no records" "$(accounted received=0 decoded=0 applied=0 changes=0 complaints=8)"
    cp calls.csv "told_$form/in/"
    run_once "then the calls" "told_$form"
    accused "who is complained of and calls is accused, and nobody else" "told_$form"
    verdict "complaints and records are accounted for" "$(accounted received=12 decoded=12 applied=12 complaints=8 allowed=1 \
        protected_subjects=1 limits.complaints_refused=0)"
done
expect_same "CSV and NDJSON say the same" told_csv/alerts.ndjson told_ndjson/alerts.ndjson
expect_no_grep "no number that was complained of is told" '96 *1 *000 *00[1345]' err
cp -r quiet listed && cp told.csv listed/complaints.csv
replay "replay has the same by its lists" --rules rules --lists listed --alerts replay_told.ndjson calls.csv
expect_same "and raises the same alert" replay_told.ndjson told_csv/alerts.ndjson
expect_exit "the position log, read again" 0 simsieve run --replay -c told_csv/simsieve.yaml --alerts again.ndjson
expect_same "raises the same alert" replay_told.ndjson again.ndjson
run_once "a run that is started again" told_csv
expect_same "raises nothing new" replay_told.ndjson told_csv/alerts.ndjson
for shards in 1 4; do
    sed -i "/^shards:/d; s/^metrics: 0/&\nshards: $shards/" told_csv/simsieve.yaml
    expect_exit "with $shards shards" 0 simsieve run --replay -c told_csv/simsieve.yaml --alerts again.ndjson
    expect_same "the alert is the same" replay_told.ndjson again.ndjson
done
complaining both ', once: yes'
sed -i 's|\.\./quiet|../listed_once|' both/simsieve.yaml
cp -r quiet listed_once && sed -n 1,2p told.csv >listed_once/complaints.csv
sed -n 1,2p told.csv >both/changed/told.csv
run_once "a complaint by list and by feed" both
cp calls.csv both/in/
run_once "before the calls" both
expect_number "is one" 0 "$(alerts both)"
sed -n '1p;3p' told.csv >both/changed/more.csv
run_once "another one behind calls that would have sufficed" both
expect_number "is too late for them" 0 "$(alerts both)"
{ head -1 calls.csv && echo 'mo_call,2024-12-02T08:05:00+07:00,0961000001,0988000001,S1,99'; } >both/in/2.csv
run_once "one more call" both
accused "shows it" both

complaining heard
start heard
process=$!
wait_until accounting_is heard complaints 0
drop told.csv heard/changed told.csv
if wait_until accounting_is heard complaints 8; then pass "complaints are taken when they come"; else fail "complaints are taken when they come" "$(tail -3 heard/err)"; fi
kill -9 $process
wait $process 2>/dev/null
start heard
process=$!
if wait_until accounting_is heard complaints 8; then pass "and again after kill -9"; else fail "and again after kill -9" "$(tail -3 heard/err)"; fi
expect_exit "status is for people" 0 simsieve status -c heard/simsieve.yaml
expect_grep "it says how many complaints came" '^complaints +8 ' out
sed -n 1,2p told.csv >quiet/complaints.csv # a reload
heard_reloaded() { simsieve status -c heard/simsieve.yaml --json | grep -q '"generation":2,'; }
if wait_until heard_reloaded; then pass "a list with some of them is loaded"; else fail "a list with some of them is loaded" "$(tail -3 heard/err)"; fi
drop calls.csv heard/in calls.csv
if wait_until [ -s heard/alerts.ndjson ]; then pass "those that it does not have outlive it"; else fail "those that it does not have outlive it" "$(tail -3 heard/err)"; fi
kill -9 $process
wait $process 2>/dev/null
expect_same "the alert is the same" replay_told.ndjson heard/alerts.ndjson
sed -i 's/100ms/100ms, once: yes/' heard/simsieve.yaml
run_once "a run after a second kill" heard
expect_same "raises nothing new" replay_told.ndjson heard/alerts.ndjson
verdict "and has lost nothing" "$(accounted received=12 decoded=12 complaints=8)"
rm quiet/complaints.csv

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
complaining worse ', once: yes'
cat >worse/changed/bad.csv <<'CSV'
time,number,kind
soon,0961000002,V
2024-12-02,nobody at all,V
2024-12-02,0961000002,X
2024-12-02,0961000002
2024-12-02,0961000002,S
CSV
echo '{"time":1733101200000,"number":"0961000002","kind":["V"]}' >worse/changed/bad.ndjson
printf 'time,number\n2024-12-02,0961000002\n' >worse/changed/nothing.csv
run_once "damaged complaints end nothing" worse
verdict "each is counted under its reason" "$(accounted received=6 decoded=0 complaints=1 dropped.complaint_time=1 \
    dropped.complaint_number=1 dropped.complaint_kind=1 dropped.field_count=1 dropped.json_value=1 dropped.file_format=1)"
expect_no_grep "no number is told" '961000002' err
expect_exit "decode refuses complaints" 64 simsieve decode --format complaints told.csv
expect_grep "and says where they go" 'simsieve run .*--lists' err
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
start kafka
process=$!
if wait_until accounting_is kafka changes 1; then pass "a row is taken from a topic"; else fail "a row is taken from a topic" "$(tail -3 kafka/err)"; fi
kill -9 $process
wait $process 2>/dev/null
cp one/burst.csv kafka/in/
start kafka
process=$!
if wait_until [ -s kafka/alerts.ndjson ]; then pass "it is read again from the topic"; else fail "it is read again from the topic" "$(tail -3 kafka/err)"; fi
kill -TERM $process
wait $process
expect_number "SIGTERM ends with 0" 0 $?
verdict "rows and records are accounted for" "$(accounted received=4 decoded=3 changes=1 dropped.subscriber_number=1)"
expect_same "the alert is the one of the other feeds" replay.ndjson kafka/alerts.ndjson

complaining kafka_told
sed -i '/name: complaints/,$d' kafka_told/simsieve.yaml
cat >>kafka_told/simsieve.yaml <<YAML
  - name: complaints
    kind: kafka
    records: complaints
    settings: {brokers: ["$BROKER"], topics: [complaints], group: told} # of a group that nobody was killed in
YAML
{ cat told.ndjson && echo '{"number":"0961000001","kind":"V"}'; } | broker_produce complaints
start kafka_told
process=$!
if wait_until accounting_is kafka_told complaints 8; then pass "complaints are taken from a topic"; else fail "complaints are taken from a topic" "$(tail -3 kafka_told/err)"; fi
kill -9 $process
wait $process 2>/dev/null
cp calls.csv kafka_told/in/
start kafka_told
process=$!
if wait_until [ -s kafka_told/alerts.ndjson ]; then pass "they are read again from the topic"; else fail "they are read again from the topic" "$(tail -3 kafka_told/err)"; fi
kill -TERM $process
wait $process
expect_number "SIGTERM ends with 0" 0 $?
verdict "complaints and records are accounted for" "$(accounted received=13 decoded=12 complaints=8 dropped.complaint_time=1)"
expect_same "the alert is the one of the other feeds" replay_told.ndjson kafka_told/alerts.ndjson
