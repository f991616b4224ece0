# SPDX-License-Identifier: Apache-2.0
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from records import Records

records = Records("2024-12-09")
SIM = "0961000031"
for number in range(110):
    duration = 0 if number % 3 == 0 else 320 if number % 15 == 7 else 4 + number * 7 % 30
    records.call(8 * 3600 + number * 95 + number % 7 * 3 - (40 if number % 2 else 0), SIM, f"0988{number:06d}", duration, cell="452-04-6600-40", switch="MSC-DB")
for number, clock in ((4, "08:31"), (40, "09:40"), (77, "11:02")):
    records.call(clock, f"0988{number:06d}", SIM, 20, switch="MSC-DB")
records.print()
