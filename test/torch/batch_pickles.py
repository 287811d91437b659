"""
Containers of every size at which the C pickler's batches differ, at protocol 2.
Prints a list of `{"kind": name, "size": number, "pickle": base64}`.
"""

import base64
import collections
import json
import pickle
import sys

MAKERS = {
    "list": lambda size: list(range(size)),
    "dict": lambda size: dict(zip(range(size), range(size))),
    "OrderedDict": lambda size: collections.OrderedDict(zip(range(size), range(size))),
    "deque": lambda size: collections.deque(range(size)),
    "set": lambda size: set(range(size)),
    "tuple": lambda size: tuple(range(size)),
}
SIZES = [0, 1, 2, 3, 4, 999, 1000, 1001, 1002, 2000, 2001, 2002]

json.dump(
    [
        {"kind": kind, "size": size, "pickle": base64.b64encode(pickle.dumps(make(size), 2)).decode()}
        for kind, make in MAKERS.items()
        for size in SIZES
    ],
    sys.stdout,
)
