# SPDX-License-Identifier: Apache-2.0
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from records import Records

records = Records("2024-12-09")
# A dialler: a call every 40 seconds to customers of a list, from one cell.
for number in range(90):
    records.call(9 * 3600 + number * 40, "0961000061", f"0964{number:06d}", 0 if number % 5 < 2 else 12 + number * 11 % 28, cell="452-04-6600-80")
records.print()
