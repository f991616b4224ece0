#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A run that reads from and writes to a real broker by TLS with a user and a password: the alerts of replay. What is wrong with any of
# that is said and tried again, or refused at the start where it can be known; the password is shown nowhere.
. tests/integration/lib.sh
. "$CHECKOUT/tests/support/broker.sh"

broker_start "a run by TLS and SASL" start-tls || exit 0
trap 'broker_stop; clean_up' EXIT
TLS=$BROKER_FOLDER/tls
PASSWORD=$(cat "$TLS/password")
WRONG=wrong-$PASSWORD
simsieve generate --subscribers 600 --days 2 --seed 53 --scenario "$CHECKOUT/conf/scenarios/small.yaml" --out net >/dev/null
cat net/cdr-*.csv | simsieve decode - >records.ndjson 2>/dev/null
records=$(wc -l <records.ndjson)
mkdir lists
cp net/{subscribers,protected,allow,cells,senders,trunks}.csv lists/
replay "the same records by replay" --lists lists --alerts replay.ndjson records.ndjson
alerts=$(wc -l <replay.ndjson)
expect_number "there are alerts" yes "$([ "$alerts" -gt 2 ] && echo yes)"
broker_produce secret -p 0 <records.ndjson

# configure NAME BROKERS AUTHORITY PASSWORD [LINE...]: NAME/simsieve.yaml; lines are further properties.
configure() {
    local name=$1
    local -a properties=("security.protocol: sasl_ssl" "ssl.ca.location: $3" "sasl.mechanisms: PLAIN" "sasl.username: $(cat "$TLS/user")"
        "sasl.password: $4" "reconnect.backoff.max.ms: 500" "${@:5}")
    mkdir -p "$name"
    {
        printf '%s\n' 'format: 1' 'state: state' 'lists: ../lists' 'metrics: 0' 'shards: 1' 'feeds:' '  - name: network' '    kind: kafka' '    settings:' \
            "      brokers: ['$2']" '      topics: [secret]' "      group: $name" '      payload: ndjson' '      properties:'
        printf '        %s\n' "${properties[@]}" 'session.timeout.ms: 2000' 'heartbeat.interval.ms: 200' 'max.poll.interval.ms: 10000'
        printf '%s\n' 'sinks:' '  - name: topic' '    kind: kafka' '    settings:' "      brokers: ['$2']" "      topic: alerts-$name" '      properties:'
        printf '        %s\n' "${properties[@]}"
    } >"$name/simsieve.yaml"
}
start() {
    "$PROGRAM" run -c "$1/simsieve.yaml" --alerts "$1/alerts.ndjson" --stats "$1/stats.json" >>"$1/out" 2>>"$1/err" &
    process=$!
}
# ask NAME EXPRESSION: what a run says of its feed and its sink.
ask() {
    simsieve feeds -c "$1/simsieve.yaml" --json 2>/dev/null | tee -a "$1/said" | python3 -c "
import json, sys
answer = json.load(sys.stdin)
feed, sink = answer['feeds'][0], answer['sinks'][0]
print($2)" 2>/dev/null
}
has_all() { [ "$(ask "$1" "feed['decoded'], sink['delivered_alerts']")" = "$records $alerts" ]; }
is_refused() { [ "$(ask "$1" "int(feed['state'] == 'live' and not feed['up'] and feed['errors'] > 0)")" = 1 ]; }
finish() {
    local since=$SECONDS
    { simsieve status -c "$1/simsieve.yaml" && simsieve status -c "$1/simsieve.yaml" --json && simsieve feeds -c "$1/simsieve.yaml"; } >>"$1/said"
    kill -TERM $process
    wait $process
    expect_number "$1: SIGTERM ends with 0" 0 $?
    expect_number "$1: soon" yes "$([ $((SECONDS - since)) -lt 10 ] && echo yes || echo "after $((SECONDS - since)) s")"
    # Wherever the program writes; its configuration is the one place for it.
    expect_number "$1: no password is shown or kept" "" \
        "$(grep -rlF -e "$PASSWORD" "$1/out" "$1/err" "$1/said" "$1/state" "$1/stats.json" "$1/alerts.ndjson")"
}
# arrived NAME: all of it has come and gone.
arrived() {
    for _ in 1 2 3; do wait_until has_all "$1" && break; done
    finish "$1"
    cp "$1/stats.json" stats.json
    verdict "$1: every record is accounted for" "$(accounted decoded="$records")"
    expect_same "$1: the alerts of replay" replay.ndjson "$1/alerts.ndjson"
    kcat -b "$BROKER" -C -t "alerts-$1" -e -q 2>/dev/null | sort >sent
    expect_same "$1: the sink has sent them" <(sort replay.ndjson) sent
}
# refused NAME PATTERN: it says so and goes on living.
refused() {
    start "$1"
    if wait_until is_refused "$1"; then pass "$1: the feed is down"; else fail "$1: the feed is down" "$(tail -3 "$1/err")"; fi
    expect_grep "$1: why is on the log" "feed network: .*$2" "$1/err"
    expect_number "$1: and what feeds says, with what to do" 1 "$(simsieve feeds -c "$1/simsieve.yaml" | tee -a "$1/said" | grep -A1 '^network ' | grep -cE "^    ERROR since .*$2.*of 'properties'")"
    expect_number "$1: a line in ten seconds at most" yes "$([ "$(grep -c 'feed network: ' "$1/err")" -le $((SECONDS / 10 + 2)) ] && echo yes)"
}

