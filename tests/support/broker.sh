# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A real Kafka broker for an end-to-end script, which sources tests/integration/lib.sh first: started once, gone when the
# script ends.
BROKER_FOLDER=$WORK/broker

broker() { "$CHECKOUT/scripts/kafka.sh" "$@"; }

# broker_start NAME [start-tls]: true with its host:port in BROKER; says "SKIP NAME: why" where it cannot be had.
broker_start() {
    local got
    BROKER=$(broker "${2:-start}" "$BROKER_FOLDER" 2>broker.err)
    got=$?
    if [ $got -eq 77 ]; then
        skip "$1" "$(tail -1 broker.err)"
    elif [ $got -ne 0 ]; then
        fail "$1" "$(tail -3 broker.err)"
    fi
    [ $got -eq 0 ]
}

broker_stop() { broker kill "$BROKER_FOLDER"; }

# Messages of a topic, one a line of standard input, by kcat; further arguments are kcat's.
broker_produce() {
    local topic=$1
    shift
    timeout 100 kcat -q -b "$BROKER" -P -t "$topic" "$@"
}

# The same by the stock Java producer.
broker_produce_java() { timeout 100 "$CHECKOUT/scripts/kafka.sh" produce "$BROKER_FOLDER" "$1" 2>>java.err; }
