# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A GTP' sender with the kernel's UDP and TCP, and the DPDK feed as its charging gateway on the other end of a veth pair:
#
#     namespace $A: va0 10.77.0.1, fd77::1 --- namespace $B: vb0, no kernel address; the feed is 10.77.0.2 and fd77::2
#
# The gateway is killed and started again while records come: nothing may be lost, nothing may come twice.
. tests/integration/lib.sh

PRINT_FEED=${PROGRAM%/simsieve}/tests/programs/print_feed
A=ssa$$ B=ssb$$
if [ "$(id -u)" -ne 0 ] || ! command -v ip >/dev/null || ! ip netns add "$A" 2>/dev/null; then
    skip dpdk "network namespaces need root and iproute2"
    exit 0
fi
if ! ldd "$PROGRAM" | grep -q librte_ethdev; then
    ip netns del "$A"
    skip dpdk "built without DPDK"
    exit 0
fi
end_network() {
    [ -z "$RECEIVER" ] || kill -9 "$RECEIVER" 2>/dev/null
    ip netns del "$A"
    ip netns del "$B" 2>/dev/null
    clean_up
}
RECEIVER=
trap end_network EXIT
ip netns add "$B"
ip link add va0 netns "$A" type veth peer name vb0 netns "$B"
for n in "$A" "$B"; do ip -n "$n" link set lo up; done
ip netns exec "$B" sysctl -qw net.ipv6.conf.all.disable_ipv6=1
ip netns exec "$A" sysctl -qw net.ipv6.conf.va0.accept_dad=0
ip -n "$A" addr add 10.77.0.1/24 dev va0
ip -n "$A" addr add fd77::1/64 dev va0
for n in 11 12 13; do ip -n "$A" addr add 10.77.0.$n/24 dev va0; done
ip -n "$A" link set va0 up
ip -n "$B" link set vb0 up
ip -n "$A" link set va0 gso_max_segs 1 # segments as a wire would carry them, none put together for a card to cut

RING=blocksz=65536,framesz=2048,framecnt=8192
mkdir state mirror_state
cat >gateway.yaml <<END
ports: "net_af_packet0,iface=vb0,$RING"
mode: cgf
addresses: [10.77.0.2, "fd77::2"]
redirect_to: 10.77.0.3
journal_size: 64M
checksums: no
END
cat >mirror.yaml <<END
ports: "net_af_packet0,iface=va0,$RING"
mode: passive
journal_size: 64M
checksums: no
END

# start_feed NAMESPACE SETTINGS STATE OUTPUT LOG: sets STARTED to its process.
start_feed() {
    ip netns exec "$1" sh -c 'cd "$1" && exec "$2" dpdk "$3" "$4" "$5"' - "$CHECKOUT" "$PRINT_FEED" \
        "$WORK/$2" "$WORK/$3" "$WORK/$4" 2>"$5" &
    STARTED=$!
    for _ in $(seq 200); do
        grep -q '^started' "$5" && return 0
        kill -0 "$STARTED" 2>/dev/null || break
        sleep 0.05
    done
    fail "the feed starts" "$(tail -3 "$5")"
    exit 1
}
start_gateway() {
    start_feed "$B" gateway.yaml state out.ndjson gateway.log
    RECEIVER=$STARTED
}
stop_gateway() {
    kill -"$1" "$RECEIVER"
    wait "$RECEIVER" 2>/dev/null
    RECEIVER=
}
sender() { timeout 120 ip netns exec "$A" python3 "$HERE/gtpp_sender.py" --port 40000 "$@"; }

# numbers FILE: of the records in it, sorted.
numbers() { sed -n 's/.*"duration":\([0-9]*\).*/\1/p' "$1" | sort -n; }

# await_count FILE COUNT: until it has so many records.
await_count() {
    for _ in $(seq 100); do
        [ "$(grep -c '^{' "$1")" -ge "$2" ] && return
        sleep 0.1
    done
}

