#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Rule files: every kind of mistake is exit 78 with file, line, column and the nearest word; what stands in a file is what
# table, explain, cost and backtest say. SEED in the environment chooses the mistakes made by chance.
. tests/integration/lib.sh
write_burst one
rules=$CHECKOUT/conf/rules
mkdir mine

expect_exit "the shipped rules pass their own tests" 0 simsieve rules check "$rules"
for rule in vn.five_criteria vn.officials.burst vn.officials.campaign vn.young.coldcall; do
    expect_grep "$rule has been checked, with six tests or more" "^$rule +rev [0-9]+ +[a-z]+ +([6-9]|[1-9][0-9]) tests passed" out
done
expect_exit "rules check takes the shipped rules when told nothing" 0 simsieve rules check
expect_exit "rules check takes one file" 0 simsieve rules check "$rules/vn.officials.burst.yaml"
expect_number "one file is one rule" 1 "$(wc -l <out)"
replay "a run takes one file" --lists one/lists --rules "$rules/vn.officials.burst.yaml" one/burst.csv
expect_counts "only its rule is run" alerts.vn.officials.burst=1 alerts.total=1

# wrong BASE SCRIPT WHERE ANSWER: a shipped rule, edited; its tests are left out so that lines are where a person counts them.
wrong() {
    sed -e '/^tests:/,$d' "$rules/$1.yaml" | sed -E "$2" >mine/rule.yaml
    grep -q '^tests:' mine/rule.yaml || echo 'tests: []' >>mine/rule.yaml
    expect_exit "exit 78: $1: $2" 78 simsieve rules check mine
    expect_grep "where and what: $1: $2" "^simsieve: mine/rule\.yaml:$3: .*$4" err
    expect_empty "no data on: $1: $2" out
}
line_of() { grep -nE "$2" "$rules/$1.yaml" | head -1 | cut -d: -f1; }

# At which line (a pattern of the shipped file) and column; the answer.
while IFS='~' read -r base script pattern column answer; do
    [ -n "$base" ] || continue
    at=1
    [ -z "$pattern" ] || at=$(line_of "vn.$base" "$pattern")
    wrong "vn.$base" "$script" "$at:$column" "$answer"
