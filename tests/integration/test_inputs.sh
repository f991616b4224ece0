#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What comes in: every form of the same records gives the same alerts, every kind of damage is counted under its own
# reason and changes nothing else, and no record is lost without a reason.
. tests/integration/lib.sh
write_burst one
simsieve generate --subscribers 2000 --days 1 --seed 11 --scenario "$CHECKOUT/conf/scenarios/small.yaml" --out net
day=net/cdr-2024-12-02.csv
replay "the day as it is" --lists net --alerts clean.ndjson $day
expect_number "the day has alerts to compare" yes "$([ "$(wc -l <clean.ndjson)" -ge 3 ] && echo yes)"

# same NAME ARGUMENT...: the inputs give the alerts of the day.
same() {
    local name=$1
    shift
    replay "$name: all is accounted for" --quiet --lists net "$@"
    expect_same "$name: the same alerts" clean.ndjson out
}

# --- damage ---
wanted=$(python3 "$HERE/damage.py" $day damaged.csv)
replay "a day with every damage" --lists net --rejects rejects.ndjson --alerts damaged.ndjson damaged.csv
# shellcheck disable=SC2086 # one word a count
expect_counts "each damage is counted under its own reason" $wanted
for word in $wanted; do
    case $word in
    dropped.total*) ;;
    dropped.*) expect_grep "${word%=*} is told with its place" "dropped +[0-9]+ +$(echo "${word#dropped.}" | cut -d= -f1) +first at damaged\.csv:[0-9]+: " err ;;
    esac
done
expect_same "damage changes nothing beside it" clean.ndjson damaged.ndjson
expect_number "every damaged record is in the reject file" "$(echo "$wanted" | tr ' ' '\n' | sed -n 's/dropped.total=//p')" "$(wc -l <rejects.ndjson)"
expect_number "the reject file is its owner's" 600 "$(stat -c %a rejects.ndjson)"
verdict "a line of the reject file names input, line and reason" "$(python3 - <<'PYTHON'
import json
for line in open("rejects.ndjson"):
    reject = json.loads(line)
    if not {"input", "line", "reason"} < set(reject) or len(reject.get("bytes", reject.get("base64", ""))) > 6000:
        print(line[:200])
PYTHON
)"
expect_grep "a column nobody knows is named once" 'unknown column "note"' err
expect_number "a column nobody knows is named only once" 1 "$(grep -c 'unknown column' err)"
expect_no_grep "nothing of a damaged record is on the log" '0912000001|0961000001' err
expect_exit "--strict: exit 65 when something could not be decoded" 65 simsieve replay --quiet --strict --lists net --alerts strict.ndjson --stats stats.json damaged.csv
expect_same "--strict: the alerts are whole nevertheless" clean.ndjson strict.ndjson
verdict "--strict: the accounting is whole nevertheless" "$(accounted "$(echo "$wanted" | grep -o 'duplicates=[0-9]*')")"
expect_exit "--strict is content with a clean day" 0 simsieve replay --quiet --strict --lists net --alerts strict.ndjson $day
expect_exit "decode --strict: exit 65" 65 simsieve decode --strict damaged.csv
expect_exit "decode goes on after damage" 0 simsieve decode damaged.csv
expect_grep "decode tells its drops" '^dropped 2 line_too_long, first at damaged\.csv:' err
for command in measures "rules backtest" "why 0961000001" "rules cost"; do
    # shellcheck disable=SC2086
    expect_exit "$command goes on after damage" 0 simsieve $command damaged.csv
    expect_grep "$command says how much it left out" '^simsieve: warning: [0-9]+ of [0-9]+ records could not be decoded' err
done
printf 'type,time,a,b\nnothing,,,\nmo_call,yesterday,,\n' >hopeless.csv
for command in replay decode measures "rules backtest" "rules cost" "why 0961000001"; do
    # shellcheck disable=SC2086
    expect_exit "exit 65 when nothing can be decoded: $command" 65 simsieve $command hopeless.csv
done
expect_exit "exit 65 when nothing is of the format that was named" 65 simsieve replay --format ndjson $day

