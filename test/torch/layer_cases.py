"""Layers that were replaced by an edit, against the same in Python.

make FOLDER   writes the files to be edited
seed FOLDER   compares what ptckpt made of a network with the same two lines of Python, and runs it
check FOLDER  runs each NAME.py, which writes NAME.script, compares that with NAME.out, and runs each model; prints
              {name: what differs}
"""

import collections
import json
import os
import pathlib
import sys
import traceback

import torch

from edit_cases import FreeAliases, differences

nn = torch.nn


def network():
    torch.manual_seed(1)
    return nn.Sequential(
        collections.OrderedDict(
            conv1=nn.Conv2d(3, 8, 3, bias=False),
            bn1=nn.BatchNorm2d(8),
            relu=nn.ReLU(),
            pool=nn.AdaptiveAvgPool2d(1),
            flat=nn.Flatten(),
            fc=nn.Linear(8, 10),
        )
    )


def parts():
    torch.manual_seed(2)
    return nn.ModuleDict(
        {
            "emb": nn.Embedding(6, 4),
            "rnn": nn.LSTM(4, 5, 2, bidirectional=True),
            "norm": nn.LayerNorm(10),
            "group": nn.GroupNorm(2, 4),
            "up": nn.ConvTranspose2d(4, 4, 2),
            "bil": nn.Bilinear(4, 4, 3),
            "act": nn.ReLU(),
        }
    )


def tied():
    weight = torch.arange(12.0).reshape(4, 3)
    return {"emb.weight": weight, "head.weight": weight, "head.bias": torch.zeros(4), "part": weight.t()[1:]}


def training():
    model = network()
    optimizer = torch.optim.AdamW(model.parameters())
    model(torch.ones(2, 3, 6, 6)).sum().backward()
    optimizer.step()
    return {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3}


def resnet():
    """What the two lines of seed S6 look at in a resnet50."""
    torch.manual_seed(3)
    return nn.Sequential(
        collections.OrderedDict(
            conv1=nn.Conv2d(3, 64, kernel_size=7, stride=2, padding=3, bias=False),
            bn1=nn.BatchNorm2d(64),
            widen=nn.Conv2d(64, 2048, 1),
            avgpool=nn.AdaptiveAvgPool2d(1),
            flatten=nn.Flatten(),
            fc=nn.Linear(2048, 1000),
        )
    )


def seed(folder):
    """Each line after a `manual_seed` of its own, as ptckpt has it."""
    model = resnet()
    torch.manual_seed(0)
    model.fc = nn.Linear(2048, 120)
    torch.manual_seed(0)
    model.conv1 = nn.Conv2d(3, 64, kernel_size=5, stride=2, padding=3, bias=False)
    params = torch.load(folder / "params.out", weights_only=True)
    whole = torch.load(folder / "whole.out", weights_only=False)
    inputs = torch.ones(2, 3, 24, 24)
    print(
        json.dumps(
            {
                "params": differences("", params, model.state_dict(), {}),
                "whole": differences("", whole, model, {}) + object_differences(model, whole),
                "strict": str(resnet_like(model).load_state_dict(params)),
                "runs": torch.equal(whole.eval()(inputs), model.eval()(inputs)),
                "layers": [repr(whole.conv1), repr(whole.fc)],
            }
        )
    )


def resnet_like(model):
    return torch.nn.Sequential(collections.OrderedDict(model.named_children()))


def make(folder):
    frozen = network().eval()
    frozen.conv1.requires_grad_(False)
    files = {
        "state": network().state_dict(),
        "half": network().half().state_dict(),
        "bfloat16": collections.OrderedDict(network().bfloat16().state_dict()),
        "module": {"net": frozen, "epoch": 3},
        "whole": network(),
        "halfModule": network().half(),
        "parts": parts(),
        "tied": tied(),
        "training": training(),
        "resnet": resnet(),
        "resnet_params": resnet().state_dict(),
    }
    for name, value in files.items():
        torch.save(value, folder / f"{name}.pt")
    print("null")


def attributes(module):
    """What a layer keeps beside tensors, submodules and hooks."""
    return {key: value for key, value in vars(module).items() if not key.startswith("_") or "padding" in key or "_all" in key}


def object_differences(made, ours):
    """Classes and attributes of two models."""
    if not isinstance(made, nn.Module):
        pairs = [(made[key], ours[key]) for key in made] if isinstance(made, dict) else []
        return [text for one, two in pairs for text in object_differences(one, two)]
    found = []
    for (name, one), (_, two) in zip(made.named_modules(), ours.named_modules(), strict=True):
        if repr(one) != repr(two) or type(one) is not type(two):
            found.append(f"{name}: {two!r}, not {one!r}")
        for key, value in attributes(one).items():
            if repr(vars(two).get(key, "absent")) != repr(value):
                found.append(f"{name}.{key}: {vars(two).get(key)!r}, not {value!r}")
        if set(vars(one)) != set(vars(two)):
            found.append(f"{name}: {set(vars(one)) ^ set(vars(two))}")
    return found


RUNS = {
    "moduleConv": lambda value: value["net"].float()(torch.ones(2, 3, 12, 12)).shape == (2, 10),
    "wholeFc": lambda value: value(torch.ones(2, 3, 12, 12)).shape == (2, 120),
    "wholeIdentity": lambda value: value(torch.ones(2, 3, 12, 12)).shape == (2, 8),
    "partsLstm": lambda value: value["rnn"](torch.ones(3, 1, 4))[0].shape == (3, 1, 6),
    "partsGru": lambda value: value["rnn"](torch.ones(3, 1, 4))[0].shape == (3, 1, 7),
    "partsEmbedding": lambda value: value["emb"](torch.tensor([1, 9])).shape == (2, 4),
    "partsAll": lambda value: value["up"](torch.ones(1, 4, 3, 3)).shape == (1, 6, 7, 7),
}


def check(folder):
    os.chdir(folder)
    results = {}
    for script in sorted(folder.glob("*.py")):
        name = script.stem
        try:
            exec(compile(script.read_text("utf-8"), script.name, "exec"), {"__name__": name})
            made, ours = (torch.load(f"{name}.{end}", weights_only=False) for end in ["script", "out"])
            found = differences("", made, ours, FreeAliases()) + differences("", ours, made, FreeAliases())
            found += object_differences(made, ours)
            if name in RUNS and not RUNS[name](ours):
                found.append("runs otherwise")
            results[name] = found
        except BaseException as error:
            line = traceback.extract_tb(error.__traceback__)[-1]
            results[name] = [f"{type(error).__name__}: {error} ({line.filename}:{line.lineno})"]
    print(json.dumps(results))


if __name__ == "__main__":
    {"make": make, "check": check, "seed": seed}[sys.argv[1]](pathlib.Path(sys.argv[2]))
