#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a command with standard output and standard error on a terminal, and prints what it wrote there.

   on_terminal.py COMMAND [ARGUMENT...]"""

import os
import pty
import sys


def main():
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(sys.argv[1], sys.argv[1:])
    written = b""
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # the terminal is gone with its last user
            break
        if not piece:
            break
        written += piece
    _, status = os.waitpid(child, 0)
    sys.stdout.buffer.write(written)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())