cat >damaged.ndjson <<'LINES'
{"type":"mo_sms","time":"2024-12-02T08:00:00+07:00","a":"0961000001","b":"0912000001","switch":"S1","seq":1}
{"type":"mo_sms","time":"2024-12-02T08:00:00+07:00","a":"0961000001"
{"type":"mo_sms","time":{"hour":8},"a":"0961000001","b":"0912000001"}
{"type":"mo_sms","time":1733101260000,"a":84961000001,"b":"0912000002","switch":"S1","seq":2,"note":[1,{"x":null}]}
{"type":"mo_sms","time":"2024-12-02T08:02:00+07:00","a":"0961000001","b":"\u0030912000003","switch":"S1","seq":3}
[]
LINES
replay "NDJSON with damage" --lists one/lists damaged.ndjson
expect_counts "NDJSON: each damage under its own reason" applied=3 dropped.json=2 dropped.json_value=1 dropped.total=3 alerts.vn.officials.burst=1

awk 'BEGIN { print "type,time,a,b,switch,seq"
    for (i = 1; i <= 4100; i++) printf "mo_call,2024-12-02T08:00:00+07:00,0961000001,0912000001,S%d,%d\n", i, i }' >switches.csv
replay "records of more switches than there is room for" --quiet switches.csv
expect_counts "a limit that was reached is told" applied=4100 limits.switches_refused=4 limits.sims_refused=0

# --- packing, formats, order of columns ---
gzip -k -c $day >day.csv.gz
zstd -q -c $day >day.csv.zst
same "gzip" day.csv.gz
same "zstd" day.csv.zst
cp day.csv.gz any.name
same "a packed file without its ending" any.name
head -5000 $day | gzip -c >members.gz
tail -n +5001 $day | gzip -c >>members.gz
same "gzip of several members" members.gz
simsieve decode $day >day.ndjson
same "NDJSON of decode" day.ndjson
simsieve decode day.csv.gz | zstd -q -c >day.ndjson.zst
same "NDJSON packed" day.ndjson.zst
simsieve decode --csv day.ndjson >again.csv
same "CSV of decode --csv" again.csv
python3 - $day <<'PYTHON'
import csv, sys
with open(sys.argv[1], newline="") as source, open("turned.csv", "w", newline="") as target:
    writer = csv.writer(target, quoting=csv.QUOTE_ALL)
    for row in csv.reader(source):
        writer.writerow(row[::-1])
PYTHON
same "columns in another order, all quoted, CRLF" turned.csv
sed 's/$/\r/' $day >crlf.csv
same "CRLF" crlf.csv
(printf '\357\273\277' && cat $day) >bom.csv
same "a byte order mark" bom.csv
head -c -1 $day >short.csv
same "a last line without its end" short.csv
python3 - $day <<'PYTHON'
import random, sys
chance = random.Random(3)
writings = [lambda n: "0" + n, lambda n: "84" + n, lambda n: "+84" + n, lambda n: "0084" + n, lambda n: f"0{n[:3]}.{n[3:6]}.{n[6:]}",
            lambda n: f"+84 {n[:3]} {n[3:6]} {n[6:]}", lambda n: f"0{n[:3]}-{n[3:]}", lambda n: f"(0{n[:3]}) {n[3:]}"]
def write(number):
    return chance.choice(writings)(number[2:]) if len(number) == 11 and number.startswith("84") and number.isdigit() else number
with open(sys.argv[1]) as source, open("written.csv", "w") as target:
    target.write(next(source))
    for line in source:
        fields = line.split(",")
        fields[2], fields[3] = write(fields[2]), write(fields[3])
        target.write(",".join(fields))
PYTHON
same "every writing of a number" written.csv
python3 - $day <<'PYTHON'
import datetime, sys
with open(sys.argv[1]) as source, open("epoch.csv", "w") as target:
    target.write(next(source))
    for line in source:
        fields = line.split(",")
        fields[1] = str(round(datetime.datetime.fromisoformat(fields[1]).timestamp() * 1000))
        target.write(",".join(fields))
PYTHON
same "times as epoch milliseconds" epoch.csv
simsieve replay --quiet --lists net - <$day >out 2>err
expect_same "standard input: the same alerts" clean.ndjson out
cat $day | simsieve replay --quiet --lists net --stats stats.json - >out 2>err
expect_same "a pipe: the same alerts" clean.ndjson out
zstd -q -dc day.csv.zst | gzip -c | simsieve replay --quiet --lists net --stats stats.json - >out 2>err
expect_same "a packed pipe: the same alerts" clean.ndjson out

# A packed file that was cut off: what came before is used, the rest is one reject.
head -c $(($(stat -c %s day.csv.gz) / 2)) day.csv.gz >cut.csv.gz
head -c $(($(stat -c %s day.csv.zst) / 2)) day.csv.zst >cut.csv.zst
for packing in gz zst; do
    replay "a .$packing that is cut off" --lists net cut.csv.$packing
    expect_counts "a .$packing that is cut off is one reject" dropped.stream=1 dropped.total=1
    expect_grep "a .$packing that is cut off is told" 'it is cut off; what came before is used' err
