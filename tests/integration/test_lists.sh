#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Lists: nobody protected is ever in clear, the allow-list wins, a number given to someone new starts anew, and mistakes
# in lists are told without the numbers in them.
. tests/integration/lib.sh
write_burst one
burst=one/burst.csv

# --- protected numbers ---
simsieve generate --subscribers 2000 --days 3 --seed 77 --scenario "$CHECKOUT/conf/scenarios/small.yaml" --out net
printf 'not,a,record\n' | cat net/cdr-2024-12-04.csv - >last.csv
simsieve replay --lists net --alerts alerts.ndjson --store store.db --stats stats.json net/cdr-2024-12-02.csv net/cdr-2024-12-03.csv last.csv >log.out 2>log.err
expect_number "a run over a network with officials" 0 $?
verdict "a run over a network with officials loses no record" "$(accounted)"
simsieve alerts --unmasked alerts.ndjson >alerts.txt
mkdir reports
for province in 0 01 11; do
    for date in 2024-12-02 2024-12-03 2024-12-04; do
        simsieve report --store store.db --province $province --day $date --unmasked --out reports 2>>log.err
    done
done
simsieve rules backtest --lists net net >backtest.out 2>&1
accused=$(python3 -c 'import json; print(json.loads(open("alerts.ndjson").readline())["sims"][0])')
simsieve why "$accused" --store store.db --lists net net >why.out 2>&1
tail -n +2 net/protected.csv | cut -d, -f1 >officials
sed 's/^84//' officials >officials.national
expect_number "there are officials to look for" yes "$([ "$(wc -l <officials)" -ge 40 ] && echo yes)"
for file in alerts.ndjson alerts.txt stats.json log.out log.err backtest.out why.out store.db; do
    if grep -aqFf officials.national $file; then
        fail "no official is in clear in $file" "$(grep -aoFf officials.national $file | sort | uniq -c | head -3)"
    else
        pass "no official is in clear in $file"
    fi
