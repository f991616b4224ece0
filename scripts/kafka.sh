#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A real Apache Kafka broker (KRaft, one node, loopback) for tests and for trying things out. Needs no root.
#
#   scripts/kafka.sh fetch           downloads the jars once (54 MB); prints their folder
#   scripts/kafka.sh start FOLDER    starts a broker with its data there, or starts it again; prints host:port
#   scripts/kafka.sh start-tls FOLDER  the same with a second listener for TLS and SASL (PLAIN): host:port, user, password and certificate of
#                                    the authority are then in FOLDER/tls/{address,user,password,ca.pem}
#   scripts/kafka.sh stop FOLDER     stops it; kill FOLDER: as a power cut would
#   scripts/kafka.sh status FOLDER   host:port when it answers; exit 1 when it does not
#   scripts/kafka.sh produce FOLDER TOPIC   lines of standard input to messages, by the stock Java console producer
#
# Topics come into being with four partitions when something is written to them. SIMSIEVE_KAFKA_JARS names a folder that holds the jars already;
# otherwise they are kept under ${XDG_CACHE_HOME:-~/.cache}/simsieve. Maven's own settings say where it downloads from.
# Exit 77: it cannot be had here (no Java, no Maven, no network).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/simsieve
jars=${SIMSIEVE_KAFKA_JARS:-$cache/kafka-4.3.1}
ready_seconds=90

cannot() {
    echo "kafka: $*" >&2
    exit 77
}

fetch() {
    command -v java >/dev/null 2>&1 || cannot "no java: apt-get install default-jre-headless"
    if [ ! -e "$jars/complete" ]; then
        command -v mvn >/dev/null 2>&1 || cannot "no mvn: apt-get install maven"
        mkdir -p "$jars"
        mvn -B -ntp -q -C -Dstyle.color=never -f "$here/kafka-jars.xml" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
            "-DoutputDirectory=$jars" -DincludeScope=runtime >&2 || cannot "the jars cannot be downloaded"
        (cd "$jars" && sha256sum --quiet -c "$here/kafka-jars.sha256") >&2 ||
            { echo "kafka: $jars: jars that are not those of kafka-jars.sha256" >&2; exit 1; }
        touch "$jars/complete"
    fi
}

free_ports() {
    python3 -c 'import socket
sockets = [socket.socket() for _ in range(3)]
for s in sockets: s.bind(("127.0.0.1", 0))
print(*(s.getsockname()[1] for s in sockets))'
}

configure() {
    # shellcheck disable=SC2046 # two words
    set -- "$1" $(free_ports)
    mkdir -p "$1"
    echo "127.0.0.1:$2" >"$1/address"
    cat >"$1/server.properties" <<END
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$3
listeners=PLAINTEXT://127.0.0.1:$2,CONTROLLER://127.0.0.1:$3
advertised.listeners=PLAINTEXT://127.0.0.1:$2
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=$1/data
auto.create.topics.enable=true
num.partitions=4
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=500
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=500
num.io.threads=2
log.cleaner.dedupe.buffer.size=2097152
log.segment.bytes=67108864
log.index.size.max.bytes=1048576
END
    id=$(head -c 16 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=')
    [ -z "$tls" ] || configure_tls "$1" "$4"
    java -Xmx128m -XX:TieredStopAtLevel=1 -cp "$jars/*" kafka.tools.StorageTool format -t "$id" \
        -c "$1/server.properties" >"$1/format.log" 2>&1
}

# configure_tls FOLDER PORT: an authority, a certificate for 127.0.0.1 and a password that nobody has used before.
configure_tls() {
    command -v openssl >/dev/null 2>&1 || cannot "no openssl: apt-get install openssl"
    umask_before=$(umask)
    umask 077
    mkdir -p "$1/tls"
    echo "127.0.0.1:$2" >"$1/tls/address"
    echo reader >"$1/tls/user"
    head -c 18 /dev/urandom | base64 | tr '+/' 'ab' >"$1/tls/password"
    (
        cd "$1/tls"
        openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=an authority for tests" -keyout ca.key -out ca.pem
        openssl req -newkey rsa:2048 -nodes -subj "/CN=a broker for tests" -keyout broker.key -out broker.csr
        echo 'subjectAltName=IP:127.0.0.1' >broker.ext
        openssl x509 -req -in broker.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile broker.ext -out broker.crt
        cat broker.key broker.crt >broker.pem
    ) >"$1/tls/openssl.log" 2>&1
    sed -i -e "s|^listeners=.*|&,TLS://127.0.0.1:$2|" -e "s|^advertised.listeners=.*|&,TLS://127.0.0.1:$2|" \
        -e 's|^listener.security.protocol.map=.*|&,TLS:SASL_SSL|' "$1/server.properties"
    cat >>"$1/server.properties" <<END
inter.broker.listener.name=PLAINTEXT
ssl.keystore.type=PEM
ssl.keystore.location=$1/tls/broker.pem
sasl.enabled.mechanisms=PLAIN
listener.name.tls.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \\
    user_$(cat "$1/tls/user")="$(cat "$1/tls/password")";
END
    chmod 600 "$1/server.properties"
    umask "$umask_before"
}

answers() {
    [ -e "$1/pid" ] && kill -0 "$(cat "$1/pid")" 2>/dev/null &&
        kcat -b "$(cat "$1/address")" -L -m 5 >/dev/null 2>&1
}

start() {
    fetch
    command -v kcat >/dev/null 2>&1 || cannot "no kcat: apt-get install kcat"
    [ -e "$1/server.properties" ] || configure "$1"
    java -Xms64m -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData -cp "$jars/*" \
        -Dorg.slf4j.simpleLogger.defaultLogLevel=warn kafka.Kafka "$1/server.properties" \
        >>"$1/broker.log" 2>&1 </dev/null &
    echo $! >"$1/pid"
    begun=$(date +%s)
    until answers "$1"; do
        if [ $(($(date +%s) - begun)) -gt $ready_seconds ] || ! kill -0 "$(cat "$1/pid")" 2>/dev/null; then
            echo "kafka: does not answer; the end of $1/broker.log:" >&2
            tail -5 "$1/broker.log" >&2
            exit 1
        fi
        sleep 0.3
    done
    cat "$1/address"
}

# end SIGNAL FOLDER
end() {
    [ -e "$2/pid" ] || return 0
    pid=$(cat "$2/pid")
    kill "-$1" "$pid" 2>/dev/null || true
    while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
    rm -f "$2/pid"
}

produce() {
    fetch
    java -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$jars/*" -Dorg.slf4j.simpleLogger.defaultLogLevel=warn \
        org.apache.kafka.tools.ConsoleProducer --bootstrap-server "$(cat "$1/address")" --topic "$2" >/dev/null
}

[ $# -ge 1 ] || { sed -n 's/^#   //p' "$0" >&2; exit 64; }
action=$1
case $action in
fetch) fetch; echo "$jars"; exit 0 ;;
start | start-tls | stop | kill | status | produce) [ $# -ge 2 ] || { echo "kafka: $action needs a folder" >&2; exit 64; } ;;
*) sed -n 's/^#   //p' "$0" >&2; exit 64 ;;
esac
case $2 in
/*) folder=$2 ;;
*) folder=$PWD/$2 ;;
esac
tls=
case $action in
start) start "$folder" ;;
start-tls) tls=yes && start "$folder" ;;
stop) end TERM "$folder" ;;
kill) end KILL "$folder" ;;
status) answers "$folder" && cat "$folder/address" ;;
produce) [ $# -ge 3 ] || { echo "kafka: produce needs a topic" >&2; exit 64; }; produce "$folder" "$3" ;;
esac
