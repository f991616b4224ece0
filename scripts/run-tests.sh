#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs test programs and scripts, and closes with "N passed, N failed, N skipped".
#
#   scripts/run-tests.sh BUILD_FOLDER TEST...
#
# A test program is a Check suite: its own closing line is counted. A test script (*.sh) gets the build folder as its
# argument; each line "PASS name", "FAIL name" or "SKIP name: reason" it prints is counted; exit 0 without any of them is
# a failure, for a test that checks nothing must not pass.
build=$1
shift
passed=0 failed=0 skipped=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

run_script() {
    bash "$1" "$build" >"$log" 2>&1
    status=$?
    pass=$(grep -c '^PASS ' "$log") fail=$(grep -c '^FAIL ' "$log") skip=$(grep -c '^SKIP ' "$log")
    if [ "$status" -ne 0 ] && [ "$fail" -eq 0 ]; then fail=1; fi
    if [ $((pass + fail + skip)) -eq 0 ]; then fail=1; fi
}

run_program() {
    CK_VERBOSITY=normal "$1" >"$log" 2>&1
    status=$?
    checks=$(sed -n 's/^[0-9]*%: Checks: \([0-9]*\), Failures.*/\1/p' "$log" | awk '{ n += $1 } END { print n + 0 }')
    bad=$(sed -n 's/.*Failures: \([0-9]*\), Errors: \([0-9]*\).*/\1 \2/p' "$log" | awk '{ n += $1 + $2 } END { print n + 0 }')
    skip=$(grep -c '^SKIPPED' "$log")
    pass=$((checks - bad - skip)) fail=$bad
    if [ "$status" -ne 0 ] && [ "$fail" -eq 0 ]; then fail=1; fi
    if [ "$checks" -eq 0 ]; then fail=1; fi
}

for test in "$@"; do
    case $test in
    *.sh) run_script "$test" ;;
    *) run_program "$test" ;;
    esac
    passed=$((passed + pass)) failed=$((failed + fail)) skipped=$((skipped + skip))
    printf '%-58s %5d passed%s%s\n' "${test#"$build"/tests/}" "$pass" "$([ "$fail" -gt 0 ] && echo ", $fail FAILED")" \
        "$([ "$skip" -gt 0 ] && echo ", $skip skipped")"
    if [ "$fail" -gt 0 ]; then sed 's/^/    /' "$log"; fi
    if [ "$skip" -gt 0 ]; then grep '^SKIP' "$log" | sed 's/^/    /'; fi
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
