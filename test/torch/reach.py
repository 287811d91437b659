"""`reach.py FOLDER`: standard input is a JSON object that gives Python expressions for files of FOLDER. Each file is loaded as
`ckpt`, and what its expressions reach is printed: the shape of a tensor, the repr of anything else."""

import json
import sys
from pathlib import Path

import torch
from torch import nn


class Net(nn.Module):
    """The class of editor_files.py: without it Python cannot load a whole module."""


def reached(ckpt, expression):
    value = eval(expression, {"ckpt": ckpt})
    return list(value.shape) if isinstance(value, torch.Tensor) else repr(value)


answers = {}
for name, expressions in json.load(sys.stdin).items():
    ckpt = torch.load(Path(sys.argv[1]) / name, weights_only=False, map_location="cpu")
    answers[name] = [reached(ckpt, expression) for expression in expressions]
print(json.dumps(answers))
