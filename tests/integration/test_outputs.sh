#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Where output goes: alerts leave while the input is still open, an output that is not whole never has its name, a stop
# half way is accounted for, and nothing that is read is written over.
. tests/integration/lib.sh
write_burst one
alerts_in() { [ "$(grep -c . "$1")" -ge 1 ]; }
stored_in() { [ "$(sqlite3 -readonly "$1" 'SELECT count(*) FROM alerts')" -ge 1 ]; }

# --- live inputs ---
mkfifo pipe
"$PROGRAM" replay --lists one/lists --alerts live.ndjson --store live.db --stats stats.json - <pipe 2>live.err &
run=$!
exec 3>pipe
cat one/burst.csv >&3
if wait_until alerts_in live.ndjson; then
    pass "an alert is in its file while the input is open"
else
    fail "an alert is in its file while the input is open"
fi
if wait_until stored_in live.db; then
    pass "an alert is in the store while the input is open"
else
    fail "an alert is in the store while the input is open"
fi
expect_exit "why reads the store while the run writes" 0 simsieve why 0961000001 --store live.db
expect_grep "why finds the alert while the run writes" 'vn\.officials\.burst +minor' out
exec 3>&-
wait $run
expect_number "a live run ends well when its input does" 0 $?
verdict "a live run loses no record" "$(accounted applied=3 alerts.vn.officials.burst=1)"
expect_exit "a live file is whole in the end" 0 python3 "$CHECKOUT/scripts/validate-alerts.py" live.ndjson

"$PROGRAM" replay --quiet --lists one/lists pipe >live.out 2>/dev/null &
run=$!
exec 3>pipe
head -3 one/burst.csv >&3
printf 'mo_sms,2024-12-02T08:02:00+07:00,0961' >&3
sleep 0.3
expect_empty "half a line is no record yet" live.out
printf '000001,0912000003,S1,3\n' >&3
if wait_until alerts_in live.out; then
    pass "an alert is on standard output as soon as its line is whole"
else
    fail "an alert is on standard output as soon as its line is whole"
fi
exec 3>&-
wait $run
expect_number "a run over a FIFO ends with its writer" 0 $?

"$PROGRAM" decode - <pipe >live.out 2>/dev/null &
run=$!
exec 3>pipe
head -2 one/burst.csv >&3
if wait_until alerts_in live.out; then pass "decode prints a record when it comes"; else fail "decode prints a record when it comes"; fi
exec 3>&-
wait $run

replay "two pipes at a time are merged by time" --quiet --lists one/lists --shards 2 \
    <(sed 3d one/burst.csv) <(sed '2d;4d' one/burst.csv)
expect_counts "two pipes at a time lose no record" applied=3 alerts.vn.officials.burst=1

# --- a stop half way ---
for signal in INT TERM; do
    echo before >kept.ndjson
    rm -f stats.json
    "$PROGRAM" replay --lists one/lists --alerts stopped.ndjson --store "stopped$signal.db" --stats stats.json pipe 2>err &
    run=$!
    exec 3>pipe
    cat one/burst.csv >&3
    wait_until alerts_in stopped.ndjson
    kill -$signal $run
    wait $run
    expect_number "SIG$signal: exit 130" 130 $?
    exec 3>&-
    expect_grep "SIG$signal: the accounting is printed" '^received 3 = decoded 3 \+ dropped 0; applied 3' err
    expect_grep "SIG$signal: it says that it was stopped" '\(stopped\)' err
    verdict "SIG$signal: the accounting file is whole" "$(accounted applied=3 alerts.vn.officials.burst=1)"
    if [ ! -e stopped.ndjson ] && [ -s stopped.ndjson.part ]; then
        pass "SIG$signal: what there is of the alerts is a .part"
    else
        fail "SIG$signal: what there is of the alerts is a .part" "$(ls stopped*)"
    fi
    expect_exit "SIG$signal: alerts in the .part are whole lines" 0 python3 "$CHECKOUT/scripts/validate-alerts.py" stopped.ndjson.part
    if stored_in "stopped$signal.db"; then pass "SIG$signal: the store has the alert"; else fail "SIG$signal: the store has the alert"; fi
    rm -f stopped.ndjson.part
done
"$PROGRAM" decode pipe >part.ndjson 2>err &
run=$!
exec 3>pipe
cat one/burst.csv >&3
wait_until alerts_in part.ndjson
kill -INT $run
wait $run
expect_number "decode that was stopped does not pass for whole" 130 $?
exec 3>&-
expect_number "decode that was stopped has printed whole lines" 3 "$(wc -l <part.ndjson)"

# A stop in the middle of files: the final name keeps what it held.
expect_exit "a network to be stopped in" 0 simsieve generate --subscribers 2000 --days 3 --seed 5 \
    --scenario "$CHECKOUT/conf/scenarios/small.yaml" --out net
