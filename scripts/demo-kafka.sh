#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The demo of `make run-kafka`: the province of `make run` through a real broker, live.
set -eu
demo=kafka
. scripts/demo-live.sh
trap 'stop_run; scripts/kafka.sh stop "$folder/broker" || :' EXIT

echo
echo "== A real Apache Kafka broker, one node, on the loopback"
brokers=$(scripts/kafka.sh start "$folder/broker")
echo "$brokers"
"$program" decode "$folder/province" >"$folder/cdr.ndjson"
records=$(wc -l <"$folder/cdr.ndjson")
configure kafka "brokers: [\"$brokers\"]" 'topics: [cdr]' 'group: simsieve' 'payload: ndjson' >"$folder/simsieve.yaml"

echo
echo "== simsieve run: alerts as they come, while kcat writes $records records to the topic"
start_run
kcat -q -b "$brokers" -P -t cdr -p 0 -z lz4 <"$folder/cdr.ndjson"
end_run cdr.ndjson
