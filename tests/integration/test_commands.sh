#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The command line itself: help and version everywhere, mistakes answered with the nearest word and exit 64, what is not
# there with 66, what cannot be used with 65, and nothing printed that nobody could take.
. tests/integration/lib.sh
write_burst one
mkdir empty
: >empty.csv
head -1 one/burst.csv >header.csv

commands="replay decode measures generate score report why alerts"
rules_commands="check table cost explain backtest"

for command in $commands; do
    expect_exit "$command --help ends well" 0 simsieve "$command" --help
    expect_grep "$command --help shows its usage" "^usage: simsieve $command " out
    expect_grep "$command --help shows an example of itself" "^  simsieve $command .+" out
    expect_empty "$command --help leaves stderr alone" err
    expect_exit "$command --version ends well" 0 simsieve "$command" --version
    expect_grep "$command --version names the program" '^simsieve [0-9]' out
    simsieve help "$command" >by_word 2>&1
    simsieve "$command" --help >by_option 2>&1
    expect_same "help $command is $command --help" by_word by_option
    expect_exit "$command refuses an option it does not know" 64 simsieve "$command" --hlep
    expect_grep "$command names an unknown option" "simsieve $command: unknown option --hlep" err
    expect_grep "$command shows its usage on a mistake" "^usage: simsieve $command" err
    expect_grep "$command shows an example on a mistake" "^example: simsieve $command" err
    expect_empty "$command prints no data on a mistake" out
done
for command in $rules_commands; do
    expect_exit "rules $command --help ends well" 0 simsieve rules "$command" --help
    expect_grep "rules $command --help shows an example of itself" "^  simsieve rules $command" out
    expect_exit "rules $command --version ends well" 0 simsieve rules "$command" --version
done
for words in --help -h help; do
    expect_exit "simsieve $words ends well" 0 simsieve "$words"
    for command in $commands rules; do
        expect_grep "simsieve $words lists $command" "^  $command  +[a-z]" out
    done
    expect_grep "simsieve $words shows an example" '^example: simsieve ' out
done
expect_exit "rules --help ends well" 0 simsieve rules --help
expect_grep "rules --help shows an example" '^  simsieve rules ' out
expect_exit "--version ends well" 0 simsieve --version
expect_exit "a call without a command is a mistake" 64 simsieve
expect_grep "a call without a command is answered with help" '^usage: simsieve COMMAND' err

# Mistakes of usage: what is typed; the answer on stderr.
while IFS='|' read -r line answer; do
    [ -n "$line" ] || continue
    # shellcheck disable=SC2086 # words of a command line
    expect_exit "exit 64: $line" 64 simsieve $line
    expect_grep "the answer to: $line" "$answer" err
done <<'TABLE'
replya one/burst.csv|unknown command 'replya'; did you mean 'replay'\?
help replya|unknown command 'replya'; did you mean 'replay'\?
replay|INPUT\.\.\. is missing
replay --shard 2 one/burst.csv|unknown option --shard; did you mean --shards\?
replay --list one/lists one/burst.csv|unknown option --list; did you mean --lists\?
replay --alert x one/burst.csv|did you mean --alerts\?
replay --shards 0 one/burst.csv|--shards 0: a whole number from 1 to 64 is expected
replay --shards 65 one/burst.csv|from 1 to 64
replay --shards two one/burst.csv|--shards two: a whole number
replay --shards|--shards needs N
replay --lateness 5 one/burst.csv|--lateness 5: needs a time with its unit
replay --lateness=24hours one/burst.csv|--lateness 24hours: needs a time with its unit
replay --memory lots one/burst.csv|--memory lots: needs a size
replay --strict=yes one/burst.csv|--strict yes: takes no value
replay --format ndjsn one/burst.csv|--format ndjsn: no such format; did you mean ndjson\?
replay --format xml one/burst.csv|there are csv, ndjson
replay - -|standard input can be read only once
decode|INPUT\.\.\. is missing
decode --formt csv x|did you mean --format\?
measures|INPUT\.\.\. is missing
measures --window 30s one/burst.csv|--window is 1m to 30d
measures --window 31d one/burst.csv|--window is 1m to 30d
measures --at yesterday one/burst.csv|--at yesterday: needs a time with its offset
measures --at 2024-12-02T08:00:00 one/burst.csv|needs a time with its offset, like
generate|--out is missing
generate --out g --subscribers 10|from 100 to
generate --out g --days 61|from 1 to 60
generate --out g --seed -1|--seed -1: a whole number
generate --out g more|'more' is one word too many
score|--truth, --alerts and --cdr are needed
rules|a subcommand is missing: check, table, cost, explain, backtest
rules chek|'chek' is no subcommand; there are check, table, cost, explain, backtest
rules check one two|'two' is one word too many
rules backtest|INPUT\.\.\. is missing
rules explain stranger_ratoi|did you mean 'stranger_ratio'\?
rules explain vn.officials.brust|did you mean 'vn.officials.burst'\?
rules explain nothing_like_it|.simsieve rules explain. lists the measures
report|--store, --province and --day are needed
report --store x --province 11 --day 9/12/2024|a date is written YYYY-MM-DD
report --store x --province 11 --day 2024-02-30|there is no such day
report --store x --province 99 --day 2024-12-09|province '99' is none of the 34
report --store x --province Dienbien --day 2024-12-09|the nearest is 11
report --store x --province 11 --day 2024-12-09 --text --csv|exclude each other
why|NUMBER \[INPUT\.\.\.\] is missing
why 0961000001|nothing to look into: give --store FILE or the records
why 09610 one/burst.csv|'09610'
alerts|FILE\.\.\. is missing
alerts --language fr x|there are vi and en
TABLE

