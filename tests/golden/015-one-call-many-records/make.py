# SPDX-License-Identifier: Apache-2.0
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from records import Records

records = Records("2024-12-09")
LEGS = {"0961000091": ("mo_call", "mt_call"), "0961000092": ("inc_gateway", "mt_call"), "0961000093": ("mo_call", "out_gateway", "mt_call")}
for index, (sim, legs) in enumerate(LEGS.items()):
    for number in range(60 if index == 2 else 59):
        begin = 9 * 3600 + number * 30
        for order, leg in enumerate(legs):
            clock = begin - 1 if index == 0 and number == 0 and leg == "mt_call" else begin + order * 0.7
            records.add(leg, clock, sim, f"09{50 + index}{number:06d}", outcome="answered", duration=12, cell="452-04-6600-1" if leg == "mo_call" else "")
records.print()
