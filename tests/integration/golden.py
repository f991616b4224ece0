#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the golden stories (tests/golden/README.md) and prints PASS or FAIL for each.

   golden.py PROGRAM [STORY_FOLDER...]"""

import collections
import csv
import json
import pathlib
import subprocess
import sys
import tempfile

import accounting

CHECKOUT = pathlib.Path(__file__).resolve().parent.parent.parent
STORIES = CHECKOUT / "tests" / "golden"


class Story:
    def __init__(self, folder, work):
        self.folder = folder
        self.expect = json.loads((folder / "expect.json").read_text(encoding="utf-8"))
        unknown = set(self.expect) - {"must", "must_not", "counters", "records", "arguments"}
        if unknown or not (folder / "README.md").exists():
            raise ValueError(f"expect.json has {unknown}, or there is no README.md")
        source = STORIES / self.expect["records"] if "records" in self.expect else folder
        if (source / "make.py").exists():
            made = subprocess.run([sys.executable, source / "make.py"], stdout=subprocess.PIPE, check=True)
            (work / "cdr.csv").write_bytes(made.stdout)
            self.inputs = [work / "cdr.csv"]
        else:
            self.inputs = sorted(source.glob("cdr*.csv"))

    def command(self, program, work, shards):
        options = ["--shards", str(shards), "--alerts", work / f"alerts{shards}.ndjson", "--stats", work / "stats.json",
                   "--store", work / f"store{shards}.db"]
        if (self.folder / "lists").exists():
            options += ["--lists", self.folder / "lists"]
        if (self.folder / "rules").exists():
            options += ["--rules", self.folder / "rules"]
        if (self.folder / "changes.csv").exists():
            options += ["--changes", self.folder / "changes.csv"]
        return [program, "replay", "--quiet", *options, *self.expect.get("arguments", []), *self.inputs]

    def protected(self):
        path = self.folder / "lists" / "protected.csv"
        rows = csv.DictReader(path.open(encoding="utf-8")) if path.exists() else []
        return [row["number"].lstrip("0") for row in rows]


def alert_faults(must, alerts):
    """Exactly the alerts that must be there, told one by one."""
    found = collections.Counter((alert["rule"], alert["subject"]["key"], alert["severity"]) for alert in alerts)
    wanted = collections.Counter()
    for item in must:
        key = (item["rule"], item["subject"], item["severity"])
        wanted[key] += item["count"]
        own = [alert for alert in alerts if (alert["rule"], alert["subject"]["key"], alert["severity"]) == key]
        joined = sorted({sim for alert in own for sim in alert.get("joined", [])})
        if "sims" in item and own and own[-1]["sims"] != item["sims"]:
            yield f"{key} accuses {own[-1]['sims']} instead of {item['sims']}"
        if "joined" in item and joined != item["joined"]:
            yield f"{key} is joined by {joined} instead of {item['joined']}"
        if "contacts" in item and own and own[0]["contacts"] != item["contacts"]:
            yield f"{key} has {own[0]['contacts']} contacts instead of {item['contacts']}"
    for key in sorted(set(found) | set(wanted)):
        if found[key] != wanted[key]:
            yield f"{found[key]} alerts {key} instead of {wanted[key]}"


def must_not_faults(must_not, alerts):
    for item in must_not:
        for alert in alerts:
            named = alert["sims"] + alert.get("joined", []) + [alert["subject"]["key"]]
            if alert["rule"] == item.get("rule", alert["rule"]) and item.get("subject", named[-1]) in named:
                yield f"{item} is in an alert of {alert['rule']} at {alert['time']}"


def run(story, program, work):
    """What is wrong with one story, one by one."""
    done = subprocess.run(story.command(program, work, 1), capture_output=True, check=False)
    if done.returncode:
        yield f"exit {done.returncode}: {done.stderr.decode()[-300:]}"
        return
    path = work / "alerts1.ndjson"
    alerts = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    stats = json.loads((work / "stats.json").read_text(encoding="utf-8"))
    yield from alert_faults(story.expect["must"], alerts)
    yield from must_not_faults(story.expect["must_not"], alerts)
    yield from accounting.faults(stats, [f"{key}={value}" for key, value in story.expect["counters"].items()])
    valid = subprocess.run([sys.executable, CHECKOUT / "scripts" / "validate-alerts.py", path], capture_output=True, check=False)
    if valid.returncode:
        yield valid.stdout.decode()[:500]
    written = path.read_bytes() + (work / "store1.db").read_bytes() + done.stderr
    for number in story.protected():
        if number.encode() in written:
            yield f"the protected number {number} is in clear"
    again = subprocess.run(story.command(program, work, 4), capture_output=True, check=False)
    if again.returncode or (work / "alerts4.ndjson").read_bytes() != path.read_bytes():
        yield "four shards give other alerts"


def main():
    program = sys.argv[1]
    folders = [pathlib.Path(name).resolve() for name in sys.argv[2:]] or sorted(path.parent for path in STORIES.glob("*/expect.json"))
    bad = 0
    for folder in folders:
        with tempfile.TemporaryDirectory() as name:
            try:
                faults = list(run(Story(folder, pathlib.Path(name)), program, pathlib.Path(name)))
            except (ValueError, KeyError, OSError, subprocess.SubprocessError) as fault:
                faults = [repr(fault)]
        print(f"{'FAIL' if faults else 'PASS'} {folder.name}")
        for fault in faults:
            print(f"    {fault}")
        bad += bool(faults)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
