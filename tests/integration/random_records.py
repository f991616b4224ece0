#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Records without any sense, but with every form there is: few numbers that meet often, all types, legs of one call in any
order, copies, disorder, numbers given to someone new, services, senders and foreign numbers.

   random_records.py SEED FOLDER          writes FOLDER/cdr.csv and FOLDER/lists/"""

import os
import random
import sys

START = 1730000000000  # late October 2024
HOUR = 3600000
DAY = 24 * HOUR
COLUMNS = "type,time,a,b,forwarded_by,outcome,duration,imei,cell,switch,seq".split(",")
WRITINGS = ["0{}", "84{}", "+84{}", "0084{}", "+84 {}", "0{}"]


class Chance(random.Random):
    def write(self, number):
        """A mobile number in some writing; anything else as it is."""
        return self.choice(WRITINGS).format(number[2:]) if number.startswith("849") and self.random() < 0.5 else number


def population(chance):
    people = [f"849{chance.randrange(10**8):08d}" for _ in range(22)]
    others = ["842153925113", "85523999888", "8562055512345", "113", "18001091", "19001234", "5656", "NGANHSONG", "Zalo"]
    return people, others


def write_lists(chance, folder, people):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "subscribers.csv"), "w", encoding="utf-8") as stream:
        print("number,activated", file=stream)
        for number in people[:15]:
            moment = chance.choice([START - 300 * DAY, START - 20 * DAY, START + chance.randrange(45 * DAY), None])
            print(f"{chance.write(number)},{moment // 1000 * 1000 if moment else ''}", file=stream)
    with open(os.path.join(folder, "protected.csv"), "w", encoding="utf-8") as stream:
        print("number,agency,province,role", file=stream)
        for index, number in enumerate(people[10:18]):
            print(f"{number},{['So A', 'So B', 'So C', ''][index % 4]},11,x", file=stream)
    with open(os.path.join(folder, "senders.csv"), "w", encoding="utf-8") as stream:
        print("sender,kind\nNGANHSONG,bank\n5656,otp", file=stream)


def write_complaints(chance, folder, people):
    """Some of a time to come, some twice, some of a former owner."""
    rows = [(START + chance.randrange(60 * DAY), chance.choice(people), chance.choice(["S", "V", "LD"])) for _ in range(200)]
    with open(os.path.join(folder, "complaints.csv"), "w", encoding="utf-8") as stream:
        print("number,kind,time", file=stream)
        for time, number, kind in rows + rows[:20]:
            print(f"{chance.write(number)},{kind},{time}", file=stream)


def call(chance, people, others, time):
    """The records of one contact."""
    a, b = chance.choice(people), chance.choice(people)
    if chance.random() < 0.25:
        a, b = chance.choice([(a, chance.choice(others[:7])), (chance.choice(others), b)])
    sms = chance.random() < 0.35
    kind = "sms" if sms else "call"
    row = {"a": a, "b": b}
    if chance.random() < 0.9:
        row["outcome"] = chance.choice(["delivered", "failed"] if sms else ["answered"] * 4 + ["no_answer", "busy", "rejected", "unreachable", "failed"])
    if not sms and chance.random() < 0.9:
        row["duration"] = chance.choice([0, 1, 5, 6, 7, 30, 44, 45, 46, 300])
    legs = chance.choices([["mo"], ["mt"], ["mo", "mt"], ["mt", "mo"], ["inc_gateway"], ["inc_gateway", "mt"], ["mo", "out_gateway"],
                           ["inc_gateway", "transit", "out_gateway"], ["mo", "forward_call", "mt"]], [6, 3, 9, 2, 2, 2, 2, 1, 1])[0]
    for leg in legs:
        if sms and leg not in ("mo", "mt"):
            continue
        record = dict(row, type=f"{leg}_{kind}" if leg in ("mo", "mt") else leg, time=time + chance.randrange(3000))
        served = a if leg == "mo" else b if leg == "mt" else ""
        if served and chance.random() < 0.8:
            record["imei"] = f"35{hash_of(served) % 3:012d}" + chance.choice(["", "7", "42"])
            record["cell"] = f"452-04-100-{chance.randrange(4)}"
        if leg == "forward_call":
            record["forwarded_by"] = chance.choice(people)
        if leg == "mt" and sms and legs == ["mt"] and chance.random() < 0.2:
            record["a"] = ""
        yield record


def hash_of(text):
    return sum(map(ord, text))


def write_records(chance, path, people, others):
    moments = [START + chance.randrange(45 * DAY) for _ in range(900)]
    for _ in range(40):  # bursts, so that short windows have something in them
        begin = START + chance.randrange(45 * DAY)
        moments += [begin + chance.randrange(2 * HOUR) for _ in range(25)]
    records = [record for time in moments for record in call(chance, people, others, time)]
    # Late by up to two hours, some of them.
    records.sort(key=lambda record: record["time"] + (chance.randrange(2 * HOUR) if chance.random() < 0.1 else 0))
    sequence = {}
    with open(path, "w", encoding="utf-8") as stream:
        print(",".join(COLUMNS), file=stream)
        for record in records:
            if chance.random() < 0.8:
                record["switch"] = chance.choice(["S1", "S2"])
                record["seq"] = sequence[record["switch"]] = sequence.get(record["switch"], 0) + 1
            record["a"], record["b"] = chance.write(record["a"]), chance.write(record["b"])
            line = ",".join(str(record.get(column, "")) for column in COLUMNS)
            for _ in range(1 + ("switch" in record and chance.random() < 0.03)):
                print(line, file=stream)


def main():
    chance = Chance(int(sys.argv[1]))
    folder = sys.argv[2]
    people, others = population(chance)
    write_lists(chance, os.path.join(folder, "lists"), people)
    write_complaints(Chance(f"complaints {sys.argv[1]}"), os.path.join(folder, "lists"), people)
    write_records(chance, os.path.join(folder, "cdr.csv"), people, others)


if __name__ == "__main__":
    main()
