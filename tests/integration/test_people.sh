#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What people read: the Department's report, why a number did or did not alert, and the table of alerts.
. tests/integration/lib.sh
write_burst one
simsieve generate --subscribers 2000 --days 3 --seed 2024 --scenario "$CHECKOUT/conf/scenarios/small.yaml" --out net
replay "a province for people to ask about" --quiet --lists net --alerts alerts.ndjson --store store.db net

# --- report ---
mkdir reports
expect_exit "a report into a folder" 0 simsieve report --store store.db --province 11 --day 2024-12-03 --out reports
expect_empty "a report into a folder leaves standard output alone" out
expect_grep "a report into a folder says where" '^reports/bao-cao-11-2024-12-03\.txt$' err
expect_number "a report is a text and a table" "bao-cao-11-2024-12-03.csv bao-cao-11-2024-12-03.txt" "$(cd reports && echo *)"
text=reports/bao-cao-11-2024-12-03.txt
table=reports/bao-cao-11-2024-12-03.csv
expect_grep "a report is a draft" '\(DỰ THẢO\)' $text
expect_grep "a report has no number of its own" '^Số: +/' $text
expect_grep "a report says how complete its data is" 'Bản ghi đã nhận +[0-9]' $text
expect_grep "a report counts gaps" 'Thiếu theo số thứ tự của tổng đài' $text
expect_grep "a report says what records do not show" 'bản ghi cước( |$)' $text
expect_grep "windows are in the language of the report" 'trong (7 ngày|24 giờ)|7 ngày|24 giờ' $text
expect_number "the table begins with a byte order mark, for spreadsheets" efbbbf "$(head -c 3 $table | od -An -tx1 | tr -d ' ')"
verdict "every alert of the day is in text and table, once" "$(python3 - $text $table <<'PYTHON'
import csv, json, sys
text, rows = open(sys.argv[1]).read(), list(csv.reader(open(sys.argv[2], encoding="utf-8-sig")))
wanted = sorted(a["id"] for a in map(json.loads, open("alerts.ndjson")) if a["time"].startswith("2024-12-03") and
                "11" in a["provinces"]["active"] + a["provinces"]["registered"] + a["provinces"]["victims"])
ids = sorted(cell for row in rows for cell in row if cell in wanted)
if not wanted or ids != wanted or any(text.count(one) != 1 for one in wanted):
    print(len(wanted), "alerts;", len(ids), "in the table;", [text.count(one) for one in wanted])
PYTHON
)"
expect_grep "numbers are masked" '0[0-9]{3}\*\*\*[0-9]{3}' $text
verdict "no accused number is whole" "$(python3 - $text $table <<'PYTHON'
import json, sys
content = open(sys.argv[1]).read() + open(sys.argv[2]).read()
for alert in map(json.loads, open("alerts.ndjson")):
    for sim in alert["sims"]:
        if sim in content or "0" + sim[2:] in content:
            print(sim)
PYTHON
)"
expect_exit "a report for who may see numbers" 0 simsieve report --store store.db --province 11 --day 2024-12-03 --unmasked --text
expect_grep "--unmasked shows whole numbers" '(^|[^0-9])0[0-9]{9}([^0-9]|$)' out
expect_exit "a report on standard output" 0 simsieve report --store store.db --province 11 --day 2024-12-03 --text
expect_same "--text is the text" $text out
expect_exit "a table on standard output" 0 simsieve report --store store.db --province 11 --day 2024-12-03 --csv
expect_same "--csv is the table" $table out
expect_exit "a province by its name" 0 simsieve report --store store.db --province "Điện Biên" --day 2024-12-03 --text
expect_same "a province by its name is the same report" $text out
expect_exit "a quiet day" 0 simsieve report --store store.db --province 11 --day 2024-11-03 --text
expect_exit "a province without an alert" 0 simsieve report --store store.db --province 96 --day 2024-12-03 --text
expect_grep "a province without an alert still has its head" 'tỉnh Cà Mau' out
expect_number "a report is for its owner and group" 640 "$(stat -c %a $text)"
simsieve report --store store.db --province 11 --day 2024-12-03 --out reports 2>/dev/null
expect_number "a report twice is one report" 2 "$(find reports -type f | wc -l)"

