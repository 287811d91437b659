"""What people do by hand to load a part of a checkpoint, beside what `ptckpt match` wrote.

make FOLDER   writes pretrained.pt (DataParallel, in a training checkpoint), own.pt (the state dict of the person's model)
              and error.txt (what load_state_dict says)
check FOLDER  does it by hand and compares with filtered.pt, updated.pt and afresh.pt; prints what differs
"""

import json
import os
import sys

import torch
from torch import nn


def network(classes, seed):
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(8, 6), nn.Linear(6, classes)
    )


def make(at):
    wrapped = nn.DataParallel(network(1000, 0))
    torch.save({"model_state_dict": wrapped.state_dict(), "epoch": 17}, at("pretrained.pt"))
    model = network(2, 1)
    torch.save(model.state_dict(), at("own.pt"))
    try:
        model.load_state_dict(wrapped.state_dict())
    except RuntimeError as error:
        with open(at("error.txt"), "w") as file:
            file.write(f"Traceback (most recent call last):\n  …\nRuntimeError: {error}\n")
    shapes = {key: [*value.shape] for key, value in model.state_dict().items()}
    with open(at("keys.json"), "w") as file:
        json.dump(shapes, file)


def by_hand(at):
    model = network(2, 1)
    pretrained = torch.load(at("pretrained.pt"))["model_state_dict"]
    pretrained = {k.removeprefix("module."): v for k, v in pretrained.items()}
    model_dict = model.state_dict()
    pretrained = {k: v for k, v in pretrained.items() if k in model_dict and v.shape == model_dict[k].shape}
    filtered = dict(pretrained)
    model_dict.update(pretrained)
    model.load_state_dict(model_dict)
    return filtered, model.state_dict()


def check(at):
    filtered, updated = by_hand(at)
    ours = torch.load(at("filtered.pt"))
    yield from differences("filtered", ours, filtered)
    network(2, 3).load_state_dict(ours, strict=False)
    model = network(2, 3)
    model.load_state_dict(torch.load(at("updated.pt")), strict=True)
    yield from differences("updated", model.state_dict(), updated)
    model = network(2, 3)
    model.load_state_dict(torch.load(at("afresh.pt")), strict=True)
    torch.manual_seed(5)
    head = nn.Linear(6, 2)
    fresh = {**updated, "5.weight": head.weight.detach(), "5.bias": head.bias.detach()}
    yield from differences("afresh", model.state_dict(), fresh)


def differences(name, ours, theirs):
    if [*ours] != [*theirs]:
        yield f"{name}: {[*ours]} is not {[*theirs]}"
    for key in theirs:
        if key in ours and not torch.equal(ours[key], theirs[key]):
            yield f"{name}: {key}"


if __name__ == "__main__":
    place = lambda name: os.path.join(sys.argv[2], name)
    print(json.dumps(make(place) if sys.argv[1] == "make" else [*check(place)]))
