# SPDX-License-Identifier: Apache-2.0
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from records import Records

records = Records("2024-12-09")
SIM = "0961000081"
for number in range(60):
    friend = f"0962{number:06d}"
    records.sms(9 * 3600 + number * 240, SIM, friend, cell=f"452-04-6600-{100 + number // 20}")
    if number % 5 < 2:
        records.sms(9 * 3600 + number * 240 + 500, friend, SIM)
    if number % 4 == 1:
        records.call(18 * 3600 + number * 100, SIM, friend, 30 + number * 5)
records.print()
