#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What people see of the sinks of a run, and what they can do about dead letters.
. tests/integration/lib.sh
write_burst one
replay "a store with an alert" --quiet --lists one/lists --alerts alerts.ndjson --store store.db one/burst.csv
id=$(python3 -c 'import json; print(json.loads(open("alerts.ndjson").readline())["id"])')

expect_exit "a store that no sink was fed from" 0 simsieve outbox list --store store.db
expect_number "it lists nothing" 1 "$(wc -l <out)"
expect_exit "a sink that is not there" 64 simsieve outbox list --store store.db --sink hook
expect_grep "which is said" "no sink 'hook'" err

# What a run leaves: a sink with a dead letter, and one whose receiver is gone.
sqlite3 store.db "INSERT INTO outbox (name, cursor, delivered, refused) VALUES ('hook/all', 1, 7, 1);
    INSERT INTO outbox (name, cursor, disabled) VALUES ('gone', 0, 'HTTP 410');
    INSERT INTO dead_letters (sink, alert, reason, refused_at_ms) VALUES (1, 1, 'HTTP 404', 1733720400000);"
expect_exit "sinks and letters" 0 simsieve outbox list --store store.db
expect_grep "a sink is a line" '^hook/all +7 +0 - +1 +1 +0 +0$' out
expect_grep "a sink that is behind says since when" '^gone +0 +1 20[0-9]{2}-' out
expect_grep "a sink that is disabled says why" '^ +disabled: HTTP 410' out
expect_grep "a letter is a line with its reason" "^$id  hook/all  .* of 2024-12-02T08:02:00, refused 2024-12-09T12:00:00, 1 times: HTTP 404\$" out
expect_no_grep "no number is shown" '0?961000001' out
expect_exit "one sink" 0 simsieve outbox list --store store.db --sink gone
expect_no_grep "is only that" 'hook/all' out

expect_exit "a letter is sent again" 0 simsieve outbox resend --store store.db --sink hook/all --alert "$id"
expect_grep "which is said" '^1 dead letter to be sent again$' out
simsieve outbox list --store store.db >out
expect_grep "and seen" "$id .* to be sent again: HTTP 404" out
expect_grep "a sink that was not named stays disabled" 'disabled' out
expect_exit "a second time it is nothing" 0 simsieve outbox resend --store store.db
expect_grep "which is said" '^0 dead letters to be sent again$' out
simsieve outbox list --store store.db >out
expect_no_grep "but all sinks are served again" 'disabled' out

expect_exit "what is to be dropped is named" 64 simsieve outbox drop --store store.db
expect_exit "a letter is dropped" 0 simsieve outbox drop --store store.db --alert "$id"
expect_grep "which is said" '^1 dead letter dropped$' out
expect_exit "a sink is forgotten" 0 simsieve outbox drop --store store.db --sink gone --forget
simsieve outbox list --store store.db >out
expect_no_grep "and gone" '^gone' out

expect_exit "a verb is wanted" 64 simsieve outbox --store store.db
expect_exit "a wrong verb" 64 simsieve outbox resent --store store.db
expect_exit "a store is wanted" 64 simsieve outbox list
expect_exit "--forget alone" 64 simsieve outbox drop --store store.db --forget
expect_exit "a store that is not there" 66 simsieve outbox resend --store no.db
verdict "is not made" "$(ls no.db 2>/dev/null)"
