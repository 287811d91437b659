"""Reads the pickle of a checkpoint with CPython's C unpickler; torch's names are stubs.

Usage: unpickle.py FILE RUNS. Prints the seconds of each run, with the garbage collector as Python has it and switched off.
"""

import collections
import gc
import json
import io
import pathlib
import pickle
import sys
import time


class Stub:
    """Keeps what it is called with, as a tensor keeps its storage and shape."""

    def __init__(self, *args):
        self.args = args


class Unpickler(pickle.Unpickler):
    def find_class(self, module, name):
        return collections.OrderedDict if name == "OrderedDict" else Stub

    def persistent_load(self, pid):
        return pid


def seconds(data):
    started = time.perf_counter()
    value = Unpickler(io.BytesIO(data)).load()
    elapsed = time.perf_counter() - started
    del value
    gc.collect()
    return elapsed


def main():
    data = pathlib.Path(sys.argv[1]).read_bytes()
    runs = int(sys.argv[2])
    seconds(data)
    collected = [seconds(data) for _ in range(runs)]
    gc.disable()
    print(json.dumps({"collected": collected, "uncollected": [seconds(data) for _ in range(runs)]}))


if __name__ == "__main__":
    main()
