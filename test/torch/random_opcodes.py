"""
Streams of random opcodes that CPython's C unpickler takes: `random_opcodes.py SEED COUNT`.
Whatever is imported, called or persistent is one class here, which allows everything. Without FRAME, which `load` and
`loads` read differently where opcodes lie across its end. Prints a list of base64 texts.
"""

import base64
import io
import json
import pickle
import pickletools
import random
import struct
import sys


class Anything:
    def __new__(cls, *args, **kwargs):
        return object.__new__(cls)

    def __init__(self, *args, **kwargs):
        pass

    def __call__(self, *args, **kwargs):
        return Anything()

    def __setitem__(self, key, value):
        pass

    def __setstate__(self, state):
        pass

    def append(self, item):
        pass

    def extend(self, items):
        pass

    def add(self, item):
        pass


class Unpickler(pickle.Unpickler):
    def find_class(self, module, name):
        return Anything

    def persistent_load(self, pid):
        return Anything()


LINES = ["", "0", "1", "00", "01", "12", "-5", "0x1f", "'a'", '"b"', "a b", "1.5", "nan", "7L", "\\u0041", "'\\x41'", "\xc3\xa9", "\xff", " 3", "3 ", "1_0", "010", "0b1", "1e5", "inf", "-", "+7", "1\0z"]
COMMON = {"MARK", "BININT1", "EMPTY_LIST", "EMPTY_DICT", "EMPTY_TUPLE", "EMPTY_SET", "BINUNICODE", "GLOBAL", "NONE", "BINPUT", "BINGET", "MEMOIZE", "DUP"}
OPCODES = [opcode for opcode in pickletools.opcodes if opcode.name not in ("FRAME", "STOP")]
WEIGHTS = [4 if opcode.name in COMMON else 1 for opcode in OPCODES]
PREFIXES = {"1": "<B", "4": "<I", "8": "<Q"}


def argument(opcode, choose):
    shape = opcode.arg and opcode.arg.name
    if shape is None:
        return b""
    if shape in ("uint1", "uint2", "uint4", "int4", "float8"):
        return choose.choice([0, 1, 2, 5, choose.randrange(128)]).to_bytes(int(shape[-1]), "little")
    if shape.endswith("_pair"):
        return b"module\nname\n" if choose.random() < 0.5 else line(choose) + line(choose)
    if shape[-1] not in PREFIXES:
        return line(choose)
    data = bytes(choose.choice([65, 66, 10, 0xC3, 0xA9, 0x80, 0xFF]) for _ in range(choose.randrange(4)))
    return struct.pack(PREFIXES[shape[-1]], len(data)) + data


def line(choose):
    return choose.choice(LINES).encode("latin1") + b"\n"


def is_taken(stream):
    try:
        Unpickler(io.BytesIO(stream)).load()
    except Exception:
        return False
    return True


def main():
    choose = random.Random(int(sys.argv[1]))
    taken = []
    for _ in range(int(sys.argv[2])):
        opcodes = choose.choices(OPCODES, WEIGHTS, k=choose.randrange(1, 14))
        stream = b"".join(opcode.code.encode("latin1") + argument(opcode, choose) for opcode in opcodes) + b"."
        if is_taken(stream):
            taken.append(base64.b64encode(stream).decode())
    json.dump(taken, sys.stdout)


main()
