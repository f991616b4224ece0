#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every format through the program as people use it: recognised by content, named, from a file, packed and from a pipe.
. "$(dirname "$0")/lib.sh"
fixtures=$CHECKOUT/tests/fixtures

# octets FILE COMMENT: the octets of the vector under that comment.
octets() {
    awk -v comment="# $2" '$0 == comment { found = 1; next } found && /^[0-9A-F]/ { print; exit }' "$1" | basenc --base16 -d
}

# format NAME FILE COMMENT RECORDS TYPES: what `decode` makes of a vector.
format() {
    octets "$fixtures/files/$2" "$3" >"$1.input"
    gzip -kf "$1.input"
    for way in "$1.input" "--format $1 $1.input" "$1.input.gz" "- <$1.input"; do
        # shellcheck disable=SC2086 # words
        eval simsieve decode $way 2>err | jq -r .type | tr '\n' ' ' >out
        if [ "$(cat out)" = "$4" ]; then pass "decode $way"; else fail "decode $way" "$(cat out err)"; fi
    done
}

format ber ber.txt "Two records, one behind the other." "mo_call mo_sms "
format ber-huawei ber-huawei.txt "A file in its wrapper." "mt_sms forward_call "
format ber-ericsson ber-ericsson.txt "Records, each in a choice of its own." "mo_call mo_sms mt_call "
format ts32297 ts32297.txt "Release 17: 54 octets of header, 5 before each record." "mo_call mo_sms "
format dx200 dx200.txt "A block: header, MO call, MO call of a later release, trailer, filler." "mo_call mo_call "
format tap tap.txt "$(sed -n 's/^# \(TAP 3.12: .*\)/\1/p' "$fixtures/files/tap.txt")" "mo_call mo_call mo_sms mt_call mt_sms "
format nrtrde nrtrde.txt "NRTRDE 2.1." "mo_call mo_sms mt_call "

# A capture, beside what the unit tests hold it against.
simsieve decode "$fixtures/pcap/smpp.pcap" >out 2>err
if cmp -s out "$fixtures/pcap/smpp.records"; then pass "decode smpp.pcap"; else fail "decode smpp.pcap" "$(cat out err)"; fi
cat "$fixtures/pcap/smpp.pcap" | simsieve decode - >out 2>err
if cmp -s out "$fixtures/pcap/smpp.records"; then pass "decode - <smpp.pcap"; else fail "decode - <smpp.pcap" "$(cat out err)"; fi
simsieve decode --ports records=5140 "$fixtures/pcap/datagrams.pcap" 2>err | wc -l >out
if [ "$(cat out)" = 4 ]; then pass "decode --ports records=5140"; else fail "decode --ports records=5140" "$(cat out err)"; fi
expect_exit "a port that is none" 64 simsieve decode --ports gtpp=x "$fixtures/pcap/smpp.pcap"

# Records that are none of ours are no damage: they end no --strict run.
octets "$fixtures/files/ber.txt" "A location update among them." >other.ber
expect_exit "left out is no damage" 0 simsieve decode --strict other.ber
octets "$fixtures/files/ber.txt" "The last record is cut off." >cut.ber
expect_exit "damage is" 65 simsieve decode --strict cut.ber

# The accounting of a replay over all of them adds up: what is left out is received and dropped.
simsieve replay --quiet --stats stats.json --alerts alerts.ndjson other.ber "$fixtures/pcap/gtpp_story.pcap" cut.ber 2>err
if jq -e '.received == .decoded + ([.dropped[]] | add) and .decoded == .applied + .duplicates + .late and
    .dropped.not_call_or_sms == 1 and .dropped.record_truncated == 1 and .decoded > 5' stats.json >out; then
    pass "the accounting of a replay over several formats"
else
    fail "the accounting of a replay over several formats" "$(cat stats.json err)"
fi

# Column maps.
cat >pbx.csv <<'TEXT'
"","0981234567","0912345678","c","x","y","z","Dial","","2025-03-14 09:26:50","2025-03-14 09:26:55","2025-03-14 09:27:03",13,8,"ANSWERED","DOCUMENTATION"
"","0981234567"
TEXT
map=$CHECKOUT/conf/maps/asterisk.yaml
simsieve decode --format "map:$map" pbx.csv 2>err | jq -r '.a + " " + .outcome' >out
if [ "$(cat out)" = "84981234567 answered" ]; then pass "decode by a map"; else fail "decode by a map" "$(cat out err)"; fi
expect_exit "replay by a map" 0 simsieve replay --quiet --format "map:$map" --alerts alerts.ndjson pbx.csv
expect_exit "measures by a map" 0 simsieve measures --format "map:$map" pbx.csv
expect_exit "map check" 0 simsieve map check "$map" pbx.csv
if grep -q '^1: {"type":"mo_call"' out && grep -q '^2: dropped field_count' out && grep -q '^1 records, 0 left out, 1 dropped$' out; then
    pass "map check shows what lines become"
else
    fail "map check shows what lines become" "$(cat out)"
fi
yes '"","0981234567","0912345678","c","x","y","z","Dial","","2025-03-14 09:26:50","","",13,8,"BUSY"' | head -1000 >long.csv
expect_exit "map check of a long table" 0 simsieve map check "$map" long.csv
if [ "$(tail -1 out)" = "100 records, 0 left out, 0 dropped" ]; then pass "a hundred lines"; else fail "a hundred lines" "$(tail -1 out)"; fi
expect_exit "a table without a record" 65 simsieve map check "$map" other.ber
expect_exit "no table" 66 simsieve map check "$map" none.csv
expect_exit "no map" 66 simsieve map check none.yaml pbx.csv
expect_exit "no map with a format" 66 simsieve decode --format map:none.yaml pbx.csv
expect_exit "the format map without a file" 64 simsieve decode --format map pbx.csv
expect_exit "no subcommand" 64 simsieve map
printf 'format: 1\nfields:\n  type: {is: mo_cal}\n' >wrong.yaml
expect_exit "a map that is wrong" 78 simsieve decode --format map:wrong.yaml pbx.csv
if grep -q "wrong.yaml:3:14: .*did you mean 'mo_call'" err; then pass "a map's mistake has its place"; else fail "a map's mistake has its place" "$(cat err)"; fi

# The long run takes the same formats: files in a folder, by content and by a map.
mkdir in in-ber
cp pbx.csv in
cp other.ber "$fixtures/pcap/gtpp_story.pcap" in-ber
cat >run.yaml <<TEXT
format: 1
metrics: 0
feeds:
  - {name: pbx, kind: spool, records: "map:$map", settings: {folder: in, once: yes}}
  - {name: switch, kind: spool, settings: {folder: in-ber, once: yes}}
TEXT
expect_exit "run over folders of several formats" 0 simsieve run -c run.yaml --stats run.json
if jq -e '.received == .decoded + ([.dropped[]] | add) and .dropped.field_count == 1 and .dropped.not_call_or_sms == 1 and
    .dropped.gtpp_short == 1 and .decoded == 8' run.json >out; then
    pass "the accounting of a run over several formats"
else
    fail "the accounting of a run over several formats" "$(cat run.json err)"
fi
sed -i "s,map:$map,map:$PWD/wrong.yaml," run.yaml
expect_exit "a run with a map that is wrong" 78 simsieve run -c run.yaml --check
