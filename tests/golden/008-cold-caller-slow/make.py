# SPDX-License-Identifier: Apache-2.0
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from records import Records

records = Records("2024-12-09")
SIM = "0961000032"
clock = 9 * 3600
for number in range(42):
    callee = f"0977{number % 40:06d}"
    records.call(clock, SIM, callee, (0, 14, 33, 0, 9, 210, 25)[number % 7], cell=f"452-04-6600-{50 + number // 21}")
    clock += 480 + number * 37 % 120
    if 12 * 3600 < clock < 13 * 3600:
        clock += 3600
records.print()
