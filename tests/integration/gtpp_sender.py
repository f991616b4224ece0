# SPDX-License-Identifier: Apache-2.0
"""A GTP' sender (a CDF) over the kernel's UDP or TCP, as TS 32.295 wants one: it keeps what is not acknowledged and sends it
again; over TCP in pieces cut anywhere (SEED in the environment says where), and over a new connection when the old one is gone.

    gtpp_sender.py [--tcp] [--from ADDR] [--port N] [--restarts N] TO COMMAND...

Commands, one after another; a record is a call whose seconds are its number:
    send:SEQ:FIRST:PACKETS:RECORDS[:PER_SECOND]  packets from number SEQ on, records numbered from FIRST on
    dup:SEQ:FIRST:PACKETS:RECORDS                the same, possibly duplicated
    file:SEQ:PATH:RECORDS                        the BER records of a file, so many a packet
    release:SEQ:N,N,...   cancel:SEQ:N,N,...     decisions about those
    ping                                         prints "pong" after an ICMP or ICMPv6 echo
    echo                                         prints "restarts N"
    await_redirection                            prints "redirected CAUSE ADDRESS"
    reconnect:N                                  (TCP) gives up the connection after every N packets
    garbage                                      (TCP) what is not GTP'; prints "reset", or what came instead
    await_end                                    (TCP) prints "ended", or "reset"
Prints "acknowledged N" after send and dup, "cause N" after a decision. Exit 1 when something was not answered in time.
"""
import argparse
import os
import random
import socket
import struct
import sys
import time

RECORD = bytes.fromhex("a0278001008307914889214365f78507914819325476f898092503140926502b07009902")
TAKEN = {128, 252, 253}
RESEND_S = 0.3
PATIENCE_S = 40
WINDOW = 64


def record(number):
    return RECORD + struct.pack(">H", number) + b"\x9e\x01\x00"


def message(kind, sequence, body=b""):
    return struct.pack(">BBHH", 0x4E, kind, len(body), sequence) + body


def data(command, sequence, records):
    content = bytes([len(records), 1, 0x15, 7]) + b"".join(struct.pack(">H", len(r)) + r for r in records)
    return message(240, sequence, bytes([126, command, 252]) + struct.pack(">H", len(content)) + content)


def decision(command, sequence, numbers):
    body = b"".join(struct.pack(">H", n) for n in numbers)
    return message(240, sequence, bytes([126, command, 250 if command == 3 else 249]) + struct.pack(">H", len(body)) + body)