echo before >kept.ndjson
rm -f stats.json
# shellcheck disable=SC2046 # the same records many times: long enough to be stopped in
"$PROGRAM" replay --lists net --alerts kept.ndjson --stats stats.json $(yes net | head -60) 2>err &
run=$!
wait_until test -e kept.ndjson.part
sleep 0.2
kill -TERM $run
wait $run
expect_number "stopped in the middle of files: exit 130" 130 $?
verdict "stopped in the middle of files: no record is lost" "$(accounted)"
expect_number "stopped in the middle of files: the older output is kept" before "$(cat kept.ndjson)"
if [ -e kept.ndjson.part ]; then pass "stopped in the middle of files: the part is there"; else fail "stopped in the middle of files: the part is there"; fi

# --- readers that have had enough ---
for line in "decode net" "replay --quiet --lists net net" "measures net" "rules explain"; do
    rm -f code
    # shellcheck disable=SC2086
    ("$PROGRAM" $line 2>err; echo $? >code) </dev/null | { exec <&-; wait_until test -s code; }
    expect_no_grep "a reader that is gone is no success: $line" '^0$' code
    expect_no_grep "a reader that is gone is no crash: $line" 'CHECK|Sanitizer|core' err code
done
simsieve decode net 2>/dev/null | head -1 >first.ndjson
expect_grep "head -1 has the first record" '^\{"type":.*\}$' first.ndjson

# --- full disks ---
expect_exit "a full disk: alerts" 74 simsieve replay --quiet --lists one/lists --alerts /dev/full one/burst.csv
expect_grep "a full disk is told" '/dev/full: writing failed: No space left on device' err
expect_exit "a full disk: accounting" 74 simsieve replay --quiet --stats /dev/full --alerts a.ndjson one/burst.csv
expect_exit "a full disk: store" 74 simsieve replay --quiet --store /dev/full --alerts b.ndjson one/burst.csv
printf 'type,time,a,b\nnothing,,,\n' | cat one/burst.csv - >damaged.csv
expect_exit "a full disk: rejects" 74 simsieve replay --quiet --rejects /dev/full --alerts c.ndjson damaged.csv
if ls [ab].ndjson >/dev/null 2>&1; then fail "a run that failed leaves no output that looks whole" "$(ls ./*.ndjson)"; else pass "a run that failed leaves no output that looks whole"; fi

