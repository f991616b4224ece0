#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Rule files with mistakes made by chance: whatever stands in them, `rules check` says that all is well (0) or what is wrong
and where (78), within a second, and never dies.

   broken_rules.py PROGRAM RULES_FOLDER SEED COUNT          prints what did not go so"""

import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

SCRAPS = ["", "[", "]", "{", "}", ":", "- ", "&a", "*a", "!!int 5", "|", ">-", "\t", '"', "'", "%", "0", "-1", "99999999999999999999", "30d", "NaN",
          "null", "~", "yes", "out_calls", "out_calls >= 5", "all", "any:", "[]", "{}", "é", "\u0000", "\U0001f4a9", "#", "x" * 5000, ">=", "in 1h"]


def mutate(chance, text):
    lines = text.split("\n")
    for _ in range(chance.randrange(1, 4)):
        at = chance.randrange(len(lines))
        kind = chance.randrange(7)
        if kind == 0:
            del lines[at]
        elif kind == 1:
            lines.insert(at, lines[chance.randrange(len(lines))])
        elif kind == 2:
            other = chance.randrange(len(lines))
            lines[at], lines[other] = lines[other], lines[at]
        elif kind == 3:
            lines[at] = chance.choice([" ", "  ", "    "]) + lines[at]
        else:
            words = re.findall(r"\s+|[\w.%]+|[^\w\s]", lines[at]) or [""]
            words[chance.randrange(len(words))] = chance.choice(SCRAPS)
            lines[at] = "".join(words)
    return "\n".join(lines)


def fault_of(program, path):
    """What is wrong with the program's answer to one file; None: nothing."""
    try:
        done = subprocess.run([program, "rules", "check", path], capture_output=True, timeout=20, check=False)
    except subprocess.TimeoutExpired:
        return "does not end"
    told = done.stderr.decode("utf-8", "replace")
    if done.returncode == 0:
        return None
    if done.returncode != 78:
        return f"exit {done.returncode}: {told[:300]}"
    if not re.search(rf"{re.escape(path)}:\d+:\d+: .", told) and "longer than" not in told:
        return f"no place is told: {told[:300]}"
    return None


def main():
    program, folder, seed, count = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    # The embedded tests are left out: they take time, and belong to no mistake in the rule.
    rules = [path.read_text(encoding="utf-8").split("\ntests:")[0] + "\ntests: []\n" for path in sorted(folder.glob("*.yaml"))]
    chance, bad = random.Random(seed), 0
    with tempfile.TemporaryDirectory() as work:
        path = os.path.join(work, "rule.yaml")
        for number in range(count):
            text = mutate(chance, chance.choice(rules))
            with open(path, "w", encoding="utf-8") as stream:
                stream.write(text)
            fault = fault_of(program, path)
            if fault:
                bad += 1
                print(f"seed {seed}, file {number}: {fault}")
                if len(sys.argv) > 5:
                    pathlib.Path(sys.argv[5], f"{seed}-{number}.yaml").write_text(text, encoding="utf-8")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
