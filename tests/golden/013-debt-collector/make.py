# SPDX-License-Identifier: Apache-2.0
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from records import Records

records = Records("2024-12-09")
for number in range(96):
    records.call(8 * 3600 + number * 330, "0961000071", f"09630000{number % 8:02d}", 0 if number % 6 else 22, cell="452-04-6600-90")
for debtor, clock in ((1, "10:00"), (4, "13:30"), (6, "16:20")):
    records.call(clock, f"09630000{debtor:02d}", "0961000071", 50)
records.print()
