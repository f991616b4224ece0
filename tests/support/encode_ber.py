#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Canonical CSV to records of TS 32.298 (BER), one after another: what a switch would have written.

    encode_ber.py CDR.csv... >OUT.ber

Calls and messages of subscribers (mo_*, mt_*) only; the form has no sender for a message received, no sequence number, and
only digits for a switch, so a name becomes a number of its own. Knows nothing of how simsieve decodes."""
import csv
import sys
import zlib
from datetime import datetime

CAUSES = {"busy": 17, "no_answer": 19, "unreachable": 20, "rejected": 21, "failed": 38}


def tlv(tag, content):
    length = len(content)
    head = bytes([length]) if length < 128 else bytes([0x81, length]) if length < 256 else b"\x82" + length.to_bytes(2, "big")
    return bytes.fromhex(tag) + head + content


def bcd(digits, filler="F"):
    digits += filler * (len(digits) % 2)
    return bytes(int(digits[i + 1] + digits[i], 16) for i in range(0, len(digits), 2))


def number(text):
    """An international number; a short one or a hotline as dialled."""
    is_dialled = len(text) <= 6 or text[:4] in ("1800", "1900")
    return (b"\x81" if is_dialled else b"\x91") + bcd(text)


def tp_number(text):
    """TS 23.040: the digits are counted."""
    return bytes([len(text)]) + number(text)


def integer(value):
    return value.to_bytes(value.bit_length() // 8 + 1, "big")


def moment(text):
    time = datetime.fromisoformat(text)
    return bytes.fromhex(time.strftime("%y%m%d%H%M%S")) + b"+" + bytes.fromhex(time.strftime("%z")[1:])


def place(text):
    mcc, mnc, area, cell = text.split("-")
    digits = mcc + (mnc if len(mnc) == 3 else mnc + "F")
    plmn = bytes.fromhex(digits[1] + digits[0] + digits[5] + digits[2] + digits[4] + digits[3])
    return tlv("80", int(area).to_bytes(2, "big")) + tlv("81", int(cell).to_bytes(2, "big")) + tlv("82", plmn)


def optional(tag, text, encode):
    return tlv(tag, encode(text)) if text else b""


def party(row, imsi, imei):
    return optional(imsi, row["imsi"], bcd) + optional(imei, row["imei"], bcd)


def entity(row):
    return number("8498%07d" % (zlib.crc32(row["switch"].encode()) % 10**7))


def ending(row, answer, duration, cause, diagnostics):
    seconds = tlv(duration, integer(int(row["duration"] or 0)))
    if row["outcome"] == "answered":
        return tlv(answer, moment(row["time"])) + seconds + tlv(cause, b"\x00")
    return seconds + tlv(cause, b"\x03") + tlv(diagnostics, tlv("80", bytes([CAUSES[row["outcome"]]])))


def failure(row, tag):
    return tlv(tag, tlv("80", b"\x26")) if row["outcome"] == "failed" else b""


def mo_call(row):
    return tlv("A0", tlv("80", b"\x00") + party(row, "81", "82") + tlv("83", number(row["a"])) + tlv("85", number(row["b"])) +
               tlv("89", entity(row)) + optional("AC", row["cell"], place) + tlv("96", moment(row["time"])) +
               ending(row, "97", "99", "9E", "BF1F"))


def mt_call(row):
    return tlv("A1", tlv("80", b"\x01") + party(row, "81", "82") + tlv("83", number(row["b"])) + tlv("84", number(row["a"])) +
               tlv("86", entity(row)) + optional("A9", row["cell"], place) + tlv("93", moment(row["time"])) +
               ending(row, "94", "96", "9B", "BC"))


def mo_sms(row):
    return tlv("A6", tlv("80", b"\x06") + party(row, "81", "82") + tlv("83", number(row["a"])) + tlv("86", entity(row)) +
               optional("A7", row["cell"], place) + tlv("89", moment(row["time"])) + failure(row, "AA") +
               tlv("8C", tp_number(row["b"])))


def mt_sms(row):
    return tlv("A7", tlv("80", b"\x07") + party(row, "82", "83") + tlv("84", number(row["b"])) + tlv("86", entity(row)) +
               optional("A7", row["cell"], place) + tlv("88", moment(row["time"])) + failure(row, "A9"))


ENCODERS = {"mo_call": mo_call, "mt_call": mt_call, "mo_sms": mo_sms, "mt_sms": mt_sms}


def main():
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row["type"] in ENCODERS:
                    sys.stdout.buffer.write(ENCODERS[row["type"]](row))


main()