done <<'TABLE'
young.coldcall~s/^cooldown:/cooldwn:/~^cooldown:~1~'cooldwn' is no key here; did you mean 'cooldown'\?
young.coldcall~s/^status:/stauts:/~^status:~1~did you mean 'status'\?
young.coldcall~s/^owner:/thing:/~^owner:~1~'thing' is no key here
young.coldcall~s/out_calls >= 30/out_cals >= 30/~out_calls >= 30~7~'out_cals' is no measure; did you mean 'out_calls'\?
young.coldcall~s/out_calls >= 30/calls >= 30/~out_calls >= 30~7~'calls' is no measure; did you mean
young.coldcall~s/out_calls >= 30/out_calls => 30/~out_calls >= 30~7~'=>' is no comparison; use >= <= > or <
young.coldcall~s/out_calls >= 30/out_calls/~out_calls >= 30~7~a condition is 'measure op value'
young.coldcall~s/out_calls >= 30/out_calls >=30/~out_calls >= 30~7~a condition is 'measure op value'
young.coldcall~s/out_calls >= 30/out_calls >= 30%/~out_calls >= 30~7~'30%': a whole number is expected
young.coldcall~s/out_calls >= 30/out_calls >= 30 in 40d/~out_calls >= 30~7~'40d': a window is 1m to 30d
young.coldcall~s/out_calls >= 30/out_calls >= 30 in 90/~out_calls >= 30~7~'90': a window is 1m to 30d, with its unit
young.coldcall~s/stranger_ratio >= 75%/stranger_ratio >= 0.75/~stranger_ratio >= 75~7~'0\.75': a ratio is written in percent
young.coldcall~s/stranger_ratio >= 75%/stranger_ratio >= 175%/~stranger_ratio >= 75~7~'175%': a ratio is written in percent, 0% to 100%
young.coldcall~s/gap_median_s <= 10m/gap_median_s <= 600/~gap_median_s <= 10m~7~'600': a time is written with its unit
young.coldcall~s/sim_age_d <= 30d/sim_age_d <= 30/~sim_age_d <= 30d~7~'30': a time is written with its unit
young.coldcall~s/per_contact <= 1.5/per_contact <= few/~per_contact <= 1\.5~7~'few': a number is expected
young.coldcall~s/^window: 24h/window: 24/~^window:~9~'24' is no duration; write a number and its unit
young.coldcall~s/^window: 24h/window: 60d/~^window:~9~'60d' is not within 1m to 30d
young.coldcall~s/^cooldown: 24h/cooldown: 10s/~^cooldown:~11~'10s' is not within 1m to 365d
young.coldcall~s/^status: alert/status: alrt/~^status:~9~'alrt' is no status; did you mean 'alert'\?
young.coldcall~s/^subject: sim/subject: simm/~^subject:~10~'simm' is no subject; did you mean 'sim'\?
young.coldcall~s/^rev: .*/rev: 0/~^rev:~6~'0' is no whole number from 1 to
young.coldcall~s/^rev: .*/rev: one/~^rev:~6~'one' is no whole number
young.coldcall~s/^format: 1/format: 2/~^format:~9~'2' is no whole number from 1 to 1
young.coldcall~s/^id: .*/id: Vn Young/~^id:~5~an id is small letters, digits
young.coldcall~s/^  major:/  majr:/~^  major:~3~'majr' is no severity; did you mean 'major'\?
young.coldcall~s/^worse: .*/worse: out_callz/~^worse:~8~'out_callz' is no measure; did you mean 'out_calls'\?
young.coldcall~s/^worse: .*/worse: stranger_ratio/~^worse:~8~'stranger_ratio' is no count
young.coldcall~s/^worse: .*/worse: "[x"/~^worse:~8~'\[x' is no measure
young.coldcall~s/^worse: .*/worse: out_calls\nworse: out_calls/~^cooldown:~1~key 'worse' is given twice
young.coldcall~s/^min_sample: .*/min_sample: {out_cals: 30}/~^min_sample:~14~'out_cals' is no count; did you mean 'out_calls'\?
young.coldcall~s/^min_sample: .*/min_sample: {out_calls: many}/~^min_sample:~25~'many' is no whole number
young.coldcall~/^min_sample:/d~~1~'per_contact' says nothing of a few events: set min_sample
young.coldcall~/^title:/,/en:/d~~1~key 'title' is missing
young.coldcall~/^  vi: "SIM/d~^  vi: "SIM~3~key 'vi' is missing
young.coldcall~s/\{out_calls\}/{out_cals}/~^  vi: >-~3~'out_cals' is no measure; did you mean 'out_calls'\?
young.coldcall~s/^title:/title: [/~^  en: "New SIM~3~did not find expected
young.coldcall~s/^subject: sim/subject: sim\ngroup_by: device/~^window:~11~group_by is for campaigns
young.coldcall~s/^worse: /member:\n  all: [out_calls >= 3]\nworse: /~^cooldown:~3~member is for groups
young.coldcall~s/out_calls >= [0-9]+/in_calls >= 30/;s/^min_sample: .*/min_sample: {in_calls: 30}/~~1~no count of outgoing attempts bounds this rule
officials.campaign~s/sims >= 3/simms >= 3/~sims >= 3~7~'simms' is no measure of a group; did you mean 'sims'\?
officials.campaign~s/sims >= 3/sims >= 3 in 1h/~sims >= 3~7~a group has one window, the rule's
officials.campaign~s/group_by: protected/group_by: protectd/~^group_by:~11~'protectd' is no grouping; did you mean 'protected'\?
officials.campaign~s/accuses: members/accuses: member/~^accuses:~10~'member' is no word here; did you mean 'members'\?
officials.campaign~s/^worse: .*/worse: victms/~^worse:~8~'victms' is no measure of a group; did you mean 'victims'\?
officials.campaign~/^member:/,/reply_ratio/d~~1~key 'member' is missing
TABLE

printf '' >mine/rule.yaml
expect_exit "an empty file" 78 simsieve rules check mine
expect_grep "an empty file is told" 'mine/rule\.yaml:1:1: the file is empty' err
printf 'just a text\n' >mine/rule.yaml
expect_exit "a text" 78 simsieve rules check mine
expect_grep "a text is told" 'mine/rule\.yaml:1:1: a map of keys is expected here, not a text' err
cat "$rules/vn.officials.burst.yaml" - "$rules/vn.officials.burst.yaml" <<<'---' >mine/rule.yaml
expect_exit "two documents in a file" 78 simsieve rules check mine
expect_grep "two documents are told" 'one document a file' err
cp "$rules/vn.officials.burst.yaml" mine/rule.yaml
cp "$rules/vn.officials.burst.yaml" mine/again.yaml
expect_exit "two rules of one id" 78 simsieve rules check mine
expect_grep "two rules of one id are told with both files" "mine/rule\.yaml:1:1: id 'vn\.officials\.burst' is also that of mine/again\.yaml" err
rm mine/again.yaml
for line in "replay --rules mine one/burst.csv" "rules table mine" "rules cost --rules mine" "rules explain --rules mine" \
    "rules backtest --rules mine one/burst.csv" "rules backtest --against mine one/burst.csv" "why --rules mine 0961000001 one/burst.csv"; do
    sed 's/^window: 24h/window: 24/' "$rules/vn.officials.burst.yaml" >mine/rule.yaml
    # shellcheck disable=SC2086
    expect_exit "exit 78 for a broken rule: $line" 78 simsieve $line
    expect_grep "its place is told: $line" "mine/rule\.yaml:[0-9]+:9: '24' is no duration" err
done

# --- embedded tests ---
# embedded NAME CODE ANSWER TEST: a rule with one test in it.
embedded() {
    sed '/^tests:/,$d' "$rules/vn.officials.burst.yaml" >mine/rule.yaml
    printf 'tests:\n%s\n' "$4" >>mine/rule.yaml
    expect_exit "$1" "$2" simsieve rules check mine
    if [ "$2" = 0 ]; then expect_grep "$1: told" "$3" out; else expect_grep "$1: told" "^simsieve: mine/rule\.yaml:[0-9]+:[0-9]+: $3" err; fi
}
three=$(tail -n +2 one/burst.csv | cut -d, -f1-4 | sed 's/^/      /')
lists=$(printf '    lists:\n      subscribers: |\n%s\n      protected: |\n%s\n' "$(sed 's/^/        /' one/lists/subscribers.csv)" "$(sed 's/^/        /' one/lists/protected.csv)")
item() { printf '  - name: %s\n    given: |\n      type,time,a,b\n%s\n%s\n    expect: {%s}\n' "$1" "$2" "$3" "$4"; }
embedded "a test that holds" 0 '1 tests passed' "$(item burst "$three" "$lists" 'minor: 1')"
embedded "a test that fails" 78 "test 'burst': 1 major alerts expected, 0 raised" "$(item burst "$three" "$lists" 'minor: 1, major: 1')"
embedded "a test that expects nothing and gets an alert" 78 "test 'burst': 0 minor alerts expected, 1 raised" "$(item burst "$three" "$lists" 'alerts: 0')"
embedded "a test with a record that is none" 78 "test 'burst': cdr\.csv:2: type_unknown: " "$(item burst "      mo_smss,2024-12-02T08:00:00+07:00,0961000001,0912000001" "$lists" 'alerts: 0')"
embedded "a test without a header" 78 "test 'burst': cdr\.csv:1: no column \"b\"|test 'burst': .*of no known format" "  - {name: burst, given: \"type,time,a\\n\", expect: {alerts: 0}}"
embedded "a test with a row of a list that is none" 78 "test 'burst': a row of its lists cannot be read" "$(item burst "$three" "$(printf '    lists:\n      subscribers: |\n        number\n        nobody at all\n')" 'alerts: 0')"
embedded "a test with complaints" 0 '1 tests passed' "$(item burst "$three" "$(printf '%s\n      complaints: |\n        time,number,kind\n        2024-12-02,0961000001,S\n' "$lists")" 'minor: 1')"
embedded "a test with a complaint that is none" 78 "test 'burst': a row of its lists cannot be read" "$(item burst "$three" "$(printf '%s\n      complaints: |\n        time,number,kind\n        2024-12-02,0961000001,no\n' "$lists")" 'minor: 1')"
embedded "a test with a list without its column" 78 "test 'burst': subscribers\.csv:1: no column 'number'" "$(item burst "$three" "$(printf '    lists:\n      subscribers: |\n        nummer\n        1\n')" 'alerts: 0')"
embedded "a test with a list that there is not" 78 "'subscriber' is no list; did you mean 'subscribers'\?" "  - {name: x, given: \"type,time,a,b\\n\", lists: {subscriber: x}, expect: {alerts: 0}}"
embedded "a test with an expectation that there is not" 78 "'majr' is no expectation; did you mean 'major'\?" "  - {name: x, given: \"type,time,a,b\\n\", expect: {majr: 1}}"
embedded "a test without a name" 78 "key 'name' is missing" "  - {given: \"type,time,a,b\\n\", expect: {alerts: 0}}"
if ls /tmp/simsieve-rule-test-* >/dev/null 2>&1; then fail "embedded tests leave nothing behind"; else pass "embedded tests leave nothing behind"; fi

first=${SEED:-1}
echo "SEED=$first"
verdict "150 rule files with mistakes made by chance" "$(python3 "$HERE/broken_rules.py" "$PROGRAM" "$rules" "$first" 150)"

# --- what the rules say ---
expect_exit "rules table" 0 simsieve rules table
expect_grep "rules table: one line a rule and severity" '^vn\.young\.coldcall +[0-9]+ alert +sim +24h +critical +sim_age_d <= 30 days, out_calls >= 100, ' out
expect_grep "rules table: members of a campaign" '^ +members +sim_age_d <= 30 days, protected_out\(3d\) >= 2' out
expect_exit "rules explain: a rule" 0 simsieve rules explain vn.officials.burst
expect_grep "rules explain: what may be hit wrongly" 'may hit +a new SIM of an office' out
expect_exit "rules explain: a measure" 0 simsieve rules explain stranger_ratio
expect_grep "rules explain: formula" '^  formula +outgoing attempts to such numbers' out
expect_grep "rules explain: a worked example" '^  example +.*1 / 3 = 33 %' out
expect_exit "rules explain: all measures" 0 simsieve rules explain
for measure in $(simsieve measures one/burst.csv | sed -n 2p | tr ',' ' ' | sed 's/number//;s/score//'); do
    expect_grep "rules explain knows $measure" "^$measure \(" out
done
expect_exit "rules cost" 0 simsieve rules cost
expect_grep "rules cost: bytes a SIM" '30 contacts and 6 places in 30 days: [0-9]+ bytes' out
simsieve generate --subscribers 1000 --days 2 --seed 4 --scenario "$CHECKOUT/conf/scenarios/small.yaml" --out net
expect_exit "rules cost over records" 0 simsieve rules cost net --lists net
verdict "rules cost predicts what is measured" "$(awk '/^difference/ { if ($2 > 20 || $2 < -20) print }' out)"
expect_grep "rules cost measures" '^measured +[0-9]+ bytes' out
replay "a run to compare a backtest with" --quiet --lists net net
expect_exit "rules backtest" 0 simsieve rules backtest --lists net net
verdict "rules backtest counts what the run counts" "$(python3 - <<'PYTHON'
import json
run = json.load(open("stats.json"))["alerts"]
told = {line.split()[0]: int(line.split()[1]) for line in open("out") if line.startswith("vn.")}
if run != told:
    print(run, told)
PYTHON
)"
mkdir looser
cp "$rules"/*.yaml looser/
sed -i '/^tests:/,$d; s/out_calls >= 30$/out_calls >= 20/; s/{out_calls: 30}/{out_calls: 20}/' looser/vn.young.coldcall.yaml
echo 'tests: []' >>looser/vn.young.coldcall.yaml
rm looser/vn.officials.burst.yaml
expect_exit "rules backtest against other rules" 0 simsieve rules backtest --rules looser --against "$rules" --lists net net
expect_grep "rules backtest names what is lost" '^lost:' out
expect_grep "rules backtest names SIM and rule of what is lost" '^  vn\.officials\.burst 84[0-9]{9}$' out
expect_grep "rules backtest says when nothing is added" '^added: none$|^added:$' out

# --- off, shadow ---
for status in off shadow; do
    sed "s/^status: alert/status: $status/; /^tests:/,\$d" "$rules/vn.officials.burst.yaml" >mine/rule.yaml
    echo 'tests: []' >>mine/rule.yaml
    replay "a rule that is $status" --lists one/lists --rules mine one/burst.csv
    if [ $status = off ]; then
        expect_empty "a rule that is off is silent" out
    else
        expect_grep "a rule in shadow says so in its alerts" '"mode":"shadow"' out
        cp out shadow.ndjson
        expect_exit "an alert in shadow is of the schema" 0 python3 "$CHECKOUT/scripts/validate-alerts.py" shadow.ndjson
    fi
done
