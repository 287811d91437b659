"""What a Python value is, as one line of text. `test/core/pickle/describe.ts` says the same of a value graph."""

import collections
import struct


class Thing:
    """An instance whose pickle is NEWOBJ and BUILD."""


def describe(root):
    return Describer().describe(root)


class Describer:
    def __init__(self):
        # Number and object, which must stay alive while its id is used.
        self.seen = {}

    def describe(self, value):
        if value is None:
            return "N"
        if value is True:
            return "T"
        if value is False:
            return "F"
        kind = type(value)
        if kind is int:
            return f"i{value}"
        if kind is float:
            return "f" + struct.pack(">d", value).hex()
        if kind is type:
            return f"g{value.__module__}.{value.__qualname__}"
        if kind is tuple and not value:
            return "()"
        known = self.seen.get(id(value))
        if known:
            return f"#{known[0]}#"
        number = len(self.seen)
        self.seen[id(value)] = (number, value)
        return f"#{number}={self.content(kind, value)}"

    def content(self, kind, value):
        if kind is str:
            return "s" + value.encode("utf-16-be", "surrogatepass").hex()
        if kind is bytes:
            return "b" + value.hex()
        if kind is bytearray:
            return "a" + value.hex()
        if kind is tuple:
            return f"({self.list(value)})"
        if kind is list:
            return f"[{self.list(value)}]"
        if kind is dict:
            return f"{{{self.entries(value)}}}"
        if kind in (set, frozenset):
            return f"{kind.__name__}{{{self.list(value)}}}"
        if kind is complex:
            return f"c{self.list((value.real, value.imag))}"
        if kind is collections.OrderedDict:
            return f"O{{{self.entries(value)}}}"
        if kind is collections.deque:
            return f"D[{self.list(value)}]"
        if kind is Thing:
            state = f"!{self.describe(value.__dict__)}" if value.__dict__ else ""
            return f"describe_value.Thing(){state}"
        raise TypeError(kind)

    def list(self, values):
        return ",".join([self.describe(value) for value in values])

    def entries(self, mapping):
        return self.list([side for entry in mapping.items() for side in entry])
