"""Runs commands side by side and says what each took: wall-clock seconds, peak memory and bytes read, run by run.

Standard input: {"commands": [[program, argument, ...], ...], "runs": n}. One round before the counted ones warms the caches;
within a round every command runs once, so that a busy machine slows all of them alike. Output, one row a command:
{"seconds": [...], "peakBytes": [...], "readBytes": [...], "status": last exit status}. Linux only.
"""

import json
import os
import subprocess
import sys
import time


def run(command):
    started = time.perf_counter()
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    # The child stays a zombie until it is waited for, and a zombie still has its counters.
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    seconds = time.perf_counter() - started
    with open(f"/proc/{child.pid}/io", encoding="ascii") as counters:
        read_bytes = int(next(line for line in counters if line.startswith("rchar:")).split()[1])
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    # ru_maxrss is in KiB on Linux.
    return seconds, usage.ru_maxrss * 1024, read_bytes, child.returncode


def main():
    request = json.load(sys.stdin)
    rows = [{"seconds": [], "peakBytes": [], "readBytes": [], "status": 0} for _ in request["commands"]]
    for count in range(request["runs"] + 1):
        for row, command in zip(rows, request["commands"]):
            seconds, peak, read_bytes, status = run(command)
            row["status"] = status
            if count > 0:
                row["seconds"].append(seconds)
                row["peakBytes"].append(peak)
                row["readBytes"].append(read_bytes)
    json.dump(rows, sys.stdout)


if __name__ == "__main__":
    main()
