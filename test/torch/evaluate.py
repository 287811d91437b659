"""`evaluate.py FILE`: standard input is a JSON list of Python expressions over what real torch loads from the file; prints what
each gives, as JSON. They see `ckpt`, `tags` (the device of each storage, in the order of the pickle), `torch`, and
`loads_weights_only`. Storages of any device are put on the CPU."""

import json
import sys

import torch
from torch import nn


class Net(nn.Module):
    """The class of editor_files.py: without it Python cannot load a whole module."""


path = sys.argv[1]
tags = []


def on_cpu(storage, location):
    tags.append(location)
    return storage


def loads_weights_only():
    try:
        torch.load(path, map_location="cpu", weights_only=True)
        return True
    except Exception:
        return False


if path.endswith(".safetensors"):
    from safetensors.torch import load_file

    ckpt = load_file(path)
else:
    ckpt = torch.load(path, map_location=on_cpu, weights_only=False)
names = {"ckpt": ckpt, "tags": tags, "torch": torch, "nn": nn, "loads_weights_only": loads_weights_only}
print(json.dumps([eval(expression, names) for expression in json.load(sys.stdin)]))