# --- why ---
sim=$(python3 -c 'import json
print(next(a["sims"][0] for a in map(json.loads, open("alerts.ndjson")) if a["rule"] == "vn.young.coldcall"))')
expect_exit "why, from the store" 0 simsieve why "$sim" --store store.db
expect_grep "why tells the alerts of a SIM" '^  2024-12-0[234]T.* vn\.young\.coldcall +major +alert +[0-9a-f]{32}$' out
cp out by_digits
expect_exit "why, in another writing" 0 simsieve why "+84 ${sim:2:3}.${sim:5:3}.${sim:8}" --store store.db
expect_same "why, in another writing, is the same" by_digits out
expect_exit "why of an honest number, from the store" 0 simsieve why 0900000001 --store store.db
expect_grep "why of an honest number says that there is nothing" 'no alert, and never near one' out
near=$(sqlite3 -readonly store.db "SELECT sim FROM near WHERE sim NOT IN (SELECT sim FROM alert_sims) LIMIT 1")
expect_exit "why of a number that came near" 0 simsieve why "$near" --store store.db
expect_grep "why of a number that came near names the rule" 'vn\.[a-z_.]+ +nearly: all held but one' out
expect_grep "why of a number that came near shows value beside threshold" '^        [a-z0-9_]+(\([0-9a-z]+\))? [<>]=? [0-9.]+( %| s| days)? +[0-9.]+' out

at=$(python3 -c 'import json, sys
print(next(a["time"] for a in map(json.loads, open("alerts.ndjson")) if a["sims"] == [sys.argv[1]]))' "$sim")
expect_exit "why, from the records, at the moment of the alert" 0 simsieve why "$sim" --lists net --at "$at" net
expect_grep "why, from the records: when" "^in the records, at ${at%+*}" out
expect_grep "why, from the records: activation" 'activated .* by the subscriber list' out
expect_grep "why, from the records: a condition that holds" '^    yes out_calls >= 30 +30$' out
expect_no_grep "why, from the records: all conditions of the rule hold" '^    no ' <(sed -n '/vn.young.coldcall, major/,$p' out)
expect_grep "why, from the records: points of the score" '^    15 for per_contact <= 1\.3$' out
verdict "the points are the score" "$(awk '/^  score/ { score = $2 } /^ +[0-9]+ for / { sum += $1 } END { if (score != sum) print score, sum }' out)"
verdict "why says what the alert says" "$(python3 - "$sim" <<'PYTHON'
import json, re, sys
alert = next(a for a in map(json.loads, open("alerts.ndjson")) if a["sims"] == [sys.argv[1]])
told = dict(re.findall(r"^    yes (\w+) [<>]=? .*?  +([0-9.]+)", open("out").read(), re.M))
for name, measure in alert["measures"].items():
    value = measure["value"] * (100 if name.endswith(("ratio", "share")) else 1)
    if name not in told or abs(float(told[name]) - value) > 0.051:
        print(name, value, told.get(name))
PYTHON
)"
expect_exit "why, from both" 0 simsieve why "$sim" --store store.db --lists net net
expect_grep "why, from both: store" '^in the store store\.db:' out
expect_grep "why, from both: records" '^in the records, at ' out
expect_exit "why of a number that is in no record" 0 simsieve why 0900000001 --lists net net
expect_grep "why of a number that is in no record helps on" 'nothing of this number in the [0-9]+ hours before .*--at TIME' out
printf 'mo_call,2024-12-05T08:00:00+07:00,0988000001,0988000002,S1,9\n' | cat one/burst.csv - >later.csv
expect_exit "why of a SIM that has been quiet" 0 simsieve why 0961000001 --lists one/lists later.csv
expect_grep "why of a SIM that has been quiet says when it was not" 'its newest record is a day old or more: --at 2024-12-02T08:02:00' out
expect_exit "why with one rule" 0 simsieve why 0961000001 --lists one/lists --rules "$CHECKOUT/conf/rules/vn.officials.burst.yaml" one/burst.csv
expect_number "why with one rule tells of one rule" 1 "$(grep -c '^  vn\.' out)"

# --- alerts ---
expect_exit "the table of alerts" 0 simsieve alerts alerts.ndjson
expect_number "a headline an alert" "$(wc -l <alerts.ndjson)" "$(grep -c '^20' out)"
expect_number "no line is wider than a terminal" 0 "$(grep -cE '^.{111}' out)"
expect_grep "the table masks numbers" '^2024-12-0[234] [0-9:]{5}  (minor|major|critical) +vn\.[a-z_.]+ +84[0-9]{3}\*\*\*[0-9]{3}' out
expect_no_grep "no number is whole in the table" '84[0-9]{9}' out
expect_exit "the table in Vietnamese" 0 simsieve alerts --language vi alerts.ndjson
expect_grep "the table in Vietnamese is" 'SIM kích hoạt được' out
expect_exit "the table with whole numbers" 0 simsieve alerts --unmasked alerts.ndjson
expect_grep "the table with whole numbers has them" " 84[0-9]{9}( |$)" out
simsieve alerts - <alerts.ndjson >out 2>err
expect_grep "the table from standard input" '^2024-12-0[234]' out
expect_exit "no alerts" 0 simsieve alerts /dev/null
expect_grep "no alerts is said" '^no alerts$' out