expect_exit "an operand behind -- is no option" 66 simsieve replay -- --help
expect_grep "an operand behind -- is named as a file" '^simsieve: --help: ' err
expect_exit "the value of an option may follow =" 0 simsieve replay --quiet --lists=one/lists --shards=2 one/burst.csv

# What is missing, what is no folder, what holds nothing.
while IFS='|' read -r code line answer; do
    [ -n "$line" ] || continue
    # shellcheck disable=SC2086
    expect_exit "exit $code: $line" "$code" simsieve $line
    expect_grep "the answer to: $line" "$answer" err
    expect_empty "no data on: $line" out
done <<'TABLE'
66|replay nofile.csv|nofile.csv: No such file
66|replay one/burst.csv nofile.csv|nofile.csv: No such file
66|replay empty|empty: no file of records in this folder
66|replay one/lists|no file of records
66|replay --lists nofolder one/burst.csv|nofolder: the folder of lists cannot be read
66|replay --lists one/burst.csv one/burst.csv|is no folder
66|replay --rules nofolder one/burst.csv|nofolder: cannot be read as a folder of rules
66|replay --changes nofile one/burst.csv|nofile: cannot be opened
66|decode nofile.csv|nofile.csv: No such file
66|measures nofile.csv|nofile.csv: No such file
66|measures --lists nofolder one/burst.csv|nofolder: the folder of lists
66|rules check nofolder|nofolder: cannot be read
66|rules table nofolder|nofolder: cannot be read
66|rules explain --rules nofolder|nofolder: cannot be read
66|rules cost nofile.csv --rules nofolder|nofolder: cannot be read
66|rules backtest nofile.csv|nofile.csv: No such file
66|alerts nofile|nofile: cannot be opened
66|generate --out g --scenario nofile|nofile: cannot be opened
66|score --truth nofile --alerts nofile --cdr one/burst.csv|nofile: cannot be
66|report --store nofile --province 11 --day 2024-12-02 --text|nofile: no store there
65|replay empty.csv|empty.csv: is empty
65|replay one/lists/protected.csv|of no known format
65|decode empty.csv|empty.csv: is empty
65|decode one/lists/protected.csv|a CSV file needs a header line with type, time, a and b
65|measures empty.csv|empty.csv: is empty
65|alerts one/burst.csv|lines are no alerts
78|rules check empty|empty: no rule \(\*\.yaml\) in this folder
78|replay --rules empty one/burst.csv|empty: no rule
78|generate --out g --scenario one/burst.csv|one/burst.csv:1:1: 
TABLE
expect_exit "why needs the store it was told" 66 simsieve why 0961000001 --store nofile
expect_exit "why needs the records it was told" 66 simsieve why 0961000001 nofile

expect_exit "a header alone is an input without records" 0 simsieve replay header.csv
expect_exit "an empty pipe is as empty as an empty file" 65 sh -c "cat empty.csv | '$PROGRAM' replay -"
expect_exit "an empty standard input is as empty as an empty file" 65 simsieve replay -
expect_exit "an empty pipe beside records is a warning" 0 sh -c "cat empty.csv | '$PROGRAM' replay - one/burst.csv"
expect_grep "an empty pipe is named" '^simsieve: warning: -: is empty' err

# Nothing counts as printed that could not be written.
replay "a store for report and why" --lists one/lists --store store.db --alerts alerts.ndjson one/burst.csv
while read -r line; do
    [ -n "$line" ] || continue
    expect_exit "exit 74 when standard output is full: $line" 74 sh -c "'$PROGRAM' $line >/dev/full"
    expect_grep "the answer to a full standard output: $line" 'No space left on device' err
    expect_no_grep "no name is promised to standard output: $line" 'its name' err
done <<'TABLE'
--help
--version
help replay
replay --help
rules table
rules check
rules cost
rules explain
rules backtest one/burst.csv
decode one/burst.csv
decode --csv one/burst.csv
measures one/burst.csv
replay --lists one/lists one/burst.csv
replay --lists one/lists --alerts - one/burst.csv
alerts alerts.ndjson
why 0961000001 one/burst.csv
why 0961000001 --store store.db
report --store store.db --province 11 --day 2024-12-02 --text
report --store store.db --province 11 --day 2024-12-02 --csv
TABLE
expect_exit "exit 74 when standard output is closed" 74 sh -c "'$PROGRAM' rules table >&-"
