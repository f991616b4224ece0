#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The demo of `make run`: a small province with planted campaigns, what is found in it, and how good that is.
set -eu
program=$1
folder=$(dirname "$program")/demo
rm -rf "$folder"
mkdir -p "$folder"

echo "== A province of 2,000 subscribers, three days in December 2024, among them a few criminals"
"$program" generate --subscribers 2000 --days 3 --seed 2024 --scenario conf/scenarios/small.yaml --out "$folder/province"
echo
echo "== What simsieve finds in its calls and messages"
"$program" replay --lists "$folder/province" --alerts "$folder/alerts.ndjson" --store "$folder/alerts.db" \
    --stats "$folder/stats.json" "$folder/province" 2>"$folder/accounting.txt"
"$program" alerts "$folder/alerts.ndjson"
echo
echo "== Where every record went"
cat "$folder/accounting.txt"
echo
echo "== Held against the truth"
"$program" score --truth "$folder/province/truth.csv" --alerts "$folder/alerts.ndjson" --cdr "$folder/province"
echo
echo "Look further:"
echo "  $program report --store $folder/alerts.db --province 11 --day 2024-12-03 --text"
echo "  $program why NUMBER --store $folder/alerts.db --lists $folder/province $folder/province"
echo "  $program rules explain vn.young.coldcall"
