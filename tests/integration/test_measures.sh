#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The measures: by hand on a page of records, and against an oracle (oracle_measures.py) on a generated network and on
# random records, for several windows and moments. SEED in the environment is the first of the random seeds.
. tests/integration/lib.sh
oracle() { timeout 100 python3 "$HERE/oracle_measures.py" "$PROGRAM" "$@" 2>&1; }

# agree NAME ARGUMENT...: program and oracle print the same, about some numbers.
agree() {
    local name=$1 told
    shift
    told=$(oracle "$@")
    case $told in
    [1-9]*" numbers agree") pass "$name" ;;
    *) fail "$name" "$told" ;;
    esac
}

# --- by hand ---
cat >page.csv <<'RECORDS'
type,time,a,b,outcome,duration,imei,cell,switch,seq
mo_call,2024-11-20T09:00:00+07:00,0961000001,0912000004,answered,60,35100000000001,452-04-1-1,S,1
mo_call,2024-12-02T21:59:00+07:00,0961000001,0912000001,answered,6,35100000000001,452-04-1-1,S,2
mo_call,2024-12-02T22:00:00+07:00,0961000001,0912000001,answered,7,351000000000017,452-04-1-1,S,3
mo_call,2024-12-02T22:01:00+07:00,0961000001,0912000002,no_answer,,35100000000002,452-04-1-2,S,4
mo_call,2024-12-02T22:03:00+07:00,0961000001,0912000003,answered,45,35100000000002,452-04-1-2,S,5
mo_call,2024-12-02T22:04:00+07:00,0961000001,0912000004,answered,,,,S,6
mo_sms,2024-12-02T22:04:30+07:00,0961000001,5656,delivered,,,,S,7
mo_call,2024-12-02T22:05:00+07:00,0912000002,0961000001,answered,30,,,S,8
mt_call,2024-12-02T22:05:01+07:00,0912000002,0961000001,answered,30,35100000000003,452-04-1-3,S,9
mt_sms,2024-12-02T22:06:00+07:00,NGANHSONG,0961000001,delivered,,,,S,10
mt_sms,2024-12-02T22:07:00+07:00,,0961000001,delivered,,,,S,11
mo_call,2024-12-02T22:05:00+07:00,0912000002,0961000001,answered,30,,,S,8
RECORDS
mkdir lists
printf '%s\n' 'number,activated' '0961000001,2024-11-02T22:07:00+07:00' >lists/subscribers.csv
printf '%s\n' 'number,agency,province,role' '0912000001,So A,11,x' '0912000002,So B,11,x' '0912000004,So B,11,x' >lists/protected.csv
cat >lists/complaints.csv <<'COMPLAINTS'
time,number,kind
2024-12-01T22:07:00+07:00,0961000001,V
2024-12-01T22:07:00.001+07:00,0961000001,V
2024-12-02T22:07:00+07:00,+84961000001,S
2024-12-02T22:07:00+07:00,0961000001,S
2024-12-02T22:07:00+07:00,0961000001,LD
2024-12-02T22:07:00.001+07:00,0961000001,LD
2024-12-02T22:00:00+07:00,0912000001,V
COMPLAINTS
expect_exit "a page of records is measured" 0 simsieve measures --lists lists page.csv
cat >wanted <<'VALUES'
sim_age_d 30
age_known 1
out_calls 5
out_sms 1
in_calls 1
in_sms 1
in_service_sms 1
fan_out 4
fan_in 1
out_share 0.75
per_contact 1.5
answered 4
asr 0.8
acd_s 19.333333
short_ratio 0.333333
below45_ratio 0.75
gap_median_s 60
gap_cv 0.445362
stranger_ratio 0.666667
reply_ratio 0.25
protected_out 3
agencies_out 2
cells 3
imeis 3
night_ratio 0.833333
out_attempts 6
out_call_share 0.625
short_gap_ratio 0.2
protected_share 0.75
complaints 3
VALUES
python3 -c '
import csv
for row in csv.DictReader(line for line in open("out") if not line.startswith("#")):
    if row["number"] == "84961000001":
        for name, value in row.items():
            if name not in ("number", "score"):
                print(name, value)' >got
expect_same "every measure is what a hand counts" wanted got
diff wanted got | sed 's/^/    /'
expect_number "one row a number, sorted" "5656 84912000001 84912000002 84912000003 84912000004 84961000001 NGANHSONG" "$(sed '1,2d' out | cut -d, -f1 | tr '\n' ' ' | sed 's/ $//')"
expect_exit "why tells them too" 0 simsieve why 0961000001 --lists lists --at 2024-12-02T22:07:00+07:00 page.csv
expect_grep "and how many complaints there are" '^ +complaints +3 +reports to 156' out
expect_exit "a window excludes its begin" 0 simsieve measures --lists lists --window 1m --at 2024-12-02T22:00:00+07:00 page.csv
expect_grep "a window includes its end" '^84961000001,[0-9.]*,1,1,0,' out
expect_exit "a moment before all records has no rows" 0 simsieve measures --at 2024-01-01T00:00:00+07:00 page.csv
expect_number "only the heads are printed then" 2 "$(wc -l <out)"
expect_grep "the head says what is exact" '^# simsieve measures at 2024-01-01T00:00:00\+07:00 over 24h: ' out
expect_exit "exit 70: the memory does not suffice to be exact" 70 sh -c "'$PROGRAM' generate --subscribers 20000 --days 1 --out large >/dev/null && '$PROGRAM' measures --memory 256K large"
expect_grep "a limit of memory is named, not passed over" 'more memory than --memory allows' err
rm -rf large

# --- a generated network ---
simsieve generate --subscribers 600 --days 3 --seed 3 --scenario "$CHECKOUT/conf/scenarios/small.yaml" --out net
agree "a generated network, 24h" --lists net net/cdr-*.csv
agree "a generated network, 3d, without lists" --window 3d net/cdr-*.csv
agree "a generated network, 90m, in the middle of a day" --lists net --window 90m --at 2024-12-03T10:30:00+07:00 net/cdr-*.csv

# --- records without any sense ---
first=${SEED:-1}
echo "SEED=$first"
for seed in $(seq "$first" $((first + 5))); do
    rm -rf random && mkdir random
    python3 "$HERE/random_records.py" "$seed" random
    middle=$(sed -n 1500p random/cdr.csv | cut -d, -f2)
    middle=$(date -u -d "@$((middle / 1000))" +%Y-%m-%dT%H:%M:%SZ)
    agree "random records $seed, 24h" --lists random/lists random/cdr.csv
    agree "random records $seed, 30d" --lists random/lists --window 30d random/cdr.csv
    agree "random records $seed, 12h, in the middle" --lists random/lists --window 12h --at "$middle" random/cdr.csv
    agree "random records $seed, 7d, in the middle, without lists" --window 7d --at "$middle" random/cdr.csv
done