# once FILE FIRST LAST: what is wrong with the records of these numbers, which should be there once each.
once() { diff <(seq "$2" "$3") <(numbers "$1" | awk -v a="$2" -v b="$3" '$1 >= a && $1 <= b') | head -5; }

# --- it is at home there
start_gateway
told=$(sender 10.77.0.2 ping)
verdict "ping is answered (ARP, ICMP)" "$([ "$told" = pong ] || echo "$told")"
told=$(sender fd77::2 ping)
verdict "ping is answered (neighbours, ICMPv6)" "$([ "$told" = pong ] || echo "$told")"

# --- records come once, and a mirror port sees the same
start_feed "$A" mirror.yaml mirror_state mirror.ndjson mirror.log
MIRROR=$STARTED
told=$(sender 10.77.0.2 send:1:1:2000:2)
await_count out.ndjson 4000
await_count mirror.ndjson 4000
verdict "2,000 packets are acknowledged" "$([ "$told" = "acknowledged 2000" ] || echo "$told")"
verdict "their records come once" "$(once out.ndjson 1 4000)"
verdict "a mirror port gives the same" "$(once mirror.ndjson 1 4000)"
kill -TERM "$MIRROR"
wait "$MIRROR"
verdict "nothing was lost or rejected" "$(grep -q 'rejected=0 lost=0 errors=0' mirror.log || tail -1 mirror.log)"
told=$(sender fd77::2 send:1:4001:10:1)
verdict "IPv6 senders are served" "$([ "$told" = "acknowledged 10" ] || echo "$told")"

# --- killed while records come
echo_before=$(sender 10.77.0.2 echo)
sender 10.77.0.2 send:5000:5001:3000:2:1000 >told.txt &
SENDER=$!
for _ in 1 2 3; do
    sleep 0.5
    stop_gateway KILL
    start_gateway
