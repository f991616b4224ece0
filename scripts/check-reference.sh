#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Fails when conf/REFERENCE.md is not what the tables in the code say now.
cd "$(dirname "$0")/.." || exit 1
if ! scripts/make-reference.sh "$1/simsieve" | cmp -s - conf/REFERENCE.md; then
    echo "conf/REFERENCE.md is stale: run 'make reference' and commit it"
    exit 1
fi
