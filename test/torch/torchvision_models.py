"""
Builds torchvision's models and prints what they are.

Reads `{"models": [{"name", "numClasses" (null: the builder's own), "seed"}], "pretrained": [{"name", "fileName", "code"}]}`.
Prints `{"models": [...], "pretrained": [...]}`: of each model `{"keys": [[key, shape, dtype, is it a buffer]], "first": {key: its
first numbers}, "next": [numbers drawn next]}`; of each code that names weights whether it runs, and makes the model whose state
dict lies in torch's cache.
"""

import inspect
import json
import os
import pathlib
import sys
import tempfile
import warnings

import torch

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "scripts" / "catalogue"))
import load_torchvision  # noqa: E402, F401
from torchvision import models  # noqa: E402

# A block of normal numbers and some of the next.
FIRST = 20


def build(name, **options):
    builder = models.get_model_builder(name)
    takes = inspect.signature(builder).parameters
    backbone = {"weights_backbone": None} if "weights_backbone" in takes else {}
    quantize = {"quantize": True} if options.pop("quantize", False) and "quantize" in takes else {}
    return builder(weights=None, **backbone, **quantize, **options)


def describe(case):
    torch.manual_seed(case["seed"])
    model = build(case["name"], **({} if case["numClasses"] is None else {"num_classes": case["numClasses"]}))
    following = torch.rand(8)
    parameters = dict(model.named_parameters())
    tensors = model.state_dict()
    return {
        "keys": [
            [key, list(tensor.shape), str(tensor.dtype).removeprefix("torch."), key not in parameters]
            for key, tensor in tensors.items()
        ],
        "first": {key: tensor.flatten()[:FIRST].tolist() for key, tensor in tensors.items()},
        "next": following.tolist(),
    }


def is_made(case, folder):
    saved = build(case["name"], quantize=True).state_dict()
    torch.save(saved, folder / case["fileName"])
    names = {}
    exec(case["code"], names)
    made = names["model"].state_dict()
    return list(made) == list(saved) and all(is_same(made[key], saved[key]) for key in saved) and "preprocess" in names


def is_same(one, other):
    return torch.equal(one, other) if isinstance(one, torch.Tensor) else one is not None


def pretrained(cases):
    with tempfile.TemporaryDirectory() as home:
        os.environ["TORCH_HOME"] = home
        folder = pathlib.Path(home) / "hub" / "checkpoints"
        folder.mkdir(parents=True)
        return [is_made(case, folder) for case in cases]


with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    request = json.load(sys.stdin)
    json.dump(
        {
            "models": [describe(case) for case in request["models"]],
            "pretrained": pretrained(request["pretrained"]),
        },
        sys.stdout,
    )