done
wait "$SENDER"
await_count out.ndjson 10010
verdict "all is acknowledged in the end" "$(grep -qx 'acknowledged 3000' told.txt || cat told.txt)"
verdict "nothing is lost by kill -9, and nothing comes twice" "$(once out.ndjson 5001 11000)"
echo_after=$(sender 10.77.0.2 echo)
verdict "its restarts are counted" \
    "$([ "${echo_before#restarts }" -eq $((${echo_after#restarts } - 3)) ] || echo "$echo_before, $echo_after")"

# --- a sender that fails over here, and comes back
told=$(sender 10.77.0.2 dup:9000:20001:10:1 release:9100:9000,9001,9002 | tr '\n' ' ')
stop_gateway KILL
start_gateway
told+=$(sender 10.77.0.2 cancel:9101:9003,9004 release:9102:9005,9006,9007,9008,9009 release:9103:9003 | tr '\n' ' ')
await_count out.ndjson 10018
verdict "possibly duplicated packets are decided about over a restart" \
    "$([ "$told" = "acknowledged 10 cause 128 cause 128 cause 128 cause 254 " ] || echo "$told")"
verdict "the released come, the cancelled do not" \
    "$(diff <(echo "20001 20002 20003 20006 20007 20008 20009 20010") <(numbers out.ndjson | awk '$1 > 20000' | xargs))"

# --- over TCP: cut anywhere, connections that are given up, killed, several senders at a time
told=$(sender --tcp 10.77.0.2 send:100:22001:1000:2)
await_count out.ndjson 12018
verdict "2,000 records over TCP are acknowledged" "$([ "$told" = "acknowledged 1000" ] || echo "$told")"
verdict "and come once" "$(once out.ndjson 22001 24000)"
told=$(sender --tcp fd77::2 reconnect:7 send:100:24001:100:1)
await_count out.ndjson 12118
verdict "IPv6, over connections that are given up" "$([ "$told" = "acknowledged 100" ] || echo "$told")"
verdict "come once too" "$(once out.ndjson 24001 24100)"
SENDERS=
for n in 1 2 3; do
    sender --tcp --from 10.77.0.1$n 10.77.0.2 send:1:$((24001 + n * 1000)):500:2:200 >told.$n &
    SENDERS+=" $!"
done
for _ in 1 2; do
    sleep 0.7
    stop_gateway KILL
    start_gateway
done
# shellcheck disable=SC2086
wait $SENDERS
await_count out.ndjson 15118
verdict "three senders over TCP, and kill -9: all is acknowledged" "$(cat told.1 told.2 told.3 | grep -vx 'acknowledged 500')"
verdict "nothing is lost, and nothing comes twice" "$(once out.ndjson 25001 28000)"

# --- it goes down
sender --tcp 10.77.0.2 send:9600:28001:1:1 await_redirection await_end >told_tcp.txt &
TCP_SENDER=$!
sender 10.77.0.2 send:9500:21001:1:1 await_redirection >told.txt &
SENDER=$!
for _ in $(seq 100); do
    grep -q acknowledged told.txt && grep -q acknowledged told_tcp.txt && break
    sleep 0.05
done
stop_gateway TERM
wait "$SENDER" "$TCP_SENDER"
verdict "senders are told where to go when it stops" "$(grep -qx 'redirected 63 10.77.0.3' told.txt || cat told.txt)"
verdict "over TCP too, and connections end" \
    "$(diff <(printf '%s\n' 'acknowledged 1' 'redirected 63 10.77.0.3' ended) told_tcp.txt)"
verdict "its health says so" "$(grep -q 'rejected=0 lost=0 errors=0' gateway.log || tail -2 gateway.log)"
total=$(grep -c '^{' out.ndjson)
start_gateway
told=$(sender --tcp 10.77.0.2 garbage)
stop_gateway TERM
verdict "what is not GTP' ends its connection, and is counted" \
    "$([ "$told" = reset ] && grep -q 'rejected=1 lost=0 errors=0 hung_up=1 connections=0' gateway.log || tail -2 gateway.log)"
verdict "a start without anything new gives nothing" \
    "$([ "$(grep -c '^{' out.ndjson)" -eq "$total" ] || echo "$total before, $(grep -c '^{' out.ndjson) after")"

# --- a ring so short that it loses segments: they are repeated, both ways
mkdir short_state
sed 's/^ports:.*/ports: "net_af_packet0,iface=vb0,blocksz=4096,framesz=2048,framecnt=16"/' gateway.yaml >short.yaml
repeated() { ip netns exec "$A" awk '/^Tcp: [0-9]/ { print $13 }' /proc/net/snmp; }
repeated_before=$(repeated)
start_feed "$B" short.yaml short_state short.ndjson short.log
RECEIVER=$STARTED
told=$(sender --tcp 10.77.0.2 send:1:1:300:100)
await_count short.ndjson 30000
stop_gateway TERM
verdict "over TCP, lost segments come again" "$([ "$told" = "acknowledged 300" ] || echo "$told")"
verdict "there were some" "$([ "$(repeated)" -gt "$repeated_before" ] || echo "$repeated_before before, $(repeated) after")"
verdict "and their records come once" "$(once short.ndjson 1 30000)"

# --- the whole program as the gateway
mkdir run
cat >run/simsieve.yaml <<END
format: 1
state: state
metrics: 0
feeds:
  - name: wire
    kind: dpdk
    settings:
$(sed 's/^/      /' gateway.yaml)
END
start_run() {
    ip netns exec "$B" "$PROGRAM" run -c run/simsieve.yaml --stats run/stats.json >>run/out 2>>run/err &
    RECEIVER=$!
}
verdict "its configuration is checked" "$(simsieve run --check -c run/simsieve.yaml 2>&1)"
start_run
sender --restarts 2 10.77.0.2 send:1:1:1000:2:500 >told.txt &
SENDER=$!
sleep 1.5
stop_gateway KILL
start_run
wait "$SENDER"
wait_until has_decoded run 2000
stop_gateway TERM
verdict "simsieve run acknowledges all over kill -9" "$(grep -qx 'acknowledged 1000' told.txt || cat told.txt)"
verdict "and counts each record once" \
    "$(jq -r '"\(.received) \(.decoded) \(.duplicates)"' run/stats.json | grep -vx '2000 2000 0'; tail -3 run/err | grep error)"
