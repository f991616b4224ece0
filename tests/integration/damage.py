#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Copies a file of records and puts damage between its lines, one piece of each kind, and oddities that are no damage.

   damage.py CLEAN DAMAGED          prints what the accounting must say: dropped.quote=2 duplicates=5 ...

The columns of CLEAN are those of a generated network; a column nobody knows is added."""

import sys

# reason: (column, value) of an otherwise good line; None as value: nothing there
FIELDS = [
    ("type_missing", "type", ""), ("type_unknown", "type", "mo_cal"), ("type_unknown", "type", "MO_CALL"),
    ("time_missing", "time", ""), ("time_malformed", "time", "02/12/2024 08:00"),
    ("time_malformed", "time", "2024-13-02T08:00:00+07:00"), ("time_malformed", "time", "2024-12-02T24:01:00+07:00"),
    ("time_no_offset", "time", "2024-12-02T08:00:00"), ("time_out_of_range", "time", "1733101200"),
    ("time_out_of_range", "time", "1999-12-02T08:00:00+07:00"),
    ("a_missing", "a", ""), ("a_character", "a", "0912#45678"), ("a_too_short", "a", "091234567"),
    ("a_too_long", "a", "09123456789"), ("a_unknown_prefix", "a", "0412345678"), ("a_not_in_use", "a", "01623456789"),
    ("a_ambiguous", "a", "612345678"), ("a_sender_too_long", "a", "VIETCOMBANKS"),
    ("b_missing", "b", ""), ("b_character", "b", "VIETCOMBANK"), ("b_too_short", "b", "+8491234567"),
    ("b_too_long", "b", "0084912345678901"), ("b_unknown_prefix", "b", "0412345678"), ("b_not_in_use", "b", "01623456789"),
    ("b_ambiguous", "b", "612345678"), ("forwarded_by", "forwarded_by", "nobody at all"), ("outcome", "outcome", "delivered"),
    ("outcome", "outcome", "ok"), ("duration", "duration", "-1"), ("duration", "duration", "1m"),
    ("duration", "duration", "99999999"), ("imsi", "imsi", "45204x"), ("imei", "imei", "123"), ("cell", "cell", "452-04"),
    ("trunk", "trunk", "T" * 48), ("switch", "switch", "S" * 48), ("seq", "seq", "12.5"), ("sms_parts", "sms_parts", "0"),
    ("sms_parts", "sms_parts", "256"), ("sms_template", "sms_template", "f" * 65),
]


def good_line(columns, number):
    values = {"type": "mo_call", "time": "2024-12-02T08:00:00+07:00", "a": "0961000001", "b": "0912000001",
              "outcome": "answered", "duration": "10", "switch": "BROKEN", "seq": str(number)}
    return [values.get(column, "") for column in columns]


def broken_lines(columns):
    """(reason, bytes) of every kind of damage."""
    for number, (reason, column, value) in enumerate(FIELDS, start=1):
        fields = good_line(columns, number)
        fields[columns.index(column)] = value
        yield reason, ",".join(fields).encode() + b"\n"
    line = ",".join(good_line(columns, 100)).encode()
    yield "field_count", line[: line.index(b"0912")] + b"\n"
    yield "field_count", line + b",,,,,,,\n"
    yield "field_count", b"nothing of a record\n"
    yield "quote", line.replace(b"0912000001", b'"0912000001') + b"\n"
    yield "quote", line.replace(b"0912000001", b'"0912" 000001') + b"\n"
    yield "nul_byte", line.replace(b"0912", b"0\x00912") + b"\n"
    yield "not_utf8", line.replace(b"answered", b"\xe9t\xe9") + b"\n"
    yield "line_too_long", line + b"x" * 1000000 + b"\n"
    yield "line_too_long", line.replace(b"answered", b'"' + b"y" * 1000000 + b'"') + b"\n"


def oddities(header):
    """Bytes that are no record and no damage either."""
    yield b"\n"
    yield b"   \t \r\n"
    yield b"\xef\xbb\xbf\n"
    yield header + b"\r\n"


def main():
    with open(sys.argv[1], "rb") as stream:
        header, *lines = stream.read().splitlines()
    columns = header.decode().split(",") + ["note"]
    header += b",note"
    pieces = [piece for _, piece in broken_lines(columns)]
    wanted = {}
    for reason, _ in broken_lines(columns):
        wanted[f"dropped.{reason}"] = wanted.get(f"dropped.{reason}", 0) + 1
    pieces += list(oddities(header))
    copies = late = 0
    every = len(lines) // (len(pieces) + 1)
    with open(sys.argv[2], "wb") as stream:
        stream.write(b"\xef\xbb\xbf" + header + b"\r\n")
        for number, line in enumerate(lines):
            note = b',"a note, with a comma,\na line end and ""quotes"""' if number % 1000 == 7 else b","
            stream.write(line + note + (b"\r\n" if number % 10 == 3 else b"\n"))
            if number % every == every - 1 and pieces:
                stream.write(pieces.pop(0))
            if number % 500 == 499:
                stream.write(line + b",\n")
                copies += 1
            if number % 700 == 699:
                fields = good_line(columns, 200 + late)
                fields[columns.index("switch")] = "SLOW"
                fields[columns.index("time")] = "2024-11-29T08:00:00+07:00"
                stream.write(",".join(fields).encode() + b"\n")
                late += 1
        assert not pieces
    wanted.update(duplicates=copies, late=late, applied=len(lines))
    wanted["dropped.total"] = len(list(broken_lines(columns)))
    print(" ".join(f"{key}={value}" for key, value in wanted.items()))


if __name__ == "__main__":
    main()
