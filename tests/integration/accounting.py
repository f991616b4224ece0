#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the accounting of a run: every record received is somewhere, and counts are what was expected.

   accounting.py STATS [KEY=VALUE...]      a key may be a path, dropped.quote=1; dropped.total is their sum

Prints what is wrong; exit 1 when something is."""

import json
import sys


def value_of(stats, key):
    """0 for a reason or a rule that is not there: what is never met is not written."""
    head, _, rest = key.partition(".")
    found = stats[head]
    if rest == "total":
        return sum(found.values())
    return found.get(rest, 0) if rest else found


def faults(stats, wanted):
    dropped = sum(stats["dropped"].values())
    if stats["received"] != stats["decoded"] + dropped:
        yield f"received {stats['received']} is not decoded {stats['decoded']} + dropped {dropped}"
    behind = stats["applied"] + stats["duplicates"] + stats["late"]
    if stats["decoded"] != behind:
        yield f"decoded {stats['decoded']} is not applied + duplicates + late = {behind}"
    if stats["missing"] < sum(gap["missing"] for gap in stats["gaps"]):
        yield "more is missing in gaps than in all"
    for word in wanted:
        key, _, value = word.partition("=")
        found = value_of(stats, key)
        if str(found) != value:
            yield f"{key} is {found} instead of {value}"


def main():
    try:
        with open(sys.argv[1], encoding="utf-8") as stream:
            stats = json.load(stream)
    except (OSError, ValueError) as fault:
        print(f"{sys.argv[1]}: {fault}")
        return 1
    found = list(faults(stats, sys.argv[2:]))
    print("; ".join(found), end="")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
