#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Includes point down: fails when a file includes a module that scripts/layers.txt does not allow it, or a system header
# that belongs to other files.
cd "$(dirname "$0")/.." || exit 1
find src include -name '*.[ch]' -o -name '*.def' | sort | xargs awk '
    BEGIN {
        while ((getline line < "scripts/layers.txt") > 0) {
            if (line ~ /^#/ || line == "") continue
            name = line; sub(/:.*/, "", name); rest = line; if (!sub(/^[^:]*: */, "", rest)) rest = ""
            if (name ~ /^@/) { system_header[substr(name, 2)] = " " rest " "; continue }
            known[name] = 1
            count = split(rest, list, " ")
            for (i = 1; i <= count; i++) allowed[name, list[i]] = 1
            allowed[name, name] = 1
        }
    }
    FNR == 1 {
        module = FILENAME; sub(/^src\/|^include\/simsieve\//, "", module)
        if (module !~ /\//) module = "main"; else sub(/\/.*/, "", module)
        if (!(module in known)) { print FILENAME ": module " module " is not in scripts/layers.txt"; bad = 1 }
    }
    /^#include "simsieve\// {
        target = $2; sub(/^"simsieve\//, "", target); sub(/\/.*/, "", target)
        if (!((module, target) in allowed)) { print FILENAME ":" FNR ": " module " may not include " target; bad = 1 }
    }
    /^#include "/ && !/^#include "simsieve\// {
        if (FILENAME ~ /^include/) { print FILENAME ":" FNR ": a public header includes a private one"; bad = 1 }
    }
    /^#include </ {
        header = $2; gsub(/[<>]/, "", header)
        for (name in system_header) if (index(header, name) == 1) {
            count = split(system_header[name], list, " "); fine = 0
            for (i = 1; i <= count; i++) if (index(FILENAME, list[i]) == 1) fine = 1
            if (!fine) { print FILENAME ":" FNR ": <" header "> belongs to:" system_header[name]; bad = 1 }
        }
    }
    END { exit bad }'