configure right "$(cat "$TLS/address")" "$TLS/ca.pem" "$PASSWORD"
start right
arrived right

openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=another authority" -keyout other.key -out other.pem 2>/dev/null
configure authority "$(cat "$TLS/address")" "$WORK/other.pem" "$PASSWORD"
refused authority 'certificate verify failed'
finish authority
# 127.1 is the same address by a name that the certificate does not have; every resolver knows it.
configure host "127.1:$(sed 's/.*://' "$TLS/address")" "$TLS/ca.pem" "$PASSWORD"
refused host 'certificate verify failed'
finish host

# A wrong password, until the broker's is changed to it.
configure password "$(cat "$TLS/address")" "$TLS/ca.pem" "$WRONG"
refused password 'Authentication failed'
is_well() { [ "$(ask "$1" "bool(feed['up'] and not feed['error'] and '127.0.0.1' in feed['last_error'])")" = True ]; }
broker kill "$BROKER_FOLDER"
sed -i "s|\"$PASSWORD\"|\"$WRONG\"|" "$BROKER_FOLDER/server.properties"
broker start "$BROKER_FOLDER" >/dev/null 2>broker.err || fail "the broker comes back" "$(tail -3 broker.err)"
if wait_until is_well password; then pass "password: no error holds once the broker takes it"; else fail "password: no error holds once the broker takes it" "$(simsieve feeds -c password/simsieve.yaml)"; fi
arrived password

# What is known before anybody is asked.
# wrong NAME PROPERTY PATTERN: a run is refused with the line of the feed or of the sink.
wrong() {
    configure wrong "$(cat "$TLS/address")" "$TLS/ca.pem" "$PASSWORD" "$2"
    expect_exit "$1" 78 simsieve run -c wrong/simsieve.yaml
    expect_grep "$1: with its place" "wrong/simsieve.yaml:($(grep -nF "$2" wrong/simsieve.yaml | cut -d: -f1 | paste -sd'|')):[0-9]+: .*$3" err
    expect_no_grep "$1: without the password" "$PASSWORD" out err
}
wrong "a property that is none" "sasl.pasword: $PASSWORD" "no property 'sasl.pasword'"
wrong "a value that is none" 'ssl.endpoint.identification.algorithm: sometimes' 'ssl.endpoint.identification.algorithm'
wrong "a password that is a list" "sasl.oauthbearer.config: [$PASSWORD]" 'a text is expected'
configure wrong "$(cat "$TLS/address")" "$WORK/none.pem" "$PASSWORD"
expect_exit "a certificate that is not there" 78 simsieve run -c wrong/simsieve.yaml
expect_grep "which is said, with its place" "wrong/simsieve.yaml:[0-9]+:[0-9]+: properties: .*ssl.ca.location" err
