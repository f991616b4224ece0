#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The same records give the same alerts, byte for byte: whatever the number of shards, of files, the time zone, the folder
# or how often. The store holds the same objects, once.
. tests/integration/lib.sh
simsieve generate --subscribers 2000 --days 3 --seed 2024 --scenario "$CHECKOUT/conf/scenarios/small.yaml" --out net
replay "three days in one shard" --lists net --shards 1 --alerts base.ndjson net
applied=$(python3 -c 'import json; print(json.load(open("stats.json"))["applied"])')
expect_number "three days have alerts to compare" yes "$([ "$(wc -l <base.ndjson)" -ge 20 ] && echo yes)"
expect_exit "every alert is of the schema" 0 python3 "$CHECKOUT/scripts/validate-alerts.py" base.ndjson

# same NAME ARGUMENT...: a replay gives the alerts of base.ndjson and applies every record once.
same() {
    local name=$1
    shift
    replay "$name: all is accounted for" --quiet --lists net "$@"
    expect_counts "$name: every record is applied once" applied="$applied" duplicates=0 late=0
    expect_same "$name: the same alerts" base.ndjson out
}
for shards in 1 2 3 7 16; do
    same "$shards shards" --shards $shards net
done
for turn in 1 2 3; do
    same "seven shards, time $turn" --shards 7 net
done
same "the folder's files in another order" --shards 2 net/cdr-2024-12-04.csv net/cdr-2024-12-02.csv net/cdr-2024-12-03.csv
head -1 net/cdr-2024-12-02.csv >header
tail -qn +2 net/cdr-*.csv >lines
cat header lines >one.csv
same "one file" --shards 2 one.csv
cat net/cdr-*.csv >joined.csv
same "one file with three headers" joined.csv
mkdir by_line by_turn
split -n l/20 -d --additional-suffix=.csv --filter='cat header - >$FILE' lines by_line/part
same "twenty files, cut by lines" --shards 2 by_line
awk -v header="$(cat header)" '{ file = sprintf("by_turn/part%02d.csv", NR % 20) } !(file in seen) { print header >file; seen[file] = 1 }
    { print >file }' lines
same "twenty files, in turns" --shards 3 by_turn
for file in by_turn/part0*.csv; do gzip -q "$file"; done
for file in by_turn/part1*.csv; do zstd -q --rm "$file"; done
same "twenty files, in turns, packed" --shards 2 by_turn
same "files and a pipe" --shards 2 net/cdr-2024-12-02.csv net/cdr-2024-12-03.csv <(cat net/cdr-2024-12-04.csv)
same "half of the memory" --memory 1G net
env TZ=America/New_York LC_ALL=vi_VN.UTF-8 "$PROGRAM" replay --quiet --lists net net >out
expect_same "another time zone and language: the same alerts" base.ndjson out
mkdir elsewhere
(cd elsewhere && mv ../stats.json . && cp ../base.ndjson . && ln -s ../net net && same "from another folder" ../net)
cp "$PROGRAM" elsewhere/simsieve
SIMSIEVE_DATA=$CHECKOUT/conf elsewhere/simsieve replay --quiet --lists net net >out 2>err
expect_same "an installed program with its data elsewhere" base.ndjson out

# --- the store ---
replay "a run with a store" --quiet --lists net --alerts again.ndjson --store store.db --shards 2 net
expect_same "a store changes no alert" base.ndjson again.ndjson
in_store() { sqlite3 -readonly store.db "$1"; }
in_store 'SELECT json FROM alerts ORDER BY position, rule, subject_key' >stored.ndjson
expect_same "the store holds the same objects" base.ndjson stored.ndjson
expect_number "the store is its owner's" 600 "$(stat -c %a store.db)"
rows=$(in_store 'SELECT (SELECT count(*) FROM alerts), (SELECT count(*) FROM alert_sims), (SELECT count(*) FROM alert_provinces),
    (SELECT count(*) FROM near), (SELECT count(*) FROM accounting)')
in_store 'SELECT id, written_at_ms FROM alerts ORDER BY id' >written.before
replay "the same run again" --quiet --lists net --alerts again.ndjson --store store.db --shards 7 net
expect_number "the same run again adds nothing to the store" "$rows" "$(in_store 'SELECT (SELECT count(*) FROM alerts),
    (SELECT count(*) FROM alert_sims), (SELECT count(*) FROM alert_provinces), (SELECT count(*) FROM near),
    (SELECT count(*) FROM accounting)')"
in_store 'SELECT id, written_at_ms FROM alerts ORDER BY id' >written.after
expect_same "an alert keeps the time of its first writing" written.before written.after
replay "another run into the same store" --quiet --lists net --alerts again.ndjson --store store.db net/cdr-2024-12-02.csv
expect_number "another run has an accounting of its own" 2 "$(in_store 'SELECT count(*) FROM accounting')"
expect_number "the store is sound" ok "$(in_store 'PRAGMA integrity_check')"

# --- the generator ---
simsieve generate --subscribers 2000 --days 3 --seed 2024 --scenario "$CHECKOUT/conf/scenarios/small.yaml" --out net2
if diff -rq net net2 >differences; then pass "the same seed gives the same network"; else fail "the same seed gives the same network" "$(cat differences)"; fi
simsieve generate --subscribers 2000 --days 3 --seed 2025 --scenario "$CHECKOUT/conf/scenarios/small.yaml" --out net3
if cmp -s net/cdr-2024-12-02.csv net3/cdr-2024-12-02.csv; then fail "another seed gives another network"; else pass "another seed gives another network"; fi
expect_exit "generate replaces what it made itself" 0 simsieve generate --subscribers 500 --days 1 --seed 1 --out net3
expect_number "of a longer network nothing is left" 1 "$(find net3 -name 'cdr*' | wc -l)"

# --- the score ---
expect_exit "score" 0 simsieve score --truth net/truth.csv --alerts base.ndjson --cdr net
expect_grep "score has a row a class" '^coldcall +4 +' out
expect_exit "score --json" 0 simsieve score --json --truth net/truth.csv --alerts base.ndjson --cdr net/cdr-2024-12-02.csv net/cdr-2024-12-03.csv net/cdr-2024-12-04.csv
verdict "score agrees with a count by hand" "$(python3 - <<'PYTHON'
import csv, json
score = json.load(open("out"))
junk = {row["number"] for row in csv.DictReader(open("net/truth.csv")) if row["junk"] == "1"}
honest = {row["number"] for row in csv.DictReader(open("net/truth.csv")) if row["junk"] == "0"}
accused = {sim for line in open("base.ndjson") for sim in json.loads(line)["sims"]}
wanted = {"junk_sims": len(junk), "honest_sims": len(honest), "junk_accused": len(junk & accused), "honest_accused": len(honest & accused)}
for key, value in wanted.items():
    if score[key] != value:
        print(key, score[key], "instead of", value)
PYTHON
)"
