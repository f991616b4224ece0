#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The long run, with spool folders as feeds: the same alerts as a replay, nothing lost and nothing twice over kill -9,
# reload without a gap, and what it tells of itself meanwhile.
. tests/integration/lib.sh

simsieve generate --subscribers 1000 --days 3 --seed 31 --scenario "$CHECKOUT/conf/scenarios/small.yaml" --out net >/dev/null
mkdir lists days
cp net/{subscribers,protected,allow,cells,senders,trunks}.csv lists/
cp net/cdr-*.csv days/

# configuration FOLDER SETTINGS: a run over FOLDER/in.
configuration() {
    mkdir -p "$1/in"
    cat >"$1/simsieve.yaml" <<YAML
format: 1
state: state
lists: ../lists
metrics: ${3:-0}
feeds:
  - name: mediation
    kind: spool
    settings: {folder: in, settle: 0s, rescan: 100ms$2}
YAML
}
# in_days FOLDER: the three days, oldest first; each appears whole, for a settle of 0 s takes half a copy for a file.
in_days() {
    local stamp=202412050000
    for day in days/cdr-*.csv; do
        touch -t "$stamp" "$day"
        cp -p "$day" arriving
        mv arriving "$1/in/${day#days/}"
        stamp=$((stamp + 1))
    done
}
ids() { sqlite3 "$1/state/store.db" 'SELECT id FROM alerts ORDER BY id'; }
is_live() { simsieve status -c "$1/simsieve.yaml" --json 2>/dev/null | grep -q '"state":"live"'; }
start() { # FOLDER [ARGUMENT...]: in the background; its number is in $!
    local folder=$1
    shift
    "$PROGRAM" run -c "$folder/simsieve.yaml" --stats stats.json "$@" >>"$folder/out" 2>>"$folder/err" &
}
records=$(cat days/*.csv | grep -vc '^type')

# --- configuration ---
configuration wrong ', foldr: x'
expect_exit "an unknown key ends with 78" 78 simsieve run --check -c wrong/simsieve.yaml
expect_grep "its place and the nearest word are told" 'simsieve.yaml:[0-9]+:[0-9]+: .*foldr.*folder' err
printf 'format: 1\nfeeds:\n  - {name: a, kind: spol, settings: {folder: x}}\n' >kind.yaml
expect_exit "an unknown kind ends with 78" 78 simsieve run --check -c kind.yaml
expect_grep "the nearest kind is told" 'spool' err
printf 'format: 1\nfeeds: []\n' >none.yaml
expect_exit "no feed at all ends with 78" 78 simsieve run --check -c none.yaml
printf 'format: 1\nmemory: 4\nfeeds:\n  - {name: a, kind: spool, settings: {folder: x}}\n' >small.yaml
expect_exit "a limit that is too small ends with 78" 78 simsieve run --check -c small.yaml
configuration right ''
{ cat right/simsieve.yaml; printf 'sinks:\n  - {name: x, kind: wehook, settings: {}}\n'; } >right/sink.yaml
expect_exit "an unknown kind of sink ends with 78" 78 simsieve run --check -c right/sink.yaml
expect_grep "the nearest kind of sink is told" 'webhook' err
sink() { # SETTINGS-OF-A-SINK: beside a right configuration
    { cat right/simsieve.yaml; printf 'sinks:\n  - %s\n' "$1"; } >right/sink.yaml
}
sink '{name: x, kind: file, settings: {foldr: alerts}}'
expect_exit "an unknown key of a sink's own ends with 78" 78 simsieve run --check -c right/sink.yaml
expect_grep "its place and the nearest key are told" 'sink.yaml:[0-9]+:[0-9]+: .*foldr.*folder' err
sink '{name: x, kind: kafka, settings: {brokers: ["127.0.0.1:1"], topic: t, properties: {no.such: 1}}}'
expect_exit "an unknown property of a sink's producer ends with 78" 78 simsieve run --check -c right/sink.yaml
sink '{name: x, kind: webhook, settings: {endpoints: none.csv, keys: keys, hosts: [localhost]}}'
expect_exit "a sink without its file of endpoints ends with 66" 66 simsieve run --check -c right/sink.yaml
expect_grep "the file is named" 'none.csv' err
printf '%s\n' '{name: x, kind: file, settings: {folder: alerts}}' '{name: x, kind: file, settings: {folder: more}}' >two.txt
sink "$(sed -n 1p two.txt)"
expect_exit "a right sink is right" 0 simsieve run --check -c right/sink.yaml
expect_number "checking makes no folder of a sink" no "$([ -e right/alerts ] && echo yes || echo no)"
sed -n '2s/^/  - /p' two.txt >>right/sink.yaml
expect_exit "a name that two sinks have ends with 78" 78 simsieve run --check -c right/sink.yaml
expect_exit "no configuration ends with 66" 66 simsieve run -c nowhere.yaml
expect_exit "run without -c is a wrong question" 64 simsieve run
expect_exit "--replay without --alerts is a wrong question" 64 simsieve run --replay -c none.yaml
configuration right ''
expect_exit "a right configuration is right" 0 simsieve run --check -c right/simsieve.yaml
expect_number "checking makes no state" no "$([ -e right/state ] && echo yes || echo no)"
expect_exit "nobody answers where nothing runs" 66 simsieve status -c right/simsieve.yaml
sed "s|/var/lib/simsieve-lists|$PWD/lists|" "$CHECKOUT/conf/simsieve.yaml" >example.yaml
expect_exit "the example that ships is right" 0 simsieve run --check -c example.yaml

# --- as replay ---
configuration once ', once: yes'
in_days once
expect_exit "a run over a folder, once" 0 simsieve run -c once/simsieve.yaml --alerts once/alerts.ndjson --stats stats.json
verdict "every record is accounted for" "$(accounted decoded="$records")"
cat days/cdr-2024-12-02.csv >all.csv
tail -qn +2 days/cdr-2024-12-03.csv days/cdr-2024-12-04.csv >>all.csv
cp stats.json once/stats.json
replay "the same records by replay" --lists lists --alerts replay.ndjson all.csv
expect_same "a run raises the alerts of replay" replay.ndjson once/alerts.ndjson
expect_number "there are alerts" yes "$([ "$(wc -l <replay.ndjson)" -gt 5 ] && echo yes)"
expect_number "all of them are in the store" "$(wc -l <replay.ndjson)" "$(ids once | wc -l)"
expect_exit "the position log, read again" 0 simsieve run --replay -c once/simsieve.yaml --alerts again.ndjson
expect_same "raises the same alerts" replay.ndjson again.ndjson
expect_exit "a run that is started again" 0 simsieve run -c once/simsieve.yaml --alerts once/alerts.ndjson --stats stats.json
expect_same "raises nothing new" replay.ndjson once/alerts.ndjson
verdict "what it reads again is accounted for" "$(accounted decoded="$records")"
sed 's/^    kind: spool/    kind: spool\n    lateness: 24h/; s/^metrics/shards: 3\nmetrics/' once/simsieve.yaml >once/three.yaml
expect_exit "the position log, read again by three shards" 0 simsieve run --replay -c once/three.yaml --alerts three.ndjson
expect_same "the number of shards changes nothing" replay.ndjson three.ndjson
expect_exit "the report of a run" 0 simsieve report --store once/state/store.db --province 11 --day 2024-12-03 --text
expect_grep "it knows what was received" "$(python3 -c "print(f'{$records:,}'.replace(',', '[.]?'))")" out

# --- live, killed and started again, with a sink beyond the store ---
configuration live '' 19467
cat >>live/simsieve.yaml <<YAML
sinks:
  - name: department
    kind: file
    settings: {folder: sent}
YAML
mkdir live/sent
python3 - "$WORK/notify.sock" >notified <<'PY' &
import socket, sys
listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind(sys.argv[1])
while True:
    print(listener.recv(4096).decode(), flush=True)
PY
wait_until [ -S notify.sock ]
NOTIFY_SOCKET=$WORK/notify.sock start live --alerts live/alerts.ndjson
process=$!
if wait_until is_live live; then pass "a run becomes live"; else fail "a run becomes live" "$(tail -3 live/err)"; fi
if wait_until grep -q '^READY=1$' notified; then pass "systemd is told that it is ready"; else fail "systemd is told that it is ready" "$(cat notified)"; fi
if wait_until grep -q '^WATCHDOG=1$' notified; then pass "and that it is not stuck"; else fail "and that it is not stuck" "$(cat notified)"; fi
expect_exit "a second one with the same state is refused" 78 simsieve run -c live/simsieve.yaml
cp days/cdr-2024-12-02.csv live/in/.day1.part && mv live/in/.day1.part live/in/day1.csv
one=$(grep -vc '^type' days/cdr-2024-12-02.csv)
if wait_until has_decoded live "$one"; then pass "a file is taken when it comes"; else fail "a file is taken when it comes" "$(simsieve feeds -c live/simsieve.yaml)"; fi
expect_number "its alerts are out while the run goes on" yes "$([ -s live/alerts.ndjson ] && echo yes)"
expect_exit "status is for people" 0 simsieve status -c live/simsieve.yaml
expect_grep "it says what was received" "^received +$one" out
expect_exit "feeds is for people" 0 simsieve feeds -c live/simsieve.yaml
expect_grep "it names feed and state" '^mediation +spool +live +'"$one" out
expect_grep "and sinks" '^department +well ' out
curl -s http://127.0.0.1:19467/metrics >metrics.txt
expect_grep "OpenMetrics has the records" "^simsieve_records_decoded_total $one\$" metrics.txt
expect_grep "and of each feed" '^simsieve_feed_up\{feed="mediation"\} 1$' metrics.txt
expect_number "and its end" '# EOF' "$(tail -1 metrics.txt)"
expect_number "no number of a citizen is a label" 0 "$(grep -c '[0-9]\{9\}"' metrics.txt)"
if [ "$(id -u)" -eq 0 ]; then
    expect_number "others may not ask" 600 "$(stat -c %a live/state/simsieve.sock)"
fi
kill -9 $process
wait $process 2>/dev/null
cp days/cdr-2024-12-03.csv live/in/day2.csv
start live --alerts live/alerts.ndjson
process=$!
sleep 0.3
kill -9 $process # somewhere in the middle, perhaps while reading again
wait $process 2>/dev/null
start live --alerts live/alerts.ndjson
process=$!
cp days/cdr-2024-12-04.csv live/in/.day3.part && mv live/in/.day3.part live/in/day3.csv
if wait_until has_decoded live "$records"; then pass "all is read after two kills"; else fail "all is read after two kills" "$(simsieve feeds -c live/simsieve.yaml)"; fi

# --- reload ---
generation() { simsieve status -c live/simsieve.yaml --json | grep -q "\"generation\":$1,"; }
printf '0988111222,hotline,owner,reason,2030-01-01\n' >>lists/allow.csv
if wait_until generation 2; then pass "changed lists are swapped in"; else fail "changed lists are swapped in" "$(tail -3 live/err)"; fi
sed -i '1s/number/nmber/' lists/protected.csv
if wait_until grep -q 'protected.csv:.*stay as they were' live/err; then pass "wrong lists are told and change nothing"; else fail "wrong lists are told and change nothing" "$(tail -3 live/err)"; fi
cp net/protected.csv lists/
kill -HUP $process
if wait_until generation 3; then pass "SIGHUP swaps rules and lists"; else fail "SIGHUP swaps rules and lists" "$(tail -3 live/err)"; fi
kill -TERM $process
wait $process
expect_number "SIGTERM ends with 0" 0 $?
verdict "and with the accounting" "$(accounted decoded="$records")"
expect_same "the same alerts as if nothing had happened" <(ids once) <(ids live)
expect_number "none came twice" "$(sort live/alerts.ndjson | uniq -d | wc -l)" 0
cat live/sent/* | sort >sent.ndjson
sort replay.ndjson >wanted.ndjson
expect_same "the sink has each of them, once" wanted.ndjson sent.ndjson
expect_number "no socket is left" no "$([ -e live/state/simsieve.sock ] && echo yes || echo no)"

# --- damage ---
configuration damaged ', once: yes'
cp days/cdr-2024-12-02.csv damaged/in/a.csv
printf 'mo_call,never,1,2\n"half' >>damaged/in/a.csv
head -c 3000 /dev/urandom >damaged/in/b.bin
zstd -q days/cdr-2024-12-03.csv -o damaged/in/c.csv.zst
truncate -s -100 damaged/in/c.csv.zst
expect_exit "damaged files end nothing" 0 simsieve run -c damaged/simsieve.yaml --stats stats.json
verdict "each damaged record has its reason" "$(accounted)"
expect_number "what cannot be read is put aside" yes "$([ -e damaged/in/.quarantine/b.bin ] && echo yes)"

# --- a store that is locked ---
configuration locked ''
start locked
process=$!
wait_until is_live locked
mkfifo unlock
python3 -c 'import sqlite3, sys
store = sqlite3.connect("locked/state/store.db", isolation_level=None)
store.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
open("unlock").read()' >lock.out &
locker=$!
wait_until grep -q locked lock.out
in_days locked
tells() { simsieve status -c locked/simsieve.yaml --json | jq -e "$1"; }
if wait_until tells .store_stuck; then pass "a store that is locked is told"; else fail "a store that is locked is told" "$(tail -3 locked/err)"; fi
wait_until grep -q 'alerts wait: .*locked' locked/err
sleep 1 # what is on the way fills the pipeline
before=$(tells .uptime_seconds)
later() { tells ".uptime_seconds > $before + 1"; }
if wait_until later; then pass "and status goes on while everything waits"; else fail "and status goes on while everything waits" "$before $(tells .uptime_seconds)"; fi
: >unlock
wait $locker
if wait_until has_decoded locked "$records"; then pass "it goes on when it is let go"; else fail "it goes on when it is let go" "$(tail -3 locked/err)"; fi
kill -TERM $process
wait $process
expect_number "and ends well" 0 $?
expect_same "no alert was lost to the lock" <(ids once) <(ids locked)

# --- full disk ---
if [ "$(id -u)" -ne 0 ] || ! mkdir tiny || ! mount -t tmpfs -o size=16m none tiny 2>/dev/null; then
    skip "a full disk" "needs root and mount"
else
    configuration full ''
    sed -i 's|^state: .*|state: ../tiny/state|' full/simsieve.yaml
    start full
    process=$!
    wait_until is_live full
    dd if=/dev/zero of=tiny/filler bs=4k >/dev/null 2>&1
    in_days full
    if wait_until grep -qE 'alerts wait|cannot be|No space|full' full/err; then pass "a full disk is told"; else fail "a full disk is told" "$(tail -3 full/err)"; fi
    rm tiny/filler
    if wait_until has_decoded full "$records"; then pass "it goes on when there is room"; else fail "it goes on when there is room" "$(tail -3 full/err)"; fi
    kill -TERM $process
    wait $process
    expect_number "the run ends well" 0 $?
    expect_same "no alert was lost on the full disk" <(ids once) <(sqlite3 tiny/state/store.db 'SELECT id FROM alerts ORDER BY id')
    umount tiny
fi
