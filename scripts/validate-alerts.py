#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks alert files (NDJSON) against conf/alert.schema.json and against what a schema cannot say:

   scripts/validate-alerts.py [--schema FILE] FILE...        FILE "-" is standard input

Every line that is wrong is named on standard output, one line a fault: "file:line: /path: what is wrong".
Exit codes: 0 every line of every file is an alert; 65 some are not; 66 a file or the schema cannot be read.
Needs the Debian package python3-jsonschema."""

import argparse
import json
import pathlib
import re
import sys

import jsonschema

SCHEMA = pathlib.Path(__file__).resolve().parent.parent / "conf" / "alert.schema.json"


def ecma_pattern(validator, pattern, instance, schema):
    """Python's "$" also matches before a last newline; JSON Schema's does not."""
    if validator.is_type(instance, "string") and not re.search(re.sub(r"\$$", r"\\Z", pattern), instance):
        yield jsonschema.ValidationError(f"{instance!r} does not match {pattern!r}")


def unique_keys(pairs):
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("an object names a key twice")
    return found


def no_constant(name):
    raise ValueError(f"{name} is no JSON number")


def cross_faults(alert, ids):
    """What holds between fields and between alerts."""
    sims, victims = alert["sims"], alert["victims"]
    if alert["subject"]["type"] == "sim" and sims != [alert["subject"]["key"]]:
        yield "/sims: is not the subject itself"
    if not set(alert.get("joined", [])) <= set(sims):
        yield "/joined: names a number that is not in sims"
    if sum(victims["by_province"].values()) > victims["protected"]:
        yield "/victims/by_province: more victims than /victims/protected"
    if not set(victims["by_province"]) <= set(alert["provinces"]["victims"]):
        yield "/provinces/victims: lacks a province of /victims/by_province"
    if alert["id"] in ids:
        yield f"/id: the same as in line {ids[alert['id']]}"


def line_faults(line, number, ids, validator):
    try:
        text = line.decode("utf-8", errors="strict")
        alert = json.loads(text, object_pairs_hook=unique_keys, parse_constant=no_constant)
    except ValueError as fault:
        yield f"/: {fault}"
        return
    faults = sorted(validator.iter_errors(alert), key=lambda fault: list(map(str, fault.absolute_path)))
    for fault in faults:
        yield f"/{'/'.join(map(str, fault.absolute_path))}: {fault.message[:300]}"
    if not faults:
        yield from cross_faults(alert, ids)
        ids.setdefault(alert["id"], number)


def check_file(name, validator):
    """The number of faults in one file, each printed."""
    count, ids = 0, {}
    with sys.stdin.buffer if name == "-" else open(name, "rb") as stream:
        for number, line in enumerate(stream, start=1):
            faults = list(line_faults(line, number, ids, validator))
            if not line.endswith(b"\n"):
                faults.append("/: the last line has no newline: the file was cut")
            for fault in faults:
                print(f"{name}:{number}: {fault}")
            count += len(faults)
    return count


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--schema", default=SCHEMA)
    parser.add_argument("files", nargs="+", metavar="FILE")
    options = parser.parse_args()
    try:
        with open(options.schema, encoding="utf-8") as stream:
            schema = json.load(stream)
        jsonschema.Draft202012Validator.check_schema(schema)
        strict = jsonschema.validators.extend(jsonschema.Draft202012Validator, {"pattern": ecma_pattern})
        return 65 if sum([check_file(name, strict(schema)) for name in options.files]) else 0
    except OSError as fault:
        print(f"{fault.filename}: {fault.strerror}", file=sys.stderr)
        return 66


if __name__ == "__main__":
    sys.exit(main())
