# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the end-to-end scripts share. A script sources this first; it is run from the root of the checkout with the
# build folder as its argument, and works in a folder of its own, which is gone when it ends.
#
# Each check prints "PASS name" or "FAIL name" (and what was found instead) on standard output.
case $1 in
/*) PROGRAM=$1/simsieve ;;
*) PROGRAM=$PWD/$1/simsieve ;;
esac
CHECKOUT=$PWD
# shellcheck disable=SC2034 # for the scripts
HERE=$CHECKOUT/tests/integration
export PYTHONDONTWRITEBYTECODE=1 LC_ALL=C.UTF-8
unset NO_COLOR SIMSIEVE_DATA
if [ ! -x "$PROGRAM" ]; then
    echo "FAIL $PROGRAM is not built"
    exit 1
fi
WORK=$(mktemp -d) || exit 1
clean_up() {
    # shellcheck disable=SC2046 # one word a process
    kill -9 $(jobs -p) 2>/dev/null
    if mountpoint -q "$WORK/tiny" 2>/dev/null; then umount "$WORK/tiny"; fi
    rm -rf "$WORK"
}
trap clean_up EXIT
cd "$WORK" || exit 1

pass() { echo "PASS $1"; }
skip() { echo "SKIP $1: $2"; }

# fail NAME [LINE...]: the lines say what was found.
fail() {
    echo "FAIL $1"
    shift
    [ $# -eq 0 ] || printf '    %s\n' "$@"
}

# verdict NAME FAULTS: passes when there are none.
verdict() {
    if [ -z "$2" ]; then pass "$1"; else fail "$1" "$2"; fi
}

# The program; what hangs is a failure, not a wait.
simsieve() { timeout 100 "$PROGRAM" "$@"; }

# expect_exit NAME CODE COMMAND...: its output is in ./out and ./err afterwards.
expect_exit() {
    local name=$1 code=$2 got
    shift 2
    "$@" >out 2>err </dev/null
    got=$?
    if [ "$got" -eq "$code" ]; then
        pass "$name"
    else
        fail "$name" "exit $got instead of $code: $*" "$(tail -3 err)"
    fi
}

# expect_grep NAME PATTERN FILE: some line matches the extended pattern.
expect_grep() {
    if grep -qE -- "$2" "$3"; then pass "$1"; else fail "$1" "no line of $3 matches: $2" "$(head -5 "$3")"; fi
}

# expect_no_grep NAME PATTERN FILE...: no line matches, and the files are there.
expect_no_grep() {
    local name=$1 pattern=$2
    shift 2
    grep -aE -- "$pattern" "$@" >/dev/null 2>&1
    case $? in
    1) pass "$name" ;;
    0) fail "$name" "found: $(grep -aEo -m1 -- "$pattern" "$@" | head -1)" ;;
    *) fail "$name" "not readable: $*" ;;
    esac
}

# expect_same NAME FILE FILE: the same bytes.
expect_same() {
    if cmp -s "$2" "$3"; then pass "$1"; else fail "$1" "$(cmp "$2" "$3" 2>&1)"; fi
}

# expect_empty NAME FILE
expect_empty() {
    if [ -f "$2" ] && [ ! -s "$2" ]; then pass "$1"; else fail "$1" "$(head -3 "$2" 2>&1)"; fi
}

# expect_number NAME WANTED FOUND
expect_number() {
    if [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "$3 instead of $2"; fi
}

# accounted [KEY=VALUE...]: prints what is wrong with stats.json: records lost without a reason, or other counts.
accounted() { python3 "$HERE/accounting.py" stats.json "$@" 2>&1; }

# replay NAME ARGUMENT...: a replay that must end with 0 and lose no record. Alerts are in ./out unless the arguments
# say otherwise, the accounting in ./stats.json.
replay() {
    local name=$1 got
    shift
    rm -f stats.json
    simsieve replay --stats stats.json "$@" >out 2>err </dev/null
    got=$?
    if [ $got -ne 0 ]; then
        fail "$name" "exit $got: $(tail -3 err)"
    else
        verdict "$name" "$(accounted)"
    fi
}

# expect_counts NAME KEY=VALUE...: what the last accounting says; a key may have a dot, dropped.quote=1.
expect_counts() {
    local name=$1
    shift
    verdict "$name" "$(accounted "$@")"
}

# wait_until COMMAND...: true as soon as the command is; false after ten seconds.
wait_until() {
    for _ in $(seq 200); do
        if "$@" >/dev/null 2>&1; then return 0; fi
        sleep 0.05
    done
    return 1
}

# has_decoded FOLDER COUNT: whether the run whose configuration lies there has decoded so many records.
has_decoded() { [ "$(simsieve status -c "$1/simsieve.yaml" --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["accounting"]["decoded"])')" -ge "$2" ]; }

# A SIM of one day's age that writes to three officials of three agencies: one minor alert.
write_burst() {
    mkdir -p "$1/lists"
    printf '%s\n' 'number,activated,province' '0961000001,2024-12-01T00:00:00+07:00,11' >"$1/lists/subscribers.csv"
    printf '%s\n' 'number,agency,province,role' '0912000001,So A,11,x' '0912000002,So B,11,x' '0912000003,So C,11,x' \
        >"$1/lists/protected.csv"
    printf '%s\n' 'type,time,a,b,switch,seq' \
        'mo_sms,2024-12-02T08:00:00+07:00,0961000001,0912000001,S1,1' \
        'mo_sms,2024-12-02T08:01:00+07:00,0961000001,0912000002,S1,2' \
        'mo_sms,2024-12-02T08:02:00+07:00,0961000001,0912000003,S1,3' >"$1/burst.csv"
}
