#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Records for several processes that share a topic by the calling number.

   shared_group.py SEED LISTS PREFIX      writes lists, and PREFIX1 ... PREFIX6: lines "A, tabulator, record" in time order

Ten new SIMs in each part write to officials in bursts that begin there; half of the bursts go on into the next parts, so that who
takes a partition over in between must know what was before. The others are quiet SIMs. The second part is large: it
fills every buffer of a run that is stopped. All are outgoing records of A."""

import datetime
import json
import os
import random
import sys

START = datetime.datetime(2024, 12, 9, 8, tzinfo=datetime.timezone(datetime.timedelta(hours=7)))
PART_SECONDS = 3600
QUIET = [4000, 60000, 4000, 4000, 4000, 4000]


def bursts(chance, part):
    """Of ten SIMs: those with an odd number end within the part, the others write on for four parts."""
    for i in range(10):
        a = f"0961{part:02}{i:04}"
        officials = chance.sample(range(12), 11)
        length = PART_SECONDS if i % 2 else 4 * PART_SECONDS
        begin = part * PART_SECONDS + chance.randrange(600)
        times = sorted(chance.randrange(length - 700) for _ in officials)
        for second, official in zip(times, officials):
            yield begin + second, a, f"0912{official:06}"


def quiet(chance, part):
    for _ in range(QUIET[part]):
        yield (part * PART_SECONDS + chance.random() * PART_SECONDS, f"0988{chance.randrange(3000):06}",
               f"0977{chance.randrange(3000):06}")


def main():
    chance = random.Random(int(sys.argv[1]))
    lists, prefix = sys.argv[2:4]
    os.makedirs(lists, exist_ok=True)
    with open(os.path.join(lists, "subscribers.csv"), "w", encoding="utf-8") as out:
        print("number,activated,province", file=out)
        for part in range(len(QUIET)):
            for i in range(10):
                print(f"0961{part:02}{i:04},2024-12-05T00:00:00+07:00,11", file=out)
    with open(os.path.join(lists, "protected.csv"), "w", encoding="utf-8") as out:
        print("number,agency,province,role", file=out)
        for i in range(12):
            print(f"0912{i:06},So {i % 6},11,x", file=out)
    records = sorted(r for part in range(len(QUIET)) for make in (bursts, quiet) for r in make(chance, part))
    outs = [open(f"{prefix}{part + 1}", "w", encoding="utf-8") for part in range(len(QUIET))]
    for number, (second, a, b) in enumerate(records):
        time = START + datetime.timedelta(milliseconds=int(second * 1000))
        line = {"type": "mo_sms", "time": time.isoformat(timespec="milliseconds"), "a": a, "b": b,
                "switch": f"S{number % 2}", "seq": 1000 + number // 2}
        print(a, json.dumps(line), sep="\t", file=outs[min(int(second) // PART_SECONDS, len(outs) - 1)])
    for out in outs:
        out.close()


main()