class Sender:
    resend_s = RESEND_S
    is_new = False  # the connection: nothing was sent over it

    def __init__(self, options):
        self.family = socket.AF_INET6 if ":" in options.to else socket.AF_INET
        self.own = (options.source or ("::" if ":" in options.to else "0.0.0.0"), options.port)
        self.to = (options.to, 3386)
        self.restarts = options.restarts
        self.answers = {}        # number of a request: cause
        self.redirection = None  # cause and address
        self.echoed = None
        self.open()

    def open(self):
        self.socket = socket.socket(self.family, socket.SOCK_DGRAM)
        self.socket.bind(self.own)

    def say(self, octets):
        try:
            self.socket.sendto(octets, self.to)
        except OSError:
            pass  # nobody there just now: it is sent again

    def hear(self, seconds):
        """Takes what comes within that time, at least what is there."""
        self.socket.settimeout(max(seconds, 0.0005))
        try:
            octets = self.socket.recv(65536)
        except OSError:
            return False
        self.take(octets)
        return True

    def take(self, octets):
        kind, length, sequence = struct.unpack(">xBHH", octets[:6])
        body = octets[6:6 + length]
        if kind == 1:
            self.say(message(2, sequence, bytes([14, self.restarts])))
        elif kind == 2:
            self.echoed = body[1]
        elif kind == 6:
            address = body[5:] if len(body) > 2 and body[2] == 254 else b""
            self.redirection = (body[1], socket.inet_ntoa(address[:4]) if len(address) == 4 else "-")
            self.say(message(7, sequence, bytes([1, 128])))
        elif kind == 241:
            count, = struct.unpack(">H", body[3:5])
            for number in struct.unpack(">%dH" % (count // 2), body[5:5 + count]):
                self.answers[number] = body[1]

    def deliver(self, requests, per_second=0):
        """Sends (number, octets) until each is answered with success; returns how many were."""
        waiting, done, last = {}, 0, time.monotonic()
        begun = time.monotonic()
        requests = list(requests)
        position = 0
        while position < len(requests) or waiting:
            now = time.monotonic()
            may = len(requests) if not per_second else int((now - begun) * per_second) + 1
            while position < min(len(requests), may) and len(waiting) < WINDOW:
                number, octets = requests[position]
                self.answers.pop(number, None)
                waiting[number] = (octets, now)
                self.is_new, was_new = False, self.is_new
                self.say(octets)
                self.is_new |= was_new
                position += 1
            while self.hear(0.001):
                if not waiting or self.answers:
                    break
            for number in [n for n in self.answers if n in waiting]:
                if self.answers.pop(number) in TAKEN:
                    del waiting[number]
                    done += 1
                    last = time.monotonic()
            self.is_new, is_new = False, self.is_new
            for number, (octets, sent) in list(waiting.items()):
                if is_new or now - sent > self.resend_s:
                    waiting[number] = (octets, now)
                    self.say(octets)
            if now - last > PATIENCE_S:
                break
        return done

    def ask(self, number, octets):
        end = time.monotonic() + PATIENCE_S
        self.answers.pop(number, None)
        while number not in self.answers and time.monotonic() < end:
            self.say(octets)
            self.hear(self.resend_s)
        return self.answers.get(number)


class TcpSender(Sender):
    resend_s = 5
    reconnect = 0  # packets that a connection is used for
    said = 0
    end = None     # how the last connection ended

    def open(self):
        """A connection, if there is one to be had just now."""
        self.socket = socket.socket(self.family, socket.SOCK_STREAM)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.settimeout(1)
        self.buffer = b""
        self.is_new = True
        try:
            self.socket.bind((self.own[0], 0))
            self.socket.connect(self.to)
        except OSError:
            time.sleep(0.05)
            self.socket.close()
            self.socket = None

    def lose(self, end):
        self.end = end
        self.socket.close()
        self.open()

    def say(self, octets):
        if self.socket is None:
            self.open()
        if self.socket is None:
            return
        self.said += 1
        cuts = sorted(random.sample(range(1, len(octets)), min(random.randrange(4), len(octets) - 1)))
        try:
            self.socket.settimeout(20)
            for a, b in zip([0] + cuts, cuts + [len(octets)]):
                self.socket.sendall(octets[a:b])
        except OSError:
            self.lose("reset")
            return
        if self.reconnect and self.said % self.reconnect == 0:
            self.lose("given up")

    def hear(self, seconds):
        if self.socket is None:
            self.open()
            return False
        self.socket.settimeout(max(seconds, 0.0005))
        try:
            octets = self.socket.recv(65536)
        except TimeoutError:
            return False
        except OSError:
            self.lose("reset")
            return False
        if not octets:
            self.lose("ended")
            return False
        self.buffer += octets
        while len(self.buffer) >= 6:
            length = 6 + struct.unpack(">xxH", self.buffer[:4])[0]
            if len(self.buffer) < length:
                break
            self.take(self.buffer[:length])
            self.buffer = self.buffer[length:]
        return True

    def await_end(self):
        self.end, until = None, time.monotonic() + PATIENCE_S
        while self.end is None and time.monotonic() < until:
            self.hear(0.1)
        return self.end


def ping(to):
    """One echo by a raw socket; the checksum of ICMPv6 is the kernel's to fill in."""
    is_6 = ":" in to
    sock = socket.socket(socket.AF_INET6 if is_6 else socket.AF_INET, socket.SOCK_RAW,
                         socket.IPPROTO_ICMPV6 if is_6 else socket.IPPROTO_ICMP)
    sock.settimeout(1)
    payload = struct.pack(">HH", 77, 1) + b"are you there?"
    total = 0x0800 + sum(struct.unpack(">%dH" % (len(payload) // 2), payload))
    checksum = ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF
    for _ in range(5):
        sock.sendto(struct.pack(">BBH", 128 if is_6 else 8, 0, 0 if is_6 else checksum) + payload, (to, 0))
        try:
            while True:
                octets = sock.recv(2000)[0 if is_6 else 20:]
                if octets[0] == (129 if is_6 else 0) and octets[4:] == payload:
                    return "pong"
        except OSError:
            pass
    return "no pong"


def packets(command, fields):
    sequence, first, count, records = map(int, fields[:4])
    made = [[record(first + i * records + k) for k in range(records)] for i in range(count)]
    return numbered(command, sequence, made)


def numbered(command, sequence, made):
    return [((sequence + i) % 65536, data(command, (sequence + i) % 65536, records)) for i, records in enumerate(made)]


def records_of(path):
    """Records with definite lengths of up to two octets."""
    with open(path, "rb") as file:
        octets = file.read()
    at = 0
    while at < len(octets):
        extra = octets[at + 1] & 0x7F if octets[at + 1] & 0x80 else 0
        length = int.from_bytes(octets[at + 2:at + 2 + extra], "big") if extra else octets[at + 1]
        yield octets[at:at + 2 + extra + length]
        at += 2 + extra + length


def file_packets(fields):
    records = list(records_of(fields[1]))
    step = int(fields[2])
    return numbered(1, int(fields[0]), [records[i:i + step] for i in range(0, len(records), step)])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tcp", action="store_true")
    parser.add_argument("--from", dest="source")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--restarts", type=int, default=1)
    parser.add_argument("to")
    parser.add_argument("commands", nargs="+")
    options = parser.parse_args()
    random.seed(os.environ.get("SEED", "1"))
    sender = TcpSender(options) if options.tcp else Sender(options)
    for text in options.commands:
        command, *fields = text.split(":")
        if command in ("send", "dup", "file"):
            requests = file_packets(fields) if command == "file" else packets(1 if command == "send" else 2, fields)
            done = sender.deliver(requests, int(fields[4]) if len(fields) > 4 else 0)
            print("acknowledged", done, flush=True)
            if done != len(requests):
                return 1
        elif command in ("release", "cancel"):
            number = int(fields[0])
            numbers = [int(n) for n in fields[1].split(",")]
            print("cause", sender.ask(number, decision(4 if command == "release" else 3, number, numbers)), flush=True)
        elif command == "ping":
            print(ping(options.to), flush=True)
        elif command == "echo":
            end = time.monotonic() + PATIENCE_S
            while sender.echoed is None and time.monotonic() < end:
                sender.say(message(1, 7))
                sender.hear(RESEND_S)
            print("restarts", sender.echoed, flush=True)
        elif command == "await_redirection":
            end = time.monotonic() + PATIENCE_S
            while sender.redirection is None and time.monotonic() < end:
                sender.hear(RESEND_S)
            print("redirected", *(sender.redirection or ("never",)), flush=True)
        elif command == "reconnect":
            sender.reconnect = int(fields[0])
        elif command == "garbage":
            sender.say(b"GET / HTTP/1.0\r\n\r\n")
            print(sender.await_end(), flush=True)
        elif command == "await_end":
            print(sender.await_end(), flush=True)
        else:
            sys.exit("unknown command: " + text)
    return 0


sys.exit(main())
