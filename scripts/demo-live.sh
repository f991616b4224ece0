# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# shellcheck disable=SC2154 # demo (its name) and records (how many are to come) are set by who sources this
# What the live demos share. Sets program and folder, for what they write.
program=$1
folder=$(cd "$(dirname "$program")" && pwd)/demo-$demo
rm -rf "$folder"
mkdir -p "$folder/lists"
run_id='' # of the run, while there is one

echo "== A province of 2,000 subscribers, three days in December 2024, among them a few criminals"
"$program" generate --subscribers 2000 --days 3 --seed 2024 --scenario conf/scenarios/small.yaml --out "$folder/province"
for list in subscribers protected allow cells senders trunks; do
    cp "$folder/province/$list.csv" "$folder/lists/"
done

# configure KIND SETTING...: one feed, in simsieve.yaml.
configure() {
    printf 'format: 1\nstate: state\nlists: lists\nmetrics: 0\nfeeds:\n  - name: %s\n    kind: %s\n    settings:\n' "$demo" "$1"
    shift
    printf '      %s\n' "$@"
}

# start_run [COMMAND...]: the run in the background, perhaps by another command; its new alerts go on the screen as they come.
start_run() {
    mkfifo "$folder/alerts"
    tee "$folder/alerts.ndjson" <"$folder/alerts" | "$program" alerts - &
    "$@" "$program" run -c "$folder/simsieve.yaml" --alerts "$folder/alerts" --stats "$folder/stats.json" 2>"$folder/log" &
    run_id=$!
    until status | grep -q '"state":"live"'; do
        kill -0 "$run_id" 2>/dev/null || { cat "$folder/log" >&2; exit 1; }
        sleep 0.1
    done
}

status() { "$program" status -c "$folder/simsieve.yaml" --json 2>/dev/null; }

# end_run: waits for the last record, asks the run how it is, and stops it.
end_run() {
    for _ in $(seq 600); do
        status | grep -q "\"decoded\":$records," && break
        sleep 0.1
    done
    echo
    echo "== What the running process says of itself: simsieve feeds, simsieve status"
    "$program" feeds -c "$folder/simsieve.yaml"
    echo
    "$program" status -c "$folder/simsieve.yaml"
    stop_run
    wait
    echo
    echo "== Held against the truth"
    "$program" score --truth "$folder/province/truth.csv" --alerts "$folder/alerts.ndjson" --cdr "$folder/province" | sed -n '1,8p'
    echo
    echo "== Held against a replay of the same records by file"
    "$program" replay --quiet --lists "$folder/lists" --alerts "$folder/replay.ndjson" "$folder/$1" || :
    if cmp "$folder/alerts.ndjson" "$folder/replay.ndjson"; then
        echo "the same $(wc -l <"$folder/replay.ndjson") alerts, byte for byte"
    else
        echo "not the same alerts" >&2
        exit 1
    fi
}

stop_run() {
    [ -n "$run_id" ] || return 0
    kill -TERM "$run_id" 2>/dev/null || :
    wait "$run_id" 2>/dev/null || :
    run_id=''
}
