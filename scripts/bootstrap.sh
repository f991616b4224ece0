#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing on a Debian 12 machine, and says what and why. Does nothing when nothing is missing.
#
#   scripts/bootstrap.sh build   what `make` and `make run` need
#   scripts/bootstrap.sh kafka   that, and what `make run-kafka` needs; dpdk: `make run-dpdk`
#   scripts/bootstrap.sh test    all of it, and what `make test` needs
set -eu
goal=${1:-build}
missing=

# need PACKAGE REASON TEST...: remembers the package when the test fails.
need() {
    package=$1 reason=$2
    shift 2
    if ! "$@" >/dev/null 2>&1; then
        echo "bootstrap: $package is missing ($reason)"
        missing="$missing $package"
    fi
}

# need_library PACKAGE REASON MODULE: the same for a library known to pkg-config.
need_library() {
    if ! command -v pkg-config >/dev/null 2>&1 || ! pkg-config --exists "$3"; then
        echo "bootstrap: $1 is missing ($2)"
        missing="$missing $1"
    fi
}

need build-essential "compiler and make" sh -c 'command -v gcc && command -v make'
need pkg-config "finds libraries" command -v pkg-config
need_library libjemalloc-dev "memory allocator" jemalloc
need_library libyaml-dev "rules and configuration" yaml-0.1
need_library libjansson-dev "JSON input" jansson
need_library libsqlite3-dev "alert store" sqlite3
need_library libzstd-dev "zstd input" libzstd
need_library zlib1g-dev "gzip input" zlib
need_library libsodium-dev "keyed hashes" libsodium
need_library libxxhash-dev "identities" libxxhash
need_library libmicrohttpd-dev "metrics and status of a run" libmicrohttpd
need_library libcurl4-openssl-dev "webhooks, and asking a run" libcurl
need_library librdkafka-dev "Kafka" rdkafka
need_library libavro-dev "Avro in Kafka" avro-c
need_library libprotobuf-c-dev "Protobuf in Kafka" libprotobuf-c
need protobuf-c-compiler "Protobuf in Kafka" command -v protoc-c
need libcsv-dev "quoted CSV" test -e /usr/include/csv.h
need_library libdpdk-dev "feeds from network cards; a build without it says so" libdpdk

if [ "$goal" = kafka ] || [ "$goal" = test ]; then
    need kcat "writes to Kafka" command -v kcat
    need default-jre-headless "a real Kafka broker" command -v java
    need maven "fetches that broker" command -v mvn
    need python3 "looks for free ports" command -v python3
fi
if [ "$goal" = dpdk ] || [ "$goal" = test ]; then
    need iproute2 "networks for the DPDK feed" command -v ip
    need python3 "the sender of GTP'" command -v python3
fi
if [ "$goal" = test ]; then
    need procps "finds processes in tests" command -v pkill
    need curl "asks for metrics in tests" command -v curl
    need_library check "unit tests" check
    need openssl "certificates in tests" command -v openssl
    need clang "second compiler and fuzzers" command -v clang
    need libclang-rt-14-dev "clang's sanitizers" sh -c 'ls /usr/lib/llvm-14/lib/clang/*/lib/linux/libclang_rt.fuzzer-x86_64.a'
    need clang-format "format check" command -v clang-format
    need cppcheck "static analysis" command -v cppcheck
    need shellcheck "checks scripts" command -v shellcheck
    need python3-jsonschema "alert validator" python3 -c 'import jsonschema'
    need zstd "packed inputs in tests" command -v zstd
    need sqlite3 "looks into stores in tests" command -v sqlite3
    need tshark "another reader of captures" command -v tshark
    need jq "looks into JSON in tests" command -v jq
fi

[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ]; then
    as_root=
elif command -v sudo >/dev/null 2>&1; then
    as_root=sudo
else
    echo "bootstrap: neither root nor sudo; run as root: apt-get install$missing" >&2
    exit 77
fi
echo "bootstrap: installing$missing"
$as_root apt-get -qq update
# shellcheck disable=SC2086 # one word a package
DEBIAN_FRONTEND=noninteractive $as_root apt-get -qq install -y --no-install-recommends $missing >/dev/null
