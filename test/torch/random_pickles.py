"""
Random values, pickled by Python's own C pickler at every protocol: `random_pickles.py SEED COUNT`.
Prints a list of `{"description": text, "pickles": [base64 by protocol]}`.
"""

import base64
import collections
import json
import pickle
import random
import struct
import sys

from describe_value import Thing, describe

STRINGS = ["", "a", "weight", "schön", "重み", "😀", "\ud800 ", "\udcff!", "\n", "\\u0041", "\\", "'", '"', "\0", "x" * 255, "x" * 256, "\x85 \u2028"]
INTEGERS = [0, 1, -1, 255, 256, 65535, 65536, -256, 2**31 - 1, 2**31, -(2**31), -(2**31) - 1, 2**53, -(2**53), 2**53 + 1, 2**63, -(2**63), 2**64]
FLOATS = [0.0, -0.0, 1.5, 0.1, 1e300, 5e-324, float("inf"), float("-inf"), 1e16, 123456789012345678.0]


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.made = []

    def value(self, depth):
        pick = self.random.random()
        if self.made and pick < 0.15:
            return self.random.choice(self.made)
        if depth <= 0 or pick < 0.5:
            return self.leaf()
        return self.container(depth - 1)

    def leaf(self):
        pick = self.random.randrange(10)
        if pick < 2:
            return self.random.choice([None, True, False, int, OSError, collections.OrderedDict])
        if pick < 4:
            return self.integer()
        if pick == 4:
            return self.random.choice(FLOATS)
        if pick < 8:
            return self.keep(self.text())
        return self.keep(self.octets())

    def integer(self):
        if self.random.random() < 0.5:
            return self.random.choice(INTEGERS)
        return self.random.randrange(-(2 ** self.random.randrange(1, 2100)), 2 ** self.random.randrange(1, 2100))

    def text(self):
        # Joined anew, so that equal strings are different objects.
        return "".join([self.random.choice(STRINGS), self.random.choice(STRINGS)])

    def octets(self):
        octets = self.random.randbytes(self.random.choice([0, 1, 2, 255, 256, 300]))
        return octets if self.random.random() < 0.6 else bytearray(octets)

    def keep(self, value):
        self.made.append(value)
        return value

    def hashable(self, depth):
        pick = self.random.randrange(6)
        if pick == 0 and depth > 0:
            return self.keep(tuple(self.hashable(depth - 1) for _ in range(self.random.randrange(5))))
        if pick == 1 and depth > 0:
            return self.keep(frozenset(self.hashable(depth - 1) for _ in range(self.random.randrange(4))))
        if pick == 2:
            return self.integer()
        if pick == 3:
            return self.keep(complex(self.random.choice(FLOATS), 2.0))
        return self.keep(self.text())

    def container(self, depth):
        size = self.random.choice([0, 1, 2, 3, 4, 7])
        kind = self.random.randrange(9)
        if kind == 0:
            return self.keep(tuple(self.value(depth) for _ in range(size)))
        if kind == 1:
            return self.keep({self.hashable(2) for _ in range(size)})
        if kind == 2:
            return self.hashable(2)
        return self.mutable(kind, size, depth)

    def mutable(self, kind, size, depth):
        """Kept before it is filled: what is inside may refer to it."""
        if kind < 5:
            value = self.keep([])
            value.extend(self.value(depth) for _ in range(size))
        elif kind == 5:
            value = self.keep(collections.deque())
            value.extend(self.value(depth) for _ in range(size))
        elif kind == 6:
            value = self.keep(Thing())
            value.__dict__.update({f"field{index}": self.value(depth) for index in range(size)})
        else:
            value = self.keep({} if kind == 7 else collections.OrderedDict())
            value.update([(self.hashable(2), self.value(depth)) for _ in range(size)])
        return value


def main():
    seed, count = int(sys.argv[1]), int(sys.argv[2])
    rows = []
    for index in range(count):
        value = Generator(seed + index).value(5)
        pickles = [base64.b64encode(pickle.dumps(value, protocol)).decode() for protocol in range(6)]
        rows.append({"description": describe(value), "pickles": pickles})
    json.dump(rows, sys.stdout)


main()
