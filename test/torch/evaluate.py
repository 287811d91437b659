"""Serves what real torch loads from files: imports torch once, which costs seconds, and answers line by line.

Each line of standard input is a JSON object with `path`, and either `expressions`, a list of Python expressions over what is
loaded, or none, for everything by key. Each answer is a line of JSON: `{"answer": …}` or `{"error": "…"}`.
The expressions see `ckpt`, `tags` (the device of each storage, in the order of the pickle), `torch`, `nn`,
`loads_weights_only` and `built`, which makes the state dict of a torchvision network afresh. Storages of any device are put on the CPU."""

import json
import pathlib
import sys
import traceback

import torch
from loaded import by_key
from torch import nn


class Net(nn.Module):
    """The class of editor_files.py: without it Python cannot load a whole module."""


def loads_weights_only(path):
    try:
        torch.load(path, map_location="cpu", weights_only=True)
        return True
    except Exception:
        return False


def built(name, seed, **options):
    """The state dict of a network that torchvision's own constructor makes."""
    sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "scripts" / "catalogue"))
    from load_torchvision import torchvision

    torch.manual_seed(seed)
    return torchvision.models.get_model(name, **options).state_dict()


def load(path):
    """What is in the file, and the device of each storage."""
    if path.endswith(".safetensors"):
        from safetensors.torch import load_file

        return load_file(path), []
    tags = []

    def on_cpu(storage, location):
        tags.append(location)
        return storage

    return torch.load(path, map_location=on_cpu, weights_only=False), tags


def answer(path, expressions=None):
    if expressions is None:
        return by_key(path)
    ckpt, tags = load(path)
    names = {
        "ckpt": ckpt,
        "tags": tags,
        "torch": torch,
        "nn": nn,
        "loads_weights_only": lambda: loads_weights_only(path),
        "built": built,
    }
    return [eval(expression, names) for expression in expressions]


for line in sys.stdin:
    try:
        reply = {"answer": answer(**json.loads(line))}
    except Exception:
        reply = {"error": traceback.format_exc()}
    print(json.dumps(reply), flush=True)
