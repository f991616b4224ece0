#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Why a feed or a sink is not well, as a running process says it: in words, since when, without a secret; over once it is well, and
# then as the last error. (A wrong password: test_kafka_tls.sh; a missing topic: test_kafka.sh; a full journal: test_dpdk_queues.sh.)
. tests/integration/lib.sh

write_burst one
mkdir run lists
cp one/lists/*.csv lists/
SECRET=rather-secret
cat >run/simsieve.yaml <<YAML
format: 1
state: state
lists: ../lists
metrics: 0
feeds:
  - {name: mediation, kind: spool, settings: {folder: in, settle: 0s, rescan: 100ms}}
  - {name: activations, kind: spool, records: subscribers, settings: {folder: changed, settle: 0s, rescan: 100ms}}
  - {name: well, kind: spool, settings: {folder: ., names: none, rescan: 100ms}}
  - name: mobile
    kind: kafka
    settings:
      brokers: ['127.0.0.1:1']
      topics: [cdr]
      group: sieve
      payload: ndjson
      properties: {security.protocol: sasl_plaintext, sasl.mechanisms: PLAIN, sasl.username: sieve, sasl.password: $SECRET}
sinks:
  - {name: department, kind: file, retry_min: 100ms, retry_max: 200ms, settings: {folder: sent}}
YAML
mkdir run/sent
"$PROGRAM" run -c run/simsieve.yaml >run/out 2>run/err &
process=$!
# ask NAME KEY: of a feed or sink; "null" for null.
ask() {
    simsieve feeds -c run/simsieve.yaml --json 2>/dev/null | tee -a said | jq -r --arg name "$1" "(.feeds + .sinks)[] | select(.name == \$name) | .$2 | tostring"
}
says() { ask "$1" "$2" | grep -qE -- "$3"; }
# expect_says NAME WHO KEY PATTERN: within ten seconds.
expect_says() {
    if wait_until says "$2" "$3" "$4"; then pass "$1"; else fail "$1" "$3: $(ask "$2" "$3")" "$(tail -3 run/err)"; fi
}
TIME='^20[0-9]{2}-[0-9]{2}-[0-9]{2}T'

expect_says "a folder that is not there is said" mediation error 'run/in: No such file or directory; is it mounted, and may this user list it'
expect_says "and of a feed of lists" activations error 'run/changed: No such file or directory'
expect_says "a broker that is not there is said" mobile error "127.0.0.1:1/bootstrap: .*refused.*does the broker run, and is 'brokers' right"
for feed in mediation activations mobile; do
    expect_says "$feed: since when" $feed error_time "$TIME"
    expect_says "$feed: as the last error too" $feed last_error '..'
    expect_says "$feed: it is down" $feed up '^0$'
    expect_says "$feed: it is counted" $feed errors '^[1-9]'
done
expect_says "who is well has no error" well error '^$'
expect_says "and no time of one" well error_time '^null$'
expect_says "nor a last one" well last_error '^$'
simsieve feeds -c run/simsieve.yaml >table
expect_number "for people: below its feed" 1 "$(grep -A1 '^mediation  *spool  *down ' table | grep -cE '^    ERROR since 20[0-9T:.+-]+: .*run/in: No such file')"
expect_number "for people: below its feed of lists" 1 "$(grep -A1 '^activations  *spool  *down ' table | grep -c '^    ERROR since .*run/changed: ')"
expect_number "for people: below its Kafka feed" 1 "$(grep -A1 '^mobile  *kafka  *down ' table | grep -c '^    ERROR since .*refused')"
expect_number "and only there" 3 "$(grep -c 'ERROR' table)"

# --- each recovers for itself ---
rm -r run/sent && echo wall >run/sent
mkdir run/arriving run/changed
cp one/burst.csv run/arriving/
mv run/arriving run/in
expect_says "a folder that has come back is well" mediation error '^$'
expect_says "and up" mediation up '^1$'
expect_says "what it was is known" mediation last_error 'run/in: No such file'
expect_says "and when" mediation last_error_time "$TIME"
expect_says "the feed of lists is well" activations error '^$'
expect_says "the broker is still away" mobile error 'refused'
expect_says "a sink that cannot write says why" department error 'sent'
expect_says "it fails" department failing '^1$'
simsieve feeds -c run/simsieve.yaml >table
expect_number "for people: the last error" 2 "$(grep -cE '^    last error at 20[0-9T:.+-]+: .*No such file' table)"
expect_number "for people: below its sink" 1 "$(grep -A1 '^department  *failing ' table | grep -c '^    ERROR since .*sent')"
rm run/sent && mkdir run/sent
expect_says "a sink that delivers again is well" department error '^$'
expect_says "what it was is known" department last_error 'sent'
expect_number "its alert is there" 1 "$(cat run/sent/* 2>/dev/null | wc -l)"
kill -TERM $process
wait $process
expect_number "SIGTERM ends with 0" 0 $?
expect_no_grep "no password is shown" "$SECRET" said table run/err run/out
