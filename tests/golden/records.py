# SPDX-License-Identifier: Apache-2.0
"""Records of a story, for its make.py."""

import datetime

COLUMNS = ["type", "time", "a", "b", "outcome", "duration", "imei", "cell", "trunk", "switch", "seq"]


class Records:
    """Collects records and prints them as CSV, in the order of their times."""

    def __init__(self, day):
        self.day = datetime.datetime.fromisoformat(day + "T00:00:00+07:00")
        self.rows = []

    def add(self, kind, clock, a, b, **more):
        """A record at a clock time: seconds since midnight, or "HH:MM[:SS]"."""
        self.rows.append(dict(more, type=kind, time=self.day + datetime.timedelta(seconds=seconds(clock)), a=a, b=b))

    def call(self, clock, a, b, duration, **more):
        """A call; of 0 seconds nobody takes it."""
        self.add("mo_call", clock, a, b, duration=duration, outcome="answered" if duration else "no_answer", **more)

    def sms(self, clock, a, b, **more):
        self.add("mo_sms", clock, a, b, outcome="delivered", **more)

    def print(self):
        print(",".join(COLUMNS))
        for row in sorted(self.rows, key=lambda row: row["time"]):
            print(",".join(row[column].isoformat() if column == "time" else str(row.get(column, "")) for column in COLUMNS))


def seconds(clock):
    if not isinstance(clock, str):
        return clock
    parts = [int(part) for part in clock.split(":")]
    return parts[0] * 3600 + parts[1] * 60 + (parts[2] if len(parts) > 2 else 0)