done
expect_exit "a form that is not read is named" 65 sh -c "printf 'PK\003\004zip' >a.zip; '$PROGRAM' replay a.zip"
expect_grep "a zip archive is named" 'a\.zip: is a zip archive; unpack' err

# --- folders ---
mkdir -p folder/inner
cp $day folder/cdr-1.csv
cp net/*.csv folder/ && rm folder/cdr-2024*
cp one/burst.csv folder/.hidden.csv
cp one/burst.csv folder/unfinished.csv.part
cp one/burst.csv folder/inner/
same "a folder with lists, hidden and unfinished files" folder
expect_grep "a folder in a folder is named" 'folder/inner: is a folder in a folder and left out' err
mkfifo folder/pipe
same "a FIFO in a folder does not hang" folder
rm folder/pipe

# --- unreadable ---
chmod 755 .
cp one/burst.csv secret.csv && cp -r one/lists shut && mkdir closed && cp one/burst.csv closed/ && cp "$CHECKOUT"/conf/rules/*.yaml closed/
chmod 000 secret.csv shut/protected.csv closed
# The checkout may lie where nobody else can look (/root): another user gets copies.
cp "$PROGRAM" simsieve && cp -r "$CHECKOUT/conf" data && chmod -R a+rX data
nobody() {
    if [ "$(id -u)" = 0 ]; then
        SIMSIEVE_DATA=$WORK/data setpriv --reuid=65534 --regid=65534 --clear-groups "$WORK/simsieve" "$@"
    else
        simsieve "$@"
    fi
}
if nobody --version >/dev/null 2>&1; then
    while IFS='|' read -r line answer; do
        [ -n "$line" ] || continue
        # shellcheck disable=SC2086
        expect_exit "exit 66: $line" 66 nobody $line
        expect_grep "the answer to: $line" "$answer" err
    done <<'TABLE'
replay secret.csv|secret\.csv: .*Permission denied
decode secret.csv|secret\.csv: .*Permission denied
replay closed|closed: .*Permission denied
replay --lists shut one/burst.csv|shut/protected\.csv: .*Permission denied
replay --lists closed one/burst.csv|closed.*: .*Permission denied
replay --rules closed one/burst.csv|closed: .*Permission denied
replay --changes secret.csv one/burst.csv|secret\.csv: .*Permission denied
TABLE
    expect_exit "exit 73: a folder of somebody else" 73 nobody replay --quiet --alerts closed/a one/burst.csv
else
    skip "unreadable files" "no other user can run $PROGRAM"
fi
chmod 755 closed

# --- gaps, duplicates, lateness ---
awk 'NR == 1 || !/,VTL-11,(100|101|102|500),/' $day >holes.csv
replay "a day with holes" --lists net holes.csv
verdict "holes of sequence numbers are reported" "$(python3 - <<'PYTHON'
import json
stats = json.load(open("stats.json"))
found = sorted((gap["switch"], gap["from"], gap["to"], gap["missing"]) for gap in stats["gaps"])
if found != [("VTL-11", 100, 102, 3), ("VTL-11", 500, 500, 1)] or stats["missing"] != 4:
    print(found, stats["missing"])
PYTHON
)"
expect_grep "holes are told" '3 +VTL-11 100 to 102' err
awk 'NR == 1 || 1; NR > 1' $day >twice.csv
same "every record twice" twice.csv
expect_counts "second copies are duplicates" duplicates=$(($(wc -l <$day) - 1)) applied=$(($(wc -l <$day) - 1))
same "the same file under two names" $day twice.csv
(cat $day && printf 'mo_sms,2024-12-02T05:00:00+07:00,0961000001,0912000001,,,,,,,,X,1,,\n') >old.csv
replay "an old record within the lateness" --quiet --lists net old.csv
expect_counts "an old record within the lateness is applied" late=0
replay "an old record beyond the lateness" --quiet --lists net --lateness 10h old.csv
expect_counts "an old record beyond the lateness is late" late=1 applied=$(($(wc -l <$day) - 1))
tail -1 old.csv | cat <(head -1 $day) - >late.csv
replay "lateness is of each input by itself" --quiet --lists net --lateness 10h $day late.csv
expect_counts "an old input is not late beside a new one" late=0
