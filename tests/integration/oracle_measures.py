#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every measure of every number, worked out a second time in the plainest way: all records are kept, and each figure is
counted from its definition. Compares the result with what the program prints.

   oracle_measures.py PROGRAM [--lists DIR] [--window 24h] [--at TIME] INPUT...

Prints each difference (the first 20) and exits with 1 when there is one. Inputs are CSV, in the order of their records
(the oracle does not merge)."""

import argparse
import bisect
import collections
import csv
import datetime
import os
import re
import statistics
import subprocess
import sys

DAY = 86400000
MEMORY = 30 * DAY
LEG = 30000
LOCAL = datetime.timezone(datetime.timedelta(hours=7))
UNITS = {"m": 60000, "h": 3600000, "d": DAY}
COLUMNS = """sim_age_d age_known out_calls out_sms in_calls in_sms in_service_sms fan_out fan_in out_share per_contact answered asr
    acd_s short_ratio below45_ratio gap_median_s gap_cv stranger_ratio reply_ratio protected_out agencies_out cells imeis
    night_ratio out_attempts out_call_share short_gap_ratio protected_share complaints""".split()

Event = collections.namedtuple("Event", "time other out sms answered seconds service")


def milliseconds(text):
    if text.isdigit():
        return int(text)
    return round(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


def number(text):
    """E.164 without +, short codes and senders as they are; '' stays ''."""
    if not text or (re.search("[A-Za-z]", text)):
        return text
    digits = re.sub(r"[^0-9]", "", text)
    if text.strip().startswith("+"):
        return digits
    if digits.startswith("00"):
        return digits[2:]
    if digits.startswith("0"):
        return "84" + digits[1:]
    return digits


def is_service(name):
    """A short code, 1800/1900, or a sender with letters."""
    if re.search("[A-Za-z]", name):
        return True
    return len(name) <= 6 or re.fullmatch("1[89]00[0-9]{4,6}", name) is not None


class Lists:
    def __init__(self, folder):
        self.activated, self.agency, self.senders, self.complaints = {}, {}, set(), collections.defaultdict(set)
        for row in self.rows(folder, "subscribers.csv"):
            text = row.get("activated") or ""
            moment = milliseconds(text + "T00:00:00+07:00" if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else text) if text else None
            self.activated[number(row["number"])] = moment
        for row in self.rows(folder, "protected.csv"):
            self.agency.setdefault(number(row["number"]), row.get("agency") or "")
        for row in self.rows(folder, "senders.csv"):
            self.senders.add(number(row["sender"]))
        for row in self.rows(folder, "complaints.csv"):
            self.complaints[number(row["number"])].add((milliseconds(row["time"]), row["kind"]))

    @staticmethod
    def rows(folder, name):
        path = os.path.join(folder or "", name)
        if not folder or not os.path.exists(path):
            return []
        with open(path, newline="", encoding="utf-8-sig") as stream:
            return list(csv.DictReader(stream))


class Sim:
    def __init__(self):
        self.first_seen = None
        self.events, self.places = [], []


class Oracle:
    def __init__(self, lists):
        self.lists = lists
        self.sims = collections.defaultdict(Sim)
        self.served = set(lists.activated)
        self.seen_sequences = set()
        self.legs = {}
        self.newest = 0

    def counts(self, row, a, b, time):
        """Whether a record is an attempt of A at B: every call once, however many records describe it."""
        kind = row["type"]
        if kind.startswith("mo_"):
            wanted = True
        elif kind.startswith("mt_"):
            wanted = a not in self.served
        elif kind == "forward_call":
            wanted = False
        else:
            wanted = a not in self.served and b not in self.served
        if not wanted or not a or (kind.startswith("mo_") and a in self.served):
            return wanted
        key = (a, b, kind.endswith("sms"))
        for other_time, kinds in self.legs.get(key, []):
            if abs(other_time - time) <= LEG and kind not in kinds:
                kinds.add(kind)
                return False
        self.legs.setdefault(key, []).append((time, {kind}))
        return True

    def take(self, row):
        time = milliseconds(row["time"])
        if row.get("switch") and row.get("seq"):
            identity = (row["switch"], int(row["seq"]))
            if identity in self.seen_sequences:
                return
            self.seen_sequences.add(identity)
        a, b, kind = number(row["a"]), number(row["b"]), row["type"]
        counts = self.counts(row, a, b, time)
        served = a if kind.startswith("mo_") else b if kind.startswith("mt_") else number(row.get("forwarded_by") or "") if kind == "forward_call" else ""
        if served and not is_service(served):
            self.served.add(served)
        sms = kind.endswith("sms")
        outcome, duration = row.get("outcome") or "", row.get("duration") or ""
        answered = outcome in ("answered", "delivered") or (not outcome and (sms or (duration != "" and float(duration) > 0)))
        seconds = (float(duration) if duration != "" else None) if answered else 0
        self.newest = max(self.newest, time)
        if counts and a:
            self.note(a, time).events.append(Event(time, b, True, sms, answered, seconds, self.is_service(b, sms)))
        if counts:
            self.note(b, time).events.append(Event(time, a, False, sms, answered, seconds, self.is_service(a, sms)))
        if served and kind != "forward_call":
            self.note(served, time).places.append((time, row.get("cell") or "", (row.get("imei") or "")[:14]))

    def is_service(self, name, sms):
        return bool(name) and (is_service(name) or (sms and name in self.lists.senders))

    def note(self, name, time):
        sim = self.sims[name]
        if sim.first_seen is None:
            sim.first_seen = time
        return sim

    def measure(self, name, window, at):
        """The measures of one number; None when it has no event in the window."""
        sim, activated = self.sims[name], self.lists.activated.get(name)
        since = activated if activated is not None and activated <= at else None
        if since is not None:
            events = [event for event in sim.events if event.time // 1000 >= since // 1000]
            if not any(event.time // 1000 >= since // 1000 for event in sim.events) and not any(
                    place[0] // 1000 >= since // 1000 for place in sim.places):
                events, since = sim.events, None  # the new owner has not been seen
        else:
            events = sim.events
        places = [place for place in sim.places if since is None or place[0] // 1000 >= since // 1000]
        events = sorted(events, key=lambda event: event.time)
        inside = [event for event in events if at - window < event.time <= at]
        if not inside:
            return None
        out = [event for event in inside if event.out]
        calls = [event for event in out if not event.sms]
        incoming = [event for event in inside if not event.out and not (event.sms and event.service)]
        got = {"sim_age_d": (at - (since if since is not None else sim.first_seen)) / DAY, "age_known": int(since is not None)}
        got.update(self.counted(inside, out, calls, incoming))
        got.update(self.conversations(calls))
        got.update(rhythm(out))
        got.update(self.contacts(events, inside, out, got["fan_out"]))
        got["cells"] = len({cell for time, cell, _ in places if cell and at - window < time <= at})
        got["imeis"] = len({imei for time, _, imei in places if imei and at - window < time <= at})
        owned_from = since // 1000 * 1000 if since is not None else 0
        got["complaints"] = sum(at - window < time <= at and time >= owned_from for time, _ in self.lists.complaints.get(name, []))
        return got

    @staticmethod
    def counted(inside, out, calls, incoming):
        everything = len(out) + len(incoming)
        fan_out = len({event.other for event in out if not event.service})
        night = sum(datetime.datetime.fromtimestamp(event.time / 1000, LOCAL).hour in (22, 23, 0, 1, 2, 3, 4, 5) for event in out)
        return {"out_calls": len(calls), "out_sms": len(out) - len(calls), "out_attempts": len(out),
                "in_calls": sum(not event.sms for event in incoming), "in_sms": sum(event.sms for event in incoming),
                "in_service_sms": sum(event.sms and event.service and not event.out for event in inside),
                "fan_out": fan_out,
                "fan_in": len({event.other for event in inside if not event.out and not event.service and event.other}),
                "out_share": ratio(len(out), everything), "out_call_share": ratio(len(calls), everything),
                "per_contact": ratio(len(out), fan_out), "night_ratio": ratio(night, len(out))}

    @staticmethod
    def conversations(calls):
        answered = [event for event in calls if event.answered]
        known = [event.seconds for event in answered if event.seconds is not None]
        all_known = [event.seconds for event in calls if event.seconds is not None]
        return {"answered": len(answered), "asr": ratio(len(answered), len(calls)),
                "acd_s": ratio(sum(known), len(known)),
                "short_ratio": ratio(sum(seconds <= 6 for seconds in known), len(known)),
                "below45_ratio": ratio(sum(seconds < 45 for seconds in all_known), len(all_known))}

    def contacts(self, events, inside, out, fan_out):
        moments = collections.defaultdict(list)
        for event in events:
            moments[event.other].append(event.time)
        strangers = 0
        for event in out:
            times = moments[event.other]
            before = bisect.bisect_left(times, event.time)
            strangers += before == 0 or times[before - 1] <= event.time - MEMORY
        first = {}
        for event in out:
            first.setdefault(event.other, event.time)
        replied = {event.other for event in inside if not event.out and not event.service and event.other in first and event.time > first[event.other]}
        protected = {other for other in first if other in self.lists.agency}
        agencies = {self.lists.agency[other] for other in protected} - {""}
        return {"stranger_ratio": ratio(strangers, len(out)), "reply_ratio": ratio(len(replied), fan_out),
                "protected_out": len(protected), "agencies_out": len(agencies), "protected_share": ratio(len(protected), fan_out)}


def ratio(over, under):
    return over / under if under else None


def rhythm(out):
    gaps = [(after.time - before.time) / 1000 for before, after in zip(out, out[1:])]
    mean = sum(gaps) / len(gaps) if gaps else 0
    return {"gap_median_s": statistics.median(gaps) if gaps else None,
            "gap_cv": statistics.pstdev(gaps) / mean if len(gaps) >= 2 and mean else None,
            "short_gap_ratio": ratio(sum(gap < 60 for gap in gaps), len(gaps))}


def printed(options):
    command = [options.program, "measures", "--shards", "2", "--window", options.window]
    command += ["--lists", options.lists] if options.lists else []
    command += ["--at", options.at] if options.at else []
    text = subprocess.run(command + options.input, stdout=subprocess.PIPE, check=True, encoding="utf-8").stdout
    lines = text.splitlines()
    return list(csv.DictReader(lines[1:])) if lines[0].startswith("#") else []


def differences(wanted, rows):
    names = [row["number"] for row in rows]
    if names != sorted(names):
        yield "the rows are not sorted"
    if set(names) != set(wanted):
        yield f"rows too many {sorted(set(names) - set(wanted))[:5]}, too few {sorted(set(wanted) - set(names))[:5]}"
    if rows and [name for name in rows[0] if name not in ("number", "score")] != COLUMNS:
        yield f"columns {list(rows[0])}"
    for row in rows:
        for column in COLUMNS if row["number"] in wanted else []:
            value = wanted[row["number"]][column]
            tolerance = 1.5e-5 if column == "sim_age_d" else 1e-6 + 1e-6 * abs(value or 0)
            if (value is None) != (row[column] == "") or (value is not None and abs(float(row[column]) - value) > tolerance):
                yield f"{row['number']} {column}: {row[column]!r} instead of {value}"
        if not 0 <= int(row["score"]) <= 100:
            yield f"{row['number']} score {row['score']}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--lists")
    parser.add_argument("--window", default="24h")
    parser.add_argument("--at")
    parser.add_argument("input", nargs="+")
    options = parser.parse_args()
    oracle = Oracle(Lists(options.lists))
    limit = milliseconds(options.at) if options.at else None
    for path in options.input:
        with open(path, newline="", encoding="utf-8-sig") as stream:
            for row in csv.DictReader(stream):
                if limit is None or milliseconds(row["time"]) <= limit:
                    oracle.take(row)
    at = limit if limit is not None else oracle.newest
    window = int(options.window[:-1]) * UNITS[options.window[-1]]
    wanted = {name: values for name in list(oracle.sims) if (values := oracle.measure(name, window, at)) is not None}
    found = list(differences(wanted, printed(options)))
    for line in found[:20]:
        print(line)
    if not found:
        print(f"{len(wanted)} numbers agree", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
