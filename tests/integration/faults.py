#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Feeds a run while what it stands on fails at random times.

   faults.py PROGRAM KAFKA_SH BROKER BROKER_FOLDER RECORDS SEED SECONDS [DISK]

RECORDS (NDJSON) go to four partitions of the topic `cdr` and to files in `run/spool`, each number's always the same way,
spread over SECONDS. Meanwhile the process of `run/simsieve.yaml` is killed, ended, stopped and told to reload, the broker is
killed, and DISK, where the state is (a tmpfs), has no room. At the end waits until all records are decoded and ends the process.
Prints the faults; exit 1 with a sentence when the process ended by itself or did not come to its end."""

import json
import os
import random
import signal
import subprocess
import sys
import time
import zlib

PARTITIONS = 4
WAYS = 6  # the others are the folder's
PATIENCE_S = 120
DISK_SIZE = "400m"


class Run:
    """The process under test, and what it stands on."""

    def __init__(self, program, kafka, broker, broker_folder, disk):
        self.program, self.kafka, self.broker, self.broker_folder, self.disk = program, kafka, broker, broker_folder, disk
        self.log = open("run/err", "ab")
        self.start()

    def start(self):
        self.process = subprocess.Popen([self.program, "run", "-c", "run/simsieve.yaml", "--stats", "stats.json"],
                                        stdout=self.log, stderr=self.log)

    def check(self):
        if self.process.poll() is not None:
            sys.exit(f"the process ended by itself: {self.process.returncode}")

    def decoded(self):
        status = subprocess.run([self.program, "status", "-c", "run/simsieve.yaml", "--json"], capture_output=True)
        return json.loads(status.stdout)["accounting"]["decoded"] if status.returncode == 0 else 0

    def end(self):
        self.process.terminate()
        code = self.process.wait(timeout=PATIENCE_S)
        if code != 0:
            sys.exit(f"ended by SIGTERM it exits with {code}")

    # Faults.

    def killed(self, _):
        self.process.kill()
        self.process.wait()
        self.start()

    def killed_while_reading_again(self, chance):
        self.killed(chance)
        time.sleep(1.5 * chance.random())
        self.killed(chance)

    def ended(self, _):
        self.end()
        self.start()

    def stopped(self, chance):
        self.process.send_signal(signal.SIGSTOP)
        time.sleep(3 * chance.random())
        self.process.send_signal(signal.SIGCONT)

    def reloaded(self, _):
        if self.decoded():  # before that SIGHUP may still be nobody's
            self.process.send_signal(signal.SIGHUP)

    def broker_killed(self, chance):
        subprocess.check_call([self.kafka, "kill", self.broker_folder])
        time.sleep(2 * chance.random())
        subprocess.check_call([self.kafka, "start", self.broker_folder], stdout=subprocess.DEVNULL)

    def disk_full(self, chance):
        disk = os.statvfs(self.disk)
        used = (disk.f_blocks - disk.f_bfree) * disk.f_frsize
        subprocess.check_call(["mount", "-o", f"remount,size={max(used, 1 << 20)}", self.disk])
        time.sleep(1 + 2 * chance.random())
        subprocess.check_call(["mount", "-o", f"remount,size={DISK_SIZE}", self.disk])

    def faults(self):
        always = [self.killed, self.killed_while_reading_again, self.ended, self.stopped, self.reloaded, self.broker_killed]
        return always + [self.disk_full] if self.disk else always


class Source:
    """Hands the records over, as many as are due."""

    def __init__(self, broker, path):
        self.broker = broker
        with open(path, encoding="utf-8") as stream:
            self.records = stream.read().splitlines()
        self.at = self.files = 0

    def hand_over(self, until):
        ways = [[] for _ in range(WAYS)]
        for record in self.records[self.at : until]:
            ways[zlib.crc32(json.loads(record)["a"].encode()) % WAYS].append(record)
        for partition in range(PARTITIONS):
            self.produce(partition, ways[partition])
        self.put([record for way in ways[PARTITIONS:] for record in way])
        self.at = max(self.at, until)

    def produce(self, partition, records):
        if records:
            subprocess.run(["kcat", "-q", "-b", self.broker, "-P", "-t", "cdr", "-p", str(partition)], check=True, timeout=60,
                           input="".join(record + "\n" for record in records).encode())

    def put(self, records):
        if not records:
            return
        self.files += 1
        with open("run/spool/.part", "w", encoding="utf-8") as stream:
            stream.writelines(record + "\n" for record in records)
        os.rename("run/spool/.part", f"run/spool/{self.files:06}.ndjson")


def main():
    program, kafka, broker, broker_folder, path, seed, seconds = sys.argv[1:8]
    chance, seconds = random.Random(int(seed)), float(seconds)
    source = Source(broker, path)
    run = Run(program, kafka, broker, broker_folder, sys.argv[8] if len(sys.argv) > 8 else None)
    # Each fault once in an order of chance, then any.
    faults = run.faults()
    chance.shuffle(faults)
    begun, faulted = time.monotonic(), 0
    while source.at < len(source.records):
        passed = time.monotonic() - begun
        source.hand_over(min(len(source.records), int(len(source.records) * passed / seconds) + 1))
        if passed > 1 + 3 * faulted:
            fault = faults[faulted] if faulted < len(faults) else chance.choice(faults)
            print(f"{passed:5.1f} s  {fault.__name__}", flush=True)
            faulted += 1
            fault(chance)
        run.check()
        time.sleep(0.05)
    patient_until = time.monotonic() + PATIENCE_S
    while run.decoded() < len(source.records):
        run.check()
        if time.monotonic() > patient_until:
            sys.exit(f"{run.decoded()} of {len(source.records)} records after {PATIENCE_S} s")
        time.sleep(0.2)
    if faulted < len(faults):
        sys.exit(f"only {faulted} faults")
    run.end()


main()