mkdir tiny
if mount -t tmpfs -o size=64k tmpfs tiny 2>/dev/null; then
    expect_exit "a tiny disk: alerts" 74 simsieve replay --quiet --lists net --alerts tiny/alerts.ndjson net
    expect_grep "a tiny disk is told" 'tiny/alerts\.ndjson: .*No space left on device.*was not given its name' err
    if [ ! -e tiny/alerts.ndjson ]; then pass "a tiny disk: the partial file has not the final name"; else fail "a tiny disk: the partial file has not the final name"; fi
    rm -f tiny/*
    simsieve replay --quiet --lists net --alerts - net >all.ndjson 2>/dev/null
    cat net/cdr*.csv | grep -v ^type | cat <(head -1 net/cdr-2024-12-02.csv) - >whole.csv
    expect_exit "a tiny disk under a live input: alerts" 74 \
        sh -c "cat whole.csv | '$PROGRAM' replay --quiet --lists net --alerts tiny/alerts.ndjson -"
    if [ ! -e tiny/alerts.ndjson ] && [ -e tiny/alerts.ndjson.part ]; then
        pass "a tiny disk under a live input: the file loses its name"
    else
        fail "a tiny disk under a live input: the file loses its name" "$(ls tiny)"
    fi
    rm -f tiny/*
    expect_exit "a tiny disk: store" 74 simsieve replay --quiet --lists net --alerts tiny.ndjson --store tiny/store.db net
    if [ ! -e tiny.ndjson ]; then pass "a tiny disk under the store: the alert file has not the final name"; else fail "a tiny disk under the store: the alert file has not the final name"; fi
    rm -f tiny/* tiny.ndjson*
    cp net/cdr-2024-12-02.csv big.csv
    awk 'NR > 1 { print "x" $0 }' net/cdr-2024-12-02.csv | head -3000 >>big.csv
    expect_exit "a tiny disk: rejects" 74 simsieve replay --quiet --alerts tiny.ndjson --rejects tiny/rejects.ndjson --stats stats.json big.csv
    verdict "a tiny disk under the rejects: the run goes on to its end" "$(accounted dropped.type_unknown=3000)"
    if [ ! -e tiny/rejects.ndjson ]; then pass "a tiny disk: the partial reject file has not the final name"; else fail "a tiny disk: the partial reject file has not the final name"; fi
    rm -f tiny/*
    expect_exit "a tiny disk: a network" 74 simsieve generate --subscribers 2000 --days 1 --out tiny/net
    if find tiny -name 'cdr*.csv' -o -name truth.csv | grep -q .; then fail "a tiny disk: no partial file of a network" "$(ls tiny/net)"; else pass "a tiny disk: no partial file of a network"; fi
    rm -rf tiny/*
    dd if=/dev/zero of=tiny/fill bs=1k count=62 2>/dev/null
    simsieve replay --quiet --lists net --alerts /dev/null --store net.db net
    expect_exit "a tiny disk: reports" 74 simsieve report --store net.db --province 11 --day 2024-12-03 --out tiny
    if ls tiny/bao-cao* >/dev/null 2>&1; then fail "a tiny disk: no partial report" "$(ls tiny)"; else pass "a tiny disk: no partial report"; fi
    umount tiny
else
    skip "a tiny disk" "a file system can only be mounted by root"
fi

# --- what cannot be created ---
while IFS='|' read -r line answer; do
    [ -n "$line" ] || continue
    # shellcheck disable=SC2086
    expect_exit "exit 73: $line" 73 simsieve $line
    expect_grep "the answer to: $line" "$answer" err
done <<'TABLE'
replay --quiet --alerts no/folder/a one/burst.csv|no/folder/a\.part: cannot be created: No such file
replay --quiet --alerts one one/burst.csv|one: cannot be created: Is a directory
replay --quiet --alerts d.ndjson --store no/folder/s one/burst.csv|no/folder/s: .*check the path
replay --quiet --alerts d.ndjson --store one one/burst.csv|one: .*directory
replay --quiet --alerts d.ndjson --stats no/folder/s one/burst.csv|no/folder/s\.part: cannot be created
replay --quiet --alerts d.ndjson --rejects no/folder/r one/burst.csv|no/folder/r\.part: cannot be created
decode --rejects no/folder/r one/burst.csv|no/folder/r\.part: cannot be created
generate --subscribers 100 --days 1 --out one/burst.csv|one/burst\.csv: is not a folder
TABLE
mkdir theirs
cp one/burst.csv theirs/cdr-1.csv
expect_exit "generate touches no folder with somebody's records" 73 simsieve generate --subscribers 100 --days 1 --out theirs
expect_same "somebody's records are as they were" one/burst.csv theirs/cdr-1.csv

# --- what must not be written over ---
cp one/burst.csv input.csv
while IFS='|' read -r line answer; do
    [ -n "$line" ] || continue
    # shellcheck disable=SC2086
    expect_exit "exit 64: $line" 64 simsieve $line
    expect_grep "the answer to: $line" "$answer" err
done <<'TABLE'
replay --alerts input.csv input.csv|--alerts input\.csv: is an input, which would be replaced
replay --alerts ./input.csv input.csv|is an input
replay --alerts x --rejects input.csv input.csv|--rejects input\.csv: is an input
replay --alerts x --stats input.csv input.csv|--stats input\.csv: is an input
replay --alerts x --store input.csv input.csv|--store input\.csv: is an input
replay --alerts theirs/cdr-1.csv theirs|would be read as records of the folder theirs
replay --alerts x --stats x input.csv|--alerts and --stats: both would be written to x
replay --alerts x --store x input.csv|--alerts and --store: both
replay --stats - input.csv|both would be written to standard output
decode --rejects input.csv input.csv|--rejects input\.csv: is an input
TABLE
expect_same "an input that was named as an output is as it was" one/burst.csv input.csv
replay "two outputs may go to the same device" --alerts /dev/null --rejects /dev/null input.csv
expect_exit "a database of somebody else is not touched" 78 sh -c "sqlite3 theirs.db 'CREATE TABLE t (x)' && '$PROGRAM' replay --quiet --alerts x --store theirs.db input.csv"
expect_exit "a file that is no database is not touched" 78 sh -c "seq 1000 >text.db; '$PROGRAM' replay --quiet --alerts x --store text.db input.csv"
expect_number "a file that is no database is as it was" 1000 "$(wc -l <text.db)"

# --- terminals ---
python3 "$HERE/on_terminal.py" "$PROGRAM" replay --lists net --alerts shown.ndjson net >terminal
expect_grep "progress is shown on a terminal" '[0-9]+ records' terminal
expect_grep "progress shows alerts" '[0-9]+ alerts' terminal
python3 "$HERE/on_terminal.py" "$PROGRAM" replay --quiet --lists net --alerts shown.ndjson net >terminal
expect_empty "--quiet shows nothing" terminal
simsieve replay --lists net --alerts shown.ndjson net 2>err
expect_no_grep "no progress bar outside of a terminal" $'\r' err
python3 "$HERE/on_terminal.py" "$PROGRAM" alerts shown.ndjson >terminal
expect_grep "alerts are coloured on a terminal" $'\033' terminal
NO_COLOR=1 python3 "$HERE/on_terminal.py" "$PROGRAM" alerts shown.ndjson >terminal
expect_no_grep "NO_COLOR is obeyed" $'\033' terminal
NO_COLOR='' python3 "$HERE/on_terminal.py" "$PROGRAM" alerts shown.ndjson >terminal
expect_grep "an empty NO_COLOR is none (no-color.org)" $'\033' terminal
simsieve alerts shown.ndjson >out
expect_no_grep "no colours outside of a terminal" $'\033' out
