# SPDX-License-Identifier: Apache-2.0
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from records import Records

records = Records("2024-12-09")
# The first has the cells of a route and few calls back, the second a switch that tells no cells and customers who ring.
for number in range(60):
    clock = 8 * 3600 + number * 290 + number % 4 * 20
    duration = (0, 18, 25, 9, 31)[number % 5]
    records.call(clock, "0961000041", f"0966{number:06d}", duration, cell=f"452-04-6600-{60 + number // 6}")
    records.call(clock + 7, "0961000042", f"0967{number:06d}", duration)
    if number % 5 == 2:
        records.call(clock + 100, f"0967{number:06d}", "0961000042", 15)
records.print()