done
if cat reports/* | grep -aqFf officials.national; then fail "no official is in clear in a report, masked or not"; else pass "no official is in clear in a report, masked or not"; fi
sqlite3 store.db .dump >dump.sql
if grep -qFf officials.national dump.sql; then fail "no official is in clear in any column of the store"; else pass "no official is in clear in any column of the store"; fi
expect_number "alerts are their owner's" 600 "$(stat -c %a alerts.ndjson)"
expect_number "the store is its owner's" 600 "$(stat -c %a store.db)"
expect_grep "victims are counts" '"victims":\{"protected":[1-9][0-9]*,"by_province":' alerts.ndjson

# An official who calls his colleagues all day, from a new SIM, is never named.
cp -r one/lists colleague
printf '0961000001,So D,11,x\n' >>colleague/protected.csv
replay "an official with a new SIM rings colleagues" --lists colleague --store colleague.db $burst
expect_empty "an official who rings colleagues is in no alert" out
# Two episodes: of the burst, and of a campaign's member.
expect_counts "an official who rings colleagues is counted as spared" protected_subjects=2 alerts.vn.officials.burst=0
expect_grep "sparing is told" 'spared +0 +by the allow-list, 2 because they are protected themselves' err
expect_number "an official who rings colleagues is in no row of the store" 0 "$(sqlite3 colleague.db 'SELECT (SELECT count(*) FROM alerts) + (SELECT count(*) FROM near)')"
expect_exit "why says that the subject is protected" 0 simsieve why 0961000001 --lists colleague $burst
expect_grep "why gives the reason of the silence" 'itself a protected number: in no alert' out

# --- the allow-list ---
allow() { # NAME ROW ALERTS: the burst with one row on the allow-list
    rm -rf allowed
    cp -r one/lists allowed
    printf 'number,kind,owner,reason,expires\n%s\n' "$2" >allowed/allow.csv
    replay "$1" --lists allowed --store allowed.db $burst
    expect_counts "$1: alerts" alerts.vn.officials.burst="$3"
    [ "$3" = 0 ] || return
    expect_counts "$1: is counted" allowed=2
    expect_empty "$1: nothing on standard output" out
}
allow "a hotline on the allow-list is in no alert" '0961000001,hotline,PA05,dispatch 1717,' 0
expect_exit "why knows the allow-list" 0 simsieve why 0961000001 --lists allowed $burst
expect_grep "why names who allowed it" 'on the allow-list \(PA05\): in no alert' out
for kind in agency brandname call_centre probe other; do
    allow "$kind on the allow-list is in no alert" "+84 961 000 001,$kind,owner,reason,2024-12-31" 0
done
allow "an entry holds to the end of its last day" '0961000001,hotline,PA05,x,2024-12-02' 0
allow "an entry that has expired protects nobody" '0961000001,hotline,PA05,x,2024-12-01' 1
allow "an entry that expires a minute before the alert protects nobody" '0961000001,hotline,PA05,x,2024-12-02T08:01:00+07:00' 1
allow "an entry of somebody else protects nobody" '0961000002,hotline,PA05,x,' 1
allow "an entry that cannot be read protects nobody" '0961000001,hotlin,PA05,x,' 1
expect_grep "an entry that cannot be read is told" 'allowed/allow\.csv:2: kind: .*' err
expect_no_grep "an entry that cannot be read is told without its number" '961000001' err

# --- agencies ---
sed 's/So B/So A/; s/So C/So A/' one/lists/protected.csv >agency && cp -r one/lists agencies && mv agency agencies/protected.csv
replay "three officials of one agency" --lists agencies $burst
expect_counts "three officials of one agency are no burst at several" alerts.vn.officials.burst=0
sed 's/So B//; s/So C//' one/lists/protected.csv >agency && mv agency agencies/protected.csv
replay "three officials, two of no known agency" --lists agencies $burst
expect_counts "no known agency is no second agency" alerts.vn.officials.burst=0
expect_exit "measures with officials of no known agency" 0 simsieve measures --lists agencies $burst
expect_number "no known agency is not counted" 3,1 "$(python3 -c '
import csv
rows = csv.DictReader(line for line in open("out") if not line.startswith("#"))
print(*next((row["protected_out"], row["agencies_out"]) for row in rows if row["number"] == "84961000001"), sep=",")')"

# --- a number given to someone new ---
changed() { # NAME CHANGES ALERTS: the burst, with subscriber rows on the way
    printf '%s\n' "$2" >changes.csv
    replay "$1" --lists one/lists --changes changes.csv $burst
    expect_counts "$1: alerts" alerts.vn.officials.burst="$3" applied=3
}
changed "a new owner in the middle: his history is his own" $'number,activated\n0961000001,2024-12-02T08:01:30+07:00' 0
changed "a new owner before the first record changes nothing" $'number,activated\n0961000001,2024-12-02T07:00:00+07:00' 1
changed "a new owner after the last record changes nothing" $'number,activated\n0961000001,2024-12-02T09:00:00+07:00' 1
changed "another number's new owner changes nothing" $'number,activated\n0961000002,2024-12-02T08:01:30+07:00' 1
changed "the same activation again changes nothing" $'number,activated\n0961000001,2024-12-01T00:00:00+07:00' 1
changed "a change that is known late counts from then" $'number,activated,time\n0961000001,2024-12-02T08:01:30+07:00,2024-12-02T08:10:00+07:00' 1
changed "a row that cannot be read is left out" $'number,activated\nnobody at all,2024-12-02T08:01:30+07:00\n0961000001,never' 1
expect_number "a row that cannot be read is told" 2 "$(grep -c 'a row of --changes is left out: line [23]: ' err)"
expect_no_grep "a row that cannot be read is told without its number" '961000001' err
changed "rows out of order are told" $'number,activated,time\n0961000008,2024-12-02T08:01:00+07:00,2024-12-02T08:01:00+07:00\n0961000009,2024-12-02T08:00:00+07:00,2024-12-02T08:00:00+07:00' 1
expect_grep "rows out of order are named" 'not in the order of their times: line 3' err
sed 's/2024-12-01T00:00:00/2024-01-01T00:00:00/' one/lists/subscribers.csv >old && cp -r one/lists old_lists && mv old old_lists/subscribers.csv
replay "an old SIM" --lists old_lists $burst
expect_counts "an old SIM is no new one" alerts.vn.officials.burst=0
printf 'number,activated,province\n0961000001,2024-12-02T07:59:00+07:00,44\n' >changes.csv
replay "an old SIM's number given to someone new" --quiet --lists old_lists --changes changes.csv $burst
expect_counts "a SIM is as young as its owner" alerts.vn.officials.burst=1
expect_grep "an alert has the province of the new owner" '"registered":\["44"\]' out
while IFS='|' read -r code text answer; do
    [ -n "$code" ] || continue
    printf '%b' "$text" >changes.csv
    expect_exit "--changes, exit $code: $text" "$code" simsieve replay --quiet --lists one/lists --changes changes.csv --alerts x.ndjson --stats stats.json $burst
    expect_grep "--changes: the answer to: $text" "$answer" err
done <<'TABLE'
78||changes\.csv:1: empty
78|nr,activated\n0961000001,2024-12-02\n|changes\.csv:1: no column 'number'
78|number,activated\n"0961000001,2024-12-02\n|changes\.csv:2: a quote that does not close
TABLE
verdict "a run that --changes ended accounts for what it had read" "$(accounted received=1)"
if [ -e x.ndjson ]; then fail "a run that --changes ended leaves no whole output"; else pass "a run that --changes ended leaves no whole output"; fi

# The list says that a number was given to someone new at noon; records of the former owner come in late.
mkdir given
cp one/lists/protected.csv given/
printf 'number,activated\n0961000001,2024-12-02T12:00:00+07:00\n' >given/subscribers.csv
(cat $burst && printf '%s\n' 'mo_sms,2024-12-02T13:00:00+07:00,0961000001,0988000001,S1,4') >order.csv
replay "records of the former owner, in order" --quiet --lists given order.csv
expect_counts "the new owner has none of them" alerts.vn.officials.burst=0
sed -n '1p;5p' order.csv >late.csv && sed -n '2,4p' order.csv >>late.csv
replay "records of the former owner that come late" --quiet --lists given late.csv
expect_counts "the new owner has none of those either" alerts.vn.officials.burst=0 former_owners=3 applied=4
expect_exit "measures after a new owner" 0 simsieve measures --lists given late.csv
expect_grep "the new owner has one message out" '^84961000001,[0-9.]+,1,0,1,' out

# --- mistakes in lists ---
while IFS='|' read -r file text answer; do
    [ -n "$file" ] || continue
    rm -rf wrong && cp -r one/lists wrong
    printf '%b' "$text" >"wrong/$file"
    expect_exit "exit 78: $file: $text" 78 simsieve replay --quiet --lists wrong $burst
    expect_grep "the answer to: $file: $text" "wrong/$file:$answer" err
done <<'TABLE'
subscribers.csv||1: empty
subscribers.csv|numero,activated\n1,2\n|1: no column 'number'
protected.csv|agency,province\nSo A,11\n|1: no column 'number'
protected.csv|number,agency\n"0912000001,So A\n|2: a quote that does not close
protected.csv|number,number\n0912000001,x\n|1: 
allow.csv|kind,owner\nhotline,x\n|1: no column 'number'
cells.csv|province\n11\n|1: no column 'cell'
trunks.csv|kind\nnational\n|1: no column 'trunk'
senders.csv|kind\nbank\n|1: no column 'sender'
do_not_originate.csv|owner\nx\n|1: no column 'number'
dnc.csv|channel\nvoice\n|1: no column 'number'
complaints.csv|time\n2024-12-02\n|1: no column 'number'
TABLE
rm -rf wrong && cp -r one/lists wrong
printf '%s\n' 'number,agency,province,role' '0912000001,So A,11,x' '0912000002,So B,99,x' '09120,So B,11,x' '0912000003,So C,11,x' >wrong/protected.csv
replay "rows that cannot be read are left out" --lists wrong $burst
expect_counts "rows that can be read are used" alerts.vn.officials.burst=0 applied=3
expect_number "each row that cannot be read is told" 2 "$(grep -c 'wrong/protected\.csv:[34]: ' err)"
expect_no_grep "an official's row is told without its number" '0912000002|09120' err
