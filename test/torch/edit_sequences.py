"""Sequences of edits, done in torch: what `test/cli/editRandom.test.ts` does to files by `ptckpt edit`.

make FOLDER    writes start.pt
check FOLDER   reads `[{file, steps: [{name, value, done}]}]` on standard input; prints what differs, sequence by sequence
"""

import json
import pathlib
import re
import sys

import torch

from edit_cases import cast_floats, differences


class Refused(Exception):
    pass


def start():
    weight = torch.arange(12.0).reshape(3, 4) / 7
    model = {
        "module.a.weight": weight,
        "module.a.bias": torch.tensor([0.1, -3.0, 65519.0, 1e-7]),
        "module.b.weight": weight,
        "module.b.view": weight[1:].t(),
        "module.n": torch.tensor([1, 2, 3]),
    }
    return {"model": model, "epoch": 3, "names": ["a", "b", "c"]}


def children(value):
    return list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []


def walk(value, path=()):
    """Every path with its value, containers too, in file order."""
    yield path, value
    for key, inner in children(value):
        yield from walk(inner, (*path, key))


def key_of(path):
    return ".".join(map(str, path))


def entries(value):
    return [path for path, inner in walk(value) if not children(inner)]


def find(value, name):
    """The one path of that key."""
    found = [path for path, _ in walk(value) if (name == "[]" and path == ()) or (path and key_of(path) == name)]
    if not found:
        raise Refused
    return found[0]


def at(value, path):
    for key in path:
        value = value[key]
    return value


def selected(value, pattern):
    """Paths that a pattern means: entries; by a plain key also what has entries below it."""
    paths = entries(value)
    if "*" in pattern:
        expression = re.compile(re.escape(pattern).replace(r"\*", ".*"), re.DOTALL)
        return [path for path in paths if expression.fullmatch(key_of(path))]
    exact = [path for path in paths if key_of(path) == pattern]
    return exact or [path for path in paths if key_of(path).startswith(pattern + ".")]


def pick(value, paths):
    """What is left of a value when only these entries stay."""
    if not children(value):
        return value
    left = [(key, pick(inner, [p[1:] for p in paths if p[0] == key])) for key, inner in children(value) if any(p[0] == key for p in paths)]
    return dict(left) if isinstance(value, dict) else [inner for _, inner in left]


def keep(value, pattern):
    paths = [path for one in pattern.split("|") for path in selected(value, one)]
    if not paths:
        raise Refused
    return pick(value, paths)


def drop(value, pattern):
    gone = selected(value, pattern)
    left = [path for path in entries(value) if path not in gone]
    if not gone or not left:
        raise Refused
    return pick(value, left)


def is_state_dict(value):
    return isinstance(value, dict) and value != {} and all(isinstance(inner, torch.Tensor) for inner in value.values())


def renamed(value, rule):
    changed = False

    def each(inner):
        nonlocal changed
        if not is_state_dict(inner):
            return {key: each(v) for key, v in inner.items()} if isinstance(inner, dict) else list(map(each, inner)) if isinstance(inner, list) else inner
        names = [rule(key) for key in inner]
        if "" in names or len(set(names)) < len(names):
            raise Refused
        changed = changed or names != list(inner)
        return dict(zip(names, inner.values()))

    result = each(value)
    if not changed:
        raise Refused
    return result


def replaced(value, path, container):
    if not path:
        return container
    above = at(value, path[:-1])
    copy = dict(above) if isinstance(above, dict) else list(above)
    copy[path[-1]] = container
    return replaced(value, path[:-1], copy)


def duplicate(value, argument):
    source, new = argument.rsplit("=", 1)
    path = find(value, source)
    parent = at(value, path[:-1])
    if path == () or not isinstance(parent, dict) or new in parent:
        raise Refused
    result = {}
    for key, inner in parent.items():
        result[key] = inner
        if key == path[-1]:
            result[new] = inner
    return replaced(value, path[:-1], result)


def move(value, argument):
    source, index = argument.rsplit("=", 1)
    path = find(value, source)
    items = children(at(value, path[:-1])) if path else []
    if int(index) >= len(items):
        raise Refused
    moving = next(item for item in items if item[0] == path[-1])
    others = [item for item in items if item is not moving]
    others.insert(int(index), moving)
    is_dict = isinstance(at(value, path[:-1]), dict)
    return replaced(value, path[:-1], dict(others) if is_dict else [inner for _, inner in others])


def cast(value, name):
    dtype = getattr(torch, name)
    tensors = {path: inner for path, inner in walk(value) if isinstance(inner, torch.Tensor)}
    if all(tensor.dtype == dtype or not tensor.is_floating_point() for tensor in tensors.values()):
        raise Refused
    for path, tensor in cast_floats(tensors, dtype).items():
        value = replaced(value, path, tensor)
    return value


def set_value(value, argument):
    key, literal = argument.split("=", 1)
    if not isinstance(value, dict):
        raise Refused
    if children(value.get(key, 0)) or isinstance(value.get(key), torch.Tensor):
        raise Refused
    return {**value, key: int(literal)}


def extract(value, name):
    found = at(value, find(value, name))
    if not children(found) and not isinstance(found, torch.Tensor):
        raise Refused
    return found


OPERATIONS = {
    "keep": keep,
    "drop": drop,
    "rename": lambda v, a: renamed(v, lambda key: re.sub(a.rsplit("=", 1)[0], a.rsplit("=", 1)[1], key)),
    "strip-prefix": lambda v, a: renamed(v, lambda key: key.removeprefix(a)),
    "add-prefix": lambda v, a: renamed(v, lambda key: a + key),
    "duplicate": duplicate,
    "move": move,
    "cast": cast,
    "set": set_value,
    "extract": extract,
    "wrap": lambda v, a: {a: v},
    "to": lambda v, _: v,
}


def check(folder, sequence):
    value = torch.load(folder / "start.pt")
    for index, step in enumerate(sequence["steps"]):
        try:
            value = OPERATIONS[step["name"]](value, step["value"])
            done = True
        except Refused:
            done = False
        if done != step["done"]:
            return f"step {index} {step['name']} {step['value']}: {'refused' if done else 'done'} by ptckpt alone; {describe(value)}"
    found = differences("", torch.load(folder / sequence["file"], weights_only=True), value, {})
    return "; ".join(found)


def describe(value):
    return [key_of(path) for path in entries(value)]


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[2])
    if sys.argv[1] == "make":
        torch.save(start(), folder / "start.pt")
        print("{}")
    else:
        print(json.dumps([check(folder, sequence) for sequence in json.load(sys.stdin)]))
