# SPDX-License-Identifier: Apache-2.0
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from records import Records

records = Records("2024-12-09")
HOTLINE = "0961000051"
for number in range(70):
    citizen = f"0965{number:06d}"
    records.call(7 * 3600 + number * 400, citizen, HOTLINE, (40, 0, 25)[number % 3])
    records.call(7 * 3600 + number * 400 + 1900, HOTLINE, citizen, (20, 35, 12)[number % 3], cell="452-04-6600-70")
records.print()
