#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The golden stories: what must be alerted, what must not, and the accounting (tests/golden/README.md).
. tests/integration/lib.sh
python3 "$HERE/golden.py" "$PROGRAM"
stories=$(find "$CHECKOUT/tests/golden" -name expect.json | wc -l)
silent=$(grep -l '"must": \[\]' "$CHECKOUT"/tests/golden/*/expect.json | wc -l)
expect_number "at least as many stories without an alert as with one" yes "$([ "$stories" -ge 14 ] && [ $((2 * silent)) -ge "$stories" ] && echo yes)"
