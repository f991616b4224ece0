#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Fails on functions that this code base does without, on unfinished marks, on paths of a machine and on stray debris.
cd "$(dirname "$0")/.." || exit 1
status=0
# fail PATTERN MESSAGE FILES...: reports matches.
fail() {
    pattern=$1 message=$2
    shift 2
    if grep -nE "$pattern" "$@" /dev/null; then
        echo "  ^ $message"
        status=1
    fi
}
sources=$(find src include tests -name '*.[ch]' -o -name '*.def')
product=$(find src include -name '*.[ch]' -o -name '*.def')
# shellcheck disable=SC2086 # one word a file
{
    fail '\b(strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|atof|alloca|setlocale|rand|srand)\(' \
        'banned: unbounded, stateful or locale-dependent' $product
    fail '\bassert\(' 'CHECK() stays on in production; assert() does not' $product
    fail '\b(TODO|FIXME|XXX|HACK)\b' 'unfinished: finish it or write it down as an issue' $sources
    fail '\b(atomic_(load|store|fetch_add|fetch_sub|exchange|compare_exchange_(weak|strong)))\(' \
        'name the memory order: atomic_..._explicit' $product
    fail 'typedef (struct|enum|union)[^(]*;' 'no typedefs of structs and enums' $product
    fail '/(home|root|work)/[a-z]' 'a path of somebody'"'"'s machine' $sources scripts/*.sh Makefile
}
for file in $product; do
    head -2 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0' || {
        echo "$file: no SPDX line"
        status=1
    }
    case $file in
    *.h) grep -q '^#pragma once' "$file" || {
        echo "$file: no #pragma once"
        status=1
    } ;;
    esac
done
exit $status
